//! A strict reader: every key that nobody asked for is a problem, and so is every value of the
//! wrong kind. A reading function reports what is wrong and goes on with a stand-in, so that one
//! pass finds everything; the stand-ins go no further, since a reader with problems gives nothing.

use std::cell::RefCell;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{Document, pointer};
use crate::words::{any_of, closest};

/// Reads one document and gathers what is wrong with it.
pub(super) struct Reader<'a> {
    document: &'a Document,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Reader<'a> {
    /// A reader that is as strict with what could be mended, such as a key given twice.
    pub(super) fn new(document: &'a Document) -> Self {
        let mended = document.diagnostics.iter().cloned();
        let problems = mended.map(|mended| Diagnostic {
            severity: Severity::Error,
            ..mended
        });
        Self {
            document,
            problems: RefCell::new(problems.collect()),
        }
    }

    /// The whole document.
    pub(super) fn root(&'a self) -> Node<'a> {
        Node {
            reader: self,
            value: &self.document.value,
            pointer: String::new(),
        }
    }

    /// Notes a problem at a place.
    pub(super) fn problem(
        &self,
        rule: &'static str,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let place = self.document.place(pointer);
        let problem = Diagnostic::error(rule, place, message, help);
        self.problems.borrow_mut().push(problem);
    }

    /// All problems, in the order of their lines.
    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.place.line, problem.place.column));
        problems
    }
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Node<'a> {
    reader: &'a Reader<'a>,
    value: &'a Value,
    pointer: String,
}

impl<'a> Node<'a> {
    /// Notes that something is wrong with the value.
    pub(super) fn problem(
        &self,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.reader.problem(rule, &self.pointer, message, help);
    }

    /// Whether the value is an explicit nothing.
    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// Whether the value is the word `off`, which YAML 1.1 reads as `false`.
    pub(super) fn is_off(&self) -> bool {
        self.value.as_bool() == Some(false) || self.value.as_str() == Some("off")
    }

    /// The text, trimmed.
    pub(super) fn text(&self) -> String {
        match self.value.as_str().map(str::trim) {
            Some("") => self.problem(
                "manifest-value",
                format!("{} is empty", self.label()),
                "write a value or leave the key out",
            ),
            Some(text) => return text.to_owned(),
            None => self.wrong_kind("a text"),
        }
        String::new()
    }

    /// The whole number.
    pub(super) fn integer(&self) -> Option<i64> {
        let integer = self.value.as_i64();
        if integer.is_none() {
            self.wrong_kind("a whole number");
        }
        integer
    }

