//! What was sent against what the document wants to be sent.

use super::{Request, same_json};

/// The body that a request should have, written down by the generator.
#[derive(Clone, Copy, Debug)]
pub enum Sent {
    /// None.
    Nothing,
    /// JSON under this media type.
    Json(&'static str, &'static str),
    /// The pairs of a form, encoded, in any order.
    Form(&'static str),
    /// Text or bytes under this media type.
    Bytes(&'static str, &'static str),
    /// The parts of a multipart body by name, in any order.
    Parts(&'static str, &'static [(&'static str, &'static str)]),
}

/// A request as it should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// The method, and the path with the query.
    pub(super) line: &'static str,
    /// The headers that must be there, by their names in lower case.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: Sent,
}

impl Expected {
    /// Compares; what the base URL has in its path is not part of the line.
    pub(super) fn check(&self, sent: &Request) {
        let (method, target) = self.line.split_once(' ').unwrap_or((self.line, ""));
        assert_eq!(sent.method, method, "the method of {}", self.line);
        let (path, query) = split(target);
        let (sent_path, sent_query) = split(&sent.target);
        assert_eq!(sent_path, path, "the path of {}", self.line);
        assert_eq!(
            pairs(sent_query),
            pairs(query),
            "the query of {}",
            self.line
        );
        for (name, value) in self.headers {
            let shown = sent.header(name);
            let same = match *name {
                "cookie" => shown.is_some_and(|shown| cookies(shown) == cookies(value)),
                _ => shown == Some(*value),
            };
            assert!(
                same,
                "{}: the header {name} is {shown:?} in place of {value:?}",
                self.line
            );
        }
        self.check_body(sent);
    }

    fn check_body(&self, sent: &Request) {
        let line = self.line;
        let text = String::from_utf8_lossy(&sent.body);
        let media_type = sent.header("content-type").unwrap_or_default();
        match self.body {
            Sent::Nothing => assert_eq!(text, "", "{line}: the body"),
            Sent::Json(expected, json) => {
                assert_eq!(media_type, expected, "{line}: the media type");
                assert!(
                    same_json(&text, json),
                    "{line}: the body is\n{text}\nin place of\n{json}"
                );
            }
            Sent::Form(form) => {
                let expected = "application/x-www-form-urlencoded";
                assert_eq!(media_type, expected, "{line}: the media type");
                assert_eq!(pairs(&text), pairs(form), "{line}: the form");
            }
            Sent::Bytes(expected, bytes) => {
                assert_eq!(media_type, expected, "{line}: the media type");
                assert_eq!(text, bytes, "{line}: the body");
            }
            Sent::Parts(expected, parts) => {
                let (start, boundary) = media_type.split_once("; boundary=").unwrap_or_default();
                assert_eq!(start, expected, "{line}: the media type");
                check_parts(line, &text, boundary, parts);
            }
        }
    }
}

/// Path and query.
fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// The pairs of a query or a form; the order of those of one name is kept.
fn pairs(text: &str) -> Vec<&str> {
    sorted(text.split('&').filter(|pair| !pair.is_empty()))
}

fn cookies(text: &str) -> Vec<&str> {
    sorted(text.split("; "))
}

fn sorted<'t>(pairs: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut pairs: Vec<&str> = pairs.collect();
    pairs.sort_by_key(|pair| pair.split('=').next());
    pairs
}

/// Compares the names and contents of parts; JSON by its value.
fn check_parts(line: &str, text: &str, boundary: &str, expected: &[(&str, &str)]) {
    let separator = format!("--{boundary}");
    let mut left: Vec<(&str, &str)> = Vec::new();
    for part in text.split(&separator).skip(1) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let name = head
            .split_once(" name=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        let name = name.map_or("", |(name, _)| name);
        left.push((name, content.strip_suffix("\r\n").unwrap_or(content)));
    }
    for (name, content) in expected {
        let is_it = |(known, sent): &(&str, &str)| {
            known == name && (sent == content || same_json(sent, content))
        };
        match left.iter().position(is_it) {
            Some(index) => _ = left.remove(index),
            None => panic!("{line}: there is no part {name} with {content:?} among {left:?}"),
        }
    }
    assert!(
        left.is_empty(),
        "{line}: nobody asked for the parts {left:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, body: &str) -> Request {
        Request {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    const EXPECTED: Expected = Expected {
        line: "POST /a?x=1&y=2",
        headers: &[("content-type", "application/json")],
        body: Sent::Json("application/json", "{\"a\":1}"),
    };

    #[test]
    fn the_order_of_pairs_and_members_is_free() {
        EXPECTED.check(&request("/a?y=2&x=1", "{ \"a\": 1.0 }"));
    }

    #[test]
    #[should_panic(expected = "the query of")]
    fn a_pair_too_many_is_noticed() {
        EXPECTED.check(&request("/a?y=2&x=1&z=", "{\"a\":1}"));
    }

    #[test]
    #[should_panic(expected = "the path of")]
    fn another_path_is_noticed() {
        EXPECTED.check(&request("/b?y=2&x=1", "{\"a\":1}"));
    }

    #[test]
    #[should_panic(expected = "in place of")]
    fn another_body_is_noticed() {
        EXPECTED.check(&request("/a?y=2&x=1", "{\"a\":2}"));
    }

    #[test]
    #[should_panic(expected = "the header x-a is None")]
    fn a_missing_header_is_noticed() {
        let headers = &[("x-a", "1")];
        let expected = Expected {
            headers,
            ..EXPECTED
        };
        expected.check(&request("/a?y=2&x=1", "{\"a\":1}"));
    }
}
