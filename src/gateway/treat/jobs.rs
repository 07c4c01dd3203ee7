//! What is to be done for a candidate: its plan's treatments as jobs, and the chat with what came of them.

use std::collections::HashMap;

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Plan, RecipeName, Treatment};
use mediary_core::task::{Chat, MediaPart, Part, Place};
use mediary_core::{Media, MediaFormat};

use super::bench::{Bench, Key};

/// One part and what is to become of it.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) media: &'a Media,
    pub(super) recipe: &'a RecipeName,
    /// Into which format; `None`: into text.
    pub(super) to: Option<MediaFormat>,
    /// For whom.
    pub(super) abilities: &'a Abilities,
    /// The most files it may become.
    pub(super) files: u32,
    pub(super) bench: &'a Bench,
}

impl Job<'_> {
    /// Everything that the outcome depends on, beside what is the same for a whole request.
    pub(super) fn key(&self) -> Key {
        let limits = self.to.map(|to| {
            let limits = |format| self.abilities.acceptance(format).map(|taken| (taken.side_pixels, taken.bytes));
            (to, limits(to), limits(MediaFormat::Png), self.files)
        });
        (self.media.blob.hash(), format!("{} {limits:?}", self.recipe))
    }
}

/// A job, and whose it is.
pub(super) struct Assigned<'a> {
    pub(super) place: Place,
    pub(super) does: &'static str,
    pub(super) original: &'a MediaPart,
    pub(super) job: Job<'a>,
}

/// What is to be done for a candidate.
pub(super) fn jobs<'a>(
    chat: &'a Chat,
    plan: &Plan,
    candidate: &'a Candidate,
    abilities: &'a Abilities,
    bench: &'a Bench,
) -> Vec<Assigned<'a>> {
    let treated = plan.places.iter().zip(&candidate.treatments).enumerate();
    let jobs = treated.filter_map(|(index, (place, treatment))| {
        let (recipe, to) = match treatment {
            Treatment::Forward => return None,
            Treatment::Transcode { recipe, to } => (recipe, Some(*to)),
            Treatment::Extract { recipe } => (recipe, None),
        };
        let Part::Media(original) = chat.messages.get(place.message)?.parts.get(place.part)? else { return None };
        let job = Job { media: &original.media, recipe, to, abilities, files: candidate.files_of(index), bench };
        Some(Assigned { place: *place, does: treatment.name(), original, job })
    });
    jobs.collect()
}

/// A chat with some of its parts replaced by others, any number for each.
pub(super) fn replaced(chat: &Chat, mut parts: HashMap<Place, Vec<Part>>) -> Chat {
    let mut chat = chat.clone();
    for (message, whole) in chat.messages.iter_mut().enumerate() {
        if !parts.keys().any(|place| place.message == message) {
            continue;
        }
        let before = std::mem::take(&mut whole.parts).into_iter().enumerate();
        let after =
            before.flat_map(|(part, kept)| parts.remove(&Place { message, part }).unwrap_or_else(|| vec![kept]));
        whole.parts = after.collect();
    }
    chat
}
