//! PDF pages: their own text where it can be trusted, their pixels where it cannot.
//!
//! PDFium is neither thread-safe nor cancellable, so it never runs in the server's process.
//! [`PdfWorkers`] keeps a few children (`mediary worker pdf`) and speaks with them over pipes; a page
//! that hangs, crashes or eats memory costs one child.

mod accents;
mod annotations;
mod child;
mod curves;
mod faces;
mod facts;
mod frame;
mod hidden;
mod images;
mod layer;
mod lost;
mod objects;
mod outline;
mod page;
mod pool;
mod repair;
mod searchable;
mod signs;
mod sketches;
mod strokes;
mod tagged;
mod texts;
mod trace;
mod wire;
mod worker;
mod write;

pub use pool::{OpenPdf, PdfPlace, PdfWorkers};
pub use searchable::{PageLayer, PicturePdf};
pub use wire::{PageOrder, PageReply, Rendering, TextPolicy};
pub use worker::run as run_worker;

use std::path::PathBuf;
use std::time::Duration;

/// How workers are run; set once, when the pool is made.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Our own executable.
    pub program: PathBuf,
    /// The PDFium library.
    pub library: PathBuf,
    /// How many documents are open at once.
    pub workers: usize,
    /// How many documents may wait for a worker; more are refused.
    pub queue: usize,
    /// A worker is replaced after so many pages.
    pub pages_per_worker: usize,
    /// Address space of a worker.
    pub memory_bytes: u64,
    /// Time for one page, and for opening a document.
    pub page_time: Duration,
    /// How long a document waits for a worker.
    pub wait: Duration,
    /// What a refused caller is told to wait.
    pub retry_after: Duration,
}
