//! Rust identifiers from the words vendors use.
//!
//! The rules are few and depend on nothing but the text itself, so that a name stays what it is
//! when a document grows:
//!
//! 1. A text is split into [`words`] at everything that is not a letter or digit and where the
//!    case changes. Acronyms are words like others: `APIKey` is `api key`.
//! 2. The words are joined in the case of their kind. Two digits that a symbol kept apart stay
//!    apart: `gpt-3.5` is `Gpt3_5`.
//! 3. What cannot begin an identifier gets its kind as first word: `Type24h`, `field_1st`.
//! 4. Keywords end in an underscore: `type_`, `Self_`.
//! 5. What is left to collide is settled by a [`Scope`].

mod english;
mod operation;
mod scope;
mod symbols;

use std::borrow::Cow;

use heck::ToSnakeCase;
use unicode_normalization::UnicodeNormalization;

pub use english::singular;
pub use operation::{Noise, PathName, from_path, is_opaque_id, operation_words};
pub use scope::Scope;

/// The words of a text, in lower case and with compatibility characters written plainly
/// (`m²` is `m2`).
///
/// ```
/// # use portal_generator::names::words;
/// assert_eq!(words("getIPv4Address_by-userIDs"), ["get", "ipv4", "address", "by", "user", "ids"]);
/// assert_eq!(words("Tämä on été"), ["tämä", "on", "été"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    let text: Cow<'_, str> = if text.is_ascii() {
        text.into()
    } else {
        text.nfkc().collect::<String>().into()
    };
    // What an apostrophe joins is one word: `customer's`.
    let text = text.replace(['\'', '’'], "");
    text.split(|character| !is_in_words(character))
        .filter(|chunk| !chunk.is_empty())
        .flat_map(split_at_case_changes)
        .collect()
}

/// The name of a type: `VoucherCreateV2`.
pub fn type_name(text: &str) -> String {
    identifier(upper_camel_case(&named_words(text)), "Type", "")
}

/// The name of a variant for an enum value, in which symbols that would vanish are words:
/// `Plus1` for `+1`, `GreaterOrEqual` for `>=`, `MinusCreated` for `-created`, and `Empty` for
/// the empty text.
pub fn variant_name(text: &str) -> String {
    if text.is_empty() {
        return "Empty".to_owned();
    }
    let name = upper_camel_case(&named_words(&symbols::spelled(text)));
    identifier(name, "Value", "")
}

/// The name of a field or an argument: `voucher_date`.
pub fn value_name(text: &str) -> String {
    identifier(named_words(text).join("_"), "field", "_")
}

/// The name of a function: `account_balances_by_date`.
pub fn function_name(text: &str) -> String {
    identifier(named_words(text).join("_"), "call", "_")
}

/// The name of a module or a file: `general_ledger`.
pub fn module_name(text: &str) -> String {
    identifier(named_words(text).join("_"), "module", "_")
}

/// The name of a constant or a static: `ACCOUNT_BALANCES_BY_DATE`.
pub fn constant_name(text: &str) -> String {
    let name = named_words(text).join("_").to_uppercase();
    identifier(name, "CONSTANT", "_")
}

/// The name of a type with a word behind it: `SelfInput` for `Self_`, whose underscore is of no use then.
pub(crate) fn with_word(name: &str, word: &str) -> String {
    format!("{}{word}", name.trim_end_matches('_'))
}

/// Whether a name is taken by the language, in any edition up to 2024.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// Strict and reserved keywords, sorted as bytes are. The weak ones (`union`, `raw`, `safe`)
/// can name anything and are left out.
const KEYWORDS: [&str; 53] = [
    "Self", "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The words of a text, or the names of its symbols if it has no words. A sign right before a
/// digit is a word too, since `+1` and `-1` differ in nothing else.
fn named_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    if words.is_empty() {
        return symbols::names(text);
    }
    let mut characters = text.trim_start().chars();
    let sign = characters.next().and_then(symbols::sign);
    if let Some(sign) = sign
        && characters.next().is_some_and(char::is_numeric)
    {
        words.insert(0, sign.to_owned());
    }
    words
}

/// Joins words as types are written. An underscore stays only where no case would show the
/// boundary, between digits or in scripts without case, which rustc's lint allows for.
fn upper_camel_case(words: &[String]) -> String {
    let mut name = String::new();
    for word in words {
        let mut characters = word.chars();
        let Some(first) = characters.next() else {
            continue;
        };
        if name.chars().next_back().is_some_and(is_caseless) && is_caseless(first) {
            name.push('_');
        }
        name.extend(first.to_uppercase());
        name.push_str(characters.as_str());
    }
    name
}

