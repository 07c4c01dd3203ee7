//! From a request to its plan: who is wanted, what is allowed, who is well.

use std::time::Instant;

use mediary_core::capability::{PartShape, Tier};
use mediary_core::plan::{Demand, Plan, Policy, Reason, Resolved, Unplannable, Want, plan, resolve};

use super::error::{ChatError, Exhausted};
use super::fleet::Fleet;
use super::{Bounds, ChatRequest};
use crate::config::ModelRouting;
use crate::gateway::Gateway;
use crate::gateway::treat::HelpBounds;
use crate::providers::Providers;

/// A plan, and what it was made for.
#[derive(Debug)]
pub struct Planned {
    /// What the request demands.
    pub demand: Demand,
    /// Whom to ask.
    pub plan: Plan,
}

impl Gateway {
    /// The plan for a chat as it comes; media it only names are fetched.
    ///
    /// # Errors
    /// When a file cannot be fetched, the model is unknown or nobody can be asked.
    pub async fn explain(&self, mut request: ChatRequest) -> Result<Planned, ChatError> {
        self.fetch_parts(&mut request.chat).await?;
        self.chats.discover().await;
        let fleet = self.chats.fleet();
        let parts = self.measured(&request.chat, &fleet).await;
        self.plan_chat(&fleet, &request, parts)
    }

    /// The plan for a chat whose media are all here and measured. Nothing is treated, nobody is called.
    ///
    /// # Errors
    /// When the model is unknown or nobody can be asked.
    pub(super) fn plan_chat(
        &self,
        fleet: &Fleet,
        request: &ChatRequest,
        parts: Vec<PartShape>,
    ) -> Result<Planned, ChatError> {
        let chats = &self.chats;
        if fleet.is_empty() {
            return Err(ChatError::NoProviders { keys: key_variables(&chats.providers) });
        }
        let now = Instant::now();
        let bounds = &request.bounds;
        let want = match resolve(&request.model, bounds.tier, &fleet.matrix, &chats.providers.aliases) {
            Resolved::Want(want) => want,
            Resolved::Unknown { .. } if chats.routing.model_routing == ModelRouting::Any => Want::Anybody,
            Resolved::Unknown { near } => {
                return Err(ChatError::UnknownModel { model: request.model.clone(), near });
            }
        };
        let sticky = chats.sticky.before(&request.client, &request.chat.messages);
        let sticky = sticky.and_then(|fingerprint| chats.sticky.find(fingerprint, now));
        let policy = Policy {
            want,
            strict: bounds.strict,
            privacy: bounds.privacy.max(chats.routing.privacy),
            cost: bounds.cost.max(chats.routing.cost),
            providers: bounds.providers.clone(),
            sticky: sticky.map(|row| fleet.matrix.rows()[row].target.clone()),
            wake_resting: false,
            draw: self.tie_break(),
        };
        let mut demand = Demand::of(&request.chat, parts);
        if policy.want == Want::Tier(Tier::Auto) {
            demand = demand.looking_at(&request.chat);
        }
        let health = fleet.health(&chats.ledger, now);
        match plan(&demand, &fleet.matrix, &health, &self.treatment_recipes(), &policy) {
            Ok(plan) => Ok(Planned { demand, plan }),
            Err(Unplannable::NoTargets) => Err(ChatError::NoProviders { keys: key_variables(&chats.providers) }),
            Err(Unplannable::AllResting { soonest, passed_over }) => {
                let mut resting = passed_over.iter().filter(|one| matches!(one.reason, Reason::Resting { .. }));
                let rests_for_rates = resting.all(|one| {
                    fleet.matrix.index(&one.target).is_some_and(|row| chats.ledger.was_asked_too_often(row))
                });
                let retry_after = Some(soonest);
                let exhausted = Exhausted { tried: Vec::new(), passed_over, retry_after, rests_for_rates };
                Err(ChatError::Exhausted(Box::new(exhausted)))
            }
            Err(other) => Err(ChatError::Unplannable(Box::new(other))),
        }
    }

    /// Who may help with the treatments of a request: whoever may answer it.
    pub(super) fn help_bounds(&self, bounds: &Bounds) -> HelpBounds {
        let routing = &self.chats.routing;
        HelpBounds {
            privacy: bounds.privacy.max(routing.privacy),
            cost: bounds.cost.max(routing.cost),
            providers: bounds.providers.clone(),
        }
    }

    /// A number for ties; which one does not matter, only that it changes.
    fn tie_break(&self) -> u64 {
        self.draws.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }
}

/// The variables that would each set a provider up.
fn key_variables(providers: &Providers) -> Vec<String> {
    providers.disabled.iter().filter_map(|off| off.key_env.first().cloned()).collect()
}
