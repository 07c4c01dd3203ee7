//! One request on its way through the house: its chat, its parts, its plan, and what was prepared for it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use mediary_core::capability::PartShape;
use mediary_core::plan::{Candidate, Plan, Treatment};
use mediary_core::task::{Chat, MediaPart, Part};
use mediary_core::{Failure, MediaFormat, Rest};

use super::error::{ChatError, Exhausted, Tried};
use super::fleet::Fleet;
use super::sticky::Prefix;
use super::{ChatRequest, Chats, TreatmentNote};
use crate::gateway::Gateway;
use crate::gateway::treat::Bench;

/// A chat's media.
fn media(chat: &Chat) -> impl Iterator<Item = &MediaPart> {
    chat.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Media(media) => Some(media),
        Part::Text(_) | Part::Remote { .. } => None,
    })
}

/// One request.
pub(super) struct Turn<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) chats: &'a Arc<Chats>,
    pub(super) fleet: &'a Fleet,
    pub(super) request: &'a ChatRequest,
    pub(super) parts: &'a [PartShape],
    pub(super) bench: Bench,
    /// About how many tokens the request has.
    pub(super) prompt_tokens: u64,
    /// The conversation so far, for its fingerprint.
    pub(super) prefix: Prefix,
}

impl Turn<'_> {
    pub(super) fn chat(&self) -> &Chat {
        &self.request.chat
    }

    /// The chat as a candidate gets it, and what was done for that.
    pub(super) async fn prepare(
        &self,
        plan: &Plan,
        candidate: &Candidate,
    ) -> Result<(Cow<'_, Chat>, Vec<TreatmentNote>), Failure> {
        let abilities = &self.fleet.matrix.rows()[candidate.row];
        let (mut chat, notes) = match candidate.treatments.iter().all(|treatment| *treatment == Treatment::Forward) {
            true => (Cow::Borrowed(self.chat()), Vec::new()),
            false => {
                let (chat, notes) = {
                    let treating = self.gateway.treat(self.chat(), plan, candidate, abilities, &self.bench);
                    // Boxed, as all that most chats do not need: it would be a part of every chat's future.
                    Box::pin(treating).await?
                };
                (Cow::Owned(chat), notes)
            }
        };
        let hands_on = self.chats.routing.hand_on_urls;
        let is_kept = |part: &MediaPart| {
            part.url.is_none()
                || (hands_on && abilities.acceptance(part.media.format).is_some_and(|accepted| accepted.by_url))
        };
        if media(&chat).any(|part| !is_kept(part)) {
            for part in chat.to_mut().messages.iter_mut().flat_map(|message| &mut message.parts) {
                if let Part::Media(part) = part
                    && !is_kept(part)
                {
                    part.url = None;
                }
            }
        }
        Ok((chat, notes))
    }

    /// Whether a candidate is to be asked in this round: in later rounds, whoever failed in a way that may have passed.
    pub(super) fn may_ask(&self, candidate: &Candidate, tried: &[Tried], cycle: u32) -> bool {
        let last = tried.iter().rfind(|tried| tried.target == candidate.target);
        match last {
            _ if cycle == 0 => true,
            Some(tried) => matches!(tried.kind.consequence().rest, Rest::Growing { .. }),
            None => true,
        }
    }

    /// The most tokens a target holds.
    pub(super) fn context_of(&self, row: usize) -> Option<u32> {
        self.fleet.matrix.rows()[row].context_tokens
    }

    /// Whether a candidate holds no more than one that complained.
    pub(super) fn is_too_small(&self, candidate: &Candidate, larger_than: Option<u32>) -> bool {
        let Some(complained) = larger_than else { return false };
        self.context_of(candidate.row).is_none_or(|context| context <= complained)
    }

    /// The formats that a candidate was given as they are, each once.
    pub(super) fn forwarded_formats(&self, plan: &Plan, candidate: &Candidate) -> Vec<MediaFormat> {
        let forwarded = plan.places.iter().zip(&candidate.treatments);
        let mut formats: Vec<MediaFormat> = forwarded
            .filter(|(_, treatment)| **treatment == Treatment::Forward)
            .filter_map(|(place, _)| self.parts.iter().find(|part| part.place == *place))
            .map(|part| part.format)
            .collect();
        formats.sort_unstable();
        formats.dedup();
        formats
    }

    /// Nobody answered.
    pub(super) fn exhausted(&self, tried: Vec<Tried>) -> ChatError {
        let health = self.fleet.health(&self.chats.ledger, Instant::now());
        let rests = tried.iter().filter_map(|tried| {
            let row = self.fleet.matrix.index(&tried.target)?;
            health.of(row)?.rests_for
        });
        let retry_after = rests.min();
        ChatError::Exhausted(Box::new(Exhausted {
            tried,
            passed_over: Vec::new(),
            retry_after,
            rests_for_rates: false,
        }))
    }
}
