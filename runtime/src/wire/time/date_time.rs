//! Dates with a time of day.

use super::clock::Clock;
use super::offset::UtcOffset;
use super::{date, text_on_the_wire};
use jiff::civil;
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};
use std::cmp::Ordering;
use std::fmt;

/// A date with a time of day, as it was written.
///
/// RFC 3339 section 5.6 demands an offset from UTC. Many servers leave it out, and then nobody but
/// the vendor knows which instant is meant; so the two are told apart, and only the first has a
/// [`Timestamp`].
///
/// Two are equal when they are written the same. Of two with an offset the earlier instant is less;
/// of two without, the earlier reading of the clock; one with and one without have no order.
///
/// ```
/// use portal_runtime::wire::DateTime;
///
/// let sent: DateTime = "2021-11-29T10:01:00.0000000+00:00".parse()?;
/// assert_eq!(sent.to_string(), "2021-11-29T10:01:00.0000000+00:00");
/// assert!(sent.timestamp().is_some());
///
/// let unclear: DateTime = "2014-01-01 12:45:56".parse()?;
/// assert!(unclear.timestamp().is_none());
/// # Ok::<(), portal_runtime::wire::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateTime {
    /// With an offset: an instant.
    Offset(OffsetDateTime),
    /// Without an offset: what a clock somewhere showed.
    Local(LocalDateTime),
}

/// A date with a time of day and an offset from UTC: an instant, and how it was written.
///
/// Two are equal when they are written the same; compare [`timestamp`](Self::timestamp) to find out
/// whether they are the same instant. They are ordered by instant and then by how they are written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OffsetDateTime {
    local: LocalDateTime,
    offset: UtcOffset,
}

/// A date with a time of day and no offset: what a clock somewhere showed.
///
/// Two are equal when they are written the same. They are ordered by the reading of the clock and
/// then by how they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    date: civil::Date,
    clock: Clock,
    separator: Separator,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Separator {
    T,
    SmallT,
    Space,
}

impl DateTime {
    /// Returns the instant, unless the offset is missing.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::Offset(value) => Some(value.timestamp()),
            Self::Local(_) => None,
        }
    }

    /// Returns the reading of the clock, wherever that stood.
    pub fn civil(&self) -> civil::DateTime {
        match self {
            Self::Offset(value) => value.civil(),
            Self::Local(value) => value.civil(),
        }
    }

    /// Returns the distance from UTC, if it was written.
    pub fn offset(&self) -> Option<Offset> {
        match self {
            Self::Offset(value) => Some(value.offset()),
            Self::Local(_) => None,
        }
    }

    /// Returns the same with `count` digits after the seconds, at most nine; what is finer is cut
    /// off.
    #[must_use]
    pub fn with_fraction_digits(self, count: u8) -> Self {
        match self {
            Self::Offset(value) => Self::Offset(value.with_fraction_digits(count)),
            Self::Local(value) => Self::Local(value.with_fraction_digits(count)),
        }
    }
}

impl OffsetDateTime {
    /// A reading of the clock at a distance from UTC, written like `2023-11-07T10:15:30+02:00`.
    ///
    /// Returns nothing for instants that a [`Timestamp`] cannot hold, within a day of the years
    /// -9999 and 9999.
    pub fn new(local: impl Into<LocalDateTime>, offset: Offset) -> Option<Self> {
        let (local, offset) = (local.into(), UtcOffset::new(offset));
        offset.offset.to_timestamp(local.civil()).ok()?;
        Some(Self { local, offset })
    }

    /// Returns the instant.
    pub fn timestamp(&self) -> Timestamp {
        // Every constructor has done this conversion once and refused the value if it failed.
        self.offset
            .offset
            .to_timestamp(self.civil())
            .unwrap_or_default()
    }

    /// Returns the reading of the clock.
    pub fn civil(&self) -> civil::DateTime {
        self.local.civil()
    }

    /// Returns the distance from UTC.
    pub fn offset(&self) -> Offset {
        self.offset.offset
    }

    /// Returns the same with `count` digits after the seconds, at most nine; what is finer is cut
    /// off.
    #[must_use]
    pub fn with_fraction_digits(self, count: u8) -> Self {
        Self {
            local: self.local.with_fraction_digits(count),
            ..self
        }
    }
}

impl LocalDateTime {
    /// Returns the reading of the clock.
    pub fn civil(&self) -> civil::DateTime {
        self.date.to_datetime(self.clock.time)
    }

    /// Returns the instant, for who knows that the clock showed UTC.
    ///
    /// Returns nothing within a day of the years -9999 and 9999.
    pub fn in_utc(self) -> Option<OffsetDateTime> {
        OffsetDateTime::new(self, Offset::UTC)
    }

