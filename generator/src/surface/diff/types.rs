//! What types mean on either side: aliases followed, and how what travels relates.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Item, Kind, Role};
use super::pairs::Pairs;

/// As many aliases as one type may be behind.
const MOST_ALIASES: usize = 32;

/// The length at which a type is taken as it stands.
const LONGEST_TYPE: usize = 4_000;

/// The named types of both sides.
pub(super) struct Types<'a> {
    /// The new side's items by their names in types.
    new: BTreeMap<String, &'a Item>,
    old: BTreeMap<String, &'a Item>,
    /// New names of types by their old ones, where they differ.
    renamed: BTreeMap<String, String>,
    /// Names of types by the names that they had before and still go by.
    former: BTreeMap<String, String>,
    pub(super) sent: BTreeSet<String>,
    pub(super) received: BTreeSet<String>,
    /// Old items by the operations that reach them.
    pub(super) reached: BTreeMap<String, BTreeSet<String>>,
}

/// How what travels now relates to what did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Same,
    /// Everything that did, and more.
    Wider,
    /// Not everything that did.
    Narrower,
    Other,
}

impl<'a> Types<'a> {
    pub(super) fn of(old: &'a [Item], new: &'a [Item], pairs: &Pairs<'_>) -> Self {
        let renamed = pairs.both.iter().filter_map(|(old, new)| {
            let (old, new) = (name_in_types(old)?, name_in_types(new)?);
            (old != new).then_some((old, new))
        });
        let mut types = Self {
            new: by_name(new),
            old: by_name(old),
            renamed: renamed.collect(),
            former: former(new),
            sent: BTreeSet::new(),
            received: BTreeSet::new(),
            reached: BTreeMap::new(),
        };
        for (items, side) in [(old, true), (new, false)] {
            types.directions(items, side);
        }
        types
    }

    /// Follows types from operations: what they send and what they receive.
    fn directions(&mut self, items: &[Item], is_old: bool) {
        for item in items {
            let (mut sent, mut received) = (Vec::new(), Vec::new());
            for member in &item.members {
                match (item.kind, member.role) {
                    (Kind::Operation, Role::Argument) => sent.push(member.ty.as_str()),
                    (Kind::Call, Role::Method) if !member.place.is_empty() => {
                        sent.push(&member.ty);
                    }
                    _ => {}
                }
            }
            if let Some(operation) = &item.operation {
                received.extend([
                    operation.success.as_str(),
                    operation.error.as_str(),
                    operation.headers.as_str(),
                ]);
            }
            let sent = self.reach(&sent, is_old);
            let received = self.reach(&received, is_old);
            if is_old {
                for name in sent.iter().chain(&received) {
                    let operations = self.reached.entry(name.clone()).or_default();
                    operations.insert(item.key.clone());
                }
            }
            self.sent.extend(sent);
            self.received.extend(received);
        }
    }

    /// The names that types reach.
    fn reach(&self, from: &[&str], is_old: bool) -> BTreeSet<String> {
        let side = if is_old { &self.old } else { &self.new };
        let mut found = BTreeSet::new();
        let mut open: Vec<String> = from.iter().flat_map(|ty| names(ty)).collect();
        while let Some(name) = open.pop() {
            let Some(item) = side.get(&name) else {
                continue;
            };
            if found.insert(name) {
                let types = item.members.iter().map(|member| member.ty.as_str());
                open.extend(types.flat_map(names));
            }
        }
        found
    }

    /// The operations that reach an old item.
    pub(super) fn operations(&self, item: &Item) -> Vec<String> {
        if !item.key.is_empty() && matches!(item.kind, Kind::Operation | Kind::Call) {
            return vec![item.key.clone()];
        }
        let name = name_in_types(item).unwrap_or_default();
        let operations = self.reached.get(&name).into_iter().flatten();
        operations.cloned().collect()
    }

