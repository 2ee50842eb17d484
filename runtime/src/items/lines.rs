//! JSON Lines (`application/jsonl`), also called NDJSON: one JSON value a line.

use bytes::{Bytes, BytesMut};

use super::TooLarge;

/// Cuts a body into lines.
///
/// A line ends with LF or CRLF, the last one may end with the body. Blank lines are passed over.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// How much of the input is known to hold no end of a line.
    scanned: usize,
}

impl Lines {
    /// Takes the next line out of the input; `None` where more is needed, or nothing is left.
    pub(super) fn next(
        &mut self,
        input: &mut BytesMut,
        ended: bool,
        limit: usize,
    ) -> Option<Result<Bytes, TooLarge>> {
        loop {
            let fresh = input.get(self.scanned..).unwrap_or_default();
            let line = match fresh.iter().position(|byte| *byte == b'\n') {
                Some(end) if self.scanned + end > limit => return Some(Err(TooLarge)),
                Some(end) => input.split_to(self.scanned + end + 1),
                None if ended && !input.is_empty() => input.split(),
                None => {
                    self.scanned = input.len();
                    return None;
                }
            };
            self.scanned = 0;
            // White space around a value is JSON's, so a CR before the LF needs no care of its own.
            let mark_or_blank = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
            if !mark_or_blank.trim_ascii().is_empty() {
                return Some(Ok(line.freeze()));
            }
        }
    }
}
