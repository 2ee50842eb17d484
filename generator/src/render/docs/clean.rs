//! What is mended before a description is read.

use std::borrow::Cow;

/// An indent that no writer of Markdown means: the one that documentation comments of other
/// languages leave in front of all lines but the first.
const SOURCE_CODE_INDENT: usize = 8;

/// The text with line ends as Rust's, without control characters and without the indent of the
/// source code it comes from.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let text = if text
        .chars()
        .any(|character| character != '\n' && is_odd(character))
    {
        Cow::Owned(with_plain_characters(text))
    } else {
        Cow::Borrowed(text)
    };
    match indent_of_source_code(&text) {
        0 => text,
        indent => without_indent(&text, indent).into(),
    }
}

/// Whether a character would not be seen, or would change how others are seen.
pub(super) fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Directional embeddings, overrides and isolates, which rustc refuses in sources.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Soft hyphen, zero width space, word joiner and byte order mark.
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => true,
        _ => character.is_control(),
    }
}

/// The text without the indent that all its lines but the first have in common.
pub(super) fn without_common_indent(text: &str) -> Cow<'_, str> {
    match common_indent(text.lines().skip(1)) {
        0 => text.into(),
        indent => without_indent(text, indent).into(),
    }
}

/// The text without the indent that all its lines have in common, and with spaces for the tabs of
/// the rest of it.
pub(super) fn without_indent_of_all(text: &str) -> String {
    without_indent(text, common_indent(text.lines())).replace('\t', "    ")
}

fn is_odd(character: char) -> bool {
    is_invisible(character) || matches!(character, '\u{2028}' | '\u{2029}' | '\u{a0}')
}

fn with_plain_characters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => plain.push('\n'),
            '\u{a0}' => plain.push(' '),
            _ if is_invisible(character) => {}
            _ => plain.push(character),
        }
    }
    plain
}

fn indent_of_source_code(text: &str) -> usize {
    let first = text.lines().next().unwrap_or_default();
    let indent = common_indent(text.lines().skip(1));
    let first_indent = indent_of(first);
    if indent >= SOURCE_CODE_INDENT && first.starts_with(char::is_alphanumeric) {
        return indent;
    }
    // Text that is indented as a whole was not meant as code either.
    if first_indent >= 4 && (indent >= 4 || text.lines().count() == 1) {
        return first_indent.min(indent.max(4));
    }
    0
}

fn common_indent<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let written = lines.filter(|line| !line.trim().is_empty());
    written.map(indent_of).min().unwrap_or(0)
}

/// The width of a line's indent, a tab reaching to the next column that is a multiple of four.
fn indent_of(line: &str) -> usize {
    let mut width = 0;
    for byte in line.bytes() {
        match byte {
            b' ' => width += 1,
            b'\t' => width += 4 - width % 4,
            _ => break,
        }
    }
    width
}

/// Takes up to this much indent from all lines.
fn without_indent(text: &str, indent: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let own = indent_of(line);
        let rest = line.trim_start_matches([' ', '\t']);
        lines.push(format!("{:1$}{rest}", "", own.saturating_sub(indent)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_in_rust() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\u{b}e"), "a\nb\nc\nd\ne");
    }

    #[test]
    fn what_is_not_seen_is_dropped() {
        assert_eq!(clean("a\0\u{7}\u{202e}b\u{2066}\u{feff}c\u{a0}d"), "abc d");
    }

    #[test]
    fn the_indent_of_source_code_is_dropped() {
        let text = "First.\n\n            Second.\n              - deeper";
        assert_eq!(clean(text), "First.\n\nSecond.\n  - deeper");
        assert_eq!(clean("First.\n\n    code"), "First.\n\n    code");
        assert_eq!(clean("    All\n    of it"), "All\nof it");
    }
}
