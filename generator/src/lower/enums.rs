//! Enumerated values.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use serde_json::Value;

use super::merge::Merged;
use crate::ir::Enum;
use crate::names::{self, Scope};

/// The values that a schema allows, by kind. Null is not among them: it makes the value nullable.
pub(crate) enum Values {
    Strings(Vec<String>),
    Integers(Vec<i64>),
    Booleans,
    Numbers,
    Mixed,
}

impl Values {
    /// Whether the enum stands under a name of its own.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Self::Strings(_) | Self::Integers(_))
    }
}

/// The enumerated values of a schema, if it has any and is not a container.
pub(crate) fn of(merged: &Merged<'_>) -> Option<Values> {
    if matches!(merged.ty, Some("array" | "object")) {
        return None;
    }
    let values: Vec<&Value> = merged.enumeration.iter().filter(|v| !v.is_null()).collect();
    if values.is_empty() {
        return None;
    }
    if values.iter().all(|value| value.is_string()) {
        return Some(Values::Strings(unique(
            values.iter().filter_map(|v| v.as_str().map(str::to_owned)),
        )));
    }
    if values.iter().all(|value| value.is_i64()) && merged.ty != Some("number") {
        return Some(Values::Integers(unique(
            values.iter().filter_map(|v| v.as_i64()),
        )));
    }
    if values.iter().all(|value| value.is_boolean()) {
        return Some(Values::Booleans);
    }
    if values.iter().all(|value| value.is_number()) {
        return Some(Values::Numbers);
    }
    Some(Values::Mixed)
}

/// A string enum with a variant a value.
pub(crate) fn strings(values: &[String]) -> Enum<String> {
    named(values.to_vec(), |value| names::variant_name(value))
}

/// An integer enum with a variant a value.
pub(crate) fn integers(values: &[i64]) -> Enum<i64> {
    named(values.to_vec(), |value| {
        names::variant_name(&value.to_string())
    })
}

fn named<V: std::fmt::Display>(values: Vec<V>, name: impl Fn(&V) -> String) -> Enum<V> {
    let mut scope = Scope::with_reserved(&["Self"]);
    let mut spellings: HashMap<String, usize> = HashMap::new();
    for value in &values {
        let caseless = value.to_string().to_ascii_lowercase();
        *spellings.entry(caseless).or_default() += 1;
    }
    let variants = values
        .into_iter()
        .map(|value| {
            let preferred = name(&value);
            let text = value.to_string();
            let only_case = spellings.get(&text.to_ascii_lowercase()) > Some(&1);
            let by_case = by_case(&text, &preferred).filter(|_| only_case);
            (scope.claim_capitalized(&preferred, by_case), value)
        })
        .collect();
    let others = ["UnknownValue", "UndeclaredValue"].map(str::to_owned);
    let otherwise = scope.claim("Unknown", others);
    Enum {
        variants,
        otherwise,
    }
}

/// Another name for a value that differs from one before it only in case.
fn by_case(value: &str, name: &str) -> Option<String> {
    let lower = value.chars().all(|c| !c.is_uppercase());
    let upper = value.chars().all(|c| !c.is_lowercase());
    match (lower, upper) {
        (true, false) => Some(format!("Lower{name}")),
        (false, true) => Some(format!("Upper{name}")),
        _ => None,
    }
}

fn unique<V: Clone + Eq + Hash>(values: impl Iterator<Item = V>) -> Vec<V> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}
