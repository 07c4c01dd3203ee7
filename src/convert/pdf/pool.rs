//! A few worker processes, lent to one document at a time.
//!
//! A worker that is given back is used again, until it has read its share of pages. A document that
//! is dropped half-way takes its worker with it: killing is the only way to stop PDFium.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mediary_core::{Blob, Failure, FailureKind, Raster};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::WorkerSettings;
use super::child::WorkerProcess;
use super::wire::{PageOrder, PageReply, Refusal, Reply, Request};

/// The workers.
#[derive(Debug, Clone)]
pub struct PdfWorkers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: WorkerSettings,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    idle: Mutex<Vec<WorkerProcess>>,
    /// Workers that died or were killed with a document open.
    lost: AtomicU64,
}

impl PdfWorkers {
    /// Workers that start when the first document comes.
    #[must_use]
    pub fn new(settings: WorkerSettings) -> Self {
        let permits = Arc::new(Semaphore::new(settings.workers.max(1)));
        let shared = Shared {
            settings,
            permits,
            waiting: AtomicUsize::new(0),
            idle: Mutex::new(Vec::new()),
            lost: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// How many workers have died or been killed with a document open.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }

    /// Whether what a worker needs is installed.
    #[must_use]
    pub fn are_startable(&self) -> bool {
        super::child::is_startable(&self.shared.settings.program, &self.shared.settings.library)
    }

    /// Opens a document in a worker, waiting for one if all are taken.
    ///
    /// # Errors
    /// [`FailureKind::Busy`] when too many wait already; [`FailureKind::Unreadable`] when the document is
    /// encrypted or damaged; [`FailureKind::TimedOut`] when opening takes longer than a page may.
    pub async fn open(&self, blob: &Blob, password: Option<&str>) -> Result<OpenPdf, Failure> {
        let permit = self.shared.permit().await?;
        self.open_with(permit, blob, password).await
    }

    /// Opens a document once more, in a second worker, if one is free this moment and the document opens.
    pub async fn open_if_free(&self, blob: &Blob, password: Option<&str>) -> Option<OpenPdf> {
        let permit = self.shared.permits.clone().try_acquire_owned().ok()?;
        self.open_with(permit, blob, password).await.ok()
    }

    async fn open_with(
        &self,
        permit: OwnedSemaphorePermit,
        blob: &Blob,
        password: Option<&str>,
    ) -> Result<OpenPdf, Failure> {
        let mut document = OpenPdf {
            shared: self.shared.clone(),
            worker: None,
            pages: 0,
            blob: blob.clone(),
            password: password.map(str::to_owned),
            _permit: permit,
        };
        document.pages = document.reopen().await?;
        Ok(document)
    }
}

impl Shared {
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _place = Waiting::enter(self)?;
        self.permits.clone().acquire_owned().await.map_err(|_| Failure::broken("the PDF workers have stopped"))
    }

    fn take_worker(&self) -> Result<WorkerProcess, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(worker) => Ok(worker),
            None => WorkerProcess::start(&self.settings)
                .map_err(|error| Failure::broken(format!("cannot start a PDF worker: {error}"))),
        }
    }
}