    /// Yes or no.
    pub(super) fn flag(&self) -> bool {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong_kind("`true` or `false`");
        }
        flag.unwrap_or_default()
    }

    /// What a word stands for, out of a few.
    pub(super) fn word<T: Copy + Default>(&self, choices: &[(&str, T)]) -> T {
        let text = self.text();
        if let Some((_, meaning)) = choices.iter().find(|(word, _)| *word == text) {
            return *meaning;
        }
        if !text.is_empty() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.problem(
                "manifest-value",
                format!("`{text}` is not a value of {}", self.label()),
                suggestion(&text, &words),
            );
        }
        T::default()
    }

    /// The members of a list.
    pub(super) fn list(&self) -> Vec<Node<'a>> {
        let Value::Array(items) = self.value else {
            self.wrong_kind("a list");
            return Vec::new();
        };
        let indexed = items.iter().enumerate();
        indexed
            .map(|(index, item)| self.child(&index.to_string(), item))
            .collect()
    }

    /// The members of a mapping whose keys are free.
    pub(super) fn entries(&self) -> Vec<(&'a str, Node<'a>)> {
        let Some(members) = self.members() else {
            return Vec::new();
        };
        members
            .iter()
            .map(|(key, value)| (key.as_str(), self.child(key, value)))
            .collect()
    }

    /// [`Self::list`], of which at least one member must be there.
    pub(super) fn some_items(&self, what: &str) -> Vec<Node<'a>> {
        self.check_not_empty(what);
        self.list()
    }

    /// [`Self::entries`], of which at least one must be there.
    pub(super) fn some_entries(&self, what: &str) -> Vec<(&'a str, Node<'a>)> {
        self.check_not_empty(what);
        self.entries()
    }

    /// Reads a mapping whose keys are fixed: those that `read` asks for.
    pub(super) fn fields<T>(&self, read: impl FnOnce(&Fields<'_, 'a>) -> T) -> T {
        static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let fields = Fields {
            node: self,
            members: self.members().unwrap_or(&NOTHING),
            asked: RefCell::default(),
            is_mapping: self.value.is_object(),
        };
        let result = read(&fields);
        fields.report_unknown();
        result
    }

    /// Notes where a list or a mapping has no members.
    pub(super) fn check_not_empty(&self, what: &str) {
        let is_empty = match self.value {
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        if is_empty {
            let message = format!("{} is empty", self.label());
            self.problem("manifest-value", message, format!("add {what}"));
        }
    }

    fn members(&self) -> Option<&'a Map<String, Value>> {
        let members = self.value.as_object();
        if members.is_none() {
            self.wrong_kind("a mapping of keys to values");
        }
        members
    }

    fn child(&self, key: &str, value: &'a Value) -> Node<'a> {
        Node {
            reader: self.reader,
            value,
            pointer: join(&self.pointer, key),
        }
    }

    /// What messages call the value: its key, or that of the list it stands in.
    fn label(&self) -> String {
        let is_key = |segment: &str| segment.parse::<usize>().is_err();
        let keys = pointer::segments(&self.pointer).filter(|segment| is_key(segment));
        let key = keys.last();
        key.map_or_else(|| "the manifest".to_owned(), |key| format!("`{key}`"))
    }

    fn wrong_kind(&self, expected: &str) {
        let found = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "`true` or `false`",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        };
        let help = match self.value {
            Value::Null => "write a value or leave the key out",
            Value::Number(_) | Value::Bool(_) if expected == "a text" => "put it in quotes",
            _ => "specs/README.md describes the keys of a manifest",
        };
        let message = format!("{} must be {expected}, but is {found}", self.label());
        self.problem("manifest-value", message, help);
    }
}

/// A mapping whose keys are fixed.
pub(super) struct Fields<'r, 'a> {
    node: &'r Node<'a>,
    members: &'a Map<String, Value>,
    asked: RefCell<Vec<&'static str>>,
    is_mapping: bool,
}

impl<'a> Fields<'_, 'a> {
    /// What `read` makes of a key's value, if the key is there.
    pub(super) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Node<'a>) -> T,
    ) -> Option<T> {
        self.asked.borrow_mut().push(key);
        let value = self.members.get(key)?;
        Some(read(&self.node.child(key, value)))
    }

    /// What `read` makes of a key's value; the key must be there.
    pub(super) fn required<T: Default>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Node<'a>) -> T,
    ) -> T {
        self.inherited(key, None, read)
    }

    /// What `read` makes of a key's value; the key must be there unless something is inherited.
    pub(super) fn inherited<T: Default>(
        &self,
        key: &'static str,
        base: Option<T>,
        read: impl FnOnce(&Node<'a>) -> T,
    ) -> T {
        let value = self.optional(key, read).or(base);
        if value.is_none() && self.is_mapping {
            self.node.problem(
                "manifest-missing",
                format!("{} has no `{key}`", self.node.label()),
                "add the key; specs/README.md describes it",
            );
        }
        value.unwrap_or_default()
    }

    fn report_unknown(&self) {
        let asked = self.asked.borrow();
        for key in self.members.keys() {
            if !asked.contains(&key.as_str()) {
                self.node.reader.problem(
                    "manifest-key",
                    &join(&self.node.pointer, key),
                    format!("unknown key `{key}`"),
                    suggestion(key, &asked),
                );
            }
        }
    }
}

/// What to write instead of a word that is not among the choices.
pub(super) fn suggestion(word: &str, choices: &[&str]) -> String {
    match closest(word, choices) {
        Some(choice) => format!("did you mean `{choice}`?"),
        None => format!("use {}", any_of(choices)),
    }
}

/// A pointer to a member of what `pointer` points to.
pub(super) fn join(pointer: &str, key: &str) -> String {
    let mut joined = pointer.to_owned();
    pointer::push(&mut joined, key);
    joined
}
