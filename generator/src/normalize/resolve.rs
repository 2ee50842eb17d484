//! What references lead to, and the components that come of it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::at::At;
use super::context::{Address, Context, Hoist, Kind};
use super::set;
use super::uri::percent_decoded;
use super::version::Version;
use crate::document::pointer;

/// The references that one may lead through; more of them go round in circles.
const LONGEST_CHAIN: usize = 64;

/// The references that may lie on the way of one, as when it leads into what another one brings in.
const MOST_ON_THE_WAY: usize = 8;

/// What a reference leads to.
#[derive(Clone, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) value: &'a Value,
    pub(crate) file: usize,
    pub(crate) pointer: String,
}

/// Why a reference leads nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Broken {
    fn new(rule: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// Returns the reference that a value is, siblings aside.
pub(crate) fn reference_of(value: &Value) -> Option<&str> {
    value.as_object().and_then(reference_in)
}

/// What stands for a `$ref` that is no text: it leads nowhere, and no reference can hold this character (RFC 3986, 2).
const NO_TEXT: &str = "\0";

/// Returns the reference that a mapping is, siblings aside.
pub(crate) fn reference_in(map: &Map<String, Value>) -> Option<&str> {
    ["$ref", "$dynamicRef"]
        .into_iter()
        .find_map(|key| match map.get(key)? {
            Value::String(reference) => Some(reference.as_str()),
            Value::Null => None,
            _ => Some(NO_TEXT),
        })
}

impl<'a> Context<'a> {
    /// Returns what a reference in a file leads to, one step far.
    pub(crate) fn resolve(&mut self, reference: &str, file: usize) -> Result<Target<'a>, Broken> {
        self.resolve_within(reference, file, 0)
    }

    /// Resolves a reference that was met on the way of `depth` others.
    fn resolve_within(
        &mut self,
        reference: &str,
        file: usize,
        depth: usize,
    ) -> Result<Target<'a>, Broken> {
        if reference == NO_TEXT {
            return Err(Broken::new(
                "broken-reference",
                "`$ref` is no text, so it leads nowhere",
                "write the reference as text, or take the `$ref` away",
            ));
        }
        let reference = reference.trim();
        let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if let Some(resource) = self.embedded(document, file) {
            return self.within(&resource, fragment, depth).ok_or_else(|| {
                Broken::new(
                    "broken-reference",
                    format!("`{reference}` leads to nothing"),
                    "correct the reference or add what it names",
                )
            });
        }
        let target_file = match self.file_number(document, file) {
            Ok(number) => number,
            Err(broken) => return self.bare_name(reference, depth).ok_or(broken),
        };
        let fragment = percent_decoded(fragment);
        if !fragment.is_empty() && !fragment.starts_with('/') {
            if let Some(target) = self.anchor(target_file, &fragment) {
                return Ok(target);
            }
            if let Some(target) = self.bare_name(&fragment, depth) {
                return Ok(target);
            }
        }
        self.walk(target_file, &fragment, depth)
            .or_else(|| self.other_versions_place(target_file, &fragment, depth))
            .ok_or_else(|| {
                Broken::new(
                    "broken-reference",
                    format!("`{reference}` leads to nothing"),
                    "correct the reference or add what it names",
                )
            })
    }

    /// Returns what a reference leads to when all references on the way are followed.
    pub(crate) fn resolve_fully(
        &mut self,
        reference: &str,
        file: usize,
    ) -> Result<Target<'a>, Broken> {
        let mut target = self.resolve(reference, file)?;
        for _ in 0..LONGEST_CHAIN {
            match reference_of(target.value) {
                None => return Ok(target),
                Some(next) => target = self.resolve(next, target.file)?,
            }
        }
        Err(circle(reference))
    }

    /// Returns the name of the component that a reference leads to, making one where there is none yet.
    pub(crate) fn link(
        &mut self,
        kind: Kind,
        reference: &str,
        at: &At<'_>,
    ) -> Result<String, Broken> {
        let mut target = match self.resolve(reference, at.file) {
            Ok(target) => target,
            Err(broken) => self.resolve_around(reference, at).ok_or(broken)?,
        };
        for _ in 0..LONGEST_CHAIN {
            let address = Address::of(target.value);
            if let Some(name) = self.names.get(&(kind, address)) {
                return match self.broken.get(&(kind, name.clone())) {
                    Some(reason) => Err(Broken::new(
                        "broken-component",
                        reason.clone(),
                        "mend the component",
                    )),
                    None => Ok(name.clone()),
                };
            }
            match reference_of(target.value) {
                // What stands beside a schema's reference counts, so such a schema is a component of its own.
                Some(next) if kind != Kind::Schema || is_only_reference(target.value) => {
                    target = self.resolve(next, target.file)?;
                }
                _ => {
                    self.check_kind(kind, reference, &target)?;
                    return Ok(self.hoist(kind, target));
                }
            }
        }
        Err(circle(reference))
    }

    /// Makes a component of a value that references lead to, and returns its name.
    pub(crate) fn hoist(&mut self, kind: Kind, target: Target<'a>) -> String {
        let name = self.claim(kind, &target);
        let address = Address::of(target.value);
        self.names.insert((kind, address), name.clone());
        self.queue.push_back(Hoist {
            kind,
            name: name.clone(),
            value: target.value,
            file: target.file,
            pointer: target.pointer,
        });
        name
    }

    /// Reports a reference that leads nowhere and returns the reason in one line.
    pub(crate) fn broken(&mut self, at: &At<'_>, broken: Broken) -> String {
        let reason = broken.message.clone();
        self.error(at, broken.rule, broken.message, broken.help);
        reason
    }

    fn check_kind(&self, kind: Kind, reference: &str, target: &Target<'a>) -> Result<(), Broken> {
        let wrong = |found: &str| {
            Err(Broken::new(
                "wrong-reference",
                format!("`{reference}` leads to {found}, not to a {}", kind.noun()),
                "correct the reference",
            ))
        };
        if target.file == 0 && target.pointer.is_empty() {
            return wrong("the whole document");
        }
        if kind == Kind::Schema {
            if !target.value.is_object() && !target.value.is_boolean() {
                return wrong("something that is no schema");
            }
            let mut segments = target.pointer.split('/').skip(1);
            if let (Some("components"), Some(section), Some(_), None) = (
                segments.next(),
                segments.next(),
                segments.next(),
                segments.next(),
            ) && section != "schemas"
                && KNOWN_SECTIONS.contains(&section)
            {
                return wrong(&format!("one of `components/{section}`"));
            }
        } else if !target.value.is_object() {
            return wrong("something else");
        } else if kind == Kind::Parameter
            && !["name", "in"]
                .iter()
                .all(|key| target.value.get(*key).is_some_and(Value::is_string))
        {
            return wrong("something without name and place");
        }
        Ok(())
    }

    fn file_number(&self, document: &str, base: usize) -> Result<usize, Broken> {
        if document.is_empty() {
            return Ok(base);
        }
        let absolute = self.absolute(document, base);
        let known = [Some(document), absolute.as_deref()];
        if let Some(number) = known.iter().flatten().find_map(|uri| self.numbers.get(uri)) {
            return Ok(*number);
        }
        if set::has_scheme(document) {
            return Err(Broken::new(
                "remote-reference",
                format!("`{document}` is not fetched"),
                format!(
                    "`cargo xtask fetch --from {document} --out {}` fetches it; refer to that file",
                    document
                        .rsplit('/')
                        .find(|part| !part.is_empty())
                        .unwrap_or("FILE")
                ),
            ));
        }
        let base = self.file(base).map_or("", |file| &file.name);
        let name = set::file_of(document, base).unwrap_or_default();
        if let Some(number) = self.numbers.get(name.as_str()) {
            return Ok(*number);
        }
        if !set::is_within(&name, &self.set.folder) {
            return Err(Broken::new(
                "outside-reference",
                format!("`{document}` lies outside the document's folder"),
                "move it into the folder, or allow a folder above it",
            ));
        }
        let reason = self.set.unreadable.get(&name);
        Err(Broken::new(
            "missing-file",
            match reason {
                Some(reason) => format!("the file `{name}` cannot be read: {reason}"),
                None => format!("the file `{name}` is not there"),
            },
            "put the file beside the document",
        ))
    }

    /// A relative reference as the URI that it is beside the one that its file gives itself (RFC 3986, 5.2).
    fn absolute(&self, document: &str, base: usize) -> Option<String> {
        let file = &self.file(base)?.value;
        let base = ["$self", "$id"]
            .iter()
            .find_map(|key| file.get(*key)?.as_str())?;
        (!set::has_scheme(document)).then(|| super::uri::joined(base, document))
    }

    /// Returns the schema that gives itself the URI of a reference.
    fn embedded(&mut self, document: &str, base: usize) -> Option<Target<'a>> {
        if document.is_empty() || self.version != Version::V31 {
            return None;
        }
        let known = match self.embedded.take() {
            Some(known) => known,
            None => self.embedded_schemas(),
        };
        let found = known.get(document).cloned().or_else(|| {
            let absolute = self.absolute(document, base)?;
            known.get(&absolute).cloned()
        });
        self.embedded = Some(known);
        found
    }

    fn embedded_schemas(&self) -> HashMap<String, Target<'a>> {
        let mut known = HashMap::new();
        let set = self.set;
        for (file, document) in std::iter::once(&set.main).chain(&set.others).enumerate() {
            let mut found = Vec::new();
            collect_ids(&document.value, &mut String::new(), &mut found);
            for (id, value, pointer) in found {
                let target = Target {
                    value,
                    file,
                    pointer,
                };
                let id = id.trim_end_matches('#');
                if let Some(absolute) = self.absolute(id, file) {
                    known.entry(absolute).or_insert_with(|| target.clone());
                }
                known.entry(id.to_owned()).or_insert(target);
            }
        }
        known
    }

    /// Returns what a fragment leads to within a schema that has a URI of its own.
    fn within(
        &mut self,
        resource: &Target<'a>,
        fragment: &str,
        depth: usize,
    ) -> Option<Target<'a>> {
        let fragment = percent_decoded(fragment);
        match fragment.starts_with('/') {
            true => self.walk(
                resource.file,
                &format!("{}{fragment}", resource.pointer),
                depth,
            ),
            false if fragment.is_empty() => Some(resource.clone()),
            false => self.anchor(resource.file, &fragment),
        }
    }

    /// Walks down a JSON pointer, through references on the way.
    fn walk(&mut self, file: usize, path: &str, depth: usize) -> Option<Target<'a>> {
        let mut target = Target {
            value: &self.file(file)?.value,
            file,
            pointer: String::new(),
        };
        for segment in path.split('/').skip(1) {
            let segment = pointer::unescape(segment);
            let next = match target.value {
                Value::Object(map) => map.get(segment.as_ref()),
                Value::Array(items) => segment.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            target = match next {
                Some(value) => {
                    pointer::push(&mut target.pointer, &segment);
                    Target { value, ..target }
                }
                None => {
                    let reference = reference_of(target.value)?;
                    if depth > MOST_ON_THE_WAY {
                        return None;
                    }
                    let through = self
                        .resolve_within(reference, target.file, depth + 1)
                        .ok()?;
                    let mut rest = through.pointer.clone();
                    pointer::push(&mut rest, &segment);
                    self.walk(through.file, &rest, depth + 1)?
                }
            };
        }
        Some(target)
    }

    /// Returns what a reference leads to when it is meant to begin not at the file's root but at a schema around it,
    /// as schemas have it that were embedded with their own definitions.
    pub(crate) fn resolve_around(&mut self, reference: &str, at: &At<'_>) -> Option<Target<'a>> {
        let fragment = reference.strip_prefix('#')?;
        if !fragment.starts_with("/$defs/") && !fragment.starts_with("/definitions/") {
            return None;
        }
        let mut around = at.from();
        while !around.is_empty() {
            around.truncate(pointer::parent(&around).len());
            let found = self.walk(at.file, &format!("{around}{fragment}"), 0);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Returns what a pointer of another version of OpenAPI means in this one.
    fn other_versions_place(
        &mut self,
        file: usize,
        path: &str,
        depth: usize,
    ) -> Option<Target<'a>> {
        const SAME: [(&str, &str); 4] = [
            ("/definitions/", "/components/schemas/"),
            ("/responses/", "/components/responses/"),
            ("/parameters/", "/components/parameters/"),
            ("/schemas/", "/components/schemas/"),
        ];
        SAME.iter().find_map(|(old, new)| {
            let found = match (path.strip_prefix(old), path.strip_prefix(new)) {
                (Some(rest), _) => format!("{new}{rest}"),
                (None, Some(rest)) => format!("{old}{rest}"),
                (None, None) => return None,
            };
            self.walk(file, &found, depth)
        })
    }

    /// Returns the schema of a reference that is nothing but its name, an old habit.
    fn bare_name(&mut self, name: &str, depth: usize) -> Option<Target<'a>> {
        if name.is_empty() || name.contains(['/', '#', ':']) {
            return None;
        }
        let mut path = match self.version {
            Version::V2 => "/definitions".to_owned(),
            Version::V30 | Version::V31 => "/components/schemas".to_owned(),
        };
        pointer::push(&mut path, name);
        self.walk(0, &path, depth)
    }

    fn anchor(&mut self, file: usize, name: &str) -> Option<Target<'a>> {
        if !self.anchors.contains_key(&file) {
            let mut found = HashMap::new();
            collect_anchors(&self.file(file)?.value, &mut String::new(), &mut found);
            self.anchors.insert(file, found);
        }
        let (value, pointer) = self.anchors.get(&file)?.get(name)?;
        Some(Target {
            value,
            file,
            pointer: pointer.clone(),
        })
    }
}

