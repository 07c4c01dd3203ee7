//! An answer as it arrives.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use mediary_core::provider::{BoxFuture, Quota, ReplyStream};
use mediary_core::task::{ReplyEvent, ReplyFrame};
use mediary_core::{Failure, FailureKind};
use tokio::time::{Instant, Sleep, sleep_until};

use super::clock::Clock;
use super::trouble;
use crate::blame;
use crate::client::Answer;
use crate::frames::{Cut, Cutter};
use crate::{FollowUp, Frame, Reader};

/// How OpenAI-like streams say that they are over. It is no JSON, so no other dialect can mean something by it.
const DONE: &[u8] = b"[DONE]";
/// How long the end of a body is waited for once the reply is over. A connection whose body was read to its end can be
/// used again. The end usually comes in the same packet; where the provider waits for our acknowledgement first, which
/// systems put off for 40 ms, it comes a little later.
const LINGER: Duration = Duration::from_millis(60);

/// An answer. Dropping it closes the connection, unless it came to its end.
pub struct Reply {
    /// `None` when nothing more is read from it.
    response: Option<Answer>,
    cutter: Cutter,
    reader: Box<dyn Reader>,
    clock: Clock,
    /// Fires at the deadline or before it. Made when something is waited for the first time.
    timer: Option<Pin<Box<Sleep>>>,
    /// How much of the next frame was here when it was last looked at.
    gathered_bytes: usize,
    /// All bytes are here.
    arrived: bool,
    /// Nothing more is handed out.
    over: bool,
    key: Option<String>,
    quota: Option<Quota>,
    left_out: Vec<String>,
}

impl Reply {
    pub(super) fn new(
        response: Answer,
        cutter: Cutter,
        reader: Box<dyn Reader>,
        clock: Clock,
        key: Option<&str>,
    ) -> Self {
        let key = key.map(str::to_owned);
        let quota = blame::quota(response.headers(), SystemTime::now());
        Self {
            response: Some(response),
            cutter,
            reader,
            clock,
            timer: None,
            gathered_bytes: 0,
            arrived: false,
            over: false,
            key,
            quota,
            left_out: Vec::new(),
        }
    }

    /// What reads it, for an answer after this one.
    pub(super) fn into_reader(self) -> Box<dyn Reader> {
        self.reader
    }

    /// What to ask for now that it has ended.
    pub(super) fn follow_up(&mut self) -> Option<FollowUp> {
        self.reader.follow_up()
    }

    /// The same, with what was left out of its call.
    pub(super) fn without(self, left_out: Vec<String>) -> Self {
        Self { left_out, ..self }
    }

    /// Ready when the deadline has passed. The timer is not reset for every piece that puts the deadline off: when it fires, the
    /// deadline is looked at, and only then the timer is set to it.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<Failure> {
        let deadline = self.clock.deadline();
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        // It has to fire earlier once the answer has begun, if pieces may be less far apart than the first from the call.
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if Instant::now() >= deadline {
                return Poll::Ready(self.clock.timed_out());
            }
            timer.as_mut().reset(deadline);
        }
    }

    /// Takes what has arrived, or notes the end of the body.
    fn take_in(&mut self, piece: Result<Option<Bytes>, hyper::Error>) -> Result<(), Failure> {
        match piece.map_err(|error| trouble::broke_off(&error))? {
            Some(piece) => self.cutter.push(piece),
            None => {
                self.arrived = true;
                self.response = None;
                self.cutter.finish();
            }
        }
        Ok(())
    }

    /// The next frame if it is here already; never waits. `None` says nothing about the end.
    fn next_ready(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if self.over {
            return None;
        }
        match self.cutter.next() {
            Ok(Some(cut)) if cut.data.trim_ascii() == DONE => self.end(),
            Ok(Some(cut)) => Some(self.read(cut)),
            Ok(None) if self.arrived => self.end(),
            Ok(None) => {
                self.looked_at();
                None
            }
            Err(too_long) => {
                let detail = format!("the provider's answer cannot be read: {too_long}");
                Some(Err(self.fail(Failure::new(FailureKind::Garbled, detail))))
            }
        }
    }

    /// Notes whether more of the next frame has come: a comment is none of it.
    fn looked_at(&mut self) {
        let gathered_bytes = self.cutter.gathered_bytes();
        if std::mem::replace(&mut self.gathered_bytes, gathered_bytes) < gathered_bytes {
            self.clock.piece();
        }
    }

    fn read(&mut self, cut: Cut) -> Result<ReplyFrame, Failure> {
        let mut frame = ReplyFrame::default();
        let files = self.cutter.files();
        if !files.is_empty() {
            self.reader.takes(files);
        }
        let read = self.reader.read(&Frame { event: cut.event.as_deref(), data: &cut.data }, &mut frame);
        frame.raw = cut.data;
        self.gathered_bytes = 0;
        // One that says nothing, such as a ping, is a comment by another name; one that only opens the answer is none yet.
        let is_word = |event: &ReplyEvent| event.is_content() || matches!(event, ReplyEvent::Finish { .. });
        if frame.events.iter().any(is_word) {
            self.clock.frame();
        }
        if self.is_stream() && self.reader.is_complete() {
            self.clock.complete();
        }
        read.map(|()| frame).map_err(|failure| self.fail(failure))
    }

    /// The provider has said everything; what the reader held back comes out.
    fn end(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        self.over = true;
        let mut frame = ReplyFrame::default();
        let skipped = self.reader.skipped();
        if skipped > 0 {
            tracing::warn!(frames.skipped = skipped, "frames of a provider's stream could not be read");
        }
        match self.reader.end(&mut frame) {
            Ok(()) if frame.events.is_empty() => None,
            Ok(()) => Some(Ok(frame)),
            Err(failure) => Some(Err(self.fail(failure))),
        }
    }

    /// Nothing follows a failure, and nothing more is read.
    fn fail(&mut self, failure: Failure) -> Failure {
        self.over = true;
        self.response = None;
        blame::without_key(failure, self.key.as_deref())
    }
}

impl ReplyStream for Reply {
    /// The first frame must come in time from the start of the call, later pieces from the one before.
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        loop {
            if let Some(ready) = self.next_ready() {
                return Poll::Ready(Some(ready));
            }
            if self.over {
                return Poll::Ready(None);
            }
            let Some(response) = &mut self.response else { return Poll::Ready(self.end()) };
            let outcome = match response.poll_chunk(context) {
                Poll::Ready(piece) => self.take_in(piece),
                Poll::Pending => {
                    let timed_out = ready!(self.poll_deadline(context));
                    if self.clock.is_complete() {
                        return Poll::Ready(self.end());
                    }
                    Err(timed_out)
                }
            };
            if let Err(failure) = outcome {
                return Poll::Ready(Some(Err(self.fail(failure))));
            }
        }
    }

    fn is_stream(&self) -> bool {
        self.cutter.is_stream()
    }

    fn quota(&self) -> Option<Quota> {
        self.quota
    }

    fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Reads on to the end of the body for a moment, after the end of the reply: worth doing when the client has been
    /// told everything already.
    fn close(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        let Some(mut response) = self.response.take() else { return Box::pin(std::future::ready(())) };
        Box::pin(async move {
            let rest = async { while let Ok(Some(_)) = response.chunk().await {} };
            // Without the end the connection is closed, which is all that happens.
            let _ended = tokio::time::timeout(LINGER, rest).await;
        })
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reply").field("is_stream", &self.is_stream()).field("over", &self.over).finish()
    }
}
