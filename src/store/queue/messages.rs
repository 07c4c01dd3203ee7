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
    /// same. What is not asked for any more is no one's: it may have been given out long ago, and be marked late.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn mark(&self, name: &str, whose: &str) -> Result<bool, QueueAway> {
        let subject = format!("{}.{name}", self.names.marks);
        let is_new = self.publish_once(subject.clone(), Bytes::from(whose.to_owned())).await?;
        if !is_new && self.last(&self.marks, &subject).await?.is_none_or(|mark| mark != whose) {
            return Ok(false);
        }
        // Looked at behind the mark: what is closed is closed before its marks go.
        let mut parts = name.splitn(3, '.');
        let (batch, line) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        Ok(!self.is_closed(batch).await? && !self.is_closed(&format!("{batch}.{line}")).await?)
    }

    /// Whether nothing is asked for any more whose names begin so.
    pub(super) async fn is_closed(&self, begin: &str) -> Result<bool, QueueAway> {
        Ok(self.last(&self.marks, &self.names.closed(begin)).await?.is_some())
    }

    /// Says that nothing is asked for any more whose names begin so.
    pub(super) async fn close(&self, begin: &str) -> Result<(), QueueAway> {
        self.publish_once(self.names.closed(begin), Bytes::new()).await.map(drop)
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

    /// Forgets what came of all work of a batch, and its marks. Nothing of it is done afterwards, nor is kept what comes late.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn forget(&self, batch: &str) -> Result<(), QueueAway> {
        self.close(batch).await?;
        // First what might be given out again: without its mark it would be answered once more.
        let Names { work, done, marks } = &self.names;
        let lines = self.names.closed(batch);
        for (stream, subject) in [
            (&self.work, format!("{work}.{batch}")),
            (&self.done, format!("{done}.{batch}")),
            (&self.marks, format!("{marks}.{batch}")),
            (&self.marks, lines),
        ] {
            stream.purge().filter(format!("{subject}.>")).await.map_err(|error| self.away(&error))?;
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
