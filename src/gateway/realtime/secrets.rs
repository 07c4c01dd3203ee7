//! Short-lived tokens of this gateway's own: each opens one session, held as was asked for, by the client that asked.
//!
//! Only digests are kept, in this process; each is compared with every one that is presented. What is opened with one is
//! counted to the key that asked for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::live::LiveSettings;
use mediary_core::{Failure, FailureKind};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::super::clients::{Client, KeyDigest};
use super::super::routing::Bounds;

/// What tokens begin with.
const PREFIX: &str = "ek_";
/// More are not given at once.
const MOST: usize = 4_096;
/// Nor so many to one client.
const MOST_OF_ONE: usize = 100;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// So many letters of that hold more than 256 bits.
const LETTERS: usize = 44;

/// What a token opens.
#[derive(Debug, Clone)]
pub struct Grant {
    /// How the session is held.
    pub settings: LiveSettings,
    /// What its client asked for in headers.
    pub bounds: Bounds,
    /// Whose key asked for it; `None`: it was no client with a key of its own.
    pub client: Option<Arc<Client>>,
    /// What the client is known by where conversations are told apart.
    pub known_by: Vec<u8>,
}

impl Grant {
    /// Whose it is: the id of its client, which outlives a key, else the key.
    fn asker(&self) -> (Option<&str>, &[u8]) {
        match &self.client {
            Some(client) => (Some(&client.id), &[]),
            None => (None, &self.known_by),
        }
    }
}

/// The tokens that are good now.
#[derive(Debug, Default)]
pub struct Secrets(Mutex<Vec<Secret>>);

struct Secret {
    digest: KeyDigest,
    until: Instant,
    grant: Grant,
}

impl Secrets {
    /// A new token for this.
    ///
    /// # Errors
    /// Busy when too many are good already; when this machine gives no random numbers.
    pub fn give(&self, grant: Grant, life: Duration) -> Result<String, Failure> {
        let token = token()?;
        let mut secrets = self.good();
        let is_its = |secret: &&Secret| secret.grant.asker() == grant.asker();
        if secrets.len() >= MOST || secrets.iter().filter(is_its).count() >= MOST_OF_ONE {
            let detail = "too many short-lived tokens are waiting to be used; use them, or wait until some have ended";
            return Err(Failure::new(FailureKind::Busy { retry_after: Duration::from_mins(1) }, detail));
        }
        secrets.push(Secret { digest: digest(&token), until: Instant::now() + life, grant });
        Ok(token)
    }

    /// Takes what a token opens; with that it has been used.
    pub fn take(&self, token: &[u8]) -> Option<Grant> {
        let presented: KeyDigest = Sha256::digest(token).into();
        let mut secrets = self.good();
        // All are looked at, so that the time it takes tells nothing.
        let found = secrets.iter().enumerate().fold(None, |found, (at, secret)| {
            if bool::from(secret.digest.ct_eq(&presented)) { Some(at) } else { found }
        })?;
        Some(secrets.swap_remove(found).grant)
    }

    /// Whether this looks like such a token.
    #[must_use]
    pub fn is_one(token: &[u8]) -> bool {
        token.starts_with(PREFIX.as_bytes())
    }

    /// Those that have not ended.
    fn good(&self) -> MutexGuard<'_, Vec<Secret>> {
        // Each is added and taken whole.
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        secrets.retain(|secret| secret.until > now);
        secrets
    }
}

fn token() -> Result<String, Failure> {
    let mut token = PREFIX.to_owned();
    while token.len() < PREFIX.len() + LETTERS {
        let mut bytes = [0_u8; 64];
        getrandom::fill(&mut bytes).map_err(|_| Failure::broken("this machine gives no random numbers"))?;
        // Bytes beyond the last whole round of the alphabet would make some letters likelier.
        let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        token.extend(fair.take(PREFIX.len() + LETTERS - token.len()));
    }
    Ok(token)
}

fn digest(token: &str) -> KeyDigest {
    Sha256::digest(token.as_bytes()).into()
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(model: &str) -> Grant {
        let settings = LiveSettings { model: model.to_owned(), ..LiveSettings::default() };
        Grant { settings, bounds: Bounds::default(), client: None, known_by: Vec::new() }
    }

    #[test]
    fn a_token_opens_its_own_session_once() {
        let secrets = Secrets::default();
        let one = secrets.give(grant("one"), Duration::from_mins(1)).unwrap();
        let other = secrets.give(grant("other"), Duration::from_mins(1)).unwrap();
        assert!(one != other && Secrets::is_one(one.as_bytes()) && one.len() == PREFIX.len() + LETTERS);
        assert_eq!(secrets.take(other.as_bytes()).unwrap().settings.model, "other");
        assert!(secrets.take(other.as_bytes()).is_none(), "it was used");
        assert!(secrets.take(b"ek_guessed").is_none());
        assert_eq!(secrets.take(one.as_bytes()).unwrap().settings.model, "one");
    }

    #[test]
    fn a_token_ends() {
        let secrets = Secrets::default();
        let token = secrets.give(grant("one"), Duration::ZERO).unwrap();
        assert!(secrets.take(token.as_bytes()).is_none());
    }

    #[test]
    fn only_so_many_wait_for_one_client() {
        let secrets = Secrets::default();
        let of = |known_by: u8| Grant { known_by: vec![known_by], ..grant("one") };
        let given: Vec<String> =
            (0..MOST_OF_ONE).map(|_| secrets.give(of(1), Duration::from_mins(1)).unwrap()).collect();
        let refused = secrets.give(of(1), Duration::from_mins(1)).unwrap_err();
        assert!(matches!(refused.kind, FailureKind::Busy { .. }));
        assert!(secrets.give(of(2), Duration::from_mins(1)).is_ok(), "another's are its own");
        assert!(secrets.take(given[0].as_bytes()).is_some());
        assert!(secrets.give(of(1), Duration::from_mins(1)).is_ok(), "one was used");
    }
}
