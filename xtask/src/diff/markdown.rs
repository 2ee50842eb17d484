//! A report for a pull request or a changelog.

use std::fmt::Write as _;

use portal_generator::surface::diff::{Class, Report, RustChange, Severity, WireChange};

use super::text::operations;
use super::{NOTHING, WITHOUT_FACTS, summary};

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let mut out = String::new();
    if report.wire.is_empty() && report.rust.is_empty() {
        _ = writeln!(out, "{NOTHING}");
        return out;
    }
    _ = writeln!(
        out,
        "Semver class: **{}**. {}.\n",
        report.class().word(),
        summary(report)
    );
    if report.without_facts {
        _ = writeln!(out, "{WITHOUT_FACTS}.\n");
    }
    let by_severity = [
        (Severity::Breaking, "### On the wire: breaking"),
        (Severity::Warning, "### On the wire: warnings"),
        (Severity::Information, "### On the wire: for information"),
    ];
    for (severity, heading) in by_severity {
        let list: String = report
            .wire
            .iter()
            .filter(|it| it.severity == severity)
            .map(|change| format!("- {}\n", wire(change)))
            .collect();
        if !list.is_empty() {
            _ = writeln!(out, "{heading}\n\n{list}");
        }
    }
    for (class, heading) in [
        (Class::Major, "### In Rust: breaking"),
        (Class::Minor, "### In Rust: additions"),
        (Class::Patch, "### In Rust: more"),
    ] {
        let list: String = report
            .rust
            .iter()
            .filter(|it| it.class == class)
            .map(|change| format!("- {}\n", entry(change)))
            .collect();
        if !list.is_empty() {
            _ = writeln!(out, "{heading}\n\n{list}");
        }
    }
    out
}

/// A change of a public item, in a line.
pub(crate) fn entry(change: &RustChange) -> String {
    let item = code(&format!("{}{}", change.path, change.member));
    let sides = match (change.old.as_str(), change.new.as_str()) {
        ("", "") => String::new(),
        ("", new) => format!(": new, {}", code(new)),
        (old, "") => format!(": removed, was {}", code(old)),
        (old, new) if old == new => String::new(),
        (old, new) => format!(": {} is {} now", code(old), code(new)),
    };
    let mut out = format!("{item}{sides}");
    if !change.scopes.is_empty() {
        _ = write!(out, "; scopes {}", code(&change.scopes.join(" ")));
    }
    out.push('.');
    let instead = escaped(&change.instead);
    let mut letters = instead.chars();
    if let Some(first) = letters.next() {
        _ = write!(out, " {}{}.", first.to_uppercase(), letters.as_str());
    }
    if change.class == Class::Major && !change.operations.is_empty() {
        _ = write!(out, " ({})", code(&operations(change)));
    }
    out
}

/// A change of what travels, in a line.
pub(crate) fn wire(change: &WireChange) -> String {
    let place = code(&change.place);
    format!("{place}: {} (`{}`)", escaped(&change.message), change.rule)
}

/// A code span, whatever stands in it.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

/// Text outside of code spans without what Markdown or HTML would act on.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            out.push('`');
        }
        match place % 2 {
            1 => out.push_str(part),
            _ => out.push_str(
                &part
                    .replace('<', "\\<")
                    .replace('[', "\\[")
                    .replace('*', "\\*"),
            ),
        }
    }
    out.replace(['\n', '\r'], " ")
}
