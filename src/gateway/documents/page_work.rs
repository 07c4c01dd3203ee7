//! Pages: the text of a picture of a page, by a local engine, a document reader, or a model that looks at pictures and is
//! asked to copy. A reply that is not sure enough is doubted, and the next candidate is asked.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mediary_convert::image::encode_jpeg;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::document::Page;
use mediary_core::plan::Candidate;
use mediary_core::provider::Reservation;
use mediary_core::task::{PageText, Read, ReplyEvent, Task};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat, Target};

use super::super::blocking;
use super::super::routing::{Answer, Prepared, Verdict, Work, question, shown};
use super::engine::{EngineRead, Picture};
use super::reading::{AttemptLog, Outcome, Reason};
use super::recipe::Recipe;
use crate::telemetry::metrics;

/// Of pages as they are sent to providers.
const JPEG_QUALITY: u8 = 90;

/// Whether a target can be given pictures of pages.
pub(super) fn looks_at_pages(row: &Abilities) -> bool {
    row.does(TaskKind::Ocr) || (row.does(TaskKind::Chat) && row.acceptance(MediaFormat::Jpeg).is_some())
}

/// A page in the attempt loop.
pub(super) struct PageWork<'a> {
    pub(super) picture: &'a Picture,
    pub(super) recipe: &'a Recipe,
    /// A place in the queue of this target.
    pub(super) reservation: Option<&'a (Target, Reservation)>,
    /// Whether a result has to be believed; a part of a page is not judged as a page is.
    pub(super) is_judged: bool,
    /// What was tried, as the answer tells it.
    pub(super) log: Mutex<PageLog<'a>>,
}

/// The attempts at one page in the order of the recipe, with the targets that were passed over between them.
pub(super) struct PageLog<'a> {
    attempts: &'a mut AttemptLog,
    index: usize,
    /// The targets of the recipe that are left, in order, each with why it is passed over, if it is.
    left: VecDeque<(Target, Option<String>)>,
}

impl<'a> PageLog<'a> {
    pub(super) fn new(
        attempts: &'a mut AttemptLog,
        index: usize,
        targets: &[Target],
        why: impl Fn(&Target) -> Option<String>,
    ) -> Self {
        let left = targets.iter().map(|target| (target.clone(), why(target))).collect();
        Self { attempts, index, left }
    }

    /// Notes an attempt, and before it the targets that were passed over on the way to it.
    fn note(&mut self, target: &Target, outcome: Outcome, why: Option<&str>, took: Duration) {
        while let Some((passed, reason)) = self.left.pop_front_if(|(before, _)| before != target) {
            self.skip(&passed, reason);
        }
        self.attempts.note(&target.to_string(), outcome, why, self.index, took);
    }

    /// Notes all targets that are left as passed over: none of those before them was believed.
    pub(super) fn finish(mut self) {
        for (passed, reason) in std::mem::take(&mut self.left) {
            self.skip(&passed, reason);
        }
    }

    fn skip(&mut self, target: &Target, reason: Option<String>) {
        if let Some(reason) = reason {
            self.attempts.note(&target.to_string(), Outcome::Skipped, Some(&reason), self.index, Duration::ZERO);
        }
    }
}

/// What was read, and why it is not believed; empty if it is.
#[derive(Debug)]
pub(super) struct ReadPage {
    pub(super) read: EngineRead,
    pub(super) reasons: Vec<Reason>,
}

impl PageWork<'_> {
    fn note(&self, target: &Target, outcome: Outcome, why: Option<&str>, took: Duration) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).note(target, outcome, why, took);
    }
}

impl Work for PageWork<'_> {
    type Answer = ReadPage;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let mut read = Read { raster: self.picture.raster.clone(), picture: None, words: self.picture.words };
        if candidate.target.is_local() {
            // Where words stand tells the entries of tables apart.
            read.words = true;
            return Ok(Prepared::made(Task::Read(read)));
        }
        let raster = self.picture.raster.clone();
        let jpeg = blocking::run(move || encode_jpeg(&raster, JPEG_QUALITY)).await?;
        let page = Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(jpeg) };
        Ok(Prepared::made(match row.does(TaskKind::Ocr) {
            true => {
                read.picture = Some(page);
                Task::Read(read)
            }
            false => {
                let copying = &self.recipe.copying;
                let mut chat = question(&copying.prompt, copying.most_tokens, [shown(page)]);
                chat.sampling.temperature = Some(0.0);
                Task::Chat(chat)
            }
        }))
    }

    async fn judge(&self, mut answer: Box<Answer>, candidate: &Candidate) -> Result<Verdict<ReadPage>, Failure> {
        let (reply, _) = answer.fold(ReplyEvent::is_content).await?;
        let text = reply.page.unwrap_or_else(|| {
            let text = reply.choices.into_iter().next().map(|choice| choice.text).unwrap_or_default();
            // A model that was told to say so of an empty page.
            let text = if text.trim() == self.recipe.copying.blank { String::new() } else { text };
            PageText::Markdown { text, confidence: None }
        });
        let (picture, target) = (self.picture.clone(), candidate.target.clone());
        // Looking for ruling lines goes over all pixels.
        let read = blocking::run(move || Ok(EngineRead::new(&target, &picture, text))).await?;
        let took = answer.took();
        metrics::ocr_took(&candidate.target.to_string(), took);
        if !self.is_judged {
            self.note(&candidate.target, Outcome::Accepted, Some("part_of_page"), took);
            return Ok(Verdict::Answer(ReadPage { read, reasons: Vec::new() }));
        }
        let reasons = read.doubts(self.recipe, &candidate.target, self.picture);
        let outcome = if reasons.is_empty() { Outcome::Accepted } else { Outcome::Rejected };
        self.note(&candidate.target, outcome, reasons.first().map(|reason| reason.name()), took);
        let page = ReadPage { read, reasons };
        Ok(if page.reasons.is_empty() { Verdict::Answer(page) } else { Verdict::Doubted(page) })
    }

    fn reservation(&self, candidate: &Candidate) -> Option<&Reservation> {
        self.reservation.filter(|(target, _)| *target == candidate.target).map(|(_, place)| place)
    }

    /// Another engine may read what one refuses, unless the client has left.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::ClientGone
    }

    fn failed(&self, candidate: &Candidate, failure: &Failure, took: Duration) {
        let outcome = match failure.kind {
            FailureKind::NotInstalled => Outcome::Skipped,
            _ => Outcome::Failed,
        };
        self.note(&candidate.target, outcome, Some(&failure.detail), took);
    }
}

/// Of two pages the one that is likelier to be right: with text rather than without, then by confidence.
pub(super) fn likelier(one: ReadPage, other: ReadPage) -> ReadPage {
    let rank = |page: &Page| (!page.is_blank(), page.confidence.unwrap_or(0.0));
    if rank(&other.read.page) > rank(&one.read.page) { other } else { one }
}
