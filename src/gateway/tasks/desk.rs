//! Where pictures are decoded: on two threads of their own, so that there are never more, and that what decoding needs of
//! memory is used again and again instead of once on every thread.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use mediary_core::Failure;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tracing::Span;

/// So many pictures are decoded at once.
const DECODED_AT_ONCE: usize = 2;

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end with the last copy of this.
#[derive(Debug, Clone)]
pub(in super::super) struct Desk {
    places: Arc<Semaphore>,
    /// Never longer than there are places.
    jobs: Sender<Job>,
}

impl Desk {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub(in super::super) fn start() -> io::Result<Self> {
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for index in 0..DECODED_AT_ONCE {
            let waiting = waiting.clone();
            thread::Builder::new().name(format!("pictures-{index}")).spawn(move || work(&waiting))?;
        }
        Ok(Self { places: Arc::new(Semaphore::new(DECODED_AT_ONCE)), jobs })
    }

    /// Waits for a place, to be kept until the work is done.
    ///
    /// # Errors
    /// When the gateway ends.
    pub(super) async fn place(&self) -> Result<SemaphorePermit<'_>, Failure> {
        self.places.acquire().await.map_err(|_| Failure::client_gone())
    }

    /// Does work on one of the threads. What is not begun when the caller leaves is not done.
    ///
    /// # Errors
    /// What the work gave, or that it crashed.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let crashed = || Failure::broken("the work on a picture crashed; other requests are not affected");
        let (tell, told) = oneshot::channel();
        let span = Span::current();
        let job = move || {
            if !tell.is_closed() {
                drop(tell.send(span.in_scope(|| catch_unwind(AssertUnwindSafe(work)))));
            }
        };
        self.jobs.send(Box::new(job)).map_err(|_| crashed())?;
        told.await.ok().and_then(Result::ok).unwrap_or_else(|| Err(crashed()))
    }
}

fn work(waiting: &Mutex<Receiver<Job>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        job();
    }
}
