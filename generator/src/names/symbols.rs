//! Words for symbols, for names that consist of them or differ in nothing else.

use std::borrow::Cow;

/// The word for a sign in front of a number.
pub(super) fn sign(character: char) -> Option<&'static str> {
    match character {
        '+' => Some("plus"),
        '-' | '−' => Some("minus"),
        _ => None,
    }
}

/// The names of all symbols of a text.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = match operator(rest) {
            Some((symbols, name)) => {
                names.extend(name.split(' ').map(str::to_owned));
                symbols.len()
            }
            None => {
                names.extend(name(character).split(' ').map(str::to_owned));
                character.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    names
}

/// The text of an enum value with those symbols written as words that tell it from its
/// neighbours: an operator in front (`-created`, `>=5`, `!active`), a mark behind (`A+`, `C#`),
/// a plus before a digit (`GMT+1`) and stars (`image/*`).
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    const MARKS: [char; 4] = ['+', '-', '−', '#'];
    // A text of nothing but symbols is named as a whole.
    if !text.chars().any(char::is_alphanumeric) {
        return text.into();
    }
    let text = text.trim();
    let without_marks = text.trim_end_matches(MARKS);
    let (middle, marks) = text.split_at(without_marks.len());
    let (front, middle) = match operator(middle) {
        Some((symbols, name)) => (name, &middle[symbols.len()..]),
        None => ("", middle),
    };
    if front.is_empty() && marks.is_empty() && !middle.contains(['*', '+']) {
        return text.into();
    }
    let middle = with_inner_symbols(middle);
    let marks: Vec<String> = marks.chars().map(mark).collect();
    format!("{front} {middle} {}", marks.join(" ")).into()
}

fn with_inner_symbols(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' => spelled.push_str(" star "),
            '+' if characters.peek().is_some_and(char::is_ascii_digit) => {
                spelled.push_str(" plus ");
            }
            _ => spelled.push(character),
        }
    }
    spelled
}

/// The operator that a text begins with, and its name.
fn operator(text: &str) -> Option<(&'static str, &'static str)> {
    const OPERATORS: [(&str, &str); 16] = [
        ("===", "identical"),
        ("!==", "not identical"),
        (">=", "greater or equal"),
        ("<=", "less or equal"),
        ("!=", "not equal"),
        ("<>", "not equal"),
        ("==", "equal"),
        ("=", "equal"),
        (">", "greater"),
        ("<", "less"),
        ("≥", "greater or equal"),
        ("≤", "less or equal"),
        ("≠", "not equal"),
        ("!", "not"),
        ("+", "plus"),
        ("-", "minus"),
    ];
    let found = OPERATORS
        .iter()
        .find(|(symbols, _)| text.starts_with(symbols));
    found.copied()
}

fn mark(character: char) -> String {
    match character {
        '#' => "sharp".to_owned(),
        _ => name(character),
    }
}

/// The name of one symbol, of one or more words; its code point where it has no common one.
fn name(character: char) -> String {
    let name = match character {
        ' ' => "space",
        '\t' => "tab",
        '\n' => "newline",
        '\r' => "return",
        '"' => "quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '\'' | '’' => "apostrophe",
        '(' => "open parenthesis",
        ')' => "close parenthesis",
        '*' => "star",
        '+' => "plus",
        ',' => "comma",
        '-' | '−' => "minus",
        '.' => "dot",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '?' => "question",
        '@' => "at",
        '[' => "open bracket",
        '\\' => "backslash",
        ']' => "close bracket",
        '^' => "caret",
        '_' => "underscore",
        '`' => "backtick",
        '{' => "open brace",
        '|' => "pipe",
        '}' => "close brace",
        '~' => "tilde",
        '€' => "euro",
        '£' => "pound",
        '°' => "degree",
        '§' => "section",
        '…' => "ellipsis",
        _ => return format!("u{:x}", u32::from(character)),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_has_a_name() {
        assert_eq!(names("<="), ["less", "or", "equal"]);
        assert_eq!(names("*/*"), ["star", "slash", "star"]);
        assert_eq!(names("{}"), ["open", "brace", "close", "brace"]);
        assert_eq!(names("☃"), ["u2603"]);
    }

    #[test]
    fn only_telling_symbols_become_words() {
        assert_eq!(spelled("a-b/c+d").trim(), "a-b/c+d");
        assert_eq!(spelled("-name").trim(), "minus name");
        assert_eq!(spelled("<=5").trim(), "less or equal 5");
        assert_eq!(spelled("GMT+1").trim(), "GMT plus 1");
        assert_eq!(spelled("--"), "--");
        assert_eq!(spelled("*/*"), "*/*");
    }
}
