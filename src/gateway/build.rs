//! Putting the gateway together from checked configuration and the files that are installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use mediary_convert::av::Ffmpeg;
use mediary_convert::pdf::{PdfWorkers, WorkerSettings};
use mediary_local::{Ocrs, PaddleOcr, Pool, PoolSettings, Runtime};
use mediary_remote::{FetchPolicy, Fetcher};
use mediary_store::DiskCache;
use thiserror::Error;

use super::chat::Chats;
use super::documents::Drawings;
use super::treat::{Installed, Pipelines, Workshop};
use super::{Gateway, Recipe, execution, installed, targets};
use crate::config::{Config, Fetch};
use crate::models::Models;
use crate::providers::Providers;

/// What a refused caller is told to wait.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What a gateway is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The checked configuration.
    pub config: &'a Config,
    /// How documents are read.
    pub recipe: Recipe,
    /// How one medium becomes another.
    pub pipelines: Pipelines,
    /// What converts sound and film; `None`: nothing does.
    pub ffmpeg: Option<Ffmpeg>,
    /// Who can be called.
    pub providers: Providers,
    /// Where libraries and weights are.
    pub models: &'a Models,
    /// The folder for what is remembered; `None`: nothing outlives the process.
    pub cache_dir: Option<PathBuf>,
    /// The `mediary` executable, which is also its own worker.
    pub program: PathBuf,
}

/// The gateway cannot be put together.
#[derive(Debug, Error)]
#[error("cannot start the engine threads: {0}")]
pub struct GatewayError(#[from] std::io::Error);

impl Gateway {
    /// Puts the gateway together. Nothing is loaded yet: engines and workers start with the first work
    /// for them, and whatever is not installed is refused then, by name.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub fn new(parts: Parts<'_>) -> Result<Self, GatewayError> {
        let Parts { config, recipe, pipelines, ffmpeg, providers, models, cache_dir, program } = parts;
        let engines = &config.engines;
        let pdf = PdfWorkers::new(WorkerSettings {
            program,
            // A library that is not there is found out, and named, when the first PDF comes.
            library: models.library("pdfium").unwrap_or_default(),
            workers: engines.pdfium.workers,
            queue: engines.paddleocr.queue,
            pages_per_worker: engines.pdfium.pages_per_worker as usize,
            memory_bytes: engines.pdfium.memory_bytes.get(),
            page_time: config.limits.document.page_time,
            retry_after: RETRY_AFTER,
        });
        let provider = execution::chosen(engines.paddleocr.provider, models.dir());
        let (workers, models_of_engine) = (engines.paddleocr.workers, models.clone());
        let ocr = Pool::start(
            PoolSettings { name: "paddleocr".into(), queue: engines.paddleocr.queue, retry_after: RETRY_AFTER },
            move || {
                let runtime = Runtime::load(&installed::library(&models_of_engine, provider)?, provider)?;
                PaddleOcr::load(&runtime, &installed::ocr_files(&models_of_engine)?, &execution::ocr_settings(workers))
            },
        )?;
        let targets = targets::local(models, provider);
        let models_of_engine = models.clone();
        let ocrs = Pool::start(
            PoolSettings { name: "ocrs".into(), queue: engines.paddleocr.queue, retry_after: RETRY_AFTER },
            move || Ocrs::load(&installed::ocrs_files(&models_of_engine)?),
        )?;
        let installed = Installed {
            pdfium: pdf.are_startable(),
            ocr: targets.iter().any(|target| target.installed),
            ffmpeg: ffmpeg.is_some(),
        };
        let most_bytes = config.cache.bytes.get();
        let readings = cache_dir.filter(|_| most_bytes > 0).and_then(|dir| remembered(&dir, most_bytes));
        Ok(Self {
            limits: config.limits.clone(),
            recipe,
            pdf,
            ocr,
            ocrs,
            readings,
            drawings: Drawings::default(),
            targets,
            fetcher: Fetcher::new(fetch_policy(config)),
            workshop: Workshop::new(pipelines, ffmpeg, installed),
            chats: Arc::new(Chats::new(providers, config.routing.clone())),
            draws: AtomicU64::new(0),
        })
    }
}

/// A file counts against the same limit wherever it comes from.
fn fetch_policy(config: &Config) -> FetchPolicy {
    let Fetch { allow, total, connect, idle } = config.fetch.clone();
    FetchPolicy { allow, max_bytes: config.limits.upload_bytes.get(), total, connect, idle }
}

/// The cache of readings. A folder that cannot be had costs the cache, not the start.
fn remembered(dir: &Path, most_bytes: u64) -> Option<Arc<DiskCache>> {
    match DiskCache::open(dir.join("readings"), most_bytes) {
        Ok(cache) => Some(Arc::new(cache)),
        Err(error) => {
            tracing::warn!(error.detail = %error, "nothing that is read will be remembered");
            None
        }
    }
}
