//! What came of work: kept once, and waited for.

use std::time::Duration;

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt as _;

use super::streams::DONE;
use super::{Queue, QueueAway};

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
    /// Keeps what came of work, unless something came of it before. Gives whether nothing had.
    ///
    /// # Errors
    /// When the broker does not say that it has it.
    pub async fn keep_result(&self, name: &str, body: Bytes) -> Result<bool, QueueAway> {
        self.publish_once(format!("{DONE}.{name}"), body).await
    }

    /// What came of work, if anything has.
    ///
    /// # Errors
    /// When the broker does not say.
    pub async fn result(&self, name: &str) -> Result<Option<Bytes>, QueueAway> {
        self.last(&self.done, &format!("{DONE}.{name}")).await
    }

    /// Waits for what comes of work from now on; what came of it before is found as well.
    ///
    /// # Errors
    /// When the broker is not to be reached.
    pub async fn expect(&self, name: &str) -> Result<ExpectedResult<'_>, QueueAway> {
        let subject = format!("{DONE}.{name}");
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
                return Ok(message.payload);
            }
            if let Some(found) = self.queue.last(&self.queue.done, &self.subject).await? {
                return Ok(found);
            }
        }
    }
}
