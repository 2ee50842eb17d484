//! What goes wrong, at the place where it does.

use super::{DEPTH, Decoder, Kind};
use crate::wire::error::{DecodeError, excerpt};
use crate::wire::scan;

/// The longest excerpt of a number, in digits.
const DIGITS: usize = 40;

impl Decoder<'_> {
    /// An error at the value that comes next: it is JSON, but not what was expected.
    #[cold]
    #[inline(never)]
    pub fn unexpected(&mut self, expected: &str) -> DecodeError {
        match self.peek() {
            Ok(_) => {
                let offset = self.at;
                let found = self.describe();
                DecodeError::new(expected, found, offset)
            }
            Err(_) => self.broken(expected),
        }
    }

    /// An error at a value that is no number; servers like to put numbers into quotes.
    #[cold]
    #[inline(never)]
    pub(super) fn no_number(&mut self, expected: &str) -> DecodeError {
        let error = self.unexpected(expected);
        let mut inner = Self { ..*self };
        match inner.string(expected) {
            Ok(text) if scan::number(text.as_bytes()) == Ok(text.len()) => error.in_quotes(),
            _ => error,
        }
    }

    /// An error at the value that began at `start` and was read already.
    #[cold]
    #[inline(never)]
    pub fn misfit(&mut self, start: usize, expected: &str) -> DecodeError {
        self.at = start;
        self.unexpected(expected)
    }

    /// Describes the value that comes next: its kind, and an excerpt of a scalar.
    #[cold]
    pub(in crate::wire) fn describe(&self) -> String {
        let mut ahead = Self::over(self.text);
        ahead.at = self.at;
        match ahead.peek() {
            Ok(Kind::Bool) => ahead
                .raw()
                .map_or("boolean".to_owned(), |text| format!("boolean {text}")),
            Ok(Kind::Number) => ahead.raw().map_or("number".to_owned(), |text| {
                let end = text.len().min(DIGITS);
                let more = if end < text.len() { "…" } else { "" };
                format!("number {}{more}", &text[..end])
            }),
            Ok(Kind::String) => ahead.string("").map_or("string".to_owned(), |text| {
                format!("string {}", excerpt(&text))
            }),
            Ok(kind) => kind.name().to_owned(),
            Err(_) => "no value".to_owned(),
        }
    }

    /// An error in the grammar of the document, at the place that was reached.
    #[cold]
    #[inline(never)]
    pub(in crate::wire) fn broken(&self, expected: &str) -> DecodeError {
        let found = match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            None => "the end of the document".to_owned(),
            Some(character) => format!("{character:?}"),
        };
        DecodeError::syntax(expected, found, self.at)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn too_deep(&self) -> DecodeError {
        let expected = format!("at most {DEPTH} levels of nesting, fewer where they are large");
        DecodeError::limit(&expected, "deeper nesting", self.at)
    }

    /// The error of a document that makes unions guess so often that it looks like an attack.
    #[cold]
    #[inline(never)]
    pub(in crate::wire) fn too_ambiguous(&self) -> DecodeError {
        let found = "one in which too many branches were tried in vain";
        DecodeError::limit("a document that takes less guessing", found, self.at)
    }

    /// The error of a type every value of which holds another one of it, without end.
    #[cold]
    #[inline(never)]
    pub(in crate::wire) fn endless(&self) -> DecodeError {
        let expected = "a type that has finite values";
        DecodeError::new(
            expected,
            "one that requires itself: one of its properties must be optional",
            self.at,
        )
    }
}
