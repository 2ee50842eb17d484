//! Strings with a meaning: base64, identifiers, secrets.

use super::{read, refused, unchanged, written};
use crate::wire::{Base64, Decoder, Encoder, Secret, Uuid};
use std::collections::BTreeMap;

#[test]
fn base64_is_written_in_the_standard_alphabet_with_padding() {
    // RFC 4648, section 10.
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
    ] {
        let json = format!("\"{text}\"");
        assert_eq!(*read::<Base64>(&json).unwrap(), *bytes.as_bytes());
        unchanged::<Base64>(&json);
    }
    unchanged::<Base64>("\"AAAAAAAAB9E=\"");
}

#[test]
fn base64_is_read_without_padding_and_in_the_url_safe_alphabet() {
    assert_eq!(read::<Base64>("\"Zg\"").unwrap(), Base64::from(*b"f"));
    let bytes = Base64::from([0xfb, 0xff, 0xbf]);
    assert_eq!(read::<Base64>("\"-_-_\"").unwrap(), bytes);
    assert_eq!(read::<Base64>("\"+/+/\"").unwrap(), bytes);
    assert_eq!(written(&bytes), "\"+/+/\"");
}

#[test]
fn what_is_not_base64_is_refused() {
    assert_eq!(
        refused::<Base64>("\"Zg=\\u0000\""),
        "$: expected bytes in base64, found string \"Zg=\\0\""
    );
    refused::<Base64>("\"Z\"");
    refused::<Base64>("\"Zm 9v\"");
}

#[test]
fn many_bytes_are_not_shown() {
    assert_eq!(format!("{:?}", Base64::from(*b"foo")), "Base64(Zm9v)");
    assert_eq!(format!("{:?}", Base64(vec![0; 5000])), "Base64(5000 bytes)");
}

#[test]
fn identifiers_are_taken_with_hyphens_only() {
    unchanged::<Uuid>("\"6f1e2b3c-0000-4000-8000-00000000002a\"");
    refused::<Uuid>("\"6f1e2b3c0000400080000000000000002a\"");
    refused::<Uuid>("\"{6f1e2b3c-0000-4000-8000-0000000002a}\"");
    refused::<Uuid>("\"string\"");
}

#[test]
fn secrets_are_never_shown() {
    let secret = read::<Secret>("\"hunter2\"").unwrap();
    assert_eq!(secret.expose(), "hunter2");
    assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "**** Some(****)");
    assert_eq!(written(&secret), "\"hunter2\"");
    assert_eq!(
        refused::<Secret>("7351"),
        "$: expected a string, found number"
    );
    assert_eq!(
        refused::<BTreeMap<String, Secret>>("{\"pin\":7351}"),
        "$.pin: expected a string, found number"
    );
}

#[test]
fn what_stands_where_secrets_should_is_not_shown() {
    assert_eq!(
        refused::<Vec<Secret>>("\"hunter2\""),
        "$: expected an array, found string"
    );
    assert_eq!(
        refused::<Option<Vec<Secret>>>("7351"),
        "$: expected an array, found number"
    );
    let message = refused::<BTreeMap<String, Secret>>("\"hunter2\"");
    assert_eq!(message, "$: expected an object, found string");
}

#[test]
fn decoders_and_encoders_do_not_show_the_document() {
    let mut decoder = Decoder::over("\"hunter2\"");
    assert_eq!(format!("{decoder:?}"), "Decoder(at byte 0 of 9)");
    let mut encoder = Encoder::new();
    encoder.string(&decoder.string("a string").unwrap());
    assert_eq!(format!("{encoder:?}"), "Encoder(9 bytes)");
}

#[test]
fn long_excerpts_are_cut() {
    let message = refused::<Uuid>(&format!("\"{}\"", "ä".repeat(500)));
    assert!(message.ends_with("ä\"…"), "{message}");
    assert!(message.len() < 160, "{message}");
    let message = refused::<i64>(&"9".repeat(500));
    assert!(message.ends_with("9…") && message.len() < 100, "{message}");
}
