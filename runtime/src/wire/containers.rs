//! Values that hold other values: optional, boxed, lists and maps.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Entries, EntriesMut, Shape};
use std::borrow::Cow;
use std::collections::BTreeMap;

impl<T: Decode> Decode for Option<T> {
    const SHAPE: Shape = T::SHAPE.or_null();

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.null()? {
            true => Ok(None),
            false => T::decode(decoder).map(Some),
        }
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Some(value) => value.encode(encoder),
            None => encoder.null(),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Decode> Decode for Box<T> {
    const SHAPE: Shape = T::SHAPE;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        T::decode(decoder).map(Box::new)
    }
}

impl<T: Encode + ?Sized> Encode for Box<T> {
    fn encode(&self, encoder: &mut Encoder) {
        (**self).encode(encoder);
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, encoder: &mut Encoder) {
        (**self).encode(encoder);
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl<T: Decode> Decode for Vec<T> {
    const SHAPE: Shape = Shape::ARRAY.with_secrets_of(T::SHAPE);

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut items = Self::new();
        decoder.array(&mut |decoder| {
            items.push(T::decode(decoder)?);
            Ok(())
        })?;
        Ok(items)
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.as_slice().encode(encoder);
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.array(&mut self.iter().map(|item| item as &dyn Encode));
    }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, encoder: &mut Encoder) {
        self.as_slice().encode(encoder);
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::MAP.with_secrets_of(T::SHAPE);

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::new();
        decoder.entries(&mut |key, decoder| map.fill(key, decoder))?;
        Ok(map)
    }
}

impl<T: Encode> Encode for BTreeMap<String, T> {
    fn encode(&self, encoder: &mut Encoder) {
        let entries = self.iter().map(|(key, value)| (key.as_str(), value as &dyn Encode));
        encoder.entries(&mut { entries });
    }
}

impl<T: Decode> EntriesMut for BTreeMap<String, T> {
    fn fill(&mut self, key: Cow<'_, str>, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        match T::decode(decoder) {
            Ok(value) => {
                self.insert(key.into_owned(), value);
                Ok(())
            }
            Err(error) => Err(error.in_key(&key)),
        }
    }
}

impl<T: Encode> Entries for BTreeMap<String, T> {
    fn each(&self, write: &mut dyn FnMut(&str, &dyn Encode)) {
        for (key, value) in self {
            write(key, value);
        }
    }
}
