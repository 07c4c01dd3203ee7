//! The `[probes]` section: whether models are tried without being asked for, which of them, and what that may cost.
//!
//! Off unless it is written: a probe is a request to another's server.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// The most models that are tried at once.
const MOST_AT_ONCE: u32 = 32;

/// The checked `[probes]` section.
#[derive(Debug, Clone)]
pub struct Probes {
    /// After how long what was found is tried again; `None`: nothing is tried unless it is asked for.
    pub every: Option<Duration>,
    /// After how long keys of providers are checked again; `None`: none is unless that is asked for.
    pub keys_every: Option<Duration>,
    /// Providers and targets, by name; empty: all models that are asked without being named.
    pub models: Vec<String>,
    /// How many models are tried at once.
    pub concurrency: u32,
    /// Whether models are tried that cost, or of which that is not known.
    pub paid: bool,
    /// The most US dollars that one round may cost.
    pub most_usd: Option<f64>,
}

impl Default for Probes {
    fn default() -> Self {
        super::Config::default().probes
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawProbes {
    every_hours: u32,
    keys_every_hours: u32,
    models: Vec<String>,
    concurrency: u32,
    paid: bool,
    most_usd: f64,
}

impl Default for RawProbes {
    fn default() -> Self {
        Self { every_hours: 0, keys_every_hours: 0, models: Vec::new(), concurrency: 2, paid: false, most_usd: 0.0 }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "probes.every_hours",
        "a whole number of hours",
        "after how long what is known of models is tried again by itself, with tiny requests; 0: never, but for \
         `POST /v1/models/verify` and `mediary verify`",
    ),
    Key::new(
        "probes.keys_every_hours",
        "a whole number of hours",
        "after how long it is asked again whether the keys of providers are accepted, by what costs nothing; 0: never, but \
         for `mediary keys check` and `POST /api/admin/provider-keys/{key}/check`",
    ),
    Key::new(
        "probes.models",
        "a list of providers and targets",
        "which models are tried so; empty: all that are asked without being named",
    ),
    Key::new("probes.concurrency", "a whole number, 1 to 32", "how many models are tried at once"),
    Key::new("probes.paid", "true or false", "whether models are tried that cost, or of which that is not known"),
    Key::new(
        "probes.most_usd",
        "US dollars, 0 or more",
        "the most that one round may cost; what costs an unknown sum is not tried then; 0: no bound",
    ),
];

impl RawProbes {
    pub(super) fn check(self, check: &mut Check<'_>) -> Probes {
        check.require("probes.concurrency", (1..=MOST_AT_ONCE).contains(&self.concurrency));
        check.require("probes.most_usd", self.most_usd.is_finite() && self.most_usd >= 0.0);
        Probes {
            every: (self.every_hours > 0).then(|| Duration::from_hours(self.every_hours.into())),
            keys_every: (self.keys_every_hours > 0).then(|| Duration::from_hours(self.keys_every_hours.into())),
            models: self.models,
            concurrency: self.concurrency,
            paid: self.paid,
            most_usd: Some(self.most_usd).filter(|most| *most > 0.0),
        }
    }
}
