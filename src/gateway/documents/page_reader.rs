//! Reading one picture of a page: engine after engine, until one is believed.
//!
//! Confidence decides. Every attempt is noted; the likeliest of the results nobody believed is given with the
//! reasons for the doubt. Where pictures come from is the caller's business.

use std::time::Instant;

use mediary_core::document::Page;
use mediary_core::plan::Privacy;
use mediary_core::{Failure, FailureKind, Target};
use mediary_layout::ink_share;

use super::super::Gateway;
use super::engine::{Engine, EngineRead, Picture, Tickets};
use super::read::{EngineChoice, ReadOptions};
use super::reading::{AttemptLog, Outcome, PageOutcome, Reason};
use super::recipe::Step;
use crate::telemetry::metrics;

/// Beyond this share of its text a page counts as written in a script that nobody here knows.
const UNKNOWN_SCRIPT: f32 = 0.3;

/// Reads the pictures of one document's pages.
#[derive(Debug)]
pub(super) struct PageReader<'g> {
    gateway: &'g Gateway,
    tickets: Tickets<'g>,
    steps: Vec<Step>,
    privacy: Privacy,
    blank_ink: f32,
}

/// What was read best so far, and why it was not believed.
struct Best {
    page: Page,
    reasons: Vec<Reason>,
}

impl<'g> PageReader<'g> {
    pub(super) fn new(gateway: &'g Gateway, options: &ReadOptions) -> Self {
        let all = &gateway.recipe.engines;
        let steps = match &options.engine {
            EngineChoice::Auto => all.clone(),
            EngineChoice::Local => all.iter().filter(|step| Engine::of(&step.target).is_some()).cloned().collect(),
            EngineChoice::Target(target) => {
                // A level is held to what its engine is held to.
                let family = |target: &Target| target.to_string().split(':').next().map(str::to_owned);
                let known = all.iter().find(|step| family(&step.target) == family(target));
                vec![Step { target: target.clone(), accept: known.map_or(0.0, |step| step.accept) }]
            }
        };
        let privacy = options.privacy.max(gateway.privacy());
        Self { gateway, tickets: Tickets::new(gateway), steps, privacy, blank_ink: gateway.recipe.blank_ink }
    }

    /// Takes a place with the engine that will be asked first, so that a document is refused before anything
    /// of it is decoded.
    pub(super) fn take_place(&mut self) -> Result<(), Failure> {
        let first = self.steps.iter().find_map(|step| Engine::of(&step.target));
        first.map_or(Ok(()), |engine| self.tickets.take(engine))
    }

    /// Reads a picture of a whole page.
    ///
    /// # Errors
    /// When the whole document has to fail: the queue is full, or nobody waits any more.
    pub(super) async fn page(&mut self, picture: &Picture, attempts: &mut AttemptLog) -> Result<PageOutcome, Failure> {
        let index = picture.index;
        let (mut best, mut failure): (Option<Best>, Option<Failure>) = (None, None);
        for step in self.steps.clone() {
            let name = step.target.to_string();
            let engine = Engine::of(&step.target);
            if engine.is_none()
                && let Err(why) = self.gateway.reads_pages(&step.target, self.privacy)
            {
                attempts.note(&name, Outcome::Skipped, Some(why), index, Default::default());
                continue;
            }
            let started = Instant::now();
            let read = match engine {
                Some(engine) => self.tickets.read(engine, picture).await,
                None => self.gateway.read_elsewhere(&step.target, picture).await,
            };
            let read = match read {
                Ok(read) => read,
                Err(failed) if is_final(&failed) => return Err(failed),
                Err(failed) => {
                    let outcome = match failed.kind {
                        FailureKind::NotInstalled => Outcome::Skipped,
                        _ => Outcome::Failed,
                    };
                    attempts.note(&name, outcome, Some(&failed.detail), index, started.elapsed());
                    failure.get_or_insert(failed);
                    continue;
                }
            };
            metrics::ocr_took(&name, started.elapsed());
            let reasons = self.doubts(&read, &step, picture);
            let outcome = if reasons.is_empty() { Outcome::Accepted } else { Outcome::Rejected };
            let why = reasons.first().map(|reason| reason.name());
            attempts.note(&name, outcome, why, index, started.elapsed());
            if reasons.is_empty() {
                return Ok(PageOutcome::read(read.page));
            }
            if best.as_ref().is_none_or(|best| is_likelier(&read.page, &best.page)) {
                best = Some(Best { page: read.page, reasons });
            }
        }
        Ok(match (best, failure) {
            (Some(Best { page, reasons }), _) => PageOutcome { reasons, ..PageOutcome::read(page) },
            (None, failure) => {
                let nobody = || Failure::new(FailureKind::NotInstalled, "there is no engine that could read this page");
                PageOutcome::failed(index, failure.unwrap_or_else(nobody))
            }
        })
    }

    /// Reads a part of a page with the first engine that works; what it found is not judged as a page is.
    /// `None` where no engine works.
    pub(super) async fn part(
        &mut self,
        picture: &Picture,
        attempts: &mut AttemptLog,
    ) -> Result<Option<EngineRead>, Failure> {
        for engine in self.steps.clone().iter().filter_map(|step| Engine::of(&step.target)) {
            let started = Instant::now();
            match self.tickets.read(engine, picture).await {
                Ok(read) => {
                    metrics::ocr_took(engine.name(), started.elapsed());
                    attempts.note(
                        engine.name(),
                        Outcome::Accepted,
                        Some("part_of_page"),
                        picture.index,
                        started.elapsed(),
                    );
                    return Ok(Some(read));
                }
                Err(failed) if is_final(&failed) => return Err(failed),
                Err(failed) => {
                    attempts.note(
                        engine.name(),
                        Outcome::Failed,
                        Some(&failed.detail),
                        picture.index,
                        started.elapsed(),
                    );
                }
            }
        }
        Ok(None)
    }

    /// Why a result is not believed; empty if it is.
    fn doubts(&self, read: &EngineRead, step: &Step, picture: &Picture) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if read.page.is_blank() {
            if ink_share(&picture.raster) >= self.blank_ink {
                reasons.push(Reason::InkWithoutText);
            }
            return reasons;
        }
        if read.unknown_script > UNKNOWN_SCRIPT {
            reasons.push(Reason::Script);
        }
        if read.page.confidence.unwrap_or(1.0) < step.accept {
            reasons.push(Reason::LowConfidence);
        }
        reasons
    }
}

/// Failures that another engine would not mend.
fn is_final(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::ClientGone | FailureKind::Busy { .. })
}

fn is_likelier(page: &Page, than: &Page) -> bool {
    let rank = |page: &Page| (!page.is_blank(), page.confidence.unwrap_or(0.0));
    let ((text, confidence), (other_text, other_confidence)) = (rank(page), rank(than));
    (text && !other_text) || (text == other_text && confidence > other_confidence)
}
