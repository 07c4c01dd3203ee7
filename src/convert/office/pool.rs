//! A few office workers, lent to one file at a time. One that dies of a file is replaced, and the file is refused.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mediary_core::{Failure, FailureKind, Hold};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::child::{Broken, KeptDocument, OfficeFile, WorkerProcess};
use super::limits::OfficeLimits;
use crate::kept::Keep;

/// How workers are run; set once, when the pool is made.
#[derive(Debug, Clone)]
pub struct OfficeSettings {
    /// Our own executable.
    pub program: PathBuf,
    /// How many files are read at once.
    pub workers: usize,
    /// How many files may wait for a worker; more are refused.
    pub queue: usize,
    /// A worker is replaced after so many files.
    pub files_per_worker: usize,
    /// Address space of a worker.
    pub memory_bytes: u64,
    /// Time for one file.
    pub time: Duration,
    /// How long a file waits for a worker.
    pub wait: Duration,
    /// What a refused caller is told to wait.
    pub retry_after: Duration,
}

/// The workers.
#[derive(Debug)]
pub struct OfficeWorkers {
    settings: OfficeSettings,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    idle: Mutex<Vec<WorkerProcess>>,
}

/// A place with the workers, for one file.
#[derive(Debug)]
pub struct OfficePlace(#[expect(dead_code, reason = "it is there to be dropped")] tokio::sync::OwnedSemaphorePermit);

impl OfficeWorkers {
    /// Workers that start when the first file comes.
    #[must_use]
    pub fn new(settings: OfficeSettings) -> Self {
        let permits = Arc::new(Semaphore::new(settings.workers.max(1)));
        Self { settings, permits, waiting: AtomicUsize::new(0), idle: Mutex::new(Vec::new()) }
    }

    /// A place with the workers, waited for if all are taken.
    ///
    /// # Errors
    /// [`FailureKind::Busy`] when too many wait already, or none becomes free in time.
    pub async fn place(&self) -> Result<OfficePlace, Failure> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(OfficePlace(permit));
        }
        let _waiting = Waiting::enter(self)?;
        match timeout(self.settings.wait, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(OfficePlace(permit)),
            Ok(Err(_)) => Err(Failure::broken("the office workers have stopped")),
            Err(_) => Err(self.busy("no office worker became free in time")),
        }
    }

    /// Reads a file in a worker. What is held for the child is given back when it is done.
    ///
    /// # Errors
    /// [`FailureKind::Unreadable`] when the file is encrypted or damaged or the reader dies of it,
    /// [`FailureKind::TooLarge`] when it passes the limits, [`FailureKind::TimedOut`] when it takes too long.
    pub async fn read(
        &self,
        place: OfficePlace,
        child: Hold,
        file: OfficeFile<'_>,
        limits: OfficeLimits,
        keep: &(dyn Fn() -> Box<dyn Keep> + Sync),
    ) -> Result<KeptDocument, Failure> {
        let format = file.format;
        let mut worker = self.worker()?;
        let is_fresh = worker.files_read == 0;
        let mut read = timeout(self.settings.time, worker.read(file, limits, keep)).await;
        if matches!(read, Ok(Err(Broken::Pipe))) && !is_fresh {
            // An idle worker may have died meanwhile; a new one tells whether it was the file.
            worker = self.started()?;
            read = timeout(self.settings.time, worker.read(file, limits, keep)).await;
        }
        let outcome = match read {
            Ok(Ok(outcome)) => {
                if worker.files_read < self.settings.files_per_worker {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                }
                outcome.map_err(|refusal| refusal.failure(format))
            }
            Ok(Err(Broken::Full(failure))) => Err(failure),
            Ok(Err(Broken::Pipe)) => Err(Failure::unreadable(format!(
                "reading this {format} file crashed the reader or ran it out of memory or time; save it anew with another \
                 program, or send a part of it"
            ))),
            Err(_) => Err(Failure::new(
                FailureKind::TimedOut,
                format!(
                    "reading this {format} file took longer than {} s; raise [limits.document] page_seconds",
                    self.settings.time.as_secs_f32()
                ),
            )),
        };
        drop((place, child));
        outcome
    }

    fn worker(&self) -> Result<WorkerProcess, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.started(), Ok)
    }

    fn started(&self) -> Result<WorkerProcess, Failure> {
        WorkerProcess::start(&self.settings)
            .map_err(|error| Failure::broken(format!("cannot start an office worker: {error}")))
    }

    fn busy(&self, why: &str) -> Failure {
        let kind = FailureKind::Busy { retry_after: self.settings.retry_after };
        Failure::new(kind, format!("busy: {why}; try again shortly"))
    }
}

/// A place in the queue of files that wait for a worker.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(workers: &'a OfficeWorkers) -> Result<Self, Failure> {
        let limit = workers.settings.queue;
        let entered = workers
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |waiting| (waiting < limit).then_some(waiting + 1));
        entered
            .map(|_| Self(&workers.waiting))
            .map_err(|_| workers.busy(&format!("{limit} files are waiting for an office worker already")))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
