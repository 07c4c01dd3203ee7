//! `mediary stop`: a server is told to end, finishes what it is at, and is waited for.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use rustix::process::{Pid, Signal};
use serde::Serialize;

use super::super::{Context, complain};
use super::standing::{Facts, Standing, of_folder, stand};
use super::{LOOK, runtime, tell};

/// What a server needs beyond the grace that it gives its requests.
const BEYOND_GRACE: Duration = Duration::from_secs(10);

/// Stop the server of this home, once the requests that run are answered
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary stop\n  \
    mediary stop --timeout 60")]
pub(in crate::cli) struct Stop {
    /// How many seconds it has until it is killed; by default ten more than server.shutdown_grace_seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

/// What became of a server that was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// There was none.
    WasNotRunning,
    /// It finished what it was at.
    Stopped,
    /// It did not end in time.
    Killed,
}

#[derive(Debug, Serialize)]
struct Stopped {
    state: &'static str,
    outcome: Ending,
    pid: Option<u32>,
}

impl Stop {
    pub(in crate::cli) fn run(&self, context: &Context) -> ExitCode {
        let patience = self.timeout.map_or_else(|| patience(context), Duration::from_secs);
        let (outcome, facts) = match stopped(context, patience) {
            Ok(stopped) => stopped,
            Err(message) => return complain(&message),
        };
        let pid = facts.map(|facts| facts.pid);
        let text = match (outcome, pid) {
            (Ending::Stopped, Some(pid)) => format!("stopped, process {pid}\n"),
            (Ending::Killed, Some(pid)) => {
                format!("killed after {} s, process {pid}: it did not end by itself\n", patience.as_secs())
            }
            _ => "no server runs here\n".to_owned(),
        };
        tell(&Stopped { state: "stopped", outcome, pid }, text, self.json, ExitCode::SUCCESS)
    }
}

/// How long a server may take that is told to end.
pub(super) fn patience(context: &Context) -> Duration {
    let grace = context.load().map(|loaded| loaded.config.server.shutdown_grace);
    grace.unwrap_or(BEYOND_GRACE) + BEYOND_GRACE
}

/// Ends the server of this home.
pub(super) fn stopped(context: &Context, patience: Duration) -> Result<(Ending, Option<Facts>), String> {
    let begun = Instant::now();
    runtime()?.block_on(async {
        loop {
            match stand(context) {
                (Standing::None, _) | (_, None) => return Ok((Ending::WasNotRunning, None)),
                (Standing::There(facts), Some(folder)) => {
                    let ending = ended(&facts, &folder, patience).await?;
                    return Ok((ending, Some(facts)));
                }
                (Standing::Beginning, Some(_)) if begun.elapsed() > patience => {
                    return Err("a server holds its lock and does not say which process it is".to_owned());
                }
                (Standing::Beginning, Some(_)) => tokio::time::sleep(LOOK).await,
            }
        }
    })
}

async fn ended(facts: &Facts, folder: &Path, patience: Duration) -> Result<Ending, String> {
    let raw = i32::try_from(facts.pid).ok().and_then(Pid::from_raw);
    let pid = raw.ok_or_else(|| format!("{} is no process", facts.pid))?;
    let process = Process::of(pid)?;
    let holds = || matches!(of_folder(folder), Standing::There(its) if its.pid == facts.pid);
    // By now the handle is that of this process, or the lock is not held by it.
    if !holds() {
        return Ok(Ending::Stopped);
    }
    process.signal(Signal::TERM)?;
    let begun = Instant::now();
    while begun.elapsed() <= patience {
        if !holds() {
            return Ok(Ending::Stopped);
        }
        tokio::time::sleep(LOOK).await;
    }
    process.signal(Signal::KILL)?;
    while holds() {
        tokio::time::sleep(LOOK).await;
    }
    Ok(Ending::Killed)
}

/// A process that can be signalled. On Linux by a handle, which never becomes that of another process.
struct Process {
    #[cfg(target_os = "linux")]
    handle: rustix::fd::OwnedFd,
    #[cfg(not(target_os = "linux"))]
    pid: Pid,
}

#[cfg(target_os = "linux")]
impl Process {
    fn of(pid: Pid) -> Result<Self, String> {
        let handle = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty());
        handle.map(|handle| Self { handle }).map_err(|error| format!("the server's process cannot be reached: {error}"))
    }

    fn signal(&self, signal: Signal) -> Result<(), String> {
        match rustix::process::pidfd_send_signal(&self.handle, signal) {
            // It has just ended.
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(format!("the server cannot be told to end: {error}")),
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Process {
    fn of(pid: Pid) -> Result<Self, String> {
        Ok(Self { pid })
    }

    fn signal(&self, signal: Signal) -> Result<(), String> {
        match rustix::process::kill_process(self.pid, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(format!("the server cannot be told to end: {error}")),
        }
    }
}
