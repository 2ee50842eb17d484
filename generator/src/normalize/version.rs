//! Which version of OpenAPI a document is written in, or why it is none.

use serde_json::{Map, Value};

use super::at::At;
use super::context::Context;

/// The versions that the walk tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Swagger 2.0.
    V2,
    /// OpenAPI 3.0.x.
    V30,
    /// OpenAPI 3.1.x and 3.2.x.
    V31,
}

/// Returns the version that a document declares, and reports what is odd about the declaration.
///
/// Nothing is returned for what is no OpenAPI document; the reason has been reported.
pub(crate) fn detect(cx: &mut Context<'_>, root: &Map<String, Value>) -> Option<Version> {
    let at = At::start(0, "", "");
    let declared = ["openapi", "swagger", "swaggerVersion"]
        .into_iter()
        .find_map(|key| root.get(key).map(|value| (key, value)));
    let Some((key, value)) = declared else {
        let (message, help) = something_else(root);
        cx.error(&at, "not-openapi", message, help);
        return None;
    };
    let at = at.key(key);
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => {
            let text = cx.raw_text(&at).unwrap_or_else(|| number.to_string());
            cx.warn(
                &at,
                "version-not-text",
                format!("the version {text} is a number, not text"),
                "put it in quotes",
            );
            text
        }
        _ => String::new(),
    };
    match version(&text) {
        Some(version) => Some(version),
        None => {
            let message = match text.as_str() {
                "" => format!("`{key}` does not name a version"),
                text => format!("version {text} of OpenAPI is not known"),
            };
            cx.error(
                &at,
                "unknown-version",
                message,
                "supply the document as OpenAPI 3.x or Swagger 2.0",
            );
            None
        }
    }
}

fn version(text: &str) -> Option<Version> {
    let text = text.trim_start_matches(['v', 'V']);
    let mut parts = text.split('.');
    let major = parts.next()?;
    let minor = parts.next().unwrap_or("0");
    match (major, minor) {
        ("2", _) => Some(Version::V2),
        ("3", "0") => Some(Version::V30),
        ("3", minor) if minor.bytes().all(|byte| byte.is_ascii_digit()) => Some(Version::V31),
        _ => None,
    }
}

/// Returns what a document without version seems to be.
fn something_else(root: &Map<String, Value>) -> (String, &'static str) {
    let has = |key| root.contains_key(key);
    let kind = if has("asyncapi") {
        "an AsyncAPI document"
    } else if has("overlay") {
        "an OpenAPI Overlay"
    } else if has("arazzo") {
        "an Arazzo document"
    } else if has("info") && has("item") {
        "a Postman collection"
    } else if has("$schema") {
        "a JSON Schema"
    } else if has("error") || has("statusCode") || has("message") {
        "an error message"
    } else {
        return (
            "neither `openapi` nor `swagger` names a version, so this is not an OpenAPI document"
                .to_owned(),
            "supply the OpenAPI document itself; if it is one, add its version",
        );
    };
    (
        format!("this is {kind}, not an OpenAPI document"),
        "supply the OpenAPI document of the service",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_versions() {
        assert_eq!(version("2.0"), Some(Version::V2));
        assert_eq!(version("3.0.1"), Some(Version::V30));
        assert_eq!(version("3"), Some(Version::V30));
        assert_eq!(version("3.1"), Some(Version::V31));
        assert_eq!(version("3.2.0"), Some(Version::V31));
        assert_eq!(version("1.2"), None);
        assert_eq!(version("3.x"), None);
        assert_eq!(version(""), None);
    }
}
