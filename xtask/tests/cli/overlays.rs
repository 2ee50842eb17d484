//! Overlays in `cargo xtask codegen` and `cargo xtask generate`.

use crate::support::{Folder, MANIFEST, ORDERS};

/// Renames an operation and brings in a file.
const OVERLAY: &str = "\
overlay: 1.1.0
info: { title: Orders, version: '1' }
extends: orders.yaml
actions:
  - target: $.paths['/v1/orders/{id}'].get
    update: { operationId: FindOrder }
  - target: $.components.schemas.Order.properties
    update: { buyer: { $ref: 'buyer.yaml#/Buyer' } }
";

fn workspace(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("specs/shop/portal.yaml", MANIFEST);
    folder.write("specs/shop/orders.yaml", ORDERS);
    folder
}

#[test]
fn the_overlay_of_an_api_changes_its_document() {
    let folder = workspace("the_overlay_of_an_api");
    folder.write("specs/shop/orders.overlay.yaml", OVERLAY);
    folder.write(
        "specs/shop/buyer.yaml",
        "Buyer: { type: object, properties: { name: { type: string } } }\n",
    );
    let ended = folder.xtask(&["codegen"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let code: String = folder.files("generated").into_values().collect();
    assert!(code.contains("fn find_order"), "the operation is renamed");
    assert!(
        code.contains("struct Buyer"),
        "what the overlay refers to is loaded"
    );
    assert_eq!(
        folder.read("specs/shop/orders.yaml"),
        ORDERS,
        "the vendor's file stays"
    );
    assert_eq!(folder.xtask(&["codegen", "--check"]).code, 0);
}

#[test]
fn an_overlay_that_no_longer_fits_is_refused_and_nothing_is_written() {
    let folder = workspace("an_overlay_that_no_longer_fits");
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let before = folder.files("generated");
    let cases = [
        (
            OVERLAY.replace("/v1/orders", "/v2/orders"),
            "specs/shop/orders.overlay.yaml:5:5#/actions/0/target: `$.paths['/v2/orders/{id}'].get` selects \
             nothing in the document; correct the target, or take the action away if the document needs it no more\n",
        ),
        (
            OVERLAY.replace("FindOrder", "GetOrder"),
            "specs/shop/orders.overlay.yaml:5:5#/actions/0: the action changes nothing: the document is so already; \
             take the action away\n",
        ),
        (
            OVERLAY.to_owned(),
            "specs/shop/orders.overlay.yaml:8:24#/actions/1/update/buyer/$ref: ",
        ),
    ];
    for (overlay, expected) in cases {
        folder.write("specs/shop/orders.overlay.yaml", overlay);
        let ended = folder.xtask(&["codegen"]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
        assert_eq!(folder.files("generated"), before, "nothing is written");
    }
}

#[test]
fn an_overlay_of_no_api_is_refused() {
    let folder = workspace("an_overlay_of_no_api");
    folder.write("specs/shop/order.overlay.yaml", OVERLAY);
    let ended = folder.xtask(&["codegen"]);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (
            1,
            "specs/shop/order.overlay.yaml: the portal has no API of this name; name it after one of orders, or remove it\n"
        )
    );
}

#[test]
fn an_overlay_changes_the_file_that_it_extends() {
    let folder = workspace("an_overlay_of_another_file");
    let parts = "Order: { type: object, properties: { id: { type: string } } }\n";
    let overlay = "\
overlay: 1.0.0
info: { title: Parts, version: '1' }
extends: parts.yaml
actions:
  - target: $.Order.properties
    update: { buyer: { $ref: 'buyer.yaml#/Buyer' } }
";
    folder
        .write(
            "specs/shop/orders.yaml",
            ORDERS.replace("#/components/schemas", "parts.yaml#"),
        )
        .write("specs/shop/parts.yaml", parts)
        .write(
            "specs/shop/buyer.yaml",
            "Buyer: { type: object, properties: { name: { type: string } } }\n",
        )
        .write("specs/shop/orders.overlay.yaml", overlay);
    let ended = folder.xtask(&["codegen"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let code: String = folder.files("generated").into_values().collect();
    assert!(
        code.contains("pub buyer: Option<Buyer>"),
        "the property came"
    );

    for (from, to, expected) in [
        (
            "extends: parts.yaml",
            "extends: part.yaml",
            "specs/shop/orders.overlay.yaml:3:1#/extends: the overlay is made for `specs/shop/part.yaml`, not for \
             `specs/shop/orders.yaml` or a file that it refers to; correct `extends` or leave it out\n",
        ),
        (
            "$.Order.",
            "$.Orders.",
            "specs/shop/orders.overlay.yaml:5:5#/actions/0/target: `$.Orders.properties` selects nothing in the \
             document; correct the target, or take the action away if the document needs it no more\n",
        ),
        (
            "buyer.yaml#/Buyer",
            "buyer.yaml#/Seller",
            "specs/shop/orders.overlay.yaml:6:24#/actions/0/update/buyer/$ref: ",
        ),
    ] {
        folder.write("specs/shop/orders.overlay.yaml", overlay.replace(from, to));
        let ended = folder.xtask(&["codegen"]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
}

#[test]
fn overlays_apply_in_order_to_a_document_of_its_own() {
    let folder = Folder::new("overlays_in_order");
    let rename = |title: &str, from: &str, to: &str| {
        format!(
            "overlay: 1.1.0\ninfo: {{ title: {title}, version: '1' }}\nactions:\n  - target: \
             $.paths[*][?@.operationId == '{from}']\n    update: {{ operationId: {to} }}\n"
        )
    };
    folder
        .write("api/orders.yaml", ORDERS)
        .write("first.yaml", rename("First", "GetOrder", "ReadOrder"))
        .write("second.yaml", rename("Second", "ReadOrder", "FindOrder"));
    let generate = |overlays: &[&str]| {
        let mut arguments = vec!["generate", "api/orders.yaml", "--out", "crate", "--json"];
        for overlay in overlays {
            arguments.extend(["--overlay", overlay]);
        }
        folder.xtask(&arguments)
    };
    let ended = generate(&["first.yaml", "second.yaml"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let done: serde_json::Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    let documents = serde_json::json!(["api/orders.yaml", "first.yaml", "second.yaml"]);
    assert_eq!(done["documents"], documents);
    let code: String = folder.files("crate/src").into_values().collect();
    assert!(code.contains("fn find_order") && !code.contains("fn read_order"));
    let command = "cargo xtask generate orders.yaml --overlay first.yaml --overlay second.yaml";
    assert!(folder.read("crate/Cargo.toml").contains(command));

    let before = folder.files("crate");
    let nothing = "second.yaml:4:5#/actions/0/target: `$.paths[*][?@['operationId']=='ReadOrder']` selects nothing in \
                   the document; ";
    let ended = generate(&["second.yaml", "first.yaml"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.starts_with(nothing), "{}", ended.stderr);
    folder.write("second.yaml", "overlay: 2.0.0\n");
    let ended = generate(&["first.yaml", "second.yaml"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.starts_with("second.yaml:"), "{}", ended.stderr);
    let ended = generate(&["third.yaml"]);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (
            1,
            "third.yaml: cannot be read: no such file or directory; check the path\n"
        )
    );
    assert_eq!(folder.files("crate"), before, "nothing is written");

    // A path from the root, and one that leads up, name the same files.
    folder.write("api/up.yaml", rename("Up", "GetOrder", "TakeOrder"));
    let document = folder.path("api/orders.yaml");
    let document = document.to_str().expect("the path is text");
    let ended = folder.xtask(&[
        "generate",
        document,
        "--out",
        "crate",
        "--overlay",
        "api/up.yaml",
    ]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let code: String = folder.files("crate/src").into_values().collect();
    assert!(code.contains("fn take_order"));
}
