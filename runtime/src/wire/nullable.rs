//! Values that tell absent from `null`.

use std::ops::Deref;

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
///
/// // As options, and back.
/// assert_eq!(keep.as_option(), None);
/// assert_eq!(clear.as_option(), Some(None));
/// assert_eq!(set.as_deref(), Nullable::Value("new text"));
/// assert_eq!(Nullable::<i32>::from(None), Nullable::Null);
/// assert_eq!(Nullable::value_or_absent(None::<i32>), Nullable::Absent);
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

    /// Borrows the value, to change it in place.
    pub const fn as_mut(&mut self) -> Nullable<&mut T> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(value),
        }
    }

    /// Borrows what the value points to, such as the `str` of a `String`.
    pub fn as_deref(&self) -> Nullable<&T::Target>
    where
        T: Deref,
    {
        self.as_ref().map(T::deref)
    }

    /// Returns `None` for absent, `Some(None)` for `null` and `Some(Some(value))`: nothing is lost on the way.
    pub const fn as_option(&self) -> Option<Option<&T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The same with the value itself.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// Makes a property that is left out where there is no value: `None` leaves things as they are, where
    /// [`From`] clears them.
    pub fn value_or_absent(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
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

/// `None` is `null`: whoever sets a property to nothing wants it cleared. Where it is to stay as it is,
/// [`Nullable::value_or_absent`] leaves it out.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_back() {
        let all = [Nullable::Absent, Nullable::Null, Nullable::Value(1)];
        let options = [None, Some(None), Some(Some(1))];
        for (mut nullable, option) in all.into_iter().zip(options) {
            assert_eq!(nullable.as_option(), option.as_ref().map(Option::as_ref));
            assert_eq!(nullable.into_option(), option);
            assert_eq!(nullable.value().copied(), option.flatten());
            assert_eq!(nullable.into_value(), option.flatten());
            assert_eq!(nullable.is_absent(), option.is_none());
            assert_eq!(nullable.is_null(), option == Some(None));
            if let Nullable::Value(value) = nullable.as_mut() {
                *value += 1;
            }
            let raised = nullable.map(i64::from);
            assert_eq!(raised.into_option(), option.map(|it| it.map(|it| it + 1)));
        }
        assert_eq!(Nullable::<u8>::from(None), Nullable::Null);
        assert_eq!(Nullable::<u8>::from(Some(1)), Nullable::Value(1));
        assert_eq!(Nullable::value_or_absent(None::<u8>), Nullable::Absent);
        assert_eq!(Nullable::value_or_absent(Some(1)), Nullable::Value(1));
    }
}
