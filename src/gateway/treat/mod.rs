//! Treatments: what a plan says is done to a part, done.
//!
//! Recipes come from `pipelines/`; converters, engines and, where a recipe asks for it, providers do the work. A part is
//! treated once per request however many candidates want it in the same form, and what was extracted is remembered by
//! its content. Nothing is decided here that the plan decides, and nothing is left out without a word.

mod available;
mod bench;
mod describe;
mod documents;
mod fence;
mod films;
mod help;
mod jobs;
mod made;
mod pictures;
mod recipes;
mod sounds;
#[cfg(test)]
mod tests;
mod texts;

pub(super) use available::Installed;
pub(super) use bench::{Bench, HelpBounds};
pub use recipes::Pipelines;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::try_join_all;
use mediary_convert::av::Ffmpeg;
use mediary_core::capability::{Abilities, CapabilityMatrix};
use mediary_core::plan::{Candidate, Plan, TreatmentRecipe};
use mediary_core::task::Chat;
use mediary_core::{Failure, Media, MediaKind};

use super::Gateway;
use super::chat::{TreatmentNote, at_place};
use bench::Remembered;
use jobs::{Assigned, Job};
use made::{Extract, Made};

/// What treatments are done with.
#[derive(Debug)]
pub(super) struct Workshop {
    pipelines: Pipelines,
    ffmpeg: Option<Ffmpeg>,
    installed: Installed,
    /// The recipes as the planner wants them, and for how many rows of the matrix they were worked out: rows only come.
    recipes: RwLock<(usize, Arc<[TreatmentRecipe]>)>,
    remembered: Remembered,
}

impl Workshop {
    pub(super) fn new(pipelines: Pipelines, ffmpeg: Option<Ffmpeg>, installed: Installed) -> Self {
        let recipes = RwLock::new((usize::MAX, [].into()));
        Self { pipelines, ffmpeg, installed, recipes, remembered: Remembered::default() }
    }

    fn recipes(&self, matrix: &CapabilityMatrix) -> Arc<[TreatmentRecipe]> {
        let rows = matrix.rows().len();
        let (known, recipes) = self.recipes.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known == rows {
            return recipes;
        }
        let recipes: Arc<[_]> = available::recipes(&self.pipelines, matrix, self.installed).into();
        *self.recipes.write().unwrap_or_else(PoisonError::into_inner) = (rows, recipes.clone());
        recipes
    }
}

impl Gateway {
    /// The ways in which one medium can become another here, and what is missing for those that cannot be gone.
    #[must_use]
    pub fn treatment_recipes(&self) -> Arc<[TreatmentRecipe]> {
        self.workshop.recipes(&self.known())
    }

    /// The chat as a candidate gets it, and what was done to its parts.
    ///
    /// # Errors
    /// When a part cannot be treated; the part is named.
    pub(super) async fn treat(
        &self,
        chat: &Chat,
        plan: &Plan,
        candidate: &Candidate,
        abilities: &Abilities,
        bench: &Bench,
    ) -> Result<(Chat, Vec<TreatmentNote>), Failure> {
        let jobs = jobs::jobs(chat, plan, candidate, abilities, bench);
        let mut done = Vec::with_capacity(jobs.len());
        for Assigned { place, job, .. } in &jobs {
            done.push(async {
                let made = bench.once(job.key(), self.make(*job)).await;
                made.map_err(|failure| at_place(failure, *place))
            });
        }
        let done: Vec<Arc<Made>> = try_join_all(done).await?;
        let mut parts = HashMap::new();
        let mut notes = Vec::with_capacity(done.len());
        for (Assigned { place, does, original, .. }, made) in jobs.iter().zip(&done) {
            parts.insert(*place, made.parts(original));
            notes.push(TreatmentNote { place: *place, does, by: made.by.clone(), pages: made.pages });
        }
        Ok((jobs::replaced(chat, parts), notes))
    }

    /// Does what a recipe says.
    async fn make(&self, job: Job<'_>) -> Result<Made, Failure> {
        self.check_size(job.media)?;
        match (job.media.kind(), job.to) {
            (MediaKind::Document, Some(_)) => self.pages_of_document(job).await,
            (MediaKind::Image, Some(_)) => self.pages_of_picture(job).await,
            (MediaKind::Audio, Some(to)) => self.sound(job, to).await,
            (MediaKind::Video, Some(_)) => self.frames(job).await,
            (MediaKind::Text, Some(to)) => Err(Failure::broken(format!("text does not become {to}"))),
            (kind, None) => self.text_of(job.media, kind, job.bench).await.map(Made::quoted),
        }
    }

    /// The text of a medium, as far as text can say what it says.
    async fn text_of(&self, media: &Media, kind: MediaKind, bench: &Bench) -> Result<Arc<Extract>, Failure> {
        match kind {
            MediaKind::Document => self.document_text(media, bench).await,
            MediaKind::Image => self.picture_text(media, bench).await,
            MediaKind::Audio => self.transcript(media, bench).await,
            MediaKind::Video => self.film_text(media, bench).await,
            MediaKind::Text => self.file_text(media).await.map(Arc::new),
        }
    }
}
