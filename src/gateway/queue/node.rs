//! A node: takes lines from a queue, has each answered at its own process's door, and keeps what came of it.
//!
//! It takes no more than it can answer, and says of each, while it is answered, that it lives. A line that a node was
//! killed with is given out again; where it may have been billed, it is answered as unknown instead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, FailureKind};
use mediary_store::{LeasedWork, Queue, QueueAway};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::super::batches::{Door, LineAnswer, LineCall};
use super::super::routing::Announced;
use super::door::away;
use super::wire::{self, Depot, Done, Job};

/// How long it is waited for work before it is asked anew.
const PATIENCE: Duration = Duration::from_secs(5);
/// How soon it is tried again where the broker is away.
const AGAIN: Duration = Duration::from_secs(1);
/// A line whose text cannot be had is given out so often.
const MOST_TIMES: u64 = 5;
/// So often in a lease a node says that it lives.
const SIGNS: u32 = 3;

/// A node.
#[derive(Debug)]
pub struct Node {
    queue: Arc<Queue>,
    depot: Depot,
    door: Arc<dyn Door>,
}

/// What is noted before a line may be billed, where all nodes see it.
#[derive(Debug)]
struct Mark {
    queue: Arc<Queue>,
    name: String,
    /// What this try is known by: another one, of the same node as well, is another's.
    attempt: String,
    is_noted: OnceCell<()>,
    /// Another process had it, and may have been billed.
    was_there: AtomicBool,
}

impl Announced for Mark {
    fn announce(&self) -> BoxFuture<'_, Result<(), Failure>> {
        let note = async || match heard(|| self.queue.mark(&self.name, &self.attempt)).await {
            true => Ok(()),
            false => {
                self.was_there.store(true, Ordering::Release);
                Err(Failure::new(FailureKind::ClientGone, "another node may have been billed for this line"))
            }
        };
        Box::pin(async move { self.is_noted.get_or_try_init(note).await.copied() })
    }
}

/// What becomes of a line that a node had.
enum Left {
    /// It is done.
    Done,
    /// It is given out again at once.
    ToOthers,
    /// It is left to what has marked it, for a lease.
    ToIts,
}

impl Node {
    /// A node of a queue, whose lines are answered at this door.
    #[must_use]
    pub fn new(queue: Arc<Queue>, depot: Depot, door: Arc<dyn Door>) -> Arc<Self> {
        Arc::new(Self { queue, depot, door })
    }

    /// Answers so many lines at once until it is to stop, and then those that are under way.
    pub async fn run(self: &Arc<Self>, at_once: u32, stopping: CancellationToken) {
        let working = TaskTracker::new();
        for _ in 0..at_once {
            let (node, stopping) = (self.clone(), stopping.clone());
            working.spawn(async move {
                while let Some(taken) = stopping.run_until_cancelled(node.queue.take(PATIENCE)).await {
                    match taken {
                        Ok(None) => {}
                        Ok(Some(work)) => {
                            let name = work.name().to_owned();
                            if let Err(failure) = Box::pin(node.answer(work)).await {
                                tracing::warn!(line.name = name, error.detail = %failure, "a line is left to another node");
                            }
                        }
                        Err(error) => {
                            tracing::warn!(error.detail = %error, "no lines can be had");
                            tokio::time::sleep(AGAIN).await;
                        }
                    }
                }
            });
        }
        working.close();
        working.wait().await;
    }

    /// The line that is to be answered.
    async fn call(&self, work: &LeasedWork, mark: Arc<Mark>) -> Result<LineCall, Failure> {
        let job: Job = wire::read(&work.body())?;
        job.call(work.name(), &self.depot, mark).await
    }

    async fn answer(&self, work: LeasedWork) -> Result<(), Failure> {
        let name = work.name().to_owned();
        if self.queue.result(&name).await.map_err(away)?.is_some() {
            return work.is_done().await.map_err(away);
        }
        let mark = Arc::new(Mark {
            queue: self.queue.clone(),
            name: name.clone(),
            attempt: Uuid::now_v7().to_string(),
            is_noted: OnceCell::new(),
            was_there: AtomicBool::new(false),
        });
        let call = match self.call(&work, mark.clone()).await {
            Ok(call) => call,
            Err(failure) if failure.kind == FailureKind::Unreachable && work.times() < MOST_TIMES => {
                return Err(failure);
            }
            // Given out again it would be no better, and its batch would wait for ever.
            Err(failure) => {
                let done = wire::write(&Done::of(LineAnswer::failed(&failure.detail), &self.depot).await?);
                heard(|| self.queue.keep_result(&name, done.clone())).await;
                return work.is_done().await.map_err(away);
            }
        };
        let lives = async {
            loop {
                tokio::time::sleep(self.queue.lease() / SIGNS).await;
                if let Err(error) = work.extend().await {
                    tracing::info!(error.detail = %error, "the queue does not hear that this node lives");
                }
            }
        };
        let answering = async {
            let answer = self.door.answer(call).await;
            if mark.was_there.load(Ordering::Acquire) && work.times() == 1 {
                // What gives out work was made anew, and whatever has this line may be at it still: it is given out again
                // when nothing of that is heard any more.
                return Ok(Left::ToIts);
            }
            let done = match mark.was_there.load(Ordering::Acquire) {
                true => Done::Unknown,
                false if answer.is_left() => return Ok(Left::ToOthers),
                false => match Done::of(answer, &self.depot).await {
                    Ok(done) => done,
                    Err(failure) => Done::of(LineAnswer::not_handed(&failure), &self.depot).await?,
                },
            };
            let done = wire::write(&done);
            // It was paid for, so a broker that does not hear it is told again; where another node was quicker, that is what
            // came of it.
            heard(|| self.queue.keep_result(&name, done.clone())).await;
            Ok(Left::Done)
        };
        let answered: Result<Left, Failure> = tokio::select! {
            answered = answering => answered,
            () = lives => return Ok(()),
        };
        match answered? {
            Left::Done => work.is_done().await.map_err(away),
            Left::ToOthers => work.give_back().await.map_err(away),
            Left::ToIts => Ok(()),
        }
    }
}

/// Tells the broker something until it is heard.
async fn heard<T, F: Future<Output = Result<T, QueueAway>>>(tell: impl Fn() -> F) -> T {
    loop {
        match tell().await {
            Ok(heard) => return heard,
            Err(error) => {
                tracing::warn!(error.detail = %error, "the queue is told again");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}
