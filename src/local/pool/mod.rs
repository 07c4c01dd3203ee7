//! A worker pool: one engine on its own named thread behind a bounded queue.
//!
//! A caller takes a [`Ticket`] first; when all are taken the call is refused instead of queued. A document keeps its
//! ticket from its first page to its last, as a [`Reservation`]. The engine is made when the first job arrives; a panic
//! costs that job and the engine, which is made anew for the next. Dropping a reply cancels its job: if it still waits it
//! is never started, if it runs it is told to stop.

mod at_work;
mod reply;
mod serve;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use mediary_core::engine::{Cancel, Engine, Job};
use mediary_core::provider::Reservation;
use mediary_core::task::Task;
use mediary_core::{Failure, FailureKind, ModelName};

pub use at_work::{AtWork, rest};
pub use reply::EngineReply;
use serve::{Errand, Ordered};

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
pub struct Pool {
    settings: PoolSettings,
    errands: Sender<Errand>,
    taken: Arc<AtomicUsize>,
}

/// A place in the queue, given back when it is dropped.
#[derive(Debug)]
pub struct Ticket(Arc<AtomicUsize>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Pool {
    /// Starts the thread. `load` makes the engine, on that thread, when the first job arrives and again after a panic or
    /// a failed attempt. The thread ends when the pool is dropped.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        settings: PoolSettings,
        load: impl FnMut() -> Result<Box<dyn Engine>, Failure> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (errands, inbox) = channel();
        std::thread::Builder::new().name(settings.name.clone()).spawn(move || serve::serve(&inbox, load))?;
        Ok(Self { settings, errands, taken: Arc::default() })
    }

    /// The engine's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// How many jobs wait or run.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`FailureKind::Busy`] when the queue is full.
    pub fn enter(&self) -> Result<Ticket, Failure> {
        let limit = self.settings.queue;
        let entered =
            self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, |depth| (depth < limit).then_some(depth + 1));
        entered.map(|_| Ticket(self.taken.clone())).map_err(|_| {
            let kind = FailureKind::Busy { retry_after: self.settings.retry_after };
            let name = &self.settings.name;
            Failure::new(kind, format!("{name} is busy: all {limit} places in its queue are taken; try again shortly"))
        })
    }

    /// Queues a task, in the place that was reserved for it if there is one. Dropping the reply cancels it.
    ///
    /// # Errors
    /// As [`Pool::enter`]; broken when the engine's thread has ended.
    pub fn call(
        &self,
        model: &ModelName,
        task: &Task,
        reservation: Option<&Reservation>,
    ) -> Result<EngineReply, Failure> {
        let ticket = if reservation.is_some() { None } else { Some(self.enter()?) };
        let cancel = Cancel::default();
        let (events, inbox) = tokio::sync::mpsc::channel(serve::EVENTS);
        let job = Job { model: model.clone(), task: task.clone(), cancel: cancel.clone() };
        let reply = EngineReply::new(inbox, cancel, ticket, self.settings.name.clone());
        let ordered = Ordered { job, events, at_work: AtWork::begin() };
        self.errands.send(Errand::Job(Box::new(ordered))).map_err(|_| reply::stopped(&self.settings.name))?;
        Ok(reply)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // A thread that has ended already lets go of nothing any more.
        drop(self.errands.send(Errand::End(AtWork::begin())));
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pool({}, {} of {})", self.settings.name, self.depth(), self.settings.queue)
    }
}
