//! Documents that nobody can use, wholly or in part, and what is said of them: where, what, what to do.

use portal_generator::diagnostics::{Diagnostic, Severity};
use portal_generator::document::{self, Source};
use portal_generator::manifest::{self, Manifest};
use portal_generator::normalize::DocumentSet;
use portal_generator::{CrateOptions, Output, crate_from_document, portal_api};

/// What a YAML document must begin with to be one; the next line is its third.
const HEAD: &str = "openapi: 3.0.4\ninfo: {title: Test, version: '1'}\n";

mod no_document {
    use super::refused;

    #[test]
    fn nothing() {
        for text in ["", " \n\t\n", "\u{feff}"] {
            refused(
                "api.yaml",
                text,
                "error: api.yaml:1:1: the file is empty; supply the OpenAPI document; an interrupted download leaves \
                 such a file",
            );
        }
    }

    #[test]
    fn some_other_value() {
        let holds = |what: &str| {
            format!(
                "error: api.yaml:1:1: the file holds {what}, not an OpenAPI document; supply the OpenAPI document itself"
            )
        };
        refused("api.yaml", "[1]", &holds("a list"));
        refused("api.yaml", "hello", &holds("plain text"));
        refused("api.yaml", "42", &holds("a number"));
        refused("api.yaml", "# A comment.\n", &holds("nothing"));
    }

    #[test]
    fn a_web_page() {
        refused(
            "api.json",
            "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
            "error: api.json:1:1: the file is XML or HTML; supply the OpenAPI document; a download that needs a login \
             often yields such a page",
        );
    }

    #[test]
    fn another_kind_of_document() {
        refused(
            "api.json",
            r#"{"hello": 1}"#,
            "error: api.json:1:1: neither `openapi` nor `swagger` names a version, so this is not an OpenAPI \
             document; supply the OpenAPI document itself; if it is one, add its version",
        );
        refused(
            "api.yaml",
            "asyncapi: 2.0.0\n",
            "error: api.yaml:1:1: this is an AsyncAPI document, not an OpenAPI document; supply the OpenAPI document \
             of the service",
        );
    }

    #[test]
    fn a_version_that_nobody_knows() {
        refused(
            "api.yaml",
            "paths: {}\nopenapi: 4.0.0\n",
            "error: api.yaml:2:1#/openapi: version 4.0.0 of OpenAPI is not known; supply the document as OpenAPI 3.x \
             or Swagger 2.0",
        );
        refused(
            "api.yaml",
            "openapi: [3]\n",
            "error: api.yaml:1:1#/openapi: `openapi` does not name a version; supply the document as OpenAPI 3.x or \
             Swagger 2.0",
        );
    }

    #[test]
    fn bytes() {
        let is = |what: &str| {
            format!(
                "error: api.json:1:1: the file is {what}, not text; supply the OpenAPI document as JSON or YAML"
            )
        };
        refused(
            "api.json",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            &is("an image"),
        );
        refused(
            "api.json",
            b"\x1f\x8b\x08\0\0\0\0\0",
            &is("gzip-compressed"),
        );
        refused("api.json", b"PK\x03\x04\x14\0", &is("a zip archive"));
        refused("api.json", b"{\"openapi\": \"3.0.4\0\"}", &is("binary"));
    }

    #[test]
    fn text_in_another_encoding() {
        let text = "openapi: 3.0.4\ninfo: {title: Caf\u{e9}, version: '1'}\n";
        let marked: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let unmarked: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin_1: Vec<u8> = text.chars().map(|character| character as u8).collect();
        refused(
            "api.yaml",
            marked,
            "error: api.yaml:1:1: the file is UTF-16; save it as UTF-8",
        );
        refused(
            "api.yaml",
            unmarked,
            "error: api.yaml:1:1: the file is UTF-16; save it as UTF-8",
        );
        refused(
            "api.yaml",
            latin_1,
            "error: api.yaml:2:18: the byte 0xe9 is not UTF-8; save the file as UTF-8",
        );
    }
}

mod unreadable_text {
    use super::{HEAD, mended, read, refused};

