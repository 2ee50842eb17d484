//! Enumerations.

use super::{read, refused, unchanged, written};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    Draft,
    Accepted,
    Unknown(String),
}
crate::string_enum! { State { Draft: "Draft", Accepted: "ACCEPTED \"x\"" } else Unknown }

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Closed {
    On,
    Off,
}
crate::string_enum! { Closed { On: "on", Off: "off" } }

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Level {
    One,
    Minus,
    Unknown(i64),
}
crate::integer_enum! { Level { One: 1, Minus: -5 } else Unknown }

#[derive(Clone, Debug, PartialEq)]
enum Bit {
    Zero,
    One,
}
crate::integer_enum! { Bit { Zero: 0, One: 1 } }

#[derive(Clone, Debug, PartialEq)]
enum Nothing {
    Unknown(String),
}
crate::string_enum! { Nothing {} else Unknown }

#[test]
fn listed_strings_are_variants() {
    assert_eq!(read("\"Draft\""), Ok(State::Draft));
    assert_eq!(read(r#""ACCEPTED \"x\"""#), Ok(State::Accepted));
    unchanged::<State>(r#""ACCEPTED \"x\"""#);
    assert_eq!(State::Draft.to_string(), "Draft");
    assert_eq!(format!("{:>7}", State::Draft), "  Draft");
    assert_eq!(State::Accepted.as_ref(), "ACCEPTED \"x\"");
}

#[test]
fn unknown_strings_are_kept() {
    assert_eq!(read("\"draft\""), Ok(State::Unknown("draft".into())));
    unchanged::<State>("\"something new\"");
    unchanged::<State>("\"\"");
    assert_eq!(State::from("x"), State::Unknown("x".into()));
    assert_eq!(State::from(String::from("Draft")), State::Draft);
    assert_eq!(read("\"a\""), Ok(Nothing::Unknown("a".into())));
    assert_eq!(
        refused::<State>("1"),
        "$: expected a string, found number 1"
    );
}

#[test]
fn closed_enumerations_refuse_unknown_values() {
    assert_eq!(read("\"off\""), Ok(Closed::Off));
    assert_eq!(
        refused::<Closed>("\"of\""),
        "$: expected one of \"on\", \"off\", found string \"of\""
    );
    assert_eq!(written(&Closed::On), "\"on\"");
    assert_eq!(read("1.0"), Ok(Bit::One));
    assert_eq!(
        refused::<Bit>("2"),
        "$: expected one of 0, 1, found number 2"
    );
    assert_eq!(Bit::Zero.to_string(), "0");
}

#[test]
fn integers_are_variants() {
    assert_eq!(read("-5"), Ok(Level::Minus));
    assert_eq!(read("1.0"), Ok(Level::One));
    assert_eq!(read("7"), Ok(Level::Unknown(7)));
    unchanged::<Level>("7");
    assert_eq!(Level::from(-5), Level::Minus);
    assert_eq!(Level::Minus.to_string(), "-5");
    assert_eq!(
        refused::<Level>("\"one\""),
        "$: expected an integer of 64 bits, found string \"one\""
    );
}
