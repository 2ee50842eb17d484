//! The files of one key, and what is done to them. All of it may block.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::access::{create_anew, failed, open, open_lock, sync_folder};
use super::lock::Locked;
use super::record::{self, Entry, MOST_BYTES, damaged};
use super::{Record, Revision, StoreError, TokenKey};
use crate::store::revision;
use crate::wire::Secret;

/// How long to wait for others. They need milliseconds; one that is stopped in between may need
/// for ever, and a thread that waits for it is one less for the others.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much of a key a file's name shows.
const READABLE: usize = 40;

/// Longer leases than this are cut: dates have an end.
const LONGEST_LEASE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Where the files of a key are.
pub(super) struct Place {
    folder: PathBuf,
    name: String,
    key: String,
}

impl Place {
    pub(super) fn new(folder: &Path, key: &TokenKey) -> Self {
        let text = key.to_text();
        let shown = key.subject().unwrap_or(key.client());
        Self {
            folder: folder.to_owned(),
            name: format!("{}-{}", readable(shown), record::sha256(&text)),
            key: text,
        }
    }

    pub(super) fn load(&self) -> Result<Option<Record>, StoreError> {
        let entry = self.read()?;
        let revision = Revision(entry.revision);
        Ok(entry.value.map(|value| Record { revision, value }))
    }

    pub(super) fn replace(
        &self,
        old: Option<Revision>,
        new: &Secret,
    ) -> Result<Option<Revision>, StoreError> {
        let _turn = self.turn()?;
        let entry = self.read()?;
        if entry.current() != old {
            return Ok(None);
        }
        self.write(&entry, Some(new)).map(Some)
    }

    pub(super) fn remove(&self, old: Revision) -> Result<bool, StoreError> {
        let _turn = self.turn()?;
        let entry = self.read()?;
        if entry.current() != Some(old) {
            return Ok(false);
        }
        self.write(&entry, None).map(|_| true)
    }

    /// Takes the lease: whoever has locked the lease's file has it, until the modification time of
    /// that file. `None` while somebody has.
    pub(super) fn lease(&self, limit: Duration) -> Result<Option<Locked>, StoreError> {
        let _turn = self.turn()?;
        let path = self.file("lease");
        let fail = |error: io::Error| failed(&path, "take the lease", &error);
        let until = SystemTime::now() + limit.min(LONGEST_LEASE);
        if let Some(file) = open_lock(&path)? {
            match Locked::try_new(&path, file)? {
                // The last holder gave it back, or is gone.
                Ok(locked) => {
                    locked.file().set_modified(until).map_err(fail)?;
                    return Ok(Some(locked));
                }
                Err(file) => {
                    let until = file.metadata().and_then(|of| of.modified());
                    if until.map_err(fail)? > SystemTime::now() {
                        return Ok(None);
                    }
                }
            }
        }
        // A holder whose time is up keeps a file that has no name any more.
        let fresh = self.file("lease.tmp");
        let Ok(locked) = Locked::try_new(&fresh, create_anew(&fresh)?)? else {
            return Ok(None);
        };
        locked.file().set_modified(until).map_err(fail)?;
        fs::rename(&fresh, &path).map_err(fail)?;
        Ok(Some(locked))
    }

    /// Waits for the turn to write. Its file is never deleted: somebody may wait for it.
    fn turn(&self) -> Result<Locked, StoreError> {
        Locked::wait(&self.file("lock"), PATIENCE)
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    /// Reads what is there; revision 0 and no value where nothing is.
    fn read(&self) -> Result<Entry, StoreError> {
        let path = self.file("json");
        let Some(file) = open(&path)? else {
            return Ok(Entry::default());
        };
        let bytes = read_whole(&file).map_err(|error| failed(&path, "read the file", &error))?;
        let bytes = bytes.ok_or_else(|| damaged(&path, "is too large for a token record"))?;
        record::decode(&path, &self.key, &bytes)
    }

    /// Puts an entry in place of the one that is there; on failure that one stays.
    fn write(&self, old: &Entry, value: Option<&Secret>) -> Result<Revision, StoreError> {
        let path = self.file("json");
        let revision = revision::after(old.revision, SystemTime::now())
            .ok_or_else(|| damaged(&path, "has no revisions left"))?;
        let bytes = record::encode(&path, &self.key, revision, value)?;
        let fresh = self.file("json.tmp");
        let mut file = create_anew(&fresh)?;
        let written = file
            .write_all(&bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&fresh, &path));
        if let Err(error) = written {
            // The next write tries to remove it again.
            let _ = fs::remove_file(&fresh);
            return Err(failed(&path, "write the file", &error));
        }
        sync_folder(&self.folder).map_err(|error| {
            let what = "say that the record, which was written, outlives a power failure";
            failed(&path, what, &error)
        })?;
        Ok(Revision(revision))
    }
}

/// Reads a file that does not change. `None` when it is larger than a record may be.
fn read_whole(mut file: &File) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if size > MOST_BYTES {
        return Ok(None);
    }
    // Its size is known, so that no copy is left behind by a buffer that grows.
    let mut bytes = Zeroizing::new(vec![0; size]);
    file.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// A part of a file's name for people: what no file system takes amiss.
fn readable(text: &str) -> String {
    text.chars()
        .take(READABLE)
        .map(|char| match char.to_ascii_lowercase() {
            char @ ('a'..='z' | '0'..='9') => char,
            _ => '_',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_and_differ() {
        let long = "x".repeat(10_000);
        let subjects = [
            "ann", "Ann", "ANN", "", "..", "a/b", "a\\b", "con", "å", "a:b", &long,
        ];
        let mut names = std::collections::BTreeSet::new();
        for subject in subjects {
            let key = TokenKey::of_subject("https://id.example", "client", subject);
            let name = Place::new(Path::new("/"), &key).name;
            assert!(name.len() <= READABLE + 1 + 64, "{name}");
            assert!(
                name.bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')),
                "{name}"
            );
            names.insert(name);
        }
        assert_eq!(names.len(), subjects.len());
    }

    #[test]
    fn a_name_stays_the_same() {
        let key = TokenKey::of_subject("https://id.example/token", "client", "Ann@x");
        assert_eq!(
            Place::new(Path::new("/"), &key).name,
            "ann_x-a0b25f88576694e09c4c1bed62f4276cc39c050c58ab7a93d97b7c2eb478146f"
        );
    }
}
