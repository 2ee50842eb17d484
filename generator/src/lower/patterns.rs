//! Texts that match a pattern, for the regular expressions that documents mostly hold (OpenAPI 3.0.4, 4.7.24.1).

use std::iter::Peekable;
use std::str::Chars;

/// Groups nest this deep.
const DEEPEST: usize = 32;
/// What is repeated at least this often is nothing to make up.
const MOST: usize = 64;

/// A text that matches; nothing for what is not understood, such as looking ahead.
pub(super) fn text(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let text = alternatives(&mut rest, 0)?;
    rest.next().is_none().then_some(text)
}

type Rest<'p> = Peekable<Chars<'p>>;

/// The first of several alternatives.
fn alternatives(rest: &mut Rest<'_>, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let first = sequence(rest, depth)?;
    while rest.next_if_eq(&'|').is_some() {
        sequence(rest, depth)?;
    }
    Some(first)
}

fn sequence(rest: &mut Rest<'_>, depth: usize) -> Option<String> {
    let mut text = String::new();
    while let Some(next) = rest.peek().copied() {
        if matches!(next, '|' | ')') {
            break;
        }
        rest.next();
        let one = match next {
            '^' | '$' => continue,
            '(' => group(rest, depth)?,
            '[' => class(rest)?.to_string(),
            '\\' => match rest.next()? {
                'b' | 'B' => continue,
                'p' | 'P' | 'k' => return None,
                other => escaped(other)?.to_string(),
            },
            '.' => "a".to_owned(),
            '*' | '+' | '?' => return None,
            other => other.to_string(),
        };
        let times = times(rest)?;
        text.push_str(&one.repeat(times));
    }
    Some(text)
}

fn group(rest: &mut Rest<'_>, depth: usize) -> Option<String> {
    if rest.next_if_eq(&'?').is_some() {
        match rest.next()? {
            ':' => {}
            // A name, but nothing that looks around.
            '<' if rest.peek().is_some_and(|next| next.is_alphabetic()) => {
                while rest.next()? != '>' {}
            }
            _ => return None,
        }
    }
    let text = alternatives(rest, depth + 1)?;
    rest.next_if_eq(&')')?;
    Some(text)
}

/// How often what went before is to stand there: as often as it must, but once where it may.
fn times(rest: &mut Rest<'_>) -> Option<usize> {
    let times = match rest.peek() {
        Some('*' | '+' | '?') => {
            rest.next();
            1
        }
        Some('{') => {
            rest.next();
            let mut inside = String::new();
            loop {
                match rest.next()? {
                    '}' => break,
                    other => inside.push(other),
                }
            }
            let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
            let least: usize = least.trim().parse().ok()?;
            let most: usize = most.trim().parse().unwrap_or(usize::MAX);
            least.max(1).min(most)
        }
        _ => return Some(1),
    };
    rest.next_if(|next| matches!(next, '?' | '+'));
    (times <= MOST).then_some(times)
}

/// One character of a class, a letter or a digit where it may be one.
fn class(rest: &mut Rest<'_>) -> Option<char> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut first = true;
    loop {
        let start = match rest.next()? {
            ']' if !first => break,
            '\\' => match rest.next()? {
                kind @ ('d' | 'w' | 's') => {
                    ranges.extend_from_slice(match kind {
                        'd' => &[('0', '9')],
                        'w' => &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
                        _ => &[(' ', ' ')],
                    });
                    first = false;
                    continue;
                }
                other => escaped(other)?,
            },
            other => other,
        };
        first = false;
        let mut end = start;
        let mut ahead = rest.clone();
        if ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']') {
            rest.next();
            end = match rest.next()? {
                '\\' => escaped(rest.next()?)?,
                other => other,
            };
        }
        ranges.push((start, end));
    }
    let is_in = |character: &char| {
        ranges
            .iter()
            .any(|(start, end)| (*start..=*end).contains(character))
    };
    let usual = "aA1".chars().chain(' '..='~');
    match negated {
        true => usual.into_iter().find(|character| !is_in(character)),
        false => usual
            .into_iter()
            .find(is_in)
            .or_else(|| ranges.first().map(|(start, _)| *start)),
    }
}

fn escaped(character: char) -> Option<char> {
    match character {
        'd' => Some('1'),
        'w' | 'S' | 'D' => Some('a'),
        's' => Some(' '),
        'W' => Some('-'),
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        other if other.is_ascii_alphanumeric() => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn usual_patterns_have_texts() {
        for (pattern, expected) in [
            (r"^\d{7}-\d$", "1111111-1"),
            (r"^[A-Z]{2,3}$", "AA"),
            ("^(EUR|USD)$", "EUR"),
            (r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$", "a@a.aa"),
            (r"^(?:a|b)?c*[-_x]\/$", "ac-/"),
            ("[]a]", "a"),
            ("", ""),
        ] {
            assert_eq!(text(pattern).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_has_none() {
        for pattern in [
            "(?=a)b", r"\p{L}", "[a", "(a", "a)", "*", "a{1000}", r"\k<a>",
        ] {
            assert_eq!(text(pattern), None, "{pattern}");
        }
    }
}
