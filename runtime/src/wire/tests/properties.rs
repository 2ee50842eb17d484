//! Properties that hold for all values, tried on many.

use super::{read, unchanged, written};
use crate::wire::{Base64, DateTime, Decimal, Json, Nullable, Timestamp, from_slice, to_vec};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Any JSON value of a few levels.
fn any_json() -> impl Strategy<Value = Json> {
    let number = "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?";
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        number.prop_map(|text| text.parse().unwrap()),
        any::<String>().prop_map(Json::from),
    ];
    scalar.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Json::Array),
            btree_map(any::<String>(), inner, 0..8).prop_map(Json::Object),
        ]
    })
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Event {
    id: Option<i64>,
    credit: Option<Decimal>,
    text: Nullable<String>,
    sub: Option<Vec<Event>>,
    bytes: Option<Base64>,
}
crate::model! { Event {
    id: optional "id", credit: optional "credit", text: patch "text", sub: optional "sub",
    bytes: optional "bytes",
} }

fn any_event() -> impl Strategy<Value = Event> {
    let decimal = (any::<i64>(), 0..28_u32).prop_map(|(units, scale)| Decimal::new(units, scale));
    let text = prop_oneof![
        Just(Nullable::Absent),
        Just(Nullable::Null),
        any::<String>().prop_map(Nullable::Value),
    ];
    let bytes = proptest::option::of(any::<Vec<u8>>());
    let flat = (
        any::<Option<i64>>(),
        proptest::option::of(decimal),
        text,
        bytes,
    )
        .prop_map(|(id, credit, text, bytes)| Event {
            id,
            credit,
            text,
            sub: None,
            bytes: bytes.map(Base64),
        });
    flat.prop_recursive(4, 16, 4, |inner| {
        (inner.clone(), vec(inner, 0..4)).prop_map(|(event, sub)| Event {
            sub: Some(sub),
            ..event
        })
    })
}

proptest! {
    #[test]
    fn any_json_is_read_as_it_was_written(json in any_json()) {
        let document = to_vec(&json).unwrap();
        prop_assert_eq!(from_slice::<Json>(&document), Ok(json));
    }

    #[test]
    fn models_are_read_as_they_were_written(event in any_event()) {
        let document = to_vec(&event).unwrap();
        prop_assert_eq!(from_slice::<Event>(&document), Ok(event));
    }

    #[test]
    fn serde_json_reads_what_is_written(json in any_json()) {
        let document = to_vec(&json).unwrap();
        let theirs = serde_json::from_slice::<serde_json::Value>(&document);
        // Doubles of theirs are limited in size.
        if let Err(error) = theirs {
            prop_assert!(error.to_string().contains("number out of range"), "{}", error);
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in r#"[\[\]{}:,"\\u0-9a-f.eE+ truefalsn-]{0,24}"#) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match theirs {
            Err(error) if error.to_string().contains("number out of range") => {}
            theirs => prop_assert_eq!(read::<Json>(&text).is_ok(), theirs.is_ok(), "{}", text),
        }
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in any::<Vec<u8>>()) {
        let _ = from_slice::<Json>(&bytes);
        let _ = from_slice::<Event>(&bytes);
        let _ = from_slice::<DateTime>(&bytes);
    }

    #[test]
    fn strings_are_read_as_they_were_written(text in any::<String>()) {
        prop_assert_eq!(read::<String>(&written(&text)), Ok(text.clone()));
        prop_assert_eq!(serde_json::from_str::<String>(&written(&text)).unwrap(), text);
    }

    #[test]
    fn integers_are_read_as_they_were_written(a in any::<i64>(), b in any::<u64>(), c in any::<i32>()) {
        prop_assert_eq!(read::<i64>(&written(&a)), Ok(a));
        prop_assert_eq!(read::<u64>(&written(&b)), Ok(b));
        prop_assert_eq!(read::<i32>(&format!("{c}.000")), Ok(c));
        prop_assert_eq!(read::<i64>(&format!("{a}0e-1")), Ok(a));
        prop_assert_eq!(written(&b), b.to_string());
    }

    #[test]
    fn doubles_are_read_as_they_were_written(bits in any::<u64>(), single in any::<u32>()) {
        let (double, single) = (f64::from_bits(bits), f32::from_bits(single));
        if double.is_finite() {
            prop_assert_eq!(read::<f64>(&written(&double)).unwrap().to_bits(), bits);
        }
        if single.is_finite() {
            prop_assert_eq!(read::<f32>(&written(&single)).unwrap().to_bits(), single.to_bits());
        }
    }

    #[test]
    fn decimals_keep_every_digit(text in "-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,13})?") {
        unchanged::<Decimal>(&text);
    }

    #[test]
    fn decimals_in_scientific_notation_have_the_same_value(
        units in -999_999_999_i64..999_999_999, exponent in -15..15_i32,
    ) {
        let value = read::<Decimal>(&format!("{units}e{exponent}")).unwrap();
        let power = Decimal::from(10_i64.pow(exponent.unsigned_abs()));
        let expected = if exponent < 0 { Decimal::from(units) / power } else { Decimal::from(units) * power };
        prop_assert_eq!(value, expected);
    }

    #[test]
    fn bytes_are_read_as_they_were_written(bytes in any::<Vec<u8>>()) {
        let text = written(&Base64(bytes.clone()));
        prop_assert_eq!(read::<Base64>(&text), Ok(Base64(bytes.clone())));
        prop_assert_eq!(read::<Base64>(&text.replace('=', "")), Ok(Base64(bytes.clone())));
        prop_assert_eq!(read::<Base64>(&text.replace('+', "-").replace('/', "_")), Ok(Base64(bytes)));
    }

    #[test]
    fn date_times_go_out_as_they_came(
        text in "[0-9]{3}[1-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?(Z|z|[+][01][0-9]:?[0-5][0-9]|-0[1-9]:?[0-5][0-9]|[+][01][0-9])?",
    ) {
        unchanged::<DateTime>(&format!("\"{text}\""));
    }

    #[test]
    fn instants_are_read_as_they_were_written(seconds in -62_000_000_000_i64..253_000_000_000, nanos in 0..1_000_000_000) {
        let instant = Timestamp::new(seconds, nanos).unwrap();
        let read: DateTime = read(&written(&DateTime::from(instant))).unwrap();
        prop_assert_eq!(read.timestamp(), Some(instant));
    }
}
