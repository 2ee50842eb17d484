//! The figures as Markdown and as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::data;
use super::inner::Timing;
use super::machine;
use super::meter::Cost;
use super::subject::{Document, Figures};
use super::table::{self, Aim, Row, cell};
use super::tool::Tool;
use crate::lock;

#[cfg(test)]
mod tests;

/// All that was measured.
pub(super) struct Report {
    command: String,
    tools: Vec<Tool>,
    /// Why peers that were asked for are not there.
    missing: Vec<String>,
    documents: Vec<Measured>,
    pub(super) codegen: Result<Cost, String>,
    /// Files of benchmarks.
    pub(super) inner: Vec<(&'static str, Result<Vec<Timing>, String>)>,
}

/// A document with what each generator made of it.
struct Measured {
    shown: String,
    bytes: u64,
    columns: Vec<(Tool, Result<Figures, String>)>,
}

/// A figure that something is aimed at for.
struct Judged {
    of: String,
    what: String,
    aim: Aim,
    value: f64,
}

impl Report {
    pub(super) fn new(command: String, tools: &[Tool], missing: Vec<String>) -> Self {
        Self {
            command,
            tools: tools.to_vec(),
            missing,
            documents: Vec::new(),
            codegen: Err("not measured".to_owned()),
            inner: Vec::new(),
        }
    }

    /// Sets what a generator made of a document, in place of what was known of it before.
    pub(super) fn set(
        &mut self,
        document: &Document,
        tool: Tool,
        figures: Result<Figures, String>,
    ) {
        let is_last = |last: &Measured| last.shown == document.shown;
        if !self.documents.last().is_some_and(is_last) {
            self.documents.push(Measured {
                shown: document.shown.clone(),
                bytes: document.bytes,
                columns: Vec::new(),
            });
        }
        if let Some(last) = self.documents.last_mut() {
            last.columns.retain(|(known, _)| *known != tool);
            last.columns.push((tool, figures));
        }
    }

    fn surroundings(&self) -> Vec<(&'static str, String)> {
        let peers = self.tools.iter().filter_map(|tool| tool.package());
        let peers: Vec<_> = peers
            .map(|(name, version)| format!("{name} {version}"))
            .chain(self.missing.iter().cloned())
            .collect();
        let mut all = vec![
            ("date", lock::today()),
            ("command", self.command.clone()),
            ("machine", machine::machine()),
            ("load", machine::load()),
            ("compiler", machine::compiler()),
        ];
        if !peers.is_empty() {
            all.push(("peers", peers.join(", ")));
        }
        all.retain(|(_, value)| !value.is_empty());
        all
    }

    pub(super) fn as_markdown(&self) -> String {
        // Writing to a String cannot fail.
        let mut text = String::new();
        for (key, value) in self.surroundings() {
            let value = if key == "command" {
                format!("`{value}`")
            } else {
                value
            };
            let _ = writeln!(text, "- {key}: {value}");
        }
        for document in &self.documents {
            let size = document.bytes as f64 / 1024.0;
            let size = cell(Some(size), 0);
            let _ = writeln!(text, "\n### {} ({size} KiB)\n", document.shown);
            document.write(&mut text);
        }
        self.write_workspace(&mut text);
        self.write_aims(&mut text);
        text
    }

    fn write_workspace(&self, text: &mut String) {
        let _ = writeln!(text, "\n### This workspace\n\n| | |\n| --- | ---: |");
        if let Ok(cost) = &self.codegen {
            let _ = writeln!(
                text,
                "| `cargo xtask codegen --check` where nothing changed | {:.3} CPU s, {:.3} s |",
                cost.cpu, cost.wall
            );
        }
        for (label, value) in self.inner_rows() {
            let _ = writeln!(text, "| {label} | {value} |");
        }
        if let Err(reason) = &self.codegen {
            let _ = writeln!(text, "\n`cargo xtask codegen --check`: fails: {reason}");
        }
        for (name, timings) in &self.inner {
            if let Err(reason) = timings {
                let _ = writeln!(text, "\n`cargo bench --bench {name}`: fails: {reason}");
            }
        }
    }

