//! JSON as it travels: the traits that models implement, the parser and writer under them, and the
//! types of single values.
//!
//! Reading keeps what serde's data model loses: the digits of numbers, the precision and the offset
//! of times, `null` apart from absent, and the JSON path of what did not fit. Models hold one table
//! each ([`model!`](crate::model)); one function, compiled once, reads and writes them all.
//!
//! ```
//! use portal_runtime::wire::{from_slice, to_vec};
//! use portal_runtime::{DateTime, Decimal};
//! use std::collections::BTreeMap;
//!
//! let amounts: BTreeMap<String, Decimal> = from_slice(br#"{"credit":5.0000,"debet":0}"#)?;
//! assert_eq!(to_vec(&amounts)?, br#"{"credit":5.0000,"debet":0}"#);
//!
//! let error = from_slice::<Vec<DateTime>>(br#"["2021-11-29T10:01:00Z","yesterday"]"#).unwrap_err();
//! assert_eq!(error.path(), "$[1]");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base64;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod bridge;
mod containers;
mod decimal;
mod decoder;
mod encoder;
mod enumeration;
mod error;
mod json;
mod nullable;
mod object;
mod param;
mod scalars;
mod scan;
mod secret;
mod time;
mod tuples;
mod union;
mod uuids;

pub use base64::Base64;
pub use decoder::{Decoder, Kind, ReadEntry, ReadItem};
pub use encoder::{ArrayEncoder, Encoder, MapEncoder};
pub(crate) use error::is_secret_name;
pub use error::{DecodeError, EncodeError};
pub use json::{Json, Number};
pub use nullable::Nullable;
pub use object::{Entries, EntriesMut, Field, Fields, Presence, Slot};
pub use param::{ParamValue, ToParam};
/// An exact decimal number, as amounts of money are: up to 28 digits, with a scale of 0 to 28 that is kept.
///
/// What is read from a body is never rounded: a number that needs more digits is a [`DecodeError`], as is one in quotes.
/// What is written has the digits and the scale of the value. Arithmetic rounds to 28 digits where it must, half to even.
///
/// `text.parse::<Decimal>()` is that of `rust_decimal` and **rounds** what has more than 28 digits behind the point; for
/// texts of people and files, `Decimal::from_str_exact` refuses them.
///
/// ```
/// use portal_runtime::{Decimal, wire};
///
/// let long = "0.00000000000000000000000000005";
/// assert!(wire::from_slice::<Decimal>(long.as_bytes()).is_err());
/// assert!(Decimal::from_str_exact(long).is_err());
/// assert_ne!(long.parse::<Decimal>()?.to_string(), long);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use rust_decimal::Decimal;
pub use secret::Secret;
/// A calendar date, without a time and a zone: jiff's.
///
/// What is read from a body is the full-date of RFC 3339, `2023-11-07`, and nothing else. `text.parse::<Date>()` is that of
/// jiff and takes more, such as `20231107`, and leaves the time out of `2023-11-07T23:59:00`; for texts of people and files,
/// [`full_date`] takes what bodies do.
pub use time::Date;
pub use time::{
    DateTime, Duration, LocalDateTime, OffsetDateTime, Time, TimeError, Timestamp, date, full_date,
    jiff,
};
pub use union::{Branch, Union};
pub use uuid::Uuid;

/// How many boxes a vacant value may nest. Types need one or two; a type that needs more than this
/// needs them without end.
const MOST_BOXES: u8 = 15;

/// A type that can be read from JSON.
///
/// The macros implement it for models, unions and enumerations. By hand:
///
/// ```
/// use portal_runtime::wire::{Decode, DecodeError, Decoder, Shape, from_slice};
///
/// #[derive(Debug, PartialEq)]
/// struct Percent(u32);
///
/// impl Decode for Percent {
///     const SHAPE: Shape = Shape::STRING;
///
///     fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
///         let number = |text: &str| text.strip_suffix('%')?.parse().ok();
///         decoder.parsed("a percentage like 25%", number).map(Self)
///     }
///
///     fn vacant(_: u8) -> Option<Self> {
///         Some(Self(0))
///     }
/// }
///
/// assert_eq!(from_slice::<Percent>(b"\"25%\""), Ok(Percent(25)));
/// ```
pub trait Decode: Sized {
    /// What the type looks like from outside, so that a union can choose between branches.
    const SHAPE: Shape;

