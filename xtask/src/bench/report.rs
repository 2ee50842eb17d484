//! The figures as Markdown and as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::builds::{Mode, Package};
use super::inner::Median;
use super::machine;
use super::meter::Cost;
use super::subject::{Document, Figures};
use super::tool::Tool;
use crate::lock;

/// All that was measured.
pub(super) struct Report {
    command: String,
    tools: Vec<Tool>,
    documents: Vec<Measured>,
    pub(super) codegen: Result<Cost, String>,
    pub(super) inner: Vec<Median>,
}

/// A document with what each generator made of it.
struct Measured {
    shown: String,
    bytes: u64,
    columns: Vec<(Tool, Result<Figures, String>)>,
}

/// A line of a document's table.
struct Row {
    label: String,
    /// Digits behind the point.
    digits: usize,
    values: Vec<Option<f64>>,
}

impl Report {
    pub(super) fn new(command: String, tools: &[Tool]) -> Self {
        Self {
            command,
            tools: tools.to_vec(),
            documents: Vec::new(),
            codegen: Err("not measured".to_owned()),
            inner: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        document: &Document,
        tool: Tool,
        figures: Result<Figures, String>,
    ) {
        match self.documents.last_mut() {
            Some(last) if last.shown == document.shown => last.columns.push((tool, figures)),
            _ => self.documents.push(Measured {
                shown: document.shown.clone(),
                bytes: document.bytes,
                columns: vec![(tool, figures)],
            }),
        }
    }

    fn surroundings(&self) -> Vec<(&'static str, String)> {
        let peers = self.tools.iter().filter_map(|tool| tool.package());
        let peers: Vec<_> = peers
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        let mut all = vec![
            ("date", lock::today()),
            ("command", self.command.clone()),
            ("machine", machine::machine()),
            ("compiler", machine::compiler()),
        ];
        if !peers.is_empty() {
            all.push(("peers", peers.join(", ")));
        }
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
            let _ = writeln!(text, "\n### {} ({size:.0} KiB)\n", document.shown);
            document.write(&mut text);
        }
        let _ = writeln!(text, "\n### This workspace\n\n| | |\n| --- | ---: |");
        let _ = match &self.codegen {
            Ok(cost) => writeln!(
                text,
                "| `cargo xtask codegen --check` where nothing changed: CPU s | {:.3} |",
                cost.cpu
            ),
            Err(reason) => writeln!(text, "| `cargo xtask codegen` | {reason} |"),
        };
        for (label, value) in self.inner_rows() {
            let _ = writeln!(text, "| {label} | {value} |");
        }
        text
    }

    fn median(&self, name: &str) -> Option<f64> {
        self.inner
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, median)| *median)
    }

    /// What the benchmarks of the runtime say, in words.
    fn inner_rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        if let (Some(call), Some(bare)) =
            (self.median("portal_call"), self.median("reqwest_request"))
        {
            let above = format!("{:.2} µs", (call - bare) / 1e3);
            rows.push(("a call above the same request with reqwest", above));
        }
        if let Some(hit) = self.median("threads_on_one_slot t=1") {
            rows.push(("a token that is at hand", format!("{hit:.0} ns")));
        }
        let ours = self.median("portal_runtime_decode");
        let derived = self.median("serde_json_decode_exact");
        if let (Some(ours), Some(derived)) = (ours, derived) {
            let text = format!("{:.1} ms", ours / 1e6);
            rows.push(("decoding 10,000 ledger events", text));
            let text = format!("{:.1} ms ({:.2} of it)", derived / 1e6, ours / derived);
            rows.push(("the same by serde_json into structs with derives", text));
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
        let codegen = cost_as_json(&self.codegen);
        root.insert("codegen_unchanged".to_owned(), codegen);
        let inner = self
            .inner
            .iter()
            .map(|(name, median)| (name.clone(), json!(median)));
        root.insert(
            "median_nanoseconds".to_owned(),
            inner.collect::<Map<_, _>>().into(),
        );
        Value::Object(root)
    }
}