    /// What an old type means where code that names it meets the new side; `None` where it is gone.
    pub(super) fn now(&self, ty: &str) -> Option<String> {
        let ty = replaced(ty, &|name| self.former.get(name).cloned());
        let is_known = |name: &String| self.new.contains_key(name) || !self.old.contains_key(name);
        names(&ty)
            .iter()
            .all(is_known)
            .then(|| expanded(&ty, &self.new))
    }

    /// Whether code that names the old type takes the new one for it.
    pub(super) fn fits(&self, old: &str, new: &str) -> bool {
        self.now(old)
            .is_some_and(|old| old == expanded(new, &self.new))
    }

    /// Whether an argument of the old type is taken for one of the new type.
    pub(super) fn fits_argument(&self, old: &str, new: &str) -> bool {
        let Some(old) = self.now(old) else {
            return false;
        };
        let new = expanded(new, &self.new);
        let derefs = |to: &str| match (old.as_str(), to) {
            ("&String", "&str") => true,
            (old, new) => {
                let old = old
                    .strip_prefix("&Vec<")
                    .and_then(|it| it.strip_suffix('>'));
                let new = new.strip_prefix("&[").and_then(|it| it.strip_suffix(']'));
                old.is_some() && old == new
            }
        };
        let takes = match new.as_str() {
            "impl Into<String>" => matches!(old.as_str(), "&str" | "String" | "&String"),
            "&[impl AsRef<str> + Encode]" => matches!(old.as_str(), "&[String]" | "&Vec<String>"),
            _ => false,
        };
        old == new || derefs(&new) || takes
    }

    /// The item behind an alias, or the item itself.
    pub(super) fn behind<'b>(&self, item: &'b Item) -> &'b Item
    where
        'a: 'b,
    {
        let mut item = item;
        for _ in 0..MOST_ALIASES {
            let target = item.members.first().filter(|_| item.kind == Kind::Alias);
            match target.and_then(|target| self.new.get(&target.ty)) {
                Some(other) => item = other,
                None => break,
            }
        }
        item
    }

    /// How the new type relates to the old one on the wire.
    pub(super) fn relation(&self, old: &str, new: &str) -> Relation {
        let (old, new) = (self.plain(old, &self.old), self.plain(new, &self.new));
        let old = self.renamed(&old);
        self.related(&old, &new)
    }

    fn related(&self, old: &str, new: &str) -> Relation {
        if old == new {
            return Relation::Same;
        }
        for kind in ["Vec<", "BTreeMap<String, "] {
            let inner = |ty: &str| {
                let inner = ty.strip_prefix(kind)?.strip_suffix('>')?;
                Some(inner.to_owned())
            };
            if let (Some(old), Some(new)) = (inner(old), inner(new)) {
                return self.relation(&old, &new);
            }
        }
        let is = |wide: &str, narrow: &str| self.is_wider(wide, narrow);
        match (is(new, old), is(old, new)) {
            (true, _) => Relation::Wider,
            (_, true) => Relation::Narrower,
            _ => Relation::Other,
        }
    }

    /// Whether all values of one type are values of another.
    fn is_wider(&self, wide: &str, narrow: &str) -> bool {
        let is_text = |ty: &str| {
            let texts = [
                "Date", "DateTime", "Time", "Duration", "Uuid", "Base64", "Secret",
            ];
            let is_string_enum = |side: &BTreeMap<String, &Item>| {
                let item = side.get(ty).filter(|item| item.kind == Kind::Enum);
                let kept = item.and_then(|item| item.members.last());
                kept.is_some_and(|kept| kept.ty == "String")
            };
            texts.contains(&ty) || is_string_enum(&self.old) || is_string_enum(&self.new)
        };
        match wide {
            "Json" => true,
            "String" => is_text(narrow),
            "Secret" => narrow == "String",
            "Decimal" | "f64" => {
                matches!(
                    narrow,
                    "i32" | "i64" | "u32" | "u64" | "f32" | "f64" | "Decimal"
                )
            }
            "f32" => matches!(narrow, "i32" | "u32"),
            "i64" => matches!(narrow, "i32" | "u32"),
            "u64" => narrow == "u32",
            _ => false,
        }
    }

    /// A type without what Rust alone has to say about it.
    fn plain(&self, ty: &str, side: &BTreeMap<String, &Item>) -> String {
        let mut ty = expanded(ty, side);
        loop {
            let stripped = ["Option<", "Nullable<", "Box<"]
                .into_iter()
                .find_map(|wrap| ty.strip_prefix(wrap)?.strip_suffix('>'));
            let slice = ty.strip_prefix("&[").and_then(|it| it.strip_suffix(']'));
            ty = match (stripped, slice) {
                (Some(inner), _) => inner.to_owned(),
                (None, Some(item)) => format!("Vec<{item}>"),
                (None, None) => match ty.as_str() {
                    "str" | "impl Into<String>" | "impl AsRef<str> + Encode" => "String".to_owned(),
                    "Vec<impl AsRef<str> + Encode>" => "Vec<String>".to_owned(),
                    text => match text.strip_prefix('&') {
                        Some(inner) => inner.to_owned(),
                        None => return ty,
                    },
                },
            };
        }
    }

    fn renamed(&self, ty: &str) -> String {
        replaced(ty, &|name| self.renamed.get(name).cloned())
    }
}

