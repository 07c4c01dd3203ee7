//! The door of a server that hands its batches' lines out: each is answered by some node, and found again by its name after a
//! restart, so that none is in doubt.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, FailureKind, ProviderId};
use mediary_store::{BatchKind, HandedOut, Queue, QueueAway};

use super::super::batches::{Door, LineAnswer, LineCall, LineFault, LineOutcome, ReadLine};
use super::super::routing::AtProvider;
use super::wire::{self, Depot, Done, Job};

/// How soon it is tried again where the broker is away, or there is as much to do as there may be.
const AGAIN: Duration = Duration::from_secs(1);
/// A line of which nothing is heard is handed out again this often: a broker that lost power may have lost it.
const LOST: Duration = Duration::from_secs(60);

/// A door behind which nodes are.
#[derive(Debug)]
pub struct QueueDoor {
    queue: Arc<Queue>,
    depot: Depot,
    /// What reads and writes lines.
    words: Arc<dyn Door>,
}

impl QueueDoor {
    /// A door to the nodes of a queue; lines are read and written as at another door.
    #[must_use]
    pub fn new(queue: Arc<Queue>, depot: Depot, words: Arc<dyn Door>) -> Self {
        Self { queue, depot, words }
    }
}

impl Door for QueueDoor {
    fn answer(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        let (queue, depot) = (self.queue.clone(), self.depot.clone());
        // What must not leave this machine is answered on it.
        if call.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("x-mediary-privacy") && value == "local") {
            return self.words.answer(call);
        }
        Box::pin(async move {
            // From here on it is another process's.
            if call.announced.announce().await.is_err() {
                return LineAnswer::left();
            }
            loop {
                match answered(&queue, &depot, &call).await {
                    Ok(answer) => return answer,
                    Err(failure) if failure.kind == FailureKind::Unreachable => {
                        tracing::warn!(error.detail = %failure, "a line of a batch waits for the queue");
                        tokio::time::sleep(AGAIN).await;
                    }
                    Err(failure) => return LineAnswer::failed(&failure.detail),
                }
            }
        })
    }

    fn answer_here(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        self.words.answer_here(call)
    }

    fn batching(&self, provider: &ProviderId, key: Option<&str>) -> Option<AtProvider> {
        self.words.batching(provider, key)
    }

    fn read_line(&self, endpoint: &str, text: &str) -> Result<ReadLine, LineFault> {
        self.words.read_line(endpoint, text)
    }

    fn written(&self, kind: BatchKind, line_id: &str, custom_id: &str, outcome: &LineOutcome) -> String {
        self.words.written(kind, line_id, custom_id, outcome)
    }

    fn finds_again(&self) -> bool {
        true
    }

    fn takes_back<'a>(&'a self, name: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let taken = self.queue.take_back(name).await;
            taken.unwrap_or_else(|away| {
                tracing::warn!(error.detail = %away, "a line of a batch that ends is not taken back");
                false
            })
        })
    }

    fn noted<'a>(&'a self, name: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(away) = self.queue.forget_result(name).await {
                // It goes when its batch ends.
                tracing::info!(error.detail = %away, "an answer is left in the queue for now");
            }
        })
    }

    fn ended(&self, batch: &str) -> BoxFuture<'static, ()> {
        let (queue, batch) = (self.queue.clone(), batch.to_owned());
        Box::pin(async move {
            if let Err(away) = queue.forget(&batch).await {
                // It goes with its time.
                tracing::info!(batch.id = batch, error.detail = %away, "results in the queue are not forgotten yet");
            }
        })
    }
}

async fn answered(queue: &Queue, depot: &Depot, call: &LineCall) -> Result<LineAnswer, Failure> {
    let mut expected = queue.expect(&call.name).await.map_err(away)?;
    if let Some(found) = queue.result(&call.name).await.map_err(away)? {
        return wire::read::<Done>(&found)?.answer(depot).await;
    }
    let job = wire::write(&Job::of(call, depot).await?);
    loop {
        while queue.hand_out(&call.name, job.clone()).await.map_err(away)? == HandedOut::Full {
            tokio::time::sleep(AGAIN).await;
        }
        // One that the broker still has is there once all the same.
        if let Ok(found) = tokio::time::timeout(LOST, expected.came()).await {
            return wire::read::<Done>(&found.map_err(away)?)?.answer(depot).await;
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn away(error: QueueAway) -> Failure {
    Failure::new(FailureKind::Unreachable, error.to_string())
}
