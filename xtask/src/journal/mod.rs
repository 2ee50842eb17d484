//! Files that are replaced together: whatever ends a run, the commands find all of the old ones or all of the new.
//!
//! A file system replaces one file in one step, not several. So a run
//!
//! 1. writes what is to be, and a journal of which file it is for, into a folder of another name;
//! 2. renames that folder to `.fetch`, from when on the new files count;
//! 3. copies each file to its place, in one step a file;
//! 4. renames the folder back and removes it.
//!
//! Before 2 every file is as it was. After it, [`finish`] does 3 and 4 again, with which every command begins that reads
//! these files. Both can be done any number of times, since what is to be stays in the folder up to the end. A file that
//! is neither as it was nor as it is to be is somebody's own, and nothing is written then.
//!
//! Each step is on the disk before the next one is begun, so this holds for a loss of power as well.

#[cfg(test)]
pub(crate) mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::durable::{self, Prepared};
use crate::failure::Failure;
use crate::{documents, lock, terminal, workspace};

/// The folder, within that of the files, that holds what is to be.
const FOLDER: &str = ".fetch";
/// The file in it that says what is for which file.
const JOURNAL: &str = "journal.json";
/// What keeps two processes apart while they replace files, in cargo's folder.
const LOCK: &str = "fetch.lock";

/// A file, by its path below the folder of all, and what it is to hold.
pub(crate) type NewFile = (PathBuf, Vec<u8>);

/// Replaces files below a folder, all of them or none; how many were not as they are to be.
pub(crate) fn replace(folder: &Path, files: Vec<NewFile>) -> Result<usize, Failure> {
    let _lock = lock_out_others()?;
    finish_locked(folder)?;
    let mut changed = Vec::new();
    for (file, bytes) in files {
        check_within(folder, &file)?;
        let old = sum_of(&folder.join(&file))?;
        let new = lock::sha256(&bytes);
        if old.as_ref() != Some(&new) {
            changed.push((Entry { file, old, new }, bytes));
        }
    }
    match changed.as_slice() {
        [] => {}
        // One file is replaced in one step.
        [(entry, bytes)] => put(&folder.join(&entry.file), bytes)?,
        _ => {
            stage(folder, &changed)?;
            apply(folder)?;
        }
    }
    Ok(changed.len())
}

/// Replaces what is left to be replaced of files below a folder, where a run was killed at it.
pub(crate) fn finish(folder: &Path) -> Result<(), Failure> {
    if !folder.join(FOLDER).exists() {
        return Ok(());
    }
    let _lock = lock_out_others()?;
    finish_locked(folder)
}

fn finish_locked(folder: &Path) -> Result<(), Failure> {
    // Another process may have done it meanwhile.
    if !folder.join(FOLDER).exists() {
        return Ok(());
    }
    let files = apply(folder)?;
    terminal::hint(&format!(
        "a fetch was interrupted while it replaced files; they are all replaced now: {}",
        files.join(", ")
    ));
    Ok(())
}

/// Waits until no other process replaces files. The system lets go of the lock of one that was killed.
fn lock_out_others() -> Result<Option<fs::File>, Failure> {
    let path = workspace::target()?.join(LOCK);
    let locked = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)?;
        file.lock().map(|()| file)
    };
    match locked() {
        Ok(file) => Ok(Some(file)),
        // Some file systems have no locks; then nobody should fetch twice at a time.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(error) => Err(Failure::io("lock", &path, &error)),
    }
}

/// Writes what is to be beside the files: steps 1 and 2.
fn stage(folder: &Path, files: &[(Entry, Vec<u8>)]) -> Result<(), Failure> {
    let staged = folder.join(FOLDER);
    durable::remove_abandoned(&staged);
    let temporary = durable::temporary(&staged);
    let written = || {
        make_room(&temporary)?;
        durable::step();
        fs::create_dir_all(&temporary)?;
        for (number, (_, bytes)) in files.iter().enumerate() {
            durable::write(&temporary.join(number.to_string()), bytes)?;
        }
        let entries: Vec<_> = files.iter().map(|(entry, _)| entry.to_json()).collect();
        let journal = json!({ "files": entries }).to_string();
        durable::write(&temporary.join(JOURNAL), journal.as_bytes())?;
        durable::sync_folder(&temporary)?;
        durable::rename(&temporary, &staged)
    };
    written().map_err(|error| {
        // Best effort: nothing reads a folder of this name.
        let _ = fs::remove_dir_all(&temporary);
        Failure::io("write", &staged, &error)
    })
}

