//! A router anew: other providers and other settings, with what is known of those that stay.
//!
//! Calls that are under way go on with the router they began with. What they use of free limits counts in both, since the
//! meters of a key are the same; how they end is noted in the old one, which goes with the last of them.

use std::collections::HashMap;
use std::sync::Arc;

use mediary_core::capability::Abilities;
use mediary_core::provider::Provider;
use mediary_remote::provider_client;

use super::Router;
use super::fleet::Fleet;
use super::ledger::Ledger;
use super::standings::Standings;
use crate::config::Routing;
use crate::providers::{ProviderSetup, Providers};

/// Where something of an earlier fleet is in a later one.
#[derive(Debug)]
pub(super) struct Moved {
    /// Rows of the matrix.
    pub(super) rows: HashMap<usize, usize>,
    /// Keys, by provider and place.
    pub(super) keys: HashMap<(usize, usize), (usize, usize)>,
    pub(super) hosts: HashMap<usize, usize>,
}

impl Moved {
    fn between(before: &Fleet, after: &Fleet) -> Self {
        let rows = before.matrix.rows().iter().enumerate();
        let rows = rows.filter_map(|(row, abilities)| Some((row, after.matrix.index(&abilities.target)?)));
        let mut keys = HashMap::new();
        let mut hosts = HashMap::new();
        for (provider, member) in before.members().iter().enumerate() {
            if let Some(host) = after.members().iter().position(|other| other.host() == member.host()) {
                hosts.insert(provider, host);
            }
            let Some(now) = after.members().iter().position(|other| other.id() == member.id()) else { continue };
            for key in 0..member.keys() {
                if let Some(place) = after.members()[now].index_of(member.key(key)) {
                    keys.insert((provider, key), (now, place));
                }
            }
        }
        Self { rows: rows.collect(), keys, hosts }
    }
}

impl Router {
    /// A router over other providers, with what this one has learned of those that stay.
    pub(in crate::gateway) fn renewed(
        &self,
        providers: Providers,
        routing: Routing,
        engines: Arc<dyn Provider>,
        engine_rows: Vec<Abilities>,
    ) -> Self {
        let before = self.fleet();
        let client = provider_client(routing.connect);
        let fleet = Fleet::new(&providers, &client, engines, engine_rows, Some(&before));
        // What providers have said of their models is true until they are asked again.
        let discovered = before.matrix.rows().iter().filter(|row| {
            let has_list = |setup: &ProviderSetup| setup.discovers || setup.lists_models;
            let is_curated = [&self.providers, &providers].iter().any(|its| its.matrix.get(&row.target).is_some());
            providers.get(&row.target.provider).is_some_and(has_list) && !is_curated
        });
        let fleet = fleet.with(discovered.cloned().collect());
        let moved = Moved::between(&before, &fleet);
        let ledger = Ledger::default();
        ledger.inherit(&self.ledger, &moved);
        let sticky = self.sticky.moved(routing.sticky, &moved.rows);
        let standings = Standings::default();
        standings.inherit(&self.standings, &moved);
        let registry = self.registry.of_those_that_stay(&providers);
        let findings = self.findings.clone();
        let shared = self.shared.clone();
        Self { registry, standings, findings, shared, ..Self::of(providers, routing, fleet, ledger, sticky) }
    }
}
