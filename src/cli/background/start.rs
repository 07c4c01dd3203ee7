//! `mediary start`: a server in the background, and what became of it: it serves, or why it does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::super::{Context, complain, worker};
use super::folders;
use super::log_file::LogFile;
use super::presence::nowhere;
use super::standing::{Facts, Standing, of_folder, stand};
use super::{LOOK, logs, runtime, tell};

/// Start a server in the background, and wait until it serves
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary start\n  \
    mediary start --port 9000\n  \
    mediary stop\n\n\
    One server a home; MEDIARY_HOME=FOLDER makes another. `mediary service install` starts one with the session.")]
pub(in crate::cli) struct Start {
    /// The address to listen on; any other than loopback needs MEDIARY_API_KEY
    #[arg(long)]
    host: Option<String>,
    /// The port to listen on; 0 lets the system choose
    #[arg(long)]
    port: Option<u16>,
    /// How many seconds to wait until it serves
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    timeout: u64,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Started {
    state: &'static str,
    was_running: bool,
    pid: u32,
    url: Option<String>,
    version: String,
    log: Option<PathBuf>,
}

/// How a server is to be started.
#[derive(Debug)]
pub(super) struct Launch {
    /// What follows the name of the program.
    pub(super) arguments: Vec<String>,
    /// The folder in which it starts.
    pub(super) folder: PathBuf,
    pub(super) patience: Duration,
}

impl Start {
    pub(in crate::cli) fn run(&self, context: &Context) -> ExitCode {
        let launch = Launch {
            arguments: arguments(context, self.host.as_deref(), self.port),
            folder: context.cwd.clone(),
            patience: Duration::from_secs(self.timeout),
        };
        launch.carried_out(context, self.json)
    }
}

/// What `serve` is called with to be what was asked for here.
pub(in crate::cli) fn arguments(context: &Context, host: Option<&str>, port: Option<u16>) -> Vec<String> {
    let mut arguments = vec!["serve".to_owned()];
    let config = context.overrides.config_file.as_ref().map(|file| context.cwd.join(file).display().to_string());
    let named = [
        ("--config", config),
        ("--log-level", context.overrides.log_level.clone()),
        ("--host", host.map(str::to_owned)),
        ("--port", port.map(|port| port.to_string())),
    ];
    for (name, value) in named {
        arguments.extend(value.map(|value| format!("{name}={value}")));
    }
    arguments
}

impl Launch {
    /// Starts the server and says what became of it.
    pub(super) fn carried_out(&self, context: &Context, json: bool) -> ExitCode {
        if let (Standing::There(facts), _) = stand(context) {
            return told(facts, true, json);
        }
        match self.launched(context) {
            Ok(facts) => told(facts, false, json),
            Err(message) => complain(&message),
        }
    }

    fn launched(&self, context: &Context) -> Result<Facts, String> {
        let all = folders::all(context);
        let folder = folders::first_of_use(&all).ok_or_else(|| nowhere(&all))?;
        let path = folder.join(folders::LOG);
        let failed = |error| format!("{} cannot be written to: {error}", path.display());
        let log = LogFile::at(path.clone()).open().map_err(failed)?;
        let begins_at = log.metadata().map_or(0, |facts| facts.len());
        let (out, err) = (log.try_clone().map_err(failed)?, log);
        let mut command = Command::new(worker::program()?);
        command.args(&self.arguments).arg("--in-background").current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().map_err(|error| format!("the server cannot be started: {error}"))?;
        let runtime = runtime()?;
        runtime.block_on(self.awaited(child, folder)).map_err(|why| {
            // Not a word of what an earlier server logged.
            let text = fs::read(&path).unwrap_or_default();
            let own = text.get(usize::try_from(begins_at).unwrap_or(0)..).unwrap_or(&text);
            format!("{why}\n{}the whole log: {}", logs::last(&String::from_utf8_lossy(own), 12), path.display())
        })
    }

    /// Waits until the child serves.
    async fn awaited(&self, mut child: Child, folder: &Path) -> Result<Facts, String> {
        let begun = Instant::now();
        loop {
            match of_folder(folder) {
                Standing::There(facts) if facts.pid == child.id() && facts.address.is_some() => return Ok(facts),
                Standing::None | Standing::Beginning | Standing::There(_) => {}
            }
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return Err(format!("the server did not start ({status}); it says:")),
                Err(error) => return Err(format!("what became of the server is not known: {error}")),
            }
            if begun.elapsed() > self.patience {
                return Err(format!(
                    "the server does not serve after {} s, and goes on trying; `mediary stop` ends it; it says:",
                    self.patience.as_secs()
                ));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn told(facts: Facts, was_running: bool, json: bool) -> ExitCode {
    let url = facts.url();
    let place = url.as_deref().unwrap_or("an address that it has yet to tell");
    let text = match was_running {
        true => format!("a server runs already: {place}, process {}\n", facts.pid),
        false => format!(
            "serving on {place}, process {}\n`mediary logs -f` follows its log, `mediary stop` ends it\n",
            facts.pid
        ),
    };
    let state = if facts.address.is_some() { "running" } else { "starting" };
    let Facts { pid, version, log, .. } = facts;
    tell(&Started { state, was_running, pid, url, version, log }, text, json, ExitCode::SUCCESS)
}
