//! Whether `surface::diff` tells what the compiler will say: the shipped documents are changed in many ways, and code
//! that uses every item of what they gave before is compiled against what they give then.
//!
//! All changes take minutes: `cargo test -p portal-generator --test witness -- --ignored`.

mod change;
mod changes;
mod code;
mod compile;
mod edits;
mod names;
mod semver;
mod specs;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use change::Change;
use changes::CHANGES;
use compile::Case;
use names::NAMES;
use portal_generator::surface::diff::{self, Class, Report};
use serde_json::Value;
use specs::{Api, Side};

/// Of a hundred uses that are said to stop compiling, so many may compile after all.
const FALSE_ALARMS: usize = 5;

/// Every how manieth change is tried in each run of the tests.
const SAMPLE: usize = 10;

#[test]
fn some_changes_are_told_as_the_compiler_sees_them() {
    let sample: Vec<&Change> = all_changes().step_by(SAMPLE).collect();
    judge("witness-some", &sample);
}

#[test]
#[ignore = "takes minutes"]
fn all_changes_are_told_as_the_compiler_sees_them() {
    judge("witness-all", &all_changes().collect::<Vec<_>>());
}

#[test]
#[ignore = "takes minutes, and needs cargo-semver-checks: scripts/semver-checks.sh"]
fn cargo_semver_checks_finds_nothing_else() {
    match semver::tool() {
        Some(tool) => judge_semver(tool),
        None => println!("skipped: cargo-semver-checks is not installed"),
    }
}

#[test]
fn the_wire_tells_the_kind_of_each_change() {
    let apis = Apis::default();
    let mut wrong = Vec::new();
    for change in all_changes() {
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
fn names_kept_no_longer_are_told() {
    let apis = Apis::default();
    let dropped = NAMES.iter().filter(|change| change.earlier().is_some());
    for change in dropped {
        let rules = |keep| -> Vec<&str> {
            let (_, report) = apis.case(change, keep);
            report.rust.iter().map(|it| it.rule).collect()
        };
        assert_eq!(rules(true), [""; 0], "{}", change.name);
        let rules = rules(false);
        let is_dropped = |rule: &&str| *rule == "former-name-removed";
        assert!(rules.iter().any(is_dropped), "{}: {rules:?}", change.name);
    }
}

#[test]
fn a_new_region_is_minor_to_the_letter() {
    // The enum of regions is non-exhaustive, unlike those of documents.
    let apis = Apis::default();
    let mut changes = all_changes();
    let change = changes.find(|change| change.name == "region-added");
    let report = apis.report(change.expect("the change is there"));
    let told: Vec<_> = report.rust.iter().map(|it| (it.rule, it.strict)).collect();
    assert_eq!(told, [("variant-added", Class::Minor)]);
}

#[test]
fn nothing_changed_is_nothing_told() {
    let apis = Apis::default();
    for (name, api) in &apis.all {
        let report = diff::compare(&apis.before[name].lock, &api.changed(|_| {}).lock);
        assert!(report.rust.is_empty() && report.wire.is_empty());
    }
}

fn all_changes() -> impl Iterator<Item = &'static Change> {
    CHANGES.iter().chain(NAMES)
}

/// Whether it matters that old names are kept.
fn is_renaming(report: &Report) -> bool {
    let renamed = ["item-renamed", "member-renamed", "former-name-removed"];
    let mut rules = report.rust.iter().map(|it| it.rule);
    rules.any(|rule| renamed.contains(&rule))
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
        self.case(change, false).1
    }

    /// What there is before a change.
    fn before(&self, change: &Change) -> Cow<'_, Side> {
        if change.is_of_shipped() {
            return Cow::Borrowed(&self.before[change.api]);
        }
        let api = &self.all[change.api];
        let earlier = change.earlier().map(|earlier| api.changed(earlier));
        let names = earlier.map(|side| side.items()).unwrap_or_default();
        let before = change.before().unwrap_or(|_| {});
        Cow::Owned(api.changed_after(before, |_| {}, &names))
    }

    /// What there is before a change, as a case.
    fn before_case(&self, change: &Change, name: String) -> Case {
        let before = self.before(change);
        Case {
            name,
            items: before.items(),
            files: before.into_owned().files,
            module: self.all[change.api].module(),
        }
    }

    /// A change as a case, with what is told of it. Names stay where `keep` says so.
    fn case(&self, change: &Change, keep: bool) -> (Case, Report) {
        let (api, before) = (&self.all[change.api], self.before(change));
        let items = before.items();
        let previous = if keep { &items[..] } else { &[] };
        let make = |value: &mut Value| change.make(value);
        let after = api.changed_after(make, |manifest| change.regrant(manifest), previous);
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

/// Compares the semver class of changes with what cargo-semver-checks finds in the same crates. What it takes for
/// breaking, the report has to call major by the letter of Cargo's reference, and name.
fn judge_semver(tool: String) {
    let apis = Apis::default();
    let mut cases = Vec::new();
    let mut pairs = Vec::new();
    for change in all_changes() {
        let old = match change.is_of_shipped() {
            true => format!("same-{}", change.api),
            false => format!("before-{}", change.name),
        };
        if !cases.iter().any(|case: &Case| case.name == old) {
            cases.push(apis.before_case(change, old.clone()));
        }
        for keep in [true, false] {
            let (case, report) = apis.case(change, keep);
            if keep || is_renaming(&report) {
                pairs.push((old.clone(), case.name.clone(), report));
                cases.push(case);
            }
        }
    }
    let documented = semver::document(tool, "witness-semver", &cases);
    let (mut all, mut missed, mut rules) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (old, new, report) in &pairs {
        let findings = documented.findings(old, new);
        let majors = report.rust.iter().filter(|it| it.strict == Class::Major);
        let majors: Vec<_> = majors.collect();
        let untold = findings
            .iter()
            .filter(|finding| !majors.iter().any(|change| finding.is_told_by(change)));
        missed.extend(untold.map(|finding| format!("{new}: {finding:?}")));
        for change in majors {
            let is_found = findings.iter().any(|finding| finding.is_told_by(change));
            let (alone, all) = rules.entry(change.rule).or_insert((0, 0));
            *alone += usize::from(!is_found);
            *all += 1;
        }
        all.extend(findings);
    }
    let (count, pairs) = (all.len(), pairs.len());
    println!(
        "{pairs} pairs, {count} findings: {:#?}",
        semver::counted(all.iter())
    );
    for (rule, (alone, all)) in rules {
        println!("{rule}: {all} major here, {alone} of them alone");
    }
    assert!(missed.is_empty(), "not told: {missed:#?}");
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
            if keep || is_renaming(&report) {
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