/// A place in the queue of documents that wait for a worker.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(shared: &'a Shared) -> Result<Self, Failure> {
        let limit = shared.settings.queue;
        let entered = shared
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |waiting| (waiting < limit).then_some(waiting + 1));
        entered.map(|_| Self(&shared.waiting)).map_err(|_| {
            let kind = FailureKind::Busy { retry_after: shared.settings.retry_after };
            Failure::new(
                kind,
                format!("busy: {limit} documents are waiting for a PDF worker already; try again shortly"),
            )
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A document that is open in a worker. Dropping it without [`OpenPdf::close`] kills the worker.
#[derive(Debug)]
pub struct OpenPdf {
    shared: Arc<Shared>,
    worker: Option<WorkerProcess>,
    pages: usize,
    blob: Blob,
    password: Option<String>,
    _permit: OwnedSemaphorePermit,
}

impl OpenPdf {
    /// How many pages the document says it has.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// The process that has the document open.
    #[must_use]
    pub fn worker_id(&self) -> Option<u32> {
        self.worker.as_ref().and_then(WorkerProcess::id)
    }

    /// Reads a page. When the worker dies of it, the next call goes on with a new one.
    ///
    /// # Errors
    /// [`FailureKind::TimedOut`] or [`FailureKind::Unreadable`], for this page only.
    pub async fn page(&mut self, order: PageOrder) -> Result<(PageReply, Option<Raster>), Failure> {
        let number = order.index + 1;
        let limit = self.page_time();
        let mut worker = self.take_worker().await?;
        match timeout(limit, worker.page(&Request::Page(order))).await {
            Ok(Ok(answer)) => {
                self.worker = Some(worker);
                answer.map_err(|reason| Failure::unreadable(format!("page {number} cannot be read: {reason}")))
            }
            Ok(Err(_)) => {
                self.note_loss();
                Err(Failure::unreadable(format!(
                    "page {number} crashed the PDF reader or ran it out of memory; leave the page out with `pages`, \
                     or save the document anew with another program"
                )))
            }
            Err(_) => {
                self.note_loss();
                Err(Failure::new(
                    FailureKind::TimedOut,
                    format!(
                        "page {number} took longer than {} s to draw; leave it out with `pages`, ask for a lower `dpi`, \
                         or raise [limits.document] page_seconds",
                        limit.as_secs_f32()
                    ),
                ))
            }
        }
    }

    /// A worker with the document open, as it was sent. Taken out: should the caller's future be dropped, the worker
    /// goes with it.
    pub(super) async fn take_worker(&mut self) -> Result<WorkerProcess, Failure> {
        let spent = |worker: &WorkerProcess| worker.pages_read >= self.shared.settings.pages_per_worker;
        if self.worker.as_ref().is_some_and(spent) {
            self.worker = None;
        }
        if self.worker.is_none() {
            self.reopen().await?;
        }
        self.worker.take().ok_or_else(|| Failure::broken("there is no PDF worker"))
    }

    /// Takes a worker back.
    pub(super) fn return_worker(&mut self, worker: WorkerProcess) {
        self.worker = Some(worker);
    }

    /// Counts a worker that died or was killed.
    pub(super) fn note_loss(&self) {
        self.shared.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// How long a page may take.
    pub(super) fn page_time(&self) -> Duration {
        self.shared.settings.page_time
    }

    /// How long the document is as it was sent.
    pub(super) fn len_bytes(&self) -> u64 {
        self.blob.len_bytes()
    }

    /// Gives the worker back for the next document.
    pub async fn close(mut self) {
        let Some(mut worker) = self.worker.take() else { return };
        let is_fresh = worker.pages_read < self.shared.settings.pages_per_worker;
        if is_fresh && worker.close_document().await.is_ok() {
            self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }

    /// Opens the document in a worker, idle or new, and says how many pages it has.
    async fn reopen(&mut self) -> Result<usize, Failure> {
        let mut worker = self.shared.take_worker()?;
        let limit = self.shared.settings.page_time;
        let opened = match timeout(limit, worker.open(&self.blob, self.password.as_deref())).await {
            Ok(Err(_)) => {
                // An idle worker may have died meanwhile; a new one tells whether it was the document.
                worker = WorkerProcess::start(&self.shared.settings)
                    .map_err(|error| Failure::broken(format!("cannot start a PDF worker: {error}")))?;
                timeout(limit, worker.open(&self.blob, self.password.as_deref())).await
            }
            other => other,
        };
        match opened {
            Ok(Ok(Reply::Opened { pages })) => {
                self.worker = Some(worker);
                Ok(pages)
            }
            Ok(Ok(Reply::Refused(refusal))) => {
                let failure = refused(refusal, self.password.is_some());
                self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                Err(failure)
            }
            Ok(Ok(_)) => Err(Failure::broken("the PDF worker answered something else")),
            Ok(Err(_)) => {
                self.shared.lost.fetch_add(1, Ordering::Relaxed);
                Err(Failure::unreadable(
                    "opening this PDF crashed the reader or ran it out of memory; save it anew with another program",
                ))
            }
            Err(_) => {
                self.shared.lost.fetch_add(1, Ordering::Relaxed);
                Err(Failure::new(
                    FailureKind::TimedOut,
                    format!(
                        "opening this PDF took longer than {} s; raise [limits.document] page_seconds",
                        limit.as_secs_f32()
                    ),
                ))
            }
        }
    }
}

fn refused(refusal: Refusal, with_password: bool) -> Failure {
    match refusal {
        Refusal::Password if with_password => {
            Failure::unreadable("the PDF is encrypted and the password is wrong; check the field `password`")
        }
        Refusal::Password => Failure::unreadable("the PDF is encrypted; send its password in the field `password`"),
        Refusal::Security => Failure::unreadable(
            "the PDF is encrypted in a way that PDFium does not know; save it without encryption and send that",
        ),
        Refusal::Damaged => Failure::unreadable(
            "the PDF is damaged and cannot be opened; check that it was uploaded whole, or save it anew",
        ),
        Refusal::Unavailable(reason) => Failure::broken(format!("the uploaded PDF cannot be read back: {reason}")),
        Refusal::Library(reason) => Failure::new(
            FailureKind::NotInstalled,
            format!("PDFium does not load; run `mediary models pull pdfium` ({reason})"),
        ),
    }
}
