//! What came out, as a table and as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::measure::Run;
use super::number;
use crate::terminal::{BOLD, RED, say};

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A crate was made of it.
    Accepted,
    /// It cannot be used, and it was said why.
    Refused,
    /// The generator did not come to an end that it should come to.
    Failed,
}

/// One document.
pub(super) struct Row {
    /// The path within the corpus.
    pub(super) file: String,
    /// The name of the crate made of it.
    pub(super) name: String,
    pub(super) outcome: Outcome,
    version: String,
    operations: u64,
    generated: u64,
    omitted: Value,
    json_fallbacks: u64,
    warnings: u64,
    seconds: f64,
    peak_mib: Option<f64>,
    /// The files that the document consists of, itself first.
    pub(super) documents: Vec<String>,
    /// Whether the crate compiles without warnings; nothing where that was not tried.
    pub(super) compiles: Option<bool>,
    pub(super) first_error: Option<String>,
}

impl Row {
    pub(super) fn new(file: String, name: String, run: &Run) -> Self {
        Self {
            file,
            name,
            outcome: Outcome::Accepted,
            version: String::new(),
            operations: 0,
            generated: 0,
            omitted: json!([]),
            json_fallbacks: 0,
            warnings: 0,
            seconds: run.seconds,
            peak_mib: run.peak_mib,
            documents: Vec::new(),
            compiles: None,
            first_error: None,
        }
    }

