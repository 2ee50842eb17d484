//! What differs among the members of items: fields, variants, functions and methods.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::super::{Item, Kind, Member, Role};
use super::rust::Pair;
use super::{
    Class, RustChange, behind_reference_use, former_member_use, is_literal, literal_use, member_use,
};

/// Adds what differs among the members of an item.
pub(super) fn changes(pair: &Pair<'_>, changes: &mut Vec<RustChange>) {
    // An alias is used as what it stands for, and stays one for itself.
    let new = match pair.old.kind {
        Kind::Alias => pair.new,
        _ => pair.types.behind(pair.new),
    };
    let is_told = |member: &&Member| !matches!(member.role, Role::Argument | Role::Constant);
    let counterparts = Counterparts::of(pair.old, new);
    let mut known: HashSet<*const Member> = HashSet::new();
    for old in pair.old.members.iter().filter(is_told) {
        let Some(member) = counterparts.find(old) else {
            changes.push(match reused(pair, old, new) {
                Some(other) => name_reused(pair, old, other, "is gone"),
                None => removed(pair, old, new),
            });
            continue;
        };
        known.insert(std::ptr::from_ref(member));
        let is_kept = member.formerly.contains(&old.name);
        if member.name != old.name {
            let instead = format!("is `{}`", member.name);
            changes.push(match reused(pair, old, new) {
                Some(other) => name_reused(pair, old, other, &instead),
                None => renamed(pair, old, member, is_kept),
            });
        }
        if member.name == old.name || is_kept {
            changes.extend(retyped(pair, old, member));
        }
        changes.extend(names_dropped(pair, old, member));
    }
    let is_new = |member: &&Member| !known.contains(&std::ptr::from_ref(*member));
    if pair.old.kind == new.kind {
        let members = new.members.iter().filter(is_told).filter(is_new);
        changes.extend(members.map(|member| added(pair, member)));
    }
    changes.extend(constructor_reordered(pair, new));
}

/// What became of members: the one of that name on the wire or, where nothing travels, in Rust.
struct Counterparts<'b> {
    kind: Kind,
    /// None where several have the name.
    by_wire: HashMap<(Role, &'b str, &'b str), Option<&'b Member>>,
    by_name: HashMap<(Role, &'b str, &'b str), &'b Member>,
    /// The variant that keeps what an enum does not list.
    otherwise: Option<&'b Member>,
}

impl<'b> Counterparts<'b> {
    fn of(old: &Item, new: &'b Item) -> Self {
        let mut this = Self {
            kind: old.kind,
            by_wire: HashMap::new(),
            by_name: HashMap::new(),
            otherwise: None,
        };
        for member in &new.members {
            if !member.wire.is_empty() {
                let key = (member.role, member.wire.as_str(), this.place(member));
                let several = this.by_wire.contains_key(&key);
                this.by_wire.insert(key, (!several).then_some(member));
            }
            if member.role == Role::Variant && member.wire.is_empty() && !member.ty.is_empty() {
                this.otherwise = Some(member);
            }
            let key = (member.role, member.name.as_str(), granted(member));
            this.by_name.entry(key).or_insert(member);
        }
        this
    }

    fn find(&self, old: &Member) -> Option<&'b Member> {
        // The variant for all other values has no value of its own, and makes way for one of its name.
        if self.kind == Kind::Enum && old.wire.is_empty() && !old.ty.is_empty() {
            return self.otherwise;
        }
        let by_wire = self.by_wire.get(&(old.role, &old.wire, self.place(old)));
        let by_name = || self.by_name.get(&(old.role, &old.name, granted(old)));
        by_wire.copied().flatten().or_else(|| by_name().copied())
    }

    /// Parameters of one name may travel in several places.
    fn place<'m>(&self, member: &'m Member) -> &'m str {
        match self.kind {
            Kind::Call => &member.place,
            _ => "",
        }
    }
}

/// A bundle has the same trait several times, for other accesses.
fn granted(member: &Member) -> &str {
    match member.role {
        Role::Trait => &member.ty,
        _ => "",
    }
}

/// The uses that end with a member as it was.
fn stops(pair: &Pair<'_>, old: &Member) -> Vec<String> {
    let mut stops: Vec<String> = member_use(pair.old, old).into_iter().collect();
    stops.extend(behind_reference_use(pair.old, old));
    if old.role == Role::Field && is_literal(pair.old) {
        stops.push(literal_use(pair.old));
    }
    stops
}

fn name(member: &Member) -> String {
    match member.role {
        Role::Field => format!(".{}", member.name),
        Role::Variant => format!("::{}", member.name),
        Role::Function => format!("::{}()", member.name),
        Role::Method => format!(".{}()", member.name),
        Role::Trait | Role::Argument | Role::Constant => member.name.clone(),
    }
}

