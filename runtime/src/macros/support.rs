//! What the macros of responses expand to calls of.

use std::fmt;

use http::StatusCode;

use crate::api::Status;
use crate::body::{RawBody, Read};
use crate::error::Undeclared;
use crate::json;
use crate::wire::{DecodeError, Encode, to_vec};

/// How the body of a declared error is read.
pub type ReadError<E> = (Status, fn(&RawBody) -> Result<E, DecodeError>);

/// How the body of a declared success is read.
pub type ReadSuccess<T> = (Status, fn() -> Read<T>);

/// Reads an error body by its status.
///
/// # Errors
/// When the status is not declared, or the body does not fit.
pub fn read_error<E>(table: &[ReadError<E>], status: u16, body: &RawBody) -> Result<E, Undeclared> {
    let Some((_, read)) = select(table, status, true) else {
        return Err(Undeclared::new(status, None, body));
    };
    read(body).map_err(|problem| Undeclared::new(status, Some(problem), body))
}

/// Chooses how a success is read, by its status.
pub fn read_success<T>(table: &[ReadSuccess<T>], status: u16) -> Option<Read<T>> {
    select(table, status, status / 100 == 2).map(|(_, read)| read())
}

/// The most telling declaration: the status itself, then its class, then the default.
fn select<R>(table: &[(Status, R)], status: u16, default: bool) -> Option<&(Status, R)> {
    let exact = table
        .iter()
        .find(|(declared, _)| *declared == Status::Exact(status));
    let range = || {
        table
            .iter()
            .find(|(declared, _)| matches!(declared, Status::Range(_)) && declared.covers(status))
    };
    let other = || {
        table
            .iter()
            .find(|(declared, _)| default && *declared == Status::Default)
    };
    exact.or_else(range).or_else(other)
}

/// Reads a payload with one of the functions of [`body`](crate::body).
///
/// # Errors
/// When it does not fit.
pub fn whole<T>(read: Read<T>, body: &RawBody) -> Result<T, DecodeError> {
    match read {
        Read::Whole(read) => read(body),
        Read::Stream(_) | Read::ByStatus(_) => {
            Err(DecodeError::new("a body that is read whole", "a stream", 0))
        }
    }
}

/// What a payload says in words.
pub fn words(payload: &dyn Encode) -> Option<String> {
    let document = to_vec(payload).ok()?;
    let text = std::str::from_utf8(&document).ok()?;
    match json::value(text) {
        json::Loose::Text(text) if !text.is_empty() => Some(json::tidy(&text)),
        json::Loose::Other(_) => json::message(&RawBody::new(document, None)),
        json::Loose::Text(_) | json::Loose::Number(_) => None,
    }
}

/// Writes a declared error: its status and what it says.
///
/// # Errors
/// When the formatter fails.
pub fn write_error(out: &mut fmt::Formatter<'_>, key: &str, words: Option<&str>) -> fmt::Result {
    match Status::parse(key) {
        Status::Exact(status) => match StatusCode::from_u16(status) {
            Ok(status) => write!(out, "{status}")?,
            Err(_) => out.write_str(key)?,
        },
        Status::Range(_) => out.write_str(key)?,
        Status::Default => out.write_str("error")?,
    }
    words.map_or(Ok(()), |words| write!(out, ": {words}"))
}
