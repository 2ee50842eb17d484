//! References: into the middle of things, across files, in circles and to nowhere.

use serde_json::{Value, json};

use crate::support::{normalized, normalized_set};

#[test]
fn references_into_the_middle_make_components_with_telling_names() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: array, items: {type: object}}}}}
        '404': {description: none, content: {application/json: {schema: {type: object}}}}
  /again:
    get:
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/paths/~1pets/get/responses/200/content/application~1json/schema/items'}}}}
        '404': {description: ok, content: {application/json: {schema: {$ref: '#/paths/~1pets/get/responses/404/content/application~1json/schema'}}}}
components:
  schemas:
    A: {type: object, properties: {owner: {type: object, properties: {n: {type: string}}}}}
    B: {$ref: '#/components/schemas/A/properties/owner'}
    C: {type: array, items: {$ref: '#/components/schemas/A/properties/owner'}}
",
    );
    assert_eq!(outcome.rules(), [] as [&str; 0]);
    // Where the schema stands, it becomes the same component.
    assert_eq!(
        outcome.at("/paths/~1pets/get/responses/200/content/application~1json/schema"),
        &json!({"type": "array", "items": {"$ref": "#/components/schemas/ListPetsResponseItem"}})
    );
    assert_eq!(
        outcome.at("/paths/~1again/get/responses/404/content/application~1json/schema"),
        &json!({"$ref": "#/components/schemas/ListPetsNotFoundResponse"})
    );
    // A component that is nothing but a reference gives its own name.
    let b = json!({"$ref": "#/components/schemas/B"});
    assert_eq!(outcome.at("/components/schemas/A/properties/owner"), &b);
    assert_eq!(outcome.at("/components/schemas/C/items"), &b);
    assert_eq!(outcome.at("/components/schemas/B/type"), "object");
    let place = outcome
        .normalized
        .origins
        .place("/components/schemas/B/properties/n");
    assert_eq!(
        place.pointer,
        "/components/schemas/A/properties/owner/properties/n"
    );
}

#[test]
fn components_may_stand_for_one_another() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/R'}}}}}
components:
  responses: {R: {$ref: '#/components/responses/S'}, S: {description: ok}}
  schemas: {A: {$ref: '#/components/schemas/B'}, B: {type: object}}
",
    );
    assert_eq!(outcome.rules(), [] as [&str; 0]);
    assert_eq!(
        outcome.at("/components/schemas/A"),
        &json!({"$ref": "#/components/schemas/B"})
    );
    assert_eq!(
        outcome.at("/components/responses/R"),
        &json!({"$ref": "#/components/responses/S"})
    );
}

#[test]
fn a_broken_reference_costs_the_operation_that_needs_it() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  /a: {get: {parameters: [{$ref: '#/components/parameters/None'}], responses: {'200': {description: ok}}}}
  /b: {get: {requestBody: {$ref: '#/components/requestBodies/None'}, responses: {'200': {description: ok}}}}
  /c: {get: {responses: {'200': {$ref: '#/components/responses/Lost'}}}}
  /d: {get: {responses: {'200': {$ref: '#/components/schemas/S'}}}}
  /e: {get: {responses: {'200': {description: ok}}}}
components:
  responses: {Lost: {$ref: '#/components/responses/None'}}
  schemas: {S: {type: object}}
",
    );
    for path in ["a", "b", "c"] {
        let reason = outcome.at(&format!("/paths/~1{path}/get/x-broken"));
        assert!(
            reason
                .as_str()
                .is_some_and(|reason| reason.contains("leads to nothing")),
            "{path}: {reason}"
        );
    }
    assert_eq!(outcome.at("/paths/~1e/get/x-broken"), &Value::Null);
    assert_eq!(
        outcome
            .messages()
            .iter()
            .filter(|message| message.contains("leads to nothing"))
            .count(),
        4,
        "{:#?}",
        outcome.messages()
    );
}

#[test]
fn references_to_the_wrong_kind_are_refused() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths: {}
components:
  responses: {R: {description: ok}}
  schemas:
    A: {type: object, properties: {r: {$ref: '#/components/responses/R'}, whole: {$ref: '#'}, text: {$ref: '#/info/title'}}}
",
    );
    assert_eq!(
        outcome.rules(),
        [
            "error wrong-reference",
            "error wrong-reference",
            "error wrong-reference",
            "warning no-operations"
        ]
    );
}