/// The uses that end with a member, those of its names from before among them.
fn all_stops(pair: &Pair<'_>, old: &Member) -> Vec<String> {
    let formerly = old.formerly.iter();
    let formerly = formerly.filter_map(|name| former_member_use(pair.old, old, name));
    stops(pair, old).into_iter().chain(formerly).collect()
}

fn removed(pair: &Pair<'_>, old: &Member, new: &Item) -> RustChange {
    let (rule, instead) = match old.role {
        Role::Field if pair.old.kind == Kind::Alias => (
            "alias-changed",
            "it is a type of its own now".to_owned(),
        ),
        Role::Field => (
            "field-removed",
            "the property is gone: take the field out".to_owned(),
        ),
        Role::Variant => (
            "variant-removed",
            "the value is gone: take the variant out; where it comes nevertheless, the last variant keeps it"
                .to_owned(),
        ),
        Role::Function if new.members(Role::Trait).any(|it| it.name == "Default") => (
            "constructor-removed",
            "write `Default::default()`, with fields over it".to_owned(),
        ),
        Role::Function => (
            "constructor-removed",
            "applications do not send it any more".to_owned(),
        ),
        Role::Method if pair.old.kind == Kind::Client => (
            "api-removed",
            "the portal has no such API any more".to_owned(),
        ),
        Role::Method => ("option-removed", option_removed(old)),
        Role::Trait if old.ty.is_empty() => {
            let new = new.members(Role::Function).next();
            let instead = new.map_or_else(
                || "give all fields".to_owned(),
                |new| format!("write `new` with {}", new.ty),
            );
            ("default-removed", instead)
        }
        Role::Trait | Role::Argument | Role::Constant => (
            "grant-removed",
            "choose a bundle that grants it".to_owned(),
        ),
    };
    RustChange {
        member: name(old),
        old: shown(old),
        new: String::new(),
        stops: all_stops(pair, old),
        instead,
        ..pair.change(Class::Major, rule)
    }
}

fn option_removed(old: &Member) -> String {
    match old.place.as_str() {
        "" => "the operation has no pages any more: await the call".to_owned(),
        _ => format!(
            "the call does not take `{}` as an option any more: see its arguments",
            old.wire
        ),
    }
}

/// The member that code names now where it means an old one, and the compiler does not notice.
fn reused<'b>(pair: &Pair<'_>, old: &Member, new: &'b Item) -> Option<&'b Member> {
    let travels = |member: &Member| !member.wire.is_empty();
    let mut members = new.members(old.role);
    let other = members.find(|it| it.name == old.name && travels(it))?;
    let fits = travels(old) && pair.old.kind == new.kind && pair.types.fits(&old.ty, &other.ty);
    fits.then_some(other)
}

/// A name that stands for something else than before. `became` says what the old thing is.
fn name_reused(pair: &Pair<'_>, old: &Member, other: &Member, became: &str) -> RustChange {
    RustChange {
        member: name(old),
        old: format!("{} for `{}`", shown(old), old.wire),
        new: format!("{} for `{}`", shown(other), other.wire),
        instead: format!(
            "what was `{}` {became}; the name stands for `{}` now, and the compiler does not notice: check every \
             use of it",
            old.name, other.wire
        ),
        ..pair.change(Class::Major, "name-reused")
    }
}

/// A member under another name; where the old one is kept, code goes on compiling, but for patterns behind a reference.
fn renamed(pair: &Pair<'_>, old: &Member, member: &Member, is_kept: bool) -> RustChange {
    let stops = match is_kept {
        true => behind_reference_use(pair.old, old).into_iter().collect(),
        false => stops(pair, old),
    };
    let (class, more) = match (is_kept, stops.is_empty()) {
        (true, true) => (Class::Minor, ""),
        (true, false) => (
            Class::Major,
            "; under its old name, it can be made, and matched by value, but not behind a reference",
        ),
        (false, _) => (Class::Major, ""),
    };
    RustChange {
        member: name(old),
        old: shown(old),
        new: shown(member),
        stops,
        instead: format!("write `{}`{more}", member.name),
        ..pair.change(class, "member-renamed")
    }
}

