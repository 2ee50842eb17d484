//! Input that means harm: it costs little and breaks nothing.

use super::read;
use crate::wire::{Decoder, Json, from_slice};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A recursive model whose values are large on the stack.
#[derive(Debug, Default)]
struct Big {
    texts: Texts,
    more: Option<Texts>,
    inline: Option<Pair>,
    next: Option<Box<Big>>,
    list: Option<Vec<Big>>,
    map: Option<BTreeMap<String, Big>>,
    either: Option<Box<Either>>,
}
crate::model! { Big {
    texts: required "texts", more: optional "more", inline: optional "inline",
    next: optional "next", list: optional "list", map: optional "map", either: optional "either",
} }

#[derive(Debug, Default)]
struct Texts {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
    d: Option<String>,
    e: Option<String>,
    f: Option<String>,
    g: Option<String>,
    h: Option<String>,
    i: Option<String>,
    j: Option<String>,
    k: Option<String>,
    l: Option<String>,
    m: Option<String>,
    n: Option<String>,
    o: Option<String>,
    p: Option<String>,
}
crate::model! { Texts {
    a: optional "a", b: optional "b", c: optional "c", d: optional "d",
    e: optional "e", f: optional "f", g: optional "g", h: optional "h",
    i: optional "i", j: optional "j", k: optional "k", l: optional "l",
    m: optional "m", n: optional "n", o: optional "o", p: optional "p",
} }

#[derive(Debug, Default)]
struct Pair {
    one: Texts,
    two: Texts,
}
crate::model! { Pair { one: required "one", two: required "two" } }

#[derive(Debug)]
#[allow(clippy::large_enum_variant)]
enum Either {
    Big(Big),
    List(Vec<Either>),
    Pair(Pair),
}
crate::union! { Either { Big: Big, List: Vec<Either>, Pair: Pair } }

/// Recursive without boxes, and so large that few levels fill a stack.
#[derive(Debug, Default)]
struct Wall {
    a: Option<Pair>,
    b: Option<Pair>,
    c: Option<Pair>,
    d: Option<Pair>,
    e: Option<Pair>,
    f: Option<Pair>,
    g: Option<Pair>,
    h: Option<Pair>,
}
crate::model! { Wall {
    a: optional "a", b: optional "b", c: optional "c", d: optional "d",
    e: optional "e", f: optional "f", g: optional "g", h: optional "h",
} }

#[derive(Debug)]
#[allow(clippy::large_enum_variant)]
enum Huge {
    Wall(Wall),
    Walls(Vec<Wall>),
    List(Vec<Huge>),
}
crate::union! { Huge { Wall: Wall, Walls: Vec<Wall>, List: Vec<Huge> } }

#[derive(Debug)]
struct Tower {
    wall: Wall,
    next: Option<Box<Tower>>,
    list: Option<Vec<Tower>>,
    map: Option<BTreeMap<String, Tower>>,
}
crate::model! { Tower {
    wall: required "wall", next: optional "next", list: optional "list", map: optional "map",
} }

/// The smallest stack that programs give to a thread unasked: tokio's workers have it too.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn deep_nesting_is_refused_before_the_stack_ends() {
    on_a_small_stack(|| {
        for depth in [100, 127, 128, 129, 1000, 1_000_000] {
            let fits = depth <= 128;
            assert_eq!(
                read::<Json>(&nested("[", "]", depth)).is_ok(),
                fits,
                "{depth}"
            );
            assert_eq!(
                Decoder::over(&nested("[", "]", depth)).skip().is_ok(),
                fits,
                "{depth}"
            );
            let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            assert_eq!(read::<Json>(&objects).is_ok(), fits, "{depth}");
            let _ = read::<Json>(&"[".repeat(depth));
            let _ = read::<Json>(&"{\"a\":".repeat(depth));
            let _ = Decoder::over(&"[{\"a\":".repeat(depth)).skip();
        }
    });
}

#[test]
fn deeply_nested_models_are_refused_before_the_stack_ends() {
    on_a_small_stack(|| {
        let ways = [
            ("{\"texts\":{},\"next\":", "}"),
            ("{\"texts\":{},\"list\":[", "]}"),
            ("{\"texts\":{},\"map\":{\"x\":", "}}"),
            ("{\"texts\":{},\"either\":", "}"),
            ("{\"texts\":{},\"either\":[[", "]]}"),
        ];
        for (open, close) in ways {
            let document = |depth: usize| {
                let inner = "{\"texts\":{}}";
                format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
            };
            assert!(
                read::<Big>(&document(8)).is_ok(),
                "{open}: {:?}",
                read::<Big>(&document(8))
            );
            let error = read::<Big>(&document(500)).unwrap_err();
            assert!(error.contains("levels of nesting"), "{open}: {error}");
            let _ = read::<Big>(&open.repeat(500));
        }
    });
}

