//! Containers, nullable values, any JSON, and values of parameters.

use super::{read, refused, unchanged, written};
use crate::wire::{Date, Decimal, Json, Nullable, ParamValue, Secret, ToParam, date};
use std::collections::BTreeMap;

#[test]
fn containers_are_read_and_written() {
    unchanged::<Vec<Option<i64>>>("[1,null,2]");
    unchanged::<Vec<Vec<bool>>>("[[],[true]]");
    unchanged::<BTreeMap<String, Vec<i64>>>(r#"{"a b":[1],"c":[]}"#);
    unchanged::<Box<Option<String>>>("null");
    unchanged::<()>("null");
    assert_eq!(refused::<()>("0"), "$: expected null, found number 0");
    assert_eq!(
        read::<BTreeMap<String, i64>>(r#"{"a":1,"a":2}"#),
        Ok([("a".to_owned(), 2)].into())
    );
    assert_eq!(written(&["a", "b"]), r#"["a","b"]"#);
    assert_eq!(written(&[&1, &2][..]), "[1,2]");
}

#[test]
fn errors_name_the_element() {
    assert_eq!(
        refused::<BTreeMap<String, Vec<i64>>>(r#"{"a":[1,2],"b.c":[3,"x"]}"#),
        "$[\"b.c\"][1]: expected an integer of 64 bits, found string \"x\""
    );
}

#[test]
fn nullable_values_convert() {
    assert_eq!(Nullable::from(5), Nullable::Value(5));
    assert_eq!(Nullable::<i32>::from(None), Nullable::Null);
    assert_eq!(Nullable::<i32>::from(Some(5)), Nullable::Value(5));
    assert_eq!(Nullable::<i32>::default(), Nullable::Absent);
    assert_eq!(
        Nullable::Value(2).map(|value| value * 2).into_value(),
        Some(4)
    );
    assert_eq!(
        Nullable::Value("x".to_owned()).as_ref().value(),
        Some(&&"x".to_owned())
    );
    assert!(Nullable::Value(()).is_value() && !Nullable::<()>::Null.is_value());
    assert_eq!(read::<Nullable<i32>>("null"), Ok(Nullable::Null));
}

#[test]
fn any_json_can_be_looked_into() {
    let json: Json = r#"{"a":[1.50,true,null,"x"]}"#.parse().unwrap();
    let list = json.get("a").unwrap();
    assert_eq!(list.at(0).unwrap().as_decimal(), Some(Decimal::new(150, 2)));
    assert_eq!(list.at(0).unwrap().as_f64(), Some(1.5));
    assert_eq!(list.at(0).unwrap().as_i64(), None);
    assert_eq!(list.at(1).unwrap().as_bool(), Some(true));
    assert!(list.at(2).unwrap().is_null());
    assert_eq!(list.at(3).unwrap().as_str(), Some("x"));
    assert_eq!(list.as_array().map(<[Json]>::len), Some(4));
    assert_eq!(json.get("b"), None);
    assert_eq!(
        format!("{list:?}"),
        r#"Array([Number(1.50), Bool(true), Null, String("x")])"#
    );
    assert_eq!(list.to_string(), r#"[1.50,true,null,"x"]"#);
}

#[test]
fn json_is_made_from_values() {
    let json = Json::from([("a", Json::from(vec![Some(1), None])), ("b", "x".into())]);
    assert_eq!(json.to_string(), r#"{"a":[1,null],"b":"x"}"#);
    assert_eq!(
        Json::of(&date(2023, 11, 7)).unwrap(),
        Json::from("2023-11-07")
    );
    assert_eq!(
        Json::from("2023-11-07").read::<Date>(),
        Ok(date(2023, 11, 7))
    );
    assert!(Json::from(1).read::<Date>().is_err());
    assert!(Json::of(&f64::NAN).is_err());
    assert_eq!(Json::from(Decimal::new(500, 2)).to_string(), "5.00");
}

fn param(value: impl ToParam) -> ParamValue {
    value.to_param().unwrap()
}

fn scalar(text: &str) -> ParamValue {
    ParamValue::Scalar(text.to_owned())
}

#[test]
fn scalars_are_parameters_by_their_text() {
    assert_eq!(param("a \"b\" ä\n"), scalar("a \"b\" ä\n"));
    assert_eq!(param(String::new()), scalar(""));
    assert_eq!(param(date(2023, 11, 7)), scalar("2023-11-07"));
    assert_eq!(param(Decimal::new(50000, 4)), scalar("5.0000"));
    assert_eq!(param(u64::MAX), scalar("18446744073709551615"));
    assert_eq!(param(true), scalar("true"));
    assert_eq!(param(Secret::from("x")), scalar("x"));
    assert_eq!(param(Some(&5)), scalar("5"));
    assert!(f64::INFINITY.to_param().is_err());
}

#[test]
fn what_is_not_there_is_no_parameter() {
    assert_eq!(param(None::<i32>), ParamValue::Absent);
    assert_eq!(param(Nullable::<i32>::Absent), ParamValue::Absent);
    assert_eq!(param(Nullable::<i32>::Null), ParamValue::Absent);
    assert_eq!(param(Nullable::Value(1)), scalar("1"));
}

#[test]
fn lists_and_objects_are_parameters_of_several_values() {
    let list = |items: &[&str]| ParamValue::List(items.iter().map(|&item| item.into()).collect());
    assert_eq!(param(["a", "b"]), list(&["a", "b"]));
    assert_eq!(param(vec![1, 2]), list(&["1", "2"]));
    assert_eq!(param(&[1, 2][..]), list(&["1", "2"]));
    assert_eq!(param(Vec::<i32>::new()), list(&[]));
    assert_eq!(param(vec![vec![1, 2]]), list(&["[1,2]"]));
    assert_eq!(param(vec![None, Some(1)]), list(&["", "1"]));
    let map = BTreeMap::from([("a".to_owned(), vec![1]), ("b".to_owned(), vec![])]);
    let members = vec![("a".to_owned(), list(&["1"])), ("b".to_owned(), list(&[]))];
    assert_eq!(param(map), ParamValue::Object(members));
}
