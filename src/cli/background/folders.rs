//! Where a server says that it is there, and where one in the background writes its log.
//!
//! The first folder that can be written to is the server's; what looks for it looks in all of them. A home that is
//! read-only is no hindrance.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::super::Context;

/// The names of what lies there.
pub(super) const LOCKED: &str = "mediary.pid";
pub(super) const SOCKET: &str = "mediary.sock";
pub(super) const LOG: &str = "mediary.log";

/// The folders that come into question, the best first.
pub(super) fn all(context: &Context) -> Vec<PathBuf> {
    let own = context.home().map(|home| home.join("run"));
    let usual = || dirs::state_dir().or_else(dirs::data_local_dir).map(|dir| dir.join("mediary"));
    let runtime = dirs::runtime_dir().map(|dir| dir.join("mediary"));
    let user = rustix::process::getuid().as_raw();
    let tag = own.as_ref().map(|home| format!("-{}", tag(home))).unwrap_or_default();
    // Another home is another server, wherever the folder has to be.
    let runtime = runtime.map(|dir| match tag.is_empty() {
        true => dir,
        false => dir.with_file_name(format!("mediary{tag}")),
    });
    let last = std::env::temp_dir().join(format!("mediary-{user}{tag}"));
    own.or_else(usual).into_iter().chain(runtime).chain([last]).collect()
}

/// A short text that is another one for another path.
fn tag(path: &Path) -> String {
    let hash = mediary_core::ContentHash::of(path.as_os_str().as_encoded_bytes()).to_string();
    hash[hash.len() - 12..].to_owned()
}

/// The first of these folders that can be written to; it is made where it is not there, for this user alone.
pub(super) fn first_of_use(folders: &[PathBuf]) -> Option<&PathBuf> {
    folders.iter().find(|folder| {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.is_ok() && is_ours(folder) && tempfile::tempfile_in(folder).is_ok()
    })
}

/// Whether a folder is this user's. In a place that all share, another user may have made one of that name.
pub(super) fn is_ours(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|facts| facts.is_dir() && facts.uid() == rustix::process::getuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_made_is_passed_over() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let folders = [file.join("below"), place.path().join("with a space")];
        assert_eq!(first_of_use(&folders), Some(&folders[1]));
        assert_eq!(fs::metadata(&folders[1]).unwrap().mode() & 0o777, 0o700);
    }
}
