//! Models.

use super::{read, refused, unchanged, written};
use crate::wire::{Date, Decimal, Decode, Encode, Json, Nullable, ParamValue, ToParam};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
struct Voucher {
    number: i64,
    parent: Option<Box<Voucher>>,
    memo: Option<String>,
    date: Nullable<Date>,
    kind: Kind,
    rows: Option<Vec<Row>>,
    additional: BTreeMap<String, Json>,
}
crate::model! { Voucher {
    number: required "number",
    parent: nullable "parent",
    memo: optional "memo",
    date: patch "voucherDate",
    kind: tag "type" ["blank"],
    rows: optional "rows",
    ..additional
} }

#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    amount: Option<Decimal>,
    r#type: Option<String>,
    odd: Option<i32>,
}
crate::model! { Row { amount: optional "amount", r#type: optional "type", odd: optional "odd \"\\ name" } }

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Blank,
    Unknown(String),
}
crate::string_enum! { Kind { Blank: "blank" } else Unknown }

#[derive(Clone, Debug, Default, PartialEq)]
struct Empty {}
crate::model! { Empty {} }

#[derive(Clone, Debug, Default, PartialEq)]
struct OnlyMore {
    more: BTreeMap<String, i64>,
}
crate::model! { OnlyMore { ..more } }

/// A model that stands within another one, not behind an `Option`.
#[derive(Clone, Debug, PartialEq)]
struct Outer {
    inner: Inner,
    count: i64,
}
crate::model! { Outer { inner: required "inner", count: required "count" } }

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    id: i64,
    note: Option<String>,
    date: Nullable<i64>,
    list: Option<Vec<i64>>,
    more: BTreeMap<String, i64>,
}
crate::model! { Inner {
    id: required "id", note: optional "note", date: patch "date", list: optional "list", ..more
} }

