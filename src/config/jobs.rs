//! The `[jobs]` section: how patiently jobs are followed.
//!
//! Only bounds; `gateway/jobs` keeps to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;
use super::secret::Secret;

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