/// Makes a name an identifier: with its kind in front where it could not stand alone, and not a
/// keyword.
fn identifier(name: String, kind: &str, separator: &str) -> String {
    // Joining words can put letters and marks together that rustc would compose.
    let mut name = if name.is_ascii() {
        name
    } else {
        name.nfc().collect()
    };
    match name.chars().next() {
        None => return kind.to_owned(),
        Some(first) if unicode_ident::is_xid_start(first) => {}
        Some(_) => name = format!("{kind}{separator}{name}"),
    }
    if is_keyword(&name) {
        name.push('_');
    }
    name
}

/// Whether a character is part of a word: what Rust takes in an identifier, without the
/// punctuation that joins words.
fn is_in_words(character: char) -> bool {
    const JOINERS: [char; 8] = ['_', '·', '‿', '⁀', '⁔', '・', '\u{387}', '\u{200c}'];
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    unicode_ident::is_xid_continue(character) && !JOINERS.contains(&character)
}

fn is_caseless(character: char) -> bool {
    !character.is_lowercase() && !character.is_uppercase()
}

fn split_at_case_changes(chunk: &str) -> Vec<String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if chunk.bytes().all(is_plain) {
        return vec![chunk.to_owned()];
    }
    // heck takes the combining marks of Indic and other scripts, which have no case, for
    // separators.
    if chunk.chars().any(|character| !character.is_alphanumeric()) {
        return vec![chunk.to_lowercase()];
    }
    let chunk = with_joined_capitals(chunk);
    if chunk.is_ascii() {
        return split_ascii(&chunk);
    }
    let snake_case = chunk.to_snake_case();
    snake_case.split('_').map(str::to_owned).collect()
}

/// Splits ASCII letters and digits as heck does: before a capital that follows a small letter, and before the last of
/// several capitals where a small letter follows it.
fn split_ascii(chunk: &str) -> Vec<String> {
    let mut words = Vec::new();
    // The last letter of the word so far; digits have no case.
    let (mut start, mut last) = (0, None);
    for (at, (byte, next)) in chunk.bytes().zip(chunk.bytes().skip(1)).enumerate() {
        let letter = if byte.is_ascii_alphabetic() {
            Some(byte)
        } else {
            last
        };
        let ends_small = letter.is_some_and(|letter| letter.is_ascii_lowercase());
        let ends_in_capitals = last.is_some_and(|letter| letter.is_ascii_uppercase());
        let end = if ends_small && next.is_ascii_uppercase() {
            at + 1
        } else if ends_in_capitals && byte.is_ascii_uppercase() && next.is_ascii_lowercase() {
            at
        } else {
            last = letter;
            continue;
        };
        words.push(chunk[start..end].to_ascii_lowercase());
        (start, last) = (end, None);
    }
    words.push(chunk[start..].to_ascii_lowercase());
    words
}

/// Words that people read as one although their capitals say otherwise.
const WHOLE_WORDS: [&str; 24] = [
    "BigQuery",
    "DevOps",
    "DynamoDB",
    "GHz",
    "GiB",
    "GitHub",
    "GitLab",
    "GraphQL",
    "IPv4",
    "IPv6",
    "JavaScript",
    "KiB",
    "LinkedIn",
    "MHz",
    "MiB",
    "MySQL",
    "OAuth",
    "PayPal",
    "PostgreSQL",
    "TypeScript",
    "WhatsApp",
    "YouTube",
    "iOS",
    "macOS",
];

/// Writes [`WHOLE_WORDS`] and the plurals of acronyms (`URLs`) with one capital, so that they
/// are not split.
fn with_joined_capitals(chunk: &str) -> Cow<'_, str> {
    if chunk.bytes().filter(u8::is_ascii_uppercase).count() < 2 {
        return chunk.into();
    }
    let mut joined = String::with_capacity(chunk.len());
    let mut rest = chunk;
    while let Some(first) = rest.chars().next() {
        let length =
            whole_word_length(joined.chars().next_back(), rest).unwrap_or_else(|| first.len_utf8());
        let (word, after) = rest.split_at(length);
        if length > first.len_utf8() {
            joined.push(first.to_ascii_uppercase());
            joined.push_str(&word[first.len_utf8()..].to_ascii_lowercase());
        } else {
            joined.push_str(word);
        }
        rest = after;
    }
    joined.into()
}

