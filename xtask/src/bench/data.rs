//! Figures as JSON.

use serde_json::{Map, Value, json};

use super::builds::Package;
use super::inner::Timing;
use super::meter::Cost;
use super::subject::Figures;

pub(super) fn cost(cost: &Result<Cost, String>) -> Value {
    match cost {
        Ok(cost) => cost.as_json(),
        Err(reason) => json!({ "fails": reason }),
    }
}

pub(super) fn timing(timing: &Timing) -> Value {
    json!({
        "name": timing.name,
        "fastest_nanoseconds": timing.fastest,
        "median_nanoseconds": timing.median,
    })
}

pub(super) fn figures(figures: &Figures) -> Value {
    let (lines, code) = figures.lines;
    let incremental = figures.incremental.as_ref().map(cost);
    let builds = figures.builds.as_ref().map(|builds| match builds {
        Ok(builds) => json!({
            "crate": package(&builds.generated),
            "programs": builds.programs.iter().map(package).collect::<Vec<_>>(),
            "bare_bytes": builds.bare,
            "operations_left_out": builds.left_out,
            "other_tls": builds.other_tls,
        }),
        Err(reason) => json!({ "fails": reason }),
    });
    json!({
        "operations": figures.operations,
        "generation": figures.generation.as_json(),
        "generation_unchanged": cost(&figures.unchanged),
        "lines": lines,
        "lines_of_code": code,
        "check_after_a_change": incremental,
        "builds": builds,
    })
}

fn package(package: &Package) -> Value {
    let costs = package.costs.iter();
    let costs: Map<_, _> = costs
        .map(|(mode, taken)| (mode.name().to_owned(), cost(taken)))
        .collect();
    json!({
        "name": package.name,
        "operations": package.operations,
        "costs": costs,
        "bytes": package.size,
    })
}
