//! Reading an overlay.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{Action, Change, Overlay, Version};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{self, Document, Source};

const HELP: &str = "see the OpenAPI Overlay Specification, section Schema";

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the overlay in itself, in the order of its actions.
    pub fn parse(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        let document = document::parse(source).map_err(|problem| vec![problem])?;
        let mut reader = Reader::new(&document);
        let overlay = reader.overlay();
        match (overlay, reader.problems) {
            (Some((version, extends, actions)), problems) if problems.is_empty() => Ok(Self {
                version,
                extends,
                actions,
                document,
            }),
            (_, problems) => Err(problems),
        }
    }
}

struct Reader<'d> {
    document: &'d Document,
    problems: Vec<Diagnostic>,
}

impl<'d> Reader<'d> {
    /// A reader that is strict with what could be mended, such as a key given twice.
    fn new(document: &'d Document) -> Self {
        let mended = document.diagnostics.iter().cloned();
        let problems = mended.map(|mended| Diagnostic {
            severity: Severity::Error,
            ..mended
        });
        Self {
            document,
            problems: problems.collect(),
        }
    }

    fn overlay(&mut self) -> Option<(Version, Option<String>, Vec<Action>)> {
        let root = self.document.value.as_object()?;
        self.refuse_unknown(root, "", &["overlay", "info", "extends", "actions"]);
        let version = self.version(root);
        self.info(root);
        let extends = self.text(root, "", "extends");
        let actions = match root.get("actions") {
            Some(Value::Array(actions)) if !actions.is_empty() => actions,
            _ => {
                let message = "an overlay has `actions`, a list of at least one";
                self.problem("overlay-value", "/actions", message, HELP);
                return None;
            }
        };
        let version = version?;
        let actions = actions.iter().enumerate();
        let actions = actions.filter_map(|(number, action)| {
            self.action(&format!("/actions/{number}"), action, version)
        });
        Some((version, extends, actions.collect()))
    }

    fn version(&mut self, root: &Map<String, Value>) -> Option<Version> {
        let written = root.get("overlay").and_then(Value::as_str);
        // A number in YAML keeps no last zero, but the patch version says nothing anyway.
        let mut parts = written.unwrap_or_default().split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("1"), Some("0"), Some(_), None) => return Some(Version::V10),
            (Some("1"), Some("1"), Some(_), None) => return Some(Version::V11),
            _ => {}
        }
        let message = match root.get("overlay") {
            None => {
                "the file does not say which version of the specification it follows".to_owned()
            }
            Some(other) => format!("version {other} of overlays is not known"),
        };
        let help = "write `overlay: 1.1.0`; 1.0 and 1.1 are known";
        self.problem("overlay-version", "/overlay", message, help);
        None
    }

    fn info(&mut self, root: &Map<String, Value>) {
        let Some(Value::Object(info)) = root.get("info") else {
            let message = "an overlay has `info` with `title` and `version`";
            self.problem("overlay-value", "/info", message, HELP);
            return;
        };
        for key in ["title", "version"] {
            if self.text(info, "/info", key).is_none() {
                let message = format!("`info` has no `{key}`");
                self.problem(
                    "overlay-value",
                    "/info",
                    message,
                    "add it as text, in quotes",
                );
            }
        }
    }

    fn action(&mut self, pointer: &str, action: &Value, version: Version) -> Option<Action> {
        let Some(action) = action.as_object() else {
            self.problem("overlay-value", pointer, "an action is a mapping", HELP);
            return None;
        };
        let keys = ["target", "description", "update", "copy", "remove"];
        self.refuse_unknown(action, pointer, &keys);
        let target = self.path(action, pointer, "target");
        if !action.contains_key("target") {
            let message = "the action has no `target`";
            self.problem(
                "overlay-value",
                pointer,
                message,
                "add a JSONPath (RFC 9535)",
            );
        }
        let change = self.change(pointer, action, version);
        Some(Action {
            target: target?,
            change: change?,
        })
    }

    fn change(
        &mut self,
        pointer: &str,
        action: &Map<String, Value>,
        version: Version,
    ) -> Option<Change> {
        let removes = match action.get("remove") {
            None => false,
            Some(Value::Bool(remove)) => *remove,
            Some(_) => {
                let place = format!("{pointer}/remove");
                self.problem(
                    "overlay-value",
                    &place,
                    "`remove` is `true` or `false`",
                    HELP,
                );
                return None;
            }
        };
        if action.contains_key("copy") && version < Version::V11 {
            let help = "write `overlay: 1.1.0`";
            let place = format!("{pointer}/copy");
            self.problem("overlay-version", &place, "version 1.0 has no `copy`", help);
            return None;
        }
        match (action.get("update"), action.contains_key("copy"), removes) {
            (None, false, true) => Some(Change::Remove),
            (Some(update), false, false) => Some(Change::Update(update.clone())),
            (None, true, false) => self.path(action, pointer, "copy").map(Change::Copy),
            _ => {
                let message = "an action has one of `update`, `copy` and `remove: true`";
                let help = "write an action for each change";
                self.problem("overlay-value", pointer, message, help);
                None
            }
        }
    }

    fn path(&mut self, action: &Map<String, Value>, pointer: &str, key: &str) -> Option<JsonPath> {
        let text = self.text(action, pointer, key)?;
        match JsonPath::parse(&text) {
            Ok(path) => Some(path),
            Err(error) => {
                let message = format!("`{text}` is no JSONPath: {}", error.message());
                let help = format!(
                    "correct it at character {} (RFC 9535)",
                    error.position().saturating_add(1)
                );
                self.problem("overlay-path", &format!("{pointer}/{key}"), message, help);
                None
            }
        }
    }

    fn text(&mut self, map: &Map<String, Value>, pointer: &str, key: &str) -> Option<String> {
        match map.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                let place = format!("{pointer}/{key}");
                let message = format!("`{key}` is no text");
                self.problem("overlay-value", &place, message, "put it in quotes");
                None
            }
        }
    }

    fn refuse_unknown(&mut self, map: &Map<String, Value>, pointer: &str, known: &[&str]) {
        for key in map.keys() {
            if !key.starts_with("x-") && !known.contains(&key.as_str()) {
                let mut place = pointer.to_owned();
                document::pointer::push(&mut place, key);
                let help = format!("use {}", known.join(", "));
                self.problem("overlay-key", &place, format!("unknown key `{key}`"), help);
            }
        }
    }

    fn problem(
        &mut self,
        rule: &'static str,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let place = self.document.place(pointer);
        self.problems
            .push(Diagnostic::error(rule, place, message, help));
    }
}
