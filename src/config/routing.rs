//! The `[routing]` section: how often and how long providers are asked, and what may never leave or cost.
//!
//! Numbers and choices only; the gateway plans and calls by them. Requests can tighten `privacy` and `cost`, not loosen
//! them.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::plan::{Chains, CostPolicy, Preset, Privacy};
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::redaction::Redaction;

/// The checked `[routing]` section.
#[derive(Debug, Clone)]
pub struct Routing {
    /// The most calls for one request.
    pub max_attempts: u32,
    /// The window in which a new attempt may start; time spent on treatments does not count.
    pub budget: Duration,
    /// How long a connection may take.
    pub connect: Duration,
    /// How long the first byte of an answer may take.
    pub first_byte: Duration,
    /// The same where the model thinks first.
    pub reasoning_first_byte: Duration,
    /// How long the first byte may take while another target is left.
    pub fallback_first_byte: Duration,
    /// The same where the model thinks first.
    pub reasoning_fallback_first_byte: Duration,
    /// How long a whole answer may take; it has no first byte before its end.
    pub whole: Duration,
    /// After so long without a word the next target is asked as well; `None`: never.
    pub hedge: Option<Duration>,
    /// How long an answer may stand still.
    pub stall: Duration,
    /// Where requests may go.
    pub privacy: Privacy,
    /// What requests may cost.
    pub cost: CostPolicy,
    /// Whether what is not known to be free wants the client's word.
    pub confirm_paid: bool,
    /// How often the candidates are gone through.
    pub keep_cycles: u32,
    /// What a model's name is good for.
    pub model_routing: ModelRouting,
    /// How long a conversation stays with the target that answered it; zero: not at all.
    pub sticky: Duration,
    /// Whether addresses of media are handed on to targets that fetch by themselves.
    pub hand_on_urls: bool,
    /// Whether parts of a request for one provider's model may be treated by other providers.
    pub help_elsewhere: bool,
    /// Whether a stream that breaks off goes on at another target, where the request does not say.
    pub continue_streams: bool,
    /// Whether answers of chats name the provider that gave them, in a field of their own.
    pub show_provider: bool,
    /// What targets are ordered by, where the order of a tier does not say.
    pub preset: Option<Preset>,
    /// The operator's own orders of tiers. No key sets it: they are kept settings.
    pub chains: Arc<Chains>,
    /// What stays here. Its keys are those of `[redaction]`.
    pub redaction: Redaction,
    /// So long a client of a stream hears nothing before it is told that it is still wanted. No key sets it.
    pub silence: Duration,
}

impl Default for Routing {
    fn default() -> Self {
        super::Config::default().routing
    }
}

