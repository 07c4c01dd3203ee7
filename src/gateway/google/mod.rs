//! Accounts of Google's that clients have connected: files of Drive, events of calendars, mails.
//!
//! An account belongs to the key that connected it; with any other it does not exist. Everything is asked through the guarded
//! client, with tokens that lie sealed in the store and are renewed ahead of their end. What comes from there was written by
//! strangers.

mod asking;
mod calendar;
mod drive;
mod failure;
mod flow;
mod mail;
mod tokens;

pub use drive::{DriveText, DriveWish, NewDriveFile};
pub use failure::NoGoogle;
pub use flow::{Begun, Connected, Parted, Returned};
pub use mail::{MailText, Sending, Unsent};

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mediary_core::Failure;
use mediary_remote::{AllowList, FetchPolicy, Fetcher, GoogleFeature};
use mediary_store::{Database, GoogleAccounts, ProviderKeys, Tickets};
use tokio_util::task::TaskTracker;

use crate::config::{self, Config, GoogleClient};
use tokens::Turns;

/// Lists and mails are shorter; files have a limit of their own.
const MOST_BYTES: u64 = 64_000_000;

/// What is done with accounts of Google's.
#[derive(Debug)]
pub struct Google {
    settings: config::Google,
    client: GoogleClient,
    accounts: GoogleAccounts,
    tickets: Tickets,
    fetcher: Fetcher,
    /// The same for files, which may be as large and take as long as any that is fetched.
    files: Fetcher,
    /// The most bytes of a file.
    most_bytes: u64,
    /// Whose tokens are being renewed.
    turns: Turns,
    /// Users on their way back, whom a stop waits for.
    coming_back: TaskTracker,
    /// Who is to be left alone, and until when: as Google asked for.
    rests: Mutex<HashMap<(Vec<u8>, &'static str), Instant>>,
}

impl Google {
    /// What the operator has set up, with accounts in a database; `None`: nothing.
    #[must_use]
    pub fn start(database: &Arc<Database>, keys: &ProviderKeys, config: &Config) -> Option<Arc<Self>> {
        let settings = config.google.clone();
        let client = settings.client.clone()?;
        // The operator names the addresses, which may be on this machine.
        let allow = AllowList::parse(["0.0.0.0/0", "::/0"]).unwrap_or_default();
        let (connect, idle) = (config.fetch.connect.min(settings.time), config.fetch.idle.min(settings.time));
        let policy = FetchPolicy { allow, max_bytes: MOST_BYTES, total: settings.time, connect, idle };
        let most_bytes = config.limits.upload_bytes.get();
        let of_files = FetchPolicy { max_bytes: most_bytes, total: config.fetch.total, ..policy.clone() };
        Some(Arc::new(Self {
            client,
            accounts: GoogleAccounts::of(database.clone(), keys.clone()),
            tickets: Tickets::of(database.clone(), keys.clone()),
            fetcher: Fetcher::new(policy),
            files: Fetcher::new(of_files),
            most_bytes,
            settings,
            turns: Turns::default(),
            coming_back: TaskTracker::new(),
            rests: Mutex::default(),
        }))
    }

    /// What accounts may be connected for.
    #[must_use]
    pub fn features(&self) -> &[GoogleFeature] {
        &self.settings.features
    }

    /// What the client is known by at Google's.
    fn client(&self) -> (&str, &str) {
        (self.client.id.expose(), self.client.secret.expose())
    }
}

/// A text of chance that cannot be guessed.
pub(in crate::gateway) fn unguessable() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Failure::broken("this machine gives no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
