//! `codegen` where nothing changed, and the benchmarks of the runtime.

use std::path::Path;

use super::meter::{self, Cost, Problem};
use super::subject::{Effort, told};
use super::tool::Bench;
use crate::failure::Failure;
use crate::workspace;

/// What a benchmark took, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timing {
    pub(super) name: String,
    /// The sample that took least: the one that other work on the machine disturbed least.
    pub(super) fastest: f64,
    pub(super) median: f64,
}

/// The benchmarks of the runtime that are run.
pub(super) const BENCHES: [&str; 3] = ["calls", "tokens", "decode"];

/// What `cargo xtask codegen` takes where everything is as it would be written. `Err` is why it did not run.
pub(super) fn codegen(bench: &Bench, effort: &Effort) -> Result<Result<Cost, String>, Failure> {
    let this = std::env::current_exe();
    let this = this.map_err(|e| Failure::io("find", Path::new("xtask"), &e))?;
    let mut command = std::process::Command::new(this);
    command
        .current_dir(&bench.root)
        .args(["codegen", "--check"]);
    let log = bench.scratch.join("cost.log");
    let median = effort.median(|| meter::run(&command, &log));
    told(bench, median)
}

/// Runs a file of benchmarks of the runtime. `Err` is why it did not run.
pub(super) fn bench(bench: &Bench, name: &str) -> Result<Result<Vec<Timing>, String>, Failure> {
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(&bench.root)
        .args(["bench", "--quiet", "--package", "portal-runtime"]);
    cargo.args(["--features", "internals", "--bench", name]);
    let output = cargo.output();
    let output = output.map_err(|e| Failure::io("run", Path::new("cargo"), &e))?;
    let timings = match output.status.success() {
        true => Ok(read(&String::from_utf8_lossy(&output.stdout))),
        false => Err(Problem::Program(meter::reason(&output))),
    };
    told(bench, timings)
}

/// The times in a table of divan, arguments behind the name of their benchmark.
fn read(table: &str) -> Vec<Timing> {
    let mut timings = Vec::new();
    let mut group = String::new();
    for line in table.lines() {
        let is_tree = |c: char| matches!(c, '│' | '├' | '╰' | '─' | ' ');
        let row = line.trim_start_matches(is_tree);
        // Nested rows, lines of allocations and of throughput are indented further.
        let depth = line.chars().count() - row.chars().count();
        if !line.contains("─ ") {
            continue;
        }
        let mut columns = row.split('│');
        // The name and the first time share a column.
        let first = columns.next().unwrap_or_default();
        let (name, fastest) = first.split_once(' ').unwrap_or((first, ""));
        let median = columns.nth(1).and_then(nanoseconds);
        let (Some(fastest), Some(median)) = (nanoseconds(fastest), median) else {
            group = name.to_owned();
            continue;
        };
        let name = match depth {
            3 => name.to_owned(),
            _ => format!("{group} {name}"),
        };
        timings.push(Timing {
            name,
            fastest,
            median,
        });
    }
    timings
}

/// A time as divan writes it.
fn nanoseconds(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let factor = match unit {
        "ps" => 1e-3,
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_read_with_their_arguments() {
        let table = "\
Timer precision: 20 ns
calls                 fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ portal_call        1.5 µs        │ 9 µs          │ 2.5 µs        │ 3 µs          │ 100     │ 800
│                     alloc:        │               │               │               │         │
│                       6           │ 6             │ 6             │ 6             │         │
├─ threads            │               │               │               │         │
│  ├─ t=1             20 ns         │ 30 ns         │ 25 ns         │ 26 ns         │ 100     │ 100
│  ╰─ t=2             20 ns         │ 30 ns         │ 28 ns         │ 26 ns         │ 100     │ 100
╰─ decode             6.2 ms        │ 6.3 ms        │ 6.25 ms       │ 6.2 ms        │ 100     │ 100
";
        let read: Vec<_> = read(table)
            .into_iter()
            .map(|timing| (timing.name, timing.fastest, timing.median))
            .collect();
        let expected = [
            ("portal_call", 1500.0, 2500.0),
            ("threads t=1", 20.0, 25.0),
            ("threads t=2", 20.0, 28.0),
            ("decode", 6_200_000.0, 6_250_000.0),
        ];
        let expected = expected.map(|(name, fastest, median)| (name.to_owned(), fastest, median));
        assert_eq!(read, expected);
    }
}
