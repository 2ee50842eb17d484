//! Bytes as text.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};
use base64::display::Base64Display;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD};
use base64::engine::{DecodePaddingMode, Engine};
use base64::{DecodeError as NotBase64, alphabet};
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

const EXPECTED: &str = "bytes in base64";

const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes that travel as base64 text (RFC 4648).
///
/// Written in the standard alphabet with padding (section 4). The URL-safe alphabet (section 5) and
/// missing padding are read as well.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base64(pub Vec<u8>);

impl Base64 {
    /// Takes the bytes out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl Deref for Base64 {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Base64 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64 {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Base64 {
    fn from(bytes: [u8; N]) -> Self {
        Self(bytes.to_vec())
    }
}

/// The text in the standard alphabet with padding.
impl fmt::Display for Base64 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(&self.0, &STANDARD).fmt(out)
    }
}

/// The text of a few bytes, the number of many.
impl fmt::Debug for Base64 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0..=48 => write!(out, "Base64({self})"),
            many => write!(out, "Base64({many} bytes)"),
        }
    }
}

impl FromStr for Base64 {
    type Err = NotBase64;

    fn from_str(text: &str) -> Result<Self, NotBase64> {
        match text.contains(['-', '_']) {
            false => TOLERANT.decode(text).map(Self),
            true => TOLERANT
                .decode(text.replace('-', "+").replace('_', "/"))
                .map(Self),
        }
    }
}

impl Decode for Base64 {
    const SHAPE: Shape = Shape::STRING;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.parsed(EXPECTED, |text| text.parse().ok())
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::default())
    }
}

impl Encode for Base64 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.plain_display(self);
    }
}
