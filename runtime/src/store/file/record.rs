//! What stands in a file.
//!
//! One JSON object: `version` (1), `key` (as [`TokenKey::to_text`](super::TokenKey::to_text) gives
//! it), `revision`, `value` (`null` once the record was removed) and `sha256` over the three.

use std::path::Path;

use zeroize::Zeroizing;

use super::{Revision, StoreError};
use crate::wire::{Encode as _, Encoder, Secret, from_slice};

const VERSION: u64 = 1;

/// More than any record needs, and less than hurts to read.
pub(super) const MOST_BYTES: usize = 16 << 20;

/// What a file says: the last revision, and the record unless it was removed.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) revision: u64,
    pub(super) value: Option<Secret>,
}

impl Entry {
    /// The revision of the record; `None` where there is none.
    pub(super) fn current(&self) -> Option<Revision> {
        self.value.as_ref().map(|_| Revision(self.revision))
    }
}

/// Any version has this.
struct Envelope {
    version: u64,
}

crate::model! { Envelope { version: required "version" } }

struct Text {
    version: u64,
    key: String,
    revision: u64,
    value: Option<Secret>,
    sha256: String,
}

crate::model! { Text {
    version: required "version",
    key: required "key",
    revision: required "revision",
    value: nullable "value",
    sha256: required "sha256",
} }

/// Writes an entry down.
pub(super) fn encode(
    path: &Path,
    key: &str,
    revision: u64,
    value: Option<&Secret>,
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let secret = value.map_or(0, |value| value.expose().len());
    let too_large = || {
        StoreError::new(format!(
            "{}: the record is larger than {MOST_BYTES} bytes; it was not written",
            path.display()
        ))
    };
    if secret > MOST_BYTES {
        return Err(too_large());
    }
    let text = Text {
        version: VERSION,
        key: key.to_owned(),
        revision,
        value: value.cloned(),
        sha256: digest(key, revision, value),
    };
    // An escaped character takes six bytes at most. A buffer that grew would leave copies behind.
    let mut encoder = Encoder::with_capacity(6 * secret + key.len() + 256);
    text.encode(&mut encoder);
    let bytes = encoder.finish().map_err(|error| {
        let path = path.display();
        StoreError::new(format!("{path}: cannot write the record: {error}"))
    })?;
    let mut bytes = Zeroizing::new(bytes);
    bytes.push(b'\n');
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads an entry.
pub(super) fn decode(path: &Path, key: &str, bytes: &[u8]) -> Result<Entry, StoreError> {
    let broken = || damaged(path, "is not a whole token record");
    let line = bytes.strip_suffix(b"\n").ok_or_else(broken)?;
    // What does not fit may be a secret, so the reader's own words are not passed on.
    let envelope: Envelope = from_slice(line).map_err(|_| broken())?;
    if envelope.version != VERSION {
        return Err(StoreError::damaged(format!(
            "{}: the token record has format {}, and this program knows {VERSION}; use the program \
             that wrote it, or a newer one",
            path.display(),
            envelope.version
        )));
    }
    let text: Text = from_slice(line).map_err(|_| broken())?;
    if text.key != key {
        return Err(damaged(path, "holds the record of another key"));
    }
    if text.sha256 != digest(key, text.revision, text.value.as_ref()) {
        return Err(damaged(
            path,
            "has changed since it was written (its checksum differs)",
        ));
    }
    Ok(Entry {
        revision: text.revision,
        value: text.value,
    })
}

/// The refusal of a file that is not what was written.
pub(super) fn damaged(path: &Path, what: &str) -> StoreError {
    StoreError::damaged(format!(
        "{}: the file {what}; it was left as it is. Restore it from a backup, or move it away and \
         log in anew",
        path.display()
    ))
}

fn digest(key: &str, revision: u64, value: Option<&Secret>) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(format!("{key}\n{revision}\n").as_bytes());
    if let Some(value) = value {
        context.update(b"=");
        context.update(value.expose().as_bytes());
    }
    hex(context.finish().as_ref())
}

/// The SHA-256 of a text, in lower-case hexadecimal digits.
pub(super) fn sha256(text: &str) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
