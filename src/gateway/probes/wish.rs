//! What is to be tried, and what it may cost.

use std::time::Duration;

use mediary_core::capability::Ability;
use serde::{Deserialize, Serialize};

use super::super::routing::Bounds;
use crate::config;

/// The most targets that are tried at once.
pub(super) const MOST_AT_ONCE: u32 = 32;

/// What is to be tried. Kept with a verification, so that it can be gone on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeWish {
    /// Providers and targets, by name; empty: all models that are asked without being named.
    pub models: Vec<String>,
    /// Which abilities; empty: all that are claimed.
    pub abilities: Vec<Ability>,
    /// How many models are tried at once.
    pub concurrency: u32,
    /// Whether models are tried that cost, or of which that is not known.
    pub paid: bool,
    /// The most US dollars that may be spent.
    pub most_usd: Option<f64>,
    /// Whether pictures are made, of all probes the dearest.
    pub images: bool,
    /// What was tried within so many hours is not tried again.
    pub older_than_hours: Option<u32>,
}

impl Default for ProbeWish {
    fn default() -> Self {
        Self {
            models: Vec::new(),
            abilities: Vec::new(),
            concurrency: 4,
            paid: false,
            most_usd: None,
            images: false,
            older_than_hours: None,
        }
    }
}

impl ProbeWish {
    /// What is wrong with it, with the field.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        if !(1..=MOST_AT_ONCE).contains(&self.concurrency) {
            return Some(("concurrency", "must be a whole number from 1 to 32"));
        }
        if self.most_usd.is_some_and(|usd| !usd.is_finite() || usd < 0.0) {
            return Some(("most_usd", "must be a sum of US dollars, 0 or more"));
        }
        None
    }
}

/// Which verification is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Resume {
    /// A new one.
    #[default]
    Anew,
    /// The last one that has not come to its end.
    Last,
    /// The one of this id.
    Of(String),
}

/// A verification that is asked for.
#[derive(Debug, Clone, Default)]
pub struct VerifyRequest {
    /// What is to be tried; of one that is gone on with, what it was asked for counts.
    pub wish: ProbeWish,
    /// Which one.
    pub resume: Resume,
    /// What the request's headers ask for.
    pub bounds: Bounds,
}

impl VerifyRequest {
    /// What is tried without being asked for, where the configuration says so.
    pub(super) fn by_itself(settings: &config::Probes, every: Duration) -> Self {
        let hours = u32::try_from(every.as_secs() / 3600).unwrap_or(u32::MAX);
        let wish = ProbeWish {
            models: settings.models.clone(),
            concurrency: settings.concurrency,
            paid: settings.paid,
            most_usd: settings.most_usd,
            older_than_hours: Some(hours),
            ..ProbeWish::default()
        };
        // An operator who wrote that probes may cost has said so twice where that is wanted: there, and by switching them on.
        let bounds = Bounds { allows_paid: settings.paid, ..Bounds::default() };
        Self { wish, resume: Resume::Anew, bounds }
    }
}
