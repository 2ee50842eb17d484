//! Calendar dates.

use super::{Date, TimeError, digits, text_on_the_wire};

const EXPECTED: &str = "a date like 2023-11-07";

/// Reads `2023-11-07`, the full-date of RFC 3339, section 5.6, and nothing else. See [`Date`](crate::Date) for what its
/// own `parse` takes.
///
/// ```
/// use portal_runtime::{date, wire::full_date};
///
/// assert_eq!(full_date("2023-11-07"), Ok(date(2023, 11, 7)));
/// assert!(full_date("2023-11-07T23:59:00").is_err());
/// ```
///
/// # Errors
/// When the text is anything else, or no day of the calendar.
pub fn full_date(text: &str) -> Result<Date, TimeError> {
    parse(text).ok_or(TimeError { expected: EXPECTED })
}

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

text_on_the_wire!(@json Date, parse, EXPECTED, "0001-01-01");
