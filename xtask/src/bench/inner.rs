//! `codegen` where nothing changed, and the benchmarks of the runtime.

use super::meter::{self, Cost, Problem};
use super::tool::Bench;
use crate::failure::Failure;
use crate::workspace;

/// A benchmark's name and its median in nanoseconds.
pub(super) type Median = (String, f64);

/// The benchmarks of the runtime that are run.
const BENCHES: [&str; 3] = ["calls", "tokens", "decode"];

/// What `cargo xtask codegen` takes where everything is as it would be written. `Err` is why it did not run.
pub(super) fn codegen(bench: &Bench, runs: usize) -> Result<Result<Cost, String>, Failure> {
    let this = std::env::current_exe();
    let this = this.map_err(|e| Failure::io("find", std::path::Path::new("xtask"), &e))?;
    let mut command = std::process::Command::new(this);
    command
        .current_dir(&bench.root)
        .args(["codegen", "--check"]);
    let mut costs = Vec::new();
    for _ in 0..runs {
        match meter::run(&command, &bench.scratch.join("cost.log")) {
            Ok(cost) => costs.push(cost),
            Err(Problem::Program(reason)) => return Ok(Err(reason)),
            Err(Problem::Ours(failure)) => return Err(failure),
        }
    }
    Ok(Cost::median(costs).ok_or_else(|| "nothing was measured".to_owned()))
}

/// Runs the benchmarks of the runtime.
pub(super) fn benches(bench: &Bench) -> Result<Vec<Median>, Failure> {
    let mut medians = Vec::new();
    for name in BENCHES {
        let mut cargo = workspace::cargo();
        cargo
            .current_dir(&bench.root)
            .args(["bench", "--quiet", "--package", "portal-runtime"]);
        cargo.args(["--features", "internals", "--bench", name]);
        let output = cargo.output();
        let output = output.map_err(|e| Failure::io("run", std::path::Path::new("cargo"), &e))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::Machine(format!(
                "the benchmark {name} failed:\n{said}"
            )));
        }
        medians.extend(read(&String::from_utf8_lossy(&output.stdout)));
    }
    Ok(medians)
}

/// The medians in a table of divan, arguments behind the name of their benchmark.
fn read(table: &str) -> Vec<Median> {
    let mut medians = Vec::new();
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
        let name = columns.next().unwrap_or_default();
        let name = name.split_whitespace().next().unwrap_or_default();
        let median = columns.nth(1).and_then(nanoseconds);
        match (median, depth) {
            (None, 3) => group = name.to_owned(),
            (Some(median), 3) => medians.push((name.to_owned(), median)),
            (Some(median), _) => medians.push((format!("{group} {name}"), median)),
            (None, _) => {}
        }
    }
    medians
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
        let expected = [
            ("portal_call", 2500.0),
            ("threads t=1", 25.0),
            ("threads t=2", 28.0),
            ("decode", 6_250_000.0),
        ];
        let expected: Vec<Median> = expected
            .iter()
            .map(|(name, median)| ((*name).to_owned(), *median))
            .collect();
        assert_eq!(read(table), expected);
    }
}
