//! CSV files that appear when they are complete, and not before.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A CSV file that is being written, beside the place that it will have. What a crash leaves of it ends in `.part`.
pub(crate) struct Table {
    writer: csv::Writer<File>,
    path: PathBuf,
    temporary: PathBuf,
}

impl Table {
    /// Begins a file with its header.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub(crate) fn begin(path: &Path, header: &[&str]) -> io::Result<Self> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(name);
        let mut table = Self {
            writer: csv::Writer::from_writer(File::create(&temporary)?),
            path: path.to_owned(),
            temporary,
        };
        table.row(header)?;
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn row<T: AsRef<[u8]>>(&mut self, cells: &[T]) -> io::Result<()> {
        Ok(self.writer.write_record(cells)?)
    }

    /// Puts the file in its place, over an earlier one. It is on disk then.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        fs::rename(&self.temporary, &self.path)
    }
}

/// Removes what was not finished.
impl Drop for Table {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.temporary);
    }
}
