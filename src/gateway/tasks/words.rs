//! The words of an answer as they grow, which go on at another target where it breaks off, if that was asked for.
//!
//! Only plain text is continued: of calls and of JSON that must fit a schema half is worth nothing. The seam is visible,
//! and what both targets said is paid for by the client.

use std::fmt;
use std::sync::Arc;

use mediary_core::provider::BoxFuture;
use mediary_core::task::{ReplyEvent, ReplyFrame, Usage};
use mediary_core::{Failure, FailureKind, Next, Target};

use super::super::Gateway;
use super::super::routing::{Answer, CallError, Route, TaskRequest};
use super::overlap::Overlap;

/// An answer is continued no more often than this.
const MOST_SEAMS: usize = 3;
/// The words of an answer as they grow.
#[derive(Debug)]
pub(super) struct Words {
    answer: Box<Answer>,
    rest: Option<Box<Rest>>,
}

/// What is kept for the case that an answer breaks off.
struct Rest {
    gateway: Arc<Gateway>,
    request: TaskRequest,
    said: String,
    /// Whether something else than text was said, or the answer has ended.
    is_beyond_text: bool,
    /// The targets that broke off.
    broken: Vec<Target>,
    /// What their halves cost.
    before: Usage,
    /// Why the last one broke off, until another goes on.
    failure: Option<Failure>,
    asking: Option<BoxFuture<'static, Result<Box<Answer>, CallError>>>,
    overlap: Option<Overlap>,
}

impl Words {
    /// An answer that ends where it breaks off.
    pub(super) fn alone(answer: Box<Answer>) -> Self {
        Self { answer, rest: None }
    }

    /// The same answer, but where it breaks off another target goes on.
    pub(super) fn continued(self, gateway: Arc<Gateway>, request: TaskRequest) -> Self {
        let rest = Rest {
            gateway,
            request,
            said: String::new(),
            is_beyond_text: false,
            broken: Vec::new(),
            before: Usage::default(),
            failure: None,
            asking: None,
            overlap: None,
        };
        Self { rest: Some(Box::new(rest)), ..self }
    }

    /// Where it comes from; after a seam, where it goes on.
    pub(super) fn route(&self) -> &Route {
        &self.answer.route
    }

    pub(super) fn route_mut(&mut self) -> &mut Route {
        &mut self.answer.route
    }

    /// Whether its frames are a stream's.
    pub(super) fn is_stream(&self) -> bool {
        self.answer.is_stream
    }

    /// The next frame; `None` at the end of a complete answer. Nothing follows a failure. Not completing this future
    /// loses nothing.
    pub(super) async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        loop {
            let Some(rest) = &mut self.rest else { return self.answer.next().await };
            if let Some(asking) = &mut rest.asking {
                let asked = asking.await;
                rest.asking = None;
                match asked {
                    Ok(answer) => {
                        self.answer = answer;
                        return Some(Ok(rest.seam(&self.answer.route.target)));
                    }
                    Err(_) => {
                        tracing::info!("no other target went on with an answer that broke off");
                        let failure = rest.failure.take();
                        self.rest = None;
                        return failure.map(Err);
                    }
                }
            }
            let next = self.answer.next().await;
            match self.heard(next) {
                Heard::Next(next) => return next,
                Heard::Held => {}
            }
        }
    }

    /// The next frame, if it has arrived already.
    pub(super) async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if self.rest.as_ref().is_some_and(|rest| rest.asking.is_some()) {
            return None;
        }
        let next = self.answer.next_soon().await?;
        match self.heard(Some(next)) {
            Heard::Next(next) => next,
            // What follows is for the call that waits for it.
            Heard::Held => None,
        }
    }

    fn heard(&mut self, next: Option<Result<ReplyFrame, Failure>>) -> Heard {
        let Some(rest) = &mut self.rest else { return Heard::Next(next) };
        let failure = match next {
            Some(Ok(frame)) => match rest.hear(frame) {
                Ok(Some(frame)) => return Heard::Next(Some(Ok(frame))),
                Ok(None) => return Heard::Held,
                Err(failure) => failure,
            },
            None => match rest.finish() {
                Ok(last) => return Heard::Next(last.map(Ok)),
                Err(failure) => failure,
            },
            Some(Err(failure)) => failure,
        };
        if rest.goes_on(&self.answer, &failure) { Heard::Held } else { Heard::Next(Some(Err(failure))) }
    }

    /// Lets go of the provider once the client has been told everything.
    pub(super) async fn close(&mut self) {
        self.answer.close().await;
    }

    /// What the answer cost so far, all of its halves together.
    pub(super) fn usage(&self) -> Usage {
        let usage = self.answer.usage();
        self.rest.as_ref().map_or(usage, |rest| rest.before.and(usage))
    }
}

