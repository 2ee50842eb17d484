//! A response body that was read whole.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

use crate::wire::DecodeError;

/// A response body as it came, read whole.
///
/// Its `Debug` form shows its media type and length only, since bodies can hold personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct RawBody {
    bytes: Bytes,
    content_type: Option<HeaderValue>,
    truncated: bool,
}

impl RawBody {
    /// Makes a body of its bytes and the `Content-Type` header that came with them.
    pub fn new(bytes: impl Into<Bytes>, content_type: Option<HeaderValue>) -> Self {
        Self {
            bytes: bytes.into(),
            content_type,
            truncated: false,
        }
    }

    pub(crate) fn truncated(mut self, truncated: bool) -> Self {
        self.truncated = truncated;
        self
    }

    /// The bytes, after content encodings such as gzip were undone.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns true when there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns true when the body of an error response was longer than what is kept of it.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The media type in lower case, without parameters; empty where none was given.
    pub fn media_type(&self) -> String {
        essence(self.content_type.as_ref())
    }

    /// The body as text, in the charset that its media type names (UTF-8 where it names none).
    ///
    /// # Errors
    /// When the bytes are not text in that charset, or the charset is none of UTF-8, US-ASCII and
    /// ISO-8859-1.
    pub fn text(&self) -> Result<Cow<'_, str>, DecodeError> {
        let bytes = self.without_mark();
        let charset = self.charset();
        match charset.as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| {
                    DecodeError::new("text in UTF-8", "other bytes", error.valid_up_to())
                }),
            Some("iso-8859-1" | "latin1") => Ok(Cow::Owned(
                bytes.iter().map(|byte| char::from(*byte)).collect(),
            )),
            Some(other) => Err(DecodeError::new(
                "text in UTF-8, US-ASCII or ISO-8859-1",
                format!("the charset {}", excerpt(other)),
                0,
            )),
        }
    }

    /// The bytes without the byte order mark that some servers put before JSON and text.
    pub(crate) fn without_mark(&self) -> &[u8] {
        self.bytes
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.bytes)
    }

    fn charset(&self) -> Option<String> {
        let text = self.content_type.as_ref()?.to_str().ok()?;
        text.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"').to_ascii_lowercase();
            name.trim().eq_ignore_ascii_case("charset").then_some(value)
        })
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RawBody")
            .field("media_type", &self.media_type())
            .field("length", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// The media type of a `Content-Type` header in lower case, without parameters; empty where there is none.
pub(crate) fn essence(content_type: Option<&HeaderValue>) -> String {
    let text = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    text.split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase()
}

fn excerpt(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &'static [u8], content_type: &'static str) -> RawBody {
        RawBody::new(bytes, Some(HeaderValue::from_static(content_type)))
    }

    #[test]
    fn text_follows_the_charset() {
        assert_eq!(
            body(b"\xE4", "text/plain; charset=\"ISO-8859-1\"")
                .text()
                .unwrap(),
            "ä"
        );
        assert_eq!(body("ä".as_bytes(), "text/plain").text().unwrap(), "ä");
        assert!(body(b"\xE4", "text/plain").text().is_err());
        let error = body(b"a", "text/plain; charset=koi8-r").text().unwrap_err();
        assert!(error.to_string().contains("koi8-r"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_is_no_content() {
        assert_eq!(
            body(b"\xEF\xBB\xBFhello", "text/plain").text().unwrap(),
            "hello"
        );
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!(
            "{:?}",
            body(b"very private", "Application/JSON; charset=utf-8")
        );
        assert!(
            !shown.contains("private") && shown.contains("application/json"),
            "{shown}"
        );
    }
}
