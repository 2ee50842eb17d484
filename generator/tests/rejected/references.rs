use super::{mended, mended_with, read};

/// The paths of a document with an operation whose last line, the seventh, is given.
fn operation(line: &str) -> String {
    format!(
        "paths:
  /a:
    get:
      operationId: getA
      {line}
"
    )
}

fn answer(reference: &str) -> String {
    operation(&format!(
        "responses: {{'200': {{description: OK, content: {{application/json: {{schema: {{$ref: {reference}}}}}}}}}}}"
    ))
}

/// What is said of a schema that is left as JSON, at its reference and at the schema itself.
fn left_as_json(what: &str, remedy: &str) -> String {
    let schema = "#/paths/~1a/get/responses/200/content/application~1json/schema";
    format!(
        "\
error: api.yaml:7:82{schema}/$ref: {what}; {remedy}
warning: api.yaml:7:73{schema}: the value stays untyped JSON: {what}; use it through `Json`, or mend the document"
    )
}

/// What is said of an operation that is left out.
fn left_out(place: &str, what: &str, remedy: &str) -> String {
    format!(
        "\
error: api.yaml:{place}: {what}; {remedy}
error: api.yaml:5:5#/paths/~1a/get: the operation is left out: {what}; mend the document, or leave the operation out in the manifest"
    )
}

const CORRECT: &str = "correct the reference or add what it names";

#[test]
fn to_a_schema_that_is_not_there() {
    let what = "`#/components/schemas/No` leads to nothing";
    mended(
        &answer("'#/components/schemas/No'"),
        &left_as_json(what, CORRECT),
    );
}

#[test]
fn to_a_parameter_a_body_or_a_response_that_is_not_there() {
    let no_content = "      responses: {'204': {description: OK}}\n";
    mended(
        &(operation("parameters: [{$ref: '#/components/parameters/No'}]") + no_content),
        &left_out(
            "7:20#/paths/~1a/get/parameters/0",
            "`#/components/parameters/No` leads to nothing",
            CORRECT,
        ),
    );
    mended(
        &(operation("requestBody: {$ref: '#/components/requestBodies/No'}") + no_content),
        &left_out(
            "7:7#/paths/~1a/get/requestBody",
            "`#/components/requestBodies/No` leads to nothing",
            CORRECT,
        ),
    );
    mended(
        &operation("responses: {'200': {$ref: '#/components/responses/No'}}"),
        &left_out(
            "7:19#/paths/~1a/get/responses/200",
            "`#/components/responses/No` leads to nothing",
            CORRECT,
        ),
    );
}

#[test]
fn to_a_header_that_is_not_there() {
    mended(
        &operation(
            "responses: {'204': {description: OK, headers: {X-A: {$ref: '#/components/headers/No'}}}}",
        ),
        "error: api.yaml:7:54#/paths/~1a/get/responses/204/headers/X-A: `#/components/headers/No` leads to \
         nothing; the header is left out; correct the reference or add what it names",
    );
}

#[test]
fn to_a_path_that_is_not_there() {
    mended(
        "paths: {/a: {$ref: '#/paths/~1b'}, /c: {get: {responses: {'204': {description: OK}}}}}\n",
        "error: api.yaml:3:14#/paths/~1a/$ref: `#/paths/~1b` leads to nothing; the operations of the path are left \
         out; correct the reference or add what it names",
    );
}

#[test]
fn to_something_of_another_kind() {
    let no_content =
        "      responses: {'204': {description: OK}}\ncomponents: {schemas: {A: {type: string}}}\n";
    mended(
        &(operation("parameters: [{$ref: '#/components/schemas/A'}]") + no_content),
        "warning: api.yaml:9:24#/components/schemas/A: the parameter does not say where it goes, and is left out; \
         add `in`",
    );
    // What is no schema is read as one that allows everything.
    mended(
        &answer("'#/paths'"),
        "note: api.yaml:4:3#/paths/~1a: `/a` is no keyword of a schema and is left out",
    );
}

#[test]
fn that_are_no_text() {
    mended(
        &answer("5"),
        "\
error: api.yaml:7:82#/paths/~1a/get/responses/200/content/application~1json/schema/$ref: `$ref` is no text, so it leads nowhere; write the reference as text, or take the `$ref` away
warning: api.yaml:7:73#/paths/~1a/get/responses/200/content/application~1json/schema: the value stays untyped JSON: `$ref` is no text, so it leads nowhere; use it through `Json`, or mend the document",
    );
}

