//! A pool: one engine on its own named thread behind a bounded queue.
//!
//! Whoever has work takes a [`Ticket`] first; when all are taken that is refused instead of queued. A
//! document keeps its ticket from its first page to its last. The engine is made when the first job arrives; a panic costs that job and the engine, which is made anew for the next. Whoever drops the
//! future of a job cancels it: if it still waits it is never started, if it runs it is told to stop.

mod serve;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use mediary_core::engine::{Cancel, Engine};
use mediary_core::{Failure, FailureKind};
use tokio::sync::oneshot;

/// How a pool behaves.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// The engine's name, in thread names and messages.
    pub name: String,
    /// How many jobs may wait or run at once.
    pub queue: usize,
    /// What a refused caller is told to wait.
    pub retry_after: Duration,
}

/// A queue in front of one engine.
pub struct Pool<E: Engine> {
    settings: PoolSettings,
    jobs: Sender<Ordered<E>>,
    waiting: AtomicUsize,
}

struct Ordered<E: Engine> {
    job: E::Job,
    cancel: Cancel,
    reply: oneshot::Sender<Result<E::Output, Failure>>,
}

/// A place in the queue, given back when it is dropped.
#[derive(Debug)]
pub struct Ticket<'a, E: Engine> {
    pool: &'a Pool<E>,
}

impl<E: Engine> Drop for Ticket<'_, E> {
    fn drop(&mut self) {
        self.pool.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Cancels the job when its caller goes away.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl<E: Engine> Pool<E> {
    /// Starts the thread. `load` makes the engine, on that thread, when the first job arrives and
    /// again after a panic or a failed attempt. The thread ends when the pool is dropped.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        settings: PoolSettings,
        load: impl FnMut() -> Result<E, Failure> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, inbox) = channel();
        std::thread::Builder::new().name(settings.name.clone()).spawn(move || serve::serve(&inbox, load))?;
        Ok(Self { settings, jobs, waiting: AtomicUsize::new(0) })
    }

    /// How many jobs wait or run.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`FailureKind::Busy`] when the queue is full.
    pub fn enter(&self) -> Result<Ticket<'_, E>, Failure> {
        let limit = self.settings.queue;
        let entered = self
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |depth| (depth < limit).then_some(depth + 1));
        entered.map(|_| Ticket { pool: self }).map_err(|_| {
            let kind = FailureKind::Busy { retry_after: self.settings.retry_after };
            let name = &self.settings.name;
            Failure::new(kind, format!("{name} is busy: all {limit} places in its queue are taken; try again shortly"))
        })
    }

    /// Does a single job and waits for it. Dropping the future cancels the job.
    ///
    /// # Errors
    /// As [`Pool::enter`] and [`Ticket::run`].
    pub async fn run(&self, job: E::Job) -> Result<E::Output, Failure> {
        self.enter()?.run(job).await
    }
}

impl<E: Engine> Ticket<'_, E> {
    /// Does a job and waits for it. Dropping the future cancels the job.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn run(&mut self, job: E::Job) -> Result<E::Output, Failure> {
        let cancel = Cancel::default();
        let _guard = CancelOnDrop(cancel.clone());
        let (reply, answer) = oneshot::channel();
        let name = &self.pool.settings.name;
        let ended = || Failure::broken(format!("the engine {name} has stopped; restart the server"));
        self.pool.jobs.send(Ordered { job, cancel, reply }).map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

impl<E: Engine> std::fmt::Debug for Pool<E> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pool({}, {} of {})", self.settings.name, self.depth(), self.settings.queue)
    }
}

#[cfg(test)]
mod tests;
