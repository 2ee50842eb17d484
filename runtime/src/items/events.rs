//! Server-sent events (`text/event-stream`; HTML, section 9.2.6: interpreting an event stream).

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use super::TooLarge;

/// The byte order mark that may begin a stream.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Cuts a body into events.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// How much of the input is known to hold no end of a line.
    scanned: usize,
    /// The stream has begun, so that no byte order mark may come.
    begun: bool,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_return: bool,
    block: Block,
    /// The id of the last block that had one.
    pub(super) last_id: Option<Bytes>,
    /// What the server last asked for.
    pub(super) retry: Option<Duration>,
}

/// The fields of one event, as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) event: Option<Bytes>,
    /// The lines of data with LF between them.
    pub(super) data: Option<BytesMut>,
    pub(super) id: Option<Bytes>,
    /// In milliseconds.
    pub(super) retry: Option<u64>,
}

/// An event, or what cannot be one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Event(Block),
    /// The stream ended within a block: its data so far.
    Truncated(Bytes),
}

impl Events {
    /// Takes the next event out of the input; `None` where more is needed, or nothing is left.
    pub(super) fn next(
        &mut self,
        input: &mut BytesMut,
        ended: bool,
        limit: usize,
    ) -> Option<Result<Found, TooLarge>> {
        if !self.begin(input, ended) {
            return None;
        }
        while let Some(line) = self.line(input) {
            if line.is_empty() {
                if let Some(event) = self.dispatch() {
                    return Some(Ok(Found::Event(event)));
                }
                continue;
            }
            let length = line.len();
            self.field(line);
            if length.max(self.block.len()) > limit {
                return Some(Err(TooLarge));
            }
        }
        match ended {
            true => self.rest(input).map(Ok),
            false => None,
        }
    }

    /// Passes over a byte order mark; false while it may still come.
    fn begin(&mut self, input: &mut BytesMut, ended: bool) -> bool {
        if self.begun {
            return true;
        }
        if input.len() < MARK.len() && MARK.starts_with(input) && !ended {
            return false;
        }
        if input.starts_with(MARK) {
            input.advance(MARK.len());
        }
        self.begun = true;
        true
    }

    /// Takes a line, without what ends it: CRLF, LF or CR.
    fn line(&mut self, input: &mut BytesMut) -> Option<Bytes> {
        if self.after_return {
            match input.first() {
                Some(b'\n') => input.advance(1),
                Some(_) => {}
                None => return None,
            }
            self.after_return = false;
        }
        let fresh = input.get(self.scanned..).unwrap_or_default();
        let Some(end) = fresh.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
            self.scanned = input.len();
            return None;
        };
        let line = input.split_to(self.scanned + end).freeze();
        self.scanned = 0;
        self.after_return = input.get_u8() == b'\r';
        Some(line)
    }

    /// Forgets the block that has begun, since the stream is over.
    pub(super) fn forget(&mut self) {
        self.scanned = 0;
        self.block = Block::default();
    }

    fn field(&mut self, line: Bytes) {
        let colon = line.iter().position(|byte| *byte == b':');
        let end = colon.unwrap_or(line.len());
        let value = line.slice(line.len().min(end + 1)..);
        let value = match value.first() {
            Some(b' ') => value.slice(1..),
            _ => value,
        };
        match line.get(..end).unwrap_or_default() {
            b"event" => self.block.event = Some(value),
            b"data" => match &mut self.block.data {
                Some(data) => {
                    data.extend_from_slice(b"\n");
                    data.extend_from_slice(&value);
                }
                empty => *empty = Some(BytesMut::from(&value[..])),
            },
            b"id" if !value.contains(&0) => self.block.id = Some(value),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let text = std::str::from_utf8(&value).unwrap_or_default();
                // More milliseconds than a number holds mean nothing.
                self.block.retry = text.parse().ok().or(self.block.retry);
            }
            // A comment, which keeps the connection alive, or a field that nobody knows.
            _ => {}
        }
    }

    /// Ends a block; one without data is no event, but what it says of the connection counts.
    fn dispatch(&mut self) -> Option<Block> {
        let block = std::mem::take(&mut self.block);
        if block.id.is_some() {
            self.last_id.clone_from(&block.id);
        }
        if let Some(retry) = block.retry {
            self.retry = Some(Duration::from_millis(retry));
        }
        block.data.is_some().then_some(block)
    }

    /// What is left when the stream ends: nothing may be, but comments and a block without data.
    fn rest(&mut self, input: &mut BytesMut) -> Option<Found> {
        let partial = input.split().freeze();
        self.scanned = 0;
        let data = self.block.data.take();
        if data.is_none() && (partial.is_empty() || partial.starts_with(b":")) {
            return None;
        }
        Some(Found::Truncated(data.map_or(partial, BytesMut::freeze)))
    }
}

impl Block {
    /// How many bytes it holds.
    fn len(&self) -> usize {
        let texts = [self.event.as_ref(), self.id.as_ref()];
        let texts: usize = texts.into_iter().flatten().map(Bytes::len).sum();
        self.data
            .as_ref()
            .map_or(0, BytesMut::len)
            .saturating_add(texts)
    }
}
