//! Tokens: punctuation, words, numbers and strings.

use super::{Decoder, FRAME};
use crate::wire::{DecodeError, scan};
use std::borrow::Cow;

impl<'a> Decoder<'a> {
    /// Passes over white space and returns the byte after it, or zero at the end: a zero byte is
    /// allowed nowhere, so the two need no telling apart until a message is written.
    #[inline]
    pub(in crate::wire) fn token(&mut self) -> u8 {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    /// What has not been read yet.
    #[inline]
    pub(in crate::wire) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(in crate::wire) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Opens a container and takes its share of the stack, which the caller gives back.
    #[inline]
    pub(in crate::wire) fn open(
        &mut self,
        open: u8,
        name: &str,
        frame: u32,
    ) -> Result<u32, DecodeError> {
        if self.token() != open {
            return Err(self.unexpected(name));
        }
        let level = self.take(frame.max(FRAME))?;
        self.at += 1;
        Ok(level)
    }

    /// Takes a share of the stack.
    #[inline]
    pub(in crate::wire) fn take(&mut self, level: u32) -> Result<u32, DecodeError> {
        match self.stack.checked_sub(level) {
            Some(left) => self.stack = left,
            None => return Err(self.too_deep()),
        }
        Ok(level)
    }

    /// Gives a share of the stack back.
    #[inline]
    pub(in crate::wire) fn close(&mut self, level: u32) {
        self.stack += level;
    }

    /// Reads the `,` before another element, or the closing bracket.
    #[inline]
    pub(in crate::wire) fn more(&mut self, close: u8, expected: &str) -> Result<bool, DecodeError> {
        let byte = self.token();
        if byte == b',' {
            self.at += 1;
            Ok(true)
        } else if byte == close {
            self.at += 1;
            Ok(false)
        } else {
            Err(self.broken(expected))
        }
    }

    /// Reads a key and the colon after it.
    #[inline]
    pub(in crate::wire) fn key(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        if self.token() != b'"' {
            return Err(self.broken("a property name in quotes"));
        }
        let key = self.string_token()?;
        self.colon()?;
        Ok(key)
    }

    #[inline]
    pub(in crate::wire) fn colon(&mut self) -> Result<(), DecodeError> {
        match self.token() {
            b':' => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.broken("`:`")),
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), DecodeError> {
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.broken("`null`, `true` or `false`"))
        }
    }

    pub(super) fn number_token(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.at;
        match scan::number(self.rest()) {
            Ok(length) => {
                self.at += length;
                Ok(&self.text[start..self.at])
            }
            Err(place) => {
                self.at += place;
                Err(self.broken("a number as JSON writes it"))
            }
        }
    }

    #[inline]
    pub(super) fn string_token(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let start = self.at + 1;
        let length = scan::plain(self.text.as_bytes().get(start..).unwrap_or_default());
        let end = start + length;
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.escaped(start, end).map(Cow::Owned)
    }

    /// Reads on in a string from its first byte that needs care.
    #[cold]
    #[inline(never)]
    fn escaped(&mut self, start: usize, first: usize) -> Result<String, DecodeError> {
        let mut text = String::with_capacity((first - start) * 2 + 16);
        text.push_str(&self.text[start..first]);
        self.at = first;
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.broken("the end of the string")),
            }
            let from = self.at;
            self.at += scan::plain(self.rest());
            text.push_str(&self.text[from..self.at]);
        }
    }

    fn escape(&mut self) -> Result<char, DecodeError> {
        let character = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => {
                self.at += 1;
                return Err(self.broken("an escape that JSON knows"));
            }
        };
        self.at += 2;
        Ok(character)
    }

    /// Reads `\uXXXX`, or two of them where the first is half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, DecodeError> {
        let unit = self.unit()?;
        let code = match unit {
            0xd800..=0xdbff => match self.unit() {
                Ok(low @ 0xdc00..=0xdfff) => 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                _ => return Err(self.broken("the other half of a surrogate pair")),
            },
            _ => unit,
        };
        char::from_u32(code).ok_or_else(|| self.broken("a surrogate pair in order"))
    }

    fn unit(&mut self) -> Result<u32, DecodeError> {
        let digits = self
            .rest()
            .strip_prefix(b"\\u")
            .and_then(|rest| rest.first_chunk::<4>());
        let unit = digits.and_then(|digits| {
            digits.iter().try_fold(0, |unit, digit| {
                (*digit as char).to_digit(16).map(|value| unit << 4 | value)
            })
        });
        match unit {
            Some(unit) => {
                self.at += 6;
                Ok(unit)
            }
            None => Err(self.broken("`\\u` and four hexadecimal digits")),
        }
    }

    /// Passes over a string, checking its escapes.
    pub(super) fn skip_string(&mut self) -> Result<(), DecodeError> {
        self.at += 1;
        loop {
            self.at += scan::plain(self.rest());
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => drop(self.escape()?),
                _ => return Err(self.broken("the end of the string")),
            }
        }
    }
}