    #[test]
    fn truncated_json() {
        let ends = |place: &str| {
            format!(
                "error: api.json:{place}: the JSON ends in the middle; fetch the document again; an interrupted \
                 download leaves such a file"
            )
        };
        refused(
            "api.json",
            "{\n  \"openapi\": \"3.0.4\",\n  \"info\": {\"title\": \"T",
            &ends("3:22"),
        );
        refused("api.json", "{\"openapi\": \"3.0.4\",", &ends("1:20"));
        refused("api.json", "{", &ends("1:1"));
    }

    #[test]
    fn truncated_yaml() {
        refused(
            "api.yaml",
            "openapi: 3.0.4\ninfo: {title: T,\n",
            "error: api.yaml:2:7: this is not YAML: unclosed bracket '{'; correct the file",
        );
        refused(
            "api.yaml",
            "openapi: 3.0.4\ninfo:\n  title: \"T\n",
            "error: api.yaml:4:1: this is not YAML: invalid indentation in multiline quoted scalar; correct the file",
        );
    }

    #[test]
    fn text_after_the_end() {
        refused(
            "api.json",
            "{\"openapi\": \"3.0.4\"} x",
            "error: api.json:1:22: something follows the end of the JSON document; correct the file",
        );
    }

    #[test]
    fn indentation() {
        refused(
            "api.yaml",
            "openapi: 3.0.4\ninfo:\n  title: T\n version: 1\n",
            "error: api.yaml:4:2: this is not YAML: while parsing a block mapping, did not find expected key; correct \
             the file",
        );
    }

    #[test]
    fn aliases() {
        refused(
            "api.yaml",
            "openapi: 3.0.4\na: *b\n",
            "error: api.yaml:2:4: this is not YAML: alias references unknown anchor; correct the file",
        );
        // The reader's own words; `the alias a contains itself` would help more.
        refused(
            "api.yaml",
            "openapi: 3.0.4\na: &a\n  b: *a\n",
            "error: api.yaml:3:6: this is not YAML: recursive references require weak recursion types; correct the file",
        );
    }

    fn bomb(place: &str) -> String {
        format!(
            "error: {place}: the document's aliases repeat more than any document needs; write shared parts as \
             components and refer to them"
        )
    }

    #[test]
    fn alias_bomb() {
        let mut text = "openapi: 3.0.4\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (inner, outer) in ('a'..'i').zip('b'..) {
            let nine = vec![format!("*{inner}"); 9].join(", ");
            text.push_str(&format!("{outer}: &{outer} [{nine}]\n"));
        }
        refused("api.yaml", text, &bomb("api.yaml:2:20"));
    }

    #[test]
    fn alias_bomb_of_few_and_long_texts() {
        let long = "x".repeat(1024 * 1024);
        let aliases = "- *a\n".repeat(200);
        let text = format!("openapi: 3.0.4\na: &a {long}\nb:\n{aliases}");
        refused("api.yaml", text, &bomb("api.yaml:1:1"));
    }

    #[test]
    fn alias_bomb_of_merges() {
        let mut text = "openapi: 3.0.4\na0: &a0 {x: 1}\n".to_owned();
        for number in 1..300 {
            let before = number - 1;
            text.push_str(&format!(
                "a{number}: &a{number} {{<<: *a{before}, x{number}: 1}}\n"
            ));
        }
        refused("api.yaml", text, &bomb("api.yaml:35:12"));
    }

    #[test]
    fn too_deep() {
        let deep = |place: &str| {
            format!(
                "error: {place}: the document is nested deeper than 256 levels; move inner schemas to components and \
                 refer to them"
            )
        };
        let lists = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        refused(
            "api.json",
            format!("{{\"openapi\": \"3.0.4\", \"x\": {lists}}}"),
            &deep("api.json:1:282"),
        );
        refused("api.json", "[".repeat(100_000), &deep("api.json:1:257"));
        refused(
            "api.yaml",
            format!("{HEAD}x: {lists}\n"),
            &deep("api.yaml:3:260"),
        );
        let blocks: String = (0..600)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect();
        let problems = read("api.yaml", blocks, &[]).expect_err("it is too deep");
        assert_eq!(problems[0].rule, "too-deep");
    }

    #[test]
    fn a_key_that_stands_twice() {
        mended(
            "paths:
  /a: {get: {operationId: one, responses: {'204': {description: OK}}}}
  /a: {put: {operationId: two, responses: {'204': {description: OK}}}}
",
            "\
warning: api.yaml:5:3#/paths/~1a: this key stands in the same mapping in line 4 too; the last one counts; remove one of them, or bring both together under one key
error: api.yaml:4:8#/paths/~1a/get: the operation is left out: its path or its method stands in the document once more, further down; mend the document, or leave the operation out in the manifest",
        );
    }
}

