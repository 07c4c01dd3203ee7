//! The connection to Redis, the script that is run there, and what this process has taken and renews.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::ConnectionManager;
use redis::{RedisResult, Script};

use super::ask::Reply;
use super::{Ask, CountersAddress, CountersAway, Lacking, Stand};

/// How soon one that was away is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a lease is without being renewed, and how often it is.
const LEASE: Duration = Duration::from_secs(30);
const RENEW: Duration = Duration::from_secs(10);

pub(super) struct Inner {
    pub(super) address: CountersAddress,
    pub(super) manager: ConnectionManager,
    pub(super) script: Script,
    pub(super) board: Script,
    /// What marks the board, if this process begins it.
    pub(super) mark: String,
    /// Begins the ids of this process's leases.
    pub(super) process: String,
    pub(super) next: AtomicU64,
    /// Leases that are renewed, by their scopes.
    pub(super) leases: Mutex<HashMap<String, HashSet<String>>>,
    /// Since when it does not answer, and when it is asked again.
    pub(super) away: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address.fmt(formatter)
    }
}

impl Inner {
    pub(super) async fn ask(&self, scope: &str, ask: &Ask) -> Result<Result<Stand, Lacking>, CountersAway> {
        self.ends(scope, ask);
        let reply = self.answered(self.invoke(scope, ask)).await?;
        let reply: Reply = serde_json::from_str(&reply).map_err(|error| self.away(&error.to_string()))?;
        let stand = reply.read();
        if stand.is_ok() {
            self.begins(scope, ask);
        }
        Ok(stand)
    }

    /// Waits for an answer, if one is to be expected at all, and takes note of whether there was any.
    pub(super) async fn answered<T>(&self, asking: impl Future<Output = RedisResult<T>>) -> Result<T, CountersAway> {
        if locked(&self.away).is_some_and(|again| Instant::now() < again) {
            return Err(self.away("it did not answer a moment ago"));
        }
        let answered = asking.await;
        let mut away = locked(&self.away);
        match answered {
            Ok(answer) => {
                if away.take().is_some() {
                    tracing::info!(counters.place = %self.address, "the shared counters are back");
                }
                Ok(answer)
            }
            Err(error) => {
                let why = error.to_string();
                if away.replace(Instant::now() + AGAIN).is_none() {
                    tracing::error!(
                        counters.place = %self.address,
                        error.detail = why,
                        "the shared counters cannot be reached; each server counts for itself until they are back"
                    );
                }
                Err(self.away(&why))
            }
        }
    }

    async fn invoke(&self, scope: &str, ask: &Ask) -> RedisResult<String> {
        let mut asked = serde_json::to_value(ask).expect("names and numbers can be written");
        asked["lease"] = u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX).into();
        // The braces keep all keys of a scope on one node of a cluster.
        let mut invocation = self.script.prepare_invoke();
        invocation.key(format!("mediary:{{{scope}}}")).arg(asked.to_string());
        let mut manager = self.manager.clone();
        invocation.invoke_async(&mut manager).await
    }

    /// Renews what was taken from now on.
    fn begins(&self, scope: &str, ask: &Ask) {
        let ids = ask.enter.iter().map(|enter| &enter.id).chain(ask.hold.iter().map(|hold| &hold.id));
        let ids: Vec<String> = ids.cloned().collect();
        if !ids.is_empty() {
            locked(&self.leases).entry(scope.to_owned()).or_default().extend(ids);
        }
    }

    /// Renews no longer what is given back, whether that is heard or not: it ends.
    fn ends(&self, scope: &str, ask: &Ask) {
        if ask.release.is_empty() && ask.leave.is_empty() {
            return;
        }
        let mut leases = locked(&self.leases);
        if let Some(of_scope) = leases.get_mut(scope) {
            for id in ask.release.iter().chain(&ask.leave) {
                of_scope.remove(id);
            }
            if of_scope.is_empty() {
                leases.remove(scope);
            }
        }
    }

    pub(super) fn away(&self, why: &str) -> CountersAway {
        CountersAway { place: self.address.to_string(), why: why.to_owned() }
    }
}

/// Renews what this process has taken; never ends.
pub(super) async fn renew(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(RENEW).await;
        let all: Vec<_> = locked(&inner.leases).iter().map(|(scope, ids)| (scope.clone(), ids.clone())).collect();
        for (scope, ids) in all {
            let renewed = Ask { renew: ids.into_iter().collect(), ..Ask::default() };
            // What cannot be renewed now may be before it ends.
            let _away = inner.ask(&scope, &renewed).await;
        }
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is in it is changed in one step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
