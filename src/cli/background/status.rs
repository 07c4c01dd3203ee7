//! `mediary status`: whether a server runs, where, since when, and what it is at.
//!
//! Exit codes are those of service managers: 0 while it serves, 3 while it does not.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde::Serialize;

use super::super::Context;
use super::standing::{Answer, Facts, Standing, asked, stand};
use super::tell;

/// Show whether a server runs in this home, where, since when, and what it is at
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary status\n  \
    mediary status --json\n\n\
    The exit code is 0 while it serves, and 3 while it does not.")]
pub(in crate::cli) struct Status {
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Told {
    /// `running`, `starting`, `stopped`, or `unresponsive`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    began_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uptime_seconds: Option<u64>,
    /// Null: it could not be asked.
    requests_under_way: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<PathBuf>,
}

impl Status {
    pub(in crate::cli) fn run(&self, context: &Context) -> ExitCode {
        let told = match stand(context) {
            (Standing::There(facts), Some(folder)) => of(facts, asked(&folder)),
            (Standing::Beginning, _) => Told { state: "starting", ..Told::default() },
            (Standing::None, _) | (_, None) => Told { state: "stopped", ..Told::default() },
        };
        let code = if told.state == "running" { ExitCode::SUCCESS } else { ExitCode::from(3) };
        let text = text(&told);
        tell(&told, text, self.json, code)
    }
}

fn of(facts: Facts, answer: Option<Answer>) -> Told {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let url = facts.url();
    Told {
        state: if url.is_some() { "running" } else { "starting" },
        pid: Some(facts.pid),
        url,
        version: Some(facts.version),
        began_at: Some(facts.began_at),
        // A clock may have been set back.
        uptime_seconds: Some(now.saturating_sub(facts.began_at)),
        requests_under_way: answer.map(|answer| answer.requests_under_way),
        config: Some(facts.config),
        log: facts.log,
    }
}

fn text(told: &Told) -> String {
    let Some(pid) = told.pid else {
        return match told.state {
            "starting" => "a server is starting\n".to_owned(),
            _ => "no server runs here; `mediary start` starts one\n".to_owned(),
        };
    };
    let mut text = match &told.url {
        Some(url) => format!("serving on {url}\n"),
        None => "a server is starting\n".to_owned(),
    };
    let own = env!("CARGO_PKG_VERSION");
    let version = told.version.as_deref().unwrap_or(own);
    let newer = if version == own { String::new() } else { format!(" (this program is {own}; `mediary restart`)") };
    let up = long(Duration::from_secs(told.uptime_seconds.unwrap_or(0)));
    let under_way =
        told.requests_under_way.map_or("it does not say".to_owned(), |requests| format!("{requests} requests"));
    let log = told
        .log
        .as_ref()
        .map_or("on its terminal, or with what started it".to_owned(), |log| log.display().to_string());
    let rows = [
        ("version", format!("{version}{newer}")),
        ("process", pid.to_string()),
        ("running for", up),
        ("under way", under_way),
        ("config", told.config.clone().unwrap_or_default()),
        ("log", log),
    ];
    for (name, value) in rows {
        // Writing to a text does not fail.
        let _ = writeln!(text, "  {name:<12} {value}");
    }
    text
}

/// A time as people say it.
fn long(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, _, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_two_units() {
        let rows = [(5, "5 s"), (65, "1 min 5 s"), (7_380, "2 h 3 min"), (180_000, "2 d 2 h")];
        for (seconds, expected) in rows {
            assert_eq!(long(Duration::from_secs(seconds)), expected);
        }
    }
}
