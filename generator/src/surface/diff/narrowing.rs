//! Which clients can be narrowed to which bundles: whoever narrows stops compiling where a bundle grants less, or the
//! one it narrows to grants more.

use super::super::{Item, Kind, Role};
use super::{Class, RustChange};

/// A client's bundle, and one that it can be narrowed to.
#[derive(Clone, Copy, Debug)]
pub struct Narrowing<'a> {
    /// The portal's client.
    pub client: &'a Item,
    /// The bundle that the client has.
    pub from: &'a Item,
    /// The bundle that grants nothing else.
    pub to: &'a Item,
}

impl Narrowing<'_> {
    /// How code uses it.
    pub fn used(&self) -> String {
        let (client, from) = (&self.client.path, self.from.name());
        format!("{client}<{from}>.narrow::<{}>()", self.to.name())
    }
}

/// All that the items of portals allow, but for narrowing a client to the bundle that it has.
pub fn narrowings(items: &[Item]) -> Vec<Narrowing<'_>> {
    let bundles: Vec<&Item> = of_kind(items, Kind::Bundle).collect();
    let mut all = Vec::new();
    for from in &bundles {
        let portal = from.module().rsplit_once("::").map_or("", |it| it.0);
        let Some(client) = of_kind(items, Kind::Client).find(|it| it.module() == portal) else {
            continue;
        };
        let others = bundles.iter().filter(|to| {
            to.path != from.path && to.module() == from.module() && beyond(to, from).is_empty()
        });
        all.extend(others.map(|to| Narrowing { client, from, to }));
    }
    all
}

/// What is not possible any more between bundles that are still there, or never was with those that are gone.
pub(super) fn changes(old: &[Item], new: &[Item]) -> Vec<RustChange> {
    let now: Vec<String> = narrowings(new).iter().map(Narrowing::used).collect();
    let lost = narrowings(old).into_iter();
    let lost = lost.filter(|narrowing| !now.contains(&narrowing.used()));
    lost.map(|narrowing| change(&narrowing, new)).collect()
}

fn change(narrowing: &Narrowing<'_>, new: &[Item]) -> RustChange {
    let (from, to) = (narrowing.from, narrowing.to);
    let find = |path: &str| of_kind(new, Kind::Bundle).find(|it| it.path == path);
    let instead = match (find(&from.path), find(&to.path)) {
        (Some(wide), Some(narrow)) => format!(
            "build a client for `{}` instead of narrowing one: it grants {}, and `{}` does not",
            to.name(),
            beyond(narrow, wide).join(", "),
            from.name()
        ),
        (None, _) => format!("the bundle `{}` is gone: choose another one", from.name()),
        (_, None) => format!("the bundle `{}` is gone: choose another one", to.name()),
    };
    RustChange {
        class: Class::Major,
        strict: Class::Major,
        rule: "narrowing-removed",
        kind: Kind::Bundle,
        path: from.path.clone(),
        member: format!(".narrow::<{}>()", to.name()),
        old: format!("{}: Within<{}>", to.name(), from.name()),
        stops: vec![narrowing.used()],
        instead,
        ..RustChange::default()
    }
}

/// What one bundle grants and another does not.
fn beyond(one: &Item, other: &Item) -> Vec<String> {
    let has = |access: &str| other.members(Role::Trait).any(|it| it.ty == access);
    let granted = one.members(Role::Trait).map(|it| it.ty.clone());
    granted.filter(|access| !has(access)).collect()
}

fn of_kind(items: &[Item], kind: Kind) -> impl Iterator<Item = &Item> {
    items.iter().filter(move |item| item.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::super::super::Member;
    use super::*;

    fn portal(bundles: &[(&str, &[&str])]) -> Vec<Item> {
        let item = |kind, path: String, granted: &[&str]| Item {
            kind,
            path,
            members: granted
                .iter()
                .map(|access| Member::new(Role::Trait, "Grants", *access))
                .collect(),
            ..Item::default()
        };
        let bundles = bundles
            .iter()
            .map(|(name, granted)| item(Kind::Bundle, format!("shop::bundles::{name}"), granted));
        let client = item(Kind::Client, "shop::Shop".to_owned(), &[]);
        std::iter::once(client).chain(bundles).collect()
    }

    #[test]
    fn a_bundle_that_shrinks_cannot_be_narrowed_to_what_it_lost() {
        let old = portal(&[("Clerk", &["a::Read", "b::Read"]), ("Reader", &["b::Read"])]);
        let new = portal(&[("Clerk", &["a::Read"]), ("Reader", &["b::Read"])]);
        let changes = changes(&old, &new);
        let stops: Vec<&str> = changes
            .iter()
            .flat_map(|it| &it.stops)
            .map(String::as_str)
            .collect();
        assert_eq!(stops, ["shop::Shop<Clerk>.narrow::<Reader>()"]);
        let instead = "build a client for `Reader` instead of narrowing one: it grants b::Read, and `Clerk` does not";
        assert_eq!(changes[0].instead, instead);
        assert!(super::changes(&new, &old).is_empty());
    }
}
