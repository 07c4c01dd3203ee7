//! `mediary service`: a description by which systemd or launchd starts the server with the user's session, and an entry
//! in the menu of a desktop.
//!
//! Writes files and says what to do next; it starts and stops nothing by itself.

mod files;
mod steps;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::background::{Standing, stand, tell};
use super::{Context, complain, worker};
use files::Described;
use steps::{Doing, after_removal, install, look, next_of, place, text, uninstall};

/// Have the server started with your session, by systemd or launchd
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary service install\n  \
    mediary service install --print\n  \
    mediary service install --desktop\n  \
    mediary service status\n  \
    mediary service uninstall")]
pub(super) struct ServiceArgs {
    #[command(subcommand)]
    command: ServiceCommand,
}

#[derive(Debug, Subcommand)]
enum ServiceCommand {
    /// Write the description, and say what to do next
    Install(Chosen),
    /// Remove the description
    Uninstall(Chosen),
    /// Show whether there is one, and whether it is of this program
    Status(Chosen),
}

#[derive(Debug, Args)]
struct Chosen {
    /// For whom; by default for what this system has
    #[arg(long, value_enum)]
    manager: Option<Manager>,
    /// Also an entry in the menu of the desktop, which opens the dashboard
    #[arg(long)]
    desktop: bool,
    /// Show what would be written or removed, and do neither
    #[arg(long)]
    print: bool,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

/// What starts services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Manager {
    Systemd,
    Launchd,
}

/// A file of a description.
#[derive(Debug, Serialize)]
struct Written {
    path: PathBuf,
    /// `written`, `removed`, `missing`, `current`, `differs`, or `not written`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Debug, Serialize)]
struct Told {
    manager: Manager,
    files: Vec<Written>,
    /// What to do next.
    next: Vec<String>,
    is_running: bool,
}

impl ServiceArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        let (ServiceCommand::Install(chosen) | ServiceCommand::Uninstall(chosen) | ServiceCommand::Status(chosen)) =
            &self.command;
        match self.told(context, chosen) {
            Ok(told) => {
                let is_there = told.files.iter().all(|file| file.state != "missing");
                let is_asked = matches!(self.command, ServiceCommand::Status(_));
                let code = if is_asked && !is_there { ExitCode::from(3) } else { ExitCode::SUCCESS };
                let text = text(&told);
                tell(&told, text, chosen.json, code)
            }
            Err(message) => complain(&message),
        }
    }

    fn told(&self, context: &Context, chosen: &Chosen) -> Result<Told, String> {
        let manager =
            chosen.manager.unwrap_or(if cfg!(target_os = "macos") { Manager::Launchd } else { Manager::Systemd });
        let described = Described::of(context, worker::program()?)?;
        let mut files = vec![match manager {
            Manager::Systemd => (place(dirs::config_dir(), "systemd/user/mediary.service")?, described.unit()),
            Manager::Launchd => (place(dirs::home_dir(), "Library/LaunchAgents/mediary.plist")?, described.plist()),
        }];
        if chosen.desktop {
            files.push((place(dirs::data_dir(), "applications/mediary.desktop")?, described.desktop()));
        }
        let (done, next) = match &self.command {
            ServiceCommand::Install(_) => (install as Doing, next_of(manager, &files[0].0)),
            ServiceCommand::Uninstall(_) => (uninstall as Doing, after_removal(manager)),
            ServiceCommand::Status(_) => (look as Doing, Vec::new()),
        };
        let files = files.into_iter().map(|(path, text)| done(path, text, chosen.print));
        let files = files.collect::<Result<Vec<_>, String>>()?;
        Ok(Told { manager, files, next, is_running: matches!(stand(context).0, Standing::There(_)) })
    }
}
