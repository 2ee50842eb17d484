//! Which item became which.

use std::collections::{BTreeMap, HashSet};

use super::super::{Item, Kind, Role};

/// The items of two sides, as pairs.
pub(super) struct Pairs<'a> {
    /// What is there on both sides.
    pub(super) both: Vec<(&'a Item, &'a Item)>,
    /// What is gone.
    pub(super) removed: Vec<&'a Item>,
    /// What is new.
    pub(super) added: Vec<&'a Item>,
}

impl<'a> Pairs<'a> {
    /// Operations go by method and path, everything else by its path in Rust; what is left by what else tells it.
    pub(super) fn of(old: &'a [Item], new: &'a [Item]) -> Self {
        let mut pairs = Self {
            both: Vec::new(),
            removed: old.iter().collect(),
            added: new.iter().collect(),
        };
        let is_operation = |item: &Item| item.kind == Kind::Operation;
        pairs.pair(|item| is_operation(item).then(|| item.key.clone()));
        pairs.pair(|item| {
            let operation = item.operation.as_ref()?;
            (!operation.id.is_empty()).then(|| operation.id.clone())
        });
        let moved = pairs.moved();
        pairs.pair(|item| {
            let is_call = item.kind == Kind::Call;
            is_call.then(|| moved.get(&item.key).cloned().unwrap_or(item.key.clone()))
        });
        pairs.pair(|item| (item.kind != Kind::Call).then(|| item.path.clone()));
        pairs.pair(|item| {
            let is_inline = item.key.is_empty() && !item.pointer.is_empty();
            let kind = item.kind.word();
            is_inline.then(|| format!("{kind} {}", item.pointer))
        });
        pairs.pair(shape);
        pairs.pair(|item| match item.kind {
            Kind::Client | Kind::Regions => Some(item.kind.word().to_owned()),
            _ => None,
        });
        pairs
    }

    /// New keys of operations by their old ones, where they differ.
    fn moved(&self) -> BTreeMap<String, String> {
        let operations = self
            .both
            .iter()
            .filter(|(old, _)| old.kind == Kind::Operation);
        operations
            .filter(|(old, new)| old.key != new.key)
            .map(|(old, new)| (old.key.clone(), new.key.clone()))
            .collect()
    }

    /// Pairs what is left by a name that each has to itself on its side.
    fn pair(&mut self, name: impl Fn(&Item) -> Option<String>) {
        let unique = |items: &[&'a Item]| {
            let mut found: BTreeMap<String, Option<&'a Item>> = BTreeMap::new();
            for item in items {
                if let Some(name) = name(item) {
                    let several = found.contains_key(&name);
                    found.insert(name, (!several).then_some(*item));
                }
            }
            found
        };
        let (old, new) = (unique(&self.removed), unique(&self.added));
        for (name, item) in old {
            if let (Some(item), Some(Some(other))) = (item, new.get(&name)) {
                self.both.push((item, *other));
            }
        }
        let both = &self.both;
        let old: HashSet<_> = both.iter().map(|pair| std::ptr::from_ref(pair.0)).collect();
        let new: HashSet<_> = both.iter().map(|pair| std::ptr::from_ref(pair.1)).collect();
        let is_left = |paired: &HashSet<*const Item>, item: &Item| {
            !paired.contains(&std::ptr::from_ref(item))
        };
        self.removed.retain(|item| is_left(&old, item));
        self.added.retain(|item| is_left(&new, item));
    }
}

/// What a type holds, where that tells it from others: a schema under another name still has its properties.
fn shape(item: &Item) -> Option<String> {
    let is_type = matches!(
        item.kind,
        Kind::Model
            | Kind::Enum
            | Kind::Union
            | Kind::Errors
            | Kind::Successes
            | Kind::Headers
            | Kind::Multipart
    );
    let members = item.members.iter().filter(|it| it.role != Role::Trait);
    let members: Vec<String> = members
        .map(|it| format!("{} {} {} {}", it.role.word(), it.name, it.wire, it.place))
        .collect();
    let tells = is_type && members.len() > 1;
    tells.then(|| format!("{}: {}", item.kind.word(), members.join(", ")))
}
