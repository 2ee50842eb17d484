//! Strings that nobody may see by accident.

use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};
use std::fmt;
use zeroize::Zeroize;

/// A secret string: never shown by `Debug`, not printable, and overwritten when dropped.
///
/// Only its own memory is overwritten. Copies within the buffers of a request on its way and of the
/// TLS layer are out of reach.
///
/// ```
/// use portal_runtime::wire::Secret;
///
/// let password = Secret::from("correct horse");
/// assert_eq!(format!("{password:?}"), "****");
/// assert_eq!(password.expose(), "correct horse");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("****")
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.to_owned())
    }
}

impl Decode for Secret {
    const SHAPE: Shape = Shape::STRING.secret();

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let text = decoder.string("a string").map_err(DecodeError::redacted)?;
        Ok(Self(text.into_owned()))
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::default())
    }
}

impl Encode for Secret {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.string(&self.0);
    }
}