mod misshapen {
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
}

mod references {
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
        let no_content = "      responses: {'204': {description: OK}}\ncomponents: {schemas: {A: {type: string}}}\n";
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
}

mod manifests {
    use super::{HEAD, lines, parsed};
    use portal_generator::document::Source;

    const MANIFEST: &str = "\
portal: shop
title: Shop API
client: Shop
env-prefix: SHOP
numbers: decimal
identity-provider:
  token-url: https://id.example.com/token
  parameters: form
  client-authentication: body
  grants: [client-credentials]
gateway: { regions: { fi: { gateway: 'https://api.example.com' } } }
apis:
  orders:
    document: orders.yaml
    path: /orders
    operations:
      getOrder: { name: order }
      listOrders: { omit: It is not for us. }
bundles:
  Reader: { description: Reads., access: { orders: read }, scopes: [read] }
";

    #[test]
    fn that_name_an_operation_which_is_not_there() {
        let manifest = super::manifest::parse(&Source::new("portal.yaml", MANIFEST))
            .expect("the manifest is right");
        let document = format!(
            "{HEAD}paths: {{/a: {{get: {{operationId: getOrders, responses: {{'204': {{description: OK}}}}}}}}}}\n"
        );
        let output = parsed(&manifest, "orders.yaml", &document);
        assert_eq!(
            lines(&output.diagnostics),
            "\
error: portal.yaml:17:7#/apis/orders/operations/getOrder: `orders.yaml` has no operation `getOrder`; did you mean `getOrders`?
error: portal.yaml:18:7#/apis/orders/operations/listOrders: `orders.yaml` has no operation `listOrders`; did you mean `getOrders`?"
        );
    }

    #[test]
    fn that_name_operations_without_an_id_by_method_and_path() {
        let text = MANIFEST
            .replace(
                "getOrder: { name: order }",
                "GET /a: { omit: It is not for us. }",
            )
            .replace(
                "listOrders: { omit: It is not for us. }",
                "POST /a: { name: search, access: read }",
            );
        let manifest = super::manifest::parse(&Source::new("portal.yaml", text))
            .expect("the manifest is right");
        let answers = "{responses: {'204': {description: OK}}}";
        let document = format!("{HEAD}paths: {{/a: {{get: {answers}, post: {answers}}}}}\n");
        let output = parsed(&manifest, "orders.yaml", &document);
        assert_eq!(
            lines(&output.diagnostics),
            "note: orders.yaml:3:14#/paths/~1a/get: the operation is left out: left out by the manifest: It is not for us."
        );
        let facts = output.operations.iter();
        let facts: Vec<_> = facts
            .map(|one| (one.id.as_str(), one.name.as_str(), one.access))
            .collect();
        assert_eq!(
            facts,
            [("POST /a", "search", portal_generator::ir::Access::Read)]
        );
    }

