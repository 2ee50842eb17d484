//! Integers, floating-point numbers and decimals.

use super::{read, refused, unchanged, written};
use crate::wire::{Decimal, Json, Nullable, to_vec};

#[test]
fn integers_are_exact_to_their_limits() {
    unchanged::<i64>("9223372036854775807");
    unchanged::<i64>("-9223372036854775808");
    unchanged::<u64>("18446744073709551615");
    unchanged::<i32>("-2147483648");
    unchanged::<u32>("4294967295");
}

#[test]
fn integers_may_be_written_as_doubles() {
    for json in ["5.0", "5e0", "5.00e0", "50e-1", "0.5e1", "0.05E+2"] {
        assert_eq!(read::<i64>(json), Ok(5), "{json}");
        assert_eq!(read::<u32>(json), Ok(5), "{json}");
    }
    assert_eq!(read::<i32>("-1.5e3"), Ok(-1500));
    assert_eq!(read::<i64>("9223372036854775807.0"), Ok(i64::MAX));
    assert_eq!(read::<u64>("-0"), Ok(0));
    assert_eq!(read::<i64>("0e999999999"), Ok(0));
    assert_eq!(read::<i64>("0.000"), Ok(0));
}

#[test]
fn integers_that_do_not_fit_are_refused() {
    assert_eq!(
        refused::<i32>("2147483648"),
        "$: expected an integer of 32 bits, found number 2147483648"
    );
    assert_eq!(
        refused::<u32>("-1"),
        "$: expected an integer of 32 bits, zero or more, found number -1"
    );
    for json in [
        "9223372036854775808",
        "1e19",
        "1e999999999999",
        "5.5",
        "5e-1",
        "1e400",
    ] {
        refused::<i64>(json);
    }
    assert_eq!(
        refused::<i64>("\"x\""),
        "$: expected an integer of 64 bits, found string \"x\""
    );
    assert_eq!(
        refused::<i64>("[5]"),
        "$: expected an integer of 64 bits, found array"
    );
}

#[test]
fn doubles_go_out_as_they_read_back() {
    for json in [
        "0.1",
        "1.0",
        "-0.0",
        "1e21",
        "5e-324",
        "1.7976931348623157e308",
    ] {
        unchanged::<f64>(json);
    }
    unchanged::<f32>("0.1");
    assert_eq!(read::<f64>("5"), Ok(5.0));
}

#[test]
fn doubles_that_are_too_large_are_refused() {
    assert_eq!(
        refused::<f64>("1e309"),
        "$: expected a number of double precision, found number 1e309"
    );
    refused::<f32>("1e39");
    assert_eq!(read::<f64>("1e-400"), Ok(0.0));
}

#[test]
fn what_json_cannot_hold_is_an_error_with_its_path() {
    let value = vec![
        Nullable::from(1.0),
        Nullable::Null,
        f64::NAN.into(),
        f64::INFINITY.into(),
    ];
    let error = to_vec(&value).unwrap_err();
    assert_eq!(error.path(), "$[2]");
    assert_eq!(
        error.to_string(),
        "$[2]: NaN is not a number that JSON can hold"
    );
    let error = to_vec(&f32::NEG_INFINITY).unwrap_err();
    assert_eq!(
        error.to_string(),
        "$: -inf is not a number that JSON can hold"
    );
    let map = std::collections::BTreeMap::from([("a b".to_owned(), vec![0.0, f64::NAN])]);
    assert_eq!(to_vec(&map).unwrap_err().path(), "$[\"a b\"][1]");
}

#[test]
fn decimals_keep_their_digits() {
    for json in [
        "0",
        "5.0000",
        "10.00000000000",
        "24.00",
        "-100",
        "-0.01",
        "0.00",
        "-0.00",
        "12345678901234567890.12345678",
        "9007199254740993.25",
        "79228162514264337593543950335",
        "0.0000000000000000000000000001",
        "999999999999999999",
        "9999999999999999999",
        "0.99999999999999999",
        "-9999999999999999.99",
    ] {
        unchanged::<Decimal>(json);
    }
}

#[test]
fn decimals_in_scientific_notation_are_exact() {
    for (json, plain) in [
        ("1e2", "100"),
        ("1.5E3", "1500"),
        ("1e-5", "0.00001"),
        ("-2.50e1", "-25.0"),
        ("0e5", "0"),
        ("1.23e+0", "1.23"),
        ("1e28", "10000000000000000000000000000"),
        ("1e-28", "0.0000000000000000000000000001"),
    ] {
        assert_eq!(written(&read::<Decimal>(json).unwrap()), plain, "{json}");
    }
}

#[test]
fn decimals_of_too_many_digits_are_refused() {
    for json in [
        "79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "1e29",
        "1e-29",
        "1.00000000000000000000000000000",
        "1e99999999999999999999",
        "1e-99999999999999999999",
    ] {
        let message = refused::<Decimal>(json);
        assert!(
            message.starts_with("$: expected a number of at most 28 digits, found number"),
            "{message}"
        );
    }
}

#[test]
fn only_texts_of_the_application_are_rounded_and_only_if_it_says_so() {
    let long = "1.23456789012345678901234567895";
    assert!(refused::<Decimal>(long).contains("at most 28 digits"));
    assert!(Decimal::from_str_exact(long).is_err());
    let rounded: Decimal = long.parse().unwrap();
    assert_ne!(rounded.to_string(), long);
    let exact = "1.2345678901234567890123456789";
    assert_eq!(Decimal::from_str_exact(exact).unwrap().to_string(), exact);
    unchanged::<Decimal>(exact);
}

#[test]
fn a_number_in_quotes_is_no_decimal() {
    assert_eq!(
        refused::<Decimal>("\"5.00\""),
        "$: expected a number of at most 28 digits, found string \"5.00\", a number in quotes"
    );
    assert!(!refused::<Decimal>("\"five\"").contains("quotes"));
}

#[test]
fn numbers_of_any_json_keep_their_digits() {
    for json in [
        "1.50",
        "1E5",
        "123456789012345678901234567890.1234567890",
        "-0",
        "1e-999",
    ] {
        unchanged::<Json>(json);
    }
}
