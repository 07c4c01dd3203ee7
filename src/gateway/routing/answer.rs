//! An answer on its way: which target gives it, what was done for it, and its frames.
//!
//! The frames are tapped while they pass, for usage, for the ledger and for the conversation's fingerprint. Dropping
//! an answer ends the work of its provider.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use mediary_core::plan::RecipeName;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{PartPath, ReplyEvent, ReplyFrame, Usage, WholeReply};
use mediary_core::{Failure, FailureKind, Target};

use super::super::answer_cache::CacheNote;
use super::account::Account;
use super::sifter::Sifter;
use super::sticky::Prefix;
use super::tap::Tap;

/// What was done to a part for the target that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentNote {
    /// Which part.
    pub place: PartPath,
    /// `transcode` or `extract`.
    pub does: &'static str,
    /// The recipe, and within it the engine if there was one.
    pub by: String,
    /// How many pages, frames or files it became.
    pub pages: Option<u32>,
    /// Why text that it carries was left out.
    pub hidden: Vec<&'static str>,
}

impl TreatmentNote {
    /// A note of what a recipe did.
    #[must_use]
    pub fn new(place: PartPath, does: &'static str, recipe: &RecipeName) -> Self {
        Self { place, does, by: recipe.as_str().to_owned(), pages: None, hidden: Vec::new() }
    }
}

/// Which target answers, and what was done for it.
#[derive(Debug, Clone)]
pub struct Route {
    /// The target.
    pub target: Target,
    /// Other targets that answered a part of the request, where it was answered in pieces.
    pub also: Vec<Target>,
    /// The wire format in which its frames are written.
    pub wire_format: &'static str,
    /// How many calls failed before.
    pub fallbacks: u32,
    /// What was done to parts that were not forwarded.
    pub treatments: Vec<TreatmentNote>,
    /// What was left out, or sent in other words, by names of the request's fields.
    pub dropped: Vec<String>,
    /// What the request costs.
    pub account: Account,
    /// Whether that is known before the answer has ended.
    pub is_cost_known: bool,
    /// What there is to say of an answer in which there is nothing: `no_speech`.
    pub status: Option<&'static str>,
    /// What the cache had to do with it; `None`: nothing.
    pub cache: Option<CacheNote>,
}

impl Route {
    /// Takes in the route of another piece of the same request.
    pub(in crate::gateway) fn join(&mut self, other: Self) {
        self.fallbacks += other.fallbacks;
        merge(&mut self.also, other.also);
        if other.target != self.target {
            merge(&mut self.also, vec![other.target]);
        }
        merge(&mut self.treatments, other.treatments);
        merge(&mut self.dropped, other.dropped);
    }

    /// Notes that something of the request is left out.
    pub(crate) fn drops(&mut self, name: &str) {
        if !self.dropped.iter().any(|dropped| dropped == name) {
            self.dropped.push(name.to_owned());
        }
    }
}

/// Adds what is not there yet.
fn merge<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}

/// An answer that has begun.
#[derive(Debug)]
pub struct Answer {
    /// Where it comes from.
    pub route: Route,
    /// Whether its frames are a stream's. If not, its only frame is a whole body.
    pub is_stream: bool,
    ready: VecDeque<ReplyFrame>,
    /// Whether nothing has been handed out after what was ready at first.
    is_new: bool,
    reply: Option<Box<dyn ReplyStream>>,
    tap: Tap,
    /// What finds pictures among its words, where it is a chat's.
    sifter: Option<Sifter>,
    /// Whether the last frame has come.
    has_ended: bool,
}

impl Answer {
    /// An answer of which nothing was read yet.
    pub(super) fn new(mut route: Route, reply: Box<dyn ReplyStream>, tap: Tap) -> Self {
        let left_out = reply.left_out().iter().filter(|name| !route.dropped.contains(name));
        let left_out: Vec<String> = left_out.cloned().collect();
        route.dropped.extend(left_out);
        let is_stream = reply.is_stream();
        let ready = VecDeque::new();
        Self { route, is_stream, ready, is_new: true, reply: Some(reply), tap, sifter: None, has_ended: false }
    }

    /// The same; pictures that its words hold as Markdown become pictures of the reply.
    pub(super) fn sifted(self, is_prose: bool) -> Self {
        Self { sifter: is_prose.then(Sifter::default), ..self }
    }

    /// A frame as it is handed out. At the end come words that were held back.
    fn sift(&mut self, next: Option<Result<ReplyFrame, Failure>>) -> Option<Result<ReplyFrame, Failure>> {
        let Some(sifter) = &mut self.sifter else { return next };
        match next {
            Some(Ok(frame)) => Some(Ok(sifter.frame(frame))),
            Some(Err(failure)) => Some(Err(failure)),
            None => {
                self.has_ended = true;
                sifter.rest().map(Ok)
            }
        }
    }

    /// Keeps whose turn of which conversation this is.
    pub(in crate::gateway) fn continues(&mut self, conversation: Prefix) {
        self.tap.conversation = Some(conversation);
    }

    /// Which of its provider's keys it was called with.
    pub(in crate::gateway) fn key(&self) -> usize {
        self.tap.key()
    }

    /// How long ago the call began.
    pub(in crate::gateway) fn took(&self) -> Duration {
        self.tap.begun.elapsed()
    }

