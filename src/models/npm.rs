//! The other package client: npm, run as a process to download exactly one archive.
//!
//! For the few packages that only Node.js has. As with pip, it goes through whatever registry and proxy the user has set
//! up, is told to download and nothing else, and what it brings is trusted only after the checksums of the card.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::pip::{last_lines, named, only_file};
use super::{PullFailed, Source};

/// Downloads one archive into `run`, an empty folder that belongs to this call, and says where it is.
pub(super) fn download(source: &Source, run: &Path) -> Result<PathBuf, PullFailed> {
    let kept = run.join("archive");
    fs::create_dir_all(&kept).map_err(PullFailed::disk("create", &kept))?;
    let failed = |detail: String| PullFailed::Npm { package: named(source), detail };
    let mut command = Command::new("npm");
    command.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&kept);
    command.arg(format!("{}@{}", source.package, source.version));
    // Away from any project of the user's, whose settings for npm are not meant for this.
    let output = command.current_dir(run).stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed(
            "it is a package of npm, which is not installed; install Node.js with npm, then run the same command again"
                .to_owned(),
        ),
        _ => failed(format!("npm cannot be run ({error})")),
    })?;
    if !output.status.success() {
        let said = last_lines(&String::from_utf8_lossy(&output.stderr));
        return Err(failed(format!(
            "npm ended with an error:\n{said}\nRun the same command again once that is mended."
        )));
    }
    only_file(&kept)?.ok_or_else(|| failed("npm ended well, but left no archive; look at `npm config list`".to_owned()))
}
