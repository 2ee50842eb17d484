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
