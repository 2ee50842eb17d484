//! What did not fit, and where: errors of decoding and encoding.

use std::fmt;

/// The longest excerpt of a value that an error shows, in characters.
const EXCERPT: usize = 40;

/// A JSON value that does not fit the type it is read into.
///
/// The message names the place as a JSON path (`$.results[3].credit`), what was expected there and
/// what was found. Values of secret properties are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    /// Innermost first: a container adds its own step while the error passes through it.
    steps: Vec<Step>,
    expected: String,
    found: String,
    offset: usize,
    branches: Vec<(&'static str, DecodeError)>,
    cause: Cause,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The value is JSON of another shape.
    Misfit,
    /// The document is not JSON.
    Syntax,
    /// Reading on would cost more than a document may.
    Limit,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl DecodeError {
    /// Builds an error for a value that is well-formed JSON but not what a type allows.
    ///
    /// For hand-written [`Decode`](super::Decode) implementations; `offset` comes from
    /// [`Decoder::offset`](super::Decoder::offset).
    #[cold]
    #[inline(never)]
    pub fn new(expected: impl Into<String>, found: impl Into<String>, offset: usize) -> Self {
        Self(Box::new(Inner {
            steps: Vec::new(),
            expected: expected.into(),
            found: found.into(),
            offset,
            branches: Vec::new(),
            cause: Cause::Misfit,
        }))
    }

    #[cold]
    #[inline(never)]
    pub(super) fn syntax(expected: &str, found: String, offset: usize) -> Self {
        let mut error = Self::new(expected, found, offset);
        error.0.cause = Cause::Syntax;
        error
    }

    #[cold]
    #[inline(never)]
    pub(super) fn limit(expected: &str, found: &str, offset: usize) -> Self {
        let mut error = Self::new(expected, found, offset);
        error.0.cause = Cause::Limit;
        error
    }

    /// Returns true when no other type would fit any better.
    pub(super) fn is_final(&self) -> bool {
        self.0.cause != Cause::Misfit
    }

    /// The error of a union none of whose branches took the value, with the reason of each.
    #[cold]
    #[inline(never)]
    pub(super) fn no_branch(
        name: &str,
        found: String,
        offset: usize,
        branches: Vec<(&'static str, DecodeError)>,
    ) -> Self {
        let mut error = Self::new(name, found, offset);
        error.0.branches = branches;
        // Two levels of reasons say enough; the reasons of a recursive union would have no end.
        for (_, branch) in &mut error.0.branches {
            for (_, inner) in &mut branch.0.branches {
                inner.0.branches.clear();
            }
        }
        error
    }

    /// The place as a JSON path: `$` is the whole document, `$.results[3].credit` a value in it.
    pub fn path(&self) -> String {
        path(self.0.steps.iter().rev())
    }

    /// What the type allows at this place.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What was there: the kind of value and, unless it may be secret, a short excerpt.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The place in bytes from the start of the document.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// Returns true when the document is not JSON at all, false when it is JSON of another shape.
    pub fn is_syntax(&self) -> bool {
        self.0.cause == Cause::Syntax
    }

    /// The branches of a union that were tried, each with the reason it did not fit.
    pub fn branches(&self) -> impl Iterator<Item = (&'static str, &DecodeError)> {
        self.0.branches.iter().map(|(name, error)| (*name, error))
    }

    /// Adds the property the error happened in; called from the innermost container outwards. Where
    /// its name says that it is a secret, such as `access_token`, the value no longer shows.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn in_key(mut self, key: &str) -> Self {
        if is_secret_name(key) {
            self = self.redacted();
        }
        self.0.steps.push(Step::Key(key.to_owned()));
        self
    }

    /// Adds the array index the error happened at; called from the innermost container outwards.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn in_index(mut self, index: usize) -> Self {
        self.0.steps.push(Step::Index(index));
        self
    }

    /// Says of a string that it holds a number.
    pub(super) fn in_quotes(mut self) -> Self {
        self.0.found.push_str(", a number in quotes");
        self
    }

    /// Takes excerpts of values out of the message, because they may be secret.
    pub(crate) fn redacted(mut self) -> Self {
        if let Some(end) = self.0.found.find(' ')
            && self.0.cause == Cause::Misfit
        {
            self.0.found.truncate(end);
        }
        let branches = std::mem::take(&mut self.0.branches).into_iter();
        self.0.branches = branches
            .map(|(name, error)| (name, error.redacted()))
            .collect();
        self
    }

    fn write(&self, out: &mut fmt::Formatter<'_>, outer: &str) -> fmt::Result {
        let path = self.path();
        let place = format!("{outer}{}", path.strip_prefix('$').unwrap_or(&path));
        write!(
            out,
            "{place}: expected {}, found {}",
            self.0.expected, self.0.found
        )?;
        for (count, (name, error)) in self.0.branches.iter().enumerate() {
            out.write_str(if count == 0 { " (" } else { "; " })?;
            write!(out, "{name}: ")?;
            error.write(out, &place)?;
        }
        if !self.0.branches.is_empty() {
            out.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(out, "$")?;
        if self.0.cause == Cause::Syntax {
            write!(
                out,
                " (at byte {}; the document is not valid JSON)",
                self.0.offset
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DecodeError({self})")
    }
}

impl std::error::Error for DecodeError {}

/// A value that JSON cannot hold: a floating-point number that is infinite or not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    path: String,
    reason: String,
}

impl EncodeError {
    #[cold]
    pub(super) fn new(path: String, reason: String) -> Self {
        Self { path, reason }
    }

    /// A value whose own [`Encode`](super::Encode) wrote something that is not JSON.
    #[cold]
    pub(super) fn unreadable(error: DecodeError) -> Self {
        Self::new(
            error.path(),
            format!("it was written as something else than JSON: {error}"),
        )
    }

    /// The place as a JSON path, as in [`DecodeError::path`].
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with the value.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path, self.reason)
    }
}

impl std::error::Error for EncodeError {}

/// Writes steps, outermost first, as a JSON path.
pub(super) fn path<'a>(steps: impl Iterator<Item = &'a Step>) -> String {
    let mut text = String::from("$");
    for step in steps {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(key) if is_plain(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::Key(key) => text.push_str(&format!("[{}]", excerpt(key))),
        }
    }
    text
}

/// A quoted, escaped beginning of a text, short enough for a message.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Whether the name of a property or header says that its value is a secret.
pub(crate) fn is_secret_name(key: &str) -> bool {
    let name: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    [
        "token",
        "password",
        "secret",
        "apikey",
        "subscriptionkey",
        "authorization",
    ]
    .iter()
    .any(|word| name.contains(word))
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 128
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_properties_named_as_secrets_do_not_show() {
        let error = || DecodeError::new("a number", "string \"canary\"", 0);
        for key in [
            "access_token",
            "refreshToken",
            "client-secret",
            "Password",
            "api_key",
        ] {
            let shown = error().in_key(key).to_string();
            assert!(
                !shown.contains("canary") && shown.contains("string"),
                "{shown}"
            );
        }
        assert!(error().in_key("name").to_string().contains("canary"));
    }
}