fn by_name(items: &[Item]) -> BTreeMap<String, &Item> {
    let named = items
        .iter()
        .filter_map(|item| Some((name_in_types(item)?, item)));
    named.collect()
}

fn former(items: &[Item]) -> BTreeMap<String, String> {
    let named = items
        .iter()
        .filter_map(|item| Some((name_in_types(item)?, item)));
    let former = named.flat_map(|(name, item)| {
        let names = item.formerly.iter();
        let module = name
            .strip_suffix(item.name())
            .unwrap_or_default()
            .to_owned();
        names.map(move |old| (format!("{module}{old}"), name.clone()))
    });
    former.collect()
}

/// How types name an item.
pub(super) fn name_in_types(item: &Item) -> Option<String> {
    let name = item.name();
    match item.kind {
        Kind::Model | Kind::Enum | Kind::Union | Kind::Alias => Some(format!("types::{name}")),
        Kind::Errors | Kind::Successes | Kind::Headers | Kind::Multipart => Some(name.to_owned()),
        _ => None,
    }
}

/// The words of a type that may be names of the API's own.
fn names(ty: &str) -> Vec<String> {
    words(ty)
        .into_iter()
        .map(|(_, word)| word.to_owned())
        .collect()
}

/// The words of a type with their places; `types::Name` is one.
fn words(ty: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c == '_' || c == ':' || c.is_alphanumeric();
    let mut words = Vec::new();
    let mut start = None;
    for (place, character) in ty.char_indices().chain([(ty.len(), ' ')]) {
        match (start, is_part(character)) {
            (None, true) => start = Some(place),
            (Some(begin), false) => {
                words.push((begin, &ty[begin..place]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn replaced(ty: &str, other: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (place, word) in words(ty) {
        out.push_str(&ty[done..place]);
        out.push_str(&other(word).unwrap_or_else(|| word.to_owned()));
        done = place + word.len();
    }
    out.push_str(&ty[done..]);
    out
}

/// A type with its aliases followed.
fn expanded(ty: &str, side: &BTreeMap<String, &Item>) -> String {
    let mut ty = ty.to_owned();
    for _ in 0..MOST_ALIASES {
        let target = |name: &str| {
            let alias = side.get(name).filter(|item| item.kind == Kind::Alias)?;
            Some(alias.members.first()?.ty.clone())
        };
        let next = replaced(&ty, &target);
        // Aliases of tuples of aliases grow fast; no signature is that long.
        if next == ty || next.len() > LONGEST_TYPE {
            break;
        }
        ty = next;
    }
    ty
}
