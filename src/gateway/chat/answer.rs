//! An answer on its way: who gives it, what was done for it, and its frames.
//!
//! The frames are tapped while they pass, for usage, for the ledger and for the conversation's fingerprint. Dropping
//! an answer closes the connection to its provider.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_core::plan::RecipeName;
use mediary_core::task::{Place, ReplyEvent, ReplyFrame, Usage, WholeReply};
use mediary_core::{Failure, FailureKind, MediaFormat, Target};
use mediary_remote::{Quota, Reply};

use super::Chats;
use super::ledger::Caller;
use super::sticky::{Prefix, Said};
use crate::telemetry::metrics;

/// What was done to a part for the target that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentNote {
    /// Which part.
    pub place: Place,
    /// `transcode` or `extract`.
    pub does: &'static str,
    /// The recipe, and within it the engine if there was one.
    pub by: String,
    /// How many pages, frames or files it became.
    pub pages: Option<u32>,
}

impl TreatmentNote {
    /// A note of what a recipe did.
    #[must_use]
    pub fn new(place: Place, does: &'static str, recipe: &RecipeName) -> Self {
        Self { place, does, by: recipe.as_str().to_owned(), pages: None }
    }
}

/// Who answers, and what was done for it.
#[derive(Debug, Clone)]
pub struct Route {
    /// Who answers.
    pub target: Target,
    /// The name of its dialect.
    pub dialect: &'static str,
    /// How many calls failed before.
    pub fallbacks: u32,
    /// What was done to parts that were not forwarded.
    pub treatments: Vec<TreatmentNote>,
    /// Soft parameters that were left out.
    pub dropped: Vec<String>,
}

/// An answer that has begun.
#[derive(Debug)]
pub struct Answer {
    /// Who gives it.
    pub route: Route,
    /// Whether its frames are a stream's. If not, its only frame is a whole body.
    pub is_stream: bool,
    pub(super) ready: VecDeque<ReplyFrame>,
    /// Whether nothing has been handed out after what was ready at first.
    pub(super) is_new: bool,
    pub(super) reply: Option<Reply>,
    pub(super) tap: Tap,
}

/// A whole answer.
#[derive(Debug)]
pub struct WholeAnswer {
    /// Who gave it.
    pub route: Route,
    /// What it says. Its usage is always there, counted by us if need be.
    pub reply: WholeReply,
    /// The body as the provider wrote it, if it came in one piece with its usage.
    pub raw: Option<bytes::Bytes>,
}

impl Answer {
    /// The next frame; `None` at the end of a complete answer. Nothing follows a failure.
    pub async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if let Some(frame) = self.ready.pop_front() {
            return Some(Ok(frame));
        }
        let next = self.reply.as_mut()?.next().await;
        self.took(next)
    }

    /// The next frame, if it has arrived already. The first words go by themselves: no others are waited for so much.
    pub async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if let Some(frame) = self.ready.pop_front() {
            return Some(Ok(frame));
        }
        if std::mem::take(&mut self.is_new) {
            return None;
        }
        let next = self.reply.as_mut()?.next_soon().await?;
        self.took(Some(next))
    }

    fn took(&mut self, next: Option<Result<ReplyFrame, Failure>>) -> Option<Result<ReplyFrame, Failure>> {
        match next {
            Some(Ok(frame)) => {
                self.tap.see(&frame);
                Some(Ok(frame))
            }
            Some(Err(failure)) => {
                self.reply = None;
                self.tap.failed(&failure);
                Some(Err(failure))
            }
            None => {
                self.tap.complete();
                None
            }
        }
    }

    /// Lets go of the provider once the client has been told everything, so that the connection can be used again.
    pub async fn close(&mut self) {
        if let Some(mut reply) = self.reply.take() {
            reply.close().await;
        }
    }

    /// What the answer cost so far; at its end, what it cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.tap.usage()
    }
}

/// What is taken note of while an answer passes.
#[derive(Debug)]
pub(super) struct Tap {
    pub(super) chats: Arc<Chats>,
    pub(super) caller: Caller,
    pub(super) target: Target,
    /// The media it was given as they are.
    pub(super) formats: Vec<MediaFormat>,
    /// The conversation so far, for its fingerprint.
    pub(super) prefix: Prefix,
    /// About how many tokens the request has, for providers that do not say.
    pub(super) prompt_tokens: u64,
    /// What is left of the provider's rate limits.
    pub(super) quota: Option<Quota>,
    pub(super) begun: Instant,
    pub(super) first: Option<Duration>,
    pub(super) usage: Option<Usage>,
    /// What was said, for the conversation's fingerprint.
    pub(super) said: Said,
    /// Length of the reply in bytes, for providers that do not count.
    pub(super) said_bytes: u64,
    pub(super) settled: bool,
}

impl Tap {
    pub(super) fn see(&mut self, frame: &ReplyFrame) {
        for event in &frame.events {
            if event.is_content() && self.first.is_none() {
                self.first = Some(self.begun.elapsed());
            }
            match event {
                ReplyEvent::Usage(usage) => self.usage = Some(*usage),
                ReplyEvent::Text { text, .. } | ReplyEvent::Reasoning { text, .. } => {
                    self.said_bytes += text.len() as u64;
                }
                ReplyEvent::ToolCall { arguments, .. } => self.said_bytes += arguments.len() as u64,
                ReplyEvent::Refusal { .. } | ReplyEvent::Begun { .. } => {}
                ReplyEvent::Extra { .. } | ReplyEvent::Finish { .. } => {}
            }
            self.said.hear(event);
        }
    }

    fn usage(&self) -> Usage {
        self.usage.unwrap_or(Usage {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.said_bytes.div_ceil(4),
            estimated: true,
            ..Usage::default()
        })
    }

    pub(super) fn complete(&mut self) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let first = self.first.unwrap_or_else(|| self.begun.elapsed());
        let usage = self.usage();
        let now = Instant::now();
        self.chats.ledger.succeeded(self.caller, first, usage, &self.formats);
        self.chats.ledger.has_left(self.caller, self.quota, now);
        metrics::provider_answered(&self.target, first, usage);
        let fingerprint = self.prefix.clone().with(&self.said);
        self.chats.sticky.keep(fingerprint, self.caller.row, now);
    }

    pub(super) fn failed(&mut self, failure: &Failure) {
        if std::mem::replace(&mut self.settled, true) || failure.kind == FailureKind::ClientGone {
            return;
        }
        self.chats.ledger.failed(self.caller, failure, &[], Instant::now());
        metrics::provider_failed(&self.target, failure.kind.name());
    }
}