/// What a model's name is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelRouting {
    /// It names the target, and an unknown name is refused.
    Match,
    /// A request with an unknown name goes to all targets, by priority.
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenPrivacy {
    Any,
    Local,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WrittenCost {
    Any,
    FreeFirst,
    Free,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenPreset {
    None,
    Quality,
    Speed,
    Cost,
}

impl From<WrittenPreset> for Option<Preset> {
    fn from(written: WrittenPreset) -> Self {
        match written {
            WrittenPreset::None => None,
            WrittenPreset::Quality => Some(Preset::Quality),
            WrittenPreset::Speed => Some(Preset::Speed),
            WrittenPreset::Cost => Some(Preset::Cost),
        }
    }
}

impl From<Option<Preset>> for WrittenPreset {
    fn from(preset: Option<Preset>) -> Self {
        match preset {
            None => Self::None,
            Some(Preset::Quality) => Self::Quality,
            Some(Preset::Speed) => Self::Speed,
            Some(Preset::Cost) => Self::Cost,
        }
    }
}

impl From<WrittenPrivacy> for Privacy {
    fn from(written: WrittenPrivacy) -> Self {
        match written {
            WrittenPrivacy::Any => Self::Any,
            WrittenPrivacy::Local => Self::Local,
        }
    }
}

impl From<Privacy> for WrittenPrivacy {
    fn from(privacy: Privacy) -> Self {
        match privacy {
            Privacy::Any => Self::Any,
            Privacy::Local => Self::Local,
        }
    }
}

impl From<WrittenCost> for CostPolicy {
    fn from(written: WrittenCost) -> Self {
        match written {
            WrittenCost::Any => Self::Any,
            WrittenCost::FreeFirst => Self::FreeFirst,
            WrittenCost::Free => Self::Free,
        }
    }
}

impl From<CostPolicy> for WrittenCost {
    fn from(cost: CostPolicy) -> Self {
        match cost {
            // That wants a word from the client, which is another setting.
            CostPolicy::Any | CostPolicy::Unconfirmed => Self::Any,
            CostPolicy::FreeFirst => Self::FreeFirst,
            CostPolicy::Free => Self::Free,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawRouting {
    max_attempts: u32,
    budget_seconds: u32,
    connect_seconds: u32,
    first_byte_seconds: u32,
    reasoning_first_byte_seconds: u32,
    fallback_first_byte_seconds: u32,
    reasoning_fallback_first_byte_seconds: u32,
    whole_seconds: u32,
    hedge_seconds: u32,
    stall_seconds: u32,
    privacy: WrittenPrivacy,
    cost: WrittenCost,
    confirm_paid: bool,
    preset: WrittenPreset,
    keep_cycles: u32,
    model_routing: ModelRouting,
    sticky_minutes: u32,
    hand_on_urls: bool,
    help_elsewhere: bool,
    continue_streams: bool,
    show_provider: bool,
}

impl Default for RawRouting {
    fn default() -> Self {
        Self {
            max_attempts: 20,
            budget_seconds: 45,
            connect_seconds: 10,
            first_byte_seconds: 60,
            reasoning_first_byte_seconds: 180,
            fallback_first_byte_seconds: 12,
            reasoning_fallback_first_byte_seconds: 40,
            whole_seconds: 300,
            hedge_seconds: 0,
            stall_seconds: 60,
            privacy: WrittenPrivacy::Any,
            cost: WrittenCost::Any,
            confirm_paid: false,
            preset: WrittenPreset::None,
            keep_cycles: 1,
            model_routing: ModelRouting::Match,
            sticky_minutes: 30,
            hand_on_urls: false,
            help_elsewhere: false,
            continue_streams: false,
            show_provider: false,
        }
    }
}

/// More attempts, or more rounds, than this is a slip of the keyboard.
const MOST_ATTEMPTS: u32 = 1000;
const MOST_CYCLES: u32 = 100;

/// Well below the half minute or minute after which proxies give a silent connection up.
const SILENCE: Duration = Duration::from_secs(15);

const SECONDS: &str = "a whole number of seconds, 1 or more";
const BELOW_BUDGET: &str = "a whole number of seconds from 1 to below routing.budget_seconds";

pub(super) const KEYS: &[Key] = &[
    Key::new("routing.max_attempts", "a whole number from 1 to 1000", "most calls of providers for one request"),
    Key::new(
        "routing.budget_seconds",
        SECONDS,
        "window in which a new attempt may start; an answer that has begun is never cut by it",
    ),
    Key::new("routing.connect_seconds", SECONDS, "how long connecting to a provider may take"),
    Key::new("routing.first_byte_seconds", SECONDS, "how long a provider may take to begin its answer"),
    Key::new("routing.reasoning_first_byte_seconds", SECONDS, "the same for models that think first"),
    Key::new(
        "routing.fallback_first_byte_seconds",
        BELOW_BUDGET,
        "the same while another target is left that can be asked instead",
    ),
    Key::new("routing.reasoning_fallback_first_byte_seconds", BELOW_BUDGET, "the same for models that think first"),
    Key::new(
        "routing.whole_seconds",
        SECONDS,
        "how long an answer may take that comes in one piece, and so begins when it is complete",
    ),
    Key::new(
        "routing.hedge_seconds",
        "a whole number of seconds, 0 or more",
        "after so long without a word the next target is asked as well, and the first word wins; 0: never",
    ),
    Key::new("routing.stall_seconds", SECONDS, "how long an answer may stand still"),
    Key::new(
        "routing.privacy",
        "one of \"any\", \"local\"",
        "`local`: nothing leaves this machine; requests can tighten this, not loosen it",
    ),
    Key::new(
        "routing.cost",
        "one of \"any\", \"free_first\", \"free\"",
        "`free_first`: models known to be free are asked before all others; `free`: no others are asked; an unknown price counts as paid",
    ),
    Key::new(
        "routing.confirm_paid",
        "true or false",
        "whether models that are not known to be free are asked only for requests with the header `X-Mediary-Allow-Paid: true`",
    ),
    Key::new(
        "routing.preset",
        "one of \"none\", \"quality\", \"speed\", \"cost\"",
        "what targets are ordered by: their rank in the tier, how quickly they begin to answer, or what the request will cost; \
         `none`: priority, rank, quota left and latency, in this order",
    ),
    Key::new("routing.keep_cycles", "a whole number from 1 to 100", "how often the list of candidates is gone through"),
    Key::new(
        "routing.model_routing",
        "one of \"match\", \"any\"",
        "`match`: an unknown model is a 404; `any`: such a name goes to every target, by priority",
    ),
    Key::new(
        "routing.sticky_minutes",
        "a whole number of minutes, 0 or more",
        "how long a conversation stays with the model that answered it; 0: not at all",
    ),
    Key::new(
        "routing.hand_on_urls",
        "true or false",
        "whether addresses of media go on to providers that fetch by themselves, instead of the bytes",
    ),
    Key::new(
        "routing.help_elsewhere",
        "true or false",
        "whether parts of a request for one provider's model may be read or transcribed by other providers; `auto` may ask all",
    ),
    Key::new(
        "routing.continue_streams",
        "true or false",
        "whether a text that breaks off in the middle goes on at another target, with a visible seam",
    ),
    Key::new(
        "routing.show_provider",
        "true or false",
        "whether answers of chats name the provider that gave them, in a field `provider_name`; headers name the target in \
         any case",
    ),
];

impl RawRouting {
    pub(super) fn check(self, redaction: Redaction, check: &mut Check<'_>) -> Routing {
        check.require("routing.max_attempts", (1..=MOST_ATTEMPTS).contains(&self.max_attempts));
        check.require("routing.keep_cycles", (1..=MOST_CYCLES).contains(&self.keep_cycles));
        // A target that may be silent for all of the time would leave none for the next.
        for (key, seconds) in [
            ("routing.fallback_first_byte_seconds", self.fallback_first_byte_seconds),
            ("routing.reasoning_fallback_first_byte_seconds", self.reasoning_fallback_first_byte_seconds),
        ] {
            check.require(key, (1..self.budget_seconds.max(1)).contains(&seconds));
        }
        let mut seconds = |key, seconds: u32| {
            check.require(key, seconds > 0);
            Duration::from_secs(seconds.into())
        };
        Routing {
            max_attempts: self.max_attempts,
            budget: seconds("routing.budget_seconds", self.budget_seconds),
            connect: seconds("routing.connect_seconds", self.connect_seconds),
            first_byte: seconds("routing.first_byte_seconds", self.first_byte_seconds),
            reasoning_first_byte: seconds("routing.reasoning_first_byte_seconds", self.reasoning_first_byte_seconds),
            fallback_first_byte: Duration::from_secs(self.fallback_first_byte_seconds.into()),
            reasoning_fallback_first_byte: Duration::from_secs(self.reasoning_fallback_first_byte_seconds.into()),
            whole: seconds("routing.whole_seconds", self.whole_seconds),
            hedge: (self.hedge_seconds > 0).then(|| Duration::from_secs(self.hedge_seconds.into())),
            stall: seconds("routing.stall_seconds", self.stall_seconds),
            privacy: self.privacy.into(),
            cost: self.cost.into(),
            confirm_paid: self.confirm_paid,
            preset: self.preset.into(),
            keep_cycles: self.keep_cycles,
            model_routing: self.model_routing,
            sticky: Duration::from_secs(u64::from(self.sticky_minutes) * 60),
            hand_on_urls: self.hand_on_urls,
            help_elsewhere: self.help_elsewhere,
            continue_streams: self.continue_streams,
            show_provider: self.show_provider,
            chains: Arc::default(),
            redaction,
            silence: SILENCE,
        }
    }
}
