//! `mediary restart`: the server of this home ends, and starts as it was started before, unless it is told otherwise.
//!
//! What it was started with is kept; its environment is that of this command.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::super::{Context, complain};
use super::start::{Launch, arguments};
use super::stop::{patience, stopped};

/// Stop the server of this home and start it anew, as it was started before
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary restart\n  \
    mediary restart --port 9000")]
pub(in crate::cli) struct Restart {
    /// The address to listen on, instead of the one before
    #[arg(long)]
    host: Option<String>,
    /// The port to listen on, instead of the one before
    #[arg(long)]
    port: Option<u16>,
    /// How many seconds to wait until it serves
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    timeout: u64,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

impl Restart {
    pub(in crate::cli) fn run(&self, context: &Context) -> ExitCode {
        let before = match stopped(context, patience(context)) {
            Ok((_, before)) => before,
            Err(message) => return complain(&message),
        };
        let now = arguments(context, self.host.as_deref(), self.port);
        let (arguments, folder) = match before {
            Some(before) => (with(before.arguments, now), before.folder),
            None => (now, context.cwd.clone()),
        };
        let launch = Launch { arguments, folder, patience: Duration::from_secs(self.timeout) };
        launch.carried_out(context, self.json)
    }
}

/// Arguments as they were, with those in their places that are said now.
fn with(before: Vec<String>, now: Vec<String>) -> Vec<String> {
    let name = |argument: &str| argument.split('=').next().unwrap_or_default().to_owned();
    let said: Vec<String> = now.iter().map(|argument| name(argument)).collect();
    let kept = before.into_iter().filter(move |argument| !said.contains(&name(argument)));
    now.into_iter().chain(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_now_takes_the_place_of_what_was_said() {
        let texts = |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| (*text).to_owned()).collect() };
        let before = texts(&["serve", "--port=1", "--config=a b.toml"]);
        assert_eq!(with(before.clone(), texts(&["serve"])), texts(&["serve", "--port=1", "--config=a b.toml"]));
        assert_eq!(with(before, texts(&["serve", "--port=2"])), texts(&["serve", "--port=2", "--config=a b.toml"]));
    }
}
