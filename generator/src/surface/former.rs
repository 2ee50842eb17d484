//! Names once given stay given: what a document renames goes by its old name as well.
//!
//! What a rename is, [`pairs`] and [`counterpart`] alone decide: something under another name in Rust that is the same
//! on the wire. Where two things could be meant, there is no rename.

use std::collections::BTreeSet;

use super::diff::pairs;
use super::{Item, Kind, Member, Role};
use crate::ir::Former;

/// Gives items and members the names that they had in an earlier lock, as far as nothing else has these names now.
pub(crate) fn names(items: &mut [Item], previous: &[Item]) -> Former {
    let mut found = Vec::new();
    for (old, new) in pairs(previous, items) {
        if is_kept(old.kind) && is_kept(new.kind) && old.module() == new.module() {
            found.push((new.path.clone(), old.clone()));
        }
    }
    let taken: BTreeSet<String> = items.iter().map(|item| item.path.clone()).collect();
    let mut given = BTreeSet::new();
    let mut former = Former::default();
    for item in items {
        let Some((_, old)) = found.iter().find(|(path, _)| *path == item.path) else {
            continue;
        };
        for name in all_names(old.name(), &old.formerly, item.name()) {
            let path = format!("{}::{name}", item.module());
            if taken.contains(&path) || !given.insert(path) {
                continue;
            }
            let names = match item.kind {
                Kind::Operation => &mut former.operations,
                Kind::Model | Kind::Enum | Kind::Union | Kind::Alias => &mut former.types,
                _ => &mut former.others,
            };
            names.push((name.clone(), item.name().to_owned()));
            item.formerly.push(name);
        }
        members(item, old, &mut former);
    }
    former
}

/// Whether an item can go by several names.
fn is_kept(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Operation
            | Kind::Model
            | Kind::Enum
            | Kind::Union
            | Kind::Alias
            | Kind::Call
            | Kind::Errors
            | Kind::Successes
            | Kind::Headers
            | Kind::Multipart
    )
}

/// The names that something had, without the one it has.
fn all_names(name: &str, formerly: &[String], now: &str) -> Vec<String> {
    let names = formerly.iter().map(String::as_str).chain([name]);
    let names = names.filter(|name| *name != now);
    names.map(str::to_owned).collect()
}

/// Gives values of enums and optional parameters of calls their old names. A field can have but one.
fn members(item: &mut Item, old: &Item, former: &mut Former) {
    let mut taken: BTreeSet<String> = item.members.iter().map(|it| it.name.clone()).collect();
    let owner = item.name().to_owned();
    for before in &old.members {
        let Some(place) = counterpart(before, old.kind, &item.members) else {
            continue;
        };
        let Some(member) = item.members.get_mut(place) else {
            continue;
        };
        let names = match (item.kind, member.role) {
            (Kind::Enum, Role::Variant) => &mut former.variants,
            (Kind::Call, Role::Method) => &mut former.options,
            _ => continue,
        };
        for name in all_names(&before.name, &before.formerly, &member.name) {
            if taken.insert(name.clone()) {
                names.push((owner.clone(), name.clone(), member.name.clone()));
                member.formerly.push(name);
            }
        }
    }
}

/// The place of the only member that is the same on the wire: a value of an enum, a parameter of a call.
fn counterpart(old: &Member, kind: Kind, members: &[Member]) -> Option<usize> {
    let is_named = match (kind, old.role) {
        (Kind::Enum, Role::Variant) => old.ty.is_empty(),
        (Kind::Call, Role::Method) => !old.place.is_empty() && old.place != "body",
        _ => false,
    };
    let is_same = |member: &Member| {
        (member.role, &member.wire, &member.place) == (old.role, &old.wire, &old.place)
            && member.ty.is_empty() == old.ty.is_empty()
    };
    let mut same = members.iter().enumerate().filter(|(_, it)| is_same(it));
    let (place, _) = same.next().filter(|_| is_named)?;
    same.next().is_none().then_some(place)
}
