//! The `[store]` section: where the database is, what servers share, and where files for clients are kept.
//!
//! Only places; `mediary_store` opens them.

use std::path::PathBuf;

use mediary_store::{BucketAddress, BucketPlace, CountersAddress, ServerAddress};
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// The checked `[store]` section.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// The PostgreSQL database; `None`: SQLite in the folder below.
    pub server: Option<ServerAddress>,
    /// What limits are shared by with other servers; `None`: they are this server's alone.
    pub counters: Option<CountersAddress>,
    /// The bucket for files for clients; `None`: the folder of `[content]`.
    pub content: Option<BucketPlace>,
    /// The folder of the database; `None`: `store` in `$MEDIARY_HOME`, else in the user's data directory.
    pub dir: Option<PathBuf>,
    /// The file of the master key; `None`: `master.key` beside the configuration file, else in `$MEDIARY_HOME`, else in
    /// the user's configuration directory.
    pub master_key_file: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawStore {
    url: String,
    counters: String,
    content: String,
    content_endpoint: String,
    content_region: String,
    content_key_id: String,
    content_secret_key: String,
    content_session_token: String,
    dir: String,
    master_key_file: String,
}

impl Default for RawStore {
    fn default() -> Self {
        Self {
            url: String::new(),
            counters: String::new(),
            content: String::new(),
            content_endpoint: String::new(),
            content_region: "us-east-1".to_owned(),
            content_key_id: "${AWS_ACCESS_KEY_ID}".to_owned(),
            content_secret_key: "${AWS_SECRET_ACCESS_KEY}".to_owned(),
            content_session_token: "${AWS_SESSION_TOKEN}".to_owned(),
            dir: String::new(),
            master_key_file: String::new(),
        }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::secret(
        "store.url",
        "an address such as \"postgres://user:password@host/database\", or empty",
        "PostgreSQL database in the place of the folder's; empty: SQLite in `store.dir`",
    ),
    Key::secret(
        "store.counters",
        "an address such as \"redis://:password@host:6379/0\", or empty",
        "Redis or Valkey that servers share limits, free quotas, cooldowns and conversations by, and one database with; empty: \
         each server counts for itself",
    ),
    Key::new(
        "store.content",
        "an address such as \"s3://bucket/folder\", or empty",
        "bucket of an S3-compatible store for pictures and videos that clients fetch by link; empty: `content.dir`",
    ),
    Key::new(
        "store.content_endpoint",
        "an address such as \"https://minio.example:9000\", or empty",
        "where the bucket's store is; empty: Amazon's, in the region below",
    ),
    Key::new("store.content_region", "the name of a region", "region of the bucket"),
    Key::secret("store.content_key_id", "a text, or empty", "id of the key to the bucket"),
    Key::secret("store.content_secret_key", "a text, or empty", "the key itself"),
    Key::secret("store.content_session_token", "a text, or empty", "what goes with a key for a while; empty: nothing"),
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
];

impl RawStore {
    pub(super) fn check(self, check: &mut Check<'_>) -> Store {
        let path = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(PathBuf::from);
        let server = match self.url.trim() {
            "" => None,
            url => check.accept("store.url", url.parse().ok()),
        };
        let counters = match self.counters.trim() {
            "" => None,
            url => check.accept("store.counters", url.parse().ok()),
        };
        let content = match self.content.trim() {
            "" => None,
            url => check.accept("store.content", url.parse().ok()),
        };
        Store {
            server,
            counters,
            content: content.and_then(|address| self.bucket(address, check)),
            dir: path(&self.dir),
            master_key_file: path(&self.master_key_file),
        }
    }

    fn bucket(&self, address: BucketAddress, check: &mut Check<'_>) -> Option<BucketPlace> {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let endpoint = text(&self.content_endpoint);
        let is_address = |at: &String| at.starts_with("https://") || at.starts_with("http://");
        check.require("store.content_endpoint", endpoint.as_ref().is_none_or(is_address));
        let region = check.accept("store.content_region", text(&self.content_region))?;
        let Some((key_id, secret_key)) = text(&self.content_key_id).zip(text(&self.content_secret_key)) else {
            let why = "there is no key to it: set `store.content_key_id` and `store.content_secret_key`, or the variables \
                       AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            check.contradict(&["store.content"], why);
            return None;
        };
        let session_token = text(&self.content_session_token);
        Some(BucketPlace { address, endpoint, region, key_id, secret_key, session_token })
    }
}
