//! Words for messages: what somebody may have meant, lists, and what cannot be seen.

/// The choice that a word was probably meant to be.
pub(crate) fn closest<'c>(word: &str, choices: &[&'c str]) -> Option<&'c str> {
    let word = folded(word);
    let distance = |choice: &str| strsim::osa_distance(&word, &folded(choice));
    let nearest = choices
        .iter()
        .map(|choice| (distance(choice), *choice))
        .min_by_key(|(distance, _)| *distance);
    let (distance, choice) = nearest?;
    // A third of the letters may be wrong; more, and the guess would only distract.
    let limit = word.chars().count().max(choice.chars().count()) / 3;
    (distance <= limit.max(1)).then_some(choice)
}

/// `a`, `a or b`, `a, b or c`, each between backticks.
pub(crate) fn any_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Whether a character is written by its number or a letter for it: invisible and direction-changing ones are, so that
/// code reads as it is. The compiler refuses some of them even in comments.
pub(crate) fn is_spelled_out(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Case and the signs between words are slips of the pen, not other words.
fn folded(word: &str) -> String {
    word.chars()
        .filter(|character| !matches!(character, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{any_of, closest};

    #[test]
    fn slips_of_the_pen_are_understood() {
        let choices = ["token-url", "grants", "regions"];
        let cases = [
            ("token_url", Some("token-url")),
            ("tokenUrl", Some("token-url")),
            ("grnats", Some("grants")),
            ("region", Some("regions")),
            ("scopes", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(closest(word, &choices), expected, "{word}");
        }
        assert_eq!(closest("anything", &[]), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(any_of(&[]), "nothing");
        assert_eq!(any_of(&["a"]), "`a`");
        assert_eq!(any_of(&["a", "b"]), "`a` or `b`");
        assert_eq!(any_of(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
