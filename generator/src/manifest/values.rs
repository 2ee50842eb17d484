//! Texts of a certain form: names, URLs, files.

use super::reader::Node;
use crate::names;

/// A name in words of small letters and digits with hyphens between them: `general-ledger`.
pub(super) fn kebab(node: &Node<'_>) -> String {
    let text = node.text();
    if !text.is_empty() {
        check_kebab(node, &text);
    }
    text
}

/// Reports a name, the key of `node` or its text, that is not [`kebab`].
pub(super) fn check_kebab(node: &Node<'_>, name: &str) {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let begins_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    if !begins_well || !name.split('-').all(is_word) {
        malformed(
            node,
            name,
            "small letters and digits with hyphens between words",
        );
    }
}

/// The name of a type: `Easor`.
pub(super) fn type_name(node: &Node<'_>) -> String {
    let text = node.text();
    check_name(node, &text, names::type_name(&text));
    text
}

/// Reports a name that Rust would write in another way.
pub(super) fn check_name(node: &Node<'_>, name: &str, in_rust: String) {
    if !name.is_empty() && name != in_rust {
        node.problem(
            "manifest-value",
            format!("`{name}` is not a name as Rust writes it"),
            format!("write `{in_rust}`"),
        );
    }
}

/// The name of a function: `account_balances_by_date`.
pub(super) fn function_name(node: &Node<'_>) -> String {
    let text = node.text();
    check_name(node, &text, names::function_name(&text));
    text
}

/// What the names of environment variables begin with: `EASOR`.
pub(super) fn variable_prefix(node: &Node<'_>) -> String {
    let text = node.text();
    check_name(node, &text, names::constant_name(&text));
    text
}

/// A list of texts.
pub(super) fn texts(node: &Node<'_>) -> Vec<String> {
    node.list().iter().map(Node::text).collect()
}

/// A whole number that is not below a limit.
pub(super) fn at_least(node: &Node<'_>, minimum: i64) -> i64 {
    match node.integer() {
        Some(number) if number >= minimum => number,
        Some(number) => {
            malformed(
                node,
                &number.to_string(),
                &format!("a number from {minimum}"),
            );
            minimum
        }
        None => minimum,
    }
}

/// A URL that secrets may be sent to: `https://id.talenom.com/token`.
pub(super) fn url(node: &Node<'_>) -> String {
    let text = node.text();
    if !text.is_empty() && !is_plain_url(&text) {
        malformed(node, &text, "an https URL without user, query or fragment");
    }
    text
}

/// [`url`], or one without encryption that leads to this machine.
pub(super) fn url_or_loopback(node: &Node<'_>) -> String {
    let text = node.text();
    let local = ["127.0.0.1", "localhost"];
    let is_local = local.iter().any(|host| {
        let rest = text
            .strip_prefix("http://")
            .and_then(|rest| rest.strip_prefix(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    let as_https = match is_local {
        true => text.replacen("http://", "https://", 1),
        false => text.clone(),
    };
    if !text.is_empty() && !is_plain_url(&as_https) {
        malformed(node, &text, "an https URL without user, query or fragment");
    }
    text
}

/// The id of an API in its portal, which is a segment of URLs: `general-ledger-fi`.
pub(super) fn portal_id(node: &Node<'_>) -> String {
    let text = node.text();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !text.bytes().all(is_plain) {
        malformed(
            node,
            &text,
            "letters, digits, `-`, `_` and `.`, as `cargo xtask fetch --list` shows them",
        );
    }
    text
}

/// Scheme and host of a URL: `https://apim.talenom.com`.
pub(super) fn origin(node: &Node<'_>) -> String {
    let text = node.text();
    let has_path = text.trim_start_matches("https://").contains('/');
    if !text.is_empty() && (!is_plain_url(&text) || has_path) {
        malformed(node, &text, "`https://` and a host, without a path");
    }
    text
}

/// A path below a gateway: `/{region}/general-ledger`.
pub(super) fn path(node: &Node<'_>) -> String {
    let text = node.text();
    let without_region = text.replace("{region}", "");
    let is_path = text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
        && !without_region.contains(|character: char| {
            character.is_whitespace() || matches!(character, '{' | '}' | '?' | '#' | '%')
        });
    if !text.is_empty() && !is_path {
        let expected = "a path that begins with `/`, with `{region}` as its only variable";
        malformed(node, &text, expected);
    }
    text
}

/// A file beside the manifest or below it.
pub(super) fn relative_file(node: &Node<'_>) -> String {
    let text = node.text();
    let is_inside =
        !text.contains(['\\', ':']) && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !text.is_empty() && !is_inside {
        malformed(
            node,
            &text,
            "the path of a file beside the manifest or below it",
        );
    }
    text
}

/// The name of an HTTP header (RFC 9110, section 5.1).
pub(super) fn header(node: &Node<'_>) -> String {
    let text = node.text();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !text.bytes().all(is_token) {
        malformed(node, &text, "the name of an HTTP header");
    }
    text
}

fn is_plain_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host_ends_well = host.ends_with(|last: char| last.is_ascii_alphanumeric());
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
    host_ends_well
        && host.bytes().all(is_host)
        && !path.contains(|character: char| character.is_whitespace() || "?#{}".contains(character))
}

fn malformed(node: &Node<'_>, found: &str, expected: &str) {
    node.problem(
        "manifest-value",
        format!("`{found}` does not fit here"),
        format!("write {expected}"),
    );
}
