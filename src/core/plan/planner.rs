//! From a demand to a plan.

use super::{Candidate, Demand, HealthSnapshot, Plan, Policy, TreatmentRecipe, Treatment, Unplannable};
use crate::capability::CapabilityMatrix;

/// Whom to ask, in which order, and what to do to every part for each of them.
///
/// # Errors
/// When nobody can be asked; the reason says what would help.
pub fn plan(
    demand: &Demand,
    matrix: &CapabilityMatrix,
    _health: &HealthSnapshot,
    _recipes: &[TreatmentRecipe],
    _policy: &Policy,
) -> Result<Plan, Unplannable> {
    let candidates = matrix.rows().iter().enumerate().map(|(row, abilities)| Candidate {
        target: abilities.target.clone(), row, treatments: vec![Treatment::Forward; demand.parts.len()],
        dropped: Vec::new(), cost_usd: None, rests_for: None,
    }).collect();
    Ok(Plan { tier: None, places: demand.parts.iter().map(|part| part.place).collect(), candidates, passed_over: Vec::new() })
}
