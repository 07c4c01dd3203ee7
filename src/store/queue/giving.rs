//! Work is given out, a piece at a time, by a consumer that is made anew where it does not answer.

use std::sync::PoisonError;
use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use futures_util::StreamExt as _;

use super::streams::NODES;
use super::{LeasedWork, Queue, QueueAway};

/// How much longer than it was asked to a broker may take to say that there is nothing. Less than the five seconds after which
/// the client takes its silence for that, so that a consumer that is gone is made anew.
const SLACK: Duration = Duration::from_secs(3);
/// So many pieces of work may be under way at once.
pub(super) const MOST_LEASED: i64 = 100_000;

impl Queue {
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
            Ok(Ok(Some(message))) => Ok(Some(LeasedWork::of(message, &self.names.work, &self.place))),
            Ok(Ok(None)) => self.watch(patience).await.map(|()| None),
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

    async fn consumer(&self) -> Result<PullConsumer, QueueAway> {
        let known = self.consumer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(consumer) = known {
            return Ok(consumer);
        }
        let config = pull::Config {
            durable_name: Some(NODES.to_owned()),
            ack_wait: self.lease,
            max_ack_pending: MOST_LEASED,
            ..pull::Config::default()
        };
        let mut made = self.work.get_or_create_consumer(NODES, config.clone()).await;
        // Another lease than it was made with is in force from here on, for all nodes.
        if made.as_ref().is_ok_and(|made| made.cached_info().config.ack_wait != self.lease) {
            made = self.work.create_consumer(config).await;
        }
        let made = made.map_err(|error| self.away(&error))?;
        *self.consumer.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        Ok(made)
    }

    pub(super) fn forget_consumer(&self) {
        *self.consumer.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