#[test]
fn to_the_web() {
    mended(
        &answer("'https://example.com/a.yaml#/A'"),
        &left_as_json(
            "`https://example.com/a.yaml` is not fetched",
            "`cargo xtask fetch --from https://example.com/a.yaml --out a.yaml` fetches it; refer to that file",
        ),
    );
    mended(
        &operation("responses: {'200': {$ref: 'http://example.com/a.yaml'}}"),
        &left_out(
            "7:19#/paths/~1a/get/responses/200",
            "`http://example.com/a.yaml` is not fetched",
            "`cargo xtask fetch --from http://example.com/a.yaml --out a.yaml` fetches it; refer to that file",
        ),
    );
}

#[test]
fn to_a_file_outside_the_folder() {
    let remedy = "move it into the folder, or allow a folder above it";
    for file in ["../secret.yaml", "/etc/passwd", "inner/../../secret.yaml"] {
        let what = format!("`{file}` lies outside the document's folder");
        mended(&answer(file), &left_as_json(&what, remedy));
    }
}

#[test]
fn to_a_file_that_is_not_there() {
    mended(
        &answer("missing.yaml#/A"),
        &left_as_json(
            "the file `missing.yaml` cannot be read: there is no such file",
            "put the file beside the document",
        ),
    );
}

#[test]
fn into_a_file_that_lacks_it() {
    mended_with(
        &answer("other.yaml#/B"),
        &[("other.yaml", "A: {type: string}\n")],
        &left_as_json("`other.yaml#/B` leads to nothing", CORRECT),
    );
}

#[test]
fn to_a_file_that_cannot_be_read() {
    let text = format!("{}{}", super::HEAD, answer("other.json"));
    let problems =
        read("api.yaml", text, &[("other.json", "{\"a\": ")]).expect_err("it is truncated");
    assert_eq!(
        super::lines(&problems),
        "error: other.json:1:6: the JSON ends in the middle; fetch the document again; an interrupted download \
         leaves such a file"
    );
}

#[test]
fn to_themselves() {
    let circle = |place: &str, name: &str| {
        format!(
            "error: api.yaml:{place}: `#/components/schemas/{name}` leads back to itself through references \
             alone; write out one of them\n"
        )
    };
    let json = |place: &str, name: &str| {
        format!(
            "warning: api.yaml:{place}: the value stays untyped JSON: `#/components/schemas/{name}` leads back to \
             itself through references alone; use it through `Json`, or mend the document\n"
        )
    };
    let expected = [
        circle("6:5#/components/schemas/A", "A"),
        circle("7:5#/components/schemas/B", "C"),
        circle("8:5#/components/schemas/C", "B"),
        json("6:5#/components/schemas/A", "A"),
        json("7:5#/components/schemas/B", "C"),
        json("8:5#/components/schemas/C", "B"),
    ];
    mended(
        "paths: {/a: {get: {responses: {'204': {description: OK}}}}}
components:
  schemas:
    A: {$ref: '#/components/schemas/A'}
    B: {$ref: '#/components/schemas/C'}
    C: {$ref: '#/components/schemas/B'}
    D: {type: object, properties: {b: {$ref: '#/components/schemas/B'}}}
",
        expected.concat().trim_end(),
    );
}

#[test]
fn of_parameters_and_paths_to_themselves() {
    mended(
        "paths:
  /a: {$ref: '#/paths/~1b'}
  /b: {$ref: '#/paths/~1a'}
  /c:
    get:
      parameters: [{$ref: '#/components/parameters/A'}]
      responses: {'204': {description: OK}}
components:
  parameters:
    A: {$ref: '#/components/parameters/A'}
",
        "\
error: api.yaml:12:5#/components/parameters/A: `#/components/parameters/A` leads back to itself through references alone; write out one of them
error: api.yaml:4:3#/paths/~1a: the reference brings in what it is part of itself, and is left out; write it out once
error: api.yaml:5:3#/paths/~1b: the reference brings in what it is part of itself, and is left out; write it out once
error: api.yaml:8:20#/paths/~1c/get/parameters/0: `#/components/parameters/A` leads back to itself through references alone; write out one of them
error: api.yaml:7:5#/paths/~1c/get: the operation is left out: `#/components/parameters/A` leads back to itself through references alone; mend the document, or leave the operation out in the manifest",
    );
}

#[test]
fn of_compositions_to_themselves() {
    mended(
        "paths: {/a: {get: {responses: {'204': {description: OK}}}}}
components:
  schemas:
    A: {allOf: [{$ref: '#/components/schemas/A'}]}
    B: {oneOf: [{$ref: '#/components/schemas/B'}, {type: string}]}
",
        "\
error: api.yaml:6:5#/components/schemas/A: the schema extends itself, by way of `A`; that part is left out; remove it from the list
error: api.yaml:7:5#/components/schemas/B: the schema is a choice of itself, by way of `B`; that part is left out; remove it from the list",
    );
}
