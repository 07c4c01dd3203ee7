//! From a task to its plan: which targets are wanted, what is allowed, how they are doing.

use std::sync::atomic::Ordering;
use std::time::Instant;

use mediary_core::capability::{TaskKind, Tier};
use mediary_core::plan::{
    CostPolicy, Demand, HealthSnapshot, PassedOver, Plan, Policy, Privacy, Reason, Resolved, TreatmentRecipe,
    Unplannable, Want, plan, resolve,
};
use mediary_core::task::Chat;
use mediary_core::{Failure, FailureKind, ProviderId, Target};

use super::super::forks::FUSION;
use super::account::Account;
use super::deferred::Deferred;
use super::error::{CallError, Exhausted};
use super::fleet::Fleet;
use super::{Bounds, Router};
use crate::config::ModelRouting;
use crate::providers::Providers;

/// A plan, and what it was made for.
#[derive(Debug)]
pub struct Planned {
    /// What the request demands.
    pub demand: Demand,
    /// Which targets to ask.
    pub plan: Plan,
    /// What is tried before any target is asked, if anything is.
    pub first: Option<&'static str>,
    /// What is done with what the target gives, if anything is: its words are put into English, or spoken.
    pub then: Option<&'static str>,
    /// Where calls that help with its treatments may go.
    pub help: Bounds,
    /// What the request costs.
    pub account: Account,
}

impl Router {
    /// Which targets a model's name means for a kind of work.
    ///
    /// # Errors
    /// When no target does such work, or none is called so.
    pub(in crate::gateway) fn resolve(
        &self,
        fleet: &Fleet,
        task: TaskKind,
        model: &str,
        tier: Option<Tier>,
    ) -> Result<Want, CallError> {
        if !fleet.matrix.rows().iter().any(|row| row.does(task) || row.does_by_chat(task)) {
            return Err(self.no_providers());
        }
        // What clients send that were never told of another name means no target in particular.
        let has_customs = match task {
            TaskKind::Transcription | TaskKind::Translation | TaskKind::Speech => true,
            TaskKind::ImageGeneration | TaskKind::ImageEdit | TaskKind::ImageVariation | TaskKind::VideoGeneration => {
                true
            }
            TaskKind::Chat | TaskKind::Completion | TaskKind::Embedding | TaskKind::Ocr => false,
            TaskKind::Moderation | TaskKind::Rerank => true,
        };
        let providers = &self.providers;
        if has_customs && providers.customary.contains(model) && !providers.aliases.contains_key(model) {
            return Ok(Want::Any);
        }
        match resolve(model, tier, &fleet.matrix, &self.providers.aliases) {
            Resolved::Want(want) => Ok(want),
            // Vectors of another model would be worth nothing beside those the client has.
            Resolved::Unknown { .. }
                if self.routing.model_routing == ModelRouting::Any && task != TaskKind::Embedding =>
            {
                Ok(Want::Any)
            }
            // What its panel is asked is planned member by member; a plan for it shows who may sit there.
            Resolved::Unknown { .. } if model == FUSION && task == TaskKind::Chat => Ok(Want::Tier(Tier::Auto)),
            Resolved::Unknown { near } => Err(CallError::UnknownModel { model: model.to_owned(), near }),
        }
    }

    /// The tier that stands in for a model that is not here, for clients that only know its vendor's names.
    pub(in crate::gateway) fn stand_in(&self, model: &str) -> Option<Tier> {
        self.providers.stand_ins.tier_of(model)
    }

    /// Where requests may go, as the operator has it.
    pub(in crate::gateway) fn privacy(&self) -> Privacy {
        self.routing.privacy
    }

    /// What a request's headers ask for, no looser than the operator allows.
    pub(in crate::gateway) fn tightened(&self, bounds: &Bounds) -> Bounds {
        let confirmed =
            if self.routing.confirm_paid && !bounds.allows_paid { CostPolicy::Unconfirmed } else { CostPolicy::Any };
        Bounds {
            privacy: bounds.privacy.max(self.routing.privacy),
            cost: bounds.cost.max(self.routing.cost).max(confirmed),
            ..bounds.clone()
        }
    }

