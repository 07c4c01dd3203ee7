//! What is to be done for a candidate: its plan's treatments as jobs, and the chat with what came of them.

use std::collections::HashMap;

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Plan, RecipeName, Treatment};
use mediary_core::task::{Chat, MediaPart, Part, PartPath};
use mediary_core::{Media, MediaFormat};

use super::memo::{Key, Memo};

/// One part and what is to become of it.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) media: &'a Media,
    pub(super) recipe: &'a RecipeName,
    /// Into which format; `None`: into text.
    pub(super) to: Option<MediaFormat>,
    /// For which target.
    pub(super) abilities: &'a Abilities,
    /// The most files it may become.
    pub(super) files: u32,
    pub(super) memo: &'a Memo,
}

impl Job<'_> {
    /// Everything that the outcome depends on, beside what is the same for a whole request.
    pub(super) fn key(&self) -> Key {
        let limits = self.to.map(|to| {
            let limits = |format| self.abilities.acceptance(format).map(|taken| (taken.side_pixels, taken.bytes));
            (to, limits(to), limits(MediaFormat::Png), self.files)
        });
        (self.media.blob.hash(), format!("{} {limits:?} {:?}", self.recipe, self.hears()))
    }

    /// As which sound the target hears, if it does.
    pub(super) fn hears(&self) -> Option<MediaFormat> {
        let takes = |format: &MediaFormat| self.abilities.acceptance(*format).is_some();
        [MediaFormat::Mp3, MediaFormat::Wav].into_iter().find(takes)
    }
}

/// A job, and the part it is for.
pub(super) struct Assigned<'a> {
    pub(super) place: PartPath,
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
    memo: &'a Memo,
) -> Vec<Assigned<'a>> {
    let treated = plan.places.iter().zip(&candidate.treatments).enumerate();
    let jobs = treated.filter_map(|(index, (place, treatment))| {
        let (recipe, to) = match treatment {
            Treatment::Forward => return None,
            Treatment::Transcode { recipe, to } => (recipe, Some(*to)),
            Treatment::Extract { recipe } => (recipe, None),
        };
        let PartPath::Content { message, part } = *place else { return None };
        let Part::Media(original) = chat.messages.get(message)?.parts.get(part)? else { return None };
        let job = Job { media: &original.media, recipe, to, abilities, files: candidate.files_of(index), memo };
        Some(Assigned { place: *place, does: treatment.name(), original, job })
    });
    jobs.collect()
}

/// A chat with some of its parts replaced by others, any number for each.
pub(super) fn replaced(chat: &Chat, mut parts: HashMap<PartPath, Vec<Part>>) -> Chat {
    let mut chat = chat.clone();
    for (message, whole) in chat.messages.iter_mut().enumerate() {
        let is_here = |place: &PartPath| matches!(place, PartPath::Content { message: its, .. } if *its == message);
        if !parts.keys().any(is_here) {
            continue;
        }
        whole.is_changed();
        let before = std::mem::take(&mut whole.parts).into_iter().enumerate();
        let after = before
            .flat_map(|(part, kept)| parts.remove(&PartPath::Content { message, part }).unwrap_or_else(|| vec![kept]));
        whole.parts = after.collect();
    }
    chat
}
