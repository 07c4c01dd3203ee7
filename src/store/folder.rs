//! The folder itself, made for this user alone or refused, and how keeping a value in it fails.
//!
//! An existing folder's permissions are not changed, since it may have been named by mistake.

use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The folder could not be opened, or a value not kept. The work that the value came from is not affected.
#[derive(Debug, Error)]
pub enum CacheFailed {
    /// Others could read what is kept, or put their own files there.
    #[error("the folder {} is open to other users; `chmod 700` it, or name another folder", .0.display())]
    Exposed(PathBuf),
    /// The disk or the file system refused.
    #[error("cannot {doing} the folder {}: {source}", folder.display())]
    Disk {
        /// What was tried: make, write to, look through.
        doing: &'static str,
        /// Where.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl CacheFailed {
    /// For `map_err`.
    pub(crate) fn disk(doing: &'static str, folder: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { doing, folder: folder.to_owned(), source }
    }
}

#[cfg(unix)]
pub(crate) fn make_private(folder: &Path) -> Result<(), CacheFailed> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    let failed = || CacheFailed::disk("make", folder);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed())?;
    let mode = folder.metadata().map_err(failed())?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(CacheFailed::Exposed(folder.to_owned())) }
}

#[cfg(not(unix))]
pub(crate) fn make_private(folder: &Path) -> Result<(), CacheFailed> {
    DirBuilder::new().recursive(true).create(folder).map_err(CacheFailed::disk("make", folder))
}
