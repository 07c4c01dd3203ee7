//! What is taken note of while an answer passes: its first word, what it costs, what it says.
//!
//! What became of a call goes into the ledger once: when it is complete, fails, or is left by its client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_core::capability::Usd;
use mediary_core::provider::Quota;
use mediary_core::quota::KeyMeters;
use mediary_core::task::{ReplyEvent, ReplyFrame, Usage};
use mediary_core::{Failure, FailureKind, MediaFormat, Target};

use super::super::clients::Reserved;
use super::Router;
use super::billing::Billing;
use super::ledger::Caller;
use super::pooled::Held;
use super::quotas;
use super::sticky::{Prefix, Spoken};
use crate::telemetry::metrics;

/// A call that is given up after so long without a word was slow.
const SLOW: Duration = Duration::from_secs(10);

/// What a call holds of the free limits of its key.
#[derive(Debug)]
pub(super) struct Metered {
    pub(super) held: Held,
    pub(super) meters: Arc<KeyMeters>,
}

/// What is taken note of while an answer passes.
#[derive(Debug)]
pub(super) struct Tap {
    router: Arc<Router>,
    caller: Caller,
    target: Target,
    /// The media it was given as they are.
    formats: Vec<MediaFormat>,
    /// The conversation so far, for its fingerprint.
    pub(super) conversation: Option<Prefix>,
    /// About how many tokens the request has, for providers that do not say.
    prompt_tokens: u64,
    /// What is left of the provider's rate limits.
    quota: Option<Quota>,
    pub(super) begun: Instant,
    first: Option<Duration>,
    usage: Option<Usage>,
    /// What was said, for the conversation's fingerprint.
    said: Spoken,
    billing: Billing,
    /// What the call holds of its key's free limits.
    metered: Option<Metered>,
    /// What it holds of its client's limits.
    reserved: Option<Arc<Reserved>>,
    /// Length of the reply in bytes, for providers that do not count.
    said_bytes: u64,
    settled: bool,
}

impl Tap {
    /// A tap on the answer to a call that begins now.
    pub(super) fn new(
        router: Arc<Router>,
        caller: Caller,
        target: Target,
        formats: Vec<MediaFormat>,
        prompt_tokens: u64,
        billing: Billing,
    ) -> Self {
        Self {
            router,
            caller,
            target,
            formats,
            conversation: None,
            prompt_tokens,
            quota: None,
            begun: Instant::now(),
            first: None,
            usage: None,
            said: Spoken::default(),
            billing,
            metered: None,
            reserved: None,
            said_bytes: 0,
            settled: false,
        }
    }

    /// Which of its provider's keys the call is made with.
    pub(super) fn key(&self) -> usize {
        self.caller.key
    }

    /// What the call holds of its key's free limits, and of its client's.
    pub(super) fn is_metered(&mut self, metered: Option<Metered>, reserved: Option<Arc<Reserved>>) {
        (self.metered, self.reserved) = (metered, reserved);
    }

    /// Gives back what was held and not used.
    fn settle(&mut self) {
        self.reserved = None;
        if let Some(Metered { held, meters }) = self.metered.take() {
            let usage = self.usage();
            held.settle(usage.prompt_tokens + usage.completion_tokens);
            quotas::told(&meters, &self.target.model, self.quota);
        }
    }

    /// What became of the call is noted by the attempt loop.
    pub(super) fn is_told_elsewhere(&mut self) {
        self.settled = true;
    }

    /// What the provider says of its rate limits.
    pub(super) fn has_left(&mut self, quota: Option<Quota>) {
        self.quota = quota;
    }

