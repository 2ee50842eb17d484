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
