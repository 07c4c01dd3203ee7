//! The providers that can be called: each with its connection, its keys and its rows in the matrix.

use std::sync::Arc;
use std::time::Instant;

use mediary_core::capability::{Abilities, CapabilityMatrix};
use mediary_core::plan::HealthSnapshot;
use mediary_core::provider::Provider;
use mediary_core::quota::{Bound, KeyMeters};
use mediary_core::{ContentHash, ProviderId, Target};
use mediary_remote::{ProviderClient, Remote};

use super::Router;
use super::ledger::{Caller, Ledger, Place};
use super::quotas::{self, Counted};
use super::remembered::Remembered;
use crate::config::Secret;
use crate::providers::{ProviderSetup, Providers};

/// A provider that can be called.
#[derive(Debug)]
pub(in crate::gateway) struct Member {
    id: ProviderId,
    pub(in crate::gateway) provider: Arc<dyn Provider>,
    keys: Vec<Secret>,
    /// What was used of the free limits, for each key; one where it is called without.
    meters: Vec<Arc<KeyMeters>>,
    /// Which of its models they count.
    counted: Counted,
    /// Host and port that it is reached at; empty for the engines.
    host: String,
    is_loopback: bool,
}

/// A provider and a key, for what is no task: jobs of its own.
#[derive(Debug, Clone)]
pub struct AtProvider {
    /// The provider.
    pub provider: Arc<dyn Provider>,
    key: Option<Secret>,
}

impl AtProvider {
    /// The key to call it with.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(Secret::expose)
    }
}

/// All providers that can be called, and what their models do. A later fleet has the rows of an earlier one, in their
/// places, and perhaps more.
#[derive(Debug)]
pub(in crate::gateway) struct Fleet {
    pub(in crate::gateway) matrix: CapabilityMatrix,
    members: Arc<[Member]>,
    /// For each row of the matrix.
    rows: Vec<Place>,
}

impl Fleet {
    pub(super) fn new(
        providers: &Providers,
        client: &ProviderClient,
        engines: Arc<dyn Provider>,
        engine_rows: Vec<Abilities>,
        remembered: &Remembered,
    ) -> Self {
        let remote = |setup: &ProviderSetup| {
            let counted = Counted::of(setup, providers);
            Member {
                meters: quotas::meters(setup, providers, |key| remembered.meters_of(&setup.id, key)),
                counted,
                id: setup.id.clone(),
                provider: Arc::new(Remote::new(
                    &client.through(setup.proxy.as_ref()),
                    setup.dialect.dialect(),
                    setup.endpoint.clone(),
                )),
                keys: setup.keys.iter().map(|key| key.secret.clone()).collect(),
                host: host_of(&setup.endpoint.base_url),
                is_loopback: setup.is_loopback,
            }
        };
        let local = Member {
            id: ProviderId::local(),
            provider: engines,
            keys: Vec::new(),
            meters: Vec::new(),
            counted: Counted::default(),
            host: String::new(),
            is_loopback: true,
        };
        let rows = providers.matrix.rows().iter().cloned().chain(engine_rows);
        let members = providers.enabled.iter().map(remote).chain([local]);
        Self::of(CapabilityMatrix::new(rows), members.collect())
    }

    fn of(matrix: CapabilityMatrix, members: Arc<[Member]>) -> Self {
        let place = |target: &Target| members.iter().position(|member| member.id == target.provider).unwrap_or(0);
        let rows = matrix.rows().iter().map(|row| {
            let provider = place(&row.target);
            let Some(member) = members.get(provider) else {
                return Place { provider, host: provider, keys: 1, is_counted: false, is_limited: false };
            };
            let host = members.iter().position(|other| other.host == member.host).unwrap_or(provider);
            // A provider without keys is called without one.
            let (is_counted, is_limited) = (member.counted.holds(row), member.counted.limits(row));
            Place { provider, host, keys: member.keys.len().max(1), is_counted, is_limited }
        });
        Self { rows: rows.collect(), matrix, members }
    }

    /// The same fleet with further rows behind those it has, and with rows for known targets in the places of theirs.
    pub(super) fn with(&self, found: Vec<Abilities>) -> Self {
        Self::of(CapabilityMatrix::new(self.matrix.rows().iter().cloned().chain(found)), self.members.clone())
    }

    /// The provider of a row.
    pub(in crate::gateway) fn member(&self, row: usize) -> &Member {
        &self.members[self.rows[row].provider]
    }

    /// The host that a row's provider is reached at.
    pub(super) fn host_of(&self, row: usize) -> usize {
        self.rows[row].host
    }

