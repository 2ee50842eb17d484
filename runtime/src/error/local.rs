//! Errors that are found on this side.

use std::fmt;

use http::{HeaderMap, StatusCode};

use super::Outcome;
use crate::body::RawBody;
use crate::wire::DecodeError;

/// A call cannot be made of what it was given; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    operation: &'static str,
    problem: String,
    pub(super) outcome: Outcome,
}

impl RequestError {
    pub(crate) fn new(operation: &'static str, problem: impl Into<String>) -> Self {
        Self {
            operation,
            problem: problem.into(),
            outcome: Outcome::NotCarriedOut,
        }
    }

    /// The operation, as the document names it.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// What is wrong, and what to do about it.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.operation, self.problem)
    }
}

impl std::error::Error for RequestError {}

/// The body of an answer is not what the document says.
///
/// The request was carried out: look before repeating one that changes something.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResponseError {
    /// The operation, as the document names it.
    pub operation: &'static str,
    /// The status that was answered.
    pub status: StatusCode,
    /// The headers that were answered.
    pub headers: HeaderMap,
    /// Which value did not fit, by its JSON path, and why.
    pub problem: DecodeError,
    /// The body as it came.
    pub raw: RawBody,
}

impl fmt::Display for ResponseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}: the answer {} does not fit the document: {}",
            self.operation, self.status, self.problem
        )?;
        let media_type = self.raw.media_type();
        if self.problem.is_syntax() && !media_type.is_empty() {
            write!(out, " (sent as {media_type})")?;
        }
        if let Some(id) = crate::response::request_id(&self.headers) {
            write!(out, " (request id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for ResponseError {}

/// The pages of a collection contradict each other, so that items would be lost or come twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagingError {
    operation: &'static str,
    page: u64,
    problem: String,
}

impl PagingError {
    pub(crate) fn new(operation: &'static str, page: u64, problem: impl Into<String>) -> Self {
        Self {
            operation,
            page,
            problem: problem.into(),
        }
    }

    /// The operation, as the document names it.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Which page was being read, counted from 1.
    pub fn page(&self) -> u64 {
        self.page
    }

    /// What is wrong, and what to do about it.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for PagingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}, page {}: {}",
            self.operation, self.page, self.problem
        )
    }
}

impl std::error::Error for PagingError {}
