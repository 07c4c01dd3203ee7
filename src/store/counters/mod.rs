//! Counters that several servers share, in Redis or Valkey: what is taken is taken by one script, whole or not at all, so
//! that nothing passes its limit however many ask at once.
//!
//! What is taken until it is given back is a lease: it is renewed while its server lives, and ends by itself when that was
//! killed. Where Redis does not answer, the caller is told so at once, and decides; it is asked again a second later.

mod address;
mod ask;
mod board;
mod connection;
#[cfg(test)]
mod tests;

pub use address::{CountersAddress, NoCounters};
pub use ask::{Ask, Cap, Enter, Hold, Lacking, Look, Room, Span, SpentIn, Stand, Stands, Sum, UsedIn};
pub use board::Board;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use redis::Script;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use thiserror::Error;

use crate::home::Home;
use connection::{Inner, locked, renew};

/// How long an answer is waited for; then it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shared counters are not to be had at the moment.
#[derive(Debug, Clone, Error)]
#[error("the shared counters at {place} cannot be reached: {why}")]
pub struct CountersAway {
    place: String,
    why: String,
}

/// Counters of a Redis or Valkey.
#[derive(Debug)]
pub struct Counters {
    inner: Arc<Inner>,
    home: Home,
}

impl Counters {
    /// Opens counters. Whether they can be reached is found when they are asked.
    ///
    /// # Errors
    /// When there is no thread or no chance to be had.
    pub async fn open(address: CountersAddress) -> Result<Self, CountersAway> {
        let away = |why: String| CountersAway { place: address.to_string(), why };
        let home = Home::new().map_err(|error| away(error.to_string()))?;
        let [process, mark] = [8, 16].map(random);
        let (process, mark) = (process.map_err(&away)?, mark.map_err(&away)?);
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        let client = address.0.clone();
        let manager = home.run(async move { ConnectionManager::new_lazy_with_config(client, config) }).await;
        let manager = manager.ok_or_else(|| away("its thread has ended".to_owned()))?;
        let manager = manager.map_err(|error| away(error.to_string()))?;
        let inner = Arc::new(Inner {
            address,
            manager,
            script: Script::new(include_str!("tally.lua")),
            board: Script::new(include_str!("board.lua")),
            mark,
            process,
            next: AtomicU64::new(0),
            leases: Mutex::default(),
            away: Mutex::default(),
        });
        home.keep(renew(inner.clone()));
        Ok(Self { inner, home })
    }

    /// A name for a lease that no other has.
    #[must_use]
    pub fn new_id(&self) -> String {
        format!("{}.{}", self.inner.process, self.inner.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Asks the counters of a scope.
    ///
    /// # Errors
    /// When they are away. Whether something was taken is not known then, and does not last.
    pub async fn ask(&self, scope: &str, ask: Ask) -> Result<Result<Stand, Lacking>, CountersAway> {
        let (inner, scope) = (self.inner.clone(), scope.to_owned());
        let asked = self.home.run(async move { inner.ask(&scope, &ask).await }).await;
        asked.unwrap_or_else(|| Err(self.inner.away("its thread has ended")))
    }

    /// Tells the counters of a scope something that is not waited for. What is asked afterwards knows of it. `lost` is done
    /// where they are away.
    pub fn tell(&self, scope: &str, ask: Ask, lost: impl FnOnce() + Send + 'static) {
        let (inner, scope) = (self.inner.clone(), scope.to_owned());
        self.home.keep(async move {
            if inner.ask(&scope, &ask).await.is_err() {
                lost();
            }
        });
    }

    /// Whether they did not answer when they were last asked.
    #[must_use]
    pub fn are_away(&self) -> bool {
        locked(&self.inner.away).is_some()
    }
}

/// So many bytes that none can guess, in hexadecimal.
fn random(bytes: usize) -> Result<String, String> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
