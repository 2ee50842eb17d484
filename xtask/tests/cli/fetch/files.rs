//! Documents that were saved by hand.

use super::{DOCUMENT, check_untouched, workspace};
use crate::support::{ORDERS, unusable};

const TAKE: [&str; 5] = ["fetch", "--api", "orders", "--from", "saved"];

#[test]
fn a_saved_document_takes_the_place_of_the_old_one() {
    let folder = workspace("fetch_saved", "https://portal.example.com");
    folder.write("saved", DOCUMENT);
    let ended = folder.xtask(&TAKE);
    let expected = "shop/orders: specs/shop/orders.yaml has 1 operations; `cargo xtask codegen` takes it from here\n";
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, expected),
        "{}",
        ended.stderr
    );
    assert_eq!(folder.read("specs/shop/orders.yaml"), DOCUMENT);
    let again = folder.xtask(&TAKE);
    assert_eq!(
        again.stdout,
        "shop/orders: specs/shop/orders.yaml is as before\n"
    );
}

#[test]
fn what_does_not_generate_is_refused_and_the_old_document_stays() {
    let folder = workspace("fetch_unusable", "https://portal.example.com");
    let empty = r#"{"openapi":"3.0.1","info":{"title":"Orders","version":"1"},"paths":{}}"#;
    let mut cases: Vec<_> = unusable()
        .into_iter()
        .map(|(name, bytes, _)| (name, bytes))
        .collect();
    cases.push((
        "page",
        b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec(),
    ));
    cases.push(("no-paths", empty.as_bytes().to_vec()));
    cases.push((
        "missing-file",
        ORDERS
            .replace("#/components", "other.yaml#/components")
            .into_bytes(),
    ));
    for (name, content) in cases {
        folder.write("saved", content);
        let ended = folder.xtask(&TAKE);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (1, ""),
            "{name}: {}",
            ended.stderr
        );
        assert!(
            ended.stderr.starts_with("specs/shop/orders.yaml")
                || ended.stderr.starts_with("error: "),
            "{name}: {}",
            ended.stderr
        );
        check_untouched(&folder);
    }
}

#[test]
fn yaml_does_not_go_into_a_file_for_json() {
    let folder = workspace("fetch_yaml", "https://portal.example.com");
    let manifest = folder
        .read("specs/shop/portal.yaml")
        .replace("orders.yaml", "orders.json");
    folder
        .write("specs/shop/portal.yaml", manifest)
        .write("saved", ORDERS);
    let ended = folder.xtask(&TAKE);
    let expected = "specs/shop/orders.json:1:1: the document is YAML, but its file is to be JSON; name a file that ends \
                    with .yaml in the manifest\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (1, expected));
    check_untouched(&folder);
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let folder = workspace("fetch_usage", "https://portal.example.com");
    folder.write("saved", DOCUMENT);
    let cases: [(&[&str], &str); 3] = [
        (
            &["fetch", "--from", "saved"],
            "error: `--from` needs `--api NAME`, whose document it replaces, or `--out FILE`\n",
        ),
        (
            &["fetch", "--from", "saved", "--api", "order"],
            "error: Shop API has no API `order`; it has orders\n",
        ),
        (
            &[
                "fetch", "--from", "saved", "--api", "orders", "--portal", "shops",
            ],
            "error: there is no portal `shops`; there is shop\n",
        ),
    ];
    for (arguments, expected) in cases {
        let ended = folder.xtask(arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (2, expected));
        check_untouched(&folder);
    }
}

#[test]
fn a_saved_document_brings_the_files_beside_it() {
    let folder = workspace("fetch_saved_beside", "https://portal.example.com");
    let other = "Order: { type: object, properties: { id: { type: string } } }\n";
    let document = ORDERS.replace("#/components/schemas", "other.yaml#");
    folder
        .write("saved/orders.yaml", &document)
        .write("saved/other.yaml", other);
    let ended = folder.xtask(&["fetch", "--api", "orders", "--from", "saved/orders.yaml"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(folder.read("specs/shop/orders.yaml"), document);
    assert_eq!(folder.read("specs/shop/other.yaml"), other);
}