    /// The provider of a name.
    pub(in crate::gateway) fn named(&self, id: &ProviderId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    pub(super) fn health(&self, ledger: &Ledger, now: Instant) -> HealthSnapshot {
        let mut health = ledger.snapshot(&self.rows, now);
        let meters = |provider: usize| self.members[provider].meters();
        quotas::count_in(&mut health, &self.rows, &self.matrix, meters, quotas::now_ms());
        health
    }

    /// The meters of the key that a call is made with, and what the call is held to; `None`: the engines have none.
    pub(super) fn meters(&self, caller: Caller) -> Option<(&Arc<KeyMeters>, Bound)> {
        let bound = if self.rows[caller.row].is_counted { Bound::Whole } else { Bound::Model };
        Some((self.members[caller.provider].meters.get(caller.key)?, bound))
    }

    /// Whether the limits of a row leave no room with any key.
    pub(super) fn is_used_up(&self, row: usize) -> bool {
        let place = self.rows[row];
        let states = || quotas::states(&self.members[place.provider].meters, quotas::now_ms());
        quotas::standing(&states(), &place, &self.matrix.rows()[row].target.model)
            .is_some_and(|standing| standing.full_for.is_some())
    }

    /// All providers' meters, by key.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Where a row belongs.
    pub(super) fn place(&self, row: usize) -> Place {
        self.rows[row]
    }

    /// The next key with which a row can be called now.
    pub(super) fn caller(&self, row: usize, ledger: &Ledger, tried: &[usize], now: Instant) -> Option<Caller> {
        let Place { provider, host, keys, .. } = self.rows[row];
        let key = ledger.pick_key(row, provider, keys, tried, now)?;
        Some(Caller { row, provider, host, key, keys, is_loopback: self.members[provider].is_loopback })
    }

    /// The same with the key of a fingerprint, once; with any if it is not a key any more.
    pub(super) fn caller_of(&self, row: usize, fingerprint: &str, tried: &[usize]) -> Option<Caller> {
        let Place { provider, host, keys, .. } = self.rows[row];
        let member = &self.members[provider];
        let key = (0..keys).find(|key| member.fingerprint(*key).as_deref() == Some(fingerprint)).unwrap_or(0);
        let caller = Caller { row, provider, host, key, keys, is_loopback: member.is_loopback };
        (!tried.contains(&key)).then_some(caller)
    }
}

/// Host and port of an address; the whole of it where it is none.
fn host_of(base_url: &str) -> String {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let scheme = base_url.split_once("://").map_or("", |(scheme, _)| scheme);
    format!("{scheme}://{host}").to_ascii_lowercase()
}

impl Router {
    /// A provider that is set up, with its key of this fingerprint, or another where that is gone.
    #[must_use]
    pub fn at_provider(&self, id: &ProviderId, fingerprint: Option<&str>) -> Option<AtProvider> {
        self.fleet().named(id).map(|member| member.at(fingerprint))
    }
}

impl Member {
    /// Its name.
    pub(super) fn id(&self) -> &ProviderId {
        &self.id
    }

    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// How many keys it has; one where it is called without.
    pub(super) fn keys(&self) -> usize {
        self.keys.len().max(1)
    }

    /// Host and port that it is reached at.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// What was used of its free limits, by key.
    pub(super) fn meters(&self) -> &[Arc<KeyMeters>] {
        &self.meters
    }

    /// One of the keys, as it is sent.
    pub(super) fn key(&self, index: usize) -> Option<&str> {
        self.keys.get(index).map(Secret::expose)
    }

    /// The key that errands are run with.
    pub(in crate::gateway) fn first_key(&self) -> Option<&str> {
        self.key(0)
    }

    /// What one of the keys is known by where it must not be told.
    pub(in crate::gateway) fn fingerprint(&self, index: usize) -> Option<String> {
        self.key(index).map(|key| ContentHash::of(key.as_bytes()).to_string())
    }

    /// The same with its key of a fingerprint, to be called beside the attempt loop.
    fn at(&self, fingerprint: Option<&str>) -> AtProvider {
        AtProvider {
            provider: self.provider.clone(),
            key: self.key_of(fingerprint).map(|key| Secret::new(key.to_owned())),
        }
    }

    /// The key of a fingerprint; another of the provider's if it is gone, since it may be of the same account.
    pub(in crate::gateway) fn key_of(&self, fingerprint: Option<&str>) -> Option<&str> {
        let is_it = |index: &usize| self.fingerprint(*index).as_deref() == fingerprint;
        self.key((0..self.keys.len()).find(is_it).unwrap_or(0))
    }
}
