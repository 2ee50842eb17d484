//! The table "Style Examples" of OpenAPI 3.0.4 (section 4.7.12.3), cell by cell, and what the
//! specification leaves open.

use super::*;

fn empty() -> ParamValue {
    ParamValue::Scalar(String::new())
}

fn string() -> ParamValue {
    ParamValue::Scalar("blue".to_owned())
}

fn array() -> ParamValue {
    ParamValue::List(["blue", "black", "brown"].map(str::to_owned).to_vec())
}

fn object() -> ParamValue {
    let member = |name: &str, value: &str| (name.to_owned(), ParamValue::Scalar(value.to_owned()));
    ParamValue::Object(vec![
        member("R", "100"),
        member("G", "200"),
        member("B", "150"),
    ])
}

fn place(style: Style, explode: bool, value: &ParamValue) -> String {
    let writing = Writing {
        style,
        explode,
        encoding: Encoding::Strict,
    };
    writing
        .place("color", value)
        .unwrap()
        .unwrap_or("(nothing)".to_owned())
}

fn pairs(style: Style, explode: bool, value: &ParamValue) -> String {
    let writing = Writing {
        style,
        explode,
        encoding: Encoding::Strict,
    };
    let mut text = String::new();
    writing.pairs(&mut text, "&", "color", value).unwrap();
    text
}

/// One row of the table: style, explode, and the cells for the empty string, string, array, object.
fn row(
    write: fn(Style, bool, &ParamValue) -> String,
    (style, explode): (Style, bool),
    cells: [&str; 4],
) {
    let values = [empty(), string(), array(), object()];
    for (value, expected) in values.iter().zip(cells) {
        assert_eq!(
            write(style, explode, value),
            expected,
            "{style:?}, explode {explode}, {value:?}"
        );
    }
}

#[test]
fn matrix() {
    row(
        place,
        (Style::Matrix, false),
        [
            ";color",
            ";color=blue",
            ";color=blue,black,brown",
            ";color=R,100,G,200,B,150",
        ],
    );
    row(
        place,
        (Style::Matrix, true),
        [
            ";color",
            ";color=blue",
            ";color=blue;color=black;color=brown",
            ";R=100;G=200;B=150",
        ],
    );
}

#[test]
fn label() {
    row(
        place,
        (Style::Label, false),
        [".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"],
    );
    row(
        place,
        (Style::Label, true),
        [".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"],
    );
}

#[test]
fn simple() {
    row(
        place,
        (Style::Simple, false),
        ["", "blue", "blue,black,brown", "R,100,G,200,B,150"],
    );
    row(
        place,
        (Style::Simple, true),
        ["", "blue", "blue,black,brown", "R=100,G=200,B=150"],
    );
}

#[test]
fn form() {
    row(
        pairs,
        (Style::Form, false),
        [
            "color=",
            "color=blue",
            "color=blue,black,brown",
            "color=R,100,G,200,B,150",
        ],
    );
    row(
        pairs,
        (Style::Form, true),
        [
            "color=",
            "color=blue",
            "color=blue&color=black&color=brown",
            "R=100&G=200&B=150",
        ],
    );
}

#[test]
fn delimited() {
    let cases = [
        (
            Style::SpaceDelimited,
            "color=blue%20black%20brown",
            "color=R%20100%20G%20200%20B%20150",
        ),
        (
            Style::PipeDelimited,
            "color=blue%7Cblack%7Cbrown",
            "color=R%7C100%7CG%7C200%7CB%7C150",
        ),
        (
            Style::TabDelimited,
            "color=blue%09black%09brown",
            "color=R%09100%09G%09200%09B%09150",
        ),
    ];
    for (style, list, members) in cases {
        assert_eq!(pairs(style, false, &array()), list);
        assert_eq!(pairs(style, false, &object()), members);
        // The table leaves these open; 3.0.3's text makes them the same as `form`.
        assert_eq!(pairs(style, false, &string()), "color=blue");
        assert_eq!(
            pairs(style, true, &array()),
            "color=blue&color=black&color=brown"
        );
        assert_eq!(pairs(style, true, &object()), "R=100&G=200&B=150");
    }
}

