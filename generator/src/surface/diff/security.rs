//! What operations require of whoever calls them.

use super::super::{Item, Operation, Role};
use super::rust::Pair;
use super::{Class, RustChange, Severity};

/// The scopes that an operation needs and did not need before.
pub(super) fn scopes(pair: &Pair<'_>, old: &Operation, new: &Operation) -> Option<RustChange> {
    let before = old.scopes();
    let needed = new.scopes().into_iter().filter(|it| !before.contains(it));
    let needed: Vec<String> = needed.map(str::to_owned).collect();
    (!needed.is_empty()).then(|| RustChange {
        old: before.join(" "),
        new: new.scopes().join(" "),
        instead: format!(
            "have the operator grant {}; tokens without are refused when the call is made",
            needed.join(" ")
        ),
        scopes: needed,
        ..pair.change(Class::Minor, "scopes-added")
    })
}

/// The scopes that a bundle's tokens ask for and did not ask for before.
pub(super) fn bundle_scopes(pair: &Pair<'_>) -> Option<RustChange> {
    let scopes = |item: &Item| -> Vec<String> {
        let scopes = item.members(Role::Constant);
        scopes.map(|scope| scope.wire.clone()).collect()
    };
    let (before, after) = (scopes(pair.old), scopes(pair.new));
    let is_new = |scope: &&String| !before.contains(scope);
    let needed: Vec<String> = after.iter().filter(is_new).cloned().collect();
    let (rule, instead) = match needed.is_empty() {
        true if before.len() == after.len() => return None,
        true => (
            "bundle-scopes-dropped",
            "nothing: its tokens ask for less".to_owned(),
        ),
        false => (
            "scopes-added",
            format!(
                "have the operator grant {}; its tokens ask for it",
                needed.join(" ")
            ),
        ),
    };
    Some(RustChange {
        old: before.join(" "),
        new: after.join(" "),
        instead,
        scopes: needed,
        ..pair.change(Class::Minor, rule)
    })
}

/// How much it matters that requirements changed: whoever met one of the old alternatives should still meet one.
pub(super) fn severity(old: &[Vec<String>], new: &[Vec<String>]) -> Option<(Severity, String)> {
    if old == new {
        return None;
    }
    let entries = |all: &[String]| -> Vec<String> {
        let words = all.iter().flat_map(|entry| {
            let mut words = entry.split(' ');
            let scheme = words.next().unwrap_or_default().to_owned();
            let scopes: Vec<String> = words.map(|scope| format!("{scheme} {scope}")).collect();
            std::iter::once(scheme).chain(scopes)
        });
        words.collect()
    };
    let meets = |had: &[String]| {
        let had = entries(had);
        let mut alternatives = new.iter();
        new.is_empty() || alternatives.any(|needs| entries(needs).iter().all(|it| had.contains(it)))
    };
    let nothing = [Vec::new()];
    let before = if old.is_empty() { &nothing[..] } else { old };
    let shown = |all: &[Vec<String>]| match all {
        [] => "nothing".to_owned(),
        all => {
            let all: Vec<String> = all.iter().map(|one| one.join(" and ")).collect();
            all.join(", or ")
        }
    };
    let severity = match before.iter().all(|had| meets(had)) {
        true => Severity::Information,
        false => Severity::Breaking,
    };
    Some((
        severity,
        format!("requires {}, not {}", shown(new), shown(old)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_met_an_alternative_should_still_meet_one() {
        let all = |text: &str| -> Vec<Vec<String>> {
            let alternatives = text.split('|').filter(|it| !it.is_empty());
            alternatives
                .map(|it| it.split('+').map(str::to_owned).collect())
                .collect()
        };
        let check = |old: &str, new: &str| severity(&all(old), &all(new)).map(|it| it.0);
        assert_eq!(check("a r", "a r"), None);
        assert_eq!(check("a r", "a r w"), Some(Severity::Breaking));
        assert_eq!(check("a r w", "a r"), Some(Severity::Information));
        assert_eq!(check("a r", "a r|key"), Some(Severity::Information));
        assert_eq!(check("a r|key", "a r"), Some(Severity::Breaking));
        assert_eq!(check("", "key"), Some(Severity::Breaking));
        assert_eq!(check("key", ""), Some(Severity::Information));
        assert_eq!(check("a", "a+key"), Some(Severity::Breaking));
    }
}