    /// Reads one value.
    ///
    /// # Errors
    /// When the document is not JSON or the value does not fit the type.
    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Returns some value that holds little, for a place whose value is still to be read.
    ///
    /// `boxes` is how many boxes may be nested in it. `None` says that they do not suffice, as for a
    /// type that always holds another of its kind.
    fn vacant(boxes: u8) -> Option<Self>;

    /// Reads one value into a place; it replaces what was there.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode). What is in the place then is not defined.
    fn decode_into(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        *self = Self::decode(decoder)?;
        Ok(())
    }
}

/// A type that can be written as JSON.
pub trait Encode {
    /// Writes one value. A value that JSON cannot hold is reported by [`Encoder::finish`].
    fn encode(&self, encoder: &mut Encoder);

    /// Returns true when an optional property with this value is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// What a type looks like from outside: the kinds of JSON values it takes and, for a model, its
/// properties.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub(crate) kinds: u8,
    pub(crate) secret: bool,
    pub(crate) fields: Option<&'static Fields>,
    pub(crate) union: Option<&'static Union>,
}

impl Shape {
    /// A type that may be any JSON value.
    pub const ANY: Self = Self {
        kinds: 0b11_1111,
        secret: false,
        fields: None,
        union: None,
    };
    /// A type read from `null`.
    pub const NULL: Self = Self::of(Kind::Null);
    /// A type read from `true` or `false`.
    pub const BOOL: Self = Self::of(Kind::Bool);
    /// A type read from a number.
    pub const NUMBER: Self = Self::of(Kind::Number);
    /// A type read from a string.
    pub const STRING: Self = Self::of(Kind::String);
    /// A type read from an array.
    pub const ARRAY: Self = Self::of(Kind::Array);
    /// A type read from an object with any properties.
    pub const MAP: Self = Self::of(Kind::Object);

    /// A model with these properties.
    pub const fn object(fields: &'static Fields) -> Self {
        Self {
            fields: Some(fields),
            ..Self::MAP
        }
    }

    /// A union of these branches. Which kinds it takes is found out when it is asked: the branches
    /// may lead back to the union.
    pub const fn union(union: &'static Union) -> Self {
        Self {
            union: Some(union),
            ..Self::ANY
        }
    }

    const fn of(kind: Kind) -> Self {
        Self {
            kinds: 1 << kind as u8,
            secret: false,
            fields: None,
            union: None,
        }
    }

    /// The same shape or `null`.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self {
            kinds: self.kinds | Self::NULL.kinds,
            ..self
        }
    }

    /// The same shape with values that messages must not show.
    #[must_use]
    pub const fn secret(self) -> Self {
        Self {
            secret: true,
            ..self
        }
    }

    /// The same shape, secret if the other one is: messages about a list show its elements.
    #[must_use]
    pub const fn with_secrets_of(self, other: Self) -> Self {
        Self {
            secret: self.secret || other.secret,
            ..self
        }
    }

    /// Returns true when a value of this kind may fit.
    pub const fn takes(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u8) != 0
    }
}

/// Reads a whole document, which may begin with a byte order mark.
///
/// # Errors
/// When the bytes are not UTF-8 or not JSON, when the value does not fit the type, or when anything
/// but white space follows it.
pub fn from_slice<T: Decode>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut decoder = Decoder::new(bytes)?;
    let value = T::decode(&mut decoder)?;
    decoder.finish()?;
    Ok(value)
}

/// Reads one value into a vacant place and returns it: how models implement [`Decode::decode`].
///
/// # Errors
/// As for [`Decode::decode_into`], and when the type has no vacant value.
pub fn decode_in_place<T: Decode>(decoder: &mut Decoder<'_>) -> Result<T, DecodeError> {
    let mut value = vacancy::<T>(decoder)?;
    value.decode_into(decoder)?;
    Ok(value)
}

/// Returns a place for a value, with as few boxes in it as can be.
fn vacancy<T: Decode>(decoder: &Decoder<'_>) -> Result<T, DecodeError> {
    let mut boxes = 0;
    loop {
        match T::vacant(boxes) {
            Some(value) => return Ok(value),
            None if boxes < MOST_BOXES => boxes = boxes * 2 + 1,
            None => return Err(decoder.endless()),
        }
    }
}

/// Writes a whole document.
///
/// # Errors
/// When a number in it is infinite or not a number.
pub fn to_vec(value: &(impl Encode + ?Sized)) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder::new();
    value.encode(&mut encoder);
    encoder.finish()
}

#[cfg(test)]
mod tests;
