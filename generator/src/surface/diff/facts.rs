//! What differs beside types: limits, defaults, the way values are written, where requests go.
//!
//! A limit that is tighter refuses requests that were right; one that is looser lets answers come that did not. The
//! kinds of change are those that oasdiff (<https://www.oasdiff.com>) tells of, as far as a client notices them.

use std::collections::BTreeSet;

use super::Severity;
use super::wire::{Told, Way};
use crate::ir::Facts;

use Severity::{Breaking, Information, Warning};

/// What became of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Tighter,
    Looser,
    /// Nobody can tell which values it takes now.
    Other,
}

/// Tells what differs among the facts of something that is there on both sides. `subject` names it, such as
/// "the property `name`".
pub(super) fn changes(told: &mut Told<'_>, subject: &str, (old, new): (&Facts, &Facts), way: Way) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let sides = (old.get(name), new.get(name));
        let sides = (sides.0.map(String::as_str), sides.1.map(String::as_str));
        if sides.0 == sides.1 {
            continue;
        }
        let (severity, rule) = match name.split_once('.') {
            Some(("encoding", _)) => (way.worse(Breaking, Information), "encoding-changed"),
            Some(("security", _)) => (scheme(sides), "security-scheme-changed"),
            _ => judge(name.rsplit('.').next().unwrap_or(name), sides, way),
        };
        told.also(severity, rule, message(subject, name, sides));
    }
}

/// How much it matters that a keyword changed, and the rule that says so.
fn judge(keyword: &str, sides: (Option<&str>, Option<&str>), way: Way) -> (Severity, &'static str) {
    let gained = sides.1.is_some();
    match keyword {
        "server" => (Breaking, "server-changed"),
        "accept" => (accepted(sides), "response-media-type-changed"),
        "style" | "explode" | "allowReserved" | "content" => {
            (way.worse(Breaking, Breaking), "style-changed")
        }
        // Who leaves the value out means something else than before.
        "default" => match sides {
            (Some(_), Some(_)) => (way.worse(Breaking, Information), "default-changed"),
            _ => (way.worse(Warning, Information), "default-changed"),
        },
        "format" => (way.worse(Warning, Warning), "format-changed"),
        "discriminator" => (way.worse(Breaking, Breaking), "discriminator-changed"),
        "deprecated" => (Information, "member-deprecated"),
        "readOnly" if gained => (way.worse(Warning, Information), "read-only-changed"),
        "writeOnly" if gained => (way.worse(Information, Warning), "write-only-changed"),
        "readOnly" => (Information, "read-only-changed"),
        "writeOnly" => (Information, "write-only-changed"),
        "nullable" if gained => (way.worse(Information, Breaking), "item-nullable"),
        "nullable" => (way.worse(Breaking, Information), "item-nullable"),
        _ => match limit(keyword, sides) {
            Limit::Tighter => (way.worse(Breaking, Information), "limit-tightened"),
            Limit::Looser => (way.worse(Information, Warning), "limit-loosened"),
            Limit::Other => (way.worse(Warning, Warning), "limit-changed"),
        },
    }
}

/// Whether values that a limit took are refused now.
fn limit(keyword: &str, sides: (Option<&str>, Option<&str>)) -> Limit {
    let (old, new) = match sides {
        (None, _) => return Limit::Tighter,
        (_, None) => return Limit::Looser,
        (Some(old), Some(new)) => (old, new),
    };
    let numbers = old.parse::<f64>().ok().zip(new.parse::<f64>().ok());
    let Some((old, new)) = numbers else {
        return Limit::Other;
    };
    let is_tighter = match keyword {
        _ if keyword.starts_with("max") => new < old,
        _ if keyword.starts_with("min") => new > old,
        "multipleOf" if new % old == 0.0 => true,
        "multipleOf" if old % new == 0.0 => false,
        _ => return Limit::Other,
    };
    match is_tighter {
        true => Limit::Tighter,
        false => Limit::Looser,
    }
}

