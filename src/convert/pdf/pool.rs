//! A few worker processes, lent to one document at a time.
//!
//! A worker that is given back is used again, until it has read its share of pages. A document that
//! is dropped half-way takes its worker with it: killing is the only way to stop PDFium.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mediary_core::{Blob, Failure, FailureKind, Hold, Raster};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::WorkerSettings;
use super::child::WorkerProcess;
use super::wire::{PageOrder, PageReply, Refusal, Reply};
use crate::kept::{Keep, KeptFile};

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

    /// A place with the workers, waited for if all are taken.
    ///
    /// # Errors
    /// [`FailureKind::Busy`] when too many wait already, or none becomes free in time.
    pub async fn place(&self) -> Result<PdfPlace, Failure> {
        if let Some(place) = self.free_place() {
            return Ok(place);
        }
        let _waiting = Waiting::enter(&self.shared)?;
        let taking = self.shared.permits.clone().acquire_owned();
        match timeout(self.shared.settings.wait, taking).await {
            Ok(Ok(permit)) => Ok(PdfPlace(permit)),
            Ok(Err(_)) => Err(Failure::broken("the PDF workers have stopped")),
            Err(_) => Err(self.shared.busy("no PDF worker became free in time")),
        }
    }

    /// A place with the workers, if one is free this moment.
    #[must_use]
    pub fn free_place(&self) -> Option<PdfPlace> {
        self.shared.permits.clone().try_acquire_owned().ok().map(PdfPlace)
    }

    /// Opens a document in a worker. What is held for the child is given back with the place.
    ///
    /// # Errors
    /// [`FailureKind::Unreadable`] when the document is encrypted or damaged; [`FailureKind::TimedOut`] when opening
    /// takes longer than a page may.
    pub async fn open(
        &self,
        place: PdfPlace,
        child: Hold,
        blob: &Blob,
        password: Option<&str>,
    ) -> Result<OpenPdf, Failure> {
        let mut document = OpenPdf {
            shared: self.shared.clone(),
            worker: None,
            pages: 0,
            attachments: 0,
            blob: blob.clone(),
            password: password.map(str::to_owned),
            _place: place,
            _child: child,
        };
        (document.pages, document.attachments) = document.reopen().await?;
        Ok(document)
    }
}

/// A place with the workers, for one document.
#[derive(Debug)]
pub struct PdfPlace(#[expect(dead_code, reason = "it is there to be dropped")] OwnedSemaphorePermit);

impl Shared {
    fn busy(&self, why: &str) -> Failure {
        let kind = FailureKind::Busy { retry_after: self.settings.retry_after };
        Failure::new(kind, format!("busy: {why}; try again shortly"))
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
        entered
            .map(|_| Self(&shared.waiting))
            .map_err(|_| shared.busy(&format!("{limit} documents are waiting for a PDF worker already")))
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
    attachments: usize,
    blob: Blob,
    password: Option<String>,
    // Given back after the worker has gone.
    _place: PdfPlace,
    _child: Hold,
}

impl OpenPdf {
    /// How many pages the document says it has.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// How many files come with the document.
    #[must_use]
    pub fn attachments(&self) -> usize {
        self.attachments
    }

    /// Takes out a file that comes with the document, by its place among them. When the worker dies of it, the next call
    /// goes on with a new one.
    ///
    /// # Errors
    /// For this file only; else what keeping it gives.
    pub async fn attachment(
        &mut self,
        index: usize,
        most_bytes: u64,
        mut kept: Box<dyn Keep>,
    ) -> Result<KeptFile, Failure> {
        let number = index + 1;
        let limit = self.page_time();
        let mut worker = self.take_worker().await?;
        let taking = async {
            let Ok(name) = worker.attachment(index, most_bytes).await? else { return Ok(None) };
            let (mut part, mut left) = (Vec::new(), most_bytes);
            while worker.part(&mut part).await?.is_some() {
                let within = left.checked_sub(part.len() as u64);
                left = within.ok_or_else(|| io::Error::other("the worker sent more than was wanted"))?;
                if let Err(failure) = kept.write(&part) {
                    return Ok(Some(Err(failure)));
                }
            }
            Ok::<_, io::Error>(Some(Ok(name)))
        };
        match timeout(limit, taking).await {
            Ok(Ok(None)) => {
                self.return_worker(worker);
                Err(Failure::unreadable(format!(
                    "file {number} of those that come with this PDF is damaged or too large; [limits.archive] bytes is the limit"
                )))
            }
            Ok(Ok(Some(Ok(name)))) => {
                self.return_worker(worker);
                Ok(KeptFile { name, blob: kept.finish() })
            }
            // The rest of it would still come.
            Ok(Ok(Some(Err(failure)))) => Err(failure),
            Ok(Err(_)) | Err(_) => {
                self.note_loss();
                Err(Failure::unreadable(format!(
                    "file {number} of those that come with this PDF cannot be taken out of it; save it from another program \
                     and send it by itself"
                )))
            }
        }
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
        match timeout(limit, worker.page(order)).await {
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

    /// Opens the document in a worker, idle or new, and says how many pages it has and how many files come with it.
    async fn reopen(&mut self) -> Result<(usize, usize), Failure> {
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
            Ok(Ok(Reply::Opened { pages, attachments })) => {
                self.worker = Some(worker);
                Ok((pages, attachments))
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
