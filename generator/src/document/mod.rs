//! The bytes that somebody supplied, as a tree of values that remembers its text.
#![allow(
    clippy::result_large_err,
    reason = "a document is refused once, so the size of a diagnostic costs nothing here"
)]

mod decode;
mod index;
mod json;
mod moved;
pub mod pointer;
mod tree;
mod yaml;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::diagnostics::{Diagnostic, Place};
use index::{Index, Overridden};
pub(crate) use moved::{Origin, Patched, origin};

/// The nesting a document may have; real ones stay far below it.
///
/// Every later stage recurses over the tree, so this is what keeps all of them off the end of the stack.
pub const MAX_DEPTH: usize = 256;

/// What the deepest document allowed needs several times over; only what is used of it is ever touched.
const DEEP_STACK: usize = 64 * 1024 * 1024;

/// A file as it was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name shown to people, which relative references are resolved against.
    pub name: String,
    /// The content, untouched.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Returns a source with the given name and content.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
        }
    }
}

/// Handing a source over saves a copy of its text.
impl From<Source> for Cow<'_, Source> {
    fn from(source: Source) -> Self {
        Self::Owned(source)
    }
}

impl<'s> From<&'s Source> for Cow<'s, Source> {
    fn from(source: &'s Source) -> Self {
        Self::Borrowed(source)
    }
}

/// The notation a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON (RFC 8259).
    Json,
    /// YAML 1.2, with merge keys.
    Yaml,
}

/// A document as a tree, and the text it came from.
#[derive(Clone)]
pub struct Document {
    /// The name shown to people, which relative references are resolved against.
    pub name: String,
    /// The text, without byte order mark.
    pub text: Arc<String>,
    /// The notation of the text.
    pub format: Format,
    /// The tree.
    pub value: Value,
    /// What was mended while reading.
    pub diagnostics: Vec<Diagnostic>,
    /// The values that are not in the tree, since their keys stand in the same mapping once more.
    overridden: Vec<Overridden>,
    index: Arc<OnceLock<Index>>,
    /// Where what is not as in the text comes from.
    patched: Option<Arc<Patched>>,
}

/// Reads a document from its bytes.
///
/// # Errors
/// Returns one located diagnostic when the bytes are no JSON or YAML mapping: empty, binary, wrongly encoded, truncated,
/// nested too deeply, or blown up by aliases.
pub fn parse<'s>(source: impl Into<Cow<'s, Source>>) -> Result<Document, Diagnostic> {
    let document = parse_fragment(source)?;
    if document.value.is_object() {
        return Ok(document);
    }
    Err(Diagnostic::error(
        "not-a-mapping",
        Place::file(document.name).at(1, 1),
        format!(
            "the file holds {}, not an OpenAPI document",
            kind(&document.value)
        ),
        "supply the OpenAPI document itself",
    ))
}

/// Reads a file that a document refers to, which may hold any value.
///
/// # Errors
/// Returns one located diagnostic when the bytes are no JSON or YAML.
pub fn parse_fragment<'s>(source: impl Into<Cow<'s, Source>>) -> Result<Document, Diagnostic> {
    let source = source.into();
    let name = source.name.clone();
    let text = decode::text(source)?;
    if text.trim_start().starts_with(['{', '[']) {
        return json_or_flow_yaml(&name, text);
    }
    let read = yaml::parse(&name, text)?;
    Ok(Document::of_yaml(&name, read))
}

/// Reads text that opens with a brace: JSON, or YAML written in braces.
fn json_or_flow_yaml(name: &str, text: String) -> Result<Document, Diagnostic> {
    match json::parse(name, &text) {
        Ok((value, repeats)) => {
            let document = Document::new(name, text, Format::Json, value, Vec::new());
            Ok(document.with_overridden(repeats))
        }
        Err(failure) if failure.rule == json::TOO_DEEP => Err(failure),
        Err(failure) => match yaml::parse(name, text) {
            Ok(mut read) => {
                if has_extension(name, "json") {
                    read.diagnostics.push(Diagnostic::warning(
                        "json-read-as-yaml",
                        failure.place.clone(),
                        format!("{}, but the file reads as YAML", failure.message),
                        "correct the JSON",
                    ));
                }
                Ok(Document::of_yaml(name, read))
            }
            Err(_) => Err(failure),
        },
    }
}

