//! Leaving out the schemas that nothing reaches changes nothing but that they are not there.

mod fixture;

use std::collections::BTreeSet;

use portal_generator::File;
use portal_generator::document::{self, Document, Source};
use portal_generator::manifest::Schemas;

/// Schemas that nothing reaches, which take names that others want and say of others what selects them.
const LEFT_OUT: &str = "
openapi: 3.0.4
info: {title: Test, version: '1'}
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Line'}}}}
        '201': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/order-line'}}}}
components:
  schemas:
    order_line: {type: object, properties: {a: {type: string}}}
    order-line: {type: object, properties: {b: {type: string}}}
    Line:
      type: object
      required: [kind]
      properties: {kind: {type: string}, at: {type: object, properties: {x: {type: string}}}}
    LineAt: {type: object, properties: {b: {type: string}}}
    Other: {type: object, required: [kind], properties: {kind: {type: string}}}
    Any:
      oneOf: [{$ref: '#/components/schemas/Line'}, {$ref: '#/components/schemas/Other'}]
      discriminator: {propertyName: kind, mapping: {line: '#/components/schemas/Line'}}
";

/// What stands between blank lines, but for imports.
fn parts(file: &File) -> BTreeSet<&str> {
    let parts = file.text.split("\n\n").map(str::trim);
    parts.filter(|part| !part.starts_with("use ")).collect()
}

fn check(name: &str, parse: impl Fn() -> Document) -> usize {
    let used = fixture::generate(parse()).expect("the document can be used");
    let all = fixture::generate_with(parse(), Schemas::All).expect("the document can be used");
    for file in &used.files {
        let same = all.files.iter().find(|other| other.path == file.path);
        let same = same.unwrap_or_else(|| panic!("{name}: {} is new", file.path));
        match file.path.contains("types") {
            true => {
                let changed: Vec<_> = parts(file).difference(&parts(same)).copied().collect();
                assert_eq!(changed, [""; 0], "{name}: {}", file.path);
            }
            false => assert_eq!(file.text, same.text, "{name}: {}", file.path),
        }
    }
    used.summary.unreached
}

#[test]
fn what_stays_is_as_it_would_be_with_all_schemas() {
    let left_out = check("left out", || {
        document::parse(Source::new("api.yaml", LEFT_OUT)).expect("it is a document")
    });
    assert_eq!(left_out, 4);
    for file in fixture::all() {
        check(&file, || fixture::document(&file));
    }
}
