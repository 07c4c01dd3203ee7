//! Administration: who may change keys while the server runs, and the stores that are changed.
//!
//! A password, of which only a slow digest is kept, opens a session; the first one is set with a code that the server
//! prints once. Too many wrong ones lock an address, and at last the account, for a while. What is HTTP about it is
//! the door's.

mod entrance;
mod ids;
mod lockout;
mod password;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;

pub(super) use ids::unix_ms;
pub use ids::{new_id, unix_seconds};
pub use password::BadPassword;
pub use sessions::Session;
pub use settings::{NotKept, NumberedSettings};

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::Failure;
use mediary_store::{ClientKeys, ProviderKeys, Settings, StoreFailed};
use tokio::sync::Semaphore;

use lockout::Lockout;
use sessions::Sessions;

/// The name under which the digest of the password is kept.
const PASSWORD: &str = "admin_password";

/// What administrators work with.
#[derive(Debug)]
pub struct Administration {
    /// Keys of providers.
    pub provider_keys: Option<ProviderKeys>,
    /// Keys of clients.
    pub client_keys: ClientKeys,
    settings: Settings,
    sessions: Sessions,
    lockout: Mutex<Lockout>,
    /// The code with which the first password is set, until it is.
    code: Mutex<Option<String>>,
    /// The digest of the password as it was last read or set, which sessions are of. Held while it is compared.
    known: tokio::sync::Mutex<Option<String>>,
    /// Digests are slow and take memory on purpose: one at a time.
    digests: Semaphore,
}

/// Why a password does not open a session, or is not set.
#[derive(Debug)]
pub enum NotAdmitted {
    /// It is wrong, or the code is.
    Wrong,
    /// There were too many wrong ones; it is worth trying again after this.
    Locked(Duration),
    /// A password is set already.
    IsSet,
    /// It cannot be a password.
    Bad(BadPassword),
    /// The store failed, or the system gives no chance.
    Failed(String),
}

impl From<StoreFailed> for NotAdmitted {
    fn from(error: StoreFailed) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Failure> for NotAdmitted {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.to_string())
    }
}

impl Administration {
    /// Administration of what these stores hold.
    #[must_use]
    pub fn new(settings: Settings, provider_keys: Option<ProviderKeys>, client_keys: ClientKeys) -> Self {
        Self {
            provider_keys,
            client_keys,
            settings,
            sessions: Sessions::default(),
            lockout: Mutex::default(),
            code: Mutex::default(),
            known: tokio::sync::Mutex::default(),
            digests: Semaphore::new(1),
        }
    }

    /// Whether a password is set.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn has_password(&self) -> Result<bool, StoreFailed> {
        Ok(self.settings.find(PASSWORD).await?.is_some())
    }

    /// A code with which the first password can be set, until the server ends or one is set; `None`: one is set already.
    ///
    /// # Errors
    /// When the store cannot be read, or the system gives no chance.
    pub async fn begin(&self) -> Result<Option<String>, NotAdmitted> {
        if self.has_password().await? {
            return Ok(None);
        }
        let code = sessions::token(9).ok_or_else(no_chance)?;
        *self.code.lock().unwrap_or_else(PoisonError::into_inner) = Some(code.clone());
        Ok(Some(code))
    }

    /// Ends all sessions where the password was changed by another program.
    ///
    /// # Errors
    /// When the store cannot be read; sessions go on.
    pub async fn mind_password(&self) -> Result<(), StoreFailed> {
        let mut known = self.known.lock().await;
        let now = self.settings.find(PASSWORD).await?;
        if *known != now {
            if known.is_some() {
                self.sessions.end_all();
                tracing::info!("the password of the administration was changed; all sessions have ended");
            }
            *known = now;
        }
        Ok(())
    }

    /// The session of a cookie.
    #[must_use]
    pub fn session(&self, token: &str) -> Option<Session> {
        self.sessions.find(token, Instant::now())
    }

    /// Ends a session.
    pub fn log_out(&self, token: &str) {
        self.sessions.end(token);
    }
}

fn no_chance() -> NotAdmitted {
    NotAdmitted::Failed("the system gives no random numbers".to_owned())
}
