//! Treatments: what a plan says is done to a part, done.
//!
//! Recipes come from `pipelines/`; converters, engines and providers do the work. A part is treated once per request however
//! many candidates want it in the same form; what was extracted is remembered by its content. Nothing is decided here.

mod audio;
mod available;
mod description;
mod documents;
mod extract;
pub(super) mod fence;
mod hearing;
mod help;
mod images;
mod jobs;
mod joining;
mod made;
mod memo;
mod recipes;
mod start;
#[cfg(test)]
mod tests;
mod texts;
mod transcription;
mod videos;

pub(super) use audio::opened;
pub(super) use available::Installed;
pub(super) use fence::{Section, quoted};
pub(super) use hearing::{Hearing, Ways};
pub(super) use help::Order;
pub(super) use memo::Memo;
pub use recipes::Pipelines;
pub(super) use transcription::{SILENT, Transcript};

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::try_join_all;
use mediary_convert::av::Ffmpeg;
use mediary_core::capability::{Abilities, CapabilityMatrix};
use mediary_core::plan::{Candidate, CostPolicy, Plan, TreatmentRecipe};
use mediary_core::task::Chat;
use mediary_core::{Failure, MediaKind};

use super::blocking;
use super::documents::Reader;
use super::routing::{Bounds, Router, TreatmentNote};
use crate::config::Limits;
use jobs::{Assigned, Job};
use made::Made;
use memo::Remembered;

/// What treatments are done with.
#[derive(Debug)]
pub struct Treatments {
    pipelines: Pipelines,
    ffmpeg: Option<Ffmpeg>,
    installed: Installed,
    limits: Limits,
    /// Reads documents and pictures.
    reader: Arc<Reader>,
    /// Calls targets that describe or transcribe.
    router: Arc<Router>,
    /// The recipes as the planner wants them, and for how many rows of the matrix they were worked out: rows only come.
    recipes: RwLock<(usize, Arc<[TreatmentRecipe]>)>,
    remembered: Remembered,
}

impl Treatments {
    pub(super) fn new(
        pipelines: Pipelines,
        ffmpeg: Option<Ffmpeg>,
        installed: Installed,
        limits: Limits,
        reader: Arc<Reader>,
        router: Arc<Router>,
    ) -> Self {
        let recipes = RwLock::new((usize::MAX, [].into()));
        Self { pipelines, ffmpeg, installed, limits, reader, router, recipes, remembered: Remembered::default() }
    }

    /// The same treatments by other recipes, over another reader and router.
    pub(super) fn renewed(&self, pipelines: Pipelines, limits: Limits, over: (Arc<Reader>, Arc<Router>)) -> Self {
        Self::new(pipelines, self.ffmpeg.clone(), self.installed, limits, over.0, over.1)
    }

    /// The ways in which one medium can become another where `help` allows calls, and what is missing for those that cannot
    /// be gone.
    #[must_use]
    pub fn recipes(&self, matrix: &CapabilityMatrix, help: &Bounds) -> Arc<[TreatmentRecipe]> {
        if !help.providers.is_empty() || help.cost > CostPolicy::FreeFirst {
            return available::recipes(&self.pipelines, matrix, self.installed, help).into();
        }
        let (known, recipes) = self.recipes.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known == matrix.rows().len() {
            return recipes;
        }
        let recipes: Arc<[_]> = available::recipes(&self.pipelines, matrix, self.installed, &Bounds::default()).into();
        *self.recipes.write().unwrap_or_else(PoisonError::into_inner) = (matrix.rows().len(), recipes.clone());
        recipes
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
        memo: &Memo,
    ) -> Result<(Chat, Vec<TreatmentNote>), Failure> {
        let jobs = jobs::jobs(chat, plan, candidate, abilities, memo);
        let mut done = Vec::with_capacity(jobs.len());
        for Assigned { place, job, .. } in &jobs {
            done.push(async {
                blocking::hashed(&job.media.blob).await;
                let made = memo.once(job.key(), self.make(*job)).await;
                made.map_err(|failure| failure.at(*place))
            });
        }
        let done: Vec<Arc<Made>> = try_join_all(done).await?;
        let mut parts = HashMap::new();
        let mut notes = Vec::with_capacity(done.len());
        for (Assigned { place, does, original, .. }, made) in jobs.iter().zip(&done) {
            parts.insert(*place, made.parts(original));
            notes.push(made.note(*place, does));
        }
        Ok((jobs::replaced(chat, parts), notes))
    }

    /// Does what a recipe says.
    async fn make(&self, job: Job<'_>) -> Result<Made, Failure> {
        self.check_size(job.media)?;
        if let Some(to) = self.heard_as(&job).await? {
            return self.sound(job, to).await;
        }
        match (job.media.kind(), job.to) {
            (MediaKind::Document, Some(_)) => self.pages_of_document(job).await,
            (MediaKind::Image, Some(_)) => self.pages_of_picture(job).await,
            (MediaKind::Audio, Some(to)) => self.sound(job, to).await,
            (MediaKind::Video, Some(_)) => self.frames(job).await,
            (MediaKind::Text, Some(to)) => Err(Failure::broken(format!("text does not become {to}"))),
            (_, None) => self.text_of(job).await.map(Made::quoted),
        }
    }
}
