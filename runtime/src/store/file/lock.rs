//! Locks of the operating system: between processes, and between the handles of one.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::StoreError;
use super::access::{failed, open_or_create_lock};

/// A locked file. It is unlocked when dropped, and by the system when the process ends.
pub(super) struct Locked(File);

impl Locked {
    /// Locks a file at once, or gives it back.
    pub(super) fn try_new(path: &Path, file: File) -> Result<Result<Self, File>, StoreError> {
        match file.try_lock() {
            Ok(()) => Ok(Ok(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(Err(file)),
            Err(TryLockError::Error(error)) => Err(failed(path, "lock the file", &error)),
        }
    }

    /// Waits for so long until the file at a path is ours; makes it where there is none.
    pub(super) fn wait(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let mut file = open_or_create_lock(path)?;
        let started = Instant::now();
        loop {
            file = match Self::try_new(path, file)? {
                Ok(locked) => return Ok(locked),
                Err(file) => file,
            };
            if started.elapsed() >= patience {
                return Err(StoreError::new(format!(
                    "{}: another process has kept it locked for {patience:?}; is one stopped?",
                    path.display()
                )));
            }
            // Not in step with others that wait.
            thread::sleep(Duration::from_micros(fastrand::u64(200..4_000)));
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.0
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing is not enough while a child of this process starts: it has the handle as well
        // until it runs its own program. Without the lock there is nothing to unlock.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_one_that_is_stopped_has_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Locked::wait(&path, Duration::ZERO).unwrap();
        let Err(error) = Locked::wait(&path, Duration::ZERO) else {
            panic!("locked twice");
        };
        assert!(error.to_string().contains("is one stopped?"), "{error}");
        assert!(error.to_string().contains(&*path.to_string_lossy()));
        drop(held);
        assert!(Locked::wait(&path, Duration::ZERO).is_ok());
    }
}
