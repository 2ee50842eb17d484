//! Files that are on the disk, not only on their way to it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that is written through to the disk under another name: whatever ends this, the old content is there or the
/// new. It goes away unless it is put in place.
pub(crate) struct Prepared {
    path: PathBuf,
    temporary: PathBuf,
}

/// What the names end with of what is not in place yet.
const TEMPORARY: &str = ".tmp";
/// The age after which such a file is of a run that was killed.
const ABANDONED: Duration = Duration::from_secs(3600);
/// The bytes that are written at a time; few in tests, which end between any of these.
const CHUNK: usize = if cfg!(test) { 4 } else { 1 << 16 };

impl Prepared {
    /// Writes a file under another name, and the folders that it lies in.
    pub(crate) fn write(path: PathBuf, bytes: &[u8]) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        remove_abandoned(&path);
        let temporary = temporary(&path);
        let prepared = Self { path, temporary };
        write(&prepared.temporary, bytes)?;
        Ok(prepared)
    }

    /// Where the file is to be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the file where it is to be, in one step.
    pub(crate) fn put_in_place(self) -> io::Result<()> {
        rename(&self.temporary, &self.path)
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // Best effort: it is in place, or what is wrong has been found already.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// The name of a file or a folder while this process makes it.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    path.with_added_extension(format!("{}{TEMPORARY}", std::process::id()))
}

/// Writes a file through to the disk, not in one step.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    step();
    let mut file = fs::File::create(path)?;
    for chunk in bytes.chunks(CHUNK) {
        step();
        file.write_all(chunk)?;
    }
    step();
    sync(&file)
}

/// Renames a file or a folder in one step that outlives a loss of power.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    step();
    fs::rename(from, to)?;
    step();
    to.parent().map_or(Ok(()), sync_folder)
}

/// Writes the names in a folder through to the disk, where the system lets a program do so.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => sync(&fs::File::open(folder)?),
        false => Ok(()),
    }
}

/// Waits until a file is on the disk. Tests end processes, which takes nothing from the disk.
fn sync(file: &fs::File) -> io::Result<()> {
    match cfg!(test) {
        true => Ok(()),
        false => file.sync_all(),
    }
}

/// Removes what runs left beside a file or folder that were killed. Best effort: nothing reads files of these names.
pub(crate) fn remove_abandoned(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let metadata = entry.metadata();
        let age = metadata.and_then(|it| Ok((it.is_dir(), it.modified()?.elapsed())));
        match age {
            Ok((is_folder, Ok(age)))
                if age > ABANDONED && is_temporary(&entry.file_name(), name) =>
            {
                let path = entry.path();
                let _ = match is_folder {
                    true => fs::remove_dir_all(path),
                    false => fs::remove_file(path),
                };
            }
            _ => {}
        }
    }
}

/// Whether a name is one that a process gave to what became `name`.
fn is_temporary(found: &OsStr, name: &OsStr) -> bool {
    let process = found.to_str().and_then(|found| {
        let behind = found.strip_prefix(name.to_str()?)?.strip_prefix('.')?;
        behind.strip_suffix(TEMPORARY)
    });
    process.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A place where a run may be killed. Tests end there.
#[cfg(not(test))]
pub(crate) fn step() {}

#[cfg(test)]
pub(crate) use crate::journal::tests::step;
