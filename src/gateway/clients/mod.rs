//! Clients: who holds a key of this server, and what each of them may ask for, how often, and for how much.
//!
//! Keys are found by their digests. A client is admitted with each request ([`Admitted`]) and charged by its account; what
//! was used is counted here and kept by [`KeptClients`]. Statuses are the door's.

mod admitted;
mod client;
mod kept;
mod new_key;
mod period;
mod purse;
mod rules;
mod shared;
mod slot;
mod standings;
#[cfg(test)]
mod tests;

pub use admitted::{Admitted, Refused};
pub(in crate::gateway) use admitted::{Estimate, Reserved};
pub use client::Client;
pub use kept::KeptClients;
pub use new_key::NewKey;
pub use period::day_name;
pub use purse::Spent;
pub use rules::{BadRules, Budget, Rules};
pub use standings::{LimitNumber, LimitStanding};

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use mediary_store::{ClientKey, Counters};
use subtle::ConstantTimeEq;

use super::administration::unix_seconds;

/// A digest of a key.
pub type KeyDigest = [u8; 32];

/// All clients. Shared by reference; what changes is taken up by all that hold it.
#[derive(Debug, Default)]
pub struct Clients {
    known: RwLock<Arc<Known>>,
    /// What their limits are shared by with other servers; unset: they are this server's alone.
    counters: OnceLock<Arc<Counters>>,
}

#[derive(Debug, Default)]
struct Known {
    by_digest: HashMap<KeyDigest, (Arc<Client>, Option<i64>)>,
    by_id: HashMap<String, Arc<Client>>,
}

impl Clients {
    /// From now on limits are shared with the other servers that use these counters. Said before keys are taken up.
    pub fn share(&self, counters: Arc<Counters>) {
        // Those that were there first stay.
        let _set = self.counters.set(counters);
    }

    /// Takes up the keys as they are kept now. What was counted of those that stay goes on.
    pub fn renew(&self, keys: Vec<ClientKey>) {
        let before = self.known();
        let mut known = Known::default();
        for key in keys {
            let rules = match Rules::read(&key.rules) {
                Ok(rules) => rules,
                Err(error) => {
                    tracing::error!(key.id, error.detail = %error, "a client key has rules that cannot be read, and is left out");
                    continue;
                }
            };
            let counts = before.by_id.get(&key.id).map(|client| client.counts.clone()).unwrap_or_default();
            counts.limit(&rules);
            let client = Arc::new(Client {
                id: key.id.clone(),
                name: key.name,
                rules,
                is_admin: key.is_admin,
                is_disabled: key.is_disabled,
                expires_at: key.expires_at,
                counts,
                shared: self.counters.get().cloned(),
            });
            if let Some((digest, until)) = key.previous
                && let Ok(digest) = digest.try_into()
            {
                known.by_digest.insert(digest, (client.clone(), Some(until)));
            }
            if let Ok(digest) = key.digest.try_into() {
                known.by_digest.insert(digest, (client.clone(), None));
            }
            known.by_id.insert(key.id, client);
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is any key, in force or not.
    #[must_use]
    pub fn are_there(&self) -> bool {
        !self.known().by_id.is_empty()
    }

    /// The client whose key has this digest. However many there are, it takes as long, and a digest tells nothing of a key
    /// that is near it.
    #[must_use]
    pub fn find(&self, digest: &KeyDigest) -> Option<Arc<Client>> {
        let known = self.known();
        let (found, (client, until)) = known.by_digest.get_key_value(digest)?;
        let is_it: bool = found.ct_eq(digest).into();
        (is_it && until.is_none_or(|until| until > unix_seconds())).then(|| client.clone())
    }

    /// The client of an id.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<Arc<Client>> {
        self.known().by_id.get(id).cloned()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Client>> {
        self.known().by_id.values().cloned().collect()
    }
}

/// Milliseconds since 1970.
fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
