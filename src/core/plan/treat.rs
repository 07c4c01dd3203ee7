//! What is done to every part for one target: forwarded where it is read, turned into another form where a recipe can,
//! into text where that is all that is left.
//!
//! Decides only; the gateway runs the recipes. Limits on the number of files go to the newest parts first, since the
//! question is about those; what comes in many files (pages, frames) gets the room the others leave.

use super::estimate::{as_it_is, as_text, transcoded};
use super::{Candidate, Demand, Policy, Privacy, Treatment, TreatmentRecipe, Yield};
use crate::capability::{Abilities, Acceptance, Misfit, PartShape};
use crate::{MediaFormat, MediaKind};

/// What is done to a part; recipes by their index, so that it costs nothing to change one's mind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    Forward,
    Transcode { recipe: usize, to: MediaFormat, files: u32 },
    Extract { recipe: usize },
}

/// A part that a target cannot be given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocked {
    pub(super) index: usize,
    pub(super) misfit: Misfit,
}

/// The recipes that each part of a request may go through, the same for all targets.
pub(super) struct Workshop<'a> {
    parts: &'a [PartShape],
    recipes: &'a [TreatmentRecipe],
    strict: bool,
    privacy: Privacy,
    usable: Vec<Usable>,
    /// Tokens of each part as it is and as text.
    tokens: Vec<(u64, u64)>,
}

/// The recipes for one part, in the order of preference.
struct Usable {
    media: Vec<usize>,
    text: Option<usize>,
}

impl<'a> Workshop<'a> {
    pub(super) fn new(demand: &'a Demand, recipes: &'a [TreatmentRecipe], policy: &Policy) -> Self {
        let Policy { strict, privacy, .. } = *policy;
        let mut workshop =
            Self { parts: &demand.parts, recipes, strict, privacy, usable: Vec::new(), tokens: Vec::new() };
        for part in workshop.parts {
            let may = |recipe: &TreatmentRecipe| {
                !strict && recipe.takes(part) && recipe.missing.is_none() && !workshop.is_forbidden(recipe)
            };
            let all = || recipes.iter().enumerate().filter(|(_, recipe)| may(recipe));
            let usable = Usable {
                media: all().filter(|(_, recipe)| recipe.gives != Yield::Text).map(|(index, _)| index).collect(),
                text: all().find(|(_, recipe)| recipe.gives == Yield::Text).map(|(index, _)| index),
            };
            workshop.usable.push(usable);
            workshop.tokens.push((as_it_is(part), as_text(part)));
        }
        workshop
    }

    fn is_forbidden(&self, recipe: &TreatmentRecipe) -> bool {
        recipe.leaves_machine && self.privacy == Privacy::Local
    }

    /// Writes what is done to each part for a target into `steps`; else the first part it cannot be given.
    pub(super) fn treat(
        &self,
        row: &Abilities,
        doubtful: &[MediaFormat],
        steps: &mut Vec<Step>,
    ) -> Result<(), Blocked> {
        steps.clear();
        if self.parts.is_empty() {
            return Ok(());
        }
        steps.resize(self.parts.len(), Step::Forward);
        let mut taker = Taker::new(row, doubtful);
        let mut waiting = Vec::new();
        for (index, part) in self.parts.iter().enumerate().rev() {
            match taker.misfit(part) {
                None => {
                    let better = taker.better(part).and_then(|misfit| self.transcode(index, misfit, &mut taker, true));
                    match better {
                        Some(step) => steps[index] = step,
                        None => taker.used[part.kind() as usize] += 1,
                    }
                }
                Some(misfit) => match self.transcode(index, misfit, &mut taker, true) {
                    Some(step) => steps[index] = step,
                    None => waiting.push(Blocked { index, misfit }),
                },
            }
        }
        let mut blocked = None;
        for stuck in waiting {
            let text = || self.usable[stuck.index].text.map(|recipe| Step::Extract { recipe });
            match self.transcode(stuck.index, stuck.misfit, &mut taker, false).or_else(text) {
                Some(step) => steps[stuck.index] = step,
                None => blocked = Some(Blocked { misfit: self.told(stuck, &taker), ..stuck }),
            }
        }
        blocked.map_or(Ok(()), Err)
    }

