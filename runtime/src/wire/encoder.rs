//! The JSON writer.

use super::error::{EncodeError, Step, path};
use super::object::{Entries, Fields, Presence};
use super::{Decoder, Encode, Kind, scan};
use std::fmt;
use std::io::Write as _;

/// Writes a JSON document, compact and in the order of the calls.
///
/// Writing never fails on the way: a value that JSON cannot hold is remembered, and [`finish`]
/// reports the first.
///
/// [`finish`]: Encoder::finish
#[derive(Default)]
pub struct Encoder {
    out: Vec<u8>,
    /// Where the first value stands that JSON cannot hold, and what it was.
    fault: Option<(usize, String)>,
    /// A property to add to the next object: the discriminator of a union whose branch lacks it.
    tag: Option<(&'static str, &'static str)>,
}

/// Says how much was written; it may be what nobody may see.
impl fmt::Debug for Encoder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Encoder({} bytes)", self.out.len())
    }
}

impl Encoder {
    /// Starts an empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an empty document in a buffer of so many bytes. While they suffice, nothing is copied
    /// and no part of a secret is left behind.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            out: Vec::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// Returns the document.
    ///
    /// # Errors
    /// When a number in it is infinite or not a number, with its JSON path.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.fault {
            None => Ok(self.out),
            Some((offset, reason)) => Err(EncodeError::new(place(&self.out, offset), reason)),
        }
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes a string, escaping what RFC 8259 section 7 wants escaped and nothing else.
    pub fn string(&mut self, value: &str) {
        self.out.push(b'"');
        let mut rest = value.as_bytes();
        loop {
            let length = scan::plain(rest);
            self.out.extend_from_slice(&rest[..length]);
            let Some(byte) = rest.get(length) else { break };
            self.escape(*byte);
            rest = &rest[length + 1..];
        }
        self.out.push(b'"');
    }

    /// Writes a value as a string by its `Display`.
    pub fn display(&mut self, value: &dyn fmt::Display) {
        self.string(&value.to_string());
    }

    /// Writes a value as a string by its `Display`, which never needs escapes.
    pub(super) fn plain_display(&mut self, value: &dyn fmt::Display) {
        self.out.push(b'"');
        self.digits(format_args!("{value}"));
        self.out.push(b'"');
    }

    /// Writes an integer.
    pub fn integer(&mut self, value: i128) {
        self.units(value < 0, value.unsigned_abs(), 0);
    }

    /// Writes a number of so many units, the last `scale` digits of which stand after the point.
    pub(super) fn units(&mut self, negative: bool, units: u128, scale: u32) {
        // A decimal's scale is 28 at most, so that its digits and zeros fit as an integer's do.
        let mut buffer = [b'0'; 48];
        let mut start = buffer.len();
        let mut put = |byte: u8| {
            start -= 1;
            buffer[start] = byte;
        };
        let mut rest = units;
        let mut written = 0;
        while rest > 0 || written <= scale {
            // Most numbers fit in a word, whose division is much cheaper.
            let digit = match u64::try_from(rest) {
                Ok(word) => {
                    rest = u128::from(word / 10);
                    (word % 10) as u8
                }
                Err(_) => {
                    let digit = (rest % 10) as u8;
                    rest /= 10;
                    digit
                }
            };
            put(b'0' + digit);
            written += 1;
            if written == scale {
                put(b'.');
            }
        }
        if negative {
            put(b'-');
        }
        self.out.extend_from_slice(&buffer[start..]);
    }

    /// Writes a floating-point number by its `Debug`, the fewest digits that read back the same.
    pub(super) fn float(&mut self, value: &dyn fmt::Debug, finite: bool) {
        match finite {
            true => self.digits(format_args!("{value:?}")),
            false => self.unfit(format_args!("{value:?}")),
        }
    }

    /// Writes a number by its text, which must be one that JSON takes; anything else is reported by
    /// [`Encoder::finish`].
    pub fn number(&mut self, text: &str) {
        if scan::number(text.as_bytes()) == Ok(text.len()) {
            self.out.extend_from_slice(text.as_bytes());
        } else {
            self.unfit(text);
        }
    }

    /// Begins an array.
    pub fn array(&mut self) -> ArrayEncoder<'_> {
        self.tag = None;
        ArrayEncoder {
            encoder: self,
            open: b'[',
        }
    }

    /// Begins an object with any properties.
    pub fn map(&mut self) -> MapEncoder<'_> {
        MapEncoder {
            tag: self.tag.take(),
            encoder: self,
            open: b'{',
        }
    }

    /// Writes a model: its properties by its table, then those it has no field for.
    pub fn object(
        &mut self,
        fields: &'static Fields,
        values: &[&dyn Encode],
        additional: Option<&dyn Entries>,
    ) {
        let mut open = b'{';
        if let Some((name, value)) = self.tag.take() {
            let field = fields.find(name).and_then(|index| values.get(index));
            if field.is_none_or(|value| value.is_absent()) {
                self.property(&mut open, name, &value);
            }
        }
        for (field, value) in fields.fields.iter().zip(values) {
            let optional = matches!(field.presence, Presence::Optional | Presence::Patch);
            if optional && value.is_absent() {
                continue;
            }
            self.out.push(open);
            open = b',';
            match fields.plain {
                true => self.plain_name(field.name),
                false => self.string(field.name),
            }
            self.out.push(b':');
            value.encode(self);
        }
        if let Some(additional) = additional {
            additional.each(&mut |key, value| self.property(&mut open, key, value));
        }
        self.end(open);
    }

    /// Writes the payload of a union, adding its discriminator if it is an object without it. A branch that
    /// no value of the discriminator selects is written as it is.
    pub fn tagged(
        &mut self,
        name: &'static str,
        value: Option<&'static str>,
        payload: &dyn Encode,
    ) {
        self.tag = value.map(|value| (name, value));
        payload.encode(self);
        self.tag = None;
    }

    fn plain_name(&mut self, name: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'"');
    }

    fn property(&mut self, open: &mut u8, key: &str, value: &dyn Encode) {
        self.out.push(*open);
        *open = b',';
        self.string(key);
        self.out.push(b':');
        value.encode(self);
    }

    /// Closes an object; `open` is still the bracket if nothing was written into it.
    fn end(&mut self, open: u8) {
        if open == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
    }

    fn digits(&mut self, text: fmt::Arguments<'_>) {
        // A vector takes all that is written to it.
        let _ = self.out.write_fmt(text);
    }

    #[cold]
    fn unfit(&mut self, value: impl fmt::Display) {
        let reason = format!("{value} is not a number that JSON can hold");
        self.fault.get_or_insert((self.out.len(), reason));
        self.null();
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x8 => b'b',
            0xc => b'f',
            _ => return self.digits(format_args!("\\u{byte:04x}")),
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }
}