    #[test]
    fn that_select_what_is_not_there() {
        let manifest = |selection: &str| {
            let rules = MANIFEST.find("    operations:").expect("there are rules");
            let bundles = MANIFEST.find("bundles:").expect("there are bundles");
            let text = format!(
                "{}    select:\n{selection}{}",
                &MANIFEST[..rules],
                &MANIFEST[bundles..]
            );
            super::manifest::parse(&Source::new("portal.yaml", text))
                .expect("the manifest is right")
        };
        let document = format!(
            "{HEAD}paths: {{/a: {{post: {{tags: [A], responses: {{'204': {{description: OK}}}}}}}}}}\n"
        );
        let told = |selection: &str| {
            let output = parsed(&manifest(selection), "orders.yaml", &document);
            lines(&output.diagnostics)
        };
        assert_eq!(
            told(
                "      include: { tags: [A, B], paths: [/a, /b/**], operations: [POST /a, addA] }\n      exclude: { tags: [C] }\n"
            ),
            "\
error: portal.yaml:17:28#/apis/orders/select/include/tags/1: `B` names no operation of `orders.yaml`; correct it or take it away
error: portal.yaml:17:44#/apis/orders/select/include/paths/1: `/b/**` names no operation of `orders.yaml`; correct it or take it away
error: portal.yaml:17:74#/apis/orders/select/include/operations/1: `addA` names no operation of `orders.yaml`; correct it or take it away
error: portal.yaml:18:25#/apis/orders/select/exclude/tags/0: `C` names no operation of `orders.yaml`; correct it or take it away"
        );
        assert_eq!(
            told("      bundles: [Reader]\n"),
            "\
note: orders.yaml:3:14#/paths/~1a/post: the operation is not selected
error: portal.yaml:17:17#/apis/orders/select/bundles/0: `Reader` grants no operation of `orders.yaml`; correct it or take it away"
        );
        assert_eq!(
            told("      include: { paths: ['/**'] }\n      exclude: { tags: [A] }\n"),
            "\
note: orders.yaml:3:14#/paths/~1a/post: the operation is not selected
error: portal.yaml:16:5#/apis/orders/select: no operation of `orders.yaml` is selected; correct it or take it away"
        );
    }

    #[test]
    fn that_name_an_api_which_is_not_there() {
        let text = MANIFEST.replace("access: { orders: read }", "access: { order: read }");
        let problems = super::manifest::parse(&Source::new("portal.yaml", text))
            .expect_err("there is no such API");
        assert_eq!(
            lines(&problems),
            "error: portal.yaml:20:44#/bundles/Reader/access/order: there is no API `order`; did you mean `orders`?"
        );
    }
}

/// Checks that nothing is made of a file, and what is said of it.
#[track_caller]
fn refused(name: &str, content: impl AsRef<[u8]>, expected: &str) {
    match read(name, content, &[]) {
        Ok(output) => panic!(
            "something was made of it, with\n{}",
            lines(&output.diagnostics)
        ),
        Err(problems) => assert_eq!(lines(&problems), expected),
    }
}

/// Checks what is said of the rest of a document, of which something is made all the same.
#[track_caller]
fn mended(rest: &str, expected: &str) {
    mended_with(rest, &[], expected);
}

/// Checks what is said of the rest of a document with other files beside it.
#[track_caller]
fn mended_with(rest: &str, others: &[(&str, &str)], expected: &str) {
    match read("api.yaml", format!("{HEAD}{rest}"), others) {
        Ok(output) => assert_eq!(lines(&output.diagnostics), expected),
        Err(problems) => panic!("nothing was made of it:\n{}", lines(&problems)),
    }
}

fn read(
    name: &str,
    content: impl AsRef<[u8]>,
    others: &[(&str, &str)],
) -> Result<Output, Vec<Diagnostic>> {
    let options = CrateOptions {
        name: "example".to_owned(),
        command: "cargo xtask generate".to_owned(),
        runtime: "../runtime".to_owned(),
    };
    crate_from_document(&set(name, content, others)?, &options)
}

fn parsed(manifest: &Manifest, name: &str, content: &str) -> Output {
    let documents = set(name, content, &[]).expect("the document can be read");
    portal_api(manifest, &manifest.apis[0], &documents).expect("the document can be used")
}

fn set(
    name: &str,
    content: impl AsRef<[u8]>,
    others: &[(&str, &str)],
) -> Result<DocumentSet, Vec<Diagnostic>> {
    let document =
        document::parse(&Source::new(name, content.as_ref())).map_err(|problem| vec![problem])?;
    DocumentSet::new(document).load(|wanted| {
        let found = others.iter().find(|(name, _)| *name == wanted);
        found
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or("there is no such file".to_owned())
    })
}

/// What is said, a line each. Whatever it is, it has a place, and a remedy where something was refused.
#[track_caller]
fn lines(found: &[Diagnostic]) -> String {
    for problem in found {
        assert!(
            problem.place.line.is_some() && problem.place.column.is_some(),
            "without a place: {problem}"
        );
        assert!(
            problem.severity == Severity::Note || !problem.help.is_empty(),
            "without a remedy: {problem}"
        );
    }
    let lines: Vec<String> = found
        .iter()
        .map(|problem| format!("{}: {problem}", problem.severity))
        .collect();
    lines.join("\n")
}
