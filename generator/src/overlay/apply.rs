//! Changing a document as overlays say.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{Action, Change, Overlay, Version};
use crate::diagnostics::{Diagnostic, Place};
use crate::document::{self, Document, Origin, Patched, pointer};

/// Returns the document with the changes of the overlays, one after the other.
///
/// What is said about a value that an overlay brought points into the overlay.
///
/// # Errors
///
/// Every action that selects nothing, changes nothing or does not fit what it selects, and overlays that are made for
/// another document, with their places in the overlays.
pub fn apply(document: Document, overlays: &[Overlay]) -> Result<Document, Vec<Diagnostic>> {
    if overlays.is_empty() {
        return Ok(document);
    }
    let name = document.name.clone();
    document::with_deep_stack(|| on_this_stack(document, overlays)).unwrap_or_else(|error| {
        let message = format!("no thread could be started to change the document: {error}");
        let help = "try again when the machine has memory to spare";
        Err(vec![Diagnostic::error(
            "no-thread",
            Place::file(name),
            message,
            help,
        )])
    })
}

fn on_this_stack(document: Document, overlays: &[Overlay]) -> Result<Document, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut patch = Patch {
        value: document.value.clone(),
        patched: document.patched(),
        room: MOST_BROUGHT,
    };
    for overlay in overlays {
        problems.extend(other_document(overlay, &document));
        patch.patched.files.push(overlay.document.without_tree());
        for (number, action) in overlay.actions.iter().enumerate() {
            let at = format!("/actions/{number}");
            if let Err(Refused {
                key,
                rule,
                message,
                help,
            }) = patch.act(action, overlay.version, &at)
            {
                let place = overlay.document.place(&format!("{at}{key}"));
                problems.push(Diagnostic::error(rule, place, message, help));
                // What follows would work on a document that is as large already.
                if rule == TOO_LARGE {
                    return Err(problems);
                }
            }
        }
    }
    match problems.is_empty() {
        true => Ok(document.with_patched(patch.value, patch.patched)),
        false => Err(problems),
    }
}

/// An overlay that names another file than the document's.
fn other_document(overlay: &Overlay, document: &Document) -> Option<Diagnostic> {
    let named = overlay.extended_file()?;
    let than = || format!("`{}`", document.name);
    (named != document.name).then(|| overlay.is_for_another(&named, &than()))
}

const TOO_LARGE: &str = "overlay-too-large";

/// The values that overlays may bring to a document altogether: copies of copies would be more than any machine holds.
/// Few in tests.
const MOST_BROUGHT: usize = if cfg!(test) { 1_000 } else { 100_000 };

/// Why an action cannot be carried out.
struct Refused {
    /// The key of the action that is to blame, as a pointer.
    key: &'static str,
    rule: &'static str,
    message: String,
    help: String,
}

impl Refused {
    fn new(
        key: &'static str,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            key,
            rule,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// A document on its way.
struct Patch {
    value: Value,
    patched: Patched,
    /// The values that may still be brought.
    room: usize,
}

/// A value that others are merged with, and where it comes from.
struct Brought<'v> {
    value: &'v Value,
    from: From,
}

enum From {
    /// A pointer into the overlay of this number.
    Overlay(Origin),
    /// A pointer into the document itself.
    Document(String),
}

impl Patch {
    fn act(&mut self, action: &Action, version: Version, at: &str) -> Result<(), Refused> {
        let targets = self.select(&action.target);
        if targets.is_empty() {
            return Err(Refused::new(
                "/target",
                "overlay-nothing",
                format!("`{}` selects nothing in the document", action.target),
                "correct the target, or take the action away if the document needs it no more",
            ));
        }
        if version < Version::V11
            && targets
                .iter()
                .any(|it| kind(self.value.pointer(it)) == Kind::Primitive)
        {
            return Err(Refused::new(
                "/target",
                "overlay-version",
                "the target is neither a mapping nor a list, which version 1.0 does not allow",
                "write `overlay: 1.1.0`, or select the mapping that holds it",
            ));
        }
        let changed = match &action.change {
            Change::Remove => self.remove_all(&targets)?,
            Change::Update(update) => {
                let from = From::Overlay(Origin {
                    file: self.patched.files.len(),
                    pointer: format!("{at}/update"),
                });
                self.merge_all(&targets, version, "/update", update, &from)?
            }
            Change::Copy(source) => {
                let (pointer, value) = self.one(source)?;
                self.merge_all(&targets, version, "/copy", &value, &From::Document(pointer))?
            }
        };
        match changed {
            true => Ok(()),
            false => Err(Refused::new(
                "",
                "overlay-idle",
                "the action changes nothing: the document is so already",
                "take the action away",
            )),
        }
    }

