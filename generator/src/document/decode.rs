//! Bytes to text: UTF-8 with or without byte order mark, everything else refused by name.

use std::borrow::Cow;

use super::Source;
use crate::diagnostics::{Diagnostic, Place};

/// Returns the text of a source without its byte order mark; bytes that are handed over become it.
pub(super) fn text(source: Cow<'_, Source>) -> Result<String, Diagnostic> {
    let length = check(&source)?.len();
    let mut bytes = match source {
        Cow::Owned(source) => source.bytes,
        Cow::Borrowed(source) => source.bytes.clone(),
    };
    bytes.drain(..bytes.len() - length);
    // It has been found to be text.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// Returns the text of a source without its byte order mark.
fn check(source: &Source) -> Result<&str, Diagnostic> {
    let refuse = |rule, message: &str, help| {
        let place = Place::file(source.name.clone()).at(1, 1);
        Err(Diagnostic::error(rule, place, message, help))
    };
    let bytes = source.bytes.as_slice();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || looks_utf16(bytes) {
        return refuse("encoding", "the file is UTF-16", "save it as UTF-8");
    }
    if let Some(format) = binary_format(bytes) {
        let message = format!("the file is {format}, not text");
        return refuse(
            "binary",
            &message,
            "supply the OpenAPI document as JSON or YAML",
        );
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(not_utf8(source, bytes, error.valid_up_to())),
    };
    if text.trim().is_empty() {
        return refuse(
            "empty",
            "the file is empty",
            "supply the OpenAPI document; an interrupted download leaves such a file",
        );
    }
    if text.trim_start().starts_with('<') {
        return refuse(
            "markup",
            "the file is XML or HTML",
            "supply the OpenAPI document; a download that needs a login often yields such a page",
        );
    }
    Ok(text)
}

/// Returns whether ASCII text alternates with zero bytes, as in UTF-16 without byte order mark.
fn looks_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0, b, 0, c, ..] | [b, 0, c, 0, ..] => *b != 0 && *c != 0,
        _ => false,
    }
}

fn binary_format(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, ..] => Some("gzip-compressed"),
        [b'P', b'K', 3 | 5 | 7, ..] => Some("a zip archive"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        [0x89, b'P', b'N', b'G', ..] => Some("an image"),
        _ if bytes.contains(&0) => Some("binary"),
        _ => None,
    }
}

fn not_utf8(source: &Source, bytes: &[u8], offset: usize) -> Diagnostic {
    let before = &bytes[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count();
    let line_start = before.iter().rposition(|byte| *byte == b'\n');
    let column = String::from_utf8_lossy(&before[line_start.map_or(0, |end| end + 1)..])
        .chars()
        .count();
    let place = Place::file(source.name.clone()).at(one_based(line), one_based(column));
    Diagnostic::error(
        "encoding",
        place,
        format!("the byte 0x{:02x} is not UTF-8", bytes[offset]),
        "save the file as UTF-8",
    )
}

fn one_based(count: usize) -> u32 {
    u32::try_from(count + 1).unwrap_or(u32::MAX)
}