    /// Takes over what `generate --json` printed last.
    pub(super) fn read_summary(&mut self, stdout: &str) {
        let summary = stdout.lines().next_back().unwrap_or_default();
        let Ok(summary) = serde_json::from_str::<Value>(summary) else {
            return self.fail("printed no summary".to_owned());
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.version = summary.get("version").map(text).unwrap_or_default();
        self.operations = number(&summary, "operations");
        self.generated = number(&summary, "generated");
        self.json_fallbacks = number(&summary, "json_fallbacks");
        self.warnings = number(&summary, "warnings");
        let documents = summary.get("documents").and_then(Value::as_array);
        self.documents = documents.into_iter().flatten().map(text).collect();
        // A short life may have passed between two looks at it from outside.
        let own = summary.get("peak_mib").and_then(Value::as_f64);
        self.peak_mib = [self.peak_mib, own].into_iter().flatten().reduce(f64::max);
        self.omitted = summary.get("omitted").cloned().unwrap_or_default();
    }

    pub(super) fn fail(&mut self, reason: String) {
        self.outcome = Outcome::Failed;
        self.first_error = Some(reason);
    }

    /// Whether something went wrong that must not, whatever the document.
    pub(super) fn is_failure(&self) -> bool {
        self.outcome == Outcome::Failed || self.compiles == Some(false)
    }

    fn as_json(&self) -> Value {
        json!({
            "file": self.file,
            "version": self.version,
            "outcome": self.outcome.word(),
            "operations": self.operations,
            "generated": self.generated,
            "omitted": self.omitted,
            "json_fallbacks": self.json_fallbacks,
            "warnings": self.warnings,
            "seconds": rounded(self.seconds, 1000.0),
            "peak_mib": self.peak_mib.map(|peak| rounded(peak, 10.0)),
            "compiles": self.compiles,
            "first_error": self.first_error,
        })
    }

    fn cells(&self, with_compile: bool) -> Vec<String> {
        let mut cells = vec![
            self.generated.to_string(),
            (self.operations - self.generated.min(self.operations)).to_string(),
            self.json_fallbacks.to_string(),
            self.warnings.to_string(),
            format!("{:.2}", self.seconds),
            self.peak_mib
                .map_or_else(String::new, |peak| format!("{peak:.0}")),
        ];
        if with_compile {
            cells.push(self.compiles.map_or("-", yes_or_no).to_owned());
        }
        cells
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Sums over the documents of one version.
#[derive(Default)]
struct Totals {
    documents: u64,
    accepted: u64,
    refused: u64,
    failed: u64,
    operations: u64,
    generated: u64,
    json_fallbacks: u64,
    warnings: u64,
    compiled: u64,
    seconds: f64,
    peak_mib: f64,
}

impl Totals {
    fn add(&mut self, row: &Row) {
        self.documents += 1;
        match row.outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Failed => self.failed += 1,
        }
        self.operations += row.operations;
        self.generated += row.generated;
        self.json_fallbacks += row.json_fallbacks;
        self.warnings += row.warnings;
        self.compiled += u64::from(row.compiles == Some(true));
        self.seconds += row.seconds;
        self.peak_mib = self.peak_mib.max(row.peak_mib.unwrap_or_default());
    }

    fn as_json(&self) -> Value {
        json!({
            "documents": self.documents,
            "accepted": self.accepted,
            "refused": self.refused,
            "failed": self.failed,
            "operations": self.operations,
            "generated": self.generated,
            "omitted": self.operations - self.generated.min(self.operations),
            "json_fallbacks": self.json_fallbacks,
            "warnings": self.warnings,
            "compiled": self.compiled,
            "seconds": rounded(self.seconds, 1000.0),
            "peak_mib": rounded(self.peak_mib, 10.0),
        })
    }
}

/// The whole result.
pub(super) fn as_json(rows: &[Row]) -> Value {
    let mut totals: serde_json::Map<String, Value> = serde_json::Map::new();
    for (version, sums) in totals_by_version(rows) {
        totals.insert(version, sums.as_json());
    }
    json!({
        "documents": rows.iter().map(Row::as_json).collect::<Vec<_>>(),
        "totals": totals,
    })
}

/// Prints a line for each document and one for each version.
pub(super) fn print(rows: &[Row], with_compile: bool) {
    let mut head = vec![
        "generated",
        "omitted",
        "as JSON",
        "warnings",
        "seconds",
        "MiB",
    ];
    if with_compile {
        head.push("compiles");
    }
    let width = rows.iter().map(|row| row.file.chars().count()).max();
    let width = width.unwrap_or_default().clamp(8, 60);
    say!("{BOLD}{:width$}  {}{BOLD:#}", "document", line(&head));
    for row in rows {
        let name = shortened(&row.file, width);
        say!("{name:width$}  {}", line(&row.cells(with_compile)));
        if let Some(error) = &row.first_error {
            say!("    {RED}{}{RED:#}: {error}", row.outcome_word());
        }
    }
    say!("");
    for (version, sums) in totals_by_version(rows) {
        print_totals(&version, &sums, with_compile);
    }
}

impl Row {
    fn outcome_word(&self) -> &'static str {
        match self.compiles {
            Some(false) => "does not compile",
            _ => self.outcome.word(),
        }
    }
}

fn print_totals(version: &str, sums: &Totals, with_compile: bool) {
    let share = 100.0 * sums.generated as f64 / (sums.operations.max(1)) as f64;
    say!(
        "{BOLD}{version:8}{BOLD:#} {} documents: {} accepted, {} refused, {} failed; \
         {} of {} operations ({share:.2} %), {} values as JSON, {} warnings, {:.1} s, at most {:.0} MiB",
        sums.documents,
        sums.accepted,
        sums.refused,
        sums.failed,
        sums.generated,
        sums.operations,
        sums.json_fallbacks,
        sums.warnings,
        sums.seconds,
        sums.peak_mib,
    );
    if with_compile {
        say!(
            "         {} of {} crates compile without warnings",
            sums.compiled,
            sums.accepted
        );
    }
}

/// Sums by version, and over all of them at the end.
fn totals_by_version(rows: &[Row]) -> Vec<(String, Totals)> {
    let mut by_version: BTreeMap<String, Totals> = BTreeMap::new();
    let mut all = Totals::default();
    for row in rows {
        let mut parts = row.version.split('.');
        let version = match (parts.next(), parts.next()) {
            (Some(major), Some(minor)) => format!("{major}.{minor}"),
            _ => "unknown".to_owned(),
        };
        by_version.entry(version).or_default().add(row);
        all.add(row);
    }
    let mut totals: Vec<_> = by_version.into_iter().collect();
    totals.push(("all".to_owned(), all));
    totals
}

fn line<T: AsRef<str>>(cells: &[T]) -> String {
    let cells = cells.iter().map(|cell| format!("{:>9}", cell.as_ref()));
    cells.collect::<Vec<_>>().join(" ")
}

/// A path of at most so many characters; of a longer one, the end says most.
fn shortened(path: &str, width: usize) -> String {
    let length = path.chars().count();
    match length > width {
        true => format!(
            "…{}",
            path.chars().skip(length - width + 1).collect::<String>()
        ),
        false => path.to_owned(),
    }
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}
