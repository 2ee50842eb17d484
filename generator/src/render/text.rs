//! What all rendered files share: type names, documentation lines, string literals, imports.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::docs;
use crate::ir::{Api, Content, Framing, Items, Payload, Presence, Type};
use crate::words::is_spelled_out;

/// The wire types of the runtime that generated modules import where they use them.
pub(super) const WIRE_TYPES: &[&str] = &[
    "Base64", "Date", "DateTime", "Decimal", "Duration", "Encode", "Json", "Nullable", "Secret",
    "Time", "Uuid",
];

/// Writes types as Rust does, with named ones below `prefix` (such as `types::`).
pub(crate) struct TypeText<'a> {
    pub(crate) api: &'a Api,
    pub(crate) prefix: &'static str,
}

impl TypeText<'_> {
    /// A type where a value is owned.
    pub(crate) fn owned(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::F32 => "f32".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Decimal => "Decimal".to_owned(),
            Type::String => "String".to_owned(),
            Type::Secret => "Secret".to_owned(),
            Type::Date => "Date".to_owned(),
            Type::DateTime => "DateTime".to_owned(),
            Type::Time => "Time".to_owned(),
            Type::Duration => "Duration".to_owned(),
            Type::Uuid => "Uuid".to_owned(),
            Type::Base64 => "Base64".to_owned(),
            Type::Json => "Json".to_owned(),
            Type::List(item) => format!("Vec<{}>", self.owned(item)),
            Type::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.owned(item)).collect();
                match items.as_slice() {
                    [item] => format!("({item},)"),
                    items => format!("({})", items.join(", ")),
                }
            }
            Type::Map(value) => format!("BTreeMap<String, {}>", self.owned(value)),
            Type::Option(inner) => format!("Option<{}>", self.owned(inner)),
            Type::Boxed(inner) => format!("Box<{}>", self.owned(inner)),
            Type::Named(index) => match self.api.types.get(*index) {
                Some(definition) => format!("{}{}", self.prefix, definition.name),
                None => "Json".to_owned(),
            },
        }
    }

    /// The type of a field.
    pub(crate) fn field(&self, ty: &Type, presence: Presence) -> String {
        let owned = self.owned(ty);
        match presence {
            Presence::Required => owned,
            Presence::Nullable | Presence::Optional => format!("Option<{owned}>"),
            Presence::Patch => format!("Nullable<{owned}>"),
        }
    }

    /// The type of an argument that is only read.
    pub(crate) fn argument(&self, ty: &Type) -> String {
        match self.api.plain(ty) {
            Type::String => "&str".to_owned(),
            Type::List(item) => match self.api.plain(item) {
                Type::String => "&[impl AsRef<str> + Encode]".to_owned(),
                _ => format!("&[{}]", self.owned(item)),
            },
            _ if self.is_copy(ty) => self.owned(ty),
            _ => format!("&{}", self.owned(ty)),
        }
    }

    /// The type of a JSON body that is only read.
    pub(crate) fn body(&self, ty: &Type) -> String {
        match self.api.plain(ty) {
            Type::String => "&str".to_owned(),
            Type::List(item) => format!("&[{}]", self.owned(item)),
            _ => format!("&{}", self.owned(ty)),
        }
    }

    /// The type of a body that is sent.
    pub(crate) fn payload(&self, payload: &Payload) -> String {
        match payload {
            Payload::Json { ty, .. } | Payload::Form { ty, .. } => self.body(ty),
            Payload::Multipart { type_name, .. } => type_name.clone(),
            Payload::Text { .. } => "impl Into<String>".to_owned(),
            Payload::Bytes { .. } => "impl Into<Body>".to_owned(),
        }
    }

    /// The type of what an operation gives.
    pub(crate) fn success(&self, content: &Content) -> String {
        match content {
            Content::Empty => "()".to_owned(),
            Content::Json(ty) => self.owned(ty),
            Content::OptionalJson(ty) => format!("Option<{}>", self.owned(ty)),
            Content::Text => "String".to_owned(),
            Content::Stream => "ByteStream".to_owned(),
            Content::Items(items) => format!("ItemStream<{}>", self.item(items)),
            Content::Bytes => "Bytes".to_owned(),
            Content::Several(name) => name.clone(),
        }
    }

    /// The type of what a response among several carries; empty where it carries nothing.
    pub(crate) fn response(&self, content: &Content, streams: bool) -> String {
        match content {
            Content::Empty => String::new(),
            Content::Stream | Content::Items(_) if !streams => "Bytes".to_owned(),
            Content::Several(_) => "Bytes".to_owned(),
            other => self.success(other),
        }
    }

    /// The type of an item of a sequential media type.
    pub(crate) fn item(&self, items: &Items) -> String {
        let item = self.owned(&items.item);
        match items.in_event {
            true if items.item == Type::String => "ServerSentEvent".to_owned(),
            true => format!("ServerSentEvent<{item}>"),
            false => item,
        }
    }

    /// Whether values are passed by themselves rather than by reference.
    pub(crate) fn is_copy(&self, ty: &Type) -> bool {
        matches!(
            self.api.plain(ty),
            Type::Bool
                | Type::I32
                | Type::I64
                | Type::U32
                | Type::U64
                | Type::F32
                | Type::F64
                | Type::Decimal
                | Type::Date
                | Type::Time
                | Type::Uuid
        )
    }
}

