//! The pull parser: RFC 8259 over a text that was checked to be UTF-8 once, at the start.

mod messages;
mod tokens;

use super::DecodeError;
use std::borrow::Cow;
use std::fmt;

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
    pub(super) const ALL: [Self; 6] = [
        Self::Null,
        Self::Bool,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

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

/// Says where the decoder stands; the document may hold what nobody may see.
impl fmt::Debug for Decoder<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Decoder(at byte {} of {})", self.at, self.text.len())
    }
}

/// Reads an element of an array.
pub type ReadItem<'a, 'f> = dyn FnMut(&mut Decoder<'a>) -> Result<(), DecodeError> + 'f;

/// Reads a property of an object, given its key, with the decoder before its value.
pub type ReadEntry<'a, 'f> =
    dyn FnMut(Cow<'a, str>, &mut Decoder<'a>) -> Result<(), DecodeError> + 'f;

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
                Err(DecodeError::syntax(
                    "JSON in UTF-8",
                    found,
                    error.valid_up_to(),
                ))
            }
        }
    }

    /// Starts at the beginning of a text.
    pub fn over(text: &'a str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                0
            },
            stack: DEPTH * FRAME,
            effort: text.len().saturating_mul(128).saturating_add(1 << 20),
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
            _ => Err(self.no_number(expected)),
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
    pub fn array(&mut self, item: &mut ReadItem<'a, '_>) -> Result<(), DecodeError> {
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
        self.close(level);
        Ok(())
    }

    /// Reads an object, calling `entry` for each key with the decoder before its value.
    ///
    /// # Errors
    /// When something else comes next, or `entry` fails, which adds the key to its error itself (see
    /// [`DecodeError::in_key`]).
    pub fn entries(&mut self, entry: &mut ReadEntry<'a, '_>) -> Result<(), DecodeError> {
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
        self.close(level);
        Ok(())
    }

    /// Reads an array as [`array`](Self::array) does; what stands there instead is not shown if the
    /// elements are secret.
    pub(super) fn elements(
        &mut self,
        secret: bool,
        item: &mut ReadItem<'a, '_>,
    ) -> Result<(), DecodeError> {
        match self.token() {
            b'[' => self.array(item),
            _ if secret => Err(self.unexpected("an array").redacted()),
            _ => Err(self.unexpected("an array")),
        }
    }

    /// Reads an object as [`entries`](Self::entries) does; what stands there instead is not shown if
    /// the values are secret.
    pub(super) fn properties(
        &mut self,
        secret: bool,
        entry: &mut ReadEntry<'a, '_>,
    ) -> Result<(), DecodeError> {
        match self.token() {
            b'{' => self.entries(entry),
            _ if secret => Err(self.unexpected("an object").redacted()),
            _ => Err(self.unexpected("an object")),
        }
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
        let mut levels = Levels::default();
        loop {
            let entered = self.skip_start(&mut levels)?;
            if !entered && self.skip_end(&mut levels)? {
                return Ok(());
            }
        }
    }

    /// Passes over a scalar, an empty container, or the beginning of another one up to its first
    /// value. Returns true for the latter.
    fn skip_start(&mut self, levels: &mut Levels) -> Result<bool, DecodeError> {
        match self.token() {
            b'"' => self.skip_string()?,
            b'-' | b'0'..=b'9' => drop(self.number_token()?),
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            open @ (b'{' | b'[') => {
                let object = open == b'{';
                if !levels.push(object) {
                    return Err(self.too_deep());
                }
                self.at += 1;
                if self.token() != if object { b'}' } else { b']' } {
                    return self.skip_key(object).map(|()| true);
                }
                self.at += 1;
                levels.pop();
            }
            _ => return Err(self.broken("a value")),
        }
        Ok(false)
    }

    /// Passes over what follows a value, up to the next one. Returns true if there is none left.
    fn skip_end(&mut self, levels: &mut Levels) -> Result<bool, DecodeError> {
        while let Some(object) = levels.last() {
            let more = match object {
                true => self.more(b'}', "`,` or `}`")?,
                false => self.more(b']', "`,` or `]`")?,
            };
            if more {
                return self.skip_key(object).map(|()| false);
            }
            levels.pop();
        }
        Ok(true)
    }

    fn skip_key(&mut self, object: bool) -> Result<(), DecodeError> {
        if object {
            if self.token() != b'"' {
                return Err(self.broken("a property name in quotes"));
            }
            self.skip_string()?;
            self.colon()?;
        }
        Ok(())
    }
}

/// The containers around a place, the innermost last: one bit each, set for an object. There is no
/// recursion, and so no stack to run out of.
#[derive(Default)]
struct Levels {
    bits: u128,
    depth: u32,
}

impl Levels {
    /// Returns false when there are as many as may be.
    fn push(&mut self, object: bool) -> bool {
        self.bits = self.bits << 1 | u128::from(object);
        self.depth += 1;
        self.depth <= DEPTH
    }

    fn last(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.bits & 1 == 1)
    }

    fn pop(&mut self) {
        self.bits >>= 1;
        self.depth = self.depth.saturating_sub(1);
    }
}

/// What models need: last values win, also over objects that stand within the model itself.
impl Decoder<'_> {
    /// A document that empties optional places.
    pub(super) fn absent() -> Self {
        Self {
            absent: true,
            ..Self::over("null")
        }
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
        // A branch that fails at once has cost something too.
        self.effort = self.effort.saturating_sub(self.at - start + 16);
        result
    }

    pub(super) fn rewind(&mut self, start: usize) {
        self.at = start;
    }

    pub(super) fn exhausted(&self) -> bool {
        self.effort == 0
    }
}
