//! Work that was given out to this process, for a while.

use async_nats::jetstream::{AckKind, Message};
use bytes::Bytes;

use super::QueueAway;

/// A piece of work that no other process has meanwhile. Dropped, it is given out again when its lease is over.
#[derive(Debug)]
pub struct LeasedWork {
    message: Message,
    name: String,
    place: String,
}

impl LeasedWork {
    pub(super) fn of(message: Message, subjects: &str, place: &str) -> Self {
        let subject = message.subject.as_str();
        let name = subject.strip_prefix(subjects).and_then(|name| name.strip_prefix('.')).unwrap_or(subject).to_owned();
        Self { message, name, place: place.to_owned() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often it was given out, this time included.
    #[must_use]
    pub fn times(&self) -> u64 {
        self.message.info().map_or(1, |info| u64::try_from(info.delivered).unwrap_or(1))
    }

    /// What is to be done.
    #[must_use]
    pub fn body(&self) -> Bytes {
        self.message.payload.clone()
    }

    /// Says that this process still works on it.
    ///
    /// # Errors
    /// When that cannot be said.
    pub async fn extend(&self) -> Result<(), QueueAway> {
        self.message.ack_with(AckKind::Progress).await.map_err(|error| self.away(&*error))
    }

    /// Gives it back, to be given out again.
    ///
    /// # Errors
    /// When that cannot be said; then it is when its lease is over.
    pub async fn give_back(self) -> Result<(), QueueAway> {
        self.message.ack_with(AckKind::Nak(None)).await.map_err(|error| self.away(&*error))
    }

    /// It is done, and is given out no more.
    ///
    /// # Errors
    /// When the broker does not say that it has heard.
    pub async fn is_done(self) -> Result<(), QueueAway> {
        self.message.double_ack().await.map_err(|error| self.away(&*error))
    }

    fn away(&self, error: &(dyn std::error::Error + Send + Sync)) -> QueueAway {
        QueueAway { place: self.place.clone(), why: error.to_string() }
    }
}
