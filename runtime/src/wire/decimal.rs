//! Exact decimal numbers: amounts of money and whatever else must keep its digits.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};
use rust_decimal::Decimal;

const EXPECTED: &str = "a number of at most 28 digits";

impl Decode for Decimal {
    const SHAPE: Shape = Shape::NUMBER;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let start = decoder.offset();
        let text = decoder.number(EXPECTED)?;
        let value = plain(text).or_else(|| exact(text));
        value.ok_or_else(|| decoder.misfit(start, EXPECTED))
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::ZERO)
    }
}

impl Encode for Decimal {
    fn encode(&self, encoder: &mut Encoder) {
        let units = self.mantissa().unsigned_abs();
        encoder.units(self.is_sign_negative(), units, self.scale());
    }
}

/// Reads the numbers that nearly all documents hold: up to 18 digits without an exponent.
#[inline]
fn plain(text: &str) -> Option<Decimal> {
    if text.len() > 18 {
        return None;
    }
    let (mut mantissa, mut scale, mut point) = (0_i64, 0, 0);
    let digits = text.strip_prefix('-').unwrap_or(text);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                scale += point;
            }
            b'.' => point = 1,
            _ => return None,
        }
    }
    let negative = digits.len() < text.len();
    // A negative zero keeps its sign on the longer way.
    match (negative, mantissa) {
        (true, 0) => None,
        (true, _) => Some(Decimal::new(-mantissa, scale)),
        (false, _) => Some(Decimal::new(mantissa, scale)),
    }
}

/// Reads any number that a decimal holds without rounding.
#[cold]
fn exact(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let value = Decimal::from_str_exact(mantissa).ok()?;
    let scale = i64::from(value.scale()) - exponent;
    let (units, scale) = match u32::try_from(scale) {
        Ok(scale) => (value.mantissa(), scale),
        Err(_) => {
            let power = u32::try_from(scale.unsigned_abs()).ok()?;
            (
                value.mantissa().checked_mul(10_i128.checked_pow(power)?)?,
                0,
            )
        }
    };
    let mut result = Decimal::try_from_i128_with_scale(units, scale).ok()?;
    result.set_sign_negative(text.starts_with('-'));
    Some(result)
}
