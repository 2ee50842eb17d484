//! What overlays do to one small document.

use serde_json::json;

use super::*;
use crate::document::Source;
use crate::normalize::DocumentSet;

const DOCUMENT: &str = "\
openapi: 3.0.1
info: { title: Shop, version: '1' }
paths:
  /orders:
    get:
      summary: Lists.
      tags: [a, b, c]
      parameters:
        - { name: page, in: query }
        - { name: size, in: query }
    post:
      tags: [b]
";

fn document() -> Document {
    let source = Source::new("shop/orders.yaml", DOCUMENT);
    crate::document::parse(&source).unwrap()
}

fn overlay(version: &str, rest: &str) -> Result<Overlay, Vec<crate::diagnostics::Diagnostic>> {
    let text = format!("overlay: {version}\ninfo: {{ title: T, version: '1' }}\n{rest}");
    Overlay::parse(&Source::new("shop/orders.overlay.yaml", text))
}

fn applied(version: &str, rest: &str) -> Result<Document, String> {
    let result = overlay(version, rest).and_then(|overlay| apply(document(), &[overlay]));
    result.map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

#[track_caller]
fn get(version: &str, rest: &str) -> Value {
    let document = applied(version, rest).expect("the overlay fits");
    document.value["paths"]["/orders"]["get"].clone()
}

#[track_caller]
fn check_refused(version: &str, rest: &str, expected: &str) {
    assert_eq!(applied(version, rest).expect_err("refused"), expected);
}

#[test]
fn mappings_merge_lists_grow_and_single_values_are_replaced() {
    let get = get(
        "1.1.0",
        "\
actions:
  - target: $.paths['/orders'].get
    update:
      summary: Lists orders.
      operationId: ListOrders
      tags: [d]
  - target: $.paths.*.get.parameters[?@.name == 'page']
    update: { schema: { type: integer } }
  - target: $.paths.*.get.tags
    update: [e, [f]]
  - target: $.paths.*.get.tags
    update: g
",
    );
    let expected = json!({
        "summary": "Lists orders.",
        "tags": ["a", "b", "c", "d", "e", ["f"], "g"],
        "parameters": [
            { "name": "page", "in": "query", "schema": { "type": "integer" } },
            { "name": "size", "in": "query" },
        ],
        "operationId": "ListOrders",
    });
    assert_eq!(get, expected);
}

#[test]
fn version_1_0_appends_a_list_as_one_item() {
    let actions = "actions: [{ target: '$.paths.*.get.tags', update: [d] }]";
    assert_eq!(get("1.0.0", actions)["tags"], json!(["a", "b", "c", ["d"]]));
    assert_eq!(get("1.1.3", actions)["tags"], json!(["a", "b", "c", "d"]));
}

#[test]
fn single_values_can_be_selected_since_1_1() {
    let actions = "actions: [{ target: '$.paths.*.get.summary', update: Lists orders. }]";
    assert_eq!(get("1.1.0", actions)["summary"], "Lists orders.");
    check_refused(
        "1.0.0",
        actions,
        "shop/orders.overlay.yaml:3:13#/actions/0/target: the target is neither a mapping nor a list, which \
         version 1.0 does not allow; write `overlay: 1.1.0`, or select the mapping that holds it",
    );
}

#[test]
fn several_items_of_a_list_are_removed_at_once() {
    let tags = |target: &str| {
        let actions = format!("actions: [{{ target: \"{target}\", remove: true }}]");
        get("1.1.0", &actions)["tags"].clone()
    };
    assert_eq!(tags("$.paths.*.get.tags[0, 2, 0]"), json!(["b"]));
    assert_eq!(tags("$.paths.*.get.tags[?@ == 'b']"), json!(["a", "c"]));
    assert_eq!(tags("$.paths.*.get['tags', 'summary']"), Value::Null);
    assert_eq!(
        tags("$.paths..*"),
        Value::Null,
        "what holds others goes with them"
    );
}

#[test]
fn parts_are_copied() {
    let document = applied(
        "1.1.0",
        "\
actions:
  - { target: '$.paths.*.post', copy: '$.paths.*.get' }
  - { target: '$.paths.*.get', remove: true }
",
    );
    let document = document.expect("the overlay fits");
    let expected = json!({ "post": {
        "tags": ["b", "a", "b", "c"],
        "summary": "Lists.",
        "parameters": [{ "name": "page", "in": "query" }, { "name": "size", "in": "query" }],
    } });
    assert_eq!(document.value["paths"]["/orders"], expected);
    let place = |pointer: &str| document.place(pointer).to_string();
    let copied = place("/paths/~1orders/post/parameters/1/name");
    assert_eq!(
        copied,
        "shop/orders.yaml:10:13#/paths/~1orders/get/parameters/1/name"
    );
    let own = place("/paths/~1orders/post/tags/0");
    assert_eq!(own, "shop/orders.yaml:12:14#/paths/~1orders/post/tags/0");
}

#[test]
fn values_are_found_where_they_come_from() {
    let document = applied(
        "1.1.0",
        "\
actions:
  - target: $.paths.*.get.parameters[0]
    remove: true
  - target: $.paths.*.get
    update:
      parameters:
        - { name: sort, in: query }
      summary: More.
",
    );
    let document = document.expect("the overlay fits");
    let place = |rest: &str| {
        document
            .place(&format!("/paths/~1orders/get{rest}"))
            .to_string()
    };
    let cases = [
        (
            "/parameters/0/name",
            "shop/orders.yaml:10:13#/paths/~1orders/get/parameters/1/name",
        ),
        (
            "/parameters/1/name",
            "shop/orders.overlay.yaml:9:13#/actions/1/update/parameters/0/name",
        ),
        (
            "/parameters/1/none",
            "shop/orders.overlay.yaml:9:11#/actions/1/update/parameters/0",
        ),
        (
            "/summary",
            "shop/orders.overlay.yaml:10:7#/actions/1/update/summary",
        ),
        (
            "/tags/0",
            "shop/orders.yaml:7:14#/paths/~1orders/get/tags/0",
        ),
        ("", "shop/orders.yaml:5:5#/paths/~1orders/get"),
    ];
    for (pointer, expected) in cases {
        assert_eq!(place(pointer), expected, "{pointer}");
    }
}

#[test]
fn diagnostics_about_brought_values_point_into_the_overlay() {
    let document = applied(
        "1.1.0",
        "\
actions:
  - target: $.paths.*.get
    update:
      operationId: List
      responses: { '200': { description: OK, content: { application/json: { schema: { $ref: '#/none' } } } } }
",
    );
    let set = DocumentSet::new(document.expect("the overlay fits"));
    let normalized = crate::normalize::normalize(&set).expect("it is a document");
    let broken = normalized
        .diagnostics
        .iter()
        .find(|it| it.rule == "broken-reference");
    let place = &broken.expect("the reference leads nowhere").place;
    assert_eq!(
        (place.file.as_str(), place.line),
        ("shop/orders.overlay.yaml", Some(7))
    );
}

#[test]
fn actions_that_do_nothing_are_refused_with_their_place() {
    check_refused(
        "1.1.0",
        "\
actions:
  - { target: '$.paths.*.put', update: { summary: x } }
  - { target: '$.paths.*.get', update: { summary: Lists. } }
  - { target: '$.paths.*.get.tags', update: [b] }
  - { target: '$.paths.*.get', copy: '$.paths.*.*' }
",
        "\
shop/orders.overlay.yaml:4:7#/actions/0/target: `$.paths.*.put` selects nothing in the document; correct the target, or take the action away if the document needs it no more
shop/orders.overlay.yaml:5:5#/actions/1: the action changes nothing: the document is so already; take the action away
shop/orders.overlay.yaml:6:5#/actions/2: the action changes nothing: the document is so already; take the action away
shop/orders.overlay.yaml:7:32#/actions/3/copy: `$.paths.*.*` selects several values in the document; select one value to copy",
    );
}

#[test]
fn values_that_do_not_fit_are_refused_and_change_nothing() {
    check_refused(
        "1.1.0",
        "\
actions:
  - { target: '$.paths.*.get', update: { summary: [x] } }
  - { target: '$.paths.*.get', update: { tags: x } }
  - { target: '$.paths.*.get', update: x }
  - { target: '$.info[*]', update: {} }
  - { target: '$.paths.*.*[*]', update: x }
  - { target: '$', remove: true }
",
        "\
shop/orders.overlay.yaml:4:32#/actions/0/update: `summary` is a single value, and what is to be merged with it is none; write a value of the same kind, or remove the old one first
shop/orders.overlay.yaml:5:32#/actions/1/update: `tags` is a list, and what is to be merged with it is none; write a value of the same kind, or remove the old one first
shop/orders.overlay.yaml:6:32#/actions/2/update: the target is a mapping, and what is to be merged with it is none; write a value of the same kind, or remove the old one first
shop/orders.overlay.yaml:7:28#/actions/3/update: the target is a single value, and what is to be merged with it is none; write a value of the same kind, or remove the old one first
shop/orders.overlay.yaml:8:7#/actions/4/target: the target selects values of several kinds; select only mappings, only lists or only single values
shop/orders.overlay.yaml:9:7#/actions/5/target: the whole document cannot be removed; select a part of it",
    );
}

#[test]
fn overlays_are_read_strictly() {
    let cases = [
        (
            "2.0.0",
            "actions: [{ target: $, update: {} }]",
            "1:1#/overlay: version \"2.0.0\" of overlays is not known; write `overlay: 1.1.0`; 1.0 and 1.1 are known",
        ),
        (
            "1.1",
            "actions: [{ target: $, update: {} }]",
            "1:1#/overlay: version 1.1 of overlays is not known; write `overlay: 1.1.0`; 1.0 and 1.1 are known",
        ),
        (
            "1.1.0",
            "actions: []",
            "3:1#/actions: an overlay has `actions`, a list of at least one; see the OpenAPI Overlay Specification, section Schema",
        ),
        (
            "1.1.0",
            "action: []\nactions: [{ target: $, update: {} }]",
            "3:1#/action: unknown key `action`; use overlay, info, extends, actions",
        ),
        (
            "1.1.0",
            "actions: [{ update: {} }]",
            "3:11#/actions/0: the action has no `target`; add a JSONPath (RFC 9535)",
        ),
        (
            "1.1.0",
            "actions: [{ target: $, update: {}, remove: true }]",
            "3:11#/actions/0: an action has one of `update`, `copy` and `remove: true`; write an action for each change",
        ),
        (
            "1.1.0",
            "actions: [{ target: $, remove: false }]",
            "3:11#/actions/0: an action has one of `update`, `copy` and `remove: true`; write an action for each change",
        ),
        (
            "1.0.0",
            "actions: [{ target: $, copy: $ }]",
            "3:24#/actions/0/copy: version 1.0 has no `copy`; write `overlay: 1.1.0`",
        ),
        (
            "1.1.0",
            "extends: other.yaml\nactions: [{ target: $, update: { x-a: 1 } }]",
            "3:1#/extends: the overlay is made for `shop/other.yaml`, not for `shop/orders.yaml`; correct `extends` or leave it out",
        ),
    ];
    for (version, rest, expected) in cases {
        check_refused(
            version,
            rest,
            &format!("shop/orders.overlay.yaml:{expected}"),
        );
    }
    let malformed =
        applied("1.1.0", "actions: [{ target: paths, update: {} }]").expect_err("refused");
    assert!(
        malformed.contains("3:13#/actions/0/target: `paths` is no JSONPath: "),
        "{malformed}"
    );
}

#[test]
fn overlays_for_this_document_or_a_url_are_taken() {
    for extends in ["./orders.yaml", "https://example.com/any.json"] {
        let rest = format!(
            "extends: {extends}\nx-note: 1\nactions: [{{ target: $, update: {{ x-a: 1 }}, x-b: 2 }}]"
        );
        assert!(applied("1.1.0", &rest).is_ok(), "{extends}");
    }
}

#[test]
fn later_overlays_see_what_earlier_ones_did() {
    let one = overlay(
        "1.1.0",
        "actions: [{ target: '$.info', update: { x-a: 1 } }]",
    )
    .expect("right");
    let two = overlay(
        "1.1.0",
        "actions: [{ target: \"$.info['x-a']\", update: 2 }]",
    )
    .expect("right");
    let both = apply(document(), &[one.clone(), two]).expect("they fit");
    assert_eq!(both.value["info"]["x-a"], 2);
    assert!(
        apply(document(), &[one.clone(), one]).is_err(),
        "twice changes nothing"
    );
}

#[test]
fn what_would_grow_beyond_all_bounds_is_refused() {
    let grow = |target: &str, count: usize| -> String {
        let one = |number: usize| {
            let target = target.replace('#', &number.to_string());
            format!(
                "  - {{ target: $, update: {{ x{number}: {{}} }} }}\n  - {{ target: {target}, copy: $ }}\n"
            )
        };
        let actions: String = (0..count).map(one).collect();
        format!("actions:\n{actions}")
    };
    // Each copy holds all earlier ones.
    let refused = applied("1.1.0", &grow("$.x#", 40)).expect_err("it doubles forty times");
    assert!(
        refused.contains(
            "/copy: with this, the document would be larger or deeper than any document needs"
        ),
        "{refused}"
    );
    assert!(applied("1.1.0", &grow("$.x#", 5)).is_ok());

    let nested = "a: { ".repeat(200) + &" }".repeat(200);
    let deep = format!(
        "actions:\n  - {{ target: $.info, update: {{ {nested} }} }}\n  - {{ target: $.info{}, update: {{ {nested} }} }}\n",
        ".a".repeat(100)
    );
    let refused = applied("1.0.0", &deep).expect_err("it is too deep");
    assert!(
        refused.contains("#/actions/1/update: with this"),
        "{refused}"
    );
}
