//! A stream that others listen to as well, as its client reads it.

use mediary_core::Failure;
use mediary_core::task::{ReplyFrame, Usage};

use super::super::routing::Route;
use super::flight::{Listener, Step};

/// A stream that has begun.
#[derive(Debug)]
pub(in crate::gateway) struct Sharing {
    listener: Listener,
    pub(in crate::gateway) route: Route,
    pub(in crate::gateway) is_stream: bool,
    pub(in crate::gateway) usage: Usage,
    /// Whether nothing was read of it yet.
    is_new: bool,
}

impl Sharing {
    pub(super) fn new(listener: Listener, route: Route, is_stream: bool, usage: Usage) -> Self {
        Self { listener, route, is_stream, usage, is_new: true }
    }

    /// The next frame; `None` at the end of a complete answer.
    pub(in crate::gateway) async fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        let step = self.listener.next().await;
        self.told(step)
    }

    /// The next frame, if it has come already. The first words go by themselves.
    pub(in crate::gateway) async fn next_soon(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        if std::mem::take(&mut self.is_new) {
            return None;
        }
        let step = self.listener.next_soon().await;
        self.told(step)
    }

    fn told(&mut self, step: Option<Step>) -> Option<Result<ReplyFrame, Failure>> {
        match step? {
            Step::Frame(frame) => Some(Ok(frame)),
            Step::Broke(failure) => Some(Err(failure)),
            Step::Ended(route, usage) => {
                (self.route, self.usage) = (self.listener.its(*route), usage);
                // Only now is it known what was saved.
                if let (Some(noted), Some(note)) = (self.route.account.noted(), &self.route.cache) {
                    noted.cached(&self.route.target, note.clone());
                }
                None
            }
            Step::Begun(..) | Step::Whole(_) | Step::Refused(_) => None,
        }
    }

    /// Waits until the provider is let go of.
    pub(in crate::gateway) async fn close(&mut self) {
        while self.listener.next().await.is_some() {}
    }
}
