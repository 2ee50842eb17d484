//! JSON text sequences (`application/json-seq`, RFC 7464): each text begins with a record separator.

use bytes::{Buf, Bytes, BytesMut};

use super::TooLarge;

/// What begins a text (RFC 7464, section 2.2).
const RECORD_SEPARATOR: u8 = 0x1E;

/// Cuts a body into JSON texts.
///
/// A text is given as soon as it is complete and white space follows, so that the last one does not
/// wait for the next.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    /// How much of the input has been looked at.
    scanned: usize,
    /// Where the input stands: nothing has been separated off before the first separator.
    place: Place,
    text: Scan,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before the first separator.
    #[default]
    Before,
    /// Behind a separator.
    Inside,
    /// Behind a text that was given: only white space may follow.
    Behind,
}

/// A text, or what cannot be one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// A text, which may still be anything but JSON.
    Whole(Bytes),
    /// A text that breaks off: a number or a word without the white space that must end it (RFC
    /// 7464, section 2.4).
    Truncated(Bytes),
    /// Bytes that stand where only white space may.
    Stray(Bytes),
}

impl Sequence {
    /// Takes the next text out of the input; `None` where more is needed, or nothing is left.
    pub(super) fn next(
        &mut self,
        input: &mut BytesMut,
        ended: bool,
        limit: usize,
    ) -> Option<Result<Text, TooLarge>> {
        while let Some(byte) = input.get(self.scanned).copied() {
            if self.scanned > limit {
                return Some(Err(TooLarge));
            }
            if byte == RECORD_SEPARATOR {
                let text = self.take(input, self.scanned);
                input.advance(1);
                let closed = self.close(text);
                self.place = Place::Inside;
                if closed.is_some() {
                    return closed.map(Ok);
                }
                continue;
            }
            self.scanned += 1;
            if self.place == Place::Inside && self.text.ends_with(byte) {
                let text = self.take(input, self.scanned);
                self.text = Scan::default();
                self.place = Place::Behind;
                return Some(Ok(Text::Whole(text)));
            }
        }
        if !ended || input.is_empty() {
            return None;
        }
        let text = self.take(input, input.len());
        self.close(text).map(Ok)
    }

    fn take(&mut self, input: &mut BytesMut, length: usize) -> Bytes {
        self.scanned = 0;
        input.split_to(length).freeze()
    }

    /// What to make of the bytes up to a separator or the end.
    fn close(&mut self, text: Bytes) -> Option<Text> {
        let scan = std::mem::take(&mut self.text);
        // Several separators in a row enclose nothing, which is no text (RFC 7464, section 2.1).
        let trimmed = text.trim_ascii();
        if trimmed.is_empty() || (self.place == Place::Before && trimmed == b"\xEF\xBB\xBF") {
            return None;
        }
        Some(match self.place {
            Place::Inside if scan.is_bare() => Text::Truncated(text),
            Place::Inside => Text::Whole(text),
            Place::Before | Place::Behind => Text::Stray(text),
        })
    }
}

/// Follows a JSON text byte by byte as far as it takes to see its end.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    begun: bool,
    /// It is a number or one of the words, which end only with what follows them.
    bare: bool,
}

impl Scan {
    /// Returns true when the text is complete with this byte, which is white space.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return self.begun && self.depth == 0,
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => self.bare |= !self.begun,
        }
        self.begun = true;
        false
    }

    fn is_bare(&self) -> bool {
        self.bare
    }
}
