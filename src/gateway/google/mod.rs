//! Accounts of Google's that clients have connected: files of Drive, events of calendars, mails.
//!
//! An account belongs to the key that connected it; with any other it does not exist. Everything is asked through the guarded
//! client, with tokens that lie sealed in the store and are renewed ahead of their end. What comes from there was written by
//! strangers.

mod asking;
mod calendar;
mod drive;
mod flow;
mod mail;
mod tokens;

pub use drive::{DriveText, DriveWish, NewDriveFile};
pub use flow::{Begun, Connected, Parted, Returned};
pub use mail::{MailText, Sending, Unsent};

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mediary_core::Failure;
use mediary_remote::{AllowList, FetchPolicy, Fetcher, GoogleFeature};
use mediary_store::{Database, GoogleAccounts, KeyFailed, ProviderKeys, StoreFailed, Tickets};
use thiserror::Error;

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
    /// Who is to be left alone, and until when: as Google asked for.
    rests: Mutex<HashMap<(Vec<u8>, &'static str), Instant>>,
}

/// Why something was not done with an account.
#[derive(Debug, Error)]
pub enum NoGoogle {
    /// The operator does not have it.
    #[error("`{0}` is not among the features of [google] on this server; its operator may add it there")]
    FeatureOff(GoogleFeature),
    /// No account is connected.
    #[error(
        "no account of Google's is connected with this key; POST /v1/google/connect gives the address at which its owner consents"
    )]
    NotConnected,
    /// There was one, and its tokens are not good any more.
    #[error(
        "the connection to Google has ended: it was taken back there, or was not used for too long; connect the account again \
         with POST /v1/google/connect"
    )]
    Ended,
    /// It was not connected for this.
    #[error(
        "the account is not connected for `{0}`, which needs the scope {scope}; connect it again with \
         POST /v1/google/connect and \"features\": [\"{0}\"]",
        scope = .0.scope()
    )]
    Missing(GoogleFeature),
    /// Nothing is known of where the user comes back from.
    #[error(
        "this way back from Google is not known here: it was used before, is too old, or was never begun; begin anew"
    )]
    UnknownState,
    /// The user did not consent.
    #[error("the account was not connected: consent was not given at Google's")]
    Declined,
    /// Too much is under way.
    #[error("too much of this was begun with this key and not ended; wait ten minutes")]
    TooMany,
    /// What is to be sent was not confirmed as it is.
    #[error(
        "the confirmation is not one of this mail: it was used before, is too old, or the mail is not the one that it was given \
         for; send the mail without `confirmation` for another"
    )]
    Unconfirmed,
    /// Google failed, or what came of it is of no use.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The store is of no use at the moment.
    #[error("{0}")]
    Store(String),
}

impl From<StoreFailed> for NoGoogle {
    fn from(error: StoreFailed) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<KeyFailed> for NoGoogle {
    fn from(error: KeyFailed) -> Self {
        Self::Store(error.to_string())
    }
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
