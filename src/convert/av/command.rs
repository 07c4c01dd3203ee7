//! One run of ffmpeg: no terminal, no environment, no network, so much time, so much output.

use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

/// Of what ffmpeg complains, so much is looked at.
const MOST_COMPLAINT_BYTES: u64 = 16 << 10;
/// ffmpeg gives up where a single buffer would be larger. A frame of 8K has 130 MB.
const MOST_ALLOCATION_BYTES: u32 = 512 << 20;
/// Threads of a run; the gateway has other work to do meanwhile.
pub(super) const THREADS: u64 = 2;

/// What a run left.
#[derive(Debug)]
pub(super) struct Run {
    /// Whether it went well.
    pub(super) ok: bool,
    pub(super) output: Vec<u8>,
    pub(super) complaint: String,
}

/// What comes before every input.
pub(super) fn first_arguments(most_pixels: u64) -> Vec<OsString> {
    let (alloc, threads, pixels) = (MOST_ALLOCATION_BYTES.to_string(), THREADS.to_string(), most_pixels.to_string());
    let fixed = [
        "-nostdin",
        "-hide_banner",
        "-v",
        "error",
        "-max_alloc",
        &alloc,
        "-threads",
        &threads,
        // Held against what a stream says of itself, before a picture is allocated.
        "-max_pixels",
        &pixels,
    ];
    fixed.into_iter().map(OsString::from).collect()
}

/// Runs a program to its end, with `input` for its standard input. Dropping the future kills it.
pub(super) async fn run(
    mut command: Command,
    arguments: Vec<OsString>,
    input: Stdio,
    most_bytes: u64,
    time: Duration,
) -> Result<Run, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(FailureKind::NotInstalled, format!("ffmpeg cannot be started: {error}; install it anew"))
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
    let status = status.map_err(|error| Failure::broken(format!("ffmpeg cannot be waited for: {error}")))?;
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

impl Run {
    /// The run's output, if it went well; else a failure in the words of ffmpeg's last complaint.
    pub(super) fn well(self, what: &str) -> Result<Vec<u8>, Failure> {
        if self.ok {
            return Ok(self.output);
        }
        let last = self.complaint.lines().last().unwrap_or("it said nothing").trim();
        let last: String = last.chars().take(200).collect();
        Err(Failure::unreadable(format!("the {what} is damaged or of a kind that ffmpeg cannot read: {last}")))
    }
}
