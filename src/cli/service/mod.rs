//! `mediary service`: a description by which systemd or launchd starts the server with the user's session, and an entry
//! in the menu of a desktop.
//!
//! Writes files and says what to do next; it starts and stops nothing by itself.

mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::background::{Standing, stand, tell};
use super::{Context, complain, worker};
use files::Described;

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

type Doing = fn(PathBuf, String, bool) -> Result<Written, String>;

fn place(folder: Option<PathBuf>, name: &str) -> Result<PathBuf, String> {
    let folder =
        folder.ok_or("there is no home folder to write it to; set HOME, or use --print and place it yourself")?;
    Ok(folder.join(name))
}

fn install(path: PathBuf, text: String, print: bool) -> Result<Written, String> {
    if print {
        return Ok(Written { path, state: "not written", text: Some(text) });
    }
    let failed = |error: std::io::Error| {
        format!("{} cannot be written: {error}; `--print` shows it, to be placed elsewhere", path.display())
    };
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    fs::write(&path, &text).map_err(failed)?;
    Ok(Written { path, state: "written", text: None })
}

fn uninstall(path: PathBuf, _: String, print: bool) -> Result<Written, String> {
    let state = match (path.exists(), print) {
        (false, _) => "missing",
        (true, true) => "not removed",
        (true, false) => {
            fs::remove_file(&path).map_err(|error| format!("{} cannot be removed: {error}", path.display()))?;
            "removed"
        }
    };
    Ok(Written { path, state, text: None })
}

#[expect(clippy::unnecessary_wraps, reason = "one of three that are used alike")]
fn look(path: PathBuf, text: String, print: bool) -> Result<Written, String> {
    let state = match fs::read_to_string(&path) {
        Err(_) => "missing",
        Ok(there) if there == text => "current",
        Ok(_) => "differs",
    };
    Ok(Written { path, state, text: print.then_some(text) })
}

fn next_of(manager: Manager, file: &Path) -> Vec<String> {
    let steps: &[&str] = match manager {
        Manager::Systemd => &[
            "systemctl --user daemon-reload",
            "systemctl --user enable --now mediary",
            "loginctl enable-linger    # if it is to run while you are not logged in",
        ],
        Manager::Launchd => &["launchctl bootstrap gui/$(id -u) FILE"],
    };
    steps.iter().map(|step| step.replace("FILE", &files::quoted(&file.display().to_string()))).collect()
}

fn after_removal(manager: Manager) -> Vec<String> {
    let steps: &[&str] = match manager {
        Manager::Systemd => &["systemctl --user disable --now mediary", "systemctl --user daemon-reload"],
        Manager::Launchd => &["launchctl bootout gui/$(id -u)/mediary"],
    };
    steps.iter().map(|step| (*step).to_owned()).collect()
}

fn text(told: &Told) -> String {
    let mut text = String::new();
    for file in &told.files {
        text.push_str(&format!("{}: {}\n", file.path.display(), file.state));
        if let Some(written) = &file.text {
            text.push_str(&format!("\n{written}\n"));
        }
    }
    if !told.next.is_empty() {
        text.push_str("next:\n");
        text.extend(told.next.iter().map(|step| format!("  {step}\n")));
        text.push_str(
            "keys of providers that stand in your shell's environment are not the service's: `mediary keys add PROVIDER`\n",
        );
    } else if told.is_running {
        text.push_str("a server runs; `mediary status` shows it\n");
    }
    text
}