impl Measured {
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
            let cells: Vec<_> = row
                .values
                .iter()
                .map(|value| cell(*value, row.digits))
                .collect();
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

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut row = |label: String, digits, value: &dyn Fn(&Figures) -> Option<f64>| {
            let values: Vec<_> = self
                .columns
                .iter()
                .map(|(_, it)| value(it.as_ref().ok()?))
                .collect();
            if values.iter().any(Option::is_some) {
                rows.push(Row {
                    label,
                    digits,
                    values,
                });
            }
        };
        row("operations".to_owned(), 0, &|it| Some(it.operations as f64));
        row("generation: CPU s".to_owned(), 3, &|it| {
            Some(it.generation.cpu)
        });
        row("generation: most memory, MiB".to_owned(), 0, &|it| {
            Some(it.generation.peak_mib)
        });
        row(
            "generation where nothing changed: CPU s".to_owned(),
            3,
            &|it| Some(it.unchanged.as_ref().ok()?.cpu),
        );
        let mebibytes = self.bytes as f64 / 1024.0 / 1024.0;
        row("generation: most memory / document".to_owned(), 1, &|it| {
            Some(it.generation.peak_mib / mebibytes)
        });
        row("lines generated".to_owned(), 0, &|it| {
            Some(it.lines.0 as f64)
        });
        row("lines of code, without comments".to_owned(), 0, &|it| {
            Some(it.lines.1 as f64)
        });
        row("lines of code an operation".to_owned(), 0, &|it| {
            (it.operations > 0).then(|| it.lines.1 as f64 / it.operations as f64)
        });
        for mode in Mode::ALL {
            let label = format!("`{}` of the crate: CPU s", mode.name());
            row(label, 2, &|it| Some(it.built()?.generated.cost(mode)?.cpu));
        }
        row(
            "`cargo check` after one operation changed: CPU s".to_owned(),
            2,
            &|it| Some(it.incremental.as_ref()?.as_ref().ok()?.cpu),
        );
        for name in ["bench-1", "bench-20", "bench-all"] {
            let uses = name.trim_start_matches("bench-");
            for mode in Mode::ALL {
                let label = format!("`{}` of a program that uses {uses}: CPU s", mode.name());
                row(label, 2, &|it| Some(program(it, name)?.cost(mode)?.cpu));
            }
            let label = format!("size of a program that uses {uses}: KiB");
            row(label, 0, &|it| {
                Some(program(it, name)?.size? as f64 / 1024.0)
            });
            let label = format!("above a program with reqwest alone, that uses {uses}: KiB");
            row(label, 0, &|it| {
                let bare = it.built()?.bare?;
                Some((program(it, name)?.size? as f64 - bare as f64) / 1024.0)
            });
        }
        rows
    }

    fn as_json(&self) -> Value {
        let columns = self.columns.iter().map(|(tool, column)| {
            let value = match column {
                Ok(figures) => figures_as_json(figures),
                Err(reason) => json!({ "fails": reason }),
            };
            (tool.name().to_owned(), value)
        });
        let columns: Map<_, _> = columns.collect();
        json!({ "document": self.shown, "bytes": self.bytes, "generators": columns })
    }
}

impl Row {
    /// Ours, as a part of the best of the peers'.
    fn ratio(&self) -> Option<f64> {
        let (ours, peers) = self.values.split_first()?;
        let best = peers.iter().flatten().copied().min_by(f64::total_cmp)?;
        (self.label != "operations" && best > 0.0).then_some((*ours)? / best)
    }
}

fn program<'f>(figures: &'f Figures, name: &str) -> Option<&'f Package> {
    let builds = figures.built()?;
    builds.programs.iter().find(|program| program.name == name)
}

fn cell(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value:.digits$}"))
}

/// What of a column is missing, and why.
fn notes(column: &Result<Figures, String>) -> Vec<String> {
    let figures = match column {
        Ok(figures) => figures,
        Err(reason) => return vec![format!("fails: {reason}")],
    };
    let mut notes = Vec::new();
    match &figures.builds {
        Some(Err(reason)) => notes.push(format!("fails: {reason}")),
        Some(Ok(builds)) if builds.left_out > 0 => notes.push(format!(
            "no call could be written for {} operations more",
            builds.left_out
        )),
        Some(Ok(_)) | None => {}
    }
    if let Err(reason) = &figures.unchanged {
        notes.push(format!("a second time, fails: {reason}"));
    }
    if let Some(Err(reason)) = &figures.incremental {
        notes.push(format!("after a change, fails: {reason}"));
    }
    notes
}

fn cost_as_json(cost: &Result<Cost, String>) -> Value {
    match cost {
        Ok(cost) => cost.as_json(),
        Err(reason) => json!({ "fails": reason }),
    }
}

fn figures_as_json(figures: &Figures) -> Value {
    let (lines, code) = figures.lines;
    let incremental = figures.incremental.as_ref().map(cost_as_json);
    let builds = figures.builds.as_ref().map(|builds| match builds {
        Ok(builds) => json!({
            "crate": package_as_json(&builds.generated),
            "programs": builds.programs.iter().map(package_as_json).collect::<Vec<_>>(),
            "bare_bytes": builds.bare,
            "operations_left_out": builds.left_out,
        }),
        Err(reason) => json!({ "fails": reason }),
    });
    json!({
        "operations": figures.operations,
        "generation": figures.generation.as_json(),
        "generation_unchanged": cost_as_json(&figures.unchanged),
        "lines": lines,
        "lines_of_code": code,
        "check_after_a_change": incremental,
        "builds": builds,
    })
}

fn package_as_json(package: &Package) -> Value {
    let costs = package.costs.iter();
    let costs: Map<_, _> = costs
        .map(|(mode, cost)| (mode.name().to_owned(), cost.as_json()))
        .collect();
    json!({
        "name": package.name,
        "operations": package.operations,
        "costs": costs,
        "bytes": package.size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_the_best_peer() {
        let row = |values: &[Option<f64>]| Row {
            label: "seconds".to_owned(),
            digits: 0,
            values: values.to_vec(),
        };
        assert_eq!(
            row(&[Some(1.0), Some(4.0), None, Some(2.0)]).ratio(),
            Some(0.5)
        );
        assert_eq!(row(&[Some(1.0), None]).ratio(), None);
        assert_eq!(row(&[None, Some(2.0)]).ratio(), None);
    }
}
