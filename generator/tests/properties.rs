//! What holds for every document: the same files twice, files that are Rust, and never a panic.

mod fixture;

use std::collections::HashSet;

use portal_generator::Output;
use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::Document;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use quote::ToTokens as _;
use serde_json::{Map, Value};
use syn::{ImplItem, Item};

#[test]
fn the_same_document_gives_the_same_files() {
    for file in fixture::all() {
        let [first, second] = [(); 2].map(|()| told(&fixture::generate(fixture::document(&file))));
        assert_eq!(first, second, "{file}");
    }
}

#[test]
fn every_file_is_rust_and_says_that_it_is_generated() {
    for file in fixture::all() {
        let output =
            fixture::generate(fixture::document(&file)).expect("every fixture can be used");
        if let Err(problem) = check_files(&output) {
            panic!("{file}: {problem}");
        }
    }
}

proptest! {
    // The same cases every time, so that nobody's change fails for another's mistake. With 20 000 of them and
    // other seeds, it goes looking.
    #![proptest_config(ProptestConfig {
        cases: 64,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever a vendor does to a document: something is made of it that is Rust, or something is said.
    #[test]
    fn a_document_with_mistakes_is_no_reason_to_panic(
        fixture in prop::sample::select(fixture::all()),
        mistakes in prop::collection::vec(mistake(), 1..6),
    ) {
        let mut value = fixture::document(&fixture).value;
        for mistake in &mistakes {
            mistake.make(&mut value);
        }
        let text = serde_json::to_string(&value).expect("a value is JSON");
        let document = || Document::from_value(fixture.as_str(), value.clone());
        let made = fixture::generate(document());
        match &made {
            Ok(output) => check_files(output).map_err(|problem| TestCaseError::fail(format!("{problem}\n{text}")))?,
            Err(problems) => prop_assert!(!problems.is_empty(), "refused without a word: {text}"),
        }
        prop_assert_eq!(told(&made), told(&fixture::generate(document())), "{}", text);
    }
}

/// Everything that came of a document, as text.
fn told(made: &Result<Output, Vec<Diagnostic>>) -> String {
    match made {
        Ok(output) => format!(
            "{:?}",
            (&output.files, &output.diagnostics, &output.summary)
        ),
        Err(problems) => format!("{problems:?}"),
    }
}

fn check_files(output: &Output) -> Result<(), String> {
    let mut paths: Vec<&str> = output.files.iter().map(|file| &*file.path).collect();
    paths.sort_unstable();
    if let Some(twice) = paths
        .windows(2)
        .find(|pair| pair[0].eq_ignore_ascii_case(pair[1]))
    {
        return Err(format!("`{}` is written twice", twice[0]));
    }
    for file in &output.files {
        let path = &file.path;
        let first = file.text.lines().next().unwrap_or_default();
        if !first.contains("@generated") {
            return Err(format!("`{path}` begins with `{first}`"));
        }
        if path.ends_with(".rs") {
            let code = syn::parse_file(&file.text)
                .map_err(|error| format!("`{path}` is no Rust: {error}\n{}", file.text))?;
            if let Some(name) = repeated(&code) {
                return Err(format!("`{path}` declares {name} twice\n{}", file.text));
            }
        }
    }
    Ok(())
}

/// The first name that a file declares twice in one place, which the compiler would refuse.
fn repeated(code: &syn::File) -> Option<String> {
    let items = code.items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()),
        Item::Mod(item) => Some(format!("mod {}", item.ident)),
        _ => None,
    });
    let inner = code.items.iter().flat_map(|item| match item {
        Item::Struct(item) => {
            let fields = item.fields.iter().filter_map(|field| field.ident.as_ref());
            fields
                .map(|field| format!("{}.{field}", item.ident))
                .collect()
        }
        Item::Enum(item) => item
            .variants
            .iter()
            .map(|variant| format!("{}::{}", item.ident, variant.ident))
            .collect(),
        Item::Impl(item) if item.trait_.is_none() => {
            let methods = item.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            });
            let ty = item.self_ty.to_token_stream();
            methods.map(|method| format!("{ty}::{method}()")).collect()
        }
        _ => Vec::new(),
    });
    let mut seen = HashSet::new();
    items.chain(inner).find(|name| !seen.insert(name.clone()))
}

