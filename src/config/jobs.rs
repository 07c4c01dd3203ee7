//! The `[store]` and `[jobs]` sections: where the database is, and how patiently jobs are followed.
//!
//! Only places and bounds; `gateway/jobs` keeps to them.

use std::path::PathBuf;
use std::time::Duration;

use mediary_store::{CountersAddress, ServerAddress};
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;
use super::secret::Secret;

/// The checked `[store]` section.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// The PostgreSQL database; `None`: SQLite in the folder below.
    pub server: Option<ServerAddress>,
    /// What limits are shared by with other servers; `None`: they are this server's alone.
    pub counters: Option<CountersAddress>,
    /// The folder of the database; `None`: `store` in `$MEDIARY_HOME`, else in the user's data directory.
    pub dir: Option<PathBuf>,
    /// The file of the master key; `None`: `master.key` beside the configuration file, else in `$MEDIARY_HOME`, else in
    /// the user's configuration directory.
    pub master_key_file: Option<PathBuf>,
}

/// The checked `[jobs]` section.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// How soon a job is asked about; later times are further apart.
    pub poll: Duration,
    /// After how long a job is given up.
    pub give_up: Duration,
    /// How long a request waits that wants the video itself.
    pub wait: Duration,
    /// The most bytes of a video.
    pub bytes: Bytes,
    /// What webhooks are signed with; `None`: none are sent.
    pub webhook_secret: Option<Secret>,
    /// How soon a webhook is sent again that was not heard; later times are further apart.
    pub webhook_retry: Duration,
}

impl Default for Jobs {
    fn default() -> Self {
        super::Config::default().jobs
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawStore {
    url: String,
    counters: String,
    dir: String,
    master_key_file: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawJobs {
    poll_seconds: u32,
    give_up_seconds: u32,
    wait_seconds: u32,
    bytes: Bytes,
    webhook_secret: String,
    webhook_retry_seconds: u32,
}

impl Default for RawJobs {
    fn default() -> Self {
        Self {
            poll_seconds: 5,
            give_up_seconds: 3_600,
            wait_seconds: 300,
            bytes: Bytes::mega(1000),
            webhook_secret: String::new(),
            webhook_retry_seconds: 5,
        }
    }
}

const SECONDS: &str = "a whole number of seconds, 1 or more";

pub(super) const KEYS: &[Key] = &[
    Key::secret(
        "store.url",
        "an address such as \"postgres://user:password@host/database\", or empty",
        "PostgreSQL database in the place of the folder's; empty: SQLite in `store.dir`",
    ),
    Key::secret(
        "store.counters",
        "an address such as \"redis://:password@host:6379/0\", or empty",
        "Redis or Valkey that servers share limits of clients by, and one database with; empty: each server counts for itself",
    ),
    Key::new(
        "store.dir",
        "a path, or empty",
        "folder of the database, for one server at a time; empty: `store` in `$MEDIARY_HOME`, else in the user's data \
         directory",
    ),
    Key::new(
        "store.master_key_file",
        "a path, or empty",
        "file of the key that seals providers' keys in the database; empty: `master.key` beside the configuration file, \
         else in `$MEDIARY_HOME`, else in the user's configuration directory",
    ),
    Key::new(
        "jobs.poll_seconds",
        SECONDS,
        "how soon a provider is asked how a video stands; later times are up to six times as far apart",
    ),
    Key::new("jobs.give_up_seconds", SECONDS, "after how long a video that is not done is given up"),
    Key::new(
        "jobs.wait_seconds",
        SECONDS,
        "how long `POST /v1/videos/generations` waits for a video before it answers with the job",
    ),
    Key::new("jobs.bytes", "a size such as \"1 GB\"", "most bytes of one video"),
    Key::secret(
        "jobs.webhook_secret",
        "a text, best `whsec_` and 32 random bytes in base64, or empty",
        "what webhooks are signed with; empty: none are sent",
    ),
    Key::new(
        "jobs.webhook_retry_seconds",
        SECONDS,
        "how soon a webhook is sent again that was not heard; eight more follow over two days and a half",
    ),
];

impl RawStore {
    pub(super) fn check(self, check: &mut Check<'_>) -> Store {
        let path = |text: String| Some(text.trim()).filter(|text| !text.is_empty()).map(PathBuf::from);
        let server = match self.url.trim() {
            "" => None,
            url => check.accept("store.url", url.parse().ok()),
        };
        let counters = match self.counters.trim() {
            "" => None,
            url => check.accept("store.counters", url.parse().ok()),
        };
        Store { server, counters, dir: path(self.dir), master_key_file: path(self.master_key_file) }
    }
}

impl RawJobs {
    pub(super) fn check(self, check: &mut Check<'_>) -> Jobs {
        check.require("jobs.poll_seconds", self.poll_seconds > 0);
        check.require("jobs.give_up_seconds", self.give_up_seconds > 0);
        check.require("jobs.wait_seconds", self.wait_seconds > 0);
        check.require("jobs.webhook_retry_seconds", self.webhook_retry_seconds > 0);
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Jobs {
            poll: seconds(self.poll_seconds),
            give_up: seconds(self.give_up_seconds),
            wait: seconds(self.wait_seconds),
            bytes: self.bytes,
            webhook_secret: Some(self.webhook_secret).filter(|text| !text.is_empty()).map(Secret::new),
            webhook_retry: seconds(self.webhook_retry_seconds),
        }
    }
}
