//! Universally unique identifiers.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};
use uuid::Uuid;

/// Only the form with hyphens is taken: other forms would go back out differently, and a union with
/// strings would take names for identifiers.
impl Decode for Uuid {
    const SHAPE: Shape = Shape::STRING;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.parsed("a UUID with hyphens", |text| match text.len() {
            36 => Self::try_parse(text).ok(),
            _ => None,
        })
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::nil())
    }
}

impl Encode for Uuid {
    fn encode(&self, encoder: &mut Encoder) {
        let mut buffer = Self::encode_buffer();
        encoder.string(self.hyphenated().encode_lower(&mut buffer));
    }
}
