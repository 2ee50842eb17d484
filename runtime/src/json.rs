//! Looking into JSON whose shape nobody declares: token responses, gateway answers, error bodies.

use std::borrow::Cow;

use crate::body::RawBody;
use crate::wire::{DecodeError, Decoder, Kind};

/// Words of a server that go into messages are cut to this many characters.
const LONGEST: usize = 300;

/// A member of an object, read without expectations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loose {
    /// A string, without its quotes.
    Text(String),
    /// A number, digit by digit.
    Number(String),
    /// Anything else, as it stands in the document.
    Other(String),
}

impl Loose {
    /// The text of a string or a number: servers mix them up.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

/// The members of an object; empty where the bytes are anything but a JSON object.
pub(crate) fn members(bytes: &[u8]) -> Vec<(String, Loose)> {
    read_members(bytes).unwrap_or_default()
}

/// The member of this name.
pub(crate) fn find<'a>(members: &'a [(String, Loose)], name: &str) -> Option<&'a Loose> {
    members
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// What an error body says in words: the first of the members that APIs use for it.
pub(crate) fn message(body: &RawBody) -> Option<String> {
    let members = members(body.bytes());
    let names = [
        "message",
        "error_description",
        "detail",
        "error",
        "title",
        "description",
        "Message",
    ];
    let direct = names.iter().find_map(|name| match find(&members, name)? {
        Loose::Text(text) if !text.is_empty() => Some(text.clone()),
        Loose::Other(raw) if raw.starts_with('{') => first_message(raw),
        _ => None,
    });
    let listed = || match find(&members, "errors")? {
        Loose::Other(raw) => elements(raw)
            .iter()
            .find_map(|element| first_message(element)),
        _ => None,
    };
    direct.or_else(listed).map(|text| tidy(&text))
}

/// Makes a server's words fit for a message: one line, not too long, and without tokens, which
/// some servers repeat.
pub(crate) fn tidy(text: &str) -> String {
    let line: String = without_tokens(text)
        .trim()
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Puts `****` in place of what looks like a credential: what follows the name of a scheme of
/// authorization, and JSON Web Tokens (RFC 7519), which begin with an encoded `{"`.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let ends = |byte: char| byte.is_whitespace() || matches!(byte, '"' | '\'' | ',' | ';' | ')');
    let mut clean = String::new();
    let mut rest = text;
    let mut after_scheme = false;
    while !rest.is_empty() {
        let word = rest.split(ends).next().unwrap_or("");
        let token = word.trim_start_matches(['(', '<', '=']);
        let is_jwt = word.find("eyJ").is_some_and(|at| word.len() - at > 20);
        if is_jwt || (after_scheme && token.len() >= 8) {
            clean.push_str("****");
        } else {
            clean.push_str(word);
        }
        if !word.is_empty() {
            after_scheme = word.len() >= 5
                && (word.to_ascii_lowercase().ends_with("bearer")
                    || word.eq_ignore_ascii_case("basic"));
        }
        rest = &rest[word.len()..];
        let space: &str = match rest.chars().next() {
            Some(character) => &rest[..character.len_utf8()],
            None => "",
        };
        clean.push_str(space);
        rest = &rest[space.len()..];
    }
    match clean == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(clean),
    }
}

fn first_message(raw: &str) -> Option<String> {
    match find(&members(raw.as_bytes()), "message")? {
        Loose::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// The elements of an array, each as it stands in the document.
pub(crate) fn elements(raw: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let mut decoder = Decoder::over(raw);
    let read = decoder.array(&mut |decoder| {
        elements.push(decoder.raw()?.to_owned());
        Ok(())
    });
    if read.is_err() {
        elements.clear();
    }
    elements
}

/// One value, as it stands in a document.
pub(crate) fn value(raw: &str) -> Loose {
    loose(&mut Decoder::over(raw)).unwrap_or_else(|_| Loose::Other(raw.to_owned()))
}

fn read_members(bytes: &[u8]) -> Result<Vec<(String, Loose)>, DecodeError> {
    let mut decoder = Decoder::new(bytes)?;
    let mut members = Vec::new();
    decoder.entries(&mut |key, decoder| {
        members.push((key.into_owned(), loose(decoder)?));
        Ok(())
    })?;
    decoder.finish()?;
    Ok(members)
}

fn loose(decoder: &mut Decoder<'_>) -> Result<Loose, DecodeError> {
    match decoder.peek()? {
        Kind::String => decoder
            .string("a string")
            .map(|text| Loose::Text(text.into_owned())),
        Kind::Number => decoder
            .number("a number")
            .map(|text| Loose::Number(text.to_owned())),
        Kind::Null | Kind::Bool | Kind::Array | Kind::Object => {
            decoder.raw().map(|text| Loose::Other(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &'static str) -> Option<String> {
        message(&RawBody::new(json, None))
    }

    #[test]
    fn the_words_of_an_error_are_found_where_apis_put_them() {
        assert_eq!(said(r#"{"code":1,"message":"no"}"#).as_deref(), Some("no"));
        assert_eq!(
            said(r#"{"error":"bad date","telemetryId":"x"}"#).as_deref(),
            Some("bad date")
        );
        assert_eq!(
            said(r#"{"error":{"code":"x","message":"deep"}}"#).as_deref(),
            Some("deep")
        );
        assert_eq!(
            said(
                r#"{"errors":[{"message":"The name is required.","code":"validation.required"}]}"#
            )
            .as_deref(),
            Some("The name is required.")
        );
        assert_eq!(said("<html>"), None);
        assert_eq!(said(r#"["message"]"#), None);
    }

    #[test]
    fn tokens_that_a_server_repeats_are_left_out() {
        let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        for (said, shown) in [
            (
                format!("bad token {jwt}, try again"),
                "bad token ****, try again",
            ),
            (format!("'token={jwt}'"), "'****'"),
            (
                "got 'Bearer abcdefgh123' here".to_owned(),
                "got 'Bearer ****' here",
            ),
            (
                "Authorization: Basic dXNlcjpwYXNz".to_owned(),
                "Authorization: Basic ****",
            ),
            ("the bearer is unknown".to_owned(), "the bearer is unknown"),
            ("basic plan, ä only".to_owned(), "basic plan, ä only"),
        ] {
            assert_eq!(tidy(&said), shown);
        }
    }

    #[test]
    fn words_are_one_short_line() {
        assert_eq!(tidy(" a\r\nb "), "a  b");
        assert_eq!(tidy(&"x".repeat(1000)).chars().count(), LONGEST + 1);
    }
}
