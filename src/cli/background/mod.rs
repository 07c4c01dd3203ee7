//! A server in the background: `mediary start`, `stop`, `restart`, `status` and `logs`.
//!
//! Every server takes a file with a lock for as long as it lives ([`presence`]), and answers what asks it there how it
//! stands. A file without its lock is a leftover, so a process is only ever signalled while it holds the lock. One server
//! a home: `MEDIARY_HOME` makes another.

mod folders;
mod log_file;
mod logs;
mod presence;
mod restart;
mod standing;
mod start;
mod status;
mod stop;

pub(super) use logs::Logs;
pub(super) use presence::Presence;
pub(super) use restart::Restart;
pub(super) use standing::{Standing, stand};
pub(super) use start::{Start, arguments};
pub(super) use status::Status;
pub(super) use stop::Stop;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::complain;

/// How often it is looked whether a server has come or gone.
const LOOK: Duration = Duration::from_millis(40);

/// What the commands wait with.
fn runtime() -> Result<Runtime, String> {
    Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

/// Prints an answer, as JSON where that is asked for, and gives its exit code.
pub(super) fn tell(answer: &impl Serialize, text: String, json: bool, code: ExitCode) -> ExitCode {
    let text = match json {
        true => match serde_json::to_string_pretty(answer) {
            Ok(text) => format!("{text}\n"),
            Err(error) => return complain(&error.to_string()),
        },
        false => text,
    };
    // A reader that went away has seen enough.
    io::stdout().write_all(text.as_bytes()).map_or(ExitCode::FAILURE, |()| code)
}

/// The same of what a server answers, with the words for it, as soon as it has.
pub(super) fn tell_answered(json: bool, answered: impl Future<Output = Result<(Value, String), String>>) -> ExitCode {
    match runtime().and_then(|runtime| runtime.block_on(answered)) {
        Ok((answer, text)) => tell(&answer, text, json, ExitCode::SUCCESS),
        Err(message) => complain(&message),
    }
}