    /// Returns the same with `count` digits after the seconds, at most nine; what is finer is cut
    /// off.
    #[must_use]
    pub fn with_fraction_digits(self, count: u8) -> Self {
        Self {
            clock: self.clock.with_fraction_digits(count),
            ..self
        }
    }
}

impl Ord for OffsetDateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        let instants = self.timestamp().cmp(&other.timestamp());
        instants
            .then(self.local.cmp(&other.local))
            .then(self.offset.cmp(&other.offset))
    }
}

impl PartialOrd for OffsetDateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Offset(a), Self::Offset(b)) => Some(a.cmp(b)),
            (Self::Local(a), Self::Local(b)) => Some(a.cmp(b)),
            (Self::Offset(_), Self::Local(_)) | (Self::Local(_), Self::Offset(_)) => None,
        }
    }
}

impl From<OffsetDateTime> for DateTime {
    fn from(value: OffsetDateTime) -> Self {
        Self::Offset(value)
    }
}

impl From<LocalDateTime> for DateTime {
    fn from(value: LocalDateTime) -> Self {
        Self::Local(value)
    }
}

/// An instant, written in UTC with a `Z`.
impl From<Timestamp> for DateTime {
    fn from(value: Timestamp) -> Self {
        Self::Offset(value.into())
    }
}

/// A reading of the clock without an offset.
impl From<civil::DateTime> for DateTime {
    fn from(value: civil::DateTime) -> Self {
        Self::Local(value.into())
    }
}

/// An instant with its offset; the name of the time zone is left out.
impl From<&Zoned> for DateTime {
    fn from(value: &Zoned) -> Self {
        Self::Offset(value.into())
    }
}

/// An instant, written in UTC with a `Z` and as many digits after the seconds as it needs: none,
/// three, six or nine.
impl From<Timestamp> for OffsetDateTime {
    fn from(value: Timestamp) -> Self {
        Self {
            local: Offset::UTC.to_datetime(value).into(),
            offset: UtcOffset::ZULU,
        }
    }
}

impl From<&Zoned> for OffsetDateTime {
    fn from(value: &Zoned) -> Self {
        Self {
            local: value.datetime().into(),
            offset: UtcOffset::new(value.offset()),
        }
    }
}

/// Written with a `T` and as many digits after the seconds as it needs: none, three, six or nine.
impl From<civil::DateTime> for LocalDateTime {
    fn from(value: civil::DateTime) -> Self {
        Self {
            date: value.date(),
            clock: Clock::new(value.time()),
            separator: Separator::T,
        }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(value) => value.fmt(out),
            Self::Local(value) => value.fmt(out),
        }
    }
}

impl fmt::Display for OffsetDateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.local, self.offset)
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match self.separator {
            Separator::T => 'T',
            Separator::SmallT => 't',
            Separator::Space => ' ',
        };
        write!(out, "{}{separator}{}", self.date, self.clock)
    }
}

macro_rules! debug_by_display {
    ($($ty:ident),*) => { $(
        impl fmt::Debug for $ty {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }
    )* };
}

debug_by_display!(DateTime, OffsetDateTime, LocalDateTime);

fn parse(text: &str) -> Option<DateTime> {
    let (local, rest) = split(text)?;
    match rest {
        "" => Some(DateTime::Local(local)),
        rest => with_offset(local, rest).map(DateTime::Offset),
    }
}

fn parse_offset(text: &str) -> Option<OffsetDateTime> {
    let (local, rest) = split(text)?;
    with_offset(local, rest)
}

fn parse_local(text: &str) -> Option<LocalDateTime> {
    match split(text)? {
        (local, "") => Some(local),
        _ => None,
    }
}

fn split(text: &str) -> Option<(LocalDateTime, &str)> {
    let (date, rest) = date::split(text)?;
    let separator = match rest.bytes().next()? {
        b'T' => Separator::T,
        b't' => Separator::SmallT,
        b' ' => Separator::Space,
        _ => return None,
    };
    let (clock, rest) = Clock::split(&rest[1..])?;
    Some((
        LocalDateTime {
            date,
            clock,
            separator,
        },
        rest,
    ))
}

fn with_offset(local: LocalDateTime, text: &str) -> Option<OffsetDateTime> {
    let offset = UtcOffset::parse(text)?;
    offset.offset.to_timestamp(local.civil()).ok()?;
    Some(OffsetDateTime { local, offset })
}

text_on_the_wire!(
    DateTime,
    parse,
    "a date and time like 2023-11-07T10:15:30Z",
    "0001-01-01T00:00"
);
text_on_the_wire!(
    OffsetDateTime,
    parse_offset,
    "a date and time with an offset like 2023-11-07T10:15:30Z",
    "0001-01-01T00:00Z"
);
text_on_the_wire!(
    LocalDateTime,
    parse_local,
    "a date and time without an offset like 2023-11-07T10:15:30",
    "0001-01-01T00:00"
);
