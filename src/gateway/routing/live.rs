//! Which targets hold live conversations, and how one is begun: with a key that does not rest, and another where that is
//! refused.
//!
//! A conversation is no task: it has no end that is waited for, and its turns are counted by its session
//! (`gateway/realtime`). What goes wrong with a key counts as it does with calls.

use std::time::{Duration, Instant};

use mediary_core::capability::{Amount, TaskKind};
use mediary_core::live::{LiveForm, LiveSettings, LiveSetup, LiveTalk, LiveToken, LiveUsage};
use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::provider::Timeouts;
use mediary_core::{Failure, FailureKind, ModelName, ProviderId, Target};

use super::account::Charge;
use super::fleet::{Fleet, Member};
use super::ledger::KEY_REST;
use super::quotas::now_ms;
use super::{Account, Bounds, Router};

/// How long a key rests after a limit of which nothing else was said.
const LIMIT_REST: Duration = Duration::from_secs(10);
/// How long a provider is waited for until it is ready.
const BEGINS: Duration = Duration::from_secs(10);
/// What names of such models begin with, where a client means none in particular.
const CUSTOMARY: [&str; 3] = ["gpt-realtime", "gpt-4o-realtime", "gpt-4o-mini-realtime"];

/// A target that holds live conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct LiveTarget {
    pub(in crate::gateway) target: Target,
    pub(in crate::gateway) form: LiveForm,
}

/// What a model's name means for a live conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) enum LiveWant {
    /// No target in particular.
    Any,
    /// This one alone.
    One(Target),
    /// This model, wherever it is, and others after it.
    Model(String),
    /// A model that chats, of this name.
    Chat(String),
}

impl Router {
    /// What a model's name means.
    pub(in crate::gateway) fn live_want(&self, fleet: &Fleet, model: &str) -> LiveWant {
        let model = model.trim();
        if model.is_empty() || model.eq_ignore_ascii_case("auto") {
            return LiveWant::Any;
        }
        let chats =
            || fleet.matrix.rows().iter().any(|row| row.target.to_string() == model && row.does(TaskKind::Chat));
        if let Ok(target) = model.parse::<Target>()
            && let Some(models) = self.live_models(&target.provider)
            // A model that is said to hold conversations may chat as well.
            && (models.iter().any(|one| one == target.model.as_str()) || !chats())
        {
            return LiveWant::One(target);
        }
        let has_it =
            |member: &Member| self.live_models(member.id()).is_some_and(|all| all.iter().any(|one| one == model));
        if fleet.members().iter().any(has_it) {
            return LiveWant::Model(model.to_owned());
        }
        if CUSTOMARY.iter().any(|name| model.starts_with(name)) {
            return LiveWant::Any;
        }
        LiveWant::Chat(model.to_owned())
    }

    fn live_models(&self, provider: &ProviderId) -> Option<&[String]> {
        let models = &self.providers.get(provider)?.endpoint.quirks.realtime;
        (!models.is_empty()).then_some(models)
    }

    /// The targets that may hold a conversation, in the order in which they are asked.
    pub(in crate::gateway) fn live_targets(&self, fleet: &Fleet, want: &LiveWant, bounds: &Bounds) -> Vec<LiveTarget> {
        let bounds = self.tightened(bounds);
        // What it costs is not known beforehand, which counts as paid.
        if bounds.cost > CostPolicy::FreeFirst || matches!(want, LiveWant::Chat(_)) {
            return Vec::new();
        }
        let names_one = matches!(want, LiveWant::One(_) | LiveWant::Model(_));
        if names_one && bounds.account.admitted().is_some_and(|admitted| !admitted.allows_want(None)) {
            return Vec::new();
        }
        let rules = bounds.account.admitted().map(|admitted| admitted.client().clone());
        let has_dollars = |budget: &crate::gateway::Budget| budget.usd.is_some();
        if rules.as_ref().is_some_and(|client| has_dollars(&client.rules.day) || has_dollars(&client.rules.month)) {
            return Vec::new();
        }
        let may = |member: &&Member| {
            let is_near = bounds.privacy == Privacy::Any || member.is_loopback();
            // What is heard cannot be covered.
            is_near
                && !self.hears_too_much(member, &bounds.account)
                && (bounds.providers.is_empty() || bounds.providers.contains(member.id()))
        };
        let mut found: Vec<(bool, LiveTarget)> = Vec::new();
        for member in fleet.members().iter().filter(may) {
            let (Some(form), Some(models)) = (member.provider.live_form(), self.live_models(member.id())) else {
                continue;
            };
            let name = match want {
                LiveWant::One(target) if target.provider == *member.id() => Some(target.model.as_str().to_owned()),
                LiveWant::One(_) | LiveWant::Chat(_) => None,
                LiveWant::Model(model) if models.contains(model) => Some(model.clone()),
                LiveWant::Model(_) | LiveWant::Any => models.first().cloned(),
            };
            let Some(name) = name else { continue };
            let is_named = matches!(want, LiveWant::Model(model) if *model == name);
            let target = Target { provider: member.id().clone(), model: ModelName::new(&name) };
            if bounds.account.admitted().is_none_or(|admitted| admitted.allows_target(&target)) {
                found.push((!is_named, LiveTarget { target, form }));
            }
        }
        found.sort_by_key(|(is_other, _)| *is_other);
        found.into_iter().map(|(_, target)| target).collect()
    }

