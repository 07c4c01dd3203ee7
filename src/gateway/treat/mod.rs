//! Treatments: what a plan says is done to a part, done.
//!
//! Recipes come from `pipelines/`; converters and engines do the work. A part is treated once per request however many
//! candidates want it in the same form, and what was extracted is remembered by its content.

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Plan, TreatmentRecipe};
use mediary_core::task::Chat;
use mediary_core::Failure;

use super::Gateway;
use super::chat::TreatmentNote;

/// What was treated for one request so far.
#[derive(Debug, Default)]
pub(super) struct Bench {}

impl Gateway {
    /// The ways in which one medium can become another here.
    pub(super) fn treatment_recipes(&self) -> &[TreatmentRecipe] {
        &self.recipes
    }

    /// The chat as a candidate gets it, and what was done to its parts.
    ///
    /// # Errors
    /// When a part cannot be treated; the part is named.
    pub(super) async fn treat(
        &self,
        chat: &Chat,
        _plan: &Plan,
        _candidate: &Candidate,
        _abilities: &Abilities,
        _bench: &Bench,
    ) -> Result<(Chat, Vec<TreatmentNote>), Failure> {
        Ok((chat.clone(), Vec::new()))
    }
}
