//! The bridge to serde.

use crate::wire::{Base64, DateTime, Decimal, Json, Nullable};

#[derive(Clone, Debug, PartialEq)]
struct Row {
    amount: Option<Decimal>,
    at: Option<DateTime>,
    note: Nullable<String>,
    state: State,
    either: Option<Either>,
}
crate::model! { Row {
    amount: optional "amount", at: optional "at", note: patch "note", state: required "state",
    either: optional "either",
} }

#[derive(Clone, Debug, PartialEq)]
enum State {
    Open,
    Unknown(String),
}
crate::string_enum! { State { Open: "open" } else Unknown }

#[derive(Clone, Debug, PartialEq)]
enum Either {
    Number(i64),
    Text(String),
}
crate::union! { Either { Number: i64, Text: String } }

/// What a user's own struct around models looks like.
#[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
struct Own {
    row: Row,
    any: Json,
    bytes: Base64,
}

#[test]
fn models_pass_through_serde() {
    let json = r#"{"row":{"amount":12.5,"at":"2021-11-29T10:01:00.0000000+00:00","note":null,"state":"new","either":5},"any":[1,-1,1.5,true,null,18446744073709551615],"bytes":"Zg=="}"#;
    let own: Own = serde_json::from_str(json).unwrap();
    assert_eq!(own.row.note, Nullable::Null);
    assert_eq!(own.row.state, State::Unknown("new".into()));
    let again = serde_json::to_value(&own).unwrap();
    assert_eq!(
        again,
        serde_json::from_str::<serde_json::Value>(json).unwrap()
    );
    assert_eq!(serde_json::from_value::<Own>(again).unwrap(), own);
}

#[test]
fn errors_name_the_path() {
    let error = serde_json::from_str::<Row>(r#"{"state":"open","amount":"x"}"#).unwrap_err();
    assert!(
        error.to_string().contains("$.amount: expected a number"),
        "{error}"
    );
}

#[test]
fn digits_are_kept_or_refused() {
    let number = |text: &str| serde_json::to_string(&text.parse::<Json>().unwrap());
    for (text, expected) in [
        ("5", "5"),
        ("5.25", "5.25"),
        ("5.2500", "5.25"),
        ("1e3", "1000.0"),
        ("0.0", "0.0"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"),
    ] {
        assert_eq!(number(text).unwrap(), expected, "{text}");
    }
    for text in [
        "12345678901234567890.5",
        "0.12345678901234567890",
        "1e400",
        "18446744073709551617",
    ] {
        let error = number(text).unwrap_err();
        assert!(
            error.to_string().contains("more digits than a double"),
            "{text}: {error}"
        );
    }
}
