//! What holds for everything that is made of a document.

use std::collections::HashSet;

use portal_generator::Output;
use portal_generator::diagnostics::Diagnostic;
use quote::ToTokens as _;
use syn::{ImplItem, Item};

/// Everything that came of a document, as text.
pub(crate) fn told(made: &Result<Output, Vec<Diagnostic>>) -> String {
    match made {
        Ok(output) => format!(
            "{:?}",
            (&output.files, &output.diagnostics, &output.summary)
        ),
        Err(problems) => format!("{problems:?}"),
    }
}

/// Says what is wrong with what came of a document: output that is no Rust, or a refusal that helps nobody.
pub(crate) fn check(made: &Result<Output, Vec<Diagnostic>>) -> Result<(), String> {
    let diagnostics = match made {
        Ok(output) => {
            check_files(output)?;
            check_summary(output)?;
            &output.diagnostics
        }
        Err(problems) if problems.is_empty() => return Err("refused without a word".to_owned()),
        Err(problems) => problems,
    };
    for diagnostic in diagnostics {
        let place = &diagnostic.place;
        if place.file.is_empty() || place.line.is_none() || diagnostic.message.is_empty() {
            return Err(format!("no place or no words: {diagnostic:?}"));
        }
    }
    Ok(())
}

/// What is left out is told, and counted.
fn check_summary(output: &Output) -> Result<(), String> {
    let summary = &output.summary;
    if summary.operations != summary.generated + summary.omitted.len() {
        return Err(format!("operations are lost: {summary:?}"));
    }
    let told = |pointer: &str| {
        let mut diagnostics = output.diagnostics.iter();
        diagnostics.any(|diagnostic| diagnostic.is_error() && diagnostic.place.pointer == pointer)
    };
    match summary.omitted.iter().find(|left| !told(&left.pointer)) {
        Some(silent) => Err(format!("left out in silence: {silent:?}")),
        None => Ok(()),
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
    let mut all = code.items.clone();
    all.extend(code.items.iter().filter_map(enumeration));
    let items = all.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()),
        Item::Mod(item) => Some(format!("mod {}", item.ident)),
        _ => None,
    });
    let inner = all.iter().flat_map(|item| match item {
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

/// The enum that a macro of the runtime makes of its lines.
fn enumeration(item: &Item) -> Option<Item> {
    let Item::Macro(item) = item else { return None };
    let makes_enum = |name: &str| item.mac.path.is_ident(name);
    if !makes_enum("string_enum") && !makes_enum("integer_enum") {
        return None;
    }
    // `else Unknown` behind the braces is no part of an enum.
    let made = |input: syn::parse::ParseStream<'_>| {
        let mut made: syn::ItemEnum = input.parse()?;
        input.parse::<syn::Token![else]>()?;
        let unknown: syn::Variant = input.parse()?;
        made.variants.push(unknown);
        Ok(made)
    };
    match item.mac.parse_body_with(made) {
        Ok(made) => Some(Item::Enum(made)),
        Err(error) => panic!("an enumeration is none: {error}"),
    }
}
