//! A router, and one anew: other providers and other settings, with what is known of those that stay.
//!
//! Calls that are under way go on with the router they began with. What they use of free limits counts in both, since the
//! meters of a key are the same; how they end is noted in the old one, which goes with the last of them.

use std::sync::{Arc, Mutex};

use mediary_core::capability::Abilities;
use mediary_core::provider::Provider;
use mediary_remote::provider_client;

use super::Router;
use super::fleet::Fleet;
use super::ledger::Ledger;
use super::remembered::Remembered;
use super::standings::Standings;
use super::sticky::Sticky;
use crate::config::Routing;
use crate::providers::{ProviderSetup, Providers};

impl Router {
    /// A router over configured providers and the engines of this process, with their rows.
    pub(in crate::gateway) fn new(
        providers: Providers,
        routing: Routing,
        engines: Arc<dyn Provider>,
        engine_rows: Vec<Abilities>,
    ) -> Self {
        let client = provider_client(routing.connect);
        let fleet = Fleet::new(&providers, &client, engines, engine_rows, &Remembered::default());
        let sticky = Sticky::new(routing.sticky);
        Self::of(providers, routing, fleet, Ledger::default(), sticky)
    }

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
        let mut remembered = self.parted().clone();
        remembered.take_up(&before, &self.ledger, &self.standings);
        let fleet = Fleet::new(&providers, &client, engines, engine_rows, &remembered);
        // What providers have said of their models is true until they are asked again.
        let discovered = before.matrix.rows().iter().filter(|row| {
            let has_list = |setup: &ProviderSetup| setup.discovers || setup.lists_models;
            let is_curated = [&self.providers, &providers].iter().any(|its| its.matrix.get(&row.target).is_some());
            providers.get(&row.target.provider).is_some_and(has_list) && !is_curated
        });
        let fleet = fleet.with(discovered.cloned().collect());
        let (ledger, standings) = (Ledger::default(), Standings::default());
        remembered.hand_over(&fleet, &ledger, &standings);
        let rows = before.matrix.rows().iter().enumerate();
        let moved = rows.filter_map(|(row, abilities)| Some((row, fleet.matrix.index(&abilities.target)?)));
        let sticky = self.sticky.moved(routing.sticky, &moved.collect());
        let registry = self.registry.of_those_that_stay(&providers);
        let (findings, given) = (self.findings.clone(), self.given.clone());
        let (parted, shared) = (Mutex::new(remembered), self.shared.clone());
        Self {
            registry,
            standings,
            parted,
            findings,
            given,
            shared,
            ..Self::of(providers, routing, fleet, ledger, sticky)
        }
    }
}
