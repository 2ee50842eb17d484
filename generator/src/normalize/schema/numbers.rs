//! Numbers in schemas: limits that were written as text, as floats, or as another version writes them.

use serde_json::{Number, Value};

use super::super::at::At;
use super::super::context::Context;
use super::draft::Draft;

/// Returns a count: a length or a number of items.
pub(super) fn size(cx: &mut Context<'_>, value: &Value, at: &At<'_>) -> Option<usize> {
    let number = number(cx, value, at)?;
    if let Some(size) = number.as_u64() {
        return usize::try_from(size).ok();
    }
    let float = number.as_f64().unwrap_or(-1.0);
    if float < 0.0 || float.fract() != 0.0 {
        let message = format!("{number} is no count and is left out");
        cx.warn(at, "count-expected", message, "write a whole number from 0");
        return None;
    }
    cx.note(
        at,
        "float-shaped-integer",
        format!("{number} is a whole number in the shape of a float"),
    );
    // A count beyond what a float says exactly limits nothing.
    (float <= 9_007_199_254_740_992.0).then_some(float as usize)
}

/// Returns a number, also when it was written as text.
pub(super) fn number(cx: &mut Context<'_>, value: &Value, at: &At<'_>) -> Option<Number> {
    let read = match value {
        Value::Number(number) => return Some(number.clone()),
        Value::String(text) => number_of_text(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let (message, help) = match &read {
        Some(number) => (
            format!("the number {number} is written as text"),
            "take the quotes off",
        ),
        None => (
            format!("{value} is no number and is left out"),
            "write a number",
        ),
    };
    cx.warn(at, "number-expected", message, help);
    read
}

/// Returns the number that a text says.
pub(crate) fn number_of_text(text: &str) -> Option<Number> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    Number::from_f64(text.parse().ok()?)
}

/// Reads a limit, exclusive or not, as a flag (3.0) or a number (3.1).
pub(super) fn bound(
    draft: &mut Draft,
    cx: &mut Context<'_>,
    key: &str,
    value: &Value,
    at: &At<'_>,
) {
    let lower = matches!(key, "minimum" | "exclusiveMinimum");
    let exclusive = matches!(key, "exclusiveMinimum" | "exclusiveMaximum");
    let flag = match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if exclusive => text.parse().ok(),
        _ => None,
    };
    if let (true, Some(flag)) = (exclusive, flag) {
        match lower {
            true => draft.exclusive_minimum |= flag,
            false => draft.exclusive_maximum |= flag,
        }
        return;
    }
    let Some(number) = number(cx, value, at) else {
        return;
    };
    let (bound, is_exclusive) = match lower {
        true => (&mut draft.minimum, &mut draft.exclusive_minimum),
        false => (&mut draft.maximum, &mut draft.exclusive_maximum),
    };
    let stricter = match bound {
        None => true,
        Some(there) => {
            let (new, old) = (
                number.as_f64().unwrap_or(0.0),
                there.as_f64().unwrap_or(0.0),
            );
            match (lower, exclusive) {
                (true, true) => new >= old,
                (true, false) => new > old,
                (false, true) => new <= old,
                (false, false) => new < old,
            }
        }
    };
    if stricter {
        // Where both are given as numbers, only the stricter one has an effect.
        if bound.is_some() || exclusive {
            *is_exclusive = exclusive;
        }
        *bound = Some(number);
    }
}

/// Which side of a range a limit is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
    /// A step, which has no side.
    Step,
}

/// Returns a limit of an integer; nothing for one that limits no `i64`.
pub(super) fn integer(
    cx: &mut Context<'_>,
    number: Option<Number>,
    side: Side,
    at: &At<'_>,
) -> Option<i64> {
    let number = number?;
    if let Some(integer) = number.as_i64() {
        return Some(integer).filter(|integer| side != Side::Step || *integer > 0);
    }
    let float = number.as_f64()?;
    if float.abs() >= 9_223_372_036_854_775_807.0 {
        cx.note(
            at,
            "limit-out-of-range",
            format!("the limit {number} is beyond 64 bits and limits nothing"),
        );
        return None;
    }
    let whole = match side {
        Side::Lower => float.ceil(),
        Side::Upper => float.floor(),
        Side::Step if float.fract() == 0.0 && float > 0.0 => float,
        Side::Step => return None,
    };
    if float.fract() == 0.0 {
        cx.note(
            at,
            "float-shaped-integer",
            format!("{number} is a whole number in the shape of a float"),
        );
    }
    Some(whole as i64)
}
