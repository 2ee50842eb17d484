//! Whether `surface::diff` tells what the compiler will say: the shipped documents are changed in many ways, and code
//! that uses every item of what they gave before is compiled against what they give then.
//!
//! All changes take minutes: `cargo test -p portal-generator --test witness -- --ignored`.

mod changes;
mod code;
mod compile;
mod specs;

use std::collections::{BTreeMap, BTreeSet};

use changes::{CHANGES, Change};
use compile::Case;
use portal_generator::surface::diff::{self, Report};
use specs::{Api, Side};

/// Of a hundred uses that are said to stop compiling, so many may compile after all.
const FALSE_ALARMS: usize = 5;

/// Every how manieth change is tried in each run of the tests.
const SAMPLE: usize = 10;

#[test]
fn some_changes_are_told_as_the_compiler_sees_them() {
    let sample: Vec<&Change> = CHANGES.iter().step_by(SAMPLE).collect();
    judge("witness-some", &sample);
}

#[test]
#[ignore = "takes minutes"]
fn all_changes_are_told_as_the_compiler_sees_them() {
    judge("witness-all", &CHANGES.iter().collect::<Vec<_>>());
}

#[test]
fn the_wire_tells_the_kind_of_each_change() {
    let apis = Apis::default();
    let mut wrong = Vec::new();
    for change in CHANGES {
        let report = apis.report(change);
        let rules: BTreeSet<&str> = report.wire.iter().map(|it| it.rule).collect();
        let is_told = match change.rule {
            "" => rules.is_empty(),
            rule => rules.contains(rule),
        };
        if !is_told {
            wrong.push(format!("{}: {rules:?}", change.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_changed_is_nothing_told() {
    let apis = Apis::default();
    for (name, api) in &apis.all {
        let report = diff::compare(&apis.before[name].lock, &api.changed(|_| {}).lock);
        assert!(report.rust.is_empty() && report.wire.is_empty());
    }
}

/// The APIs that are changed.
struct Apis {
    all: BTreeMap<&'static str, Api>,
    before: BTreeMap<&'static str, Side>,
}

impl Default for Apis {
    fn default() -> Self {
        let all = [
            ("ledger", Api::shipped("easor", "general-ledger")),
            ("crm", Api::shipped("easir", "crm")),
        ];
        let all = BTreeMap::from(all);
        let before = all.iter().map(|(name, api)| (*name, api.changed(|_| {})));
        Self {
            before: before.collect(),
            all,
        }
    }
}

impl Apis {
    fn report(&self, change: &Change) -> Report {
        let after = self.all[change.api].changed(|value| change.make(value));
        diff::compare(&self.before[change.api].lock, &after.lock)
    }

    /// A change as a case, with what is told of it. Names stay where `keep` says so.
    fn case(&self, change: &Change, keep: bool) -> (Case, Report) {
        let (api, before) = (&self.all[change.api], &self.before[change.api]);
        let items = before.items();
        let previous = if keep { &items[..] } else { &[] };
        let after = api.changed_after(|value| change.make(value), previous);
        let report = diff::compare(&before.lock, &after.lock);
        let name = match keep {
            true => change.name.to_owned(),
            false => format!("{}-for-good", change.name),
        };
        let module = api.module();
        let files = after.files;
        let case = Case {
            name,
            files,
            items,
            module,
        };
        (case, report)
    }
}

/// Compares what is told of changes with what the compiler says.
fn judge(folder: &str, changes: &[&Change]) {
    let apis = Apis::default();
    let mut cases = Vec::new();
    for (name, api) in &apis.all {
        // Unchanged, all of it has to compile: the witness knows what it uses from the items alone.
        cases.push(Case {
            name: format!("same-{name}"),
            files: api.changed(|_| {}).files,
            items: apis.before[name].items(),
            module: api.module(),
        });
    }
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for change in changes {
        for keep in [true, false] {
            let (case, report) = apis.case(change, keep);
            let renames = report.rust.iter().any(|it| it.rule == "item-renamed");
            if keep || renames {
                let stops = report.stops().into_iter().map(str::to_owned).collect();
                told.insert(case.name.clone(), stops);
                cases.push(case);
            }
        }
    }
    let failing = compile::failing(folder, &cases);
    let (mut alarms, mut wrong) = (0, Vec::new());
    for (name, fails) in &failing {
        let none = BTreeSet::new();
        let told = told.get(name).unwrap_or(&none);
        let missed: Vec<&String> = fails.difference(told).collect();
        assert!(missed.is_empty(), "{name}: not told: {missed:#?}");
        alarms += told.len();
        wrong.extend(told.difference(fails).map(|used| format!("{name}: {used}")));
    }
    let errors: usize = failing.values().map(BTreeSet::len).sum();
    println!(
        "{} cases, {errors} uses fail, {alarms} told, wrongly {wrong:#?}",
        cases.len()
    );
    assert!(
        wrong.len() * 100 <= alarms * FALSE_ALARMS,
        "of {alarms} uses said to stop compiling, these compile: {wrong:#?}"
    );
}