#[test]
fn large_values_in_lists_in_lists_do_not_fill_the_stack() {
    on_a_small_stack(|| {
        assert!(read::<Huge>("[[[{\"a\":null}]]]").is_ok());
        for depth in [8, 12, 16] {
            let _ = read::<Huge>(&nested("[", "]", depth));
        }
        for depth in [20, 50, 100, 500] {
            let error = read::<Huge>(&nested("[", "]", depth)).unwrap_err();
            assert!(error.contains("levels of nesting"), "{error}");
        }
    });
}

#[test]
fn large_models_that_nest_do_not_fill_the_stack() {
    on_a_small_stack(|| {
        for (open, close) in [
            ("\"next\":", ""),
            ("\"list\":[", "]"),
            ("\"map\":{\"x\":", "}"),
        ] {
            for depth in [3, 12, 20, 50, 100, 500] {
                let before = format!("{{\"wall\":{{}},{open}").repeat(depth);
                let after = format!("{close}}}").repeat(depth);
                let read = read::<Tower>(&format!("{before}{{\"wall\":{{}}}}{after}"));
                assert!(depth > 3 || read.is_ok(), "{open} {depth}: {read:?}");
                assert!(depth < 50 || read.is_err(), "{open} {depth}: {read:?}");
            }
        }
    });
}

#[test]
fn numbers_of_any_length_are_read_in_little_time() {
    let long = "9".repeat(1_000_000);
    let start = Instant::now();
    assert!(read::<i64>(&long).is_err());
    assert!(read::<f64>(&long).is_err());
    assert!(read::<crate::wire::Decimal>(&long).is_err());
    assert!(read::<i64>(&format!("{long}e-1")).is_err());
    assert!(read::<Json>(&long).is_ok());
    assert!(read::<f64>(&format!("0.{long}")).is_ok());
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// Every level can be three things, and what decides stands at the very end.
#[derive(Debug)]
#[allow(dead_code)]
enum Maze {
    A(Box<A>),
    B(Box<B>),
    C(Box<C>),
}
crate::union! { Maze { A: Box<A>, B: Box<B>, C: Box<C> } }

macro_rules! turn {
    ($($name:ident)*) => { $(
        #[derive(Debug)]
        #[allow(dead_code)]
        struct $name { next: Option<Maze>, end: Option<i64> }
        crate::model! { $name { next: optional "next", end: optional "end" } }
    )* };
}
turn!(A B C);

#[test]
fn guessing_ends() {
    let depth = 60;
    let document = format!(
        "{}{{\"end\":\"x\"}}{}",
        "{\"next\":".repeat(depth),
        "}".repeat(depth)
    );
    let start = Instant::now();
    let error = read::<Maze>(&document).unwrap_err();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert!(
        error.contains("a document that takes less guessing"),
        "{error}"
    );
}

#[test]
fn guessing_a_moderate_depth_succeeds() {
    let depth = 60;
    let document = format!(
        "{}{{\"end\":1}}{}",
        "{\"next\":".repeat(depth),
        "}".repeat(depth)
    );
    assert!(read::<Maze>(&document).is_ok());
}

#[test]
fn truncated_documents_are_refused_everywhere() {
    let document = r#"{"texts":{"a":"\u00e4x","b":null},"list":[{"texts":{}}],"x":[1.5e3,true]}"#;
    assert!(read::<Big>(document).is_ok());
    for end in 0..document.len() {
        assert!(read::<Big>(&document[..end]).is_err(), "{end}");
        assert!(read::<Json>(&document[..end]).is_err(), "{end}");
    }
}

#[test]
fn any_byte_anywhere_does_no_harm() {
    let document =
        br#"{"texts":{"a":"\u00e4\ud83d\ude00","b":null},"list":[{"texts":{}}],"x":[-1.5e3]}"#;
    for place in 0..document.len() {
        for byte in 0..=255 {
            let mut changed = document.to_vec();
            changed[place] = byte;
            let json = from_slice::<Json>(&changed);
            let model = from_slice::<Big>(&changed);
            assert!(json.is_ok() || model.is_err(), "{place} {byte}");
        }
    }
}
