//! Addresses in text.

use super::inline::is_entity;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Url(&'a str),
}

/// Splits a text into addresses of the web and the text between them.
pub(super) fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut text_start = 0;
    let mut position = 0;
    while let Some(offset) = text[position..].find("http") {
        let start = position + offset;
        let length = url_length(&text[start..]);
        if length == 0 {
            position = start + 4;
            continue;
        }
        if text_start < start {
            parts.push(Part::Text(&text[text_start..start]));
        }
        position = start + length;
        text_start = position;
        parts.push(Part::Url(&text[start..position]));
    }
    if text_start < text.len() {
        parts.push(Part::Text(&text[text_start..]));
    }
    parts
}

/// Whether an address names a host on the internet and is no template.
pub(super) fn is_linkable(url: &str) -> bool {
    if let Some(address) = url.strip_prefix("mailto:") {
        return is_mail_address(address);
    }
    let Some(rest) = after_scheme(url) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let has_domain = host
        .rsplit_once('.')
        .is_some_and(|(before, last)| !before.is_empty() && last.len() > 1);
    let is_template = url.contains(['{', '}', '<', '>', '*']);
    let is_whole = url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'`');
    let has_entity = url.split('&').skip(1).any(is_entity);
    has_domain && !is_template && is_whole && !has_entity
}

/// An address as it may stand in the parentheses of a link.
pub(super) fn in_parentheses(url: &str) -> String {
    let mut target = String::with_capacity(url.len());
    for (position, character) in url.char_indices() {
        match character {
            '&' if is_entity(&url[position + 1..]) => target.push_str("\\&"),
            '(' | ')' | '<' | '>' | '\\' | '`' | '|' | '"' => push_encoded(&mut target, character),
            _ if character.is_whitespace() || character.is_control() => {
                push_encoded(&mut target, character);
            }
            _ if super::clean::is_invisible(character) => {}
            _ => target.push(character),
        }
    }
    target
}

fn push_encoded(target: &mut String, character: char) {
    let mut buffer = [0; 4];
    for byte in character.encode_utf8(&mut buffer).bytes() {
        target.push_str(&format!("%{byte:02X}"));
    }
}

fn after_scheme(url: &str) -> Option<&str> {
    url.strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
}

fn is_mail_address(address: &str) -> bool {
    let is_in_address = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_@".contains(&byte);
    address.contains('@')
        && address.starts_with(|c: char| c.is_ascii_alphanumeric())
        && address.ends_with(|c: char| c.is_ascii_alphanumeric())
        && address.bytes().all(is_in_address)
}

/// The length of the address that a text begins with, or 0. Placeholders in angle brackets
/// belong to it, and punctuation behind it does not.
fn url_length(text: &str) -> usize {
    let Some(rest) = after_scheme(text) else {
        return 0;
    };
    let scheme = text.len() - rest.len();
    let mut length = 0;
    while let Some(next) = rest[length..].chars().next() {
        length += match next {
            '<' => match placeholder_length(&rest[length..]) {
                0 => break,
                placeholder => placeholder,
            },
            '"' | '>' | '\\' | '^' | '`' | '|' => break,
            _ if next.is_ascii_graphic() => 1,
            _ => break,
        };
    }
    match without_punctuation(&rest[..length]).len() {
        0 => 0,
        length => scheme + length,
    }
}

fn placeholder_length(text: &str) -> usize {
    let is_in_placeholder = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let name = text[1..]
        .chars()
        .take_while(|c| is_in_placeholder(*c))
        .count();
    if name > 0 && text[1 + name..].starts_with('>') {
        name + 2
    } else {
        0
    }
}

fn without_punctuation(url: &str) -> &str {
    let mut url = url;
    loop {
        let Some(last) = url.chars().next_back() else {
            return url;
        };
        let is_outside = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => true,
            ')' => is_unbalanced(url, '(', ')'),
            ']' => is_unbalanced(url, '[', ']'),
            '}' => is_unbalanced(url, '{', '}'),
            '(' | '[' | '{' => true,
            _ => false,
        };
        if !is_outside {
            return url;
        }
        url = &url[..url.len() - 1];
    }
}

fn is_unbalanced(text: &str, open: char, close: char) -> bool {
    text.matches(close).count() > text.matches(open).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_before_punctuation() {
        let cases = [
            ("https://a.fi/b.", "https://a.fi/b"),
            ("https://a.fi/b_(c))", "https://a.fi/b_(c)"),
            ("https://a.fi/{id}/x, y", "https://a.fi/{id}/x"),
            ("https://<name>.a.fi/x\" y", "https://<name>.a.fi/x"),
            ("https://a.fi/x文", "https://a.fi/x"),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text)[0], Part::Url(expected));
        }
        assert_eq!(split("http https:// x"), [Part::Text("http https:// x")]);
    }

    #[test]
    fn only_hosts_are_linked() {
        for url in [
            "https://a.fi",
            "http://a.b.fi:80/x?y=[z]",
            "mailto:a.b@c.fi",
        ] {
            assert!(is_linkable(url), "{url}");
        }
        for url in [
            "https://localhost:3000",
            "https://{x}.fi",
            "https://a.fi/&lt;",
            "ftp://a.fi",
        ] {
            assert!(!is_linkable(url), "{url}");
        }
    }

    #[test]
    fn link_targets_are_encoded() {
        assert_eq!(
            in_parentheses("https://a.fi/(b) c"),
            "https://a.fi/%28b%29%20c"
        );
    }
}
