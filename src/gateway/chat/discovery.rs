//! Asking providers which models they have: a server on this machine gets new ones while we run.
//!
//! Done when a request comes, at most once a minute, so that nothing runs while no request comes. A provider that does not
//! answer keeps the models it is known to have.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mediary_core::Failure;
use mediary_core::capability::{Abilities, Acceptance, TaskKind};
use mediary_remote::ListedModel;
use tokio::time::timeout;

use super::Chats;
use super::fleet::Fleet;
use crate::providers::ProviderSetup;

/// How long a list of models is believed.
const FRESH: Duration = Duration::from_secs(60);
/// A request waits no longer for a list.
const PATIENCE: Duration = Duration::from_secs(2);

impl Chats {
    /// Asks every provider that is asked for its models.
    pub(super) async fn discover(&self) {
        let asked: Vec<&ProviderSetup> = self.providers.enabled.iter().filter(|setup| setup.discovers).collect();
        if asked.is_empty() || !self.is_time_to_discover() {
            return;
        }
        let fleet = self.fleet();
        let lists = join_all(asked.iter().map(|setup| list(&fleet, setup))).await;
        let mut found = Vec::new();
        for (setup, listed) in asked.iter().zip(lists) {
            match listed {
                Ok(rows) => found.extend(rows),
                Err(failure) => {
                    let provider = setup.id.as_str();
                    tracing::debug!(call.provider = provider, failure.kind = failure.kind.name(), "lists no models");
                }
            }
        }
        if found.iter().any(|row| fleet.matrix.get(&row.target).is_none()) {
            *self.fleet.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fleet.with(found));
        }
    }

    /// Of several requests at once, the first one asks.
    fn is_time_to_discover(&self) -> bool {
        let mut last = self.discovered.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_stale = last.is_none_or(|last| now.duration_since(last) >= FRESH);
        if is_stale {
            *last = Some(now);
        }
        is_stale
    }
}

async fn list(fleet: &Fleet, setup: &ProviderSetup) -> Result<Vec<Abilities>, Failure> {
    let Some(member) = fleet.named(&setup.id) else { return Ok(Vec::new()) };
    let late = |_| Failure::new(mediary_core::FailureKind::TimedOut, "the provider does not list its models in time");
    let models = timeout(PATIENCE, member.remote.list_models(member.key(0))).await.map_err(late)??;
    Ok(models.into_iter().map(|model| row(setup, &model)).collect())
}

/// The row of a listed model: what its provider's models have in common, and what the list says of it.
fn row(setup: &ProviderSetup, model: &ListedModel) -> Abilities {
    let mut row = setup.discovered(&model.name);
    let Some(skills) = model.skills else { return row };
    row.tools |= skills.tools;
    row.reasoning |= skills.thinking;
    if skills.embedding {
        row.tasks = vec![TaskKind::Embedding];
    }
    row.accepts = match skills.vision {
        true => setup.dialect.formats(mediary_core::MediaKind::Image).iter().copied().map(Acceptance::of).collect(),
        false => Vec::new(),
    };
    row
}