thread_local! {
    /// Whether this thread's stack is such that [`with_deep_stack`] has nothing to add.
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs something that recurses over a document on a stack that the deepest one allowed fits on.
///
/// The threads of tests and of other programs have a fraction of what the main thread has, and unoptimized frames are large.
/// Within such a thread there is no second one: what one thread frees, allocators are slow to give to another.
///
/// # Errors
/// Returns why there is no thread to be had.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    if IS_DEEP.get() {
        return Ok(work());
    }
    let work = || {
        IS_DEEP.set(true);
        work()
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(DEEP_STACK)
            .spawn_scoped(scope, work)?;
        match thread.join() {
            Ok(result) => Ok(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

impl Document {
    fn new(
        name: &str,
        text: String,
        format: Format,
        value: Value,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            text: Arc::new(text),
            format,
            value,
            diagnostics,
            overridden: Vec::new(),
            index: Arc::default(),
            patched: None,
        }
    }

    fn of_yaml(name: &str, read: yaml::Read) -> Self {
        let document = Self::new(name, read.text, Format::Yaml, read.value, read.diagnostics);
        document.with_overridden(read.repeats)
    }

    /// Finds the keys that occur twice in their mapping, if there are any, and warns of each.
    fn with_overridden(mut self, any: bool) -> Self {
        if !any {
            return self;
        }
        self.overridden = self.index().overridden(&self.text, &self.value);
        for twice in &self.overridden {
            let (line, column) = twice.used;
            self.diagnostics.push(Diagnostic::warning(
                "duplicate-key",
                Place::pointer(&self.name, &twice.pointer).at(line, column),
                format!(
                    "this key stands in the same mapping in line {} too; the last one counts",
                    twice.place.0
                ),
                "remove one of them, or bring both together under one key",
            ));
        }
        self
    }

    /// Returns the places of what is lost of a section of the root with values whose keys occur twice:
    /// the members of such a name of the mappings that the section holds, as the methods of paths.
    pub(crate) fn overridden_members(&self, section: &str, names: &[&str]) -> Vec<Place> {
        let mut lost = Vec::new();
        for twice in &self.overridden {
            let mut segments = pointer::segments(&twice.pointer);
            if segments.next().as_deref() != Some(section) {
                continue;
            }
            let depth = 1 + segments.count();
            let members = match depth {
                1 | 2 => self.index().below(&self.text, twice.node(), 3 - depth),
                3 => vec![(twice.node(), twice.place)],
                _ => continue,
            };
            for (member, (line, column)) in members {
                let Some(name) = self.index().key_among(member, names) else {
                    continue;
                };
                let mut path = twice.pointer.clone();
                if depth < 3 {
                    pointer::push(&mut path, name);
                }
                lost.push(Place::pointer(&self.name, path).at(line, column));
            }
        }
        lost
    }

    /// Returns a document made of a value alone, for stages that build their own.
    pub fn from_value(name: impl Into<String>, value: Value) -> Self {
        Self::new(&name.into(), String::new(), Format::Json, value, Vec::new())
    }

    /// Returns the same text without its tree, to find places in; the text itself is shared.
    pub(crate) fn without_tree(&self) -> Self {
        Self {
            name: self.name.clone(),
            text: Arc::clone(&self.text),
            format: self.format,
            value: Value::Null,
            diagnostics: Vec::new(),
            overridden: Vec::new(),
            index: Arc::clone(&self.index),
            patched: self.patched.clone(),
        }
    }

    /// Returns the document with another tree, and what is known of where that comes from.
    pub(crate) fn with_patched(mut self, value: Value, patched: Patched) -> Self {
        self.value = value;
        self.patched = Some(Arc::new(patched));
        self
    }

    /// What was changed in the document after it was read.
    pub(crate) fn patched(&self) -> Patched {
        self.patched.as_deref().cloned().unwrap_or_default()
    }

    /// Returns the file that a value of the tree comes from, and its pointer there.
    fn origin(&self, pointer: &str) -> (&Self, String) {
        let Some(patched) = &self.patched else {
            return (self, pointer.to_owned());
        };
        let (file, pointer) = origin(&patched.moved, pointer);
        let brought = file.checked_sub(1).and_then(|file| patched.files.get(file));
        (brought.unwrap_or(self), pointer)
    }

    /// Returns line and column (both from 1) of what a JSON pointer into the text names: its key, or the item itself in
    /// a list.
    ///
    /// The first call reads the text a second time; later ones look up what that found.
    pub fn locate(&self, pointer: &str) -> Option<(u32, u32)> {
        self.index().locate(&self.text, pointer)
    }

    /// Returns the characters of an unquoted scalar as they were written: `1.10` stays `1.10`.
    pub fn scalar_text(&self, pointer: &str) -> Option<&str> {
        let (file, pointer) = self.origin(pointer);
        file.index().scalar_text(&file.text, &pointer)
    }

    /// Returns the place of a pointer into the tree, or of the nearest thing above it that the file has: the file of the
    /// document, or that of the overlay which brought the value.
    pub fn place(&self, pointer: &str) -> Place {
        let (file, pointer) = self.origin(pointer);
        file.place_in_text(&pointer)
    }

    fn place_in_text(&self, pointer: &str) -> Place {
        let mut present = pointer;
        loop {
            if let Some((line, column)) = self.locate(present) {
                return Place::pointer(self.name.clone(), present).at(line, column);
            }
            if present.is_empty() {
                // A document without text, made by another stage.
                return Place::pointer(self.name.clone(), pointer);
            }
            present = pointer::parent(present);
        }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| match self.format {
            Format::Json => Index::of_json(&self.text),
            Format::Yaml => Index::of_yaml(&self.text),
        })
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("name", &self.name)
            .field("format", &self.format)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "plain text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_stack_is_not_put_on_another() {
        let thread = || std::thread::current().id();
        let (outer, inner) =
            with_deep_stack(|| (thread(), with_deep_stack(thread).unwrap())).unwrap();
        assert_ne!(outer, thread());
        assert_eq!(inner, outer);
        assert_ne!(with_deep_stack(thread).unwrap(), thread());
    }
}
