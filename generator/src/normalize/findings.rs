//! Findings while they are collected: cheap to add, counted where there are many of a kind.

use std::collections::HashMap;

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::Document;

/// The warnings of one rule that are told one by one; the rest are counted.
const WARNINGS_TOLD: usize = 10;
/// The same for notes.
const NOTES_TOLD: usize = 1;

#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    counts: HashMap<(Severity, &'static str), usize>,
}

#[derive(Debug)]
struct Finding {
    severity: Severity,
    rule: &'static str,
    file: usize,
    pointer: String,
    message: String,
    help: String,
}

impl Findings {
    /// Counts one finding and returns whether it is to be told by itself.
    pub(crate) fn counted(&mut self, severity: Severity, rule: &'static str) -> bool {
        let count = self.counts.entry((severity, rule)).or_default();
        *count += 1;
        match severity {
            Severity::Error => true,
            Severity::Warning => *count <= WARNINGS_TOLD,
            Severity::Note => *count <= NOTES_TOLD,
        }
    }

    pub(crate) fn add(
        &mut self,
        severity: Severity,
        rule: &'static str,
        file: usize,
        pointer: String,
        message: String,
        help: String,
    ) {
        let same = |finding: &Finding| {
            finding.rule == rule
                && finding.file == file
                && finding.pointer == pointer
                && finding.message == message
        };
        // The same broken thing is often walked over twice, from the component and from its use.
        if severity != Severity::Note && self.list.iter().any(same) {
            let count = self.counts.entry((severity, rule)).or_default();
            *count = count.saturating_sub(1);
            return;
        }
        self.list.push(Finding {
            severity,
            rule,
            file,
            pointer,
            message,
            help,
        });
    }

    /// Returns what was found, most severe first, with lines and columns.
    pub(crate) fn finish(mut self, files: &[&Document]) -> Vec<Diagnostic> {
        self.list.sort_by_key(|finding| finding.severity);
        let mut last = HashMap::new();
        for (number, finding) in self.list.iter().enumerate() {
            last.insert((finding.severity, finding.rule), number);
        }
        let counts = &self.counts;
        let told = |severity| match severity {
            Severity::Error => usize::MAX,
            Severity::Warning => WARNINGS_TOLD,
            Severity::Note => NOTES_TOLD,
        };
        let finish = |(number, finding): (usize, Finding)| {
            let key = (finding.severity, finding.rule);
            let count = counts.get(&key).copied().unwrap_or_default();
            let untold = count.saturating_sub(told(finding.severity));
            let mut message = finding.message;
            if last.get(&key) == Some(&number) && untold > 0 {
                let places = if untold == 1 { "place" } else { "places" };
                message = format!("{message} (and {untold} more {places} like it)");
            }
            let place = match files.get(finding.file) {
                Some(file) => file.place(&finding.pointer),
                None => crate::diagnostics::Place::pointer("", finding.pointer),
            };
            Diagnostic::new(finding.severity, finding.rule, place, message, finding.help)
        };
        self.list.into_iter().enumerate().map(finish).collect()
    }
}
