//! Values that hold other values: optional, boxed, lists and maps.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Entries, EntriesMut, Shape, vacancy};
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

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(None)
    }

    fn decode_into(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        let there = !decoder.null()?;
        *self = if there {
            Some(T::decode(decoder)?)
        } else {
            None
        };
        Ok(())
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
        // On the heap from the start: what nests deeply takes little of the stack.
        let mut value = Self::new(vacancy::<T>(decoder)?);
        value.decode_into(decoder)?;
        Ok(value)
    }

    fn vacant(boxes: u8) -> Option<Self> {
        T::vacant(boxes.checked_sub(1)?).map(Self::new)
    }

    fn decode_into(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        (**self).decode_into(decoder)
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
        items.decode_into(decoder)?;
        Ok(items)
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::new())
    }

    fn decode_into(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        self.clear();
        decoder.elements(T::SHAPE.secret, &mut |decoder| {
            self.push(vacancy::<T>(decoder)?);
            match self.last_mut() {
                Some(item) => item.decode_into(decoder),
                None => Ok(()),
            }
        })
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.as_slice().encode(encoder);
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, encoder: &mut Encoder) {
        let mut array = encoder.array();
        for item in self {
            array.item(item);
        }
        array.end();
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
        decoder.properties(T::SHAPE.secret, &mut |key, decoder| map.fill(key, decoder))?;
        Ok(map)
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Encode> Encode for BTreeMap<String, T> {
    fn encode(&self, encoder: &mut Encoder) {
        let mut map = encoder.map();
        self.each(&mut |key, value| map.entry(key, value));
        map.end();
    }
}

impl<T: Decode> EntriesMut for BTreeMap<String, T> {
    fn clear(&mut self) {
        self.clear();
    }

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
