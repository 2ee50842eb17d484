//! Tests of the wire, by subject.

mod enums;
mod hostile;
mod models;
mod numbers;
mod parser;
mod properties;
#[cfg(feature = "serde")]
mod serde;
mod texts;
mod times;
mod tuples;
mod unions;
mod values;

use super::{Decode, Encode, from_slice, to_vec};

/// Reads a document; the error is its message.
fn read<T: Decode>(json: &str) -> Result<T, String> {
    from_slice(json.as_bytes()).map_err(|error| error.to_string())
}

/// The message of the error that reading a document gives.
#[track_caller]
fn refused<T: Decode + std::fmt::Debug>(json: &str) -> String {
    match read::<T>(json) {
        Ok(value) => panic!("{json} was read as {value:?}"),
        Err(message) => message,
    }
}

fn written(value: &(impl Encode + ?Sized)) -> String {
    String::from_utf8(to_vec(value).unwrap()).unwrap()
}

/// Asserts that a document is read and goes out as it came.
#[track_caller]
fn unchanged<T: Decode + Encode>(json: &str) {
    assert_eq!(written(&read::<T>(json).unwrap()), json);
}