#[test]
fn path_items_are_brought_in() {
    let outcome = normalized_set(&[
        (
            "api/main.yaml",
            "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  /a/{id}: {$ref: 'paths/a.yaml', description: own}
  /b: {$ref: '#/components/pathItems/B'}
  /c: {$ref: 'paths/none.yaml'}
  /d: {get: {$ref: 'paths/a.yaml#/get'}}
components:
  pathItems: {B: {get: {responses: {'200': {description: ok}}}}}
",
        ),
        (
            "api/paths/a.yaml",
            "parameters: [{name: id, in: path, required: true, schema: {$ref: '../models.yaml#/Id'}}]
get: {operationId: getA, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '../models.yaml#/A'}}}}}}
",
        ),
        (
            "api/models.yaml",
            "Id: {type: string, format: uuid}
A: {type: object, properties: {self: {$ref: '#/A'}, id: {$ref: '#/Id'}, back: {$ref: 'main.yaml#/components/pathItems'}}}
",
        ),
    ]);
    assert_eq!(outcome.at("/paths/~1a~1{id}/get/operationId"), "getA");
    assert_eq!(outcome.at("/paths/~1a~1{id}/description"), "own");
    assert_eq!(
        outcome.at("/paths/~1a~1{id}/parameters/0/schema"),
        &json!({"$ref": "#/components/schemas/Id"})
    );
    assert_eq!(
        outcome.at("/components/schemas/A/properties/self"),
        &json!({"$ref": "#/components/schemas/A"})
    );
    assert_eq!(outcome.at("/paths/~1b/get/responses/200/description"), "ok");
    assert_eq!(outcome.at("/paths/~1d/get/operationId"), "getA");
    let place = outcome
        .normalized
        .origins
        .place("/paths/~1a~1{id}/get/operationId");
    assert_eq!(place.to_string(), "api/paths/a.yaml:2:7#/get/operationId");
    assert!(
        outcome.messages()[0].starts_with(
            "api/main.yaml:6:8#/paths/~1c/$ref: the file `api/paths/none.yaml` cannot be read"
        ),
        "{:#?}",
        outcome.messages()
    );
}

#[test]
fn names_from_other_files_do_not_collide() {
    let outcome = normalized_set(&[
        (
            "main.yaml",
            "openapi: 3.0.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    Pet: {type: object, properties: {one: {$ref: 'one.yaml#/Pet'}, two: {$ref: 'two.yaml#/Pet'}, file: {$ref: 'models/owner.yaml'}}}
    Toy: {$ref: 'one.yaml#/Toy'}
",
        ),
        ("one.yaml", "Pet: {type: string, enum: [a]}\nToy: {type: object, properties: {again: {$ref: '#/Toy'}}}\n"),
        ("two.yaml", "Pet: {type: string, enum: [b]}\n"),
        ("models/owner.yaml", "type: object\nproperties: {parent: {$ref: '#'}}\n"),
    ]);
    let property = |name: &str| {
        outcome
            .at(&format!("/components/schemas/Pet/properties/{name}/$ref"))
            .clone()
    };
    assert_eq!(property("one"), "#/components/schemas/OnePet");
    assert_eq!(property("two"), "#/components/schemas/TwoPet");
    assert_eq!(property("file"), "#/components/schemas/Owner");
    assert_eq!(
        outcome.at("/components/schemas/Owner/properties/parent"),
        &json!({"$ref": "#/components/schemas/Owner"})
    );
    assert_eq!(
        outcome.at("/components/schemas/Toy/properties/again"),
        &json!({"$ref": "#/components/schemas/Toy"})
    );
    assert_eq!(outcome.rules(), ["warning no-operations"]);
}

#[test]
fn files_outside_the_folder_and_urls_are_refused() {
    let outcome = normalized_set(&[
        (
            "api/main.yaml",
            "openapi: 3.0.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    A: {$ref: '../secret.yaml'}
    B: {$ref: '/etc/passwd'}
    C: {$ref: 'https://example.com/pet.yaml#/Pet'}
",
        ),
        ("secret.yaml", "type: object"),
    ]);
    let messages = outcome.messages();
    assert!(
        messages[0].contains("`../secret.yaml` lies outside the document's folder"),
        "{messages:#?}"
    );
    assert!(
        messages[1].contains("`/etc/passwd` lies outside"),
        "{messages:#?}"
    );
    assert!(
        messages[2].contains(
            "`cargo xtask fetch --from https://example.com/pet.yaml --out pet.yaml` fetches it"
        ),
        "{messages:#?}"
    );
}

