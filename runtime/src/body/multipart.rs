//! Multipart bodies (RFC 7578, RFC 2046): parts are streamed, never gathered in memory.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::Outgoing;
use super::outgoing::Body;
use crate::wire::{Encode, EncodeError, ParamValue, ToParam, to_vec};

/// A multipart body, made part by part.
///
/// ```
/// use portal_runtime::{Form, Part};
///
/// let form = Form::new()
///     .text("title", "Receipt")
///     .part("image", Part::new(vec![0xFF, 0xD8]).file_name("receipt.jpg").content_type("image/jpeg"));
/// ```
#[derive(Clone)]
pub struct Form {
    media_type: String,
    boundary: String,
    parts: Vec<(String, Part)>,
    problem: Option<EncodeError>,
}

/// One part of a [`Form`].
#[derive(Clone)]
pub struct Part {
    body: Outgoing,
    file_name: Option<String>,
    content_type: Option<String>,
    headers: Vec<(String, String)>,
}

impl Form {
    /// An empty `multipart/form-data` body.
    pub fn new() -> Self {
        Self::with_media_type("multipart/form-data")
    }

    /// An empty body of another multipart type, such as `multipart/mixed`.
    pub fn with_media_type(media_type: impl Into<String>) -> Self {
        Self {
            media_type: media_type.into(),
            boundary: boundary(),
            parts: Vec::new(),
            problem: None,
        }
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, name: impl Into<String>, part: Part) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    /// Adds a value as plain text: a list as one part for each item, an object as JSON. Absent
    /// values add nothing.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Encode) -> Self {
        let text = match value.to_param() {
            Ok(text) => text,
            Err(error) => {
                self.problem = self.problem.or(Some(error));
                return self;
            }
        };
        match text {
            ParamValue::Absent => {}
            ParamValue::Scalar(text) => self.parts.push((name.to_owned(), Part::new(text))),
            ParamValue::List(texts) => {
                self.parts.extend(
                    texts
                        .into_iter()
                        .map(|text| (name.to_owned(), Part::new(text))),
                );
            }
            ParamValue::Object(_) => return self.json(name, &value),
        }
        self
    }

    /// Adds a value as JSON.
    #[must_use]
    pub fn json(mut self, name: &str, value: &(impl Encode + ?Sized)) -> Self {
        if value.is_absent() {
            return self;
        }
        match to_vec(value) {
            Ok(json) => {
                let part = Part::new(json).content_type("application/json");
                self.parts.push((name.to_owned(), part));
            }
            Err(error) => self.problem = self.problem.or(Some(error)),
        }
        self
    }

    /// Returns true when no part was added.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Gives the `Content-Type` and the body.
    pub(crate) fn finish(self) -> Result<(String, Outgoing), EncodeError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let disposition = self.media_type.eq_ignore_ascii_case("multipart/form-data");
        let mut chain = Vec::with_capacity(self.parts.len() * 2 + 1);
        for (index, (name, part)) in self.parts.into_iter().enumerate() {
            let start = if index > 0 { "\r\n--" } else { "--" };
            let head = format!(
                "{start}{}\r\n{}\r\n",
                self.boundary,
                part.head(&name, disposition)
            );
            chain.push(Outgoing::Bytes(Bytes::from(head)));
            chain.push(part.body);
        }
        let start = if chain.is_empty() { "--" } else { "\r\n--" };
        chain.push(Outgoing::Bytes(Bytes::from(format!(
            "{start}{}--\r\n",
            self.boundary
        ))));
        let content_type = format!("{}; boundary={}", self.media_type, self.boundary);
        Ok((content_type, Outgoing::Chain(Arc::new(chain))))
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Part {
    /// A part of this content.
    pub fn new(body: impl Into<Body>) -> Self {
        Self {
            body: body.into().0,
            file_name: None,
            content_type: None,
            headers: Vec::new(),
        }
    }

    /// Sets the name that the file shall have. Directories in it are the caller's to remove.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type. A part with a file name and no media type is sent as
    /// `application/octet-stream`.
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Sets the media type, unless the part has one: what the document says of it.
    #[must_use]
    pub fn or_content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type.get_or_insert_with(|| media_type.into());
        self
    }

    /// Adds a header of the part's own.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn head(&self, name: &str, disposition: bool) -> String {
        let mut head = String::new();
        if disposition {
            head.push_str("Content-Disposition: form-data; name=\"");
            push_quoted(&mut head, name);
            head.push('"');
            if let Some(file_name) = &self.file_name {
                head.push_str("; filename=\"");
                push_quoted(&mut head, file_name);
                head.push('"');
            }
            head.push_str("\r\n");
        }
        let implied = self.file_name.as_ref().map(|_| "application/octet-stream");
        if let Some(media_type) = self.content_type.as_deref().or(implied) {
            push_line(&mut head, "Content-Type", media_type);
        }
        for (name, value) in &self.headers {
            push_line(&mut head, name, value);
        }
        head
    }
}

impl<T: Into<Body>> From<T> for Part {
    fn from(body: T) -> Self {
        Self::new(body)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.parts.iter().map(|(name, _)| name.as_str()).collect();
        out.debug_struct("Form")
            .field("media_type", &self.media_type)
            .field("parts", &names)
            .finish()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Part")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// Names in quotes, as browsers write them (RFC 7578, section 2, and the HTML standard): UTF-8,
/// with the three characters encoded that would break the header.
fn push_quoted(head: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => head.push_str("%22"),
            '\r' => head.push_str("%0D"),
            '\n' => head.push_str("%0A"),
            other => head.push(other),
        }
    }
}

/// A header line. Line breaks are left out, so that no value can begin another header.
fn push_line(head: &mut String, name: &str, value: &str) {
    let clean = |text: &str| {
        text.chars()
            .filter(|character| !character.is_control())
            .collect::<String>()
    };
    head.push_str(&format!("{}: {}\r\n", clean(name), clean(value)));
}

/// A boundary that content does not hold, but for a chance of one in 2^128.
fn boundary() -> String {
    format!("portal-{:032x}", fastrand::u128(..))
}
