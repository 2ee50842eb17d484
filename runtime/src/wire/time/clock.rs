//! The time on a clock, with the precision it was written in.

use super::digits;
use jiff::civil::Time;
use std::fmt;

/// Nanoseconds are all that a fraction can count.
const NANO_DIGITS: usize = 9;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Clock {
    pub(super) time: Time,
    precision: Precision,
    /// The second was written as 60; the time is that of second 59.
    leap: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Precision {
    Minute,
    /// Digits after the seconds, none for whole seconds.
    Second(u8),
}

impl Clock {
    /// A time with as many digits as it needs: none, three, six or nine.
    pub(super) fn new(time: Time) -> Self {
        let digits = match time.subsec_nanosecond() {
            0 => 0,
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        Self {
            time,
            precision: Precision::Second(digits),
            leap: false,
        }
    }

    /// The same time with `count` digits after the seconds, at most nine; what is finer is cut off.
    pub(super) fn with_fraction_digits(self, count: u8) -> Self {
        let count = count.min(NANO_DIGITS as u8);
        let unit = 10_i32.pow(NANO_DIGITS as u32 - u32::from(count));
        let nanos = self.time.subsec_nanosecond();
        let time = self
            .time
            .with()
            .subsec_nanosecond(nanos - nanos % unit)
            .build();
        Self {
            time: time.unwrap_or(self.time),
            precision: Precision::Second(count),
            ..self
        }
    }

    /// Reads `10:15`, `10:15:30` or `10:15:30.1234567` and returns the text after it.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        let (hour, rest) = digits::<2>(text)?;
        let (minute, rest) = digits::<2>(rest.strip_prefix(':')?)?;
        let (second, nanos, precision, rest) = match rest.strip_prefix(':') {
            None => (0, 0, Precision::Minute, rest),
            Some(rest) => {
                let (second, rest) = digits::<2>(rest)?;
                let (nanos, count, rest) = fraction(rest)?;
                (second, nanos, Precision::Second(count), rest)
            }
        };
        let leap = second == 60;
        let second = if leap { 59 } else { second };
        let (hour, minute) = (hour.try_into().ok()?, minute.try_into().ok()?);
        let time = Time::new(hour, minute, second.try_into().ok()?, nanos).ok()?;
        Some((
            Self {
                time,
                precision,
                leap,
            },
            rest,
        ))
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.time.hour(), self.time.minute())?;
        let Precision::Second(count) = self.precision else {
            return Ok(());
        };
        let second = if self.leap { 60 } else { self.time.second() };
        write!(out, ":{second:02}")?;
        if count == 0 {
            return Ok(());
        }
        let nanos = format!("{:09}", self.time.subsec_nanosecond());
        let zeros = usize::from(count).saturating_sub(NANO_DIGITS);
        let shown = nanos.get(..usize::from(count)).unwrap_or(&nanos);
        write!(out, ".{shown}{:0<zeros$}", "")
    }
}

/// Reads a fraction of a second, if there is one: nanoseconds, digits, and the text after it.
fn fraction(text: &str) -> Option<(i32, u8, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, 0, text));
    };
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(count);
    let (known, finer) = digits.split_at(count.min(NANO_DIGITS));
    if known.is_empty() || finer.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let unit = 10_i32.pow((NANO_DIGITS - known.len()) as u32);
    Some((
        known.parse::<i32>().ok()? * unit,
        count.try_into().ok()?,
        rest,
    ))
}
