//! A pool: one engine on its own named thread behind a bounded queue.
//!
//! The queue refuses when it is full instead of growing. The engine is made when the first job
//! arrives; a panic costs that job and the engine, which is made anew for the next. Whoever drops the
//! future of a job cancels it: if it still waits it is never started, if it runs it is told to stop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
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
    waiting: Arc<AtomicUsize>,
}

struct Ordered<E: Engine> {
    job: E::Job,
    cancel: Cancel,
    reply: oneshot::Sender<Result<E::Output, Failure>>,
    place: Place,
}

/// A place in the queue, given back when the job is done or dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
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
        std::thread::Builder::new().name(settings.name.clone()).spawn(move || serve(&inbox, load))?;
        Ok(Self { settings, jobs, waiting: Arc::new(AtomicUsize::new(0)) })
    }

    /// How many jobs wait or run.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Does a job and waits for it. Dropping the future cancels the job.
    ///
    /// # Errors
    /// [`FailureKind::Busy`] when the queue is full; otherwise what the engine says.
    pub async fn run(&self, job: E::Job) -> Result<E::Output, Failure> {
        let place = self.take_place()?;
        let cancel = Cancel::default();
        let _guard = CancelOnDrop(cancel.clone());
        let (reply, answer) = oneshot::channel();
        let ended = || Failure::broken(format!("the engine {} has stopped; restart the server", self.settings.name));
        self.jobs.send(Ordered { job, cancel, reply, place }).map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    fn take_place(&self) -> Result<Place, Failure> {
        let limit = self.settings.queue;
        let taken = self
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |depth| (depth < limit).then_some(depth + 1));
        match taken {
            Ok(_) => Ok(Place(self.waiting.clone())),
            Err(_) => Err(Failure::new(
                FailureKind::Busy { retry_after: self.settings.retry_after },
                format!("{} is busy: all {limit} places in its queue are taken; try again shortly", self.settings.name),
            )),
        }
    }
}

impl<E: Engine> std::fmt::Debug for Pool<E> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pool({}, {} of {})", self.settings.name, self.depth(), self.settings.queue)
    }
}

fn serve<E: Engine>(inbox: &Receiver<Ordered<E>>, mut load: impl FnMut() -> Result<E, Failure>) {
    let mut engine: Option<E> = None;
    while let Ok(Ordered { job, cancel, reply, place }) = inbox.recv() {
        if cancel.is_cancelled() {
            continue;
        }
        // The engine is taken out, so that a panic leaves nothing half-done behind.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut loaded = match engine.take() {
                Some(engine) => engine,
                None => load()?,
            };
            let output = loaded.run(job, &cancel);
            engine = Some(loaded);
            output
        }));
        drop(place);
        let outcome = outcome.unwrap_or_else(|_| {
            Err(Failure::broken("the engine crashed on this input and was reloaded; other requests are not affected"))
        });
        // Nobody may be waiting any more; that is not an error.
        let _ = reply.send(outcome);
    }
}

#[cfg(test)]
mod tests;
