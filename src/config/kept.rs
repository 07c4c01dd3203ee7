//! Settings that administrators change while the server runs: kept in the database, laid over the configuration.
//!
//! What is not set stays as the file, the environment and the flags have it. Where they are kept, and how two that change
//! them at once are told apart, is for the gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mediary_core::Target;
use mediary_core::capability::Tier;
use mediary_core::plan::{Chain, Chains, Preset};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Config;
use super::routing::{ModelRouting, WrittenCost, WrittenPreset, WrittenPrivacy};

/// The most targets of an order; more is a slip.
const MOST_TARGETS: usize = 5_000;

/// What is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptSettings {
    /// What requests may do.
    pub routing: KeptRouting,
    /// What is kept of them.
    pub log: KeptLog,
    /// The order of targets, by tier.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub chains: BTreeMap<Tier, KeptChain>,
    /// Keys of the configuration and the environment that are left out, by their ids.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub keys_off: BTreeSet<String>,
}

/// Settings of `[routing]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptRouting {
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy: Option<WrittenPrivacy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<WrittenCost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_paid: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<WrittenPreset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_routing: Option<ModelRouting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sticky_minutes: Option<u32>,
}

/// Settings of `[log]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptLog {
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
}

/// The order of a tier, by the names of targets, and what those without a place are ordered by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptChain {
    order: Vec<String>,
    off: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<Preset>,
}

/// A setting that cannot be.
#[derive(Debug, Error)]
#[error("{why}")]
pub struct BadSetting {
    /// Which.
    pub field: &'static str,
    /// What would be right.
    pub why: String,
}

impl KeptSettings {
    /// Whether all of it can be.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), BadSetting> {
        let zero = |field| Err(BadSetting { field, why: format!("`{field}` must be 1 or more") });
        if self.log.days == Some(0) {
            return zero("log.days");
        }
        if self.log.rows == Some(0) {
            return zero("log.rows");
        }
        let names = self.chains.values().flat_map(|chain| chain.order.iter().chain(&chain.off));
        let wrong = names.clone().find(|name| name.parse::<Target>().is_err());
        if let Some(wrong) = wrong {
            let wrong: String = wrong.chars().take(80).collect();
            let why = format!("`{wrong}` is no target; they are named provider/model, as GET /v1/models names them");
            return Err(BadSetting { field: "chains", why });
        }
        if names.count() > MOST_TARGETS {
            return Err(BadSetting { field: "chains", why: format!("there may be at most {MOST_TARGETS} targets") });
        }
        if self.keys_off.len() > MOST_TARGETS {
            return Err(BadSetting { field: "keys_off", why: format!("there may be at most {MOST_TARGETS} keys") });
        }
        Ok(())
    }

    /// Lays them over a configuration.
    pub fn lay_over(&self, config: &mut Config) {
        let KeptRouting { privacy, cost, confirm_paid, preset, model_routing, sticky_minutes } = &self.routing;
        let routing = &mut config.routing;
        routing.privacy = privacy.map_or(routing.privacy, Into::into);
        routing.cost = cost.map_or(routing.cost, Into::into);
        routing.confirm_paid = confirm_paid.unwrap_or(routing.confirm_paid);
        routing.preset = preset.map_or(routing.preset, Into::into);
        routing.model_routing = model_routing.unwrap_or(routing.model_routing);
        routing.sticky = sticky_minutes.map_or(routing.sticky, |minutes| Duration::from_secs(u64::from(minutes) * 60));
        let targets = |names: &[String]| names.iter().filter_map(|name| name.parse().ok()).collect();
        let chain = |chain: &KeptChain| {
            let KeptChain { order, off, preset } = chain;
            Chain { order: targets(order), off: targets(off), preset: *preset }
        };
        routing.chains = Arc::new(Chains::new(self.chains.iter().map(|(tier, its)| (*tier, chain(its)))));
        config.keys_off.clone_from(&self.keys_off);
        let log = &mut config.log;
        log.requests = self.log.requests.unwrap_or(log.requests);
        log.days = self.log.days.unwrap_or(log.days);
        log.rows = self.log.rows.unwrap_or(log.rows);
    }

    /// What is in force by a configuration, all of it but the orders.
    #[must_use]
    pub fn in_force(config: &Config) -> Self {
        let (routing, log) = (&config.routing, &config.log);
        Self {
            routing: KeptRouting {
                privacy: Some(routing.privacy.into()),
                cost: Some(routing.cost.into()),
                confirm_paid: Some(routing.confirm_paid),
                preset: Some(routing.preset.into()),
                model_routing: Some(routing.model_routing),
                sticky_minutes: Some(u32::try_from(routing.sticky.as_secs() / 60).unwrap_or(u32::MAX)),
            },
            log: KeptLog { requests: Some(log.requests), days: Some(log.days), rows: Some(log.rows) },
            chains: BTreeMap::new(),
            keys_off: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::plan::{CostPolicy, Privacy};

    use super::*;

    #[test]
    fn what_is_set_lies_over_the_configuration_and_the_rest_stays() {
        let text = r#"{"routing":{"privacy":"local","cost":"free_first","preset":"cost","sticky_minutes":5},
            "log":{"days":7},"chains":{"fast":{"order":["b/m","a/m"],"off":["c/m"],"preset":"speed"}}}"#;
        let kept: KeptSettings = serde_json::from_str(text).unwrap();
        kept.check().unwrap();
        let mut config = Config::default();
        config.routing.confirm_paid = true;
        kept.lay_over(&mut config);
        let routing = &config.routing;
        assert_eq!((routing.privacy, routing.cost), (Privacy::Local, CostPolicy::FreeFirst));
        assert_eq!((routing.confirm_paid, routing.sticky), (true, Duration::from_secs(300)));
        assert_eq!((config.log.days, config.log.rows, config.log.requests), (7, 1_000_000, false));
        let fast = routing.chains.of(Tier::Fast).unwrap();
        assert_eq!(fast.order.iter().map(ToString::to_string).collect::<Vec<_>>(), ["b/m", "a/m"]);
        assert_eq!((routing.preset, fast.preset), (Some(Preset::Cost), Some(Preset::Speed)));
        assert!(routing.chains.of(Tier::Vision).is_none());
        let in_force = serde_json::to_value(KeptSettings::in_force(&config)).unwrap();
        assert_eq!((&in_force["routing"]["privacy"], &in_force["log"]["days"]), (&"local".into(), &7.into()));
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (text, field) in [
            (r#"{"log":{"days":0}}"#, "log.days"),
            (r#"{"log":{"rows":0}}"#, "log.rows"),
            (r#"{"chains":{"fast":{"order":["m"]}}}"#, "chains"),
            (r#"{"chains":{"fast":{"off":["/"]}}}"#, "chains"),
        ] {
            let refused = serde_json::from_str::<KeptSettings>(text).unwrap().check().unwrap_err();
            assert_eq!(refused.field, field, "{refused}");
        }
        for text in [
            r#"{"log":{"dayz":1}}"#,
            r#"{"routing":{"privacy":"none"}}"#,
            r#"{"routing":{"preset":"best"}}"#,
            r#"{"chains":{"slow":{}}}"#,
        ] {
            assert!(serde_json::from_str::<KeptSettings>(text).is_err(), "{text}");
        }
    }
}