/// A name from before that is not kept any more.
fn names_dropped(pair: &Pair<'_>, old: &Member, member: &Member) -> Option<RustChange> {
    let is_there = |name: &&String| **name == member.name || member.formerly.contains(*name);
    let dropped: Vec<&String> = old.formerly.iter().filter(|it| !is_there(it)).collect();
    let stops = dropped.iter();
    let stops = stops.filter_map(|name| former_member_use(pair.old, old, name));
    (!dropped.is_empty()).then(|| RustChange {
        member: name(old),
        old: dropped
            .iter()
            .map(|it| it.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        new: member.name.clone(),
        stops: stops.collect(),
        instead: format!("write `{}`", member.name),
        ..pair.change(Class::Major, "former-name-removed")
    })
}

fn retyped(pair: &Pair<'_>, old: &Member, member: &Member) -> Option<RustChange> {
    let fits = match old.role {
        Role::Method if !old.place.is_empty() => pair.types.fits_argument(&old.ty, &member.ty),
        _ => pair.types.fits(&old.ty, &member.ty),
    };
    if fits {
        return None;
    }
    let (rule, instead) = match old.role {
        Role::Field if pair.old.kind == Kind::Alias => ("alias-changed", String::new()),
        Role::Field => ("field-changed", presence(old, member)),
        Role::Variant => ("variant-changed", format!("it holds `{}`", member.ty)),
        Role::Function => ("constructor-changed", constructor(pair)),
        _ => ("option-changed", format!("pass `{}`", member.ty)),
    };
    Some(RustChange {
        member: name(old),
        old: shown(old),
        new: shown(member),
        stops: stops(pair, old),
        instead,
        ..pair.change(Class::Major, rule)
    })
}

/// What to write for a field whose type differs.
fn presence(old: &Member, new: &Member) -> String {
    match (old.place.as_str(), new.place.as_str()) {
        ("required" | "constant", "optional" | "nullable") => {
            "it may be missing: handle `None`, and give `Some(…)`".to_owned()
        }
        (_, "patch") => "give `Nullable::Value(…)`, `Null` or `Absent`".to_owned(),
        ("optional" | "nullable" | "patch", "required") => {
            "it is always there: give the value itself".to_owned()
        }
        _ => format!("it is `{}` now", new.ty),
    }
}

fn added(pair: &Pair<'_>, member: &Member) -> RustChange {
    let (rule, strict, instead) = match member.role {
        Role::Field => (
            "field-added",
            Class::Major,
            "nothing, unless a struct is made without `new`, `Default` or `..`",
        ),
        // The enum of regions is non-exhaustive: a match of it has a wildcard.
        Role::Variant if pair.new.kind == Kind::Regions => ("variant-added", Class::Minor, ""),
        Role::Variant => (
            "variant-added",
            Class::Major,
            "nothing, unless an enum is matched without a wildcard; the value came in the last variant before",
        ),
        Role::Method => ("option-added", Class::Minor, ""),
        Role::Trait if !member.ty.is_empty() => ("grant-added", Class::Minor, ""),
        _ => ("function-added", Class::Minor, ""),
    };
    RustChange {
        member: name(member),
        strict,
        old: String::new(),
        new: shown(member),
        instead: instead.to_owned(),
        ..pair.change(Class::Minor, rule)
    }
}

/// The fields that `new` asks for.
fn asked(item: &Item) -> impl Iterator<Item = &Member> {
    let fields = item.members(Role::Field);
    fields.filter(|it| matches!(it.place.as_str(), "required" | "nullable"))
}

/// How to write `new` now, by the names of what it asks for.
fn constructor(pair: &Pair<'_>) -> String {
    let (old, new) = (pair.old, pair.types.behind(pair.new));
    let names: Vec<&str> = asked(new).map(|it| it.name.as_str()).collect();
    let mut text = format!("write `new({})`", names.join(", "));
    for field in asked(new).filter(|it| !asked(old).any(|before| before.wire == it.wire)) {
        _ = write!(text, "; it asks for `{}: {}` as well", field.name, field.ty);
    }
    for field in asked(old).filter(|it| !asked(new).any(|now| now.wire == it.wire)) {
        _ = write!(text, "; it does not ask for `{}` any more", field.name);
    }
    text
}

/// `new` takes the same types, but for other properties: the compiler does not notice.
fn constructor_reordered(pair: &Pair<'_>, new: &Item) -> Option<RustChange> {
    let of = |item: &Item| item.members(Role::Function).next().map(|it| it.ty.clone());
    let (before, after) = (of(pair.old)?, of(new)?);
    let wires = |item| -> Vec<String> { asked(item).map(|field| field.wire.clone()).collect() };
    let (old_order, new_order) = (wires(pair.old), wires(new));
    let differs = pair.types.fits(&before, &after) && old_order != new_order;
    differs.then(|| RustChange {
        member: "::new()".to_owned(),
        old: format!("new({})", old_order.join(", ")),
        new: format!("new({})", new_order.join(", ")),
        instead: "the arguments stand for other properties, and the compiler does not notice: check every call"
            .to_owned(),
        ..pair.change(Class::Major, "constructor-reordered")
    })
}

/// A member as Rust.
fn shown(member: &Member) -> String {
    match member.role {
        Role::Field => format!("{}: {}", member.name, member.ty),
        Role::Variant if member.ty.is_empty() => member.name.clone(),
        Role::Variant => format!("{}({})", member.name, member.ty),
        Role::Function => format!("fn {}({})", member.name, member.ty),
        Role::Method if member.place.is_empty() => {
            format!("fn {}(self) -> {}", member.name, member.ty)
        }
        Role::Method => format!("fn {}(self, {})", member.name, member.ty),
        Role::Trait if member.ty.is_empty() => member.name.clone(),
        Role::Trait | Role::Argument | Role::Constant => format!("{}<{}>", member.name, member.ty),
    }
}
