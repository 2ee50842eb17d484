//! What differs for code: items removed, renamed, added and changed.

use super::super::{Item, Kind, Operation, Role};
use super::members;
use super::pairs::Pairs;
use super::types::Types;
use super::{Class, RustChange, former_use, security, uses};

/// What differs for code.
pub(super) fn changes(pairs: &Pairs<'_>, types: &Types<'_>) -> Vec<RustChange> {
    let mut changes = Vec::new();
    let removed = pairs.removed.iter();
    changes.extend(removed.map(|item| self::removed(item, types)));
    for (old, new) in &pairs.both {
        let pair = Pair { old, new, types };
        if old.path != new.path {
            changes.push(pair.renamed());
        }
        changes.extend(pair.names_dropped());
        if old.kind != new.kind {
            changes.extend(pair.kind());
        }
        if let (Some(before), Some(after)) = (&old.operation, &new.operation) {
            pair.operation(before, after, &mut changes);
        }
        changes.extend(security::bundle_scopes(&pair));
        members::changes(&pair, &mut changes);
        if new.deprecated && !old.deprecated {
            changes.push(RustChange {
                old: String::new(),
                instead: "its vendor advises against it: plan to do without".to_owned(),
                ..pair.change(Class::Minor, "deprecated")
            });
        }
    }
    changes.extend(pairs.added.iter().map(|item| added(item)));
    changes
}

fn removed(item: &Item, types: &Types<'_>) -> RustChange {
    RustChange {
        class: Class::Major,
        strict: Class::Major,
        rule: "item-removed",
        kind: item.kind,
        path: item.path.clone(),
        operations: types.operations(item),
        pointer: item.pointer.clone(),
        old: item.signature(),
        stops: uses(item),
        instead: match item.kind {
            Kind::Operation => "the API does not offer it any more: take the call out, or leave it in an older release".to_owned(),
            Kind::Call => "the operation has no optional parameters any more: await the `Call`".to_owned(),
            Kind::Bundle | Kind::Access => "choose another bundle".to_owned(),
            _ => "nothing uses the type any more: take it out; where the document still has it, `schemas: all` \
                  under `select` in the manifest keeps it"
                .to_owned(),
        },
        ..RustChange::default()
    }
}

fn added(item: &Item) -> RustChange {
    let scopes = item.operation.as_ref().map(Operation::scopes);
    let scopes = scopes.unwrap_or_default().into_iter();
    RustChange {
        class: Class::Minor,
        strict: Class::Minor,
        rule: "item-added",
        kind: item.kind,
        path: item.path.clone(),
        operations: match item.kind {
            Kind::Operation | Kind::Call => vec![item.key.clone()],
            _ => Vec::new(),
        },
        pointer: item.pointer.clone(),
        new: item.signature(),
        scopes: scopes.map(str::to_owned).collect(),
        ..RustChange::default()
    }
}

/// An item that is there on both sides.
pub(super) struct Pair<'a> {
    pub(super) old: &'a Item,
    pub(super) new: &'a Item,
    pub(super) types: &'a Types<'a>,
}

