//! Locks of the operating system: between processes, and between the handles of one.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::StoreError;
use super::access::{failed, open_or_create_lock};

/// How long to wait for others. They need milliseconds; one that is stopped in between may need
/// for ever, and a thread that waits for it is one less for the others.
const PATIENCE: Duration = Duration::from_secs(20);

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

    /// Waits until the file at a path is ours; makes it where there is none.
    pub(super) fn wait(path: &Path) -> Result<Self, StoreError> {
        let mut file = open_or_create_lock(path)?;
        let started = Instant::now();
        loop {
            file = match Self::try_new(path, file)? {
                Ok(locked) => return Ok(locked),
                Err(file) => file,
            };
            if started.elapsed() > PATIENCE {
                return Err(StoreError::new(format!(
                    "{}: another process has kept it locked for {} seconds; is one stopped?",
                    path.display(),
                    PATIENCE.as_secs()
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
