//! A server that an administrator starts anew: the process goes on as another program, with the arguments it was started with.

use std::os::unix::process::CommandExt;
use std::process::Command;

use tokio_util::sync::CancellationToken;

use crate::http;

/// How a server ended.
pub(super) enum Ended {
    Stopped,
    /// An administrator wants it to start anew, with these arguments.
    ToStartAnew(Vec<String>),
}

/// Starts the program anew in this process, as `mediary restart` would; what is told is why it could not.
pub(super) fn started_anew(arguments: &[String]) -> String {
    match super::worker::program() {
        Ok(program) => format!("cannot start anew: {}", Command::new(program).args(arguments).exec()),
        Err(message) => message,
    }
}

/// Completes when the process is told to stop, or to start anew.
pub(super) async fn stopped_or(restart: &CancellationToken) {
    tokio::select! {
        () = http::stop_signal() => {}
        () = restart.cancelled() => {}
    }
}

/// The arguments of a server that takes this one's place.
pub(super) fn anew(arguments: Vec<String>, in_background: bool, port: u16) -> Vec<String> {
    let kept = arguments.into_iter().filter(|argument| !argument.starts_with("--port="));
    let background = in_background.then(|| "--in-background".to_owned());
    kept.chain([format!("--port={port}")]).chain(background).collect()
}