const KNOWN_SECTIONS: [&str; 8] = [
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
];

/// Returns whether a value says nothing beside its reference.
pub(crate) fn is_only_reference(value: &Value) -> bool {
    value.as_object().is_some_and(|map| map.len() == 1)
}

fn circle(reference: &str) -> Broken {
    Broken::new(
        "circular-reference",
        format!("`{reference}` leads back to itself through references alone"),
        "write out one of them",
    )
}

/// Collects the URIs that schemas below the root give themselves, and where those stand.
fn collect_ids<'a>(
    value: &'a Value,
    path: &mut String,
    found: &mut Vec<(&'a str, &'a Value, String)>,
) {
    let length = path.len();
    match value {
        Value::Object(map) => {
            let id = map.get("$id").and_then(Value::as_str);
            if let Some(id) = id.filter(|_| !path.is_empty()) {
                found.push((id, value, path.clone()));
            }
            for (key, value) in map {
                pointer::push(path, key);
                collect_ids(value, path, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer::push(path, &index.to_string());
                collect_ids(item, path, found);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn collect_anchors<'a>(
    value: &'a Value,
    path: &mut String,
    found: &mut HashMap<&'a str, (&'a Value, String)>,
) {
    let length = path.len();
    match value {
        Value::Object(map) => {
            for key in ["$anchor", "$dynamicAnchor"] {
                if let Some(name) = map.get(key).and_then(Value::as_str) {
                    found.entry(name).or_insert((value, path.clone()));
                }
            }
            for (key, value) in map {
                pointer::push(path, key);
                collect_anchors(value, path, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer::push(path, &index.to_string());
                collect_anchors(item, path, found);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