    fn write_aims(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\n### Aims\n\n| | | at most | is | |\n| --- | --- | ---: | ---: | --- |"
        );
        for judged in self.judged() {
            let Judged {
                of,
                what,
                aim,
                value,
            } = &judged;
            let kind = if matches!(aim, Aim::Ratio(_)) {
                " of the best peer's"
            } else {
                ""
            };
            let most = cell(Some(aim.most()), 2);
            let value = cell(Some(*value), 2);
            let verdict = if judged.holds() {
                "holds"
            } else {
                "**missed**"
            };
            let _ = writeln!(
                text,
                "| {of} | {what} | {most}{kind} | {value} | {verdict} |"
            );
        }
    }

    /// Everything that something is aimed at for and that was measured.
    fn judged(&self) -> Vec<Judged> {
        let mut all = Vec::new();
        for document in &self.documents {
            for row in document.rows() {
                let judged = row.judged().map(|(aim, value)| Judged {
                    of: document.shown.clone(),
                    what: row.label,
                    aim,
                    value,
                });
                all.extend(judged);
            }
        }
        let mut own = |what: &str, aim, value: Option<f64>| {
            all.extend(value.map(|value| Judged {
                of: "this workspace".to_owned(),
                what: what.to_owned(),
                aim,
                value,
            }));
        };
        let codegen = self.codegen.as_ref().ok();
        own(
            "`codegen` where nothing changed: CPU s",
            Aim::UNCHANGED,
            codegen.map(|cost| cost.cpu),
        );
        let ours = self.fastest("portal_runtime_decode");
        for (peer, what) in DECODERS {
            let ratio = ours.zip(self.fastest(peer)).map(|(ours, peer)| ours / peer);
            let what = format!("decoding, beside {what}");
            own(&what, Aim::AS_FAST, ratio);
        }
        all
    }

    fn fastest(&self, name: &str) -> Option<f64> {
        let timings = self.inner.iter().filter_map(|(_, it)| it.as_ref().ok());
        let mut found = timings.flatten().filter(|timing| timing.name == name);
        found.next().map(|timing| timing.fastest)
    }

    /// What the benchmarks of the runtime say, in words.
    fn inner_rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        let calls = self
            .fastest("portal_call")
            .zip(self.fastest("reqwest_request"));
        if let Some((call, bare)) = calls {
            let above = format!(
                "{:.2} µs ({:.2} µs and {:.2} µs)",
                (call - bare) / 1e3,
                call / 1e3,
                bare / 1e3
            );
            rows.push((
                "a call above the same request with reqwest".to_owned(),
                above,
            ));
        }
        if let Some(hit) = self.fastest("threads_on_one_slot t=1") {
            rows.push(("a token that is at hand".to_owned(), format!("{hit:.0} ns")));
        }
        let decoders = [("portal_runtime_decode", "this runtime")];
        for (name, what) in decoders.into_iter().chain(DECODERS) {
            if let Some(time) = self.fastest(name) {
                // Ten thousand of them, nanoseconds: millions a second.
                let rate = 10_000.0 / time * 1e3;
                let text = format!("{:.1} ms, {rate:.2} million a second", time / 1e6);
                rows.push((format!("decoding 10,000 ledger events by {what}"), text));
            }
        }
        rows
    }

    pub(super) fn as_json(&self) -> Value {
        let mut root = Map::new();
        for (key, value) in self.surroundings() {
            root.insert(key.to_owned(), value.into());
        }
        let documents = self.documents.iter().map(Measured::as_json);
        root.insert("documents".to_owned(), documents.collect());
        let codegen = data::cost(&self.codegen);
        root.insert("codegen_unchanged".to_owned(), codegen);
        let inner = self.inner.iter().map(|(name, timings)| {
            let value = match timings {
                Ok(timings) => timings.iter().map(data::timing).collect(),
                Err(reason) => json!({ "fails": reason }),
            };
            ((*name).to_owned(), value)
        });
        let inner: Map<_, _> = inner.collect();
        root.insert("runtime".to_owned(), inner.into());
        let aims = self.judged().into_iter().map(|judged| {
            json!({
                "of": judged.of,
                "what": judged.what,
                "of_best_peer": matches!(judged.aim, Aim::Ratio(_)),
                "at_most": judged.aim.most(),
                "is": judged.value,
                "holds": judged.holds(),
            })
        });
        root.insert("aims".to_owned(), aims.collect());
        Value::Object(root)
    }
}

