//! What the errors of Redis are called. Their own texts may hold arguments of a command, and those
//! of a URL its password, so neither is passed on.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use ::redis::{ErrorKind, RedisError};

use super::StoreError;

pub(super) fn url(error: &RedisError) -> StoreError {
    let advice = match error.kind() {
        ErrorKind::InvalidClientConfig => {
            "; it looks like redis://user:password@host:6379/0, and rediss:// needs a feature for \
             TLS of the crate `redis`, such as `tokio-rustls-comp`"
        }
        _ => "",
    };
    StoreError::new(format!(
        "the URL of Redis is of no use ({}){advice}",
        error.category()
    ))
}

pub(super) fn command(place: &str, error: &RedisError) -> StoreError {
    let code = error.code().unwrap_or_default();
    if code == "WRONGTYPE" {
        return StoreError::damaged(format!(
            "{place}: a key of the store holds something else (WRONGTYPE); it was left as it is. \
             Choose another prefix"
        ));
    }
    let reason = match error.source().and_then(|source| source.downcast_ref()) {
        Some::<&io::Error>(error) => error.to_string(),
        None if code.is_empty() => error.category().to_owned(),
        None => format!("{}, {code}", error.category()),
    };
    let advice = match (error.kind(), code) {
        (ErrorKind::AuthenticationFailed, _) | (_, "NOAUTH" | "WRONGPASS") => {
            "; check its user and password"
        }
        (_, "NOPERM") => {
            "; let the user run EVALSHA, SCRIPT LOAD, TIME, HMGET, HSET, HDEL, PEXPIRE, PERSIST, \
             GET, SET and DEL"
        }
        (_, "OOM") => "; its memory is full",
        (_, "READONLY") => "; it is a replica: connect to the primary",
        (ErrorKind::Io, _) => "; is it up? A write may have been done: load it again",
        _ => "",
    };
    StoreError::new(format!("{place}: the command failed: {reason}{advice}"))
}

pub(super) fn late(place: &str, limit: Duration) -> StoreError {
    StoreError::new(format!(
        "{place}: no answer within {limit:?}, twice; is it up? A write may have been done: load it \
         again"
    ))
}

/// `name` is a key's, which holds no secret.
pub(super) fn damaged(place: &str, name: &str) -> StoreError {
    StoreError::damaged(format!(
        "{place}: the record `{name}` is not what was written; it was left as it is. Restore it, or \
         delete it and log in anew"
    ))
}
