//! A document together with the files that it refers to.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::diagnostics::Diagnostic;
use crate::document::{self, Document, Source};
use crate::overlay::{self, Overlay};

/// A document and the files beside it that its references lead to.
#[derive(Debug)]
pub struct DocumentSet {
    /// The document itself.
    pub main: Document,
    /// The files that it or another of them refers to.
    pub others: Vec<Document>,
    /// The folder that files must lie in, as a prefix of their names; the main document's own unless said otherwise.
    pub folder: String,
    /// Why files that were asked for could not be had, by name.
    pub unreadable: HashMap<String, String>,
}

impl DocumentSet {
    /// Returns a set of one document.
    pub fn new(mut main: Document) -> Self {
        // References are resolved to names without `.` and `..`, and this one is compared with them.
        main.name = join("", &main.name);
        Self {
            folder: folder(&main.name).to_owned(),
            main,
            others: Vec::new(),
            unreadable: HashMap::new(),
        }
    }

    /// Allows files in another folder than the main document's, usually one above it.
    pub fn within(mut self, folder: impl Into<String>) -> Self {
        self.folder = join("", &folder.into());
        self
    }

    /// Adds every file that the documents refer to, read by `read` from the name it is given.
    ///
    /// A file that cannot be read is no failure here: whatever refers to it is reported when it is needed.
    ///
    /// # Errors
    /// Returns the diagnostics of the files that were read and are no JSON or YAML.
    pub fn load(
        self,
        read: impl FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Self, Vec<Diagnostic>> {
        self.load_overlaid(&[], read)
    }

    /// [`load`](Self::load), with the changes that overlays make, one after the other, to the file that each names as the
    /// one it extends, or else to the document itself. A file is changed before its references are followed.
    ///
    /// # Errors
    /// As [`load`](Self::load) and [`overlay::apply`], and overlays that are made for a file which is not among the
    /// documents.
    pub fn load_overlaid(
        mut self,
        overlays: &[Overlay],
        mut read: impl FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let of_file = |file: &str, overlays: &[Overlay]| -> Vec<Overlay> {
            let is_for = |it: &&Overlay| it.extended_file().as_deref() == Some(file);
            overlays.iter().filter(is_for).cloned().collect()
        };
        let is_for_main = |it: &&Overlay| {
            let file = it.extended_file();
            file.is_none_or(|file| file == self.main.name)
        };
        let for_main: Vec<_> = overlays.iter().filter(is_for_main).cloned().collect();
        self.main = overlay::apply(self.main, &for_main)?;
        let mut failures = Vec::new();
        loop {
            let missing = self.missing();
            if missing.is_empty() {
                break;
            }
            for name in missing {
                match read(&name) {
                    Err(reason) => {
                        self.unreadable.insert(name, reason);
                    }
                    Ok(bytes) => {
                        let source = Source {
                            name: name.clone(),
                            bytes,
                        };
                        let document = document::parse_fragment(source);
                        let document = document.map_err(|failure| vec![failure]);
                        let changes = of_file(&name, overlays);
                        match document.and_then(|it| overlay::apply(it, &changes)) {
                            Ok(document) => self.others.push(document),
                            Err(problems) => {
                                let reasons = problems.iter().map(|it| it.message.as_str());
                                let reasons: Vec<_> = reasons.collect();
                                self.unreadable.insert(name, reasons.join("; "));
                                failures.extend(problems);
                            }
                        }
                    }
                }
            }
        }
        for overlay in overlays {
            let file = overlay.extended_file();
            let is_known = |file: &String| {
                self.documents().any(|it| it.name == *file) || self.unreadable.contains_key(file)
            };
            if let Some(file) = file.filter(|file| !is_known(file)) {
                let than = format!("`{}` or a file that it refers to", self.main.name);
                failures.push(overlay.is_for_another(&file, &than));
            }
        }
        if failures.is_empty() {
            Ok(self)
        } else {
            Err(failures)
        }
    }

    /// Returns the names of files that are referred to, may be read and are not there yet.
    pub fn missing(&self) -> Vec<String> {
        let present: BTreeSet<&str> = self.documents().map(|document| &*document.name).collect();
        let needed: BTreeSet<String> = self.documents().flat_map(references).collect();
        needed
            .into_iter()
            .filter(|name| !present.contains(name.as_str()))
            .filter(|name| !self.unreadable.contains_key(name))
            .filter(|name| is_within(name, &self.folder))
            .collect()
    }

    fn documents(&self) -> impl Iterator<Item = &Document> {
        std::iter::once(&self.main).chain(&self.others)
    }
}

/// Returns the names of the other files that a document refers to, resolved against its own name.
pub fn references(document: &Document) -> Vec<String> {
    let mut found = BTreeSet::new();
    collect(&document.value, &mut |reference| {
        if let Some(name) = file_of(reference, &document.name)
            && name != document.name
        {
            found.insert(name);
        }
    });
    found.into_iter().collect()
}

/// Calls `each` for every reference in a tree, extensions left aside.
pub(crate) fn collect<'v>(value: &'v Value, each: &mut impl FnMut(&'v str)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("$ref", Value::String(reference)) => each(reference),
                    ("mapping", Value::Object(mapping)) => {
                        let files = mapping.values().filter_map(Value::as_str);
                        files
                            .filter(|name| looks_like_a_file(name))
                            .for_each(&mut *each);
                        collect(value, each);
                    }
                    (key, _)
                        if key.starts_with("x-") && key != "x-webhooks" && key != "x-ms-paths" => {}
                    _ => collect(value, each),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns whether a discriminator's mapping names a file and not a schema.
pub(crate) fn looks_like_a_file(name: &str) -> bool {
    let file = name.split('#').next().unwrap_or_default();
    [".json", ".yaml", ".yml"]
        .iter()
        .any(|end| file.ends_with(end))
}

/// Returns the name of the file that a reference leads to; nothing for URLs and for the document itself.
pub(crate) fn file_of(reference: &str, base: &str) -> Option<String> {
    let file = reference.split('#').next().unwrap_or_default();
    if file.is_empty() || has_scheme(file) {
        return None;
    }
    let file = super::uri::percent_decoded(file);
    Some(join(folder(base), &file))
}

/// Returns whether a reference begins with a URL scheme.
pub(crate) fn has_scheme(reference: &str) -> bool {
    reference.starts_with("//")
        || reference.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
}

fn folder(name: &str) -> &str {
    name.rfind('/').map_or("", |end| &name[..end])
}

/// Joins a relative path to a folder and takes out `.` and `..`.
fn join(folder: &str, path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    let base = if absolute { "" } else { folder };
    let rooted = absolute || folder.starts_with('/');
    for part in base.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

/// Returns whether a file's name lies in a folder.
pub(crate) fn is_within(name: &str, folder: &str) -> bool {
    let rest = match folder.trim_end_matches('/') {
        "" if folder.starts_with('/') || !name.starts_with('/') => Some(name),
        "" => None,
        folder => name
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/')),
    };
    rest.is_some_and(|rest| !rest.split('/').any(|part| part == ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_names_against_the_document() {
        let file = |reference| file_of(reference, "specs/a/main.yaml");
        assert_eq!(file("pet.yaml#/Pet").as_deref(), Some("specs/a/pet.yaml"));
        assert_eq!(file("./b/../pet.yaml").as_deref(), Some("specs/a/pet.yaml"));
        assert_eq!(file("../pet%20s.yaml").as_deref(), Some("specs/pet s.yaml"));
        assert_eq!(file("/etc/passwd").as_deref(), Some("/etc/passwd"));
        assert_eq!(file("#/components/schemas/Pet"), None);
        assert_eq!(file("https://example.com/pet.yaml"), None);
        assert_eq!(
            file_of("../../x.yaml", "a/main.yaml").as_deref(),
            Some("../x.yaml")
        );
    }

    #[test]
    fn keeps_to_the_folder() {
        assert!(is_within("specs/a/b/c.yaml", "specs/a"));
        assert!(!is_within("specs/ab/c.yaml", "specs/a"));
        assert!(!is_within("../x.yaml", ""));
        assert!(!is_within("/etc/passwd", ""));
        assert!(is_within("x.yaml", ""));
        assert!(is_within("/docs/a/x.yaml", "/docs/a"));
        assert!(is_within("../specs/x.yaml", "../specs"));
        assert!(is_within("../x.yaml", ".."));
        assert!(!is_within("../../x.yaml", ".."));
        assert!(!is_within("../secret.yaml", "../specs"));
    }

    #[test]
    fn loads_until_nothing_is_missing() {
        let files = HashMap::from([
            ("a/b.yaml", "B: {$ref: 'c/c.yaml#/C'}"),
            (
                "a/c/c.yaml",
                "C: {$ref: '../b.yaml#/B'}\nD: {$ref: '../../secret.yaml'}",
            ),
        ]);
        let main = Source::new(
            "a/main.yaml",
            "openapi: 3.0.0\nx: {$ref: b.yaml#/B}\ny: {$ref: gone.yaml}",
        );
        let set = DocumentSet::new(document::parse(&main).unwrap())
            .load(|name| match files.get(name) {
                Some(text) => Ok(text.as_bytes().to_vec()),
                None => Err(format!("no {name}")),
            })
            .unwrap();
        let names: Vec<_> = set.others.iter().map(|other| other.name.as_str()).collect();
        assert_eq!(names, ["a/b.yaml", "a/c/c.yaml"]);
        assert_eq!(set.unreadable.keys().collect::<Vec<_>>(), ["a/gone.yaml"]);
    }
}