/// Puts everything in its place: steps 3 and 4. The paths of the files as people see them.
fn apply(folder: &Path) -> Result<Vec<String>, Failure> {
    let staged = folder.join(FOLDER);
    let mut files = Vec::new();
    let mut left = Vec::new();
    // All is looked at before anything is written.
    for (number, entry) in read_journal(&staged)?.into_iter().enumerate() {
        check_within(folder, &entry.file)?;
        let path = folder.join(&entry.file);
        files.push(workspace::with_slashes(&entry.file));
        let found = sum_of(&path)?;
        if found.as_ref() == Some(&entry.new) {
            continue;
        }
        if found != entry.old {
            return Err(changed_since(&path, &staged));
        }
        let bytes = fs::read(staged.join(number.to_string()));
        match bytes.ok().filter(|it| lock::sha256(it) == entry.new) {
            Some(bytes) => left.push((path, bytes)),
            None => return Err(damaged(&staged)),
        }
    }
    for (path, bytes) in left {
        put(&path, &bytes)?;
    }
    let removed = durable::temporary(&staged);
    let remove = || {
        make_room(&removed)?;
        durable::rename(&staged, &removed)?;
        durable::step();
        fs::remove_dir_all(&removed)
    };
    remove().map_err(|error| Failure::io("remove", &staged, &error))?;
    Ok(files)
}

/// Removes what another process of the same number left that was killed.
fn make_room(temporary: &Path) -> io::Result<()> {
    match temporary.exists() {
        true => fs::remove_dir_all(temporary),
        false => Ok(()),
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let prepared = Prepared::write(path.to_owned(), bytes);
    let put = prepared.and_then(Prepared::put_in_place);
    put.map_err(|error| Failure::io("write", path, &error))
}

/// What a file is to become.
struct Entry {
    /// The path below the folder of all files.
    file: PathBuf,
    /// The sum of what it held before; `None` where there was no file.
    old: Option<String>,
    /// The sum of what it is to hold.
    new: String,
}

impl Entry {
    fn to_json(&self) -> Value {
        json!({ "file": workspace::with_slashes(&self.file), "old": self.old, "new": self.new })
    }

    fn from_json(entry: &Value) -> Option<Self> {
        let file = PathBuf::from(entry.get("file")?.as_str()?);
        let old = match entry.get("old")? {
            Value::Null => None,
            old => Some(old.as_str()?.to_owned()),
        };
        let new = entry.get("new")?.as_str()?.to_owned();
        documents::leads_down(&file).then_some(Self { file, old, new })
    }
}

fn read_journal(staged: &Path) -> Result<Vec<Entry>, Failure> {
    let read = || -> Option<Vec<Entry>> {
        let journal = fs::read(staged.join(JOURNAL)).ok()?;
        let journal: Value = serde_json::from_slice(&journal).ok()?;
        let entries = journal.get("files")?.as_array()?;
        entries.iter().map(Entry::from_json).collect()
    };
    read().ok_or_else(|| damaged(staged))
}

/// Refuses a file that would come to lie outside of the folder of all since a link is on the way to it.
fn check_within(folder: &Path, file: &Path) -> Result<(), Failure> {
    let path = folder.join(file);
    let lies_in = workspace::absolute(path.parent().unwrap_or(folder))?;
    if lies_in.starts_with(workspace::absolute(folder)?) {
        return Ok(());
    }
    Err(Failure::Machine(format!(
        "{} is not written: a link on its way leads out of {}; put a folder in the link's place",
        path.display(),
        folder.display()
    )))
}

/// The sum of a file's content; `None` where there is no file.
fn sum_of(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(lock::sha256(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

fn changed_since(path: &Path, staged: &Path) -> Failure {
    Failure::Machine(format!(
        "a fetch was interrupted while it replaced files, and {} has been changed since; restore all of them from version \
         control, remove {}, and fetch again",
        path.display(),
        staged.display()
    ))
}

fn damaged(staged: &Path) -> Failure {
    Failure::Machine(format!(
        "a fetch was interrupted while it replaced files, and {}, which holds them, has been damaged since; restore the \
         documents from version control, remove it, and fetch again",
        staged.display()
    ))
}