/// What is to be done with what was heard.
enum Heard {
    Next(Option<Result<ReplyFrame, Failure>>),
    /// Nothing yet.
    Held,
}

impl Rest {
    /// Takes note of a frame; gives what of it is told.
    fn hear(&mut self, mut frame: ReplyFrame) -> Result<Option<ReplyFrame>, Failure> {
        if !self.broken.is_empty() {
            // It names another answer than the one that the client reads.
            frame.is_canonical = false;
            frame.events.retain(|event| !matches!(event, ReplyEvent::Begun { .. }));
        }
        let mut is_beyond_text = false;
        for event in &mut frame.events {
            match event {
                ReplyEvent::Text { text, .. } => {
                    if let Some(overlap) = &mut self.overlap {
                        *text = overlap.push(text).map_err(began_anew)?;
                    }
                    self.said.push_str(text);
                }
                ReplyEvent::ToolCall { .. } | ReplyEvent::Refusal { .. } | ReplyEvent::Finish { .. } => {
                    is_beyond_text = true;
                }
                _ => {}
            }
        }
        if self.overlap.is_some() {
            if is_beyond_text && let Some(last) = self.finish()? {
                frame.events.splice(0..0, last.events);
            }
            self.is_beyond_text |= is_beyond_text;
            frame.events.retain(|event| !matches!(event, ReplyEvent::Text { text, .. } if text.is_empty()));
            return Ok((!frame.events.is_empty()).then_some(frame));
        }
        self.is_beyond_text |= is_beyond_text;
        Ok(Some(frame))
    }

    /// What was held back at the seam.
    fn finish(&mut self) -> Result<Option<ReplyFrame>, Failure> {
        let Some(mut overlap) = self.overlap.take() else { return Ok(None) };
        let text = overlap.finish().map_err(began_anew)?;
        self.said.push_str(&text);
        let events = vec![ReplyEvent::Text { choice: 0, text: text.clone() }];
        Ok((!text.is_empty()).then(|| ReplyFrame { events, ..ReplyFrame::default() }))
    }

    /// Whether another target is asked to go on.
    fn goes_on(&mut self, answer: &Answer, failure: &Failure) -> bool {
        let may = failure.kind.consequence().next != Next::Stop && failure.kind != FailureKind::ClientGone;
        if !may || self.is_beyond_text || self.said.is_empty() || self.broken.len() == MOST_SEAMS {
            return false;
        }
        self.before = self.before.and(answer.usage());
        self.broken.push(answer.route.target.clone());
        self.failure = Some(failure.clone());
        self.overlap = None;
        let (gateway, request) = (self.gateway.clone(), self.request.clone());
        let (said, broken) = (self.said.clone(), self.broken.clone());
        self.asking = Some(Box::pin(async move { gateway.go_on(request, &said, &broken).await }));
        true
    }

    /// The frame that shows where another target goes on.
    fn seam(&mut self, by: &Target) -> ReplyFrame {
        tracing::info!(call.target = %by, "an answer that broke off is continued");
        self.failure = None;
        self.overlap = Some(Overlap::after(&self.said));
        ReplyFrame { events: vec![ReplyEvent::Continued { by: by.to_string() }], ..ReplyFrame::default() }
    }
}

fn began_anew(error: impl fmt::Display) -> Failure {
    Failure::new(FailureKind::Garbled, format!("the target was to continue an answer, and {error}"))
}

impl fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the request nor what was said belongs into a log.
        formatter.debug_struct("Rest").field("broken", &self.broken).finish_non_exhaustive()
    }
}
