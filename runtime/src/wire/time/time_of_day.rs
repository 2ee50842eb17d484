//! Times of day.

use super::clock::Clock;
use super::offset::UtcOffset;
use super::text_on_the_wire;
use jiff::civil;
use jiff::tz::Offset;
use std::fmt;

/// A time of day as it was written: `10:15`, `10:15:30.5` or, with an offset, the full-time of
/// RFC 3339 section 5.6, `10:15:30Z`.
///
/// Two are equal when they are written the same. They are ordered by the clock and then by how they
/// are written; offsets are not taken into account, since without a day they order nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    clock: Clock,
    offset: Option<UtcOffset>,
}

impl Time {
    /// Returns the time on the clock.
    pub fn civil(&self) -> civil::Time {
        self.clock.time
    }

    /// Returns the distance from UTC, if it was written.
    pub fn offset(&self) -> Option<Offset> {
        self.offset.map(|offset| offset.offset)
    }

    /// Returns the time with `count` digits after the seconds, at most nine; what is finer is cut
    /// off.
    #[must_use]
    pub fn with_fraction_digits(self, count: u8) -> Self {
        Self {
            clock: self.clock.with_fraction_digits(count),
            ..self
        }
    }
}

/// A time without an offset, with as many digits after the seconds as it needs: none, three, six or
/// nine.
impl From<civil::Time> for Time {
    fn from(time: civil::Time) -> Self {
        Self {
            clock: Clock::new(time),
            offset: None,
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clock.fmt(out)?;
        self.offset.map_or(Ok(()), |offset| offset.fmt(out))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

fn parse(text: &str) -> Option<Time> {
    let (clock, rest) = Clock::split(text)?;
    let offset = match rest {
        "" => None,
        rest => Some(UtcOffset::parse(rest)?),
    };
    Some(Time { clock, offset })
}

text_on_the_wire!(Time, parse, "a time like 10:15:30 or 10:15:30.5Z", "00:00");