    /// What is said of a part that cannot be given: of one in a form that the target does not read, that it is too long for
    /// all others as well.
    fn told(&self, stuck: Blocked, taker: &Taker<'_>) -> Misfit {
        let forms = self.usable[stuck.index].media.iter().filter_map(|&recipe| match self.recipes[recipe].gives {
            Yield::Media(to) => taker.accepts[to as usize]?.seconds,
            Yield::Text => None,
        });
        let is_over = |limit: &u32| self.parts[stuck.index].seconds.is_some_and(|seconds| seconds > *limit);
        match (stuck.misfit, forms.filter(is_over).max()) {
            (Misfit::Format, Some(limit)) => Misfit::Seconds { limit },
            (misfit, _) => misfit,
        }
    }

    /// The first recipe that makes something of a part that the target reads; `single`: as one file.
    fn transcode(&self, index: usize, misfit: Misfit, taker: &mut Taker<'_>, single: bool) -> Option<Step> {
        let part = &self.parts[index];
        self.usable[index].media.iter().find_map(|&recipe| {
            let Yield::Media(to) = self.recipes[recipe].gives else { return None };
            let files = taker.files_of(part, misfit, &self.recipes[recipe], to)?;
            let is_single = self.recipes[recipe].most_files <= 1 || part.pages == Some(1);
            (is_single == single).then(|| {
                taker.used[to.kind() as usize] += files;
                Step::Transcode { recipe, to, files }
            })
        })
    }

    /// What would make a target take a part after all, as sentences.
    pub(super) fn hints(&self, blocked: Blocked, row: &Abilities, doubtful: &[MediaFormat]) -> Vec<&'a str> {
        let (part, taker) = (&self.parts[blocked.index], Taker::new(row, doubtful));
        let works = |recipe: &TreatmentRecipe| match recipe.gives {
            Yield::Text => true,
            Yield::Media(to) => taker.files_of(part, blocked.misfit, recipe, to).is_some(),
        };
        let mut hints = Vec::new();
        for recipe in self.recipes.iter().filter(|recipe| recipe.takes(part) && works(recipe)) {
            let hint = match (&recipe.missing, self.strict, self.is_forbidden(recipe)) {
                (None, true, _) => "leave out X-Mediary-Strict, which forbids treating it",
                (None, false, true) => "privacy = \"local\" forbids having a provider read it",
                (Some(missing), false, false) => missing,
                // It works, but there is no room for what it makes; or two things are in its way.
                (None, false, false) | (Some(_), _, _) => continue,
            };
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }

    /// About how many tokens the parts have when treated so.
    pub(super) fn tokens(&self, steps: &[Step]) -> u64 {
        let parts = steps.iter().zip(self.parts).zip(&self.tokens);
        parts
            .map(|((step, part), (as_it_is, as_text))| match *step {
                Step::Forward => *as_it_is,
                Step::Extract { .. } => *as_text,
                Step::Transcode { to, files, .. } => transcoded(part, to.kind(), files),
            })
            .sum()
    }

    /// How many parts lose what text cannot say. A file of text loses nothing.
    pub(super) fn lost(&self, steps: &[Step]) -> u32 {
        let lost =
            |(step, part): (&Step, &PartShape)| matches!(step, Step::Extract { .. }) && part.kind() != MediaKind::Text;
        steps.iter().zip(self.parts).map(|both| u32::from(lost(both))).sum()
    }

