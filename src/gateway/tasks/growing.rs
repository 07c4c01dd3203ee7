//! An answer as it grows, as a client reads it: from a target, its words or their sound where that was asked for and the
//! target only writes; from a call that others listen to as well; or from the cache.

use std::sync::Arc;

use mediary_core::task::{ReplyFrame, Usage};
use mediary_core::{Failure, Target};

use super::super::Gateway;
use super::super::answer_cache::{Replayed, Sharing, events_of};
use super::super::routing::{Answer, Route, TaskRequest};
use super::aloud::Aloud;
use super::chat::WholeAnswer;
use super::words::Words;

/// An answer as it grows.
#[derive(Debug)]
pub struct Growing(Source);

/// Where it comes from.
#[derive(Debug)]
enum Source {
    /// A target, and what speaks its words.
    Target(Words, Option<Box<Aloud>>),
    /// A call that others listen to as well.
    Shared(Box<Sharing>),
    /// The cache.
    Kept(Box<Replayed>),
}

impl Growing {
    /// An answer that ends where it breaks off.
    pub(super) fn alone(answer: Box<Answer>) -> Self {
        Self(Source::Target(Words::alone(answer), None))
    }

    /// An answer that others listen to as well; it has begun.
    pub(in crate::gateway) fn shared(sharing: Sharing) -> Self {
        Self(Source::Shared(Box::new(sharing)))
    }

    /// An answer that was given before.
    pub(in crate::gateway) fn replayed(replayed: Replayed) -> Self {
        Self(Source::Kept(Box::new(replayed)))
    }

    /// A whole answer, for a client that reads a stream.
    #[must_use]
    pub fn of(whole: WholeAnswer) -> Self {
        let WholeAnswer { route, reply, .. } = whole;
        let usage = reply.usage.unwrap_or_default();
        let frames = [ReplyFrame { events: events_of(&reply), ..ReplyFrame::default() }].into();
        Self::replayed(Replayed { route, frames, is_stream: false, usage })
    }

    /// The same answer, to which other targets have contributed.
    pub(in crate::gateway) fn also_by(mut self, targets: Vec<Target>) -> Self {
        if let Source::Target(words, _) = &mut self.0 {
            words.route_mut().also.extend(targets);
        }
        self
    }

    /// The same answer, but where it breaks off another target goes on.
    pub(super) fn continued(self, gateway: Arc<Gateway>, request: TaskRequest) -> Self {
        match self.0 {
            Source::Target(words, aloud) => Self(Source::Target(words.continued(gateway, request), aloud)),
            other => Self(other),
        }
    }

    /// The same answer, spoken.
    pub(super) fn aloud(self, aloud: Aloud) -> Self {
        match self.0 {
            Source::Target(mut words, _) => {
                Aloud::admit(words.route_mut());
                Self(Source::Target(words, Some(Box::new(aloud))))
            }
            other => Self(other),
        }
    }

    /// Where it comes from; after a seam, where it goes on.
    #[must_use]
    pub fn route(&self) -> &Route {
        match &self.0 {
            Source::Target(words, _) => words.route(),
            Source::Shared(sharing) => &sharing.route,
            Source::Kept(replayed) => &replayed.route,
        }
    }

    /// Whether its frames are a stream's.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        match &self.0 {
            Source::Target(words, _) => words.is_stream(),
            Source::Shared(sharing) => sharing.is_stream,
            Source::Kept(replayed) => replayed.is_stream,
        }
    }

    /// The next frame; `None` at the end of a complete answer. Nothing follows a failure. Not completing this future
    /// loses nothing.
    pub async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        match &mut self.0 {
            Source::Target(words, Some(aloud)) => Box::pin(aloud.next(words)).await,
            Source::Target(words, None) => words.next().await,
            Source::Shared(sharing) => sharing.next().await,
            Source::Kept(replayed) => replayed.next(),
        }
    }

    /// The next frame, if it has arrived already.
    pub async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        match &mut self.0 {
            // Words and sound are waited for together.
            Source::Target(_, Some(_)) => None,
            Source::Target(words, None) => words.next_soon().await,
            Source::Shared(sharing) => sharing.next_soon().await,
            Source::Kept(replayed) => replayed.next(),
        }
    }

    /// Lets go of the provider once the client has been told everything.
    pub async fn close(&mut self) {
        match &mut self.0 {
            Source::Target(words, _) => words.close().await,
            Source::Shared(sharing) => sharing.close().await,
            Source::Kept(_) => {}
        }
    }

    /// What the answer cost so far, all of its halves together.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match &self.0 {
            Source::Target(words, _) => words.usage(),
            Source::Shared(sharing) => sharing.usage,
            Source::Kept(replayed) => replayed.usage,
        }
    }
}