/// The function of the runtime that reads items.
pub(super) fn framing(framing: Framing) -> &'static str {
    match framing {
        Framing::JsonLines => "json_lines",
        Framing::JsonSequence => "json_sequence",
        Framing::Events => "events",
        Framing::TextEvents => "text_events",
    }
}

/// Appends documentation lines, `///` before each.
pub(super) fn doc(out: &mut String, indent: &str, markdown: &str) {
    for line in markdown.lines() {
        match line.is_empty() {
            true => _ = writeln!(out, "{indent}///"),
            false => _ = writeln!(out, "{indent}/// {line}"),
        }
    }
}

/// The vendor's words on an item, or `otherwise`.
pub(super) fn vendor_doc(out: &mut String, indent: &str, description: &str, otherwise: &str) {
    let text = docs::rustdoc(description);
    doc(
        out,
        indent,
        if text.trim().is_empty() {
            otherwise
        } else {
            &text
        },
    );
}

/// A Rust string literal.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    escape(text, &mut literal);
    literal.push('"');
    literal
}

/// What stands between the quotes of a Rust string literal: one line, whatever the text.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape(text, &mut escaped);
    escaped
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(plain) = rest.find(|c| matches!(c, '"' | '\\') || is_spelled_out(c)) {
        let (before, after) = rest.split_at(plain);
        out.push_str(before);
        let mut characters = after.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(other) => _ = write!(out, "\\u{{{:x}}}", other as u32),
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Text for a code span in documentation.
pub(super) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if is_spelled_out(c) { ' ' } else { c })
        .collect();
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

/// A list of string literals.
pub(super) fn literals<S: AsRef<str>>(texts: &[S]) -> String {
    let all: Vec<String> = texts.iter().map(|text| literal(text.as_ref())).collect();
    format!("[{}]", all.join(", "))
}

/// A `use` of names below a path; nothing without names.
pub(super) fn import(path: &str, names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    match names[..] {
        [] => String::new(),
        [name] => format!("use {path}::{name};\n"),
        _ => format!("use {path}::{{{}}};\n", names.join(", ")),
    }
}

/// Adds the runtime's wire types that a type is made of.
pub(super) fn wire_names(ty: &Type, found: &mut BTreeSet<&'static str>) {
    let name = match ty {
        Type::Decimal => "Decimal",
        Type::Secret => "Secret",
        Type::Date => "Date",
        Type::DateTime => "DateTime",
        Type::Time => "Time",
        Type::Duration => "Duration",
        Type::Uuid => "Uuid",
        Type::Base64 => "Base64",
        Type::Json => "Json",
        Type::List(inner) | Type::Option(inner) | Type::Boxed(inner) => {
            return wire_names(inner, found);
        }
        Type::Tuple(items) => return items.iter().for_each(|item| wire_names(item, found)),
        Type::Map(inner) => {
            wire_names(inner, found);
            "BTreeMap"
        }
        Type::Bool | Type::I32 | Type::I64 | Type::U32 | Type::U64 | Type::F32 | Type::F64 => {
            return;
        }
        Type::String | Type::Named(_) => return,
    };
    found.insert(name);
}
