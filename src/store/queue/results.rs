//! What came of work: kept once, and waited for. What is longer than a message of the broker's is kept in pieces, which are
//! there before the message that names them.

use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;
use async_nats::{HeaderMap, Subscriber};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use mediary_core::ContentHash;

use super::{Queue, QueueAway};

/// What a message of pieces has: what they are known by, and how many there are.
const PIECES: &str = "Mediary-Pieces";

/// A result that was missed on its way is looked for this often.
const LOOK: Duration = Duration::from_secs(10);

/// A result that is waited for.
#[derive(Debug)]
pub struct ExpectedResult<'a> {
    queue: &'a Queue,
    subject: String,
    coming: Subscriber,
}

impl Queue {
    /// Keeps what came of work, unless something came of it before, or its batch has ended. Gives whether it is kept.
    ///
    /// # Errors
    /// When the broker does not say that it has it.
    pub async fn keep_result(&self, name: &str, body: Bytes) -> Result<bool, QueueAway> {
        let is_kept = self.put_result(name, body).await?;
        // Looked at behind it: a batch is closed before its results go.
        if is_kept && self.is_closed(name.split('.').next().unwrap_or(name)).await? {
            self.purge_result(name).await?;
            return Ok(false);
        }
        Ok(is_kept)
    }

    async fn put_result(&self, name: &str, body: Bytes) -> Result<bool, QueueAway> {
        let (subject, most) = (format!("{}.{name}", self.names.done), self.most_bytes());
        if body.len() <= most {
            return self.publish_once(subject, body).await;
        }
        // Those of another who had the same work are told apart by what they are.
        let known_by = ContentHash::of(&body).to_string();
        let count = body.len().div_ceil(most);
        for number in 0..count {
            let piece = body.slice(number * most..body.len().min((number + 1) * most));
            // A piece that is there was kept before, by one that did not come to its end.
            self.publish_once(format!("{subject}.{known_by}.{number}"), piece).await?;
        }
        let message = PublishMessage::build().header(PIECES, format!("{known_by} {count}"));
        self.publish(subject, message).await
    }

    /// Forgets what came of a line, which is kept elsewhere now. None of its tries is sent afterwards by what had it before.
    ///
    /// # Errors
    /// When the broker does not say so.
    pub async fn forget_result(&self, line: &str) -> Result<(), QueueAway> {
        self.close(line).await?;
        self.purge_result(line).await
    }

    async fn purge_result(&self, name: &str) -> Result<(), QueueAway> {
        let subject = format!("{}.{name}", self.names.done);
        // First what says that there is something.
        for subject in [subject.clone(), format!("{subject}.>")] {
            self.done.purge().filter(subject).await.map_err(|error| self.away(&error))?;
        }
        Ok(())
    }

    /// What is kept at a subject, put together where it is in pieces.
    async fn kept(&self, subject: &str) -> Result<Option<Bytes>, QueueAway> {
        match self.last_with_headers(&self.done, subject).await? {
            Some((payload, headers)) => self.joined(subject, payload, &headers).await.map(Some),
            None => Ok(None),
        }
    }

    async fn joined(&self, subject: &str, payload: Bytes, headers: &HeaderMap) -> Result<Bytes, QueueAway> {
        let Some(said) = headers.get(PIECES) else { return Ok(payload) };
        let torn = || QueueAway { place: self.place.clone(), why: "pieces of an answer are not there".to_owned() };
        let (known_by, count) = said.as_str().split_once(' ').ok_or_else(torn)?;
        let count: usize = count.parse().map_err(|_| torn())?;
        let mut whole = BytesMut::new();
        for number in 0..count {
            let piece = self.last(&self.done, &format!("{subject}.{known_by}.{number}")).await?.ok_or_else(torn)?;
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// What came of work, if anything has.
    ///
    /// # Errors
    /// When the broker does not say.
    pub async fn result(&self, name: &str) -> Result<Option<Bytes>, QueueAway> {
        self.kept(&format!("{}.{name}", self.names.done)).await
    }

    /// Waits for what comes of work from now on; what came of it before is found as well.
    ///
    /// # Errors
    /// When the broker is not to be reached.
    pub async fn expect(&self, name: &str) -> Result<ExpectedResult<'_>, QueueAway> {
        let subject = format!("{}.{name}", self.names.done);
        let client = self.context.client();
        let coming = client.subscribe(subject.clone()).await.map_err(|error| self.away(&error))?;
        // It has heard of that when this resolves.
        client.flush().await.map_err(|error| self.away(&error))?;
        Ok(ExpectedResult { queue: self, subject, coming })
    }
}

impl ExpectedResult<'_> {
    /// The result, as soon as there is one.
    ///
    /// # Errors
    /// When the broker leaves.
    pub async fn came(&mut self) -> Result<Bytes, QueueAway> {
        loop {
            if let Ok(Some(message)) = tokio::time::timeout(LOOK, self.coming.next()).await {
                let headers = message.headers.unwrap_or_default();
                return self.queue.joined(&self.subject, message.payload, &headers).await;
            }
            if let Some(found) = self.queue.kept(&self.subject).await? {
                return Ok(found);
            }
        }
    }
}