/// A mistake at some place of a document.
#[derive(Clone, Debug)]
struct Mistake {
    /// Which of the places, as a part of all of them.
    place: prop::sample::Index,
    /// Which other place takes part.
    other: prop::sample::Index,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The node is not there.
    Delete,
    /// The node has another type.
    Retype(Value),
    /// Two nodes stand in each other's place.
    Swap,
    /// The node stands at another place as well.
    Duplicate,
    /// The node's key is another.
    Rename(String),
}

fn mistake() -> impl Strategy<Value = Mistake> {
    let kind = prop_oneof![
        Just(Kind::Delete),
        prop::sample::select(values()).prop_map(Kind::Retype),
        Just(Kind::Swap),
        Just(Kind::Duplicate),
        prop::sample::select(KEYS).prop_map(|key| Kind::Rename(key.to_owned())),
    ];
    (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        kind,
    )
        .prop_map(|(place, other, kind)| Mistake { place, other, kind })
}

/// Keys that mean something elsewhere, and keys that mean nothing anywhere.
const KEYS: &[&str] = &[
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "discriminator",
    "enum",
    "type",
    "format",
    "nullable",
    "required",
    "default",
    "parameters",
    "requestBody",
    "responses",
    "content",
    "schema",
    "headers",
    "get",
    "default",
    "200",
    "4XX",
    "x-extension",
    "",
    "/a/{b}",
    "r#type",
    "Self",
    "привет",
    "a b",
    "\u{202e}",
];

/// Values of every type, and references that lead astray.
fn values() -> Vec<Value> {
    let texts = [
        "",
        "string",
        "object",
        "#/components/schemas/Nowhere",
        "#",
        "#/paths",
        "*/*",
        "{a}",
        "\u{0}\"\\\n",
    ];
    let mut values: Vec<Value> = texts.iter().map(|text| Value::from(*text)).collect();
    values.extend([
        Value::Null,
        Value::from(true),
        Value::from(-1),
        Value::from(1e300),
        Value::from(u64::MAX),
    ]);
    values.extend([
        serde_json::json!([]),
        serde_json::json!({}),
        serde_json::json!([null, {}, 1]),
        serde_json::json!({"": 1}),
    ]);
    values
}

impl Mistake {
    fn make(&self, document: &mut Value) {
        let places = places(document);
        if places.is_empty() {
            return;
        }
        let (here, there) = (self.place.get(&places), self.other.get(&places));
        match &self.kind {
            Kind::Delete => _ = take(document, here),
            Kind::Retype(value) => put(document, here, value.clone()),
            Kind::Swap => {
                let (one, other) = (at(document, here), at(document, there));
                put(document, here, other);
                put(document, there, one);
            }
            Kind::Duplicate => {
                let copy = at(document, here);
                put(document, there, copy);
            }
            Kind::Rename(key) => rename(document, here, key),
        }
    }
}

/// The pointers of everything in a document but the document itself.
fn places(document: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, found: &mut Vec<String>) {
        let mut inside = |key: &str, value: &Value| {
            let pointer = format!("{pointer}/{}", escaped(key));
            walk(value, &pointer, found);
            found.push(pointer);
        };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| inside(key, value)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(at, value)| inside(&at.to_string(), value)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn at(document: &Value, pointer: &str) -> Value {
    document.pointer(pointer).cloned().unwrap_or_default()
}

/// Puts a value in another's place. Copies of copies grow, so there is an end to it.
fn put(document: &mut Value, pointer: &str, value: Value) {
    if places(document).len() < 2_000
        && let Some(place) = document.pointer_mut(pointer)
    {
        *place = value;
    }
}

fn take(document: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Value::Object(map) => map.shift_remove(&key.replace("~1", "/").replace("~0", "~")),
        Value::Array(items) => key
            .parse::<usize>()
            .ok()
            .filter(|at| *at < items.len())
            .map(|at| items.remove(at)),
        _ => None,
    }
}

/// Gives a node another key and leaves it where it stands among its siblings.
fn rename(document: &mut Value, pointer: &str, to: &str) {
    let Some((parent, from)) = pointer.rsplit_once('/') else {
        return;
    };
    let from = from.replace("~1", "/").replace("~0", "~");
    if let Some(Value::Object(map)) = document.pointer_mut(parent) {
        let renamed = std::mem::take(map).into_iter();
        *map = renamed
            .map(|(key, value)| (if key == from { to.to_owned() } else { key }, value))
            .collect::<Map<_, _>>();
    }
}
