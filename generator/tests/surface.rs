//! What holds for the items of every document: they are locked as they are, and what did not change is not told.

mod fixture;

use std::collections::BTreeMap;

use portal_generator::document::Source;
use portal_generator::surface::diff::{compare, uses};
use portal_generator::surface::{Lock, LockedApi, LockedPortal};

/// The lock of a fixture.
fn locked(file: &str) -> Lock {
    let output = fixture::generate(fixture::document(file)).expect("the fixture can be used");
    let api = LockedApi {
        version: output.version,
        items: output.items,
        ..LockedApi::default()
    };
    let portal = LockedPortal {
        apis: BTreeMap::from([(String::new(), api)]),
        ..LockedPortal::default()
    };
    Lock {
        portals: BTreeMap::from([(String::new(), portal)]),
        ..Lock::default()
    }
}

#[test]
fn what_is_locked_is_read_again() {
    for file in fixture::all() {
        let lock = locked(&file);
        let source = Source::new("specs.lock", lock.to_text());
        let read = Lock::parse(&source);
        assert_eq!(read.as_ref(), Ok(&lock), "{file}");
        let report = compare(&lock, &lock);
        assert_eq!(
            (report.rust, report.wire),
            (Vec::new(), Vec::new()),
            "{file}"
        );
    }
}

#[test]
fn facts_that_one_side_does_not_know_are_not_compared() {
    for file in fixture::all() {
        let lock = locked(&file);
        let text = lock.to_text().replacen("lock: 2", "lock: 1", 1);
        let mut earlier = Lock::parse(&Source::new("specs.lock", text)).expect("it is read");
        assert!(earlier.without_facts);
        let items = earlier
            .portals
            .values_mut()
            .flat_map(|it| it.apis.values_mut());
        for item in items.flat_map(|api| &mut api.items) {
            item.facts.clear();
            item.members.iter_mut().for_each(|it| it.facts.clear());
        }
        let report = compare(&earlier, &lock);
        assert_eq!((report.without_facts, report.wire), (true, Vec::new()));
    }
}

#[test]
fn items_and_their_uses_have_names_of_their_own() {
    for file in fixture::all() {
        let lock = locked(&file);
        let mut names: Vec<String> = lock.items().flat_map(uses).collect();
        names.sort();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None, "{file}");
    }
}

#[test]
fn any_two_documents_can_be_compared() {
    let locks: Vec<Lock> = fixture::all().iter().map(|file| locked(file)).collect();
    for (old, new) in locks.iter().zip(locks.iter().skip(1)) {
        let report = compare(old, new);
        let known: Vec<String> = old.items().flat_map(uses).collect();
        let stops = report.stops();
        let unknown = stops
            .iter()
            .find(|stop| !known.iter().any(|it| it == *stop));
        assert_eq!(unknown, None);
    }
}