    /// The pointers of what a path selects, in the order of their segments, each once.
    fn select(&self, path: &JsonPath) -> Vec<String> {
        let nodes = path.query_located(&self.value);
        let mut pointers: Vec<String> = nodes.locations().map(|it| it.to_json_pointer()).collect();
        pointers.sort_by(|a, b| in_order(a, b));
        pointers.dedup();
        pointers
    }

    fn one(&self, path: &JsonPath) -> Result<(String, Value), Refused> {
        let mut found = self.select(path).into_iter();
        match (found.next(), found.next()) {
            (Some(pointer), None) => {
                let value = self.value.pointer(&pointer).cloned().unwrap_or_default();
                Ok((pointer, value))
            }
            (found, _) => {
                let many = found.map_or("nothing", |_| "several values");
                let message = format!("`{path}` selects {many} in the document");
                Err(Refused::new(
                    "/copy",
                    "overlay-nothing",
                    message,
                    "select one value to copy",
                ))
            }
        }
    }

    /// Takes values away, the last ones first, so that the pointers of the others stay right.
    fn remove_all(&mut self, targets: &[String]) -> Result<bool, Refused> {
        for target in targets.iter().rev() {
            let parent = pointer::parent(target);
            let key =
                pointer::unescape(&target[(parent.len() + 1).min(target.len())..]).into_owned();
            match self.value.pointer_mut(parent) {
                Some(Value::Object(map)) if !target.is_empty() => {
                    map.shift_remove(&key);
                    self.patched.forget(target);
                }
                Some(Value::Array(items)) if !target.is_empty() => {
                    let length = items.len();
                    if let Some(number) = key.parse().ok().filter(|number| *number < length) {
                        items.remove(number);
                        self.patched.close_gap(parent, number, length);
                    }
                }
                _ => {
                    let message = "the whole document cannot be removed";
                    return Err(Refused::new(
                        "/target",
                        "overlay-value",
                        message,
                        "select a part of it",
                    ));
                }
            }
        }
        Ok(true)
    }

    /// Merges a value into each target. Nothing is changed where it does not fit one of them.
    fn merge_all(
        &mut self,
        targets: &[String],
        version: Version,
        key: &'static str,
        value: &Value,
        from: &From,
    ) -> Result<bool, Refused> {
        let first = targets.first().map(|it| kind(self.value.pointer(it)));
        if targets
            .iter()
            .any(|it| Some(kind(self.value.pointer(it))) != first)
        {
            let message = "the target selects values of several kinds";
            let help = "select only mappings, only lists or only single values";
            return Err(Refused::new("/target", "overlay-value", message, help));
        }
        for target in targets {
            if let Some(current) = self.value.pointer(target) {
                check_fit(current, value, "", true).map_err(|message| {
                    Refused::new(
                        key,
                        "overlay-value",
                        message,
                        "write a value of the same kind, or remove the old one first",
                    )
                })?;
            }
        }
        self.take_room(targets, key, value)?;
        let mut changed = false;
        for target in targets {
            let brought = Brought {
                value,
                from: from.part(""),
            };
            // In version 1.0 a list is one more item of the list that is selected.
            let as_item = version < Version::V11 && first == Some(Kind::List);
            changed |= match as_item {
                true => self.append(target, &[brought]),
                false => self.merge(target, brought),
            };
        }
        Ok(changed)
    }

    /// Refuses what makes a document larger or deeper than one may be.
    fn take_room(
        &mut self,
        targets: &[String],
        key: &'static str,
        value: &Value,
    ) -> Result<(), Refused> {
        let levels = |target: &String| target.bytes().filter(|byte| *byte == b'/').count();
        let deepest = targets.iter().map(levels).max().unwrap_or_default();
        let (values, depth) = extent(value);
        let left = self.room.checked_sub(values.saturating_mul(targets.len()));
        match left.filter(|_| deepest + depth <= document::MAX_DEPTH) {
            Some(left) => self.room = left,
            None => {
                return Err(Refused::new(
                    key,
                    TOO_LARGE,
                    "with this, the document would be larger or deeper than any document needs",
                    "select less, or write shared parts as components and refer to them",
                ));
            }
        }
        Ok(())
    }

