//! Values that tell absent from `null`.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};

/// An optional property that may also be `null`, as in a request that changes some properties and
/// clears others.
///
/// ```
/// use portal_runtime::wire::Nullable;
///
/// let keep: Nullable<String> = Nullable::Absent;
/// let clear: Nullable<String> = Nullable::Null;
/// let set: Nullable<String> = String::from("new text").into();
/// assert!(keep.is_absent() && clear.is_null());
/// assert_eq!(set.value().map(String::as_str), Some("new text"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// Left out.
    #[default]
    Absent,
    /// Sent as `null`.
    Null,
    /// Sent as the value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Borrows the value.
    pub const fn as_ref(&self) -> Nullable<&T> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(value),
        }
    }

    /// Returns the value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Takes the value out, if there is one.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Changes the value, if there is one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Nullable<U> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(change(value)),
        }
    }

    /// Returns true when the property is left out.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns true when the property is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns true when there is a value.
    pub const fn is_value(&self) -> bool {
        matches!(self, Self::Value(_))
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// `None` is `null`: whoever sets a property to nothing wants it cleared.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T: Decode> Decode for Nullable<T> {
    const SHAPE: Shape = T::SHAPE.or_null();

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.null()? {
            true if decoder.is_absent() => Ok(Self::Absent),
            true => Ok(Self::Null),
            false => T::decode(decoder).map(Self::Value),
        }
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::Absent)
    }
}

impl<T: Encode> Encode for Nullable<T> {
    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Self::Value(value) => value.encode(encoder),
            Self::Absent | Self::Null => encoder.null(),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_absent()
    }
}
