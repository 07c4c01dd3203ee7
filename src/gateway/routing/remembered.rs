//! What is known of targets and keys, by their names: handed from a router to the next one when the configuration changes.
//!
//! What belongs to a provider that is switched off waits here until it is on again: its vendor has not forgotten what was
//! used either.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Instant;

use mediary_core::quota::KeyMeters;
use mediary_core::{ContentHash, ProviderId, Target};

use super::circuit::Circuit;
use super::fleet::Fleet;
use super::ledger::Ledger;
use super::record::{KeyRecord, Record};
use super::standings::{Noted, Standings};
use super::{Router, fleet};

/// What a key is known by where it must not be told; `None`: its provider is called without one.
pub(super) type Fingerprint = Option<String>;

/// What is known, by names.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered {
    /// What was used of each key's limits.
    pub(super) meters: HashMap<(ProviderId, Fingerprint), Arc<KeyMeters>>,
    /// How each key stands.
    pub(super) standings: HashMap<(ProviderId, Fingerprint), Noted>,
    /// Cooldowns of keys, and of keys for one model.
    rests: HashMap<(ProviderId, Fingerprint), Instant>,
    pairs: HashMap<(Target, Fingerprint), Instant>,
    by_key: HashMap<(Target, Fingerprint), KeyRecord>,
    records: HashMap<Target, Record>,
    hosts: HashMap<String, Circuit>,
}

impl Remembered {
    /// The meters of a provider's key, if it was there before.
    pub(super) fn meters_of(&self, provider: &ProviderId, key: Option<&str>) -> Option<&Arc<KeyMeters>> {
        self.meters.get(&(provider.clone(), key.map(|key| ContentHash::of(key.as_bytes()).to_string())))
    }

    /// Takes up what is known in a router.
    pub(super) fn take_up(&mut self, fleet: &Fleet, ledger: &Ledger, standings: &Standings) {
        let keys = keys(fleet);
        let pages = ledger.pages();
        let key = |(provider, key): (usize, usize)| {
            Some((fleet.members().get(provider)?.id().clone(), name(&keys, provider, key)?))
        };
        let pair = |(row, key): (usize, usize)| {
            let target = fleet.matrix.rows().get(row)?.target.clone();
            Some((target, name(&keys, fleet.place(row).provider, key)?))
        };
        for (provider, member) in fleet.members().iter().enumerate() {
            let meters = member.meters().iter().enumerate();
            self.meters.extend(meters.filter_map(|(at, meters)| Some((key((provider, at))?, meters.clone()))));
        }
        let standings = standings.pages();
        self.standings.extend(standings.iter().filter_map(|(place, noted)| Some((key(*place)?, noted.clone()))));
        self.rests.extend(pages.keys.iter().filter_map(|(place, until)| Some((key(*place)?, *until))));
        self.pairs.extend(pages.pairs.iter().filter_map(|(place, until)| Some((pair(*place)?, *until))));
        self.by_key.extend(pages.by_key.iter().filter_map(|(place, record)| Some((pair(*place)?, record.clone()))));
        let target = |row: usize| fleet.matrix.rows().get(row).map(|row| row.target.clone());
        self.records.extend(pages.targets.iter().filter_map(|(row, record)| Some((target(*row)?, record.clone()))));
        let host = |at: usize| fleet.members().get(at).map(|member| member.host().to_owned());
        self.hosts.extend(pages.hosts.iter().filter_map(|(at, circuit)| Some((host(*at)?, circuit.clone()))));
    }

    /// Hands over what is known of those that are in a fleet; the rest waits.
    pub(super) fn hand_over(&mut self, fleet: &Fleet, ledger: &Ledger, standings: &Standings) {
        let keys = keys(fleet);
        let mut pages = ledger.pages();
        let mut standings = standings.pages();
        for (provider, member) in fleet.members().iter().enumerate() {
            if let Some(circuit) = self.hosts.remove(member.host()) {
                pages.hosts.insert(provider, circuit);
            }
            for (at, fingerprint) in keys[provider].iter().enumerate() {
                let (place, name) = ((provider, at), (member.id().clone(), fingerprint.clone()));
                self.meters.remove(&name);
                standings.extend(self.standings.remove(&name).map(|noted| (place, noted)));
                pages.keys.extend(self.rests.remove(&name).map(|until| (place, until)));
            }
        }
        for (row, abilities) in fleet.matrix.rows().iter().enumerate() {
            let target = &abilities.target;
            // Most targets of a catalog were never called.
            let Some(record) = self.records.remove(target) else { continue };
            pages.targets.insert(row, record);
            for (at, fingerprint) in keys[fleet.place(row).provider].iter().enumerate() {
                let (place, name) = ((row, at), (target.clone(), fingerprint.clone()));
                pages.pairs.extend(self.pairs.remove(&name).map(|until| (place, until)));
                pages.by_key.extend(self.by_key.remove(&name).map(|record| (place, record)));
            }
        }
        ledger.has_open.store(pages.has_open_circuits(), Ordering::Release);
    }
}

/// What the keys of each provider are known by.
fn keys(fleet: &Fleet) -> Vec<Vec<Fingerprint>> {
    let of_member = |member: &fleet::Member| (0..member.keys()).map(|key| member.fingerprint(key)).collect();
    fleet.members().iter().map(of_member).collect()
}

fn name(keys: &[Vec<Fingerprint>], provider: usize, key: usize) -> Option<Fingerprint> {
    keys.get(provider)?.get(key).cloned()
}

impl Router {
    /// What is known of those that are not there.
    pub(super) fn parted(&self) -> MutexGuard<'_, Remembered> {
        // Every entry is written whole.
        self.parted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
