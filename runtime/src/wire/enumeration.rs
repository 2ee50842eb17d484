//! Enumerations: values from a list, and what to do with others.

use super::union::one_of;
use super::{DecodeError, Decoder};
use std::borrow::Cow;

/// What the enumeration macros expand to calls these.
impl Decoder<'_> {
    /// Decides about a string, read from `start`, that an enumeration does not list: it is kept,
    /// unless it may not be or a union wants to know first whether another branch fits better.
    ///
    /// # Errors
    /// When it is not kept.
    #[cold]
    #[inline(never)]
    pub fn unknown_string(
        &mut self,
        start: usize,
        text: Cow<'_, str>,
        open: bool,
        values: &[&str],
    ) -> Result<String, DecodeError> {
        if open && !self.is_strict() {
            return Ok(text.into_owned());
        }
        let expected = one_of(values.iter().map(|value| format!("{value:?}")));
        Err(self.misfit(start, &expected))
    }

    /// Decides about an integer as [`unknown_string`] does about a string.
    ///
    /// [`unknown_string`]: Decoder::unknown_string
    ///
    /// # Errors
    /// When it is not kept.
    #[cold]
    #[inline(never)]
    pub fn unknown_integer(
        &mut self,
        start: usize,
        number: i64,
        open: bool,
        values: &[i64],
    ) -> Result<i64, DecodeError> {
        if open && !self.is_strict() {
            return Ok(number);
        }
        let expected = one_of(values.iter().map(i64::to_string));
        Err(self.misfit(start, &expected))
    }
}
