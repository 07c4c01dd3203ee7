//! One run of another program: no terminal, no environment, no network, so much time, so much output.
//!
//! Which program, and with which arguments, is said by those that need one: `av`, and `image` for pictures that nothing
//! in this process decodes.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

/// Of what a program complains, so much is looked at.
const MOST_COMPLAINT_BYTES: u64 = 16 << 10;

/// Another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    /// Our own executable, which limits itself and becomes the program; `None`: it is started as it is.
    launcher: Option<PathBuf>,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    /// Whether it went well.
    pub(crate) ok: bool,
    pub(crate) output: Vec<u8>,
    pub(crate) complaint: String,
}

impl Program {
    /// The program of this name on a search path such as `$PATH`; `None`: there is none.
    #[must_use]
    pub fn find(name: &str, search_path: Option<&OsStr>) -> Option<Self> {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let mut programs = std::env::split_paths(search_path?).map(|folder| folder.join(&name));
        programs.find(|program| program.is_file()).map(Self::at)
    }

    /// The program of this path.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path, launcher: None }
    }

    /// Started by our own executable, which puts limits on the process before it becomes the program.
    #[must_use]
    pub fn launched_by(self, program: PathBuf) -> Self {
        Self { launcher: Some(program), ..self }
    }

    /// What is started, with so much address space and processor time.
    pub(crate) fn command(&self, memory_bytes: u64, processor_time: Duration) -> Command {
        let Some(launcher) = &self.launcher else { return Command::new(&self.path) };
        let mut command = Command::new(launcher);
        let (memory, seconds) = (memory_bytes.to_string(), processor_time.as_secs().max(1).to_string());
        command.args(["worker", "confined", "--memory-bytes", &memory, "--seconds", &seconds, "--"]);
        command.arg(&self.path);
        command
    }
}

/// Runs a program, `name` to people, to its end, with `input` for its standard input. Dropping the future kills it.
///
/// # Errors
/// `NotInstalled` when it cannot be started, `TimedOut` and `TooLarge` past its limits.
pub(crate) async fn run(
    mut command: Command,
    name: &str,
    arguments: Vec<OsString>,
    input: Stdio,
    most_bytes: u64,
    time: Duration,
) -> Result<Run, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(FailureKind::NotInstalled, format!("{name} cannot be started: {error}; install it anew"))
    };
    let mut child = command
        .args(arguments)
        .env_clear()
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(cannot)?;
    let (output, complaint) = (child.stdout.take(), child.stderr.take());
    let whole = async {
        let (output, complaint) = tokio::join!(taken(output, most_bytes), taken(complaint, MOST_COMPLAINT_BYTES));
        (output, complaint)
    };
    let timed_out = |_| {
        let seconds = time.as_secs();
        Failure::new(FailureKind::TimedOut, format!("converting it took longer than {seconds} s; send a shorter one"))
    };
    let (output, complaint) = timeout(time, whole).await.map_err(timed_out)?;
    if output.len() as u64 > most_bytes {
        return Err(Failure::too_large(format!(
            "what it becomes has more than the {most_bytes} bytes allowed; send a shorter one"
        )));
    }
    let status = timeout(time, child.wait()).await.map_err(timed_out)?;
    let status = status.map_err(|error| Failure::broken(format!("{name} cannot be waited for: {error}")))?;
    Ok(Run { ok: status.success(), output, complaint: String::from_utf8_lossy(&complaint).trim().to_owned() })
}

/// What a pipe gives: up to one byte more than is allowed. A pipe that breaks has given what it has given; how the
/// program ended tells the rest. Where there is too much, the pipe is closed, and the writer ends of it.
async fn taken(pipe: Option<impl AsyncRead + Unpin>, most_bytes: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let _ = pipe.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes).await;
    }
    bytes
}
