//! `cargo xtask fetch` as a person runs it.

mod files;
mod origins;

#[cfg(feature = "fetch")]
mod hostile;
#[cfg(feature = "fetch")]
mod interrupted;
#[cfg(feature = "fetch")]
mod portal;
#[cfg(feature = "fetch")]
mod rebuilt;
#[cfg(feature = "fetch")]
mod server;
#[cfg(feature = "fetch")]
mod urls;

use crate::support::{Folder, MANIFEST};

/// A small document that is right, as JSON.
const DOCUMENT: &str = r#"{"openapi":"3.0.1","info":{"title":"Orders","version":"1"},"paths":{"/v1/orders":{"get":{"operationId":"GetOrders","responses":{"204":{"description":"None."}}}}}}"#;

/// The document that is there before.
const OLD: &str = "the old document\n";

/// A workspace whose API is `orders-id` in the developer portal at an address.
fn workspace(test: &str, portal: &str) -> Folder {
    let folder = Folder::new(test);
    let portal =
        format!("developer-portal: {{ url: \"{portal}\", support: help@example.com }}\napis:\n");
    let manifest = MANIFEST.replace("apis:\n", &portal);
    let id = "    document: orders.yaml\n    portal-id: orders-id\n";
    let manifest = manifest.replace("    document: orders.yaml\n", id);
    folder.write("specs/shop/portal.yaml", manifest);
    folder.write("specs/shop/orders.yaml", OLD);
    folder
}

/// Checks that nothing was written but what was there before.
#[track_caller]
fn check_untouched(folder: &Folder) {
    let files = folder.files("specs");
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["specs/shop/orders.yaml", "specs/shop/portal.yaml"]);
    assert_eq!(folder.read("specs/shop/orders.yaml"), OLD);
}
