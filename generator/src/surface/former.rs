//! Names once given stay given: what a document renames goes by its old name as well.

use std::collections::BTreeSet;

use super::diff::pairs;
use super::{Item, Kind};
use crate::ir::Former;

/// Gives items the names that they had in an earlier lock, as far as nothing else has these names now.
pub(crate) fn names(items: &mut [Item], previous: &[Item]) -> Former {
    let mut found = Vec::new();
    for (old, new) in pairs(previous, items) {
        if !is_kept(old.kind) || !is_kept(new.kind) || old.module() != new.module() {
            continue;
        }
        let mut names = old.formerly.clone();
        if old.name() != new.name() {
            names.push(old.name().to_owned());
        }
        if !names.is_empty() {
            found.push((new.path.clone(), names));
        }
    }
    let taken: BTreeSet<String> = items.iter().map(|item| item.path.clone()).collect();
    let mut given = BTreeSet::new();
    let mut former = Former::default();
    for item in items {
        let Some((_, names)) = found.iter().find(|(path, _)| *path == item.path) else {
            continue;
        };
        for name in names {
            let path = format!("{}::{name}", item.module());
            if taken.contains(&path) || !given.insert(path) {
                continue;
            }
            let names = match item.kind {
                Kind::Operation => &mut former.operations,
                _ => &mut former.types,
            };
            names.push((name.clone(), item.name().to_owned()));
            item.formerly.push(name.clone());
        }
    }
    former
}

/// Whether an item can go by several names.
fn is_kept(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Operation | Kind::Model | Kind::Enum | Kind::Union | Kind::Alias
    )
}
