//! Looking at lists: of all providers that have one, now and from time to time.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use mediary_core::capability::Abilities;
use mediary_core::plan::Privacy;
use mediary_core::provider::ListedModel;
use mediary_core::{Failure, FailureKind};
use tokio::time::{sleep, timeout};

use super::kept::KeptList;
use super::{Listing, Router, row};
use crate::gateway::blocking;
use crate::providers::ProviderSetup;

/// How long a list is waited for that no request waits for.
const PATIENCE: Duration = Duration::from_secs(20);

impl Router {
    /// Takes up the lists that were kept on disk, each with its age. Called once, before requests come.
    pub(in crate::gateway) fn recall_lists(&self) {
        let Some(disk) = &self.registry.disk else { return };
        let mut rows = Vec::new();
        for setup in self.with_lists() {
            let Some(list) = disk.recall(setup.id.as_str()).and_then(|bytes| KeptList::read(&bytes, setup)) else {
                continue;
            };
            rows.extend(list.models.iter().map(|model| row::of(setup, model)));
            self.registry.set(&setup.id, list);
        }
        self.put(rows);
    }

    /// Looks at the lists of all providers that have one, and says what changed.
    pub async fn refresh_lists(&self) -> Vec<Listing> {
        let asked: Vec<&ProviderSetup> = self.with_lists().collect();
        self.look_at_lists(&asked, PATIENCE).await
    }

    /// Looks at lists from time to time, for as long as it is polled. A list from disk is good for its time.
    pub async fn keep_lists_fresh(&self, every: Duration) -> Infallible {
        loop {
            let left = self.oldest_list().map_or(Duration::ZERO, |age| every.saturating_sub(age));
            sleep(left).await;
            let listings = self.refresh_lists().await;
            let failed = listings.iter().filter(|its| its.failure.is_some()).count();
            tracing::info!(
                lists.good = listings.len() - failed,
                lists.failed = failed,
                "lists of models were looked at"
            );
            if failed > 0 {
                // Those that failed are asked again in their time, not at once.
                sleep(every).await;
            }
        }
    }

    /// The providers that have a list. Where nothing may leave this machine, no other one is asked.
    fn with_lists(&self) -> impl Iterator<Item = &ProviderSetup> {
        let stays_here = self.routing.privacy == Privacy::Local;
        let has_list = |setup: &&ProviderSetup| setup.discovers || setup.lists_models;
        self.providers.enabled.iter().filter(has_list).filter(move |setup| setup.is_loopback || !stays_here)
    }

    /// The age of the oldest list that is looked at in the background; `None` where one is missing.
    fn oldest_list(&self) -> Option<Duration> {
        let ages = self.with_lists().filter(|setup| setup.lists_models).map(|setup| self.list_age(&setup.id));
        ages.into_iter().try_fold(Duration::ZERO, |oldest, age| Some(oldest.max(age?)))
    }

    /// Asks these providers for their lists, takes up what they say, and tells what changed.
    pub(in crate::gateway::routing) async fn look_at_lists(
        &self,
        asked: &[&ProviderSetup],
        patience: Duration,
    ) -> Vec<Listing> {
        // A look that is under way gives what is wanted; a request does not wait for the end of a long one.
        let Ok(_turn) = timeout(patience, self.registry.turn.lock()).await else { return Vec::new() };
        let lists = join_all(asked.iter().map(|setup| self.list_of(setup, patience))).await;
        let mut listings = Vec::new();
        let mut rows = Vec::new();
        for (setup, listed) in asked.iter().zip(lists) {
            let before = self.registry.last(&setup.id);
            match listed.and_then(|models| good(setup, before.as_ref(), models)) {
                Ok(models) => {
                    let models: Vec<ListedModel> =
                        models.into_iter().filter(|model| self.is_of(setup, model)).collect();
                    let known = before.as_ref().map(|list| list.models.as_slice()).unwrap_or_default();
                    let has_news = known != models;
                    if has_news {
                        rows.extend(row::changed(setup, known, &models));
                    }
                    listings.push(Listing::of(setup, known, &models, &self.providers.matrix));
                    self.keep(setup, KeptList::now(setup, models), has_news).await;
                }
                Err(failure) => {
                    let provider = setup.id.as_str();
                    tracing::debug!(call.provider = provider, failure.kind = failure.kind.name(), "lists no models");
                    let age = before.as_ref().map(|list| list.age(SystemTime::now()));
                    listings.push(Listing::failed(setup, &failure, before.map_or(0, |list| list.models.len()), age));
                }
            }
        }
        self.put(rows);
        listings
    }

    async fn list_of(&self, setup: &ProviderSetup, patience: Duration) -> Result<Vec<ListedModel>, Failure> {
        let fleet = self.fleet();
        let Some(member) = fleet.named(&setup.id) else { return Ok(Vec::new()) };
        let late = |_| Failure::new(FailureKind::TimedOut, "the provider does not list its models in time");
        timeout(patience, member.provider.models(member.key(0))).await.map_err(late)?
    }

    /// Whether a listed model is this provider's, and not another server's that listens at the usual port.
    fn is_of(&self, setup: &ProviderSetup, model: &ListedModel) -> bool {
        if !setup.is_loopback {
            return true;
        }
        let owner = model.owner.as_deref();
        let is_anothers = |other: &ProviderSetup| {
            other.owner.is_some()
                && other.owner.as_deref() == owner
                && other.endpoint.base_url == setup.endpoint.base_url
        };
        match &setup.owner {
            Some(own) => owner == Some(own),
            None => !self.providers.enabled.iter().any(is_anothers),
        }
    }

    /// Puts rows into the fleet; those of catalogs and of the configuration stay as they are.
    fn put(&self, mut rows: Vec<Abilities>) {
        let curated = &self.providers.matrix;
        rows.retain(|row| curated.get(&row.target).is_none());
        let mut fleet = self.fleet.write().unwrap_or_else(PoisonError::into_inner);
        if !rows.is_empty() {
            *fleet = Arc::new(fleet.with(rows));
        }
    }

    /// Remembers a list, on disk too where that holds another or none of it. The day it was good is the file's business
    /// only when something is asked in the background.
    async fn keep(&self, setup: &ProviderSetup, list: KeptList, has_news: bool) {
        self.registry.set(&setup.id, list.clone());
        let Some(disk) = self.registry.disk.clone().filter(|_| has_news || setup.lists_models) else { return };
        let provider = setup.id.as_str().to_owned();
        let kept = blocking::run(move || {
            let bytes = list.written().ok_or_else(|| Failure::broken("a list of models cannot be written"))?;
            disk.keep(&provider, &bytes).map_err(|error| Failure::broken(error.to_string()))
        });
        if let Err(failure) = kept.await {
            let provider = setup.id.as_str();
            tracing::warn!(call.provider = provider, error.detail = %failure.detail, "its list of models is not remembered");
        }
    }
}

/// A list, if it is one. A vendor does not give all of its models up at once: one that lists none after it has listed some is
/// out, whatever its status says. A server on this machine may well have lost its last model.
fn good(
    setup: &ProviderSetup,
    before: Option<&KeptList>,
    models: Vec<ListedModel>,
) -> Result<Vec<ListedModel>, Failure> {
    let had_some = before.is_some_and(|list| !list.models.is_empty());
    match models.is_empty() && had_some && !setup.is_loopback {
        true => Err(Failure::new(FailureKind::EmptyAnswer, "the provider lists no models at all")),
        false => Ok(models),
    }
}