    /// Merges a value that fits into the one at a pointer; whether that changed it.
    fn merge(&mut self, target: &str, brought: Brought<'_>) -> bool {
        let Some(current) = self.value.pointer_mut(target) else {
            return false;
        };
        match (current, brought.value) {
            (Value::Object(_), Value::Object(members)) => {
                let mut changed = false;
                for (key, value) in members {
                    let mut inside = target.to_owned();
                    pointer::push(&mut inside, key);
                    let mut part = String::new();
                    pointer::push(&mut part, key);
                    let brought = Brought {
                        value,
                        from: brought.from.part(&part),
                    };
                    changed |= match self.value.pointer(&inside) {
                        Some(_) => self.merge(&inside, brought),
                        None => self.insert(target, key, &inside, brought),
                    };
                }
                changed
            }
            (Value::Array(_), Value::Array(items)) => {
                let parts = items.iter().enumerate().map(|(number, value)| Brought {
                    value,
                    from: brought.from.part(&format!("/{number}")),
                });
                let parts: Vec<_> = parts.collect();
                self.append(target, &parts)
            }
            (Value::Array(_), _) => self.append(target, &[brought]),
            (current, value) => {
                let changed = current != value;
                if changed {
                    *current = value.clone();
                    self.note(target, &brought.from);
                }
                changed
            }
        }
    }

    fn insert(&mut self, map: &str, key: &str, inside: &str, brought: Brought<'_>) -> bool {
        if let Some(Value::Object(members)) = self.value.pointer_mut(map) {
            members.insert(key.to_owned(), brought.value.clone());
        }
        self.note(inside, &brought.from);
        true
    }

    /// Appends items to a list; whether any of them was not there before.
    fn append(&mut self, list: &str, brought: &[Brought<'_>]) -> bool {
        let mut changed = false;
        for item in brought {
            let Some(Value::Array(items)) = self.value.pointer_mut(list) else {
                continue;
            };
            changed |= !items.contains(item.value);
            let number = items.len();
            items.push(item.value.clone());
            self.note(&format!("{list}/{number}"), &item.from);
        }
        changed
    }

    fn note(&mut self, pointer: &str, from: &From) {
        match from {
            From::Overlay(origin) => self.patched.bring(pointer, origin.clone()),
            From::Document(source) => self.patched.copy(source, pointer),
        }
    }
}

impl From {
    /// Where a part of the value comes from.
    fn part(&self, rest: &str) -> Self {
        match self {
            Self::Overlay(Origin { file, pointer }) => Self::Overlay(Origin {
                file: *file,
                pointer: format!("{pointer}{rest}"),
            }),
            Self::Document(pointer) => Self::Document(format!("{pointer}{rest}")),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    List,
    Primitive,
}

fn kind(value: Option<&Value>) -> Kind {
    match value {
        Some(Value::Object(_)) => Kind::Mapping,
        Some(Value::Array(_)) => Kind::List,
        _ => Kind::Primitive,
    }
}

/// Says where a value cannot be merged with another; anything can become an item of a list that is selected itself.
fn check_fit(current: &Value, brought: &Value, path: &str, is_target: bool) -> Result<(), String> {
    let same = kind(Some(current)) == kind(Some(brought));
    let what = match path {
        "" => "the target".to_owned(),
        path => format!("`{}`", pointer::unescape(path.trim_start_matches('/'))),
    };
    match (current, brought) {
        (Value::Object(current), Value::Object(brought)) => check_members(current, brought, path),
        (Value::Array(_), _) if is_target => Ok(()),
        (Value::Array(_), _) if !same => Err(format!(
            "{what} is a list, and what is to be merged with it is none"
        )),
        (Value::Object(_), _) => Err(format!(
            "{what} is a mapping, and what is to be merged with it is none"
        )),
        _ if !same => Err(format!(
            "{what} is a single value, and what is to be merged with it is none"
        )),
        _ => Ok(()),
    }
}

fn check_members(
    current: &Map<String, Value>,
    brought: &Map<String, Value>,
    path: &str,
) -> Result<(), String> {
    for (key, value) in brought {
        if let Some(current) = current.get(key) {
            let mut inside = path.to_owned();
            pointer::push(&mut inside, key);
            check_fit(current, value, &inside, false)?;
        }
    }
    Ok(())
}

/// Whether one pointer comes before another: numbers by their value, what holds another before what it holds.
fn in_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (pointer::segments(a), pointer::segments(b));
    loop {
        let (a, b) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => (a, b),
        };
        let order = match (a.parse::<usize>(), b.parse::<usize>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.cmp(&b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// How many values a value is with all in it, and how many levels deep they stand.
fn extent(value: &Value) -> (usize, usize) {
    let all = |(values, depth): (usize, usize), inner: &Value| {
        let (more, below) = extent(inner);
        (values + more, depth.max(below + 1))
    };
    match value {
        Value::Array(items) => items.iter().fold((1, 0), all),
        Value::Object(members) => members.values().fold((1, 0), all),
        _ => (1, 0),
    }
}
