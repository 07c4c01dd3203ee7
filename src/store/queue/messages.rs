//! Messages that are there once: of work, and of marks.

use async_nats::HeaderMap;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use bytes::Bytes;

use super::streams::Names;
use super::{HandedOut, Queue, QueueAway};

/// The mark of work that was taken back.
const TAKEN_BACK: &str = "taken back";

impl Queue {
    /// Hands work out, unless it is there already.
    ///
    /// # Errors
    /// When the broker does not say that it has it.
    pub async fn hand_out(&self, name: &str, body: Bytes) -> Result<HandedOut, QueueAway> {
        match self.publish_once(format!("{}.{name}", self.names.work), body).await {
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
        let subject = format!("{}.{name}", self.names.marks);
        if self.publish_once(subject.clone(), Bytes::from(whose.to_owned())).await? {
            return Ok(true);
        }
        Ok(self.last(&self.marks, &subject).await?.is_some_and(|mark| mark == whose))
    }

    /// Takes work back that nothing has a mark of: with a mark of this one's, so that whatever has just taken it leaves it
    /// before it may be billed. Gives whether it was taken back.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn take_back(&self, name: &str) -> Result<bool, QueueAway> {
        if !self.mark(name, TAKEN_BACK).await? {
            return Ok(false);
        }
        self.work.purge().filter(format!("{}.{name}", self.names.work)).await.map_err(|error| self.away(&error))?;
        Ok(true)
    }

    /// Forgets what came of all work whose names begin so, and its marks.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn forget(&self, begin: &str) -> Result<(), QueueAway> {
        // First what might be given out again: without its mark it would be answered once more.
        let Names { work, done, marks } = &self.names;
        for (stream, subject) in [(&self.work, work), (&self.done, done), (&self.marks, marks)] {
            stream.purge().filter(format!("{subject}.{begin}.>")).await.map_err(|error| self.away(&error))?;
        }
        Ok(())
    }

    /// Publishes a message where there is none of this subject. Gives whether there was none.
    pub(super) async fn publish_once(&self, subject: String, body: Bytes) -> Result<bool, QueueAway> {
        self.publish(subject, PublishMessage::build().payload(body)).await
    }

    /// The same, of one that has headers.
    pub(super) async fn publish(&self, subject: String, message: PublishMessage) -> Result<bool, QueueAway> {
        let message = message.expected_last_subject_sequence(0);
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
    pub(super) async fn last(&self, stream: &Stream, subject: &str) -> Result<Option<Bytes>, QueueAway> {
        Ok(self.last_with_headers(stream, subject).await?.map(|(payload, _)| payload))
    }

    /// The same with its headers.
    pub(super) async fn last_with_headers(
        &self,
        stream: &Stream,
        subject: &str,
    ) -> Result<Option<(Bytes, HeaderMap)>, QueueAway> {
        match stream.get_last_raw_message_by_subject(subject).await {
            Ok(message) => Ok(Some((message.payload, message.headers))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(self.away(&error)),
        }
    }
}
