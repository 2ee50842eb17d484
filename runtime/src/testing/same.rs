//! JSON compared by a reader of its own: that of the clients is what is being tested.

use std::iter::Peekable;
use std::str::Chars;

/// Whether two JSON texts stand for the same value: members in any order, numbers by their value.
pub fn same_json(one: &str, other: &str) -> bool {
    match (read(one), read(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

#[derive(Debug)]
enum Tree {
    Word(String),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(one), Self::Word(other)) | (Self::Text(one), Self::Text(other)) => {
                one == other
            }
            (Self::Number(one), Self::Number(other)) => {
                one == other || one.parse::<f64>().ok() == other.parse::<f64>().ok()
            }
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one == other,
            _ => false,
        }
    }
}

fn read(text: &str) -> Option<Tree> {
    let mut rest = text.chars().peekable();
    let tree = value(&mut rest)?;
    blanks(&mut rest);
    rest.next().is_none().then_some(tree)
}

type Rest<'t> = Peekable<Chars<'t>>;

fn blanks(rest: &mut Rest<'_>) {
    while rest
        .next_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
        .is_some()
    {}
}

fn value(rest: &mut Rest<'_>) -> Option<Tree> {
    blanks(rest);
    match rest.peek()? {
        '"' => string(rest).map(Tree::Text),
        '[' => {
            let mut items = Vec::new();
            between(rest, '[', ']', |rest| {
                items.push(value(rest)?);
                Some(())
            })?;
            Some(Tree::List(items))
        }
        '{' => {
            let mut members = Vec::new();
            between(rest, '{', '}', |rest| {
                blanks(rest);
                let name = string(rest)?;
                blanks(rest);
                rest.next_if_eq(&':')?;
                members.push((name, value(rest)?));
                Some(())
            })?;
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Some(Tree::Object(members))
        }
        _ => {
            let mut word = String::new();
            let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            while let Some(character) = rest.next_if(is_part) {
                word.push(character);
            }
            match word.as_str() {
                "true" | "false" | "null" => Some(Tree::Word(word)),
                _ => word.parse::<f64>().is_ok().then_some(Tree::Number(word)),
            }
        }
    }
}

/// Reads what stands between brackets, separated by commas.
fn between(
    rest: &mut Rest<'_>,
    open: char,
    close: char,
    mut one: impl FnMut(&mut Rest<'_>) -> Option<()>,
) -> Option<()> {
    rest.next_if_eq(&open)?;
    blanks(rest);
    if rest.next_if_eq(&close).is_some() {
        return Some(());
    }
    loop {
        one(rest)?;
        blanks(rest);
        match rest.next()? {
            ',' => {}
            end if end == close => return Some(()),
            _ => return None,
        }
    }
}

fn string(rest: &mut Rest<'_>) -> Option<String> {
    rest.next_if_eq(&'"')?;
    let mut units: Vec<u16> = Vec::new();
    loop {
        let character = match rest.next()? {
            '"' => return String::from_utf16(&units).ok(),
            '\\' => match rest.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let digits: String = rest.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                other => other,
            },
            other => other,
        };
        units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    }
}

#[cfg(test)]
mod tests {
    use super::same_json;

    #[test]
    fn order_blanks_and_spellings_do_not_matter() {
        assert!(same_json(
            r#"{"a":1.0,"b":["é\n"]}"#,
            "{ \"b\": [\"\\u00e9\\n\"], \"a\": 1 }"
        ));
        assert!(same_json("[]", " [ ] "));
    }

    #[test]
    fn what_is_lost_changed_or_no_json_matters() {
        for other in [
            r#"{"a":1}"#,
            r#"{"a":1,"b":null}"#,
            r#"{"a":"1","b":2}"#,
            r#"{"a":1,"b":2"#,
            "",
        ] {
            assert!(!same_json(r#"{"a":1,"b":2}"#, other), "{other}");
        }
        assert!(!same_json("[1,2]", "[2,1]"));
        assert!(!same_json("1 2", "1 2"));
    }
}
