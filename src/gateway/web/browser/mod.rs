//! Pages that clients have open in a browser: whose each is, how many there may be, and when they are closed.
//!
//! The browser starts with the first page and ends when none has been used for a while. A client sees its own pages only, and a page
//! that it leaves while it is opened or acted on is closed (`opening`).

mod engine;
mod opening;
mod tabs;
mod work;

pub use work::{BrowserHealth, OpenedPage, PageAct};

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use mediary_remote::{AllowList, Camofox, ChromiumSettings, FetchPolicy, Fetcher};
use tokio::task::JoinSet;

use super::super::build::fetch_policy;
use crate::config::Config;
use engine::Engine;
use tabs::Tabs;

/// Where a Chromium is looked for.
const FOLDERS: [&str; 4] = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"];
const PROGRAMS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// How often it is looked whether pages are idle.
const ROUND: Duration = Duration::from_secs(5);
/// Snapshots and pictures of a camofox server are shorter.
const MOST_BYTES: u64 = 64_000_000;
/// How long such a server may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens pages for clients.
#[derive(Debug)]
pub(in crate::gateway) struct Browser {
    kind: Kind,
    tabs: Arc<Tabs>,
    idle: Duration,
    /// Judges the addresses that clients name.
    fetcher: Fetcher,
    engine: tokio::sync::Mutex<Option<Engine>>,
    /// Closes what is idle.
    watching: Mutex<JoinSet<()>>,
    /// What is done to its end, though its client may leave.
    at_work: Mutex<JoinSet<()>>,
}

/// Which browser there is.
#[derive(Debug)]
enum Kind {
    Off,
    Camofox(Camofox),
    Chromium(Box<ChromiumSettings>),
    Missing,
}

impl Browser {
    /// As the operator has set it up.
    pub(super) fn new(config: &Config) -> Arc<Self> {
        let browser = &config.browser;
        let policy = fetch_policy(config);
        let kind = match (&browser.url, browser.enabled) {
            (_, false) => Kind::Off,
            (Some(url), true) => Kind::Camofox(Camofox::at(
                url,
                browser.key.as_ref().map(crate::config::Secret::expose),
                Fetcher::new(to_the_operators(&policy)),
            )),
            (None, true) => match browser.program.clone().or_else(found) {
                Some(program) => Kind::Chromium(Box::new(ChromiumSettings {
                    program,
                    sandbox: browser.sandbox,
                    renderers: browser.tabs,
                    script_megabytes: browser.script_megabytes,
                    policy: policy.clone(),
                })),
                None => Kind::Missing,
            },
        };
        Arc::new(Self {
            kind,
            tabs: Arc::new(Tabs::new(browser.tabs, browser.tabs_per_key)),
            idle: browser.idle,
            fetcher: Fetcher::new(policy),
            engine: tokio::sync::Mutex::default(),
            watching: Mutex::default(),
            at_work: Mutex::default(),
        })
    }

    /// Has what is idle closed from now on, if that is not done already.
    fn keep_watch(self: &Arc<Self>) {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        while watching.try_join_next().is_some() {}
        if watching.is_empty() {
            watching.spawn(watch(Arc::downgrade(self), self.idle));
        }
    }
}

/// Closes pages that are not used, and the browser once there are none.
async fn watch(browser: Weak<Browser>, idle: Duration) {
    loop {
        tokio::time::sleep(ROUND.min(idle)).await;
        let Some(browser) = browser.upgrade() else { return };
        if browser.close_idle().await {
            return;
        }
    }
}

/// The address of a camofox server is the operator's, who may have it on this machine.
fn to_the_operators(policy: &FetchPolicy) -> FetchPolicy {
    let allow = AllowList::parse(["0.0.0.0/0", "::/0"]).unwrap_or_default();
    FetchPolicy { allow, max_bytes: MOST_BYTES, total: PATIENCE, connect: policy.connect, idle: policy.idle }
}

/// The first Chromium in the usual folders.
fn found() -> Option<PathBuf> {
    let all = FOLDERS.iter().flat_map(|folder| PROGRAMS.iter().map(move |name| PathBuf::from(folder).join(name)));
    all.into_iter().find(|program| program.is_file())
}

fn off(why: &str) -> Failure {
    Failure::new(FailureKind::NotInstalled, why)
}
