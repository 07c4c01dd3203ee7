//! The folder itself: made for this user alone, or refused.
//!
//! An existing folder's permissions are not changed, since it may have been named by mistake.

use std::fs::DirBuilder;
use std::path::Path;

use super::CacheFailed;

#[cfg(unix)]
pub(super) fn make_private(folder: &Path) -> Result<(), CacheFailed> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    let failed = || CacheFailed::disk("make", folder);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed())?;
    let mode = folder.metadata().map_err(failed())?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(CacheFailed::Exposed(folder.to_owned())) }
}

#[cfg(not(unix))]
pub(super) fn make_private(folder: &Path) -> Result<(), CacheFailed> {
    DirBuilder::new().recursive(true).create(folder).map_err(CacheFailed::disk("make", folder))
}
