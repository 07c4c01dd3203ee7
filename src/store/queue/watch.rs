//! The watchdog of what gives out work: a consumer that stands still, though it answers and there is work, is made anew.
//!
//! What was given out is given out again then. Nothing of that is sent twice, since it is marked before; and those that are
//! at it, and say so, keep it.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::giving::MOST_LEASED;
use super::streams::NODES;
use super::{Queue, QueueAway};

/// What was seen of a consumer.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// When it was last looked at.
    looked_at: Option<Instant>,
    /// When it was made and how far it had come, where it gave nothing though there was work.
    stood: Option<(i128, u64)>,
}

impl Queue {
    /// Looks at a consumer that has given nothing for so long: one that stands where it stood at the look before, while work
    /// waits that it has not given out, is removed, and made anew when it is next asked.
    pub(super) async fn watch(&self, patience: Duration) -> Result<(), QueueAway> {
        {
            let mut watch = self.watched();
            if watch.looked_at.is_some_and(|at| at.elapsed() < patience) {
                return Ok(());
            }
            watch.looked_at = Some(Instant::now());
        }
        // In this order: what is done in between makes less wait, and not more.
        let mut work = self.work.clone();
        let messages = work.info().await.map_err(|error| self.away(&error))?.state.messages;
        let consumer = match self.work.consumer_info(NODES).await {
            Ok(consumer) => consumer,
            Err(error) => {
                self.forget_consumer();
                return Err(self.away(&error));
            }
        };
        let leased = u64::try_from(consumer.num_ack_pending).unwrap_or(u64::MAX);
        let stands = (consumer.created.unix_timestamp_nanos(), consumer.delivered.stream_sequence);
        let is_full = leased >= MOST_LEASED.unsigned_abs();
        let waits = messages > leased && !is_full;
        let stood = std::mem::replace(&mut self.watched().stood, waits.then_some(stands));
        if !waits || stood != Some(stands) {
            return Ok(());
        }
        tracing::warn!(
            queue.place = self.place,
            queue.waiting = messages - leased,
            "what gives out work stands still, and is made anew"
        );
        self.watched().stood = None;
        self.forget_consumer();
        self.work.delete_consumer(NODES).await.map(drop).map_err(|error| self.away(&error))
    }

    fn watched(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
