//! Sessions of administrators: a token in a cookie, and another one that a page has to send along with every change.
//!
//! They are kept as digests and in memory only; a restart ends them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// How long a session lasts.
pub(super) const LASTS: Duration = Duration::from_hours(12);
/// So many at once; the oldest make way.
const MOST: usize = 100;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What stands in the cookie.
    pub token: String,
    /// What is sent along with changes.
    pub csrf: String,
    /// How much longer it lasts.
    pub lasts: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<[u8; 32], (String, Instant)>>);

impl Sessions {
    fn open_ones(&self) -> MutexGuard<'_, HashMap<[u8; 32], (String, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one. `None`: the system gives no chance.
    pub(super) fn open(&self, now: Instant) -> Option<Session> {
        let session = Session { token: token(32)?, csrf: token(32)?, lasts: LASTS };
        let mut open = self.open_ones();
        open.retain(|_, (_, until)| *until > now);
        if open.len() >= MOST
            && let Some(oldest) = open.iter().min_by_key(|(_, (_, until))| *until).map(|(digest, _)| *digest)
        {
            open.remove(&oldest);
        }
        open.insert(digest(&session.token), (session.csrf.clone(), now + LASTS));
        Some(session)
    }

    /// The session of a token.
    pub(super) fn find(&self, token: &str, now: Instant) -> Option<Session> {
        let open = self.open_ones();
        let (csrf, until) = open.get(&digest(token)).filter(|(_, until)| *until > now)?;
        Some(Session { token: token.to_owned(), csrf: csrf.clone(), lasts: *until - now })
    }

    pub(super) fn end(&self, token: &str) {
        self.open_ones().remove(&digest(token));
    }

    pub(super) fn end_all(&self) {
        self.open_ones().clear();
    }
}

/// A text of so many bytes of chance.
pub(super) fn token(bytes: usize) -> Option<String> {
    let mut chance = vec![0; bytes];
    getrandom::fill(&mut chance).ok()?;
    Some(URL_SAFE_NO_PAD.encode(chance))
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
