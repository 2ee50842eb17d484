//! What was sent, on disk before it is sent: so that nothing is posted twice.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use portal_apis::runtime::wire::Uuid;

use super::common::Failure;

/// A file with a line for each step. A line that a crash cut short counts as not written: whatever it announced was
/// not begun yet.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    entries: BTreeMap<Uuid, Entry>,
}

/// How far a voucher has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Of what was sent; another means that the voucher was changed since.
    pub(crate) fingerprint: String,
    pub(crate) state: State,
}

/// What is known of a voucher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    /// It was about to be sent; whether it arrived is not known.
    Sending,
    /// It is in the ledger under this id.
    Posted(Uuid),
    /// It was refused, and is not in the ledger.
    Refused,
}

impl Journal {
    /// Opens the journal of imports into one place, or begins one. No other process can have it meanwhile.
    ///
    /// # Errors
    /// When it cannot be read and written, is in use, damaged, or that of another place.
    pub(crate) fn open(path: &Path, place: &str) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let failed = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
        let mut file = options.open(path).map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(failed(&"another import is using this journal").into());
            }
            Err(TryLockError::Error(error)) => return Err(failed(&error).into()),
        }
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|error| failed(&error))?;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut lines = text.get(..whole).unwrap_or_default().lines();
        let header = format!("journal of voucher_import for {place}");
        let first = lines.next();
        let mut journal = Self {
            path: path.to_owned(),
            file,
            entries: BTreeMap::new(),
        };
        match first {
            Some(found) if found == header => {}
            Some(found) => return Err(failed(&format!("this is the {found}, not {place}")).into()),
            None => journal.begin(&header)?,
        }
        for (index, line) in lines.enumerate() {
            let read = journal.replay(line);
            read.ok_or_else(|| failed(&format!("line {}: damaged", index + 2)))?;
        }
        Ok(journal)
    }

    /// What is known of a voucher.
    pub(crate) fn entry(&self, id: Uuid) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Notes a step. It is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn note(
        &mut self,
        id: Uuid,
        fingerprint: &str,
        state: State,
    ) -> Result<(), Failure> {
        let step = match state {
            State::Sending => format!("sending {id} {fingerprint}"),
            State::Posted(server) => format!("posted {id} {fingerprint} {server}"),
            State::Refused => format!("refused {id} {fingerprint}"),
        };
        self.append(&step)?;
        let fingerprint = fingerprint.to_owned();
        self.entries.insert(id, Entry { fingerprint, state });
        Ok(())
    }

    fn begin(&mut self, header: &str) -> Result<(), Failure> {
        self.append(header)?;
        // So that the file itself outlives a loss of power. Some systems do not open folders, nor need it.
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        match File::open(folder.unwrap_or(Path::new("."))) {
            Ok(folder) => Ok(folder.sync_all()?),
            Err(_) => Ok(()),
        }
    }

    fn append(&mut self, line: &str) -> Result<(), Failure> {
        let written = self.file.write_all(format!("{line}\n").as_bytes());
        let written = written.and_then(|()| self.file.sync_all());
        written.map_err(|error| format!("{}: {error}", self.path.display()).into())
    }

    fn replay(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split(' ').collect();
        let (id, fingerprint, state) = match words.as_slice() {
            ["sending", id, fingerprint] => (id, fingerprint, State::Sending),
            ["posted", id, fingerprint, server] => {
                (id, fingerprint, State::Posted(server.parse().ok()?))
            }
            ["refused", id, fingerprint] => (id, fingerprint, State::Refused),
            _ => return None,
        };
        let fingerprint = (*fingerprint).to_owned();
        self.entries
            .insert(id.parse().ok()?, Entry { fingerprint, state });
        Some(())
    }
}
