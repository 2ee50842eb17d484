//! The distance from UTC, in the form it was written.

use super::digits;
use jiff::tz::Offset;
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct UtcOffset {
    pub(super) offset: Offset,
    form: Form,
}

/// RFC 3339 has the first three; ISO 8601 and its users have the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    /// `Z`
    Zulu,
    /// `z`
    SmallZulu,
    /// `+02:00`
    Colon,
    /// `-00:00`: the time is UTC and the local offset is not known.
    Unknown,
    /// `+0200`
    Plain,
    /// `+02`
    Hours,
}

impl UtcOffset {
    pub(super) const ZULU: Self = Self {
        offset: Offset::UTC,
        form: Form::Zulu,
    };

    pub(super) const fn new(offset: Offset) -> Self {
        Self {
            offset,
            form: Form::Colon,
        }
    }

    /// Reads the whole text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "Z" => return Some(Self::ZULU),
            "z" => {
                return Some(Self {
                    form: Form::SmallZulu,
                    ..Self::ZULU
                });
            }
            "-00:00" => {
                return Some(Self {
                    form: Form::Unknown,
                    ..Self::ZULU
                });
            }
            _ => {}
        }
        let (sign, rest) = match text.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, rest) = digits::<2>(rest)?;
        let (minutes, form) = match rest.strip_prefix(':') {
            Some(rest) => (whole(rest)?, Form::Colon),
            None if rest.is_empty() => (0, Form::Hours),
            None => (whole(rest)?, Form::Plain),
        };
        // A negative zero in these forms could not be written again as it was.
        if hours > 23 || minutes > 59 || (sign < 0 && hours == 0 && minutes == 0) {
            return None;
        }
        let seconds = sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60);
        Some(Self {
            offset: Offset::from_seconds(seconds).ok()?,
            form,
        })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
        match self.form {
            Form::Zulu => out.write_str("Z"),
            Form::SmallZulu => out.write_str("z"),
            Form::Unknown => out.write_str("-00:00"),
            Form::Colon => write!(out, "{sign}{hours:02}:{minutes:02}"),
            Form::Plain => write!(out, "{sign}{hours:02}{minutes:02}"),
            Form::Hours => write!(out, "{sign}{hours:02}"),
        }
    }
}

fn whole(text: &str) -> Option<i16> {
    match digits::<2>(text)? {
        (value, "") => Some(value),
        _ => None,
    }
}