fn voucher() -> Voucher {
    read(r#"{"number":1,"parent":null,"type":"blank"}"#).unwrap()
}

#[test]
fn properties_are_read_in_any_order() {
    let in_order = r#"{"number":7,"parent":null,"memo":"m","voucherDate":"2023-11-07","type":"blank","rows":[]}"#;
    let mixed = r#"{"rows":[],"type":"blank","voucherDate":"2023-11-07","memo":"m","parent":null,"number":7}"#;
    assert_eq!(read::<Voucher>(in_order), read::<Voucher>(mixed));
    unchanged::<Voucher>(in_order);
}

#[test]
fn escaped_names_are_the_same_names() {
    assert_eq!(read::<Row>(r#"{"t\u0079pe":"x"}"#).unwrap().r#type.as_deref(), Some("x"));
    unchanged::<Row>(r#"{"odd \"\\ name":1}"#);
}

#[test]
fn absent_null_and_values_are_told_apart() {
    let date = |json: &str| read::<Voucher>(json).unwrap().date;
    assert_eq!(date(r#"{"number":1,"parent":null,"type":"blank"}"#), Nullable::Absent);
    assert_eq!(date(r#"{"number":1,"parent":null,"type":"blank","voucherDate":null}"#), Nullable::Null);
    unchanged::<Voucher>(r#"{"number":1,"parent":null,"type":"blank"}"#);
    unchanged::<Voucher>(r#"{"number":1,"parent":null,"voucherDate":null,"type":"blank"}"#);
}

#[test]
fn a_null_of_an_optional_property_is_left_out_afterwards() {
    let voucher = read::<Voucher>(r#"{"number":1,"parent":null,"memo":null,"type":"blank"}"#).unwrap();
    assert_eq!(written(&voucher), r#"{"number":1,"parent":null,"type":"blank"}"#);
}

#[test]
fn all_missing_properties_are_named() {
    assert_eq!(
        refused::<Voucher>(r#"{"memo":"m","type":"blank"}"#),
        "$: expected Voucher with `number`, `parent`, found an object without"
    );
    assert_eq!(
        refused::<Vec<Outer>>(r#"[{"inner":{},"count":1}]"#),
        "$[0].inner: expected Inner with `id`, found an object without"
    );
}

#[test]
fn errors_name_the_path() {
    assert_eq!(
        refused::<Voucher>(
            r#"{"number":1,"parent":{"number":2,"parent":null,"type":"blank","rows":[{},{"amount":"12,50"}]},"type":"x"}"#
        ),
        "$.parent.rows[1].amount: expected a number of at most 28 digits, found string \"12,50\""
    );
    assert_eq!(refused::<Voucher>("[]"), "$: expected an object, found array");
    assert_eq!(
        refused::<Voucher>(r#"{"number":null}"#),
        "$.number: expected an integer of 64 bits, found null"
    );
    assert_eq!(
        refused::<Row>(r#"{"unknown":{"a":[1,}}"#),
        "$.unknown: expected a value, found '}' (at byte 19; the document is not valid JSON)"
    );
}

#[test]
fn unknown_properties_are_passed_over_or_kept() {
    assert_eq!(read::<Row>(r#"{"x":[{"y":1}],"amount":1,"z":null}"#).unwrap().amount, Some(1.into()));
    unchanged::<Voucher>(r#"{"number":1,"parent":null,"type":"blank","a":{"b":1.50},"z":null}"#);
    unchanged::<OnlyMore>(r#"{"a":1,"b":2}"#);
    assert_eq!(refused::<OnlyMore>(r#"{"a":"x"}"#), "$.a: expected an integer of 64 bits, found string \"x\"");
}

#[test]
fn of_a_repeated_property_the_last_value_counts() {
    assert_eq!(read::<Row>(r#"{"amount":1,"amount":null,"type":"a","type":"b"}"#).unwrap(), Row {
        r#type: Some("b".into()),
        ..Row::default()
    });
    let twice = r#"{"inner":{"id":1,"note":"n","date":1,"list":[1],"x":1},"count":1,"inner":{"id":2,"y":2}}"#;
    let once = r#"{"inner":{"id":2,"y":2},"count":1}"#;
    assert_eq!(read::<Outer>(twice), read::<Outer>(once));
    let incomplete = r#"{"inner":{"id":1},"count":1,"inner":{"note":"n"}}"#;
    assert!(refused::<Outer>(incomplete).starts_with("$.inner: expected Inner with `id`"));
}

#[test]
fn repetition_is_forgotten_after_the_property() {
    let json = r#"{"count":1,"count":2,"inner":{"id":1,"note":"n"}}"#;
    assert_eq!(read::<Outer>(json).unwrap().inner.note.as_deref(), Some("n"));
}

#[test]
fn models_without_properties_take_any_object() {
    unchanged::<Empty>("{}");
    assert_eq!(read(r#"{"a":1}"#), Ok(Empty {}));
    refused::<Empty>("null");
}

#[test]
fn models_nest_in_boxes_lists_and_options() {
    unchanged::<Voucher>(
        r#"{"number":1,"parent":{"number":2,"parent":null,"type":"blank"},"type":"blank"}"#,
    );
    unchanged::<Vec<Option<Row>>>(r#"[{"amount":1.00},null,{}]"#);
    unchanged::<BTreeMap<String, Row>>(r#"{"a":{"type":"t"}}"#);
}

#[test]
fn models_are_parameters_with_properties() {
    let row = Row { amount: Some(Decimal::new(150, 2)), r#type: Some("a b".into()), odd: None };
    assert_eq!(row.to_param().unwrap(), ParamValue::Object(vec![
        ("amount".into(), ParamValue::Scalar("1.50".into())),
        ("type".into(), ParamValue::Scalar("a b".into())),
    ]));
    let mut outer = voucher();
    outer.parent = Some(Box::new(voucher()));
    let ParamValue::Object(members) = outer.to_param().unwrap() else { panic!("no object") };
    assert!(matches!(&members[1], (name, ParamValue::Object(_)) if name == "parent"));
}

/// Always holds another one of its kind: no document can be read into it, and trying ends.
#[derive(Debug)]
#[allow(dead_code)]
struct Endless {
    left: Box<Endless>,
    right: Box<Endless>,
}
crate::model! { Endless { left: required "left", right: required "right" } }

#[test]
fn types_without_finite_values_are_refused() {
    assert!(Endless::vacant(15).is_none());
    let message = refused::<Endless>("{}");
    assert!(message.contains("one of its properties must be optional"), "{message}");
}

/// Nests boxes that must be there, but ends.
#[derive(Debug, PartialEq)]
struct Chain {
    first: Box<Link>,
}
#[derive(Debug, PartialEq)]
struct Link {
    second: Box<Box<Row>>,
}
crate::model! { Chain { first: required "first" } }
crate::model! { Link { second: required "second" } }

#[test]
fn required_boxes_are_filled() {
    assert!(Chain::vacant(2).is_none() && Chain::vacant(3).is_some());
    unchanged::<Chain>(r#"{"first":{"second":{"amount":1}}}"#);
}

macro_rules! large {
    ($($field:ident)*) => {
        #[derive(Debug, Default, PartialEq)]
        struct Large { $($field: Option<i32>),* }
        crate::model! { Large { $($field: optional $field),* } }

        #[derive(Debug, PartialEq)]
        struct Demanding { $($field: i32),* }
        crate::model! { Demanding { $($field: required $field),* } }

        const NAMES: &[&str] = &[$(stringify!($field)),*];
    };
}

/* LARGE */
