//! Any JSON value, kept as it was sent.

use super::{Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Kind, Shape};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Any JSON value. Numbers keep their digits; the order of properties is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number of any size and precision.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

/// The text of a JSON number, digit by digit.
///
/// Two numbers are equal when they are written the same: `1.0` is not `1`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Box<str>);

impl Json {
    /// Returns what `value` looks like in JSON.
    ///
    /// # Errors
    /// When a number in it is infinite or not a number.
    pub fn of(value: &(impl Encode + ?Sized)) -> Result<Self, EncodeError> {
        let document = super::to_vec(value)?;
        super::from_slice(&document).map_err(EncodeError::unreadable)
    }

    /// Reads a value of a type.
    ///
    /// # Errors
    /// When the value does not fit the type.
    pub fn read<T: Decode>(&self) -> Result<T, DecodeError> {
        super::from_slice(self.to_string().as_bytes())
    }

    /// Returns the property `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// Returns the element `index` of an array.
    pub fn at(&self, index: usize) -> Option<&Self> {
        self.as_array()?.get(index)
    }

    /// Returns true for `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns a boolean.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// Returns a number.
    pub const fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Returns a number that is an integer of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// Returns a number as the nearest one of double precision.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// Returns a number with all its digits.
    pub fn as_decimal(&self) -> Option<Decimal> {
        self.as_number()?.as_decimal()
    }

    /// Returns the elements of an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the properties of an object.
    pub const fn as_object(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns the kind of value.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
            Self::Array(_) => Kind::Array,
            Self::Object(_) => Kind::Object,
        }
    }
}

impl Number {
    /// Returns the number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number if it is an integer of 64 bits; `5.0` is.
    pub fn as_i64(&self) -> Option<i64> {
        super::from_slice(self.0.as_bytes()).ok()
    }

    /// Returns the number if it is an integer of 64 bits without a sign.
    pub fn as_u64(&self) -> Option<u64> {
        super::from_slice(self.0.as_bytes()).ok()
    }

    /// Returns the nearest number of double precision, unless it is too large for one.
    pub fn as_f64(&self) -> Option<f64> {
        super::from_slice(self.0.as_bytes()).ok()
    }

    /// Returns the number with all its digits, unless they are too many for a decimal.
    pub fn as_decimal(&self) -> Option<Decimal> {
        super::from_slice(self.0.as_bytes()).ok()
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Takes what RFC 8259 section 6 takes.
impl FromStr for Number {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        super::from_slice(text.as_bytes())
    }
}

impl Decode for Number {
    const SHAPE: Shape = Shape::NUMBER;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.number("a number").map(|text| Self(text.into()))
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self("0".into()))
    }
}

impl Encode for Number {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.number(&self.0);
    }
}

impl Decode for Json {
    const SHAPE: Shape = Shape::ANY;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.peek()? {
            Kind::Null => <()>::decode(decoder).map(|()| Self::Null),
            Kind::Bool => decoder.bool().map(Self::Bool),
            Kind::Number => Number::decode(decoder).map(Self::Number),
            Kind::String => String::decode(decoder).map(Self::String),
            Kind::Array => Vec::decode(decoder).map(Self::Array),
            Kind::Object => BTreeMap::decode(decoder).map(Self::Object),
        }
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::Null)
    }
}

impl Encode for Json {
    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Self::Null => encoder.null(),
            Self::Bool(value) => encoder.bool(*value),
            Self::Number(value) => value.encode(encoder),
            Self::String(value) => encoder.string(value),
            Self::Array(items) => items.encode(encoder),
            Self::Object(entries) => entries.encode(encoder),
        }
    }
}

/// Compact JSON.
impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = super::to_vec(self).map_err(|_| fmt::Error)?;
        out.write_str(&String::from_utf8_lossy(&document))
    }
}

impl FromStr for Json {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        super::from_slice(text.as_bytes())
    }
}

impl From<()> for Json {
    fn from((): ()) -> Self {
        Self::Null
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Number> for Json {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

macro_rules! from_numbers {
    ($($ty:ty),*) => { $(
        impl From<$ty> for Number {
            fn from(value: $ty) -> Self {
                Self(value.to_string().into())
            }
        }

        impl From<$ty> for Json {
            fn from(value: $ty) -> Self {
                Self::Number(value.into())
            }
        }
    )* };
}

from_numbers!(i32, i64, u32, u64, Decimal);

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Json>> From<BTreeMap<String, T>> for Json {
    fn from(entries: BTreeMap<String, T>) -> Self {
        Self::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key, value.into()))
                .collect(),
        )
    }
}

impl<K: Into<String>, V: Into<Json>, const N: usize> From<[(K, V); N]> for Json {
    fn from(entries: [(K, V); N]) -> Self {
        Self::Object(
            entries
                .map(|(key, value)| (key.into(), value.into()))
                .into(),
        )
    }
}
