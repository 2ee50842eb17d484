//! Booleans, numbers of a fixed size, and strings.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};

impl Decode for () {
    const SHAPE: Shape = Shape::NULL;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.null()? {
            true => Ok(()),
            false => Err(decoder.unexpected("null")),
        }
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(())
    }
}

impl Encode for () {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.null();
    }
}

impl Decode for bool {
    const SHAPE: Shape = Shape::BOOL;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.bool()
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(false)
    }
}

impl Encode for bool {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.bool(*self);
    }
}

impl Decode for String {
    const SHAPE: Shape = Shape::STRING;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.string("a string").map(|text| text.into_owned())
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::new())
    }
}

impl Encode for String {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.string(self);
    }
}

impl Encode for str {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.string(self);
    }
}

/// Integers also take `5.0` and `5e0`, as servers send them that know only doubles.
macro_rules! integers {
    ($($ty:ident $expected:literal),*) => { $(
        impl Decode for $ty {
            const SHAPE: Shape = Shape::NUMBER;

            fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let start = decoder.offset();
                let text = decoder.number($expected)?;
                let value = text.parse().ok().or_else(|| integral(text)?.try_into().ok());
                value.ok_or_else(|| decoder.misfit(start, $expected))
            }

            #[inline]
            fn vacant(_: u8) -> Option<Self> {
                Some(0)
            }
        }

        impl Encode for $ty {
            fn encode(&self, encoder: &mut Encoder) {
                encoder.integer((*self).into());
            }
        }
    )* };
}

integers! {
    i32 "an integer of 32 bits",
    i64 "an integer of 64 bits",
    u32 "an integer of 32 bits, zero or more",
    u64 "an integer of 64 bits, zero or more"
}

/// Numbers too large for the type are refused, not read as infinite.
macro_rules! floats {
    ($($ty:ident $expected:literal),*) => { $(
        impl Decode for $ty {
            const SHAPE: Shape = Shape::NUMBER;

            fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let start = decoder.offset();
                let value = decoder.number($expected)?.parse().ok();
                let finite = value.filter(|value: &$ty| value.is_finite());
                finite.ok_or_else(|| decoder.misfit(start, $expected))
            }

            #[inline]
            fn vacant(_: u8) -> Option<Self> {
                Some(0.0)
            }
        }

        impl Encode for $ty {
            fn encode(&self, encoder: &mut Encoder) {
                encoder.float(self, self.is_finite());
            }
        }
    )* };
}

floats! {
    f32 "a number of single precision",
    f64 "a number of double precision"
}

/// Reads a number with a point or an exponent as an integer, if it is one and not huge.
#[cold]
pub(super) fn integral(text: &str) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() || significant == "-" {
        return Some(0);
    }
    let zeros =
        i64::from(exponent) - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
    let power = u32::try_from(zeros)
        .ok()
        .and_then(|zeros| 10_i128.checked_pow(zeros))?;
    significant.parse::<i128>().ok()?.checked_mul(power)
}
