//! How PDF workers are run: set once, by whoever makes the pool.

use std::path::PathBuf;
use std::time::Duration;

/// How workers are run.
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
    /// What a refused caller is told to wait.
    pub retry_after: Duration,
}
