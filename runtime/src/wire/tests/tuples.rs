//! Tuples.

use super::{read, refused, unchanged, written};
use crate::wire::{Decimal, Json, Secret};

type Candle = (i64, Decimal, Option<String>);

#[test]
fn each_place_has_its_type() {
    let candle: Candle = read(r#" [ 1700000000 , 1.10, null ] "#).unwrap();
    assert_eq!(candle.0, 1_700_000_000);
    assert_eq!(candle.1.to_string(), "1.10");
    assert_eq!(candle.2, None);
    unchanged::<Candle>(r#"[1,123456789012345678.90,"x"]"#);
    unchanged::<(String,)>(r#"["only"]"#);
    unchanged::<Vec<(f64, f64)>>("[[1.5,2.5],[3.5,4.5]]");
    unchanged::<((i64, i64), (i64, Vec<(bool, bool)>))>("[[1,2],[3,[[true,false]]]]");
    type Twelve = (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, Json);
    unchanged::<Twelve>(r#"[1,2,3,4,5,6,7,8,9,10,11,{"a":1.0}]"#);
}

#[test]
fn what_is_of_another_length_is_refused() {
    assert_eq!(
        refused::<Candle>(r#"[1,2]"#),
        "$: expected an array of length 3, found array"
    );
    assert_eq!(
        refused::<Vec<(i64, i64)>>(r#"[[1,2], [3]]"#),
        "$[1]: expected an array of length 2, found array"
    );
    assert_eq!(
        refused::<(i64, i64)>(r#"[1,2,3]"#),
        "$[2]: expected no more than 2, found number 3"
    );
    assert_eq!(
        refused::<(i64, String)>(r#"[1,2]"#),
        "$[1]: expected a string, found number 2"
    );
    assert_eq!(
        refused::<(i64, String)>(r#"{"0":1}"#),
        "$: expected an array, found object"
    );
}

#[test]
fn secrets_in_them_are_not_shown() {
    let message = refused::<(i64, Secret)>(r#""geheim""#);
    assert!(!message.contains("geheim"), "{message}");
    let message = refused::<(Secret, Secret)>(r#"["a","b","geheim"]"#);
    assert!(!message.contains("geheim"), "{message}");
}

#[derive(Clone, Debug, PartialEq)]
enum Position {
    Flat((f64, f64)),
    High((f64, f64, f64)),
}
crate::union! { Position { Flat: (f64, f64), High: (f64, f64, f64) } }

#[test]
fn unions_tell_them_apart_by_length() {
    assert_eq!(read("[1,2]"), Ok(Position::Flat((1.0, 2.0))));
    assert_eq!(read("[1,2,3]"), Ok(Position::High((1.0, 2.0, 3.0))));
    assert_eq!(written(&Position::High((1.0, 2.5, 3.0))), "[1.0,2.5,3.0]");
    let message = refused::<Position>("[1]");
    assert!(
        message.contains("Flat") && message.contains("High"),
        "{message}"
    );
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    next: (i64, Option<Box<Node>>),
}
crate::model! { Node { next: required "next" } }

#[test]
fn they_nest_models_and_end_where_nesting_ends() {
    unchanged::<Node>(r#"{"next":[1,{"next":[2,null]}]}"#);
    let deep = format!(
        "{}null{}",
        r#"{"next":[1,"#.repeat(100_000),
        "]}".repeat(100_000)
    );
    assert!(read::<Node>(&deep).is_err());
}
