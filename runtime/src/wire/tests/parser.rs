//! The grammar of RFC 8259.

use super::{read, refused, unchanged, written};
use crate::wire::{Decoder, Json, from_slice};

#[test]
fn every_kind_of_value_is_read() {
    let json = r#"{"a":null,"b":[true,false],"c":-1.50e+3,"d":"x","e":{},"f":[]}"#;
    unchanged::<Json>(json);
}

#[test]
fn white_space_is_passed_over() {
    assert_eq!(
        read::<Json>(" \r\n\t{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n"),
        read::<Json>(r#"{"a":[1,2],"b":{}}"#)
    );
    assert!(
        read::<Json>("\u{a0}1").is_err(),
        "other spaces are not white space"
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(read::<i64>("\u{feff}5"), Ok(5));
    assert!(read::<i64>(" \u{feff}5").is_err());
}

#[test]
fn escapes_are_read() {
    let json = r#""\"\\\/\b\f\n\r\tA\u00e4\u20AC\ud83d\ude00""#;
    assert_eq!(read::<String>(json).unwrap(), "\"\\/\u{8}\u{c}\n\r\tAä€😀");
}

#[test]
fn only_what_must_be_escaped_is() {
    assert_eq!(
        written("\"\\/\u{8}\u{c}\n\r\t\u{1}ä\u{7f}\u{2028}😀"),
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001ä\u{7f}\u{2028}😀\""
    );
}

#[test]
fn what_needs_care_is_found_wherever_it_stands() {
    for length in 0..40 {
        for place in 0..=length {
            for (character, escaped) in [('"', "\\\""), ('\\', "\\\\"), ('\u{1f}', "\\u001f")] {
                let (before, after) = ("x".repeat(place), "ä".repeat(length - place));
                let text = format!("{before}{character}{after}");
                let json = format!("\"{before}{escaped}{after}\"");
                assert_eq!(written(&text), json);
                assert_eq!(read::<String>(&json), Ok(text));
            }
        }
    }
}

#[test]
fn broken_documents_are_refused_with_the_place() {
    let cases = [
        (
            "",
            "$: expected a value, found the end of the document (at byte 0",
        ),
        ("[1,]", "$[1]: expected a value, found ']' (at byte 3"),
        ("[1 2]", "$: expected `,` or `]`, found '2' (at byte 3"),
        (
            r#"{"a":1,}"#,
            "$: expected a property name in quotes, found '}' (at byte 7",
        ),
        (r#"{"a" 1}"#, "$: expected `:`, found '1' (at byte 5"),
        (
            r#"{a:1}"#,
            "$: expected a property name in quotes, found 'a' (at byte 1",
        ),
        (
            r#"{"a":{"b":[1,tru]}}"#,
            "$.a.b[1]: expected `null`, `true` or `false`, found 't'",
        ),
        (
            "[1] x",
            "$: expected the end of the document, found 'x' (at byte 4",
        ),
        (
            "01",
            "$: expected a number as JSON writes it, found '1' (at byte 1",
        ),
        (
            "1.",
            "$: expected a number as JSON writes it, found the end of the document",
        ),
        ("1.e5", "$: expected a number as JSON writes it, found 'e'"),
        (
            "1e",
            "$: expected a number as JSON writes it, found the end of the document",
        ),
        (
            "1e+",
            "$: expected a number as JSON writes it, found the end of the document",
        ),
        (
            "-",
            "$: expected a number as JSON writes it, found the end of the document",
        ),
        ("+1", "$: expected a value, found '+'"),
        (".5", "$: expected a value, found '.'"),
        ("NaN", "$: expected a value, found 'N'"),
        ("Infinity", "$: expected a value, found 'I'"),
        ("'a'", "$: expected a value, found '\\''"),
        (
            "\"a",
            "$: expected the end of the string, found the end of the document",
        ),
        ("\"a\nb\"", "$: expected the end of the string, found '\\n'"),
        (
            r#""\x""#,
            "$: expected an escape that JSON knows, found 'x'",
        ),
        (
            r#""\u12""#,
            "$: expected `\\u` and four hexadecimal digits, found '\\\\'",
        ),
        (
            r#""\ud83d""#,
            "$: expected the other half of a surrogate pair, found '\"'",
        ),
        (
            r#""\ud83dx""#,
            "$: expected the other half of a surrogate pair, found 'x'",
        ),
        (
            r#""\ude00""#,
            "$: expected a surrogate pair in order, found '\"'",
        ),
        (
            "[1",
            "$: expected `,` or `]`, found the end of the document",
        ),
        (
            "{",
            "$: expected a property name in quotes, found the end of the document",
        ),
        ("\0", "$: expected a value, found '\\0'"),
        ("1\0", "$: expected the end of the document, found '\\0'"),
    ];
    for (json, expected) in cases {
        let message = refused::<Json>(json);
        assert!(message.starts_with(expected), "{json}: {message}");
        assert!(message.ends_with("not valid JSON)"), "{json}: {message}");
    }
}

#[test]
fn passing_over_a_value_checks_it_as_reading_does() {
    let documents = [
        "null",
        "[]",
        "{}",
        "[[],{}]",
        r#"{"a":[1,{"b":2}],"c":"\u00e4"}"#,
        "[1,]",
        "{\"a\":}",
        "[1}",
        "{\"a\":1]",
        "\"\\q\"",
        "01",
        "tru",
        "[",
        "",
        "[1 2]",
        "{\"a\"}",
        "\"\\ud800\"",
    ];
    for document in documents {
        let mut decoder = Decoder::over(document);
        let passed = decoder.skip().and_then(|()| decoder.finish());
        assert_eq!(passed.is_ok(), read::<Json>(document).is_ok(), "{document}");
    }
}

#[test]
fn the_raw_text_of_a_value_is_handed_out() {
    let mut decoder = Decoder::over(r#" {"a": [1, 2]} "#);
    assert_eq!(decoder.raw().unwrap(), r#"{"a": [1, 2]}"#);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let error = from_slice::<Json>(b"\"a\xff\"").unwrap_err();
    assert_eq!(error.offset(), 2);
    assert!(error.is_syntax());
    assert!(error.to_string().contains("JSON in UTF-8"), "{error}");
}

#[test]
fn utf_16_is_refused() {
    let document: Vec<u8> = "[1]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(from_slice::<Json>(&document).is_err());
}