#[test]
fn deep_object() {
    let expected = "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150";
    assert_eq!(pairs(Style::DeepObject, true, &object()), expected);
    assert_eq!(pairs(Style::DeepObject, false, &object()), expected);
    // Open in the specification: the writing of the servers that brought the style about.
    assert_eq!(pairs(Style::DeepObject, true, &string()), "color=blue");
    assert_eq!(
        pairs(Style::DeepObject, true, &array()),
        "color%5B%5D=blue&color%5B%5D=black&color%5B%5D=brown"
    );
    let nested = ParamValue::Object(vec![("a".to_owned(), object()), ("b".to_owned(), array())]);
    assert_eq!(
        pairs(Style::DeepObject, true, &nested),
        "color%5Ba%5D%5BR%5D=100&color%5Ba%5D%5BG%5D=200&color%5Ba%5D%5BB%5D=150\
         &color%5Bb%5D%5B%5D=blue&color%5Bb%5D%5B%5D=black&color%5Bb%5D%5B%5D=brown"
    );
}

#[test]
fn delimiters_within_values_are_encoded() {
    let tricky = ParamValue::List(vec!["a,b".to_owned(), "c|d".to_owned(), "e f".to_owned()]);
    assert_eq!(place(Style::Simple, false, &tricky), "a%2Cb,c%7Cd,e%20f");
    assert_eq!(place(Style::Label, true, &tricky), ".a%2Cb.c%7Cd.e%20f");
    assert_eq!(
        place(Style::Matrix, true, &tricky),
        ";color=a%2Cb;color=c%7Cd;color=e%20f"
    );
    assert_eq!(
        pairs(Style::Form, false, &tricky),
        "color=a%2Cb,c%7Cd,e%20f"
    );
    assert_eq!(
        pairs(Style::Form, true, &tricky),
        "color=a%2Cb&color=c%7Cd&color=e%20f"
    );
}

#[test]
fn names_are_encoded_whatever_becomes_of_values() {
    let writing = Writing {
        style: Style::Form,
        explode: true,
        encoding: Encoding::Reserved,
    };
    let mut text = String::new();
    writing
        .pairs(
            &mut text,
            "&",
            "a[]/b",
            &ParamValue::Scalar("x/y".to_owned()),
        )
        .unwrap();
    assert_eq!(text, "a%5B%5D%2Fb=x/y");
}

#[test]
fn what_is_absent_or_holds_nothing_is_not_sent() {
    let nothing = [
        ParamValue::Absent,
        ParamValue::List(Vec::new()),
        ParamValue::Object(Vec::new()),
    ];
    for value in nothing {
        for style in [Style::Simple, Style::Label, Style::Matrix] {
            assert_eq!(
                place(style, true, &value),
                "(nothing)",
                "{style:?} {value:?}"
            );
        }
        for style in [
            Style::Form,
            Style::SpaceDelimited,
            Style::PipeDelimited,
            Style::DeepObject,
        ] {
            assert_eq!(pairs(style, false, &value), "", "{style:?} {value:?}");
        }
    }
    let holes = ParamValue::Object(vec![
        ("R".to_owned(), ParamValue::Absent),
        ("G".to_owned(), ParamValue::Scalar("200".to_owned())),
    ]);
    assert_eq!(place(Style::Simple, false, &holes), "G,200");
    assert_eq!(pairs(Style::Form, true, &holes), "G=200");
}

#[test]
fn nesting_that_no_style_can_say_is_an_error() {
    let nested = ParamValue::Object(vec![("inner".to_owned(), object())]);
    let writing = |style| Writing {
        style,
        explode: true,
        encoding: Encoding::Strict,
    };
    let nowhere = Err(Nested("inner".to_owned()));
    assert_eq!(
        writing(Style::Form).pairs(&mut String::new(), "&", "color", &nested),
        nowhere
    );
    assert!(writing(Style::Matrix).place("color", &nested).is_err());
}
