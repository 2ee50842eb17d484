//! Durations.

use super::text_on_the_wire;
use jiff::fmt::temporal::{SpanParser, SpanPrinter};
use jiff::{SignedDuration, Span};
use std::fmt;

/// A duration as ISO 8601 writes it, like `P1Y2M10DT2H30M` (RFC 3339 appendix A), kept as it was
/// written.
///
/// Two are equal when they are written the same. There is no order: a month has no fixed length.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Duration(Box<str>);

impl Duration {
    /// Returns the duration in calendar units, for arithmetic with dates.
    pub fn span(&self) -> Span {
        // The text was read as a span before it was taken.
        SpanParser::new().parse_span(&*self.0).unwrap_or_default()
    }

    /// Returns the exact length, unless the duration has years or months, which have none. Weeks
    /// and days are taken as seven days and 24 hours.
    pub fn exact(&self) -> Option<SignedDuration> {
        let span = self.span();
        if span.get_years() != 0 || span.get_months() != 0 {
            return None;
        }
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours())
            .ok()
    }

    /// Returns the duration as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self(SpanPrinter::new().span_to_string(&span).into())
    }
}

impl From<SignedDuration> for Duration {
    fn from(duration: SignedDuration) -> Self {
        Self(SpanPrinter::new().duration_to_string(&duration).into())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn parse(text: &str) -> Option<Duration> {
    SpanParser::new().parse_span(text).ok()?;
    Some(Duration(text.into()))
}

text_on_the_wire!(Duration, parse, "a duration like P1DT2H30M", "PT0S");