/// What decoding is compared with: benchmarks of serde_json.
const DECODERS: [(&str, &str); 2] = [
    (
        "serde_json_decode_exact",
        "serde_json into structs of the same types",
    ),
    (
        "serde_json_decode_doubles",
        "serde_json into structs of doubles and texts",
    ),
];

impl Judged {
    fn holds(&self) -> bool {
        self.value <= self.aim.most()
    }
}

impl Measured {
    fn rows(&self) -> Vec<Row> {
        table::rows(&self.columns, self.bytes)
    }

    fn write(&self, text: &mut String) {
        let names: Vec<_> = self.columns.iter().map(|(tool, _)| tool.name()).collect();
        let has_peers = names.len() > 1;
        let last = if has_peers { " ours / best peer |" } else { "" };
        let _ = writeln!(text, "| | {} |{last}", names.join(" | "));
        let _ = writeln!(
            text,
            "| --- |{}",
            " ---: |".repeat(names.len() + usize::from(has_peers))
        );
        for row in self.rows() {
            let values = row.values.iter();
            let cells: Vec<_> = values.map(|value| cell(*value, row.digits)).collect();
            let _ = write!(text, "| {} | {} |", row.label, cells.join(" | "));
            if has_peers {
                let ratio = row
                    .ratio()
                    .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
                let _ = write!(text, " {ratio} |");
            }
            let _ = writeln!(text);
        }
        for (tool, column) in &self.columns {
            for reason in notes(column) {
                let _ = writeln!(text, "\n{}: {reason}", tool.name());
            }
        }
    }

    fn as_json(&self) -> Value {
        let columns = self.columns.iter().map(|(tool, column)| {
            let value = match column {
                Ok(figures) => data::figures(figures),
                Err(reason) => json!({ "fails": reason }),
            };
            (tool.name().to_owned(), value)
        });
        let columns: Map<_, _> = columns.collect();
        json!({ "document": self.shown, "bytes": self.bytes, "generators": columns })
    }
}

/// What of a column is missing, and why.
fn notes(column: &Result<Figures, String>) -> Vec<String> {
    let figures = match column {
        Ok(figures) => figures,
        Err(reason) => return vec![format!("fails: {reason}")],
    };
    let mut notes = Vec::new();
    if let Err(reason) = &figures.unchanged {
        notes.push(format!("a second time, fails: {reason}"));
    }
    match &figures.builds {
        Some(Err(reason)) => notes.push(format!("fails: {reason}")),
        Some(Ok(builds)) => {
            if !builds.other_tls.is_empty() {
                let backends = builds.other_tls.join(", ");
                notes.push(format!("its programs have another TLS besides: {backends}"));
            }
            if builds.left_out > 0 {
                let count = builds.left_out;
                notes.push(format!("no call could be written for {count} operations"));
            }
            for package in std::iter::once(&builds.generated).chain(&builds.programs) {
                notes.extend(package.failures().map(|(mode, reason)| {
                    format!("`{}` of {} fails: {reason}", mode.name(), package.name)
                }));
            }
        }
        None => {}
    }
    if let Some(Err(reason)) = &figures.incremental {
        notes.push(format!("after a change, fails: {reason}"));
    }
    notes
}
