//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// Returns the pointer one level up; the root's is the root.
pub fn parent(pointer: &str) -> &str {
    pointer.rfind('/').map_or("", |end| &pointer[..end])
}

/// Appends one key to a pointer, escaped.
pub fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    for character in key.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Returns the keys of a pointer, unescaped.
pub fn segments(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescape)
}

/// Returns one key of a pointer, unescaped.
pub fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_unescapes() {
        let mut pointer = String::new();
        push(&mut pointer, "paths");
        push(&mut pointer, "/a~b");
        assert_eq!(pointer, "/paths/~1a~0b");
        assert_eq!(segments(&pointer).collect::<Vec<_>>(), ["paths", "/a~b"]);
        assert_eq!(parent(&pointer), "/paths");
        assert_eq!(parent("/paths"), "");
        assert_eq!(parent(""), "");
        assert_eq!(unescape("~01"), "~1");
    }
}
