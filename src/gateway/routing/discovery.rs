//! Asking providers which models they have: a server on this machine gets new ones while the gateway runs.
//!
//! Done when a request comes, at most once a minute, so that nothing runs while there are no requests. A provider that
//! does not answer keeps the models it is known to have.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mediary_core::capability::{Abilities, Acceptance, TaskKind};
use mediary_core::provider::ListedModel;
use mediary_core::{Failure, FailureKind, MediaKind};
use tokio::time::timeout;

use super::Router;
use super::fleet::Fleet;
use crate::providers::ProviderSetup;

/// How long a list of models is believed.
const FRESH: Duration = Duration::from_secs(60);
/// A request waits no longer for a list.
const PATIENCE: Duration = Duration::from_millis(1_500);

impl Router {
    /// Asks every provider that is to be asked for its models, unless that was done a moment ago.
    pub async fn discover(&self) {
        let asked: Vec<&ProviderSetup> = self.providers.enabled.iter().filter(|setup| setup.discovers).collect();
        if asked.is_empty() {
            return;
        }
        if !self.first_list.initialized() {
            // Until the first lists are there, no request can know what it may ask for. One whose client leaves is
            // followed by the next.
            self.first_list.get_or_init(|| self.list_models(&asked)).await;
        } else if self.is_time_to_discover() {
            self.list_models(&asked).await;
        }
    }

    async fn list_models(&self, asked: &[&ProviderSetup]) {
        *self.discovered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
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

    /// Of several requests at once, the first one asks again; the others go by what is known.
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
    let late = |_| Failure::new(FailureKind::TimedOut, "the provider does not list its models in time");
    let models = timeout(PATIENCE, member.provider.models(member.key(0))).await.map_err(late)??;
    Ok(models.into_iter().map(|model| row(setup, &model)).collect())
}

/// What its provider's entry says of a model, with what the provider itself says over it.
fn row(setup: &ProviderSetup, model: &ListedModel) -> Abilities {
    let mut row = setup.discovered(&model.name);
    row.tools |= model.tools.unwrap_or(false);
    row.reasoning |= model.thinking.unwrap_or(false);
    if model.embedding == Some(true) {
        row.tasks = vec![TaskKind::Embedding];
        row.vectors.get_or_insert_with(|| crate::providers::vector_space(&model.name));
    }
    match model.vision {
        Some(true) => {
            row.accepts = setup.dialect.formats(MediaKind::Image).iter().copied().map(Acceptance::of).collect();
        }
        Some(false) => row.accepts = Vec::new(),
        None => {}
    }
    row
}
