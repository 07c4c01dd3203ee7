//! The command line: one file per subcommand, this one for what they share.

mod admin;
mod anew;
mod assembled;
mod background;
mod backup;
mod batch;
mod batch_door;
mod check_config;
mod clients;
mod command;
mod completions;
mod context;
mod doctor;
mod folders;
mod google;
mod image;
mod import;
mod inputs;
mod kept;
mod key_ring;
mod keys;
mod mcp;
mod models;
mod node;
mod ocr;
mod open;
mod open_secrets;
mod own_server;
mod plan;
mod player;
mod programs;
mod providers;
mod reload;
mod reminders;
mod serve;
mod service;
mod speak;
mod store_of_server;
mod transcribe;
mod update;
mod usage;
mod verify;
mod worker;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::config::{Environment, Overrides};
use command::Arguments;
use context::Context;

/// So long an engine that is still at work is waited for at the end: less than `mediary stop` waits beyond the time that
/// requests have.
const REST: Duration = Duration::from_secs(8);

/// Runs the program.
#[must_use]
pub fn main(environment: Environment) -> ExitCode {
    let arguments = Arguments::parse();
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => return complain(&format!("the current folder cannot be read: {error}")),
    };
    let overrides = Overrides { config_file: arguments.config, log_level: arguments.log_level, ..Overrides::default() };
    let context = Context { overrides, environment, cwd };
    let code = arguments.command.run(context);
    // What its client has given up stops soon; what is being loaded is not stopped half-way.
    mediary_local::pool::rest(REST);
    code
}

/// Says what is wrong and gives the exit code of a failure.
fn complain(message: &str) -> ExitCode {
    // If standard error is closed, the exit code still tells.
    let _ = writeln!(io::stderr(), "mediary: {message}");
    ExitCode::FAILURE
}
