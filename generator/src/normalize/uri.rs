//! The little of RFC 3986 that references need.

use std::borrow::Cow;

/// Returns the text with `%20` and the like turned into characters; as it is where that yields no text.
pub(crate) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Returns a reference without scheme as the URI that it is beside another one (RFC 3986, 5.2), its fragment aside.
pub(crate) fn joined(base: &str, reference: &str) -> String {
    let base = base.split(['?', '#']).next().unwrap_or_default();
    let authority = match base.split_once("://") {
        Some((scheme, rest)) => scheme.len() + "://".len() + rest.find('/').unwrap_or(rest.len()),
        // A URN, or a path alone.
        None => 0,
    };
    let (origin, path) = base.split_at(authority);
    let folder = match reference.starts_with('/') {
        true => "",
        false => path.rfind('/').map_or("", |end| &path[..end]),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(reference.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{origin}/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_what_is_relative() {
        let base = "https://api.example/v1/main.yaml#/x";
        for (reference, expected) in [
            ("main.yaml", "https://api.example/v1/main.yaml"),
            ("./a/b.yaml", "https://api.example/v1/a/b.yaml"),
            ("../b.yaml", "https://api.example/b.yaml"),
            ("../../../b.yaml", "https://api.example/b.yaml"),
            ("/c/d", "https://api.example/c/d"),
        ] {
            assert_eq!(joined(base, reference), expected);
        }
        assert_eq!(joined("https://api.example", "x"), "https://api.example/x");
    }

    #[test]
    fn decodes_what_is_encoded() {
        assert_eq!(percent_decoded("/a%7Bid%7D"), "/a{id}");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz"), "%zz");
        assert_eq!(percent_decoded("%ff"), "%ff");
    }
}
