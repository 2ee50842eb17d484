//! What a change of documents, manifests or the generator means: on the wire, and for code that uses the result.
//!
//! Classes follow Cargo's [SemVer reference](https://doc.rust-lang.org/cargo/reference/semver.html), with what the
//! generated crate promises: models are made by `new`, by `Default` or by `..` over another one, and enums are
//! matched with a wildcard. Whoever does, is not stopped by a new optional property or a new value of an enum; where
//! the reference to the letter is stricter, [`RustChange::strict`] says so.

mod facts;
mod members;
mod narrowing;
mod pairs;
mod rust;
mod security;
mod types;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use super::{Document, Item, Kind, Lock, LockedApi, LockedPortal, Member, Role};
pub use narrowing::{Narrowing, narrowings};
use pairs::Pairs;
use types::Types;

/// What differs between two locks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The files whose content differs, with what they were.
    pub documents: Vec<DocumentChange>,
    /// The generator's versions, where they differ.
    pub generator: Option<(String, String)>,
    /// Whether limits, defaults, addresses and the like could not be compared, since one side's lock has none.
    pub without_facts: bool,
    /// What differs on the wire.
    pub wire: Vec<WireChange>,
    /// What differs in Rust.
    pub rust: Vec<RustChange>,
}

/// A file whose content differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentChange {
    /// What it was; `None` where it is new.
    pub old: Option<Document>,
    /// What it is; `None` where it is gone.
    pub new: Option<Document>,
    /// The document's `info.version`, before and after; empty for manifests.
    pub versions: (String, String),
}

/// How much a change on the wire matters to clients that are already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Clients go on as they are.
    Information,
    /// Some clients may notice.
    Warning,
    /// Clients fail, or lose something that they counted on.
    Breaking,
}

/// What a change asks of the version of the generated crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing that code could notice.
    #[default]
    Patch,
    /// Code goes on compiling, with the same meaning.
    Minor,
    /// Code stops compiling, or means something else.
    Major,
}

/// A change of what travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireChange {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of change it is, such as `required-parameter-added`.
    pub rule: &'static str,
    /// Where: method and path of an operation, or the schema.
    pub place: String,
    /// Method and path of the operations that it reaches, where the place is not one itself.
    pub operations: Vec<String>,
    /// Where it stands in the normalized document: in the new one, or in the old one where it is gone.
    pub pointer: String,
    /// What changed, in words.
    pub message: String,
    /// The inputs that may have caused it.
    pub causes: Vec<String>,
}

/// A change of a public item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RustChange {
    /// What it asks of the version, by what the crate promises.
    pub class: Class,
    /// What it asks of the version, by Cargo's reference to the letter.
    pub strict: Class,
    /// What kind of change it is, such as `field-removed`.
    pub rule: &'static str,
    /// What the item is.
    pub kind: Kind,
    /// The item's path, the old one where it had one.
    pub path: String,
    /// The member of the item, as code names it; empty where it is the item itself.
    pub member: String,
    /// Method and path of the operations concerned.
    pub operations: Vec<String>,
    /// Where it stands in the normalized document: in the new one, or in the old one where it is gone.
    pub pointer: String,
    /// What it was, as Rust; empty where it is new.
    pub old: String,
    /// What it is, as Rust; empty where it is gone.
    pub new: String,
    /// The scopes that its operation needs now.
    pub scopes: Vec<String>,
    /// The uses that stop compiling, as [`uses`] names them.
    pub stops: Vec<String>,
    /// What to write or to do instead.
    pub instead: String,
    /// The inputs that may have caused it.
    pub causes: Vec<String>,
}

impl Severity {
    /// The word for it in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
        }
    }
}

impl Class {
    /// The word for it in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl Report {
    /// What all changes together ask of the version, by what the crate promises.
    pub fn class(&self) -> Class {
        let classes = self.rust.iter().map(|change| change.class);
        classes.max().unwrap_or_default()
    }

    /// What all changes together ask of the version, by Cargo's reference to the letter.
    pub fn strict(&self) -> Class {
        let classes = self.rust.iter().map(|change| change.strict);
        classes.max().unwrap_or_default()
    }

    /// Whether clients, old or rebuilt, are stopped by it.
    pub fn is_breaking(&self) -> bool {
        let mut wire = self.wire.iter();
        self.class() == Class::Major || wire.any(|change| change.severity == Severity::Breaking)
    }

    /// Every use that stops compiling, as [`uses`] names them.
    pub fn stops(&self) -> BTreeSet<&str> {
        let stops = self.rust.iter().flat_map(|change| &change.stops);
        stops.map(String::as_str).collect()
    }
}

