//! `cargo xtask mend` as a person runs it.

use crate::support::{Folder, MANIFEST, ORDERS};

/// The orders with three things wrong.
fn workspace(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("specs/shop/portal.yaml", MANIFEST);
    let orders = ORDERS
        .replace(
            "        - { name: id, in: path, required: true, schema: { type: string } }\n",
            "",
        )
        .replace("      parameters:\n", "")
        .replace("          description: The order.\n", "")
        .replace("id: { type: string }", "id: { type: string, enum: [] }");
    folder.write("specs/shop/orders.yaml", orders);
    folder
}

const OVERLAY: &str = r#"overlay: 1.1.0
info: { title: "Corrections to orders.yaml", version: "1" }
extends: "orders.yaml"
actions:
  - target: "$.components.schemas.Order.properties.id.enum"
    description: "No value would be allowed."
    remove: true
  - target: "$.paths['/v1/orders/{id}'].get.responses['200']"
    description: "A response must have a description."
    update: {"description":""}
  - target: "$.paths['/v1/orders/{id}'].get"
    description: "The path has a variable that nothing declares."
    update: {"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}]}
"#;

#[test]
fn warnings_with_one_remedy_are_put_right_once() {
    let folder = workspace("mend_once");
    let orders = folder.read("specs/shop/orders.yaml");
    let ended = folder.xtask(&["codegen"]);
    let hint = "3 warnings can be put right in an overlay: `cargo xtask mend --portal shop`\n";
    assert!(ended.stderr.ends_with(hint), "{}", ended.stderr);

    let ended = folder.xtask(&["mend", "--check"]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.stderr,
        "error: run `cargo xtask mend` to write this\n"
    );
    // The manifest, the document and the lock.
    assert_eq!(folder.files("specs").len(), 3, "a check writes nothing");

    let shown = ended.stdout;
    let ended = folder.xtask(&["mend"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(ended.stdout, shown);
    for line in OVERLAY.lines() {
        assert!(
            shown.contains(&format!("\n+{line}\n")),
            "{line} is not shown:\n{shown}"
        );
    }
    assert_eq!(folder.read("specs/shop/orders.overlay.yaml"), OVERLAY);
    assert_eq!(
        folder.read("specs/shop/orders.yaml"),
        orders,
        "the vendor's file stays"
    );
    let ended = folder.xtask(&["codegen"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));

    let ended = folder.xtask(&["mend"]);
    assert_eq!(
        ended.stdout,
        "there is nothing that can be put right with certainty\n"
    );
    assert_eq!(folder.read("specs/shop/orders.overlay.yaml"), OVERLAY);
}

#[test]
fn an_overlay_that_is_there_is_continued() {
    let folder = workspace("mend_continued");
    let own = "\
# By hand.
overlay: 1.1.0
info: { title: Orders, version: '1' }
actions:
- target: $.paths.*.get # all of them
  update: { operationId: FindOrder }
";
    folder.write("specs/shop/orders.overlay.yaml", own);
    assert_eq!(
        folder
            .xtask(&["mend", "--portal", "shop", "--api", "orders"])
            .code,
        0
    );
    let text = folder.read("specs/shop/orders.overlay.yaml");
    let rest = text.strip_prefix(own).expect("what was there stays");
    assert!(rest.starts_with("- target: \"$.components"), "{rest}");
    let ended = folder.xtask(&["codegen"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}

#[test]
fn an_overlay_that_cannot_be_continued_stays() {
    let folder = workspace("mend_flow");
    let own = "overlay: 1.1.0\nactions: [{ target: $.info, update: { x-a: 1 } }]\ninfo: { title: T, version: '1' }\n";
    folder.write("specs/shop/orders.overlay.yaml", own);
    let ended = folder.xtask(&["mend"]);
    let expected = "error: specs/shop/orders.overlay.yaml takes no more actions at its end; bring `actions` there, one \
                    below the other\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (1, expected));
    assert_eq!(folder.read("specs/shop/orders.overlay.yaml"), own);
    let ended = folder.xtask(&["mend", "--api", "order"]);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (2, "error: there is no API `order`\n")
    );
}
