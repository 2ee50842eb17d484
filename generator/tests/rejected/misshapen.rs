use super::{mended, refused};

#[test]
fn paths() {
    refused(
        "api.yaml",
        format!("{}paths: text\n", super::HEAD),
        "error: api.yaml:3:1#/paths: `paths` is not a mapping; write a mapping",
    );
    // What PHP makes of an empty mapping.
    let list = "warning: api.yaml:3:1#/paths: `paths` is an empty list, and is read as an empty mapping; write a mapping";
    mended("paths: []\n", &format!("{list}\n{NO_OPERATIONS}"));
}

const NO_OPERATIONS: &str = "warning: api.yaml:1:1: the document has no operations; if it should have some, fetch \
                             it again: some portals export documents without paths";

#[test]
fn path_items_and_operations() {
    mended(
        "paths: {/a: [], /b: {get: text, put: {responses: {'204': {description: OK}}}}}\n",
        "\
warning: api.yaml:3:9#/paths/~1a: the path holds no mapping of methods and is left out; write a mapping of methods to operations
error: api.yaml:3:22#/paths/~1b/get: the operation is left out: `get` holds no mapping, so no operation; mend the document, or leave the operation out in the manifest",
    );
}

#[test]
fn parameters() {
    mended(
        "paths:
  /a:
    get:
      parameters: [text, {in: query}, {name: a, in: nowhere}, {name: b, in: query}]
      responses: {'204': {description: OK}}
",
        "\
warning: api.yaml:6:20#/paths/~1a/get/parameters/0: a parameter that is no mapping is left out; write a mapping with `name` and `in`
warning: api.yaml:6:26#/paths/~1a/get/parameters/1: the parameter has no name, and is left out; add `name`
warning: api.yaml:6:39#/paths/~1a/get/parameters/2: parameters do not go into `nowhere`; it is left out; correct `in`
warning: api.yaml:6:63#/paths/~1a/get/parameters/3: it does not say what it holds, and is read as text; add a `schema`",
    );
}

#[test]
fn responses() {
    mended(
        "paths: {/a: {get: {responses: {ok: {description: OK}, '204': {description: OK}}}, put: {}}}\n",
        "\
error: api.yaml:3:32#/paths/~1a/get/responses/ok: `ok` is no status, and its response is left out; write a status such as 200, 4XX or default
warning: api.yaml:3:83#/paths/~1a/put: the operation declares no responses; add `responses`",
    );
}

#[test]
fn schemas() {
    mended(
        "paths: {/a: {get: {responses: {'204': {description: OK}}}}}
components:
  schemas:
    A: text
    B: {type: object, properties: {c: [1]}}
    C: {type: 5}
    D: {properties: text}
",
        "\
warning: api.yaml:6:5#/components/schemas/A: this is no schema, and takes any value; write a schema
warning: api.yaml:7:36#/components/schemas/B/properties/c: this is no schema, and takes any value; write a schema
warning: api.yaml:8:9#/components/schemas/C/type: `type: 5` is no type of OpenAPI and counts as missing; write the type as OpenAPI does
warning: api.yaml:9:9#/components/schemas/D/properties: `properties` is not a mapping and is left out; write a mapping",
    );
}
