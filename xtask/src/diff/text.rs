//! A report for a terminal.

use anstyle::Style;
use portal_generator::surface::diff::{Class, Report, RustChange, Severity, WireChange};

use super::{NOTHING, WITHOUT_FACTS, summary};
use crate::terminal::{BOLD, DIM, GREEN, RED, YELLOW, say};

/// Operations that a change of a type names before the rest is counted.
const SHOWN_OPERATIONS: usize = 3;

/// Prints a report.
pub(super) fn print(report: &Report) {
    documents(report);
    if report.without_facts {
        say!("{YELLOW}{WITHOUT_FACTS}{YELLOW:#}");
    }
    if report.wire.is_empty() && report.rust.is_empty() {
        say!("{NOTHING}");
        return;
    }
    if !report.wire.is_empty() {
        say!("{BOLD}On the wire{BOLD:#}");
        report.wire.iter().for_each(wire);
    }
    if !report.rust.is_empty() {
        say!("{BOLD}In Rust{BOLD:#}");
        report.rust.iter().for_each(rust);
    }
    say!("{}", summary(report));
    let strict = match report.strict() > report.class() {
        true => format!(
            " ({} by the letter of Cargo's reference)",
            report.strict().word()
        ),
        false => String::new(),
    };
    say!("{BOLD}{}{BOLD:#}{strict}", report.class().word());
}

fn documents(report: &Report) {
    for change in &report.documents {
        let file = change.new.as_ref().or(change.old.as_ref());
        let file = file.map_or("", |document| &document.file);
        let what = match (&change.old, &change.new) {
            (None, _) => "new",
            (_, None) => "gone",
            _ => "changed",
        };
        let (old, new) = &change.versions;
        let version = match old == new {
            true => String::new(),
            false => format!(", version {old} and now {new}"),
        };
        say!("{BOLD}{file}{BOLD:#}: {what}{version}");
    }
    if let Some((old, new)) = &report.generator {
        say!("{BOLD}the generator{BOLD:#}: {old} and now {new}");
    }
}

fn wire(change: &WireChange) {
    let style: Style = match change.severity {
        Severity::Breaking => RED,
        Severity::Warning => YELLOW,
        Severity::Information => DIM,
    };
    say!(
        "  {style}{}{style:#} {}: {} {DIM}[{}]{DIM:#}",
        change.severity.word(),
        change.place,
        change.message,
        change.rule
    );
    let operations = shortened(&change.operations);
    if !operations.is_empty() {
        say!("      {DIM}operations:{DIM:#} {operations}");
    }
}

fn rust(change: &RustChange) {
    let style: Style = match change.class {
        Class::Major => RED,
        Class::Minor => GREEN,
        Class::Patch => DIM,
    };
    say!(
        "  {style}{}{style:#} {}{} {DIM}[{}]{DIM:#}",
        change.class.word(),
        change.path,
        change.member,
        change.rule
    );
    if !change.old.is_empty() {
        say!("      {RED}- {}{RED:#}", change.old);
    }
    if !change.new.is_empty() {
        say!("      {GREEN}+ {}{GREEN:#}", change.new);
    }
    let line = |name: &str, text: &str| {
        if !text.is_empty() {
            say!("      {DIM}{name}:{DIM:#} {text}");
        }
    };
    line("operations", &operations(change));
    line("scopes", &change.scopes.join(" "));
    line("instead", &change.instead);
    if change.class == Class::Major {
        line("because of", &change.causes.join(" or "));
    }
}

/// The operations that a change concerns, in a line.
pub(super) fn operations(change: &RustChange) -> String {
    shortened(&change.operations)
}

fn shortened(operations: &[String]) -> String {
    let shown = operations.iter().take(SHOWN_OPERATIONS);
    let shown: Vec<&str> = shown.map(String::as_str).collect();
    match operations.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
