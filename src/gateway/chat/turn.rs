//! One request on its way through the house: its chat, its parts, its plan, and what was prepared for it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use mediary_core::capability::PartShape;
use mediary_core::plan::{Candidate, Plan, Treatment};
use mediary_core::task::Chat;
use mediary_core::{Failure, MediaFormat, Rest};

use super::sticky::Prefix;
use super::error::{ChatError, Exhausted, Tried};
use super::{ChatRequest, Chats, TreatmentNote};
use crate::gateway::Gateway;
use crate::gateway::treat::Bench;

/// One request.
pub(super) struct Turn<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) chats: &'a Arc<Chats>,
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
        if candidate.treatments.iter().all(|treatment| *treatment == Treatment::Forward) {
            return Ok((Cow::Borrowed(self.chat()), Vec::new()));
        }
        let abilities = &self.chats.matrix.rows()[candidate.row];
        let (chat, notes) = self.gateway.treat(self.chat(), plan, candidate, abilities, &self.bench).await?;
        Ok((Cow::Owned(chat), notes))
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

    /// Whether a candidate holds no more than one that complained.
    pub(super) fn is_too_small(&self, candidate: &Candidate, larger_than: Option<u32>) -> bool {
        let Some(complained) = larger_than else { return false };
        self.chats.context_of(candidate.row).is_none_or(|context| context <= complained)
    }

    /// The formats that a candidate was given as they are.
    pub(super) fn forwarded_formats(&self, plan: &Plan, candidate: &Candidate) -> Vec<MediaFormat> {
        let forwarded = plan.places.iter().zip(&candidate.treatments);
        forwarded
            .filter(|(_, treatment)| **treatment == Treatment::Forward)
            .filter_map(|(place, _)| self.parts.iter().find(|part| part.place == *place))
            .map(|part| part.format)
            .collect()
    }

    /// Nobody answered.
    pub(super) fn exhausted(&self, tried: Vec<Tried>) -> ChatError {
        let health = self.chats.fleet.health(&self.chats.ledger, Instant::now());
        let rests = tried.iter().filter_map(|tried| {
            let row = self.chats.matrix.index(&tried.target)?;
            health.of(row)?.rests_for
        });
        let retry_after = rests.min();
        ChatError::Exhausted(Box::new(Exhausted { tried, passed_over: Vec::new(), retry_after }))
    }
}
