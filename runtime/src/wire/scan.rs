//! Finding the end of tokens: the inner loops of the parser, over bytes that are known to be UTF-8.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Returns how many bytes from the start need no attention within a JSON string: everything but a
/// quote, a backslash and the control characters, which RFC 8259 section 7 wants escaped.
///
/// Eight bytes at a time. The lowest mark in a word is always right; those above it may be carried
/// over from it, and nobody looks at them.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        let marks = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let marks = marks & HIGHS;
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .position(|byte| needs_care(*byte))
        .unwrap_or(rest.len())
}

/// Returns true for what cannot stand as it is in a JSON string.
#[inline]
pub(super) fn needs_care(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Returns the length of the number at the start, by the grammar of RFC 8259 section 6.
///
/// # Errors
/// With the place at which the grammar is broken.
pub(super) fn number(bytes: &[u8]) -> Result<usize, usize> {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(bytes, at);
    // A zero stands alone: `007` ends after its first digit, and what follows is refused there.
    at = match whole - at {
        0 => return Err(at),
        1 => whole,
        _ if bytes[at] == b'0' => return Err(at + 1),
        _ => whole,
    };
    if bytes.get(at) == Some(&b'.') {
        let end = digits(bytes, at + 1);
        if end == at + 1 {
            return Err(end);
        }
        at = end;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        let start = at + 1 + usize::from(sign);
        let end = digits(bytes, start);
        if end == start {
            return Err(end);
        }
        at = end;
    }
    Ok(at)
}

/// Returns where the digits that begin at `from` end.
#[inline]
fn digits(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}
