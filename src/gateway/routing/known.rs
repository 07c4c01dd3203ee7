//! What is known of targets at one moment: the matrix (providers that are asked for their models add to it), which
//! providers are on, and how each target has been doing. Only looks; `http/` and the rooms next door ask.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use mediary_core::Target;
use mediary_core::capability::CapabilityMatrix;
use mediary_core::plan::HealthSnapshot;

use super::fleet::Fleet;
use super::{Record, Router};
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

impl Router {
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
        self.fleet().health(&self.ledger, Instant::now())
    }
}