    pub(super) fn see(&mut self, frame: &ReplyFrame) {
        for event in &frame.events {
            if event.is_content() && self.first.is_none() {
                self.first = Some(self.begun.elapsed());
            }
            match event {
                ReplyEvent::Usage(usage) if usage.tells_tokens() => self.usage = Some(*usage),
                ReplyEvent::Text { text, .. } | ReplyEvent::Reasoning { text, .. } => {
                    self.said_bytes += text.len() as u64;
                }
                ReplyEvent::ToolCall { arguments, .. } => self.said_bytes += arguments.len() as u64,
                ReplyEvent::Refusal { .. } | ReplyEvent::Begun { .. } | ReplyEvent::Continued { .. } => {}
                ReplyEvent::Extra { .. } | ReplyEvent::Finish { .. } => {}
                ReplyEvent::Page(_) | ReplyEvent::Segment(_) | ReplyEvent::Heard { .. } | ReplyEvent::Sound(_) => {}
                ReplyEvent::Accepted { .. } | ReplyEvent::Own { .. } | ReplyEvent::Usage(_) => {}
                ReplyEvent::Vector { .. }
                | ReplyEvent::Ranked { .. }
                | ReplyEvent::Judged { .. }
                | ReplyEvent::Bytes(_)
                | ReplyEvent::Picture(_) => {}
            }
            self.billing.see(event);
            if self.conversation.is_some() {
                self.said.hear(event);
            }
        }
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage.unwrap_or_else(|| self.counted())
    }

    fn counted(&self) -> Usage {
        Usage {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.said_bytes.div_ceil(4),
            estimated: true,
            ..Usage::default()
        }
    }

    /// Notes what the call costs, once.
    pub(super) fn bill(&mut self, has_failed: bool) {
        let Some(charge) = self.billing.charge(&self.target, self.usage, self.counted(), has_failed) else { return };
        let usd = charge.usd();
        if usd == Some(Usd::ZERO) {
            return;
        }
        self.router.ledger.billed(self.caller.row, usd);
        metrics::provider_billed(&self.target, usd);
        let cost = usd.map_or_else(|| "unpriced".to_owned(), |usd| usd.to_string());
        tracing::info!(call.target = %self.target, cost.usd = cost, "a call was billed");
    }

    pub(super) fn complete(&mut self) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        self.bill(false);
        self.settle();
        if let Some(noted) = self.billing.account().noted() {
            noted.answered(&self.target, self.begun.elapsed());
        }
        let first = self.first.unwrap_or_else(|| self.begun.elapsed());
        let usage = self.usage();
        // A batch of its provider's does not tell how quick a target is, or whether it is well.
        if self.billing.account().deferred().is_some() {
            return;
        }
        let now = Instant::now();
        self.router.ledger.succeeded(self.caller, first, usage, &self.formats);
        self.router.findings.answered(&self.target);
        self.router.key_answered(self.caller);
        self.router.ledger.has_left(self.caller, self.quota, now);
        metrics::provider_answered(&self.target, first, usage);
        if let Some(conversation) = self.conversation.take() {
            self.router.keep_turn(conversation, &self.said, self.caller.row, now);
        }
    }

    pub(super) fn failed(&mut self, failure: &Failure) {
        let is_deferred = self.billing.account().deferred().is_some();
        if std::mem::replace(&mut self.settled, true) || failure.kind == FailureKind::ClientGone || is_deferred {
            return;
        }
        let now = Instant::now();
        self.router.ledger.failed(self.caller, failure, &[], self.begun, now);
        self.router.key_failed(self.caller, failure, now);
        metrics::provider_failed(&self.target, failure.kind.name());
    }
}

impl Drop for Tap {
    /// A client that leaves teaches as well: what was said so far was paid for, and a long silence was one.
    fn drop(&mut self) {
        if self.billing.has_come() {
            self.bill(true);
            self.settle();
        }
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let waited = self.begun.elapsed();
        match self.first {
            Some(first) => {
                let usage = self.usage();
                self.router.ledger.was_left(self.caller, first, usage);
                metrics::provider_left(&self.target, usage);
                if let Some(conversation) = self.conversation.take() {
                    self.router.keep_turn(conversation, &self.said, self.caller.row, Instant::now());
                }
            }
            None if waited >= SLOW => self.router.ledger.was_slow(self.caller.row, waited),
            None => {}
        }
    }
}
