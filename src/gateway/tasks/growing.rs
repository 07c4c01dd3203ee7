//! An answer as it grows, as a client reads it: its words, and their sound where that was asked for and the target only
//! writes.

use std::sync::Arc;

use mediary_core::Failure;
use mediary_core::task::{ReplyFrame, Usage};

use super::super::Gateway;
use super::super::routing::{Answer, Route, TaskRequest};
use super::aloud::Aloud;
use super::words::Words;

/// An answer as it grows.
#[derive(Debug)]
pub struct Growing {
    words: Words,
    aloud: Option<Box<Aloud>>,
}

impl Growing {
    /// An answer that ends where it breaks off.
    pub(super) fn alone(answer: Box<Answer>) -> Self {
        Self { words: Words::alone(answer), aloud: None }
    }

    /// The same answer, but where it breaks off another target goes on.
    pub(super) fn continued(self, gateway: Arc<Gateway>, request: TaskRequest) -> Self {
        Self { words: self.words.continued(gateway, request), ..self }
    }

    /// The same answer, spoken.
    pub(super) fn aloud(mut self, aloud: Aloud) -> Self {
        Aloud::admit(self.words.route_mut());
        Self { aloud: Some(Box::new(aloud)), ..self }
    }

    /// Where it comes from; after a seam, where it goes on.
    #[must_use]
    pub fn route(&self) -> &Route {
        self.words.route()
    }

    /// Whether its frames are a stream's.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.words.is_stream()
    }

    /// The next frame; `None` at the end of a complete answer. Nothing follows a failure. Not completing this future
    /// loses nothing.
    pub async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        match &mut self.aloud {
            Some(aloud) => Box::pin(aloud.next(&mut self.words)).await,
            None => self.words.next().await,
        }
    }

    /// The next frame, if it has arrived already.
    pub async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        // Words and sound are waited for together.
        if self.aloud.is_some() { None } else { self.words.next_soon().await }
    }

    /// Lets go of the provider once the client has been told everything.
    pub async fn close(&mut self) {
        self.words.close().await;
    }

    /// What the answer cost so far, all of its halves together.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.words.usage()
    }
}
