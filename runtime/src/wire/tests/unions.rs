//! Unions.

use super::{read, refused, unchanged, written};
use crate::wire::{Json, Secret, Uuid};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
struct Blank {
    size: i64,
}
crate::model! { Blank { size: required "size" } }

#[derive(Clone, Debug, PartialEq)]
struct Snapshot {
    kind: String,
    id: String,
    note: Option<String>,
}
crate::model! { Snapshot { kind: required "type", id: required "id", note: optional "note" } }

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Blank(Blank),
    Snapshot(Box<Snapshot>),
    Any(BTreeMap<String, Json>),
    Unknown(Json),
}
crate::union! { Source by "type" {
    Blank: ["blank"], Snapshot: ["snapshot", "snap"], Any: ["1"],
} else Unknown }

#[derive(Clone, Debug, PartialEq)]
enum Strict {
    Blank(Blank),
    Snapshot(Snapshot),
}
crate::union! { Strict by "type" { Blank: ["blank"], Snapshot: ["snapshot"] } }

#[test]
fn the_discriminator_decides() {
    assert_eq!(
        read(r#"{"size":5,"type":"blank"}"#),
        Ok(Source::Blank(Blank { size: 5 }))
    );
    assert_eq!(
        read(r#"{"id":"x","type":"snap"}"#),
        Ok(Source::Snapshot(Box::new(Snapshot {
            kind: "snap".into(),
            id: "x".into(),
            note: None
        })))
    );
    assert!(matches!(read(r#"{"type":1,"a":2}"#), Ok(Source::Any(_))));
}

#[test]
fn the_discriminator_goes_out_once() {
    assert_eq!(
        written(&Source::Blank(Blank { size: 5 })),
        r#"{"type":"blank","size":5}"#
    );
    unchanged::<Source>(r#"{"type":"snap","id":"x"}"#);
    unchanged::<Source>(r#"{"type":1}"#);
    assert_eq!(written(&Source::Any(BTreeMap::new())), r#"{"type":"1"}"#);
    let nested = Source::Any([("a".to_owned(), Json::from([("b", 1)]))].into());
    assert_eq!(written(&nested), r#"{"a":{"b":1},"type":"1"}"#);
    assert_eq!(
        written(&vec![Source::Blank(Blank { size: 5 })]),
        r#"[{"type":"blank","size":5}]"#
    );
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Loose {
    kind: Option<String>,
}
crate::model! { Loose { kind: optional "type" ["loose"] } }

#[derive(Clone, Debug, PartialEq)]
enum OptionalTag {
    Loose(Loose),
    Blank(Blank),
}
crate::union! { OptionalTag by "type" { Loose: ["loose"], Blank: ["blank"] } }

#[test]
fn a_discriminator_that_is_optional_goes_out_all_the_same() {
    assert_eq!(
        written(&OptionalTag::Loose(Loose::default())),
        r#"{"type":"loose"}"#
    );
    unchanged::<OptionalTag>(r#"{"type":"loose"}"#);
}

#[test]
fn an_unknown_discriminator_is_kept() {
    let json = r#"{"a":1.50,"type":"new"}"#;
    assert!(matches!(read(json), Ok(Source::Unknown(_))));
    unchanged::<Source>(json);
    assert_eq!(
        refused::<Strict>(json),
        "$.type: expected one of \"blank\", \"snapshot\", found string \"new\""
    );
}

#[test]
fn the_error_is_that_of_the_branch() {
    assert_eq!(
        refused::<Vec<Source>>(r#"[{"type":"blank","size":"x"}]"#),
        "$[0].size: expected an integer of 64 bits, found string \"x\""
    );
}

#[test]
fn without_a_discriminator_the_shape_decides() {
    assert_eq!(read(r#"{"size":5}"#), Ok(Strict::Blank(Blank { size: 5 })));
    assert_eq!(
        read(r#"{"size":5,"type":null}"#),
        Ok(Strict::Blank(Blank { size: 5 }))
    );
    assert_eq!(
        refused::<Strict>(r#"{"x":5}"#),
        "$: expected Strict, found object (Blank: $: expected Blank with `size`, found object; \
         Snapshot: $: expected Snapshot with `type`, `id`, found object)"
    );
    assert_eq!(
        refused::<Strict>("5"),
        "$: expected Strict, found number 5 (Blank: $: expected object, found number; \
         Snapshot: $: expected object, found number)"
    );
}

#[derive(Clone, Debug, PartialEq)]
enum IdOrName {
    Id(Uuid),
    Name(String),
    Number(i64),
    Flag(bool),
    Many(Vec<String>),
    Blank(Blank),
}
crate::union! { IdOrName {
    Id: Uuid, Name: String, Number: i64, Flag: bool, Many: Vec<String>, Blank: Blank,
} }

#[test]
fn scalars_are_told_apart_by_kind_and_by_trying() {
    for json in [
        "\"6f1e2b3c-0000-4000-8000-00000000002a\"",
        "\"6f1e2b3c0000400080000000000000002a\"",
        "\"\"",
        "5",
        "true",
        r#"["a"]"#,
        r#"{"size":1}"#,
    ] {
        unchanged::<IdOrName>(json);
    }
    assert!(matches!(
        read("\"6f1e2b3c-0000-4000-8000-00000000002a\""),
        Ok(IdOrName::Id(_))
    ));
    assert!(matches!(read("\"x\""), Ok(IdOrName::Name(_))));
    assert!(matches!(read("[]"), Ok(IdOrName::Many(_))));
    let message = refused::<IdOrName>("[1]");
    assert!(
        message.contains("Many: $[0]: expected a string, found number 1"),
        "{message}"
    );
    assert!(
        message.contains("Flag: $: expected boolean, found array"),
        "{message}"
    );
}

#[test]
fn the_reasons_can_be_asked_for() {
    let error = crate::wire::from_slice::<IdOrName>(b"null").unwrap_err();
    let names: Vec<&str> = error.branches().map(|(name, _)| name).collect();
    assert_eq!(names, ["Id", "Name", "Number", "Flag", "Many", "Blank"]);
}

#[derive(Clone, Debug, PartialEq)]
struct Cat {
    kind: CatKind,
    name: String,
}
#[derive(Clone, Debug, PartialEq)]
struct Dog {
    kind: DogKind,
    name: String,
}
#[derive(Clone, Debug, PartialEq)]
enum CatKind {
    Cat,
    Unknown(String),
}
#[derive(Clone, Debug, PartialEq)]
enum DogKind {
    Dog,
    Unknown(String),
}
crate::string_enum! { CatKind { Cat: "cat" } else Unknown }
crate::string_enum! { DogKind { Dog: "dog" } else Unknown }
crate::model! { Cat { kind: tag "kind" ["cat"], name: required "name" } }
crate::model! { Dog { kind: tag "kind" ["dog"], name: required "name" } }

#[derive(Clone, Debug, PartialEq)]
enum Pet {
    Cat(Cat),
    Dog(Dog),
}
crate::union! { Pet { Cat: Cat, Dog: Dog } }

#[test]
fn tags_of_the_branches_decide() {
    assert!(matches!(
        read(r#"{"name":"a","kind":"cat"}"#),
        Ok(Pet::Cat(_))
    ));
    assert!(matches!(
        read(r#"{"name":"a","kind":"dog"}"#),
        Ok(Pet::Dog(_))
    ));
    let message = refused::<Pet>(r#"{"name":"a","kind":"cow"}"#);
    assert!(
        message.contains("Cat: $: expected `kind` \"cat\""),
        "{message}"
    );
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Short {
    a: Option<i64>,
}
#[derive(Clone, Debug, Default, PartialEq)]
struct Long {
    a: Option<i64>,
    b: Option<i64>,
}
crate::model! { Short { a: optional "a" } }
crate::model! { Long { a: optional "a", b: optional "b" } }

#[derive(Clone, Debug, PartialEq)]
enum ByLength {
    Map(BTreeMap<String, i64>),
    Short(Short),
    Long(Long),
}
crate::union! { ByLength { Map: BTreeMap<String, i64>, Short: Short, Long: Long } }

#[test]
fn the_branch_that_knows_the_most_properties_is_tried_first() {
    assert!(matches!(read(r#"{"a":1}"#), Ok(ByLength::Short(_))));
    assert!(matches!(read(r#"{"a":1,"b":2}"#), Ok(ByLength::Long(_))));
    assert!(matches!(read(r#"{"c":1}"#), Ok(ByLength::Map(_))));
    assert!(matches!(
        read(r#"{"a":1,"b":2,"c":3}"#),
        Ok(ByLength::Long(_))
    ));
}

#[derive(Clone, Debug, PartialEq)]
enum Color {
    Red,
    Unknown(String),
}
#[derive(Clone, Debug, PartialEq)]
enum Size {
    Big,
    Unknown(String),
}
crate::string_enum! { Color { Red: "red" } else Unknown }
crate::string_enum! { Size { Big: "big" } else Unknown }

#[derive(Clone, Debug, PartialEq)]
enum Trait {
    Color(Color),
    Size(Size),
    Other(Vec<Color>),
}
crate::union! { Trait { Color: Color, Size: Size, Other: Vec<Color> } }

#[test]
fn enumerations_take_what_they_list_before_others_take_anything() {
    assert_eq!(read("\"big\""), Ok(Trait::Size(Size::Big)));
    assert_eq!(read("\"red\""), Ok(Trait::Color(Color::Red)));
    assert_eq!(
        read("\"loud\""),
        Ok(Trait::Color(Color::Unknown("loud".into())))
    );
    assert_eq!(
        read("[\"loud\"]"),
        Ok(Trait::Other(vec![Color::Unknown("loud".into())]))
    );
}

#[derive(Clone, Debug, PartialEq)]
enum Open {
    Number(i64),
    Other(Json),
}
crate::union! { Open { Number: i64 } else Other }

#[test]
fn an_open_union_keeps_what_fits_no_branch() {
    assert_eq!(read("5"), Ok(Open::Number(5)));
    assert_eq!(read("\"x\""), Ok(Open::Other("x".into())));
    unchanged::<Open>(r#"{"a":[1.0]}"#);
}

/// A filter language, as some APIs have it: recursive, and the first branch always nests.
#[derive(Clone, Debug, PartialEq)]
enum Filter {
    And(Box<And>),
    Not(Box<Not>),
    Is(String),
}
crate::union! { Filter { And: Box<And>, Not: Box<Not>, Is: String } }

#[derive(Clone, Debug, PartialEq)]
struct And {
    left: Filter,
    right: Filter,
}
crate::model! { And { left: required "left", right: required "right" } }

#[derive(Clone, Debug, PartialEq)]
struct Not {
    not: Filter,
}
crate::model! { Not { not: required "not" } }

#[test]
fn recursive_unions_are_read() {
    unchanged::<Filter>(r#"{"left":{"not":"a"},"right":{"left":"b","right":"c"}}"#);
    let message = refused::<Filter>(r#"{"not":{"not":5}}"#);
    assert!(message.contains("Not: $.not"), "{message}");
}

#[derive(Clone, Debug, PartialEq)]
enum Nested {
    Pet(Pet),
    Count(i64),
    Name(String),
}
crate::union! { Nested { Pet: Pet, Count: i64, Name: String } }

#[test]
fn unions_of_unions_are_read() {
    unchanged::<Nested>(r#"{"kind":"dog","name":"a"}"#);
    unchanged::<Nested>("5");
    assert!(matches!(read("\"x\""), Ok(Nested::Name(_))));
}

#[derive(Clone, Debug, PartialEq)]
enum Credential {
    Id(Uuid),
    Password(Secret),
    Number(i64),
}
crate::union! { Credential { Id: Uuid, Password: Secret, Number: i64 } }

#[derive(Clone, Debug, PartialEq)]
enum Passwords {
    Id(Uuid),
    Several(Vec<Secret>),
}
crate::union! { Passwords { Id: Uuid, Several: Vec<Secret> } }

#[test]
fn unions_with_secrets_show_no_values() {
    assert!(matches!(read("\"hunter2\""), Ok(Credential::Password(_))));
    for message in [
        refused::<Passwords>("\"hunter2\""),
        refused::<Credential>("7351.5"),
    ] {
        assert!(
            !message.contains("hunter2") && !message.contains("7351"),
            "{message}"
        );
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Side {
    kind: String,
    side: i64,
}
crate::model! { Side { kind: required "kind", side: required "side" } }

#[derive(Clone, Debug, PartialEq)]
struct Radius {
    kind: String,
    radius: i64,
}
crate::model! { Radius { kind: required "kind", radius: required "radius" } }

#[derive(Clone, Debug, PartialEq)]
enum Shared {
    Side(Side),
    Radius(Radius),
    Blank(Blank),
    Unknown(Json),
}
crate::union! { Shared by "kind" {
    Side: ["shape", "side"], Radius: ["shape"], Blank: ["blank"],
} else Unknown }

#[test]
fn branches_that_share_a_value_are_told_apart_by_the_rest() {
    let radius = r#"{"kind":"shape","radius":1}"#;
    assert!(matches!(read(radius), Ok(Shared::Radius(_))));
    unchanged::<Shared>(radius);
    assert!(matches!(
        read(r#"{"kind":"shape","side":1}"#),
        Ok(Shared::Side(_))
    ));
    assert!(matches!(
        read(r#"{"kind":"other","side":1}"#),
        Ok(Shared::Unknown(_))
    ));
    // The blank one is not asked: its value is another.
    assert_eq!(
        refused::<Shared>(r#"{"kind":"shape","size":1}"#),
        "$: expected Shared, found object (Side: $: expected Side with `side`, found object; \
         Radius: $: expected Radius with `radius`, found object)"
    );
}

#[derive(Clone, Debug, PartialEq)]
enum Falling {
    Blank(Blank),
    Loose(Loose),
    Unknown(Json),
}
crate::union! { Falling by "type" or Blank { Blank: ["blank"], Loose: ["loose"] } else Unknown }

#[test]
fn what_selects_no_branch_falls_to_the_default() {
    for json in [r#"{"size":5}"#, r#"{"size":5,"type":"other"}"#] {
        assert_eq!(read(json), Ok(Falling::Blank(Blank { size: 5 })), "{json}");
    }
    // It goes out as it came, without a discriminator.
    unchanged::<Falling>(r#"{"size":5}"#);
    assert!(matches!(read(r#"{"type":"loose"}"#), Ok(Falling::Loose(_))));
    // What does not fit the default is as without one.
    unchanged::<Falling>(r#"{"a":1.0,"type":"new"}"#);
    assert!(matches!(read(r#"{"a":1}"#), Ok(Falling::Loose(_))));
}
