//! An answer as it arrives.

use std::fmt;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use mediary_core::task::ReplyFrame;
use mediary_core::{Failure, FailureKind};

use super::clock::Clock;
use super::trouble;
use crate::blame::{self, Quota};
use crate::client::Answer;
use crate::frames::{Cut, Cutter};
use crate::{Frame, Reader};

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
    /// All bytes are here.
    arrived: bool,
    /// Nothing more is handed out.
    over: bool,
    key: Option<String>,
    quota: Option<Quota>,
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
        Self { response: Some(response), cutter, reader, clock, arrived: false, over: false, key, quota }
    }

    /// What is left of the provider's rate limits, if it said so.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// Whether it comes as a stream rather than as one body.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        !matches!(self.cutter, Cutter::Whole(_))
    }

    /// The next frame; `None` after the proper end, which is followed by [`Reply::close`]. After a failure nothing
    /// follows.
    ///
    /// The first frame must come in time from the start of the call, later pieces from the one before. Not completing
    /// this future loses nothing.
    pub async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        loop {
            if let Some(ready) = self.next_ready() {
                return Some(ready);
            }
            if self.over {
                return None;
            }
            let deadline = self.clock.deadline();
            let Some(response) = &mut self.response else {
                return self.end();
            };
            let arrived = match tokio::time::timeout_at(deadline, response.chunk()).await {
                Ok(piece) => self.take_in(piece),
                Err(_) => Err(self.clock.timed_out()),
            };
            if let Err(failure) = arrived {
                return Some(Err(self.fail(failure)));
            }
        }
    }

    /// The next frame if it has arrived, though perhaps not been read; never waits. `None` says nothing about the end.
    pub async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if let Some(ready) = self.next_ready() {
            return Some(ready);
        }
        let response = self.response.as_mut()?;
        let Poll::Ready(piece) = poll_fn(|context| Poll::Ready(response.poll_chunk(context))).await else {
            return None;
        };
        match self.take_in(piece) {
            Ok(()) => self.next_ready(),
            Err(failure) => Some(Err(self.fail(failure))),
        }
    }

    /// Takes what has arrived, or notes the end of the body.
    fn take_in(&mut self, piece: Result<Option<Bytes>, hyper::Error>) -> Result<(), Failure> {
        match piece.map_err(|error| trouble::broke_off(&error))? {
            Some(piece) => {
                self.clock.piece();
                self.cutter.push(piece);
            }
            None => {
                self.arrived = true;
                self.response = None;
                self.cutter.finish();
            }
        }
        Ok(())
    }

    /// The next frame if it is here already; never waits. `None` says nothing about the end.
    pub(super) fn next_ready(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if self.over {
            return None;
        }
        match self.cutter.next() {
            Ok(Some(cut)) if cut.data.trim_ascii() == DONE => self.end(),
            Ok(Some(cut)) => Some(self.read(cut)),
            Ok(None) if self.arrived => self.end(),
            Ok(None) => None,
            Err(too_long) => {
                let detail = format!("the provider's answer cannot be read: {too_long}");
                Some(Err(self.fail(Failure::new(FailureKind::Garbled, detail))))
            }
        }
    }

    fn read(&mut self, cut: Cut) -> Result<ReplyFrame, Failure> {
        self.clock.frame();
        let mut frame = ReplyFrame::default();
        let read = self.reader.read(&Frame { event: cut.event.as_deref(), data: &cut.data }, &mut frame);
        frame.raw = cut.data;
        read.map(|()| frame).map_err(|failure| self.fail(failure))
    }

    /// The provider has said everything; what the reader held back comes out.
    fn end(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        self.over = true;
        let mut frame = ReplyFrame::default();
        match self.reader.end(&mut frame) {
            Ok(()) if frame.events.is_empty() => None,
            Ok(()) => Some(Ok(frame)),
            Err(failure) => Some(Err(self.fail(failure))),
        }
    }

    /// Reads on to the end of the body for a moment, after the end of the reply: worth doing when the client has been
    /// told everything already.
    pub async fn close(&mut self) {
        if let Some(mut response) = self.response.take() {
            let rest = async { while let Ok(Some(_)) = response.chunk().await {} };
            // Without the end the connection is closed, which is all that happens.
            let _ended = tokio::time::timeout(LINGER, rest).await;
        }
    }

    /// Nothing follows a failure, and nobody reads on.
    fn fail(&mut self, failure: Failure) -> Failure {
        self.over = true;
        self.response = None;
        blame::without_key(failure, self.key.as_deref())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reply").field("is_stream", &self.is_stream()).field("over", &self.over).finish()
    }
}
