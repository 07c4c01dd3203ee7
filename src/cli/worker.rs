//! `mediary worker`: the child processes of this program. Not for people.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use mediary_convert::confine::{Sockets, become_program};

use super::{Context, complain};
use crate::gateway;
use crate::models::Models;

/// A child process of the server
#[derive(Debug, Args)]
pub(super) struct Worker {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Reads PDFs with PDFium
    Pdf {
        #[arg(long)]
        library: PathBuf,
        #[arg(long)]
        memory_bytes: u64,
        #[arg(long)]
        page_seconds: u64,
    },
    /// Reads the files of an office
    Office {
        #[arg(long)]
        memory_bytes: u64,
        #[arg(long)]
        seconds: u64,
    },
    /// Draws an SVG
    Svg {
        #[arg(long)]
        memory_bytes: u64,
        #[arg(long)]
        seconds: u64,
        #[arg(last = true, required = true)]
        file: PathBuf,
    },
    /// Becomes another program, with so much memory and time
    Confined {
        #[arg(long)]
        memory_bytes: u64,
        #[arg(long)]
        seconds: u64,
        /// It may open sockets of its own, on this machine
        #[arg(long)]
        own_sockets: bool,
        /// The program and its arguments
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Times an execution provider
    Measure { provider: String },
}

/// Our own executable, which is also its own worker.
pub(super) fn program() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("the program cannot find itself: {error}"))
}

impl Worker {
    pub(super) fn run(self, context: &Context) -> ExitCode {
        match self.kind {
            Kind::Pdf { library, memory_bytes, page_seconds } => {
                let page_time = Duration::from_secs(page_seconds);
                match mediary_convert::pdf::run_worker(&library, memory_bytes, page_time) {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(_) => ExitCode::FAILURE,
                }
            }
            Kind::Svg { memory_bytes, seconds, file } => {
                let time = Duration::from_secs(seconds);
                match mediary_convert::image::run_svg_worker(&file, memory_bytes, time, &mut io::stdout()) {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(_) => ExitCode::FAILURE,
                }
            }
            Kind::Office { memory_bytes, seconds } => {
                match mediary_convert::office::run_worker(memory_bytes, Duration::from_secs(seconds)) {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(_) => ExitCode::FAILURE,
                }
            }
            Kind::Confined { memory_bytes, seconds, own_sockets, command } => {
                let sockets = if own_sockets { Sockets::Own } else { Sockets::None };
                let error = become_program(memory_bytes, Duration::from_secs(seconds), sockets, &command);
                complain(&format!("cannot be started: {error}"))
            }
            Kind::Measure { provider } => measure(context, &provider),
        }
    }
}

fn measure(context: &Context, provider: &str) -> ExitCode {
    let measured = context
        .models(None)
        .and_then(|models| gateway::measure(&models, provider).map_err(|failure| failure.to_string()));
    match measured {
        Ok(median_ms) => match writeln!(io::stdout(), "{median_ms}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(message) => complain(&message),
    }
}

/// `mediary models tune`: times every provider in a child process each, and keeps the fastest.
pub(super) fn tune(models: &Models, once: bool) -> ExitCode {
    match program() {
        Ok(program) => gateway::tune(models, &program, once),
        Err(message) => complain(&message),
    }
}
