//! What tests of clients need: a server on loopback that answers by a script, and the exchanges that generated
//! tests run against it. Cargo feature `testing`, for `[dev-dependencies]` alone.
//!
//! [`Server`] keeps each request byte for byte. [`Wire`] is an operation's requests and answers as its document has
//! them; a generated test hands it the calls that should send the requests, and [`Wire::run`] compares.
//!
//! # Panics
//!
//! What is here fails by panicking, as tests do.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod failures;
mod outcome;
mod place;
mod request;
mod same;
mod server;
mod wire;

pub use outcome::{
    Failed, Reading, Seen, bytes, items, json, none, optional_json, several, stream, text,
};
pub use place::{BASIC, KEY, PASSWORD, Place, TOKEN, USER};
pub use request::Sent;
pub use same::same_json;
pub use server::{Answer, Request, Server, lines, script, tokens};
pub use wire::Wire;

use crate::wire::{Decode, from_slice};

/// The value that a JSON text stands for, as an argument of a call.
///
/// # Panics
/// When the text is not a value of this type.
pub fn value<T: Decode>(json: &str) -> T {
    match from_slice(json.as_bytes()) {
        Ok(value) => value,
        Err(error) => panic!("{json} does not fit its type: {error}"),
    }
}
