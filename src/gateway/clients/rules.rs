//! What a client may ask for, how often, and for how much.

use mediary_core::Target;
use mediary_core::capability::{Rate, Tier};
use mediary_core::quota::FreeLimits;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The rules of a client key. What is not said is not limited.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Requests a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, of requests and replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// Requests under way at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_at_once: Option<u32>,
    /// What may be used in a day of UTC.
    #[serde(skip_serializing_if = "Budget::is_open")]
    pub day: Budget,
    /// What may be used in a month of UTC.
    #[serde(skip_serializing_if = "Budget::is_open")]
    pub month: Budget,
    /// Routes that may be called, such as `/v1/chat/completions` or `/v1/audio/*`; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<String>,
    /// Tiers that may be asked for; none: all. With tiers and without targets, no target may be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// Targets that may answer, such as `groq` or `groq/llama-3.3-70b`; none: all. Engines of this machine may always help.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Whether nothing may leave this machine.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub local_only: bool,
    /// Whether personal data and secrets of its texts stay here, as `[redaction]` says, whichever provider answers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redact: bool,
    /// What every chat begins with, before whatever the client says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
}

/// What may be used in a period.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// US dollars. With such a budget, targets whose price is not known are not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
    /// Pages that are read by targets that count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// Seconds of recordings and videos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Pictures that are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<u64>,
}

impl Budget {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// Rules that cannot be kept to.
#[derive(Debug, Error)]
pub enum BadRules {
    /// Not in the form of rules.
    #[error("the rules cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// A value that cannot be.
    #[error("`{field}` must be {wants}")]
    Value {
        /// Which.
        field: String,
        /// What it must be.
        wants: &'static str,
    },
}

impl Rules {
    /// Reads rules from JSON and checks them.
    ///
    /// # Errors
    /// When they are none.
    pub fn read(text: &str) -> Result<Self, BadRules> {
        let rules: Self = serde_json::from_str(text)?;
        rules.checked()
    }

    /// The same rules, if they can be kept to.
    ///
    /// # Errors
    /// When a value of theirs cannot be.
    pub fn checked(self) -> Result<Self, BadRules> {
        let bad = |field: &str, wants| Err(BadRules::Value { field: field.to_owned(), wants });
        for (field, budget) in [("day.usd", self.day), ("month.usd", self.month)] {
            if budget.usd.is_some_and(|usd| Rate::written(usd).is_none()) {
                return bad(field, "an amount of dollars with at most twelve digits behind the point");
            }
        }
        if self.tiers.iter().any(|tier| Tier::named(tier).is_none()) {
            return bad("tiers", "names of tiers, as GET /v1/routing/profiles lists them");
        }
        if self.endpoints.iter().any(|path| !path.starts_with('/')) {
            return bad("endpoints", "paths of routes such as /v1/chat/completions or /v1/audio/*");
        }
        if self.targets.iter().any(|target| target.trim().is_empty()) {
            return bad("targets", "names of providers such as groq, or of targets such as groq/llama-3.3-70b");
        }
        Ok(self)
    }

    /// Whether anything of it is limited that is counted.
    pub(super) fn is_limited(&self) -> bool {
        let by_minute = self.requests_per_minute.is_some() || self.tokens_per_minute.is_some();
        by_minute || self.requests_at_once.is_some() || !self.day.is_open() || !self.month.is_open()
    }

    pub(super) fn request_limits(&self) -> FreeLimits {
        FreeLimits { requests_per_minute: self.requests_per_minute, ..FreeLimits::default() }
    }

    pub(super) fn token_limits(&self) -> FreeLimits {
        FreeLimits { tokens_per_minute: self.tokens_per_minute, ..FreeLimits::default() }
    }

    /// Whether a route may be called.
    pub(super) fn allows_path(&self, path: &str) -> bool {
        let is_it = |allowed: &String| match allowed.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == allowed,
        };
        self.endpoints.is_empty() || self.endpoints.iter().any(is_it)
    }

    /// Whether a tier may be asked for.
    pub(super) fn allows_tier(&self, tier: Tier) -> bool {
        self.tiers.is_empty() || self.tiers.iter().any(|name| Tier::named(name) == Some(tier))
    }

    /// Whether a target may answer.
    pub(super) fn allows_target(&self, target: &Target) -> bool {
        let is_it = |allowed: &String| match allowed.split_once('/') {
            None => target.provider.as_str() == allowed,
            Some((provider, "*")) => target.provider.as_str() == provider,
            Some((provider, model)) => target.provider.as_str() == provider && target.model.as_str() == model,
        };
        self.targets.is_empty() || self.targets.iter().any(is_it)
    }

    /// Whether only tiers may be asked for, no target by its name.
    pub(super) fn is_for_tiers_only(&self) -> bool {
        !self.tiers.is_empty() && self.targets.is_empty()
    }
}