    /// The steps as the plan has them: the treatments, and [`Candidate::files`].
    pub(super) fn treatments(&self, steps: &[Step]) -> (Vec<Treatment>, Vec<u32>) {
        let name = |recipe: usize| self.recipes[recipe].name.clone();
        let treatments = steps.iter().map(|step| match *step {
            Step::Forward => Treatment::Forward,
            Step::Transcode { recipe, to, .. } => Treatment::Transcode { recipe: name(recipe), to },
            Step::Extract { recipe } => Treatment::Extract { recipe: name(recipe) },
        });
        let files = |step: &Step| if let Step::Transcode { files, .. } = step { *files } else { 1 };
        let several = steps.iter().any(|step| files(step) > 1);
        (treatments.collect(), if several { steps.iter().map(files).collect() } else { Vec::new() })
    }
}

/// What a target takes, with what it has been given so far.
struct Taker<'a> {
    accepts: [Option<&'a Acceptance>; MediaFormat::ALL.len()],
    in_tool_results: bool,
    doubtful: &'a [MediaFormat],
    /// Files of each medium.
    used: [u32; 5],
}

impl<'a> Taker<'a> {
    fn new(row: &'a Abilities, doubtful: &'a [MediaFormat]) -> Self {
        let mut accepts = [None; MediaFormat::ALL.len()];
        // Backwards, so that of two for one format the first stands, as in `Abilities::acceptance`.
        for acceptance in row.accepts.iter().rev() {
            accepts[acceptance.format as usize] = Some(acceptance);
        }
        Self { accepts, in_tool_results: row.media_in_tool_results, doubtful, used: [0; 5] }
    }

    /// Why a part is not taken as it is, after what was given before.
    fn misfit(&self, part: &PartShape) -> Option<Misfit> {
        let Some(acceptance) = self.accepts[part.format as usize] else { return Some(Misfit::Format) };
        if part.in_tool_result && !self.in_tool_results {
            return Some(Misfit::InToolResult);
        }
        if self.doubtful.contains(&part.format) {
            return Some(Misfit::Doubtful);
        }
        acceptance.misfit(part, self.used[part.kind() as usize] + 1)
    }

    /// Why a part that is taken had better be sent otherwise.
    fn better(&self, part: &PartShape) -> Option<Misfit> {
        let acceptance = self.accepts[part.format as usize]?;
        let limit = acceptance.best_side_pixels.unwrap_or_default();
        acceptance.is_better_redrawn(part).then_some(Misfit::Pixels { limit })
    }

    /// How many files a recipe may make of a part for this target; `None`: it does not help.
    fn files_of(&self, part: &PartShape, misfit: Misfit, recipe: &TreatmentRecipe, to: MediaFormat) -> Option<u32> {
        let acceptance = self.accepts[to as usize]?;
        if (part.in_tool_result && !self.in_tool_results) || self.doubtful.contains(&to) {
            return None;
        }
        // Another encoding or a smaller one may go where the part itself does not; but as many of a medium stay as many.
        let helps = !matches!(misfit, Misfit::Count { .. }) || part.kind() != to.kind();
        let within =
            |limit: Option<u32>, value: Option<u32>| limit.zip(value).is_none_or(|(limit, value)| value <= limit);
        if !helps || !within(acceptance.seconds, part.seconds) || !within(acceptance.pages, part.pages) {
            return None;
        }
        let room = acceptance.count.map_or(u32::MAX, |count| count.saturating_sub(self.used[to.kind() as usize]));
        let most = recipe.most_files.max(1).min(room);
        let files = match part.pages {
            // All pages or none: what is left out would be lost without a word.
            Some(pages) if recipe.most_files > 1 => (pages <= most).then_some(pages.max(1))?,
            _ => most,
        };
        (files > 0).then_some(files)
    }
}

impl Candidate {
    /// How many files the treatment may make of a part, given by its index: what the target's limits leave for it.
    #[must_use]
    pub fn files_of(&self, index: usize) -> u32 {
        self.files.get(index).copied().unwrap_or(1)
    }
}