/// A client reads one of the media types that it asked for.
fn accepted((old, new): (Option<&str>, Option<&str>)) -> Severity {
    let all = |side: Option<&str>| -> Vec<String> {
        let words = side.unwrap_or_default().split(' ');
        words
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (old, new) = (all(old), all(new));
    match old.iter().filter(|it| new.contains(it)).count() {
        // Whether there is an answer at all, its type tells.
        _ if old.is_empty() || new.is_empty() => Information,
        0 => Breaking,
        kept if kept < old.len() => Warning,
        _ => Information,
    }
}

/// A scheme that is sent in another way is refused; whether one that is gone is missed, operations tell.
const fn scheme(sides: (Option<&str>, Option<&str>)) -> Severity {
    match sides {
        (Some(_), Some(_)) => Breaking,
        _ => Information,
    }
}

fn message(subject: &str, name: &str, sides: (Option<&str>, Option<&str>)) -> String {
    let name = match name.split_once('.') {
        Some(("items", of)) => format!("`{of}` of its items"),
        Some(("values", of)) => format!("`{of}` of its values"),
        Some(("encoding", field)) => format!("the encoding of `{field}`"),
        Some(("security", scheme)) => format!("what `{scheme}` sends"),
        _ => match name {
            "server" => "the server".to_owned(),
            "accept" => "the media type of answers".to_owned(),
            keyword => format!("`{keyword}`"),
        },
    };
    let of = match subject {
        "" => String::new(),
        subject => format!("{subject}: "),
    };
    match sides {
        (Some(old), Some(new)) => format!("{of}{name} is `{new}`, not `{old}`"),
        (None, Some("true")) => format!("{of}{name} is new"),
        (None, Some(new)) => format!("{of}{name} is new: `{new}`"),
        (Some("true"), None) => format!("{of}{name} is gone"),
        (Some(old), None) => format!("{of}{name} is gone, it was `{old}`"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_tighter_where_it_refuses_more() {
        let check = |keyword, old, new| limit(keyword, (old, new));
        assert_eq!(check("maxLength", Some("10"), Some("9")), Limit::Tighter);
        assert_eq!(check("maximum", Some("-1"), Some("1e3")), Limit::Looser);
        assert_eq!(check("minItems", Some("1"), Some("2")), Limit::Tighter);
        assert_eq!(check("minimum", Some("0.5"), Some("0")), Limit::Looser);
        assert_eq!(check("uniqueItems", None, Some("true")), Limit::Tighter);
        assert_eq!(check("pattern", Some("^a"), None), Limit::Looser);
        assert_eq!(check("pattern", Some("^a"), Some("^b")), Limit::Other);
        assert_eq!(check("multipleOf", Some("5"), Some("10")), Limit::Tighter);
        assert_eq!(check("multipleOf", Some("10"), Some("5")), Limit::Looser);
        assert_eq!(check("multipleOf", Some("10"), Some("4")), Limit::Other);
    }

    #[test]
    fn what_matters_depends_on_the_way() {
        let check = |keyword, old, new, (sent, received)| {
            judge(keyword, (old, new), Way { sent, received }).0
        };
        let (sent, received) = ((true, false), (false, true));
        assert_eq!(check("maxLength", None, Some("9"), sent), Breaking);
        assert_eq!(check("maxLength", None, Some("9"), received), Information);
        assert_eq!(check("maxLength", Some("9"), None, sent), Information);
        assert_eq!(check("maxLength", Some("9"), None, received), Warning);
        assert_eq!(check("default", Some("1"), Some("2"), sent), Breaking);
        assert_eq!(check("default", None, Some("2"), sent), Warning);
        assert_eq!(
            check("default", Some("1"), Some("2"), received),
            Information
        );
        assert_eq!(check("nullable", None, Some("true"), received), Breaking);
        assert_eq!(check("style", None, Some("label"), sent), Breaking);
    }

    #[test]
    fn one_media_type_in_common_is_enough() {
        let check = |old, new| accepted((Some(old), Some(new)));
        assert_eq!(check("application/json", "application/xml"), Breaking);
        assert_eq!(check("a/b c/d", "a/b"), Warning);
        assert_eq!(check("a/b", "a/b c/d"), Information);
    }
}
