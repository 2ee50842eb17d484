//! Calendar dates.

use super::{Date, digits, text_on_the_wire};

/// Reads `2023-11-07`, the full-date of RFC 3339 section 5.6, and nothing else.
fn parse(text: &str) -> Option<Date> {
    match split(text)? {
        (date, "") => Some(date),
        _ => None,
    }
}

/// Reads a date and returns the text after it.
pub(super) fn split(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = digits::<4>(text)?;
    let (month, rest) = digits::<2>(rest.strip_prefix('-')?)?;
    let (day, rest) = digits::<2>(rest.strip_prefix('-')?)?;
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some((date, rest))
}

text_on_the_wire!(@json Date, parse, "a date like 2023-11-07", "0001-01-01");
