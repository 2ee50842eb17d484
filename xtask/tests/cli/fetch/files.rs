//! Documents that were saved by hand.

use std::fs;

use sha2::{Digest, Sha256};

use super::{DOCUMENT, OLD, check_untouched, workspace};
use crate::support::{Folder, ORDERS, unusable};

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

/// A workspace in which a fetch of several files was killed when it had replaced one of them.
fn half_way(test: &str) -> Folder {
    let folder = workspace(test, "https://portal.example.com");
    let document = ORDERS.replace("#/components/schemas", "other.yaml#");
    let other = "Order: { type: object, properties: { id: { type: string } } }\n";
    folder
        .write("new/orders.yaml", &document)
        .write("new/other.yaml", other);
    let ended = folder.xtask(&["fetch", "--api", "orders", "--from", "new/orders.yaml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let entries = [
        ("shop/orders.yaml", OLD, document.as_str()),
        ("shop/other.yaml", "old", other),
    ];
    let entries: Vec<_> = entries
        .iter()
        .enumerate()
        .map(|(number, (file, old, new))| {
            folder.write(&format!("specs/.fetch/{number}"), new);
            serde_json::json!({ "file": file, "old": sum(old), "new": sum(new) })
        })
        .collect();
    let journal = serde_json::json!({ "files": entries }).to_string();
    folder
        .write("specs/.fetch/journal.json", journal)
        .write("specs/shop/other.yaml", "old");
    folder
}

fn sum(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

const FINISHED: &str = "a fetch was interrupted while it replaced files; they are all replaced now: shop/orders.yaml, \
                        shop/other.yaml\n";

#[test]
fn whoever_comes_next_finishes_what_was_interrupted() {
    let commands: [&[&str]; 5] = [
        &["codegen"],
        &["generate", "specs/shop/orders.yaml", "--out", "crate"],
        &["diff", "specs/specs.lock"],
        &["mend"],
        &["fetch", "--api", "orders", "--from", "new/orders.yaml"],
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let folder = half_way(&format!("fetch_half_way_{number}"));
        let ended = folder.xtask(command);
        assert!(
            ended.stderr.starts_with(FINISHED),
            "{command:?}: {}",
            ended.stderr
        );
        for file in ["orders.yaml", "other.yaml"] {
            let new = folder.read(&format!("new/{file}"));
            assert_eq!(
                folder.read(&format!("specs/shop/{file}")),
                new,
                "{command:?}"
            );
        }
        let files = folder.files("specs");
        assert!(!files.keys().any(|it| it.contains(".fetch")), "{command:?}");
        let again = folder.xtask(command);
        assert!(!again.stderr.contains("interrupted"), "{command:?}");
    }
}

#[test]
fn a_journal_beside_somebody_elses_documents_is_nothing_to_finish() {
    let folder = half_way("fetch_half_way_elsewhere");
    fs::create_dir_all(folder.path("downloaded")).expect("it can be made");
    fs::rename(folder.path("specs"), folder.path("downloaded/specs")).expect("it can be moved");
    let before = folder.files("downloaded");
    let ended = folder.xtask(&[
        "generate",
        "downloaded/specs/shop/orders.yaml",
        "--out",
        "crate",
    ]);
    assert!(!ended.stderr.contains("interrupted"), "{}", ended.stderr);
    assert_eq!(folder.files("downloaded"), before);
}

#[test]
fn what_was_changed_since_an_interruption_is_nobody_elses() {
    let folder = half_way("fetch_half_way_changed");
    folder.write("specs/shop/other.yaml", "mine");
    let before = folder.files("specs");
    for command in [
        &["codegen"][..],
        &["fetch", "--api", "orders", "--from", "new/orders.yaml"],
    ] {
        let ended = folder.xtask(command);
        let expected =
            "other.yaml has been changed since; restore all of them from version control, remove ";
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
        assert_eq!(ended.code, 1);
        assert_eq!(folder.files("specs"), before);
    }
}
