//! The pull parser: RFC 8259 over a text that was checked to be UTF-8 once, at the start.

use super::error::{DecodeError, excerpt};
use super::scan;
use std::borrow::Cow;

/// Containers may nest this deep; what nests deeper is refused.
const DEPTH: u32 = 128;
/// What one level of nesting may take from the stack, by which larger levels are counted.
const FRAME: u32 = 8 * 1024;

/// The kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any size and precision.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Null, Self::Bool, Self::Number, Self::String, Self::Array, Self::Object];

    /// The word that messages use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// Reads a JSON document value by value.
///
/// Numbers come as text, strings without copying where they hold no escapes. Input from a hostile
/// server costs time in proportion to its length and a bounded part of the stack.
#[derive(Debug)]
pub struct Decoder<'a> {
    text: &'a str,
    at: usize,
    /// What is left of the stack, in bytes, by the estimate of each level.
    stack: u32,
    /// What is left of the effort on trying branches of unions, in bytes read again.
    effort: usize,
    strict: bool,
    /// The next value is of a key that was there before, so that its place may not be vacant.
    repeated: bool,
    /// The document stands for a property that is absent.
    absent: bool,
}

impl<'a> Decoder<'a> {
    /// Starts at the beginning of a document; a byte order mark before it is passed over.
    ///
    /// # Errors
    /// When the bytes are not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::over(text)),
            Err(error) => {
                let found = "bytes that are not UTF-8".to_owned();
                Err(DecodeError::syntax("JSON in UTF-8", found, error.valid_up_to()))
            }
        }
    }

    /// Starts at the beginning of a text.
    pub fn over(text: &'a str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
            stack: DEPTH * FRAME,
            effort: text.len().saturating_mul(32).saturating_add(64 * 1024),
            strict: false,
            repeated: false,
            absent: false,
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    /// When anything but white space is left.
    pub fn finish(&mut self) -> Result<(), DecodeError> {
        match self.token() {
            0 if self.at >= self.text.len() => Ok(()),
            _ => Err(self.broken("the end of the document")),
        }
    }

    /// The place in bytes from the start of the document.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Looks at what comes next without reading it.
    ///
    /// # Errors
    /// When it cannot be the beginning of a value.
    pub fn peek(&mut self) -> Result<Kind, DecodeError> {
        match self.token() {
            b'"' => Ok(Kind::String),
            b'-' | b'0'..=b'9' => Ok(Kind::Number),
            b'{' => Ok(Kind::Object),
            b'[' => Ok(Kind::Array),
            b't' | b'f' => Ok(Kind::Bool),
            b'n' => Ok(Kind::Null),
            _ => Err(self.broken("a value")),
        }
    }

    /// Reads a `null` if there is one; returns false and reads nothing otherwise.
    ///
    /// # Errors
    /// When the document breaks off within the word.
    pub fn null(&mut self) -> Result<bool, DecodeError> {
        match self.token() {
            b'n' => self.word("null").map(|()| true),
            _ => Ok(false),
        }
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// When something else comes next.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.token() {
            b't' => self.word("true").map(|()| true),
            b'f' => self.word("false").map(|()| false),
            _ => Err(self.unexpected("a boolean")),
        }
    }

    /// Reads a number and returns its text, digit by digit as it was sent.
    ///
    /// # Errors
    /// When something else comes next; the message says that `expected` was wanted.
    #[inline]
    pub fn number(&mut self, expected: &str) -> Result<&'a str, DecodeError> {
        match self.token() {
            b'-' | b'0'..=b'9' => self.number_token(),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Reads a string.
    ///
    /// # Errors
    /// When something else comes next; the message says that `expected` was wanted.
    #[inline]
    pub fn string(&mut self, expected: &str) -> Result<Cow<'a, str>, DecodeError> {
        match self.token() {
            b'"' => self.string_token(),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Reads a string that `parse` makes a value of.
    ///
    /// # Errors
    /// When something else comes next or `parse` returns nothing; the message says that `expected`
    /// was wanted.
    pub fn parsed<T>(
        &mut self,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, DecodeError> {
        let start = self.at;
        let text = self.string(expected)?;
        parse(&text).ok_or_else(|| self.misfit(start, expected))
    }

    /// Reads an array, calling `item` for each element.
    ///
    /// # Errors
    /// When something else comes next, or `item` fails.
    pub fn array(
        &mut self,
        item: &mut dyn FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let level = self.open(b'[', "an array", FRAME)?;
        if self.token() == b']' {
            self.at += 1;
        } else {
            let mut index = 0;
            loop {
                item(self).map_err(|error| error.in_index(index))?;
                index += 1;
                if !self.more(b']', "`,` or `]`")? {
                    break;
                }
            }
        }
        self.stack += level;
        Ok(())
    }

    /// Reads an object, calling `entry` for each key with the decoder before its value.
    ///
    /// # Errors
    /// When something else comes next, or `entry` fails.
    pub fn entries(
        &mut self,
        entry: &mut dyn FnMut(Cow<'a, str>, &mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let level = self.open(b'{', "an object", FRAME)?;
        if self.token() == b'}' {
            self.at += 1;
        } else {
            loop {
                let key = self.key()?;
                entry(key, self)?;
                if !self.more(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        self.stack += level;
        Ok(())
    }

    /// Reads one value of any kind and returns its text.
    ///
    /// # Errors
    /// When the document is not JSON.
    pub fn raw(&mut self) -> Result<&'a str, DecodeError> {
        self.token();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// Passes over one value of any kind.
    ///
    /// # Errors
    /// When the document is not JSON.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        // One bit a level, set for an object: no recursion, so no stack to run out of.
        let mut levels: u128 = 0;
        let mut depth = 0;
        loop {
            match self.token() {
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => {
                    self.number_token()?;
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                open @ (b'{' | b'[') => {
                    if depth == DEPTH {
                        return Err(self.too_deep());
                    }
                    self.at += 1;
                    let object = open == b'{';
                    if self.token() == if object { b'}' } else { b']' } {
                        self.at += 1;
                    } else {
                        depth += 1;
                        levels = levels << 1 | u128::from(object);
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                _ => return Err(self.broken("a value")),
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let object = levels & 1 == 1;
                let more = match object {
                    true => self.more(b'}', "`,` or `}`")?,
                    false => self.more(b']', "`,` or `]`")?,
                };
                if more {
                    if object {
                        self.key()?;
                    }
                    break;
                }
                depth -= 1;
                levels >>= 1;
            }
        }
    }

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

    /// An error at the value that began at `start` and was read already.
    #[cold]
    #[inline(never)]
    pub fn misfit(&mut self, start: usize, expected: &str) -> DecodeError {
        self.at = start;
        self.unexpected(expected)
    }

    /// Describes the value that comes next: its kind, and an excerpt of a scalar.
    #[cold]
    pub(super) fn describe(&self) -> String {
        let mut ahead = Self::over(self.text);
        ahead.at = self.at;
        match ahead.peek() {
            Ok(Kind::Bool) => {
                ahead.raw().map_or("boolean".to_owned(), |text| format!("boolean {text}"))
            }
            Ok(Kind::Number) => ahead.raw().map_or("number".to_owned(), |text| {
                let end = text.len().min(40);
                let more = if end < text.len() { "…" } else { "" };
                format!("number {}{more}", &text[..end])
            }),
            Ok(Kind::String) => ahead
                .string("")
                .map_or("string".to_owned(), |text| format!("string {}", excerpt(&text))),
            Ok(kind) => kind.name().to_owned(),
            Err(_) => "no value".to_owned(),
        }
    }

    /// An error in the grammar of the document, at the place that was reached.
    #[cold]
    #[inline(never)]
    pub(super) fn broken(&self, expected: &str) -> DecodeError {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the end of the document".to_owned(),
            Some(character) => format!("{character:?}"),
        };
        DecodeError::syntax(expected, found, self.at)
    }

    #[cold]
    #[inline(never)]
    fn too_deep(&self) -> DecodeError {
        let expected = format!("at most {DEPTH} levels of nesting, fewer where they are large");
        DecodeError::new(expected, "deeper nesting", self.at)
    }

    /// The error of a type every value of which holds another one of it, without end.
    #[cold]
    #[inline(never)]
    pub(super) fn endless(&self) -> DecodeError {
        let expected = "a type that has finite values";
        DecodeError::new(expected, "one that requires itself: one of its properties must be optional", self.at)
    }

    /// Passes over white space and returns the byte after it, or zero at the end: a zero byte is
    /// allowed nowhere, so the two need no telling apart until a message is written.
    #[inline]
    pub(super) fn token(&mut self) -> u8 {
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
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Opens a container and takes its share of the stack, which the caller gives back.
    #[inline]
    pub(super) fn open(&mut self, open: u8, name: &str, frame: u32) -> Result<u32, DecodeError> {
        if self.token() != open {
            return Err(self.unexpected(name));
        }
        let level = frame.max(FRAME);
        match self.stack.checked_sub(level) {
            Some(left) => self.stack = left,
            None => return Err(self.too_deep()),
        }
        self.at += 1;
        Ok(level)
    }

    #[inline]
    pub(super) fn close(&mut self, level: u32) {
        self.stack += level;
    }

    /// Reads the `,` before another element, or the closing bracket.
    #[inline]
    pub(super) fn more(&mut self, close: u8, expected: &str) -> Result<bool, DecodeError> {
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
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        if self.token() != b'"' {
            return Err(self.broken("a property name in quotes"));
        }
        let key = self.string_token()?;
        self.colon()?;
        Ok(key)
    }

    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), DecodeError> {
        match self.token() {
            b':' => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.broken("`:`")),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), DecodeError> {
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.broken("`null`, `true` or `false`"))
        }
    }

    fn number_token(&mut self) -> Result<&'a str, DecodeError> {
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
    fn string_token(&mut self) -> Result<Cow<'a, str>, DecodeError> {
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
        let digits = self.rest().strip_prefix(b"\\u").and_then(|rest| rest.first_chunk::<4>());
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

    fn skip_string(&mut self) -> Result<(), DecodeError> {
        self.string_token().map(|_| ())
    }
}

/// What models need: last values win, also over objects that stand within the model itself.
impl Decoder<'_> {
    /// A document that empties optional places.
    pub(super) fn absent() -> Self {
        Self { absent: true, ..Self::over("null") }
    }

    pub(super) fn is_absent(&self) -> bool {
        self.absent
    }

    #[inline]
    pub(super) fn set_repeated(&mut self, repeated: bool) {
        self.repeated = repeated;
    }

    #[inline]
    pub(super) fn take_repeated(&mut self) -> bool {
        std::mem::take(&mut self.repeated)
    }
}

/// What unions need: going back, and trying with or without tolerance.
impl Decoder<'_> {
    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// Reads from `start` once more, counting what it costs.
    ///
    /// # Errors
    /// When the document makes unions guess so often that it looks like an attack.
    pub(super) fn again<T>(
        &mut self,
        start: usize,
        strict: bool,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let (outer, stack) = (self.strict, self.stack);
        self.at = start;
        self.strict = strict;
        let result = read(self);
        self.strict = outer;
        self.stack = stack;
        match self.effort.checked_sub(self.at - start) {
            Some(left) => self.effort = left,
            None => self.effort = 0,
        }
        result
    }

    pub(super) fn rewind(&mut self, start: usize) {
        self.at = start;
    }

    pub(super) fn exhausted(&self) -> bool {
        self.effort == 0
    }
}
