//! Dates, times and durations, kept as they were written.
//!
//! Calendar arithmetic is jiff's. Its version 0.2 is part of this crate's interface on purpose:
//! hiding it would take from users what they want to do with a date. No time zone data is built in.

mod clock;
mod date;
mod date_time;
mod duration;
mod offset;
mod time_of_day;

pub use self::date::full_date;
pub use self::date_time::{DateTime, LocalDateTime, OffsetDateTime};
pub use self::duration::Duration;
pub use self::time_of_day::Time;
pub use jiff;
pub use jiff::Timestamp;
pub use jiff::civil::{Date, date};

use std::fmt;

/// A text that is not the date, time or duration it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeError {
    expected: &'static str,
}

impl fmt::Display for TimeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "expected {}", self.expected)
    }
}

impl std::error::Error for TimeError {}

/// Gives a type that is read from a text and written as one the traits of the wire.
macro_rules! text_on_the_wire {
    ($ty:ident, $parse:path, $expected:expr, $vacant:literal) => {
        impl std::str::FromStr for $ty {
            type Err = $crate::wire::TimeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $parse(text).ok_or($crate::wire::TimeError { expected: $expected })
            }
        }

        $crate::wire::time::text_on_the_wire!(@json $ty, $parse, $expected, $vacant);
    };
    (@json $ty:ident, $parse:path, $expected:expr, $vacant:literal) => {
        impl $crate::wire::Decode for $ty {
            const SHAPE: $crate::wire::Shape = $crate::wire::Shape::STRING;

            fn decode(
                decoder: &mut $crate::wire::Decoder<'_>,
            ) -> Result<Self, $crate::wire::DecodeError> {
                decoder.parsed($expected, $parse)
            }

            fn vacant(_: u8) -> Option<Self> {
                $parse($vacant)
            }
        }

        impl $crate::wire::Encode for $ty {
            fn encode(&self, encoder: &mut $crate::wire::Encoder) {
                encoder.plain_display(self);
            }
        }
    };
}

use text_on_the_wire;

/// Reads exactly `N` digits and returns their value and the text after them.
fn digits<const N: usize>(text: &str) -> Option<(i16, &str)> {
    let (digits, rest) = text.split_at_checked(N)?;
    let mut value = 0;
    for digit in digits.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i16::from(digit - b'0');
    }
    Some((value, rest))
}
