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

    /// What divan 0.1 printed for `runtime/benches/calls.rs`, in part.
    const REAL: &str = "\
calls                           fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ portal_call_with_middleware  2.727 µs      │ 120.1 ms      │ 2.812 µs      │ 1.205 ms      │ 100     │ 100
│                               max alloc:    │               │               │               │         │
│                                 14          │ 14            │ 14            │ 14            │         │
│                                 5.949 KB    │ 5.949 KB      │ 5.949 KB      │ 5.949 KB      │         │
│                               dealloc:      │               │               │               │         │
│                                 22          │ 22            │ 22            │ 22            │         │
├─ portal_transport_alone       509.3 ns      │ 3.633 µs      │ 559.3 ns      │ 597.6 ns      │ 100     │ 100
│                               grow:         │               │               │               │         │
│                                 3           │ 3             │ 3             │ 3             │         │
╰─ reqwest_request              1.398 µs      │ 11.95 µs      │ 1.493 µs      │ 1.608 µs      │ 100     │ 100
                                max alloc:    │               │               │               │         │
                                  11          │ 11            │ 11            │ 11            │         │
";

    #[test]
    fn lines_of_allocations_are_no_timings() {
        let read: Vec<_> = read(REAL)
            .into_iter()
            .map(|timing| (timing.name, timing.fastest.round(), timing.median.round()))
            .collect();
        let expected = [
            ("portal_call_with_middleware", 2727.0, 2812.0),
            ("portal_transport_alone", 509.0, 559.0),
            ("reqwest_request", 1398.0, 1493.0),
        ];
        let expected = expected.map(|(name, fastest, median)| (name.to_owned(), fastest, median));
        assert_eq!(read, expected);
    }

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