#[test]
fn whole_sections_may_be_kept_in_other_files() {
    let outcome = normalized_set(&[
        (
            "main.yaml",
            "openapi: 3.0.0
info: {title: t, version: '1', description: {$ref: 'about.yaml'}}
paths: {$ref: 'paths.yaml'}
components: {schemas: {$ref: 'schemas.yaml'}}
",
        ),
        ("about.yaml", "Some words.\n"),
        (
            "paths.yaml",
            "/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: 'main.yaml#/components/schemas/S'}}}}}}}\n",
        ),
        (
            "schemas.yaml",
            "S: {type: object, properties: {$ref: 'properties.yaml'}}\n",
        ),
        ("properties.yaml", "a: {type: integer}\n"),
    ]);
    assert_eq!(outcome.rules(), [] as [&str; 0]);
    assert_eq!(outcome.at("/info/description"), "Some words.");
    assert_eq!(
        outcome.at("/paths/~1a/get/responses/200/content/application~1json/schema"),
        &json!({"$ref": "#/components/schemas/S"})
    );
    assert_eq!(
        outcome.at("/components/schemas/S"),
        &json!({"type": "object", "properties": {"a": {"type": "integer"}}})
    );
}

#[test]
fn pointers_with_escapes_and_percent_signs() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    'a/b~c': {type: object}
    'd e': {type: object}
    S: {type: object, properties: {x: {$ref: '#/components/schemas/a~1b~0c'}, y: {$ref: '#/components/schemas/d%20e'}}}
",
    );
    assert_eq!(outcome.rules(), ["warning no-operations"]);
    assert_eq!(
        outcome.at("/components/schemas/S/properties/x/$ref"),
        "#/components/schemas/a\u{2215}b\u{223c}c"
    );
    assert_eq!(
        outcome.at("/components/schemas/S/properties/y/$ref"),
        "#/components/schemas/d e"
    );
}

#[test]
fn references_of_another_version_are_understood() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    A: {type: object, properties: {b: {$ref: '#/definitions/B'}, c: {$ref: B}}}
    B: {type: object}
",
    );
    assert_eq!(outcome.rules(), ["warning no-operations"]);
    for property in ["b", "c"] {
        let found = outcome.at(&format!("/components/schemas/A/properties/{property}/$ref"));
        assert_eq!(found, "#/components/schemas/B");
    }
}

#[test]
fn what_is_brought_in_is_not_part_of_itself() {
    let outcome = normalized(
        "openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    post:
      callbacks: {c: {'{$request}': {$ref: '#/paths/~1a'}}}
      responses:
        '200':
          description: ok
          content: {application/json: {$ref: '#/components/mediaTypes/M'}}
  /b: {$ref: '#/paths/~1b'}
  /c: {get: {$ref: '#/paths/~1c/get'}}
components:
  mediaTypes: {M: {encoding: {x: {headers: {h: {content: {y/z: {$ref: '#/components/mediaTypes/M'}}}}}}}}
  schemas:
    S: {type: object, properties: {$ref: '#/components/x-p'}}
  x-p: {a: {type: object, properties: {$ref: '#/components/x-p'}}}
",
    );
    let rules = outcome.rules();
    let circular = rules
        .iter()
        .filter(|rule| *rule == "error circular-reference");
    assert_eq!(circular.count(), 4, "{:#?}", outcome.messages());
    assert_eq!(
        outcome.at("/paths/~1a/post/callbacks/c/{$request}/post/responses/200/description"),
        "ok"
    );
    assert_eq!(
        outcome.at("/components/schemas/S/properties/a"),
        &json!({"type": "object"})
    );
}

#[test]
fn nothing_refers_to_a_component_that_could_not_be_built() {
    let outcome = normalized(
        "openapi: 3.0.0
info: {title: t, version: '1'}
paths:
  /a: {get: {parameters: [{$ref: '#/components/parameters/A'}], responses: {'200': {description: ok}}}}
  /b: {get: {responses: {'200': {$ref: '#/components/responses/A'}}}}
  /c: {get: {responses: {'200': {description: ok, headers: {h: {$ref: '#/components/headers/A'}}}}}}
components:
  parameters: {A: {$ref: '#/components/parameters/B'}, B: {schema: {}, required: true}}
  responses: {A: {$ref: '#/components/responses/B'}, B: 3}
  headers: {A: {$ref: '#/components/headers/B'}, B: 3}
",
    );
    assert_eq!(outcome.at("/components"), &json!({}));
    assert!(outcome.at("/paths/~1a/get/x-broken").is_string());
    assert!(outcome.at("/paths/~1b/get/x-broken").is_string());
    assert_eq!(
        outcome.at("/paths/~1c/get/responses/200"),
        &json!({"description": "ok"})
    );
}
