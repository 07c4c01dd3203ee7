//! LibreOffice, where it is installed: the binary formats before 2007 that nothing else reads become today's.
//!
//! It runs as a child of our own program, which puts limits on its memory, its time and its network before it becomes
//! LibreOffice; with a profile of its own, in which no macro of a stranger's file may run, and a folder that goes with it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mediary_core::{Blob, Failure, FailureKind, MediaFormat};
use tokio::process::Command;
use tokio::time::timeout;

/// Address space of a run; its libraries alone take a quarter of it.
const MEMORY_BYTES: &str = "4294967296";
/// How it ends when it has made its profile and wants to be started anew.
const WANTS_ANOTHER_START: i32 = 81;
/// How long one conversion may take; the first on a cold machine takes ten seconds.
const TIME: Duration = Duration::from_secs(90);

/// An installed LibreOffice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibreOffice {
    program: PathBuf,
    /// Our own executable, which limits itself and becomes LibreOffice.
    launcher: PathBuf,
}

impl LibreOffice {
    /// The LibreOffice on a search path such as `$PATH`; `None`: there is none.
    #[must_use]
    pub fn find(search_path: Option<&OsStr>, launcher: PathBuf) -> Option<Self> {
        let mut folders = std::env::split_paths(search_path?);
        let script = folders.find_map(|folder| std::fs::canonicalize(folder.join("soffice")).ok())?;
        // What is on the search path is a script, which needs an environment; the program stands beside it.
        let binary = script.with_file_name("soffice.bin");
        Some(Self { program: if binary.is_file() { binary } else { script }, launcher })
    }

    /// The format that an older one becomes; `None` where none is needed.
    #[must_use]
    pub fn successor(format: MediaFormat) -> Option<MediaFormat> {
        match format {
            MediaFormat::Doc => Some(MediaFormat::Docx),
            MediaFormat::Ppt => Some(MediaFormat::Pptx),
            _ => None,
        }
    }

    /// Converts a file; what comes out has at most so many bytes.
    ///
    /// # Errors
    /// [`FailureKind::Unreadable`] when it cannot be converted, [`FailureKind::TimedOut`] when that takes too long.
    pub async fn converted(
        &self,
        blob: &Blob,
        (from, to): (MediaFormat, MediaFormat),
        most_bytes: u64,
    ) -> Result<Vec<u8>, Failure> {
        let broken =
            |error: std::io::Error| Failure::broken(format!("the file cannot be handed to LibreOffice: {error}"));
        let folder = tempfile::Builder::new().prefix("mediary-office-").tempdir().map_err(broken)?;
        let input = folder.path().join(format!("in.{from}"));
        let bytes = blob.read_all().map_err(broken)?;
        tokio::fs::write(&input, bytes).await.map_err(broken)?;
        let arguments = self.arguments(folder.path(), &input, to);
        let runs = async {
            let ended = self.run(&arguments, folder.path()).await?;
            if ended.code() == Some(WANTS_ANOTHER_START) {
                self.run(&arguments, folder.path()).await
            } else {
                Ok(ended)
            }
        };
        let ended = timeout(TIME, runs).await.map_err(|_| {
            let detail =
                format!("LibreOffice took longer than {} s for this {from} file; save it as {to}", TIME.as_secs());
            Failure::new(FailureKind::TimedOut, detail)
        })?;
        let output = folder.path().join("out").join(format!("in.{to}"));
        let made = tokio::fs::metadata(&output).await.map(|found| found.len());
        match (ended.map(|status| status.success()), made) {
            (Ok(true), Ok(length)) if length <= most_bytes => tokio::fs::read(&output).await.map_err(broken),
            (Ok(true), Ok(_)) => Err(Failure::too_large(format!(
                "the {from} file becomes more than {most_bytes} bytes; raise [limits.document] bytes"
            ))),
            _ => Err(Failure::unreadable(format!(
                "LibreOffice cannot read this {from} file: it is encrypted or damaged; save it as {to} with the program that \
                 made it"
            ))),
        }
    }

    async fn run(&self, arguments: &[OsString], folder: &Path) -> std::io::Result<std::process::ExitStatus> {
        let mut child = Command::new(&self.launcher)
            .args(arguments)
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        child.wait().await
    }

    fn arguments(&self, folder: &Path, input: &Path, to: MediaFormat) -> Vec<OsString> {
        let mut profile = OsString::from("-env:UserInstallation=file://");
        profile.push(folder.join("profile"));
        let seconds = TIME.as_secs().to_string();
        // It makes a socket by which it would be found by another of its kind, and does not go on without.
        let ours = ["worker", "confined", "--own-sockets", "--memory-bytes", MEMORY_BYTES, "--seconds", &seconds, "--"];
        let ours = ours.map(OsString::from);
        let theirs = ["--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard", "--nolockcheck"];
        let mut all: Vec<OsString> = ours.into();
        all.push(self.program.clone().into());
        all.extend(theirs.map(OsString::from));
        all.push(profile);
        all.extend([
            "--convert-to".into(),
            to.name().into(),
            "--outdir".into(),
            folder.join("out").into(),
            input.into(),
        ]);
        all
    }
}
