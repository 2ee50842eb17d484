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

/// The limits of an integer as the vendor wrote them.
pub(super) struct Range<'n> {
    pub(super) minimum: Option<&'n Number>,
    pub(super) maximum: Option<&'n Number>,
    pub(super) default: Option<&'n Value>,
}

/// Returns the format of an integer that holds all that its limits allow: a wider one where the vendor's is too
/// narrow, or where there is none and 64 bits with a sign are not enough.
pub(super) fn wide_enough(
    cx: &mut Context<'_>,
    format: Option<String>,
    range: &Range<'_>,
    at: &At<'_>,
) -> Option<String> {
    let float = |number: Option<&Number>| number.and_then(Number::as_f64);
    let (least, most) = (float(range.minimum), float(range.maximum));
    let default = range.default.and_then(Value::as_f64);
    let beyond = |low: f64, high: f64| {
        least.is_some_and(|least| least < low)
            || most.is_some_and(|most| most > high)
            || default.is_some_and(|default| default < low || default > high)
    };
    // As floats, which is how many tools write them, the ends of 64 bits are rounded to powers of two.
    let (i64_end, u64_end) = (9_223_372_036_854_775_808.0, 18_446_744_073_709_551_616.0);
    let unsigned = least.is_some_and(|least| least >= 0.0);
    let exceeds_i64 = beyond(-i64_end, i64_end);
    let wide = match format.as_deref() {
        Some("int32") if beyond(-2_147_483_648.0, 2_147_483_648.0) => "int64",
        Some("int64") | None if exceeds_i64 && unsigned && !beyond(0.0, u64_end) => "uint64",
        None if exceeds_i64 => "decimal",
        _ => return format,
    };
    let given = format.map_or_else(|| "64 bits with a sign".to_owned(), |f| format!("`{f}`"));
    let message = format!("the limits or the default go beyond {given}; it is read as `{wide}`");
    cx.note(at, "wider-integer", message);
    Some(wide.to_owned())
}
