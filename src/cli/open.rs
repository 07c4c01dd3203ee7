//! `mediary open`: the dashboard of the server of this home, in the browser; where there is no display, its address.

use std::process::{Command, ExitCode, Stdio};

use clap::Args;
use serde::Serialize;

use super::background::{Standing, stand, tell};
use super::{Context, complain};

/// Open the dashboard of the server that runs, in the browser
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary open\n  \
    mediary open --print")]
pub(super) struct Open {
    /// Print the address, and open nothing
    #[arg(long)]
    print: bool,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Opened {
    url: String,
    opened: bool,
}

impl Open {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        let url = match stand(context) {
            (Standing::There(facts), _) => facts.url(),
            (Standing::Beginning | Standing::None, _) => None,
        };
        let Some(url) = url else {
            return complain("no server runs here; `mediary start` starts one");
        };
        let opened = !self.print && has_display(context) && is_opened(&url);
        let text = if opened { format!("opening {url}\n") } else { format!("{url}\n") };
        tell(&Opened { url, opened }, text, self.json, ExitCode::SUCCESS)
    }
}

/// Whether there is a screen that a browser could be shown on.
fn has_display(context: &Context) -> bool {
    let is_set = |name: &str| context.environment.text(name).is_some();
    cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn is_opened(url: &str) -> bool {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
