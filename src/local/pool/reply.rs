//! The reply of an engine, as it grows on the engine's thread.

use std::fmt;
use std::task::{Context, Poll};

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use mediary_core::provider::ReplyStream;
use mediary_core::task::ReplyFrame;
use tokio::sync::mpsc::Receiver;

use super::Ticket;
use super::serve::Told;

/// A reply. Dropping it cancels the job, and gives back the place in the queue unless that was reserved.
pub struct EngineReply {
    inbox: Receiver<Told>,
    cancel: Cancel,
    /// Nothing more is handed out.
    over: bool,
    engine: String,
    _ticket: Option<Ticket>,
}

impl EngineReply {
    pub(super) fn new(inbox: Receiver<Told>, cancel: Cancel, ticket: Option<Ticket>, engine: String) -> Self {
        Self { inbox, cancel, over: false, engine, _ticket: ticket }
    }
}

/// The engine's thread has ended, which it never does by itself.
pub(super) fn stopped(engine: &str) -> Failure {
    Failure::broken(format!("the engine {engine} has stopped; restart the server"))
}

impl ReplyStream for EngineReply {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let told = match self.inbox.poll_recv(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(told) => told,
        };
        match told {
            Some(Told::Event(event)) => {
                Poll::Ready(Some(Ok(ReplyFrame { events: vec![event], ..ReplyFrame::default() })))
            }
            Some(Told::Ended(outcome)) => {
                self.over = true;
                Poll::Ready(outcome.err().map(Err))
            }
            None => {
                self.over = true;
                Poll::Ready(Some(Err(stopped(&self.engine))))
            }
        }
    }

    fn is_stream(&self) -> bool {
        true
    }
}

impl Drop for EngineReply {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl fmt::Debug for EngineReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EngineReply({})", self.engine)
    }
}
