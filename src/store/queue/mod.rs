//! Work that is handed out to many processes, over NATS JetStream: each piece to one of them at a time, for as long as that
//! says that it lives, and what comes of it kept once.
//!
//! Three streams. A piece of work is in the first until it is done; what came of it is in the second; a mark in the third
//! says that it may have been billed. Each has at most one message for a piece of work, whichever process comes first, which
//! the broker itself sees to; so pieces can be handed out, done and marked again without harm. Only what brokers of
//! version 2.9 know is used.

mod address;
mod leased;
mod results;
mod streams;
#[cfg(test)]
mod tests;

pub use address::{NotAQueue, QueueAddress};
pub use leased::LeasedWork;
pub use results::ExpectedResult;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use async_nats::jetstream::{self, Context};
use bytes::Bytes;
use futures_util::StreamExt as _;
use thiserror::Error;

use streams::{DONE, MARKS, NODES, WORK};

/// How much longer than it was asked to a broker may take to say that there is nothing.
const SLACK: Duration = Duration::from_secs(5);

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

/// A queue of work. What is dropped of it on the way is found again by its name.
#[derive(Debug)]
pub struct Queue {
    place: String,
    context: Context,
    work: Stream,
    done: Stream,
    marks: Stream,
    lease: Duration,
    /// What gives out work; made anew where it does not answer.
    consumer: Mutex<Option<PullConsumer>>,
}

impl Queue {
    /// The queue of a broker. Work that was given out is given out again when nothing is heard of it for `lease`; no more
    /// than `backlog` pieces wait.
    ///
    /// # Errors
    /// When the broker is not to be reached, or has no JetStream.
    pub async fn open(address: &QueueAddress, lease: Duration, backlog: u32) -> Result<Self, QueueAway> {
        let place = address.to_string();
        let away = |error: &dyn std::error::Error| QueueAway { place: place.clone(), why: chain(error) };
        let options = async_nats::ConnectOptions::new().name("mediary");
        let client = options.connect(address.reveal()).await.map_err(|error| away(&error))?;
        let context = jetstream::new(client);
        let [work, done, marks] = streams::made(&context, backlog).await.map_err(|error| away(&error))?;
        Ok(Self { place: place.clone(), context, work, done, marks, lease, consumer: Mutex::default() })
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

    /// Hands work out, unless it is there already.
    ///
    /// # Errors
    /// When the broker does not say that it has it.
    pub async fn hand_out(&self, name: &str, body: Bytes) -> Result<HandedOut, QueueAway> {
        match self.publish_once(format!("{WORK}.{name}"), body).await {
            Ok(true) => Ok(HandedOut::New),
            Ok(false) => Ok(HandedOut::Before),
            // The broker has no other word for it.
            Err(away) if away.why.contains("maximum messages") => Ok(HandedOut::Full),
            Err(away) => Err(away),
        }
    }

    /// Marks work, once, as this one's. Gives whether the mark is this one's; asked again, where it was not heard, it says the
    /// same.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn mark(&self, name: &str, whose: &str) -> Result<bool, QueueAway> {
        let subject = format!("{MARKS}.{name}");
        if self.publish_once(subject.clone(), Bytes::from(whose.to_owned())).await? {
            return Ok(true);
        }
        Ok(self.last(&self.marks, &subject).await?.is_some_and(|mark| mark == whose))
    }

    /// Takes a piece of work; `None`: there was none for so long. A broker that does not even say that is asked anew.
    ///
    /// # Errors
    /// When it is not to be reached.
    pub async fn take(&self, patience: Duration) -> Result<Option<LeasedWork>, QueueAway> {
        let consumer = self.consumer().await?;
        let taken = async {
            let fetched = consumer.batch().max_messages(1).expires(patience).messages().await;
            let mut messages = fetched.map_err(async_nats::Error::from)?;
            messages.next().await.transpose()
        };
        match tokio::time::timeout(patience + SLACK, taken).await {
            Ok(Ok(message)) => Ok(message.map(|message| LeasedWork::of(message, &self.place))),
            Ok(Err(error)) => {
                self.forget_consumer();
                Err(self.away(&*error))
            }
            Err(_) => {
                self.forget_consumer();
                Err(QueueAway { place: self.place.clone(), why: "it stands still, and is asked anew".to_owned() })
            }
        }
    }

    /// Forgets what came of all work whose names begin so, and its marks.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn forget(&self, begin: &str) -> Result<(), QueueAway> {
        for (stream, subject) in [(&self.done, DONE), (&self.marks, MARKS)] {
            stream.purge().filter(format!("{subject}.{begin}.>")).await.map_err(|error| self.away(&error))?;
        }
        Ok(())
    }

    async fn consumer(&self) -> Result<PullConsumer, QueueAway> {
        let known = self.consumer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(consumer) = known {
            return Ok(consumer);
        }
        let config = pull::Config {
            durable_name: Some(NODES.to_owned()),
            ack_wait: self.lease,
            max_ack_pending: 100_000,
            ..pull::Config::default()
        };
        let made = self.work.get_or_create_consumer(NODES, config).await.map_err(|error| self.away(&error))?;
        *self.consumer.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        Ok(made)
    }

    fn forget_consumer(&self) {
        *self.consumer.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Publishes a message where there is none of this subject. Gives whether there was none.
    async fn publish_once(&self, subject: String, body: Bytes) -> Result<bool, QueueAway> {
        let message = PublishMessage::build().payload(body).expected_last_subject_sequence(0);
        let acknowledged = match self.context.send_publish(subject, message).await {
            Ok(published) => published.await,
            Err(error) => Err(error),
        };
        match acknowledged {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(false),
            Err(error) => Err(self.away(&error)),
        }
    }

    /// The message of a subject.
    async fn last(&self, stream: &Stream, subject: &str) -> Result<Option<Bytes>, QueueAway> {
        match stream.get_last_raw_message_by_subject(subject).await {
            Ok(message) => Ok(Some(message.payload)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(self.away(&error)),
        }
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