/// Writes the items of an array.
#[derive(Debug)]
#[must_use = "an array is closed by `end`"]
pub struct ArrayEncoder<'e> {
    encoder: &'e mut Encoder,
    /// The bracket before the first item, a comma before the others.
    open: u8,
}

impl ArrayEncoder<'_> {
    /// Writes an item.
    pub fn item(&mut self, value: &dyn Encode) {
        self.encoder.out.push(self.open);
        self.open = b',';
        value.encode(self.encoder);
    }

    /// Closes the array.
    pub fn end(self) {
        if self.open == b'[' {
            self.encoder.out.push(b'[');
        }
        self.encoder.out.push(b']');
    }
}

/// Writes the properties of an object.
#[derive(Debug)]
#[must_use = "an object is closed by `end`"]
pub struct MapEncoder<'e> {
    encoder: &'e mut Encoder,
    tag: Option<(&'static str, &'static str)>,
    /// The bracket before the first property, a comma before the others.
    open: u8,
}

impl MapEncoder<'_> {
    /// Writes a property.
    pub fn entry(&mut self, key: &str, value: &dyn Encode) {
        if self.tag.is_some_and(|(name, _)| name == key) {
            self.tag = None;
        }
        self.encoder.property(&mut self.open, key, value);
    }

    /// Closes the object.
    pub fn end(mut self) {
        if let Some((name, value)) = self.tag {
            self.encoder.property(&mut self.open, name, &value);
        }
        self.encoder.end(self.open);
    }
}

/// Finds the JSON path of the value at `offset`, so that writing need not keep track of it.
#[cold]
fn place(document: &[u8], offset: usize) -> String {
    let mut steps = Vec::new();
    if let Ok(mut decoder) = Decoder::new(document) {
        // The document is our own and whole, so the walk always arrives.
        let _ = walk(&mut decoder, offset, &mut steps);
    }
    path(steps.iter().rev())
}

/// Returns true when the value at `offset` was met, with its steps innermost first.
fn walk(
    decoder: &mut Decoder<'_>,
    offset: usize,
    steps: &mut Vec<Step>,
) -> Result<bool, super::DecodeError> {
    let mut found = false;
    match decoder.peek()? {
        Kind::Object => decoder.entries(&mut |key, decoder| {
            if found {
                return decoder.skip();
            }
            found = walk(decoder, offset, steps)?;
            if found {
                steps.push(Step::Key(key.into_owned()));
            }
            Ok(())
        })?,
        Kind::Array => {
            let mut index = 0;
            decoder.array(&mut |decoder| {
                if found {
                    return decoder.skip();
                }
                found = walk(decoder, offset, steps)?;
                if found {
                    steps.push(Step::Index(index));
                }
                index += 1;
                Ok(())
            })?;
        }
        _ => {
            found = decoder.offset() == offset;
            decoder.skip()?;
        }
    }
    Ok(found)
}
