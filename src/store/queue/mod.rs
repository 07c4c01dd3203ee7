//! Work that is handed out to many processes, over NATS JetStream: each piece to one of them at a time, for as long as that
//! says that it lives, and what comes of it kept once.
//!
//! Three streams. A piece of work is in the first until it is done; what came of it is in the second; a mark in the third
//! says that it may have been billed. Each has at most one message for a piece of work, whichever process comes first, which
//! the broker itself sees to; so pieces can be handed out, done and marked again without harm. Only what brokers of
//! version 2.9 know is used.

mod address;
mod giving;
mod leased;
mod messages;
mod results;
mod streams;
#[cfg(test)]
mod tests;
mod watch;

pub use address::{NotAQueue, QueueAddress};
pub use leased::LeasedWork;
pub use results::ExpectedResult;

use std::sync::Mutex;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::stream::Stream;
use async_nats::jetstream::{self, Context};
use streams::Names;
use thiserror::Error;
use watch::Watch;

/// The queue is of no use at the moment.
#[derive(Debug, Error)]
#[error("the queue at {place}: {why}")]
pub struct QueueAway {
    /// Where it is.
    place: String,
    /// Why.
    why: String,
}

/// What became of work that was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOut {
    /// It is to be done now.
    New,
    /// It was before, and is still to be done.
    Before,
    /// There is as much to do as there may be; it is to be handed out later.
    Full,
}

/// What a queue may hold, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueBounds {
    /// Work that was given out is given out again when nothing is heard of it for so long.
    pub lease: Duration,
    /// No more pieces of work wait.
    pub backlog: u32,
    /// No more bytes of what came of work are kept; beyond that it waits with those that have it.
    pub done_bytes: u64,
}

/// A queue of work. What is dropped of it on the way is found again by its name.
#[derive(Debug)]
pub struct Queue {
    place: String,
    names: Names,
    context: Context,
    work: Stream,
    done: Stream,
    marks: Stream,
    lease: Duration,
    /// What gives out work; made anew where it does not answer.
    consumer: Mutex<Option<PullConsumer>>,
    watch: Mutex<Watch>,
}

impl Queue {
    /// The queue of this name at a broker.
    ///
    /// # Errors
    /// When the broker is not to be reached, has no JetStream, or has no room for it.
    pub async fn open(address: &QueueAddress, name: &str, bounds: QueueBounds) -> Result<Self, QueueAway> {
        let place = address.to_string();
        let away = |error: &dyn std::error::Error| QueueAway { place: place.clone(), why: chain(error) };
        let options = async_nats::ConnectOptions::new().name("mediary");
        let client = options.connect(address.reveal()).await.map_err(|error| away(&error))?;
        let context = jetstream::new(client);
        let names = Names::of(name);
        let [work, done, marks] = streams::made(&context, &names, &bounds).await.map_err(|error| away(&error))?;
        let (place, lease) = (place.clone(), bounds.lease);
        Ok(Self {
            place,
            names,
            context,
            work,
            done,
            marks,
            lease,
            consumer: Mutex::default(),
            watch: Mutex::default(),
        })
    }

    /// The most bytes of one message.
    #[must_use]
    pub fn most_bytes(&self) -> usize {
        // The rest is for its name and headers.
        self.context.client().server_info().max_payload.saturating_sub(8 * 1024)
    }

    /// How long work is given out for.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }

    fn away(&self, error: &dyn std::error::Error) -> QueueAway {
        QueueAway { place: self.place.clone(), why: chain(error) }
    }
}

/// An error and what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut said: Vec<String> = causes.map(ToString::to_string).collect();
    said.dedup();
    said.join(": ")
}
