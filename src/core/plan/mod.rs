//! The plan: which targets are asked in which order, what is done to every part for each of them, and which targets
//! were passed over and why.
//!
//! [`plan`] is pure and total: the same request, matrix, health and policy give the same plan, and everything that has
//! no plan says why. It treats nothing and calls nothing; the gateway does that with the plan in hand.

mod auto;
mod chain;
mod changes;
mod demand;
mod estimate;
mod evidence;
mod health;
mod near;
mod outcome;
mod planner;
mod policy;
mod rank;
mod recipes;
mod resolve;
mod screen;
mod stopped;
#[cfg(test)]
mod tests;
mod treat;
mod words;

pub use auto::{Signs, choose_tier};
pub use chain::{Chain, Chains, Preset};
pub use changes::Change;
pub use demand::{Demand, Hard, Sides};
pub use estimate::{REPLY_RESERVE_TOKENS, estimate_tokens, input_tokens, media_tokens};
pub use evidence::Quarantined;
pub use health::{Health, HealthSnapshot};
pub use outcome::{Candidate, PassedOver, Plan, Reason, Treatment, Unplannable};
pub use planner::plan;
pub use policy::{CostPolicy, Policy, Privacy, Want};
pub use recipes::{RecipeName, TreatmentRecipe, Yield};
pub use resolve::{Aliases, Resolved, resolve};
