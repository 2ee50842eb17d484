//! Enumerations: values from a list, and what to do with others.

use super::union::one_of;
use super::{Decode, DecodeError, Decoder};

/// What the enumeration macros expand to calls these.
impl Decoder<'_> {
    /// Reads a string of an enumeration. An unknown one becomes a value by `unknown`, unless there is
    /// none or a union wants to know first whether another branch fits better.
    ///
    /// # Errors
    /// When something else comes next, or the string is unknown and may not be.
    pub fn string_enum<T>(
        &mut self,
        values: &'static [&'static str],
        known: fn(&str) -> Option<T>,
        unknown: Option<fn(String) -> T>,
    ) -> Result<T, DecodeError> {
        let start = self.offset();
        let text = self.string("a string")?;
        match (known(&text), unknown) {
            (Some(value), _) => Ok(value),
            (None, Some(unknown)) if !self.is_strict() => Ok(unknown(text.into_owned())),
            _ => Err(self.misfit(start, &one_of(values.iter().map(|it| format!("{it:?}"))))),
        }
    }

    /// Reads an integer of an enumeration, with unknown ones as in [`string_enum`].
    ///
    /// [`string_enum`]: Decoder::string_enum
    ///
    /// # Errors
    /// When something else comes next, or the integer is unknown and may not be.
    pub fn integer_enum<T>(
        &mut self,
        values: &'static [i64],
        known: fn(i64) -> Option<T>,
        unknown: Option<fn(i64) -> T>,
    ) -> Result<T, DecodeError> {
        let start = self.offset();
        let number = i64::decode(self)?;
        match (known(number), unknown) {
            (Some(value), _) => Ok(value),
            (None, Some(unknown)) if !self.is_strict() => Ok(unknown(number)),
            _ => Err(self.misfit(start, &one_of(values.iter().map(i64::to_string)))),
        }
    }
}
