//! Files that only one user may touch: how they are opened, made and refused.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Makes sure that a folder is there and is the user's alone. Returns its path without links.
pub(super) fn open_folder(path: &Path) -> Result<PathBuf, StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| failed(path, "make the folder", &error))?;
    let path = fs::canonicalize(path).map_err(|error| failed(path, "open the folder", &error))?;
    let metadata = fs::metadata(&path).map_err(|error| failed(&path, "open the folder", &error))?;
    refuse_others(&path, &metadata, "700")?;
    if let Some(parent) = path.parent() {
        // The folder may be new. Whoever may not read the one above it has not made it.
        let _ = sync_folder(parent);
    }
    Ok(path)
}

/// Opens a file to read it; `None` where there is none.
pub(super) fn open(path: &Path) -> Result<Option<File>, StoreError> {
    opened(path, OpenOptions::new().read(true))
}

/// Opens a file that is used as a lock; `None` where there is none.
pub(super) fn open_lock(path: &Path) -> Result<Option<File>, StoreError> {
    opened(path, OpenOptions::new().read(true).write(true))
}

/// Opens a file that is used as a lock, and makes it where there is none.
pub(super) fn open_or_create_lock(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let gone = || failed(path, "make the file", &ErrorKind::NotFound.into());
    opened(path, &mut options)?.ok_or_else(gone)
}

/// Makes a file that was not there, in place of what a crash may have left under the name.
pub(super) fn create_anew(path: &Path) -> Result<File, StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(failed(path, "remove the leftover", &error));
        }
        _ => {}
    }
    let mut options = OpenOptions::new();
    private(options.read(true).write(true).create_new(true))
        .open(path)
        .map_err(|error| failed(path, "make the file", &error))
}

/// Brings the names in a folder to the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(path)?.sync_all() {
        // Some file systems do not have it.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Says where, what and why, and what to do. Nothing of a file's content is known here.
pub(super) fn failed(path: &Path, what: &str, error: &io::Error) -> StoreError {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied => "; let the user that runs this program own it",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "; make room on the disk"
        }
        ErrorKind::ReadOnlyFilesystem => "; choose a folder that can be written",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "; choose a folder for tokens alone"
        }
        ErrorKind::NotFound => "; was the folder deleted?",
        _ => "",
    };
    StoreError::new(format!(
        "{}: cannot {what}: {error}{advice}",
        path.display()
    ))
}

fn opened(path: &Path, options: &mut OpenOptions) -> Result<Option<File>, StoreError> {
    match fs::symlink_metadata(path) {
        // Looked at before opening it too: opening a pipe or a device may do something.
        Ok(metadata) => refuse_odd(path, &metadata)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(path, "open the file", &error)),
    }
    let file = match private(options).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "open the file", &error)),
    };
    let metadata = file
        .metadata()
        .map_err(|error| failed(path, "open the file", &error))?;
    refuse_odd(path, &metadata)?;
    refuse_others(path, &metadata, "600")?;
    Ok(Some(file))
}

/// The permissions of what is made, and no links followed.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    options
}

fn refuse_odd(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = match (metadata.is_symlink(), metadata.is_dir()) {
        (true, _) => "a link, and links are not followed",
        (_, true) => "a folder",
        _ => "not a file",
    };
    Err(StoreError::new(format!(
        "{}: this is {what}; move it away",
        path.display()
    )))
}

#[cfg(unix)]
fn refuse_others(path: &Path, metadata: &Metadata, mode: &str) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = metadata.permissions().mode() & 0o777;
    if found & 0o077 == 0 {
        return Ok(());
    }
    Err(StoreError::new(format!(
        "{path}: others have access to it (mode {found:03o}), and it is for secrets; see that nobody \
         used it, then run `chmod {mode} '{path}'`",
        path = path.display(),
    )))
}

#[cfg(not(unix))]
fn refuse_others(_: &Path, _: &Metadata, _: &str) -> Result<(), StoreError> {
    Ok(())
}