/// The ways in which code uses an item and its members: what [`RustChange::stops`] lists.
pub fn uses(item: &Item) -> Vec<String> {
    let mut uses = match item.kind {
        Kind::Operation => vec![format!("{}()", item.path)],
        _ => vec![item.path.clone()],
    };
    uses.extend(item.formerly.iter().map(|name| former_use(item, name)));
    for member in &item.members {
        uses.extend(member_use(item, member));
        uses.extend(behind_reference_use(item, member));
        let formerly = member.formerly.iter();
        uses.extend(formerly.filter_map(|name| former_member_use(item, member, name)));
    }
    if is_literal(item) {
        uses.push(literal_use(item));
    }
    uses
}

/// How code uses a name that an item had before.
pub fn former_use(item: &Item, name: &str) -> String {
    let call = match item.kind {
        Kind::Operation => "()",
        _ => "",
    };
    format!("{}::{name}{call}", item.module())
}

/// How code uses a name that a member had before.
pub fn former_member_use(item: &Item, member: &Member, name: &str) -> Option<String> {
    let member = Member {
        name: name.to_owned(),
        ..member.clone()
    };
    member_use(item, &member)
}

/// How code uses a member.
pub fn member_use(item: &Item, member: &Member) -> Option<String> {
    let (path, name) = (&item.path, &member.name);
    match member.role {
        Role::Argument | Role::Constant => None,
        Role::Field if item.kind == Kind::Alias => Some(format!("{path} = {}", member.ty)),
        Role::Field => Some(format!("{path}.{name}")),
        Role::Method => Some(format!("{path}.{name}()")),
        Role::Variant => Some(format!("{path}::{name}")),
        Role::Function => Some(format!("{path}::{name}()")),
        Role::Trait if member.ty.is_empty() => Some(format!("{path}: {name}")),
        Role::Trait => Some(format!("{path}: {name}<{}>", member.ty)),
    }
}

/// How code matches a value of an enum behind a reference. A constant under the value's old name is no pattern there,
/// although it is one of the value itself.
pub fn behind_reference_use(item: &Item, member: &Member) -> Option<String> {
    let is_value = item.kind == Kind::Enum && member.role == Role::Variant && member.ty.is_empty();
    is_value.then(|| format!("&{}::{}", item.path, member.name))
}

/// How code makes a struct of another one.
pub fn literal_use(item: &Item) -> String {
    format!("{} {{ .. }}", item.path)
}

/// Whether code makes it of another one.
pub fn is_literal(item: &Item) -> bool {
    matches!(item.kind, Kind::Model | Kind::Headers | Kind::Multipart)
        && item.members(Role::Field).next().is_some()
}

/// The items that are there on both sides, whatever their names.
pub(super) fn pairs<'a>(old: &'a [Item], new: &'a [Item]) -> Vec<(&'a Item, &'a Item)> {
    Pairs::of(old, new).both
}

/// Compares two locks. Where one was written before facts were locked, nothing is told of these.
pub fn compare(old: &Lock, new: &Lock) -> Report {
    if old.without_facts != new.without_facts {
        return Report {
            without_facts: true,
            ..compare(&without_facts(old), &without_facts(new))
        };
    }
    let mut report = Report {
        generator: (old.generator != new.generator)
            .then(|| (old.generator.clone(), new.generator.clone())),
        ..Report::default()
    };
    let none = LockedPortal::default();
    let names: BTreeSet<&String> = old.portals.keys().chain(new.portals.keys()).collect();
    for name in names {
        let before = old.portals.get(name);
        let after = new.portals.get(name);
        let sides = (before.unwrap_or(&none), after.unwrap_or(&none));
        portal(&mut report, sides);
    }
    report
        .rust
        .sort_by(|a, b| (b.class, &a.path).cmp(&(a.class, &b.path)));
    report
        .wire
        .sort_by(|a, b| (b.severity, &a.place).cmp(&(a.severity, &b.place)));
    report
}

fn without_facts(lock: &Lock) -> Lock {
    let mut lock = lock.clone();
    lock.without_facts = true;
    for portal in lock.portals.values_mut() {
        let apis = portal.apis.values_mut().flat_map(|api| &mut api.items);
        for item in portal.items.iter_mut().chain(apis) {
            item.facts.clear();
            item.members.iter_mut().for_each(|it| it.facts.clear());
        }
    }
    lock
}

