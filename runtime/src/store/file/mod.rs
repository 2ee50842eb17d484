//! A store in a folder.

mod access;
mod lock;
mod place;
mod record;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{BoxFuture, Lease, Record, Revision, StoreError, TokenKey, TokenStore};
use crate::wire::Secret;
use place::Place;

/// Keeps records in a folder, one file a key, for programs of one user on one machine.
///
/// **Durable:** a write returns when file and folder have reached the disk (`fsync`). The new
/// record takes the place of the old one by a rename, so that a crash or a failure at any point
/// leaves the one or the other, whole. What a crash leaves besides is a file that ends in `.tmp`;
/// the next write removes it.
///
/// **Locked:** writers of all processes take turns by a lock of the operating system on a file next
/// to the record (`.lock`). A lease is such a lock too (`.lease`), so that a holder that crashes
/// gives it back at once; one that hangs loses it when its time is up, which the modification time
/// of the file says. Do not delete these files while a program runs. The file system must be a
/// local one: locks of network file systems cannot be relied on.
///
/// **Private:** on Unix the folder has mode 0700 and files have 0600. Looser ones are refused, as
/// are links in place of files. On other systems files have the permissions that the folder passes
/// on: give it to one user. Records are not encrypted.
///
/// A file that is damaged is reported ([`StoreError::is_damaged`]) and left as it is. Removed
/// records leave a file without a value, which keeps revisions from coming back.
///
/// ```
/// use portal_runtime::store::{FileStore, TokenKey, TokenStore};
/// use portal_runtime::Secret;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let home = tempfile::tempdir()?;
/// # let folder = home.path().join("tokens");
/// let store = FileStore::open(folder)?;
/// let key = TokenKey::of_subject("https://id.example/token", "my-client", "ann");
///
/// let first = store.replace(&key, None, &Secret::from("a refresh token")).await?;
/// let record = store.load(&key).await?.ok_or("it was written")?;
/// assert_eq!(Some(record.revision), first);
///
/// // Whoever has not seen the last record does not replace it.
/// assert_eq!(store.replace(&key, None, &Secret::from("another")).await?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FileStore {
    folder: Arc<PathBuf>,
}

impl FileStore {
    /// Opens a folder; makes it, and those above it, where there is none.
    ///
    /// It is resolved once: a link to a folder is followed, and changing the working directory
    /// later has no effect. This touches the disk and may block for a moment.
    ///
    /// # Errors
    /// When it cannot be made, is not a folder, or others have access to it; the message says which
    /// `chmod` mends that.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StoreError> {
        let folder = Arc::new(access::open_folder(folder.as_ref())?);
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Does work on the files of a key where it may block. It is done to the end even when nobody
    /// waits for it any more.
    async fn at<T: Send + 'static>(
        &self,
        key: &TokenKey,
        work: impl FnOnce(&Place) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Place::new(&self.folder, key);
        tokio::task::spawn_blocking(move || work(&place))
            .await
            .unwrap_or_else(|_| Err(self.cut_off()))
    }

    fn cut_off(&self) -> StoreError {
        StoreError::new(format!(
            "{}: the work on a token record was cut off, as when the runtime shuts down",
            self.folder.display()
        ))
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        Box::pin(self.at(key, Place::load))
    }

    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        let new = new.clone();
        Box::pin(self.at(key, move |place| place.replace(old, &new)))
    }

    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.at(key, move |place| place.remove(old)))
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async move {
            let held = self.at(key, move |place| place.lease(limit)).await?;
            Ok(held.map(|held| Lease::new(move || async move { drop(held) })))
        })
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FileStore")
            .field("folder", &self.folder)
            .finish()
    }
}
