//! What rendered code names, to import it.

use std::collections::HashSet;

use super::text::{WIRE_TYPES, import};

/// The words that stand in code, outside of comments and strings; those below `types::` are the vendor's and left out.
pub(super) struct Words<'c> {
    /// A word that `::` or `!` follows is there twice, by itself and with what follows.
    found: HashSet<&'c str>,
}

impl<'c> Words<'c> {
    /// Reads code once.
    pub(super) fn of(code: &'c str) -> Self {
        let mut found = HashSet::new();
        for line in code.lines().map(str::trim_start) {
            if !line.starts_with("//") {
                of_line(line, &mut found);
            }
        }
        Self { found }
    }

    /// Whether the code names something.
    pub(super) fn has(&self, name: &str) -> bool {
        self.found.contains(name)
    }

    /// Those of some names that the code has, in their order. A name may say what follows it, as in `body::`, where the
    /// bare word has other uses.
    pub(super) fn used<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        let mut known = HashSet::new();
        let mut used = Vec::new();
        for name in names {
            let bare = name.trim_end_matches([':', '!']);
            if known.insert(bare) && self.has(name) {
                used.push(bare);
            }
        }
        used
    }
}

fn of_line<'c>(line: &'c str, found: &mut HashSet<&'c str>) {
    let (mut at, mut is_qualified) = (0, false);
    while let Some(byte) = line.as_bytes().get(at) {
        let rest = &line[at..];
        if *byte == b'"' {
            at += 1 + string_length(&rest[1..]);
            is_qualified = false;
            continue;
        }
        let length = word_length(rest);
        if length == 0 {
            // What stands between a path's words says whether they are one path.
            let between = between_words(rest);
            is_qualified &= rest[..between].trim() == "::";
            at += between;
            continue;
        }
        let (word, after) = rest.split_at(length);
        if !is_qualified {
            found.insert(word);
            for follows in ["::", "!"] {
                if after.starts_with(follows) {
                    found.insert(&rest[..length + follows.len()]);
                }
            }
        }
        is_qualified = word == "types";
        at += length;
    }
}

/// The bytes of the word that a text begins with.
fn word_length(text: &str) -> usize {
    let is_ascii_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.bytes().take_while(|byte| is_ascii_word(byte)).count();
    if text.as_bytes().get(length).is_none_or(u8::is_ascii) {
        return length;
    }
    let end = text.find(|c: char| c != '_' && !c.is_alphanumeric());
    end.unwrap_or(text.len())
}

/// The bytes before the first word or string of a text.
fn between_words(text: &str) -> usize {
    let begins = |c: char| c == '_' || c == '"' || c.is_alphanumeric();
    text.find(begins).unwrap_or(text.len())
}

/// The bytes of what is left of a string, with its closing quote.
fn string_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (position, byte) in rest.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return position + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Imports of what code uses of the runtime: wire types, and what else it may need.
pub(super) fn import_used(words: &Words<'_>, others: &[&str]) -> String {
    let wire = import("portal_runtime::wire", &words.used(WIRE_TYPES));
    let macros_and_more = import("portal_runtime", &words.used(others));
    format!("{macros_and_more}{wire}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
    // Bytes are only spoken of.
    fn f(&self, päivä: types::Date, body: Json) -> Call<types :: Uuid> {
        operation!("Decimal \" Time", body::json, Päivä2)
    }
"#;

    #[test]
    fn comments_strings_and_the_vendors_own_do_not_count() {
        let words = Words::of(CODE);
        let names = [
            "Json", "Date", "Uuid", "Decimal", "Time", "Bytes", "Call", "types",
        ];
        assert_eq!(words.used(&names), ["Json", "Call", "types"]);
        assert!(words.has("päivä") && words.has("Päivä2") && !words.has("iv"));
    }

    #[test]
    fn what_follows_a_name_can_decide() {
        let words = Words::of(CODE);
        let names = ["body::", "json::", "operation!", "Call!", "Json", "Json"];
        assert_eq!(words.used(&names), ["body", "operation", "Json"]);
    }
}