fn portal(report: &mut Report, (old, new): (&LockedPortal, &LockedPortal)) {
    let mut changed = Vec::new();
    let versions = (String::new(), String::new());
    documents(
        &mut changed,
        (
            std::slice::from_ref(&old.manifest),
            std::slice::from_ref(&new.manifest),
        ),
        &versions,
    );
    let manifest = changed.clone();
    let none = LockedApi::default();
    let ids: BTreeSet<&String> = old.apis.keys().chain(new.apis.keys()).collect();
    let mut of_portal = changed.clone();
    for id in ids {
        let sides = (
            old.apis.get(id).unwrap_or(&none),
            new.apis.get(id).unwrap_or(&none),
        );
        let versions = (sides.0.version.clone(), sides.1.version.clone());
        let mut changed = Vec::new();
        documents(
            &mut changed,
            (&sides.0.documents, &sides.1.documents),
            &versions,
        );
        of_portal.extend(changed.iter().cloned());
        let causes = causes(&changed, &manifest, report.generator.as_ref());
        api(report, sides, &causes);
        report.documents.extend(changed);
    }
    let causes = causes(&of_portal, &[], report.generator.as_ref());
    items(report, (&old.items, &new.items), &causes);
    report.documents.extend(manifest);
}

fn api(report: &mut Report, (old, new): (&LockedApi, &LockedApi), causes: &[String]) {
    if !old.feature.is_empty() && old.feature != new.feature {
        report.rust.push(RustChange {
            class: Class::Major,
            strict: Class::Major,
            rule: "feature-removed",
            path: old.feature.clone(),
            old: old.feature.clone(),
            new: new.feature.clone(),
            instead: match new.feature.as_str() {
                "" => "take the cargo feature out of the dependency".to_owned(),
                feature => format!("name the cargo feature `{feature}`"),
            },
            causes: causes.to_vec(),
            ..RustChange::default()
        });
    }
    items(report, (&old.items, &new.items), causes);
}

fn items(report: &mut Report, (old, new): (&[Item], &[Item]), causes: &[String]) {
    let pairs = Pairs::of(old, new);
    let types = Types::of(old, new, &pairs);
    let mut rust = rust::changes(&pairs, &types);
    rust.extend(narrowing::changes(old, new));
    rust.iter_mut()
        .for_each(|change| causes.clone_into(&mut change.causes));
    report.rust.extend(rust);
    let mut wire = wire::changes(&pairs, &types);
    wire.iter_mut()
        .for_each(|change| causes.clone_into(&mut change.causes));
    report.wire.extend(wire);
}

fn documents(
    changed: &mut Vec<DocumentChange>,
    (old, new): (&[Document], &[Document]),
    versions: &(String, String),
) {
    let by_file = |all: &[Document]| -> BTreeMap<String, Document> {
        let named = all.iter().filter(|document| !document.file.is_empty());
        named
            .map(|document| (document.file.clone(), document.clone()))
            .collect()
    };
    let (old, new) = (by_file(old), by_file(new));
    // Two documents on their own go by other names, and are still the same one.
    let alone = old.len() == 1 && new.len() == 1;
    if alone {
        let pair = (old.into_values().next(), new.into_values().next());
        if pair.0.as_ref().map(|it| &it.sha256) != pair.1.as_ref().map(|it| &it.sha256) {
            changed.push(DocumentChange {
                old: pair.0,
                new: pair.1,
                versions: versions.clone(),
            });
        }
        return;
    }
    let files: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for file in files {
        let (before, after) = (old.get(file), new.get(file));
        if before.map(|it| &it.sha256) != after.map(|it| &it.sha256) {
            changed.push(DocumentChange {
                old: before.cloned(),
                new: after.cloned(),
                versions: versions.clone(),
            });
        }
    }
}

/// What may have caused the changes of an API. Where no input differs, it was the generator.
fn causes(
    documents: &[DocumentChange],
    manifest: &[DocumentChange],
    generator: Option<&(String, String)>,
) -> Vec<String> {
    let named = |change: &DocumentChange| {
        let document = change.new.as_ref().or(change.old.as_ref())?;
        let file = &document.file;
        let what = match file.rsplit('/').next() {
            Some("portal.yaml") => "the manifest",
            Some(name) if name.ends_with(".overlay.yaml") => "the overlay",
            _ => "the document",
        };
        Some(format!("{what} {file}"))
    };
    let files = documents.iter().chain(manifest).filter_map(named);
    let mut causes: Vec<String> = files.collect();
    if let Some((old, new)) = generator {
        causes.push(format!("the generator, {old} and now {new}"));
    } else if causes.is_empty() {
        causes.push("the generator".to_owned());
    }
    causes
}
