//! A server that ends with us: a shell beside it waits for the end of a pipe that only this process holds open.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Servers that refuse to be run by root are run by this user and group, which own nothing else.
const UNPRIVILEGED: u32 = 65_534;
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server and its folder, both of which go when this is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Owned {
    pub(crate) folder: PathBuf,
    shell: Child,
    /// Its end ends the server.
    open: Option<ChildStdin>,
}

/// A new folder for a server, and who owns it, where that is not this user.
pub(crate) fn folder(name: &str) -> Result<(PathBuf, Option<u32>), String> {
    let failed = |error: std::io::Error| format!("there is no temporary folder: {error}");
    let folder = tempfile::Builder::new().prefix(name).tempdir().map_err(failed)?.keep();
    let user = (fs::metadata(&folder).map_err(failed)?.uid() == 0).then_some(UNPRIVILEGED);
    if let Some(user) = user {
        std::os::unix::fs::chown(&folder, Some(user), Some(user)).map_err(failed)?;
    }
    Ok((folder, user))
}

/// A command of this user, or of the unprivileged one.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, user: Option<u32>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    command
}

impl Owned {
    /// Starts a server, in a shell that kills it when we are gone. Its log is a file in its folder.
    pub(crate) fn start(folder: PathBuf, user: Option<u32>, server: &[&str]) -> Result<Self, String> {
        const SCRIPT: &str = r#"
            folder=$1; shift
            "$@" >"$folder/log" 2>&1 </dev/null & server=$!
            cat >/dev/null
            kill -INT $server; wait $server; rm -rf "$folder"
        "#;
        let mut command = command("sh", user, &folder);
        command.args(["-c", SCRIPT, "sh"]).arg(&folder).args(server).stdin(Stdio::piped());
        let mut shell = command.spawn().map_err(|error| format!("no shell: {error}"))?;
        let open = shell.stdin.take();
        Ok(Self { folder, shell, open })
    }

    /// Waits until the server answers.
    pub(crate) fn wait_until(&self, answers: impl Fn() -> bool) -> Result<(), String> {
        let (_held, never) = mpsc::channel::<()>();
        let patience = Instant::now() + PATIENCE;
        while !answers() {
            if Instant::now() > patience {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("it does not answer: {log}"));
            }
            let _pause = never.recv_timeout(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        drop(self.open.take());
        // The shell ends after the server.
        let _ended = self.shell.wait();
    }
}