impl Pair<'_> {
    /// A change of the item, to be told more of.
    pub(super) fn change(&self, class: Class, rule: &'static str) -> RustChange {
        RustChange {
            class,
            strict: class,
            rule,
            kind: self.old.kind,
            path: self.old.path.clone(),
            operations: self.types.operations(self.old),
            pointer: self.new.pointer.clone(),
            old: self.old.signature(),
            new: self.new.signature(),
            ..RustChange::default()
        }
    }

    fn renamed(&self) -> RustChange {
        // Under its old name, it is still there.
        let is_kept = self.old.module() == self.new.module()
            && self.new.formerly.iter().any(|name| name == self.old.name());
        let (class, stops) = match is_kept {
            true => (Class::Minor, Vec::new()),
            false => (Class::Major, uses(self.old)),
        };
        RustChange {
            old: self.old.path.clone(),
            new: self.new.path.clone(),
            stops,
            instead: match self.old.module() == self.new.module() {
                true => format!("write `{}`", self.new.name()),
                false => format!("write `{}`", self.new.path),
            },
            ..self.change(class, "item-renamed")
        }
    }

    /// A name from before that is not kept any more.
    fn names_dropped(&self) -> Option<RustChange> {
        let (old, new) = (self.old, self.new);
        let is_there = |name: &String| {
            old.module() == new.module() && (new.formerly.contains(name) || new.name() == name)
        };
        let dropped: Vec<&String> = old.formerly.iter().filter(|it| !is_there(it)).collect();
        (!dropped.is_empty()).then(|| RustChange {
            old: dropped
                .iter()
                .map(|it| it.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            new: new.path.clone(),
            stops: dropped.iter().map(|name| former_use(old, name)).collect(),
            instead: format!("write `{}`", new.name()),
            ..self.change(Class::Major, "former-name-removed")
        })
    }

    /// A struct that became an enum is still a type of that name, but little else.
    fn kind(&self) -> Option<RustChange> {
        let same = self.types.behind(self.new).kind == self.old.kind;
        let change = RustChange {
            old: format!("{} {}", self.old.kind.word(), self.old.name()),
            new: format!("{} {}", self.new.kind.word(), self.new.name()),
            instead: "read its documentation: it is made and read in another way".to_owned(),
            ..self.change(Class::Major, "kind-changed")
        };
        (!same).then_some(change)
    }

    fn operation(&self, old: &Operation, new: &Operation, changes: &mut Vec<RustChange>) {
        let call = || vec![format!("{}()", self.old.path)];
        let scopes = || new.scopes().into_iter().map(str::to_owned).collect();
        if let Some(instead) = self.arguments() {
            changes.push(RustChange {
                stops: call(),
                scopes: scopes(),
                instead,
                ..self.change(Class::Major, "arguments-changed")
            });
        } else if self.arguments_mean_others() {
            changes.push(RustChange {
                scopes: scopes(),
                instead: "the arguments stand in another order or mean something else, and the compiler does not \
                          notice: check every call"
                    .to_owned(),
                ..self.change(Class::Major, "arguments-reordered")
            });
        }
        let parts = [
            (
                "success-changed",
                &old.success,
                &new.success,
                "what it gives",
            ),
            ("error-changed", &old.error, &new.error, "its error"),
            ("headers-changed", &old.headers, &new.headers, "its headers"),
        ];
        for (rule, before, after, what) in parts {
            if !self.types.fits(before, after) {
                let after = if after.is_empty() { "()" } else { after };
                changes.push(RustChange {
                    stops: call(),
                    scopes: scopes(),
                    instead: format!("{what} is `{after}` now"),
                    ..self.change(Class::Major, rule)
                });
            }
        }
        if old.access != new.access {
            changes.push(RustChange {
                old: format!("{}s", old.access),
                new: format!("{}s", new.access),
                stops: call(),
                scopes: scopes(),
                instead: format!("use a bundle that grants `{}` of the API", new.access),
                ..self.change(Class::Major, "access-changed")
            });
        }
        if old.call.is_empty() && !new.call.is_empty() {
            changes.push(RustChange {
                strict: Class::Major,
                old: format!("Call<{}, {}>", old.success, old.error),
                new: new.call.clone(),
                instead: format!("where code names the type of the call, name `{}`", new.call),
                ..self.change(Class::Minor, "call-type-added")
            });
        }
        changes.extend(security::scopes(self, old, new));
    }

    /// What to do where the arguments of a call do not fit any more.
    fn arguments(&self) -> Option<String> {
        let old: Vec<_> = self.old.members(Role::Argument).collect();
        let new: Vec<_> = self.new.members(Role::Argument).collect();
        let mut both = old.iter().zip(&new);
        let fits = old.len() == new.len()
            && both.all(|(old, new)| self.types.fits_argument(&old.ty, &new.ty));
        if fits {
            return None;
        }
        let has = |all: &[&super::Member], wire: &str| all.iter().any(|one| one.wire == wire);
        let gone = old.iter().filter(|one| !has(&new, &one.wire));
        let gone: Vec<String> = gone
            .map(|one| format!("leave out `{}`", one.name))
            .collect();
        let asked = new.iter().filter(|one| !has(&old, &one.wire));
        let asked = asked.map(|one| format!("pass `{}: {}`", one.name, one.ty));
        let retyped = new.iter().filter(|one| {
            let before = old.iter().find(|old| old.wire == one.wire);
            before.is_some_and(|before| !self.types.fits_argument(&before.ty, &one.ty))
        });
        let retyped = retyped.map(|one| format!("pass `{}` as `{}`", one.name, one.ty));
        let words: Vec<String> = gone.into_iter().chain(asked).chain(retyped).collect();
        Some(match words.is_empty() {
            true => "the arguments stand in another order".to_owned(),
            false => words.join(", "),
        })
    }

    /// Whether arguments of the same types stand for other parameters.
    fn arguments_mean_others(&self) -> bool {
        let wires = |item: &Item| -> Vec<String> {
            let arguments = item.members(Role::Argument);
            arguments
                .map(|one| match one.place.as_str() {
                    "body" => String::new(),
                    place => format!("{place} {}", one.wire),
                })
                .collect()
        };
        // A path parameter under another name, in the same place, is the same one.
        let (old, new) = (wires(self.old), wires(self.new));
        let (mut sorted, mut others) = (old.clone(), new.clone());
        sorted.sort();
        others.sort();
        old != new && (sorted == others || self.old.key == self.new.key)
    }
}
