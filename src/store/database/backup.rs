//! A copy of the database, made while it is in use.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{Database, Opened, StoreFailed};

impl Database {
    /// Copies the database into a new file, as it is at one moment, while it is in use.
    ///
    /// # Errors
    /// When there is such a file already, it cannot be written, or the database is a server's, which has a program for it.
    pub async fn back_up(&self, file: &Path) -> Result<(), StoreFailed> {
        let Opened::File(opened) = &self.opened else {
            return Err(StoreFailed::NoCopy(self.place.to_string()));
        };
        let failed = |source: io::Error| StoreFailed::Disk { doing: "write", path: file.to_owned(), source };
        // SQLite would fill a file that others may read.
        private(file).map_err(failed)?;
        let name = file.to_str().ok_or_else(|| failed(io::Error::from(io::ErrorKind::InvalidFilename)))?;
        opened.copy_into(name).await.map_err(|error| StoreFailed::of("copy", &self.place, error))
    }
}

/// A new file for this user alone.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
