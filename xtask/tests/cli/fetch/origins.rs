//! Where documents came from, as the lock has it.

use super::workspace;
use crate::support::{Folder, ORDERS};

/// Takes a document from a file.
#[track_caller]
fn take(folder: &Folder, document: &str) {
    folder.write("saved", document);
    let ended = folder.xtask(&["fetch", "--api", "orders", "--from", "saved"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

/// The lines of the lock that speak of the document.
fn noted(folder: &Folder) -> Vec<String> {
    let lock = folder.read("specs/specs.lock");
    let lines = lock.lines().filter(|line| line.contains("orders.yaml"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_origin_stays_as_long_as_the_content() {
    let folder = workspace("origin_kept", "https://portal.example.com");
    take(&folder, ORDERS);
    let fetched = noted(&folder);
    assert_eq!(fetched.len(), 1);
    assert!(fetched[0].ends_with("origin: file }"), "{fetched:?}");
    assert!(folder.read("specs/specs.lock").contains("\nfetched:\n"));

    // Who generates from it takes the note over, date included.
    let lock = folder.read("specs/specs.lock");
    let date = lock.split("date: \"").nth(1).expect("there is a date")[..10].to_owned();
    folder.write("specs/specs.lock", lock.replace(&date, "2001-02-03"));
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let generated = noted(&folder);
    assert_eq!(generated, [fetched[0].replace(&date, "2001-02-03")]);
    assert!(!folder.read("specs/specs.lock").contains("\nfetched:\n"));
    assert_eq!(folder.xtask(&["codegen", "--check"]).code, 0);

    // The same content again is nothing new.
    take(&folder, ORDERS);
    assert_eq!(noted(&folder), generated);
    assert_eq!(folder.xtask(&["codegen", "--check"]).code, 0);

    // Whatever somebody writes by hand came from nowhere.
    folder.write("specs/shop/orders.yaml", format!("# Mine.\n{ORDERS}"));
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    assert!(
        !noted(&folder)[0].contains("origin"),
        "{:?}",
        noted(&folder)
    );
}

#[test]
fn what_code_was_generated_from_stays_until_it_is_generated_again() {
    let folder = workspace("origin_waits", "https://portal.example.com");
    take(&folder, ORDERS);
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let before = noted(&folder);
    take(&folder, &ORDERS.replace("The order.", "An order."));
    let waiting = noted(&folder);
    assert_eq!((waiting.len(), &waiting[0]), (2, &before[0]));
    take(&folder, &ORDERS.replace("The order.", "One order."));
    assert_eq!(noted(&folder).len(), 2, "there is one note a file");
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    assert_eq!(noted(&folder).len(), 1);
    assert_ne!(noted(&folder), before);
}

#[test]
fn a_lock_that_cannot_be_read_is_told() {
    let folder = workspace("origin_damaged", "https://portal.example.com");
    folder
        .write("specs/specs.lock", "lock: 1\n")
        .write("saved", ORDERS);
    let ended = folder.xtask(&["fetch", "--api", "orders", "--from", "saved"]);
    let expected =
        "specs/specs.lock: the lock is damaged; restore it, or run `cargo xtask codegen`\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (1, expected));
    assert_eq!(folder.read("specs/shop/orders.yaml"), super::OLD);
}
