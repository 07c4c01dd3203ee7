//! What is known of targets at one moment: the matrix (providers that are asked for their models add to it), which
//! providers are on, and how each target has been doing. Only looks; `http/` and the rooms next door ask.

use std::ops::Deref;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::Target;
use mediary_core::capability::CapabilityMatrix;
use mediary_core::plan::HealthSnapshot;
use mediary_core::quota::Standing;

use super::super::administration::unix_seconds;
use super::fleet::Fleet;
use super::{KeyRecord, Record, Router, quotas};
use crate::config::Routing;
use crate::providers::Providers;

/// A capability matrix at one moment.
#[derive(Debug, Clone)]
pub struct Known(Arc<Fleet>);

impl Deref for Known {
    type Target = CapabilityMatrix;

    fn deref(&self) -> &CapabilityMatrix {
        &self.0.matrix
    }
}

/// How one key of a target stands.
#[derive(Debug, Clone)]
pub struct KeyStats {
    /// The end of the key, which tells it from others; empty where the provider is called without one.
    pub masked: String,
    /// What happened with it.
    pub record: KeyRecord,
    /// How much longer it rests after a refusal.
    pub rests_for: Option<Duration>,
    /// How the limits of its provider stand, all models together; none where the model is not held to them.
    pub of_provider: Vec<Standing>,
    /// How those of the model stand.
    pub of_model: Vec<Standing>,
}

impl Router {
    /// The providers and their models as they are known now.
    pub(in crate::gateway) fn fleet(&self) -> Arc<Fleet> {
        self.fleet.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the operator configured.
    pub(in crate::gateway) fn routing(&self) -> &Routing {
        &self.routing
    }

    /// How the keys of a target stand.
    #[must_use]
    pub fn keys_of(&self, target: &Target) -> Vec<KeyStats> {
        let fleet = self.fleet();
        let Some(row) = fleet.matrix.index(target) else { return Vec::new() };
        let (place, member) = (fleet.place(row), fleet.member(row));
        let (now, now_ms) = (Instant::now(), quotas::now_ms());
        let keys = (0..place.keys).map(|key| {
            let (record, rests_for) = self.ledger.of_key(row, place.provider, key, now);
            let standings = member.meters().get(key).map(|meters| meters.standings(&target.model, now_ms));
            let (mut of_provider, of_model) = standings.unwrap_or_default();
            if !place.is_counted {
                of_provider.clear();
            }
            KeyStats { masked: masked(member.key(key)), record, rests_for, of_provider, of_model }
        });
        keys.collect()
    }

    /// What all targets accept and do, as far as that is known now.
    #[must_use]
    pub fn known(&self) -> Known {
        Known(self.fleet())
    }

    /// The providers, on and off.
    #[must_use]
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// What happened to each target that was called.
    #[must_use]
    pub fn records(&self) -> Vec<(Target, Record)> {
        let fleet = self.fleet();
        let records = self.ledger.records().into_iter();
        records.map(|(row, record)| (fleet.matrix.rows()[row].target.clone(), record)).collect()
    }

    /// How all targets are doing now, by row of the matrix.
    #[must_use]
    pub fn health(&self) -> HealthSnapshot {
        self.health_of(&self.fleet())
    }

    /// The same of a fleet, with what probes found.
    pub(super) fn health_of(&self, fleet: &Fleet) -> HealthSnapshot {
        let mut health = fleet.health(&self.ledger, Instant::now());
        self.findings.count_in(&mut health, &fleet.matrix, unix_seconds());
        health
    }
}

/// A key that must not be told: its last four letters, where that leaves enough of it unsaid.
fn masked(key: Option<&str>) -> String {
    let Some(key) = key else { return String::new() };
    let letters: Vec<char> = key.chars().collect();
    match letters.len() {
        16.. => format!("…{}", letters[letters.len() - 4..].iter().collect::<String>()),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_key_shows_its_end_where_that_tells_little() {
        let rows = [
            (None, ""),
            (Some("short"), "…"),
            (Some("sk-0123456789abcdef"), "…cdef"),
            (Some("ключ-ключ-ключ-ключ"), "…ключ"),
        ];
        for (key, expected) in rows {
            assert_eq!(masked(key), expected);
        }
    }
}