/// The length of the word with several capitals that a text begins with, if it does and if the
/// character before it does not belong to it.
fn whole_word_length(before: Option<char>, text: &str) -> Option<usize> {
    let begins_with_capital = text.starts_with(char::is_uppercase);
    let starts_here = match before {
        None => true,
        Some(before) if begins_with_capital => !before.is_uppercase(),
        Some(before) => !before.is_alphabetic(),
    };
    if !starts_here {
        return None;
    }
    let ends_at = |length: usize| !text[length..].starts_with(char::is_lowercase);
    let mut alike = WHOLE_WORDS
        .iter()
        .filter(|word| word.as_bytes().first() == text.as_bytes().first());
    let listed = alike.find(|word| text.starts_with(*word));
    if let Some(word) = listed {
        return ends_at(word.len()).then_some(word.len());
    }
    let capitals = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let is_plural = capitals > 1 && text[capitals..].starts_with('s');
    (is_plural && ends_at(capitals + 1)).then_some(capitals + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(name(text), *expected, "from {text:?}");
            syn::parse_str::<syn::Ident>(expected).expect(expected);
        }
    }

    #[test]
    fn words_end_at_symbols_and_case_changes() {
        let cases: [(&str, &[&str]); 13] = [
            ("voucherDate", &["voucher", "date"]),
            ("X-Request-ID", &["x", "request", "id"]),
            ("HTTPServerURL", &["http", "server", "url"]),
            ("General Ledger [FI]", &["general", "ledger", "fi"]),
            ("customer's_name", &["customers", "name"]),
            ("OAuth2Token", &["oauth2", "token"]),
            ("public_IPv6CIDR", &["public", "ipv6", "cidr"]),
            ("imageURLs", &["image", "urls"]),
            ("iOSVersion", &["ios", "version"]),
            ("typMařenkyŽluté", &["typ", "mařenky", "žluté"]),
            ("हिन्दी भाषा", &["हिन्दी", "भाषा"]),
            ("m² — ﬁne", &["m2", "fine"]),
            ("👍 ... !", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "from {text:?}");
        }
    }

    #[test]
    fn ascii_is_split_as_heck_splits_it() {
        let mut texts = vec![String::new()];
        for _ in 0..7 {
            let longer = |text: &String| ["a", "B", "1"].map(|it| format!("{text}{it}"));
            texts = texts.iter().flat_map(longer).collect();
            for text in &texts {
                assert_eq!(split_ascii(text).join("_"), text.to_snake_case(), "{text}");
            }
        }
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(value_name("e\u{301}te\u{301}"), "\u{e9}t\u{e9}");
    }

    #[test]
    fn types_are_upper_camel_case() {
        check(
            type_name,
            &[
                ("voucher_create-V2", "VoucherCreateV2"),
                ("APIKey", "ApiKey"),
                ("24h", "Type24h"),
                ("self", "Self_"),
                ("", "Type"),
                ("gpt-3.5-turbo", "Gpt3_5Turbo"),
                ("用户 列表", "用户_列表"),
                ("straße", "Straße"),
                ("Money«Currency»", "MoneyCurrency"),
            ],
        );
    }

    #[test]
    fn values_are_snake_case() {
        check(
            value_name,
            &[
                ("voucherDate", "voucher_date"),
                ("type", "type_"),
                ("self", "self_"),
                ("crate", "crate_"),
                ("gen", "gen_"),
                ("union", "union"),
                ("1st", "field_1st"),
                ("$filter", "filter"),
                ("@odata.type", "odata_type"),
                ("+1", "plus_1"),
                ("-1", "minus_1"),
                ("$", "dollar"),
                ("_", "underscore"),
                ("", "field"),
            ],
        );
        check(function_name, &[("24", "call_24"), ("try", "try_")]);
        check(module_name, &[("3D Secure", "module_3d_secure")]);
    }

    #[test]
    fn variants_name_the_symbols_that_would_vanish() {
        check(
            variant_name,
            &[
                ("", "Empty"),
                (" ", "Space"),
                ("+1", "Plus1"),
                ("-1", "Minus1"),
                ("*", "Star"),
                ("-", "Minus"),
                (">=", "GreaterOrEqual"),
                ("{}", "OpenBraceCloseBrace"),
                ("!=", "NotEqual"),
                ("1.0", "Value1_0"),
                ("24", "Value24"),
                ("-created_at", "MinusCreatedAt"),
                ("A+", "APlus"),
                ("A-", "AMinus"),
                ("c++", "CPlusPlus"),
                ("c#", "CSharp"),
                ("image/*", "ImageStar"),
                ("application/problem+json", "ApplicationProblemJson"),
                ("ePurchaseInvoice", "EPurchaseInvoice"),
                ("Self", "Self_"),
                ("👍", "U1f44d"),
            ],
        );
    }

    #[test]
    fn constants_are_screaming_snake_case() {
        check(
            constant_name,
            &[
                ("accountBalancesByDate", "ACCOUNT_BALANCES_BY_DATE"),
                ("1.0", "CONSTANT_1_0"),
                ("type", "TYPE"),
            ],
        );
    }

    #[test]
    fn keywords_are_sorted_and_none_is_missing() {
        assert!(KEYWORDS.is_sorted());
        for keyword in KEYWORDS {
            // syn lets `gen` and `macro_rules` pass, as edition 2021 did.
            let is_identifier = syn::parse_str::<syn::Ident>(keyword).is_ok();
            assert!(!is_identifier || keyword == "gen", "{keyword}");
        }
    }
}
