//! What is known of providers at one moment: the matrix (those that are asked for their models add to it), who is on,
//! and how everybody has been doing. Only looks; `http/` and the workshop next door ask.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use mediary_core::Target;
use mediary_core::capability::CapabilityMatrix;
use mediary_core::plan::HealthSnapshot;

use super::Record;
use super::fleet::Fleet;
use crate::gateway::Gateway;
use crate::providers::Providers;

/// A capability matrix at one moment.
#[derive(Debug, Clone)]
pub struct Known(pub(super) Arc<Fleet>);

impl Deref for Known {
    type Target = CapabilityMatrix;

    fn deref(&self) -> &CapabilityMatrix {
        &self.0.matrix
    }
}

impl Gateway {
    /// What the models of providers accept and do, as far as that is known now.
    #[must_use]
    pub fn known(&self) -> Known {
        Known(self.chats.fleet())
    }

    /// Asks providers that are asked for their models, unless that was done a moment ago.
    pub async fn discover(&self) {
        self.chats.discover().await;
    }

    /// The providers, on and off.
    #[must_use]
    pub fn providers(&self) -> &Providers {
        &self.chats.providers
    }

    /// What happened to each target that was called.
    #[must_use]
    pub fn records(&self) -> Vec<(Target, Record)> {
        let fleet = self.chats.fleet();
        let records = self.chats.ledger.records().into_iter();
        records.map(|(row, record)| (fleet.matrix.rows()[row].target.clone(), record)).collect()
    }

    /// How everybody is doing now, by row of the matrix.
    #[must_use]
    pub fn health(&self) -> HealthSnapshot {
        self.chats.fleet().health(&self.chats.ledger, Instant::now())
    }
}