    /// The next frame, unseen by the tap: what is no answer yet is not noted as one.
    pub(in crate::gateway) async fn untapped(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        let reply = self.reply.as_mut()?;
        let next = match self.has_ended {
            true => None,
            false => poll_fn(|context| reply.poll_frame(context)).await,
        };
        let next = if self.has_ended { next } else { self.sift(next) };
        match next {
            None => self.reply = None,
            // The attempt loop takes note of it.
            Some(Err(_)) => self.tap.is_told_elsewhere(),
            Some(Ok(_)) => {}
        }
        next
    }

    /// Frames that were read without the tap are an answer after all: they are handed out first.
    pub(in crate::gateway) fn begins_with(&mut self, frames: VecDeque<ReplyFrame>) {
        frames.iter().for_each(|frame| self.tap.see(frame));
        if self.reply.is_none() {
            self.tap.complete();
        }
        self.ready = frames;
    }

    /// More frames follow those that are ready, from other calls that are noted by themselves.
    pub(in crate::gateway) fn goes_on_with(&mut self, reply: Box<dyn ReplyStream>) {
        self.reply = Some(reply);
    }

    /// Takes note of a frame that was read unseen.
    pub(in crate::gateway) fn seen(&mut self, frame: &ReplyFrame) {
        self.tap.see(frame);
    }

    /// Waits for its first content; everything that came before is kept and handed out with it. Gives whether there was
    /// any: one that ends without is an answer only if `may_end` says so of one of its events.
    ///
    /// # Errors
    /// When it fails before, or ends without content.
    pub(in crate::gateway) async fn until(
        &mut self,
        is_content: impl Fn(&ReplyEvent) -> bool,
        may_end: impl Fn(&ReplyEvent) -> bool,
    ) -> Result<bool, Failure> {
        let mut kept = VecDeque::new();
        let (mut speaks, mut may_be_silent) = (false, false);
        while !speaks {
            let Some(frame) = self.untapped().await else { break };
            let frame = match frame {
                Ok(frame) => frame,
                Err(failure) => {
                    kept.iter().for_each(|frame| self.tap.see(frame));
                    return Err(failure);
                }
            };
            speaks = frame.events.iter().any(&is_content);
            may_be_silent |= frame.events.iter().any(&may_end);
            kept.push_back(frame);
        }
        if !speaks && !may_be_silent {
            // What it cost is noted all the same.
            kept.iter().for_each(|frame| self.tap.see(frame));
            return Err(Self::empty());
        }
        self.begins_with(kept);
        Ok(speaks)
    }

    /// Reads the answer to its end. With it comes the only frame, as it was, where the answer came in one piece, said what
    /// it cost and needed no mending. `counts` says whether an event makes it an answer; without one the answer is empty.
    ///
    /// # Errors
    /// When it fails on the way, or is empty.
    pub(in crate::gateway) async fn fold(
        &mut self,
        counts: impl Fn(&ReplyEvent) -> bool,
    ) -> Result<(WholeReply, Option<bytes::Bytes>), Failure> {
        let mut whole = WholeReply::default();
        let mut frames = 0_usize;
        let mut raw = None;
        let mut is_answer = false;
        while let Some(frame) = self.untapped().await {
            let frame = frame?;
            frames += 1;
            is_answer |= frame.events.iter().any(&counts);
            self.tap.see(&frame);
            raw = frame.is_canonical.then_some(frame.raw);
            frame.events.into_iter().for_each(|event| whole.push(event));
        }
        if !is_answer {
            return Err(Self::empty());
        }
        self.tap.complete();
        let is_one_piece = frames == 1 && !self.is_stream && whole.usage.is_some();
        whole.usage = Some(self.usage());
        Ok((whole, raw.filter(|_| is_one_piece)))
    }

    /// An answer in which there is nothing.
    pub(in crate::gateway) fn empty() -> Failure {
        Failure::new(FailureKind::EmptyAnswer, "the provider answered without a word")
    }

    /// The next frame; `None` at the end of a complete answer. Nothing follows a failure.
    pub async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if let Some(frame) = self.ready.pop_front() {
            return Some(Ok(frame));
        }
        let reply = self.reply.as_mut()?;
        if self.has_ended {
            return self.noted(None);
        }
        let next = poll_fn(|context| reply.poll_frame(context)).await;
        let next = self.sift(next);
        self.noted(next)
    }

    /// The next frame, if it has arrived already. The first words go by themselves: no others are waited for so much.
    pub async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if let Some(frame) = self.ready.pop_front() {
            return Some(Ok(frame));
        }
        if std::mem::take(&mut self.is_new) {
            return None;
        }
        if self.has_ended {
            return None;
        }
        let reply = self.reply.as_mut()?;
        match poll_fn(|context| Poll::Ready(reply.poll_frame(context))).await {
            // The end is for the call that waits for it.
            Poll::Ready(Some(next)) => {
                let next = self.sift(Some(next));
                self.noted(next)
            }
            Poll::Ready(None) | Poll::Pending => None,
        }
    }

    fn noted(&mut self, next: Option<Result<ReplyFrame, Failure>>) -> Option<Result<ReplyFrame, Failure>> {
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
        if let Some(reply) = self.reply.take() {
            reply.close().await;
        }
    }

    /// What the answer cost so far; at its end, what it cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.tap.usage()
    }
}