    /// What is allowed to a request that wants these targets.
    pub(in crate::gateway) fn policy(&self, want: Want, bounds: &Bounds) -> Policy {
        let bounds = self.tightened(bounds);
        Policy {
            want,
            strict: bounds.strict,
            privacy: bounds.privacy,
            cost: bounds.cost,
            providers: bounds.providers,
            sticky: None,
            chains: self.routing.chains.clone(),
            preset: self.routing.preset,
            // Which number does not matter, only that it changes.
            draw: bounds.draw.unwrap_or_else(|| self.draws.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// The same for a turn of a conversation, which stays with the target that answered before.
    pub(in crate::gateway) async fn policy_of_turn(
        &self,
        fleet: &Fleet,
        want: Want,
        bounds: &Bounds,
        client: &[u8],
        chat: &Chat,
    ) -> Policy {
        let before = self.sticky.before(client, &chat.messages);
        let sticky = match before {
            Some(fingerprint) => self.find_turn(fleet, fingerprint).await,
            None => None,
        };
        Policy { sticky, ..self.policy(want, bounds) }
    }

    /// The plan for a demand. Nothing is treated, nothing is called.
    ///
    /// # Errors
    /// When no target can be asked.
    pub(in crate::gateway) fn plan(
        &self,
        fleet: &Fleet,
        demand: Demand,
        policy: &Policy,
        recipes: &[TreatmentRecipe],
        bounds: &Bounds,
    ) -> Result<Planned, CallError> {
        if let Some(noted) = bounds.account.noted() {
            noted.asks(&demand, &policy.want);
        }
        let wanted = match &policy.want {
            Want::Tier(tier) => Some(*tier),
            Want::Targets(_) | Want::Any => None,
        };
        let admitted = bounds.account.admitted();
        // Engines of this machine may always help.
        let is_named = matches!(&policy.want, Want::Targets(targets) if !targets.iter().all(Target::is_local));
        if let Some(admitted) = admitted.filter(|_| (wanted.is_some() || is_named) && !bounds.is_planned)
            && !admitted.allows_want(wanted)
        {
            return Err(not_allowed("This key may not ask for that tier or model; GET /v1/models names others."));
        }
        let deferred = bounds.account.deferred();
        // What has answered already is well enough.
        let is_answered = deferred.is_some_and(Deferred::is_answered);
        let health = if is_answered { HealthSnapshot::default() } else { self.health_of(fleet) };
        let help = if demand.parts.is_empty() { Bounds::default() } else { self.help(fleet, policy, bounds) };
        match plan(&demand, &fleet.matrix, &health, recipes, policy) {
            Ok(mut plan) => {
                if let Some(admitted) = admitted {
                    let is_allowed = |target: &Target| target.is_local() || admitted.allows_target(target);
                    plan.candidates.retain(|candidate| is_allowed(&candidate.target));
                    if plan.candidates.is_empty() {
                        return Err(not_allowed("This key may not use any of the targets that could answer this."));
                    }
                }
                if let Some(deferred) = deferred {
                    deferred.narrow(&mut plan.candidates)?;
                }
                Ok(Planned { demand, plan, first: None, then: None, help, account: bounds.account.clone() })
            }
            Err(Unplannable::NoTargets) => Err(self.no_providers()),
            Err(Unplannable::AllCoolingDown { soonest, passed_over }) => {
                let cools_for_rates = self.cool_for_rates(fleet, &passed_over);
                let retry_after = Some(soonest);
                let exhausted = Exhausted { tried: Vec::new(), passed_over, retry_after, cools_for_rates };
                Err(CallError::Exhausted(Box::new(exhausted)))
            }
            Err(other) => Err(CallError::Unplannable(Box::new(other))),
        }
    }

    /// The plan for a probe of one target: as it is or not at all, whatever was found of it before.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub(in crate::gateway) fn plan_probe(
        &self,
        fleet: &Fleet,
        demand: Demand,
        target: &Target,
        bounds: &Bounds,
    ) -> Result<Planned, Box<Unplannable>> {
        let policy = Policy { strict: true, ..self.policy(Want::Targets(vec![target.clone()]), bounds) };
        let health = fleet.health(&self.ledger, Instant::now());
        let plan = plan(&demand, &fleet.matrix, &health, &[], &policy).map_err(Box::new)?;
        let (help, account) = (Bounds::default(), bounds.account.clone());
        Ok(Planned { demand, plan, first: None, then: None, help, account })
    }

    /// Whether all of these that cool down do so because of their rates.
    pub(super) fn cool_for_rates(&self, fleet: &Fleet, passed_over: &[PassedOver]) -> bool {
        let was_asked_too_often = |row| self.ledger.was_asked_too_often(row) || fleet.is_used_up(row);
        passed_over.iter().all(|one| match one.reason {
            Reason::CoolingDown { .. } => fleet.matrix.index(&one.target).is_some_and(was_asked_too_often),
            Reason::Quarantined { .. } => false,
            // What has used up its quota waits for its rates, and the rest for nothing.
            _ => true,
        })
    }

    /// Where calls may go that help with the treatments of a request: to whom names a provider's model, no other one is
    /// sent anything, unless the operator allows it or nothing leaves this machine.
    pub(in crate::gateway) fn help(&self, fleet: &Fleet, policy: &Policy, bounds: &Bounds) -> Bounds {
        let Policy { want, privacy, cost, providers, .. } = policy;
        let mut bounds = Bounds {
            privacy: *privacy,
            cost: if bounds.has_free_help { CostPolicy::Free } else { *cost },
            providers: providers.clone(),
            allows_paid: bounds.allows_paid,
            account: bounds.account.clone(),
            ..Bounds::default()
        };
        let pinned = pinned_provider(want).filter(|_| providers.is_empty() && !self.routing.help_elsewhere);
        if let Some(pinned) = pinned {
            bounds.providers = vec![pinned];
            for row in fleet.matrix.rows().iter().filter(|row| row.is_local) {
                if !bounds.providers.contains(&row.target.provider) {
                    bounds.providers.push(row.target.provider.clone());
                }
            }
        }
        bounds
    }

    fn no_providers(&self) -> CallError {
        CallError::NoProviders { keys: key_variables(&self.providers) }
    }
}

/// What a client may not ask for.
fn not_allowed(why: &str) -> CallError {
    CallError::Failed(Failure::new(FailureKind::NotAllowed, why))
}

/// The provider of all targets that are wanted, if it is one.
fn pinned_provider(want: &Want) -> Option<ProviderId> {
    let Want::Targets(targets) = want else { return None };
    let first = &targets.first()?.provider;
    targets.iter().all(|target| target.provider == *first).then(|| first.clone())
}

/// The variables that would each set a provider up.
fn key_variables(providers: &Providers) -> Vec<String> {
    providers.disabled.iter().filter_map(|off| off.key_env.first().cloned()).collect()
}
