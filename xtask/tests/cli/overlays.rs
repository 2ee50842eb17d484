//! Overlays in `cargo xtask codegen`.

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