    /// Whether a provider would hear what is kept from it.
    fn hears_too_much(&self, member: &Member, account: &Account) -> bool {
        !member.is_loopback() && self.is_covered(member.id(), account)
    }

    /// Why a target that was named may not hold a conversation, if that is since it would hear what is kept from it.
    pub(in crate::gateway) fn heard_too_much(
        &self,
        fleet: &Fleet,
        want: &LiveWant,
        account: &Account,
    ) -> Option<Failure> {
        let LiveWant::One(target) = want else { return None };
        let member = fleet.members().iter().find(|member| *member.id() == target.provider)?;
        self.hears_too_much(member, account).then(|| too_much(&target.to_string()))
    }

    /// Begins a conversation with a target.
    ///
    /// # Errors
    /// When it cannot be reached, or refuses every key.
    pub(in crate::gateway) async fn begin_live(
        &self,
        fleet: &Fleet,
        target: &LiveTarget,
        setup: LiveSetup,
    ) -> Result<Box<dyn LiveTalk>, Failure> {
        let timeouts = Timeouts { first_byte: BEGINS, stall: BEGINS };
        let mut last = None;
        for (provider, key, member) in self.live_keys(fleet, target)? {
            match member.provider.live(setup.clone(), member.key(key), timeouts).await {
                Ok(talk) => {
                    self.standings.note_at((provider, key), |standing| standing.answered(now_ms()));
                    return Ok(talk);
                }
                Err(failure) => {
                    if !self.rests_after(provider, key, &failure) {
                        return Err(failure);
                    }
                    last = Some(failure);
                }
            }
        }
        Err(last.unwrap_or_else(rests))
    }

    /// Asks a target for a token that opens one conversation.
    ///
    /// # Errors
    /// As [`Router::begin_live`].
    pub(in crate::gateway) async fn live_token(
        &self,
        fleet: &Fleet,
        target: &LiveTarget,
        settings: &LiveSettings,
        until: (u64, u64),
    ) -> Result<LiveToken, Failure> {
        let mut last = None;
        for (provider, key, member) in self.live_keys(fleet, target)? {
            match member.provider.live_token(target.target.model.as_str(), settings, until, member.key(key)).await {
                Ok(token) => return Ok(token),
                Err(failure) => {
                    if !self.rests_after(provider, key, &failure) {
                        return Err(failure);
                    }
                    last = Some(failure);
                }
            }
        }
        Err(last.unwrap_or_else(rests))
    }

    /// The keys with which a target can be asked now.
    fn live_keys<'a>(&self, fleet: &'a Fleet, target: &LiveTarget) -> Result<Vec<(usize, usize, &'a Member)>, Failure> {
        let provider = fleet.members().iter().position(|member| *member.id() == target.target.provider);
        let provider = provider.ok_or_else(|| Failure::broken("a target of a provider that is not there"))?;
        let (member, now) = (&fleet.members()[provider], Instant::now());
        let pages = self.ledger.pages();
        let is_awake = |key: &usize| pages.keys.get(&(provider, *key)).is_none_or(|until| *until <= now);
        Ok((0..member.keys()).filter(is_awake).map(|key| (provider, key, member)).collect())
    }

    /// Has a key rest that was refused; `false`: the failure is not about the key.
    fn rests_after(&self, provider: usize, key: usize, failure: &Failure) -> bool {
        let rest = match &failure.kind {
            FailureKind::BadKey => KEY_REST,
            FailureKind::RateLimited { retry_after } => retry_after.unwrap_or(LIMIT_REST),
            FailureKind::QuotaSpent { .. } => KEY_REST,
            _ => return false,
        };
        let ms = u64::try_from(rest.as_millis()).unwrap_or(u64::MAX);
        self.ledger.key_rests_on(provider, key, Instant::now(), ms);
        self.standings.note_at((provider, key), |standing| standing.failed(&failure.kind, Some(rest), now_ms()));
        true
    }
}

/// A target that would hear what is kept from it.
fn too_much(name: &str) -> Failure {
    let detail = format!(
        "`{name}` would hear personal data and secrets, which are kept from it (redaction) and cannot be covered in sound; \
         name a model that chats, or none: then what is said is written down and spoken on this machine"
    );
    Failure::new(FailureKind::NotAllowed, detail)
}

fn rests() -> Failure {
    Failure::new(FailureKind::RateLimited { retry_after: Some(LIMIT_REST) }, "every key of this provider rests")
}

impl Account {
    /// Notes what an answer in a live conversation took. `heard`: how many seconds of speech it answers, if that is known.
    pub(in crate::gateway) fn charge_live(&self, target: &Target, usage: &LiveUsage, heard: Option<f64>) {
        let amount = Amount {
            prompt_tokens: usage.input,
            cached_tokens: usage.cached,
            completion_tokens: usage.output,
            heard_seconds: heard,
            ..Amount::default()
        };
        let charge = Charge {
            target: target.clone(),
            task: TaskKind::Chat,
            amount,
            charged: None,
            is_estimated: false,
            has_failed: false,
        };
        self.charge(charge, None);
    }
}
