//! Putting the gateway together from checked configuration and the files that are installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mediary_convert::Program;
use mediary_convert::av::Ffmpeg;
use mediary_convert::image::Foreign;
use mediary_convert::office::{LibreOffice, OfficeSettings, OfficeWorkers};
use mediary_convert::pdf::{PdfWorkers, WorkerSettings};
use mediary_core::Target;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_local::EspeakNg;
use mediary_remote::{FetchPolicy, Fetcher};
use mediary_store::DiskCache;
use thiserror::Error;

use super::admission::Admission;
use super::answer_cache::AnswerCache;
use super::content::Contents;
use super::daemon::Daemon;
use super::documents::{Openers, Reader};
use super::engines::{Engines, RETRY_AFTER};
use super::intake::{FetchBounds, Intake};
use super::realtime::Realtime;
use super::routing::Router;
use super::safety::Safety;
use super::tasks::Desk;
use super::treatments::{Installed, Pipelines, Treatments};
use super::web::Web;
use super::{Gateway, Recipe, execution};
use crate::config::{Config, Fetch};
use crate::models::Models;
use crate::providers::Providers;

/// What a gateway is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The checked configuration.
    pub config: &'a Config,
    /// How documents are read.
    pub recipe: Recipe,
    /// How one medium becomes another.
    pub pipelines: Pipelines,
    /// What converts sound and video; `None`: nothing does.
    pub ffmpeg: Option<Ffmpeg>,
    /// What opens HEIC; `None`: nothing does.
    pub heif: Option<Program>,
    /// What gives the voices their phonemes; `None`: nothing speaks here.
    pub espeak: Option<EspeakNg>,
    /// What reads the binary formats of an office before 2007; `None`: nothing does.
    pub libreoffice: Option<LibreOffice>,
    /// The providers that can be called.
    pub providers: Providers,
    /// Where libraries and weights are.
    pub models: &'a Models,
    /// The folder for what is remembered; `None`: nothing outlives the process.
    pub cache_dir: Option<PathBuf>,
    /// The folder for files that clients fetch, where no bucket is named; `None`: nothing is kept for them.
    pub content_dir: Option<PathBuf>,
    /// The folder for the last good lists of models; `None`: they are not remembered.
    pub registry_dir: Option<PathBuf>,
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
        let Parts {
            config,
            recipe,
            pipelines,
            ffmpeg,
            heif,
            espeak,
            libreoffice,
            providers,
            models,
            cache_dir,
            content_dir,
            registry_dir,
            program,
        } = parts;
        let engines = &config.engines;
        let admission = Admission::new(&config.admission, config.limits.spool_bytes.get());
        let most_pixels = config.limits.video.pixels.get();
        let ffmpeg = ffmpeg.map(|ffmpeg| ffmpeg.up_to_pixels(most_pixels));
        let foreign = Foreign { ffmpeg: ffmpeg.clone(), heif, program: Some(program.clone()) };
        let office = OfficeWorkers::new(OfficeSettings {
            program: program.clone(),
            workers: engines.pdfium.workers,
            queue: engines.paddleocr.queue,
            files_per_worker: engines.pdfium.pages_per_worker as usize,
            memory_bytes: engines.pdfium.memory_bytes.get(),
            time: config.limits.document.page_time,
            wait: config.admission.wait,
            retry_after: RETRY_AFTER,
        });
        let pdf = PdfWorkers::new(WorkerSettings {
            program,
            // A library that is not there is found out, and named, when the first PDF comes.
            library: models.library("pdfium").unwrap_or_default(),
            workers: engines.pdfium.workers,
            queue: engines.paddleocr.queue,
            pages_per_worker: engines.pdfium.pages_per_worker as usize,
            memory_bytes: engines.pdfium.memory_bytes.get(),
            page_time: config.limits.document.page_time,
            wait: config.admission.wait,
            retry_after: RETRY_AFTER,
        });
        let provider = execution::chosen(engines.paddleocr.provider, models.dir());
        let realtime = Realtime::new(config.realtime.clone(), models, provider);
        let safety = Safety::new(config.safety, models, provider);
        let Engines { local, rows, infos } = Engines::start(engines, models, provider, espeak.as_ref())?;
        let installed = Installed {
            pdfium: pdf.are_startable(),
            ocr: infos.iter().any(|engine| engine.installed && rows_read_pages(&rows, &engine.target)),
            ffmpeg: ffmpeg.is_some(),
            heif: foreign.heif.is_some(),
            libreoffice: libreoffice.is_some(),
        };
        let most_bytes = config.cache.bytes.get();
        let readings = cache_dir.filter(|_| most_bytes > 0).and_then(|dir| remembered(&dir, most_bytes));
        let (pdf, limits) = (Arc::new(pdf), config.limits.clone());
        let daemon = Daemon::of(&providers, &config.routing);
        let web = Web::new(config, &providers);
        let router = Router::new(providers, config.routing.clone(), local.clone(), rows.clone());
        let router = Arc::new(router.remembering_lists(registry_dir));
        router.recall_lists();
        let openers = Openers { pdf: pdf.clone(), office: Arc::new(office), libreoffice, foreign };
        let reader =
            Arc::new(Reader::new(limits.clone(), recipe, openers, router.clone(), readings, admission.clone()));
        let fetcher = Fetcher::new(fetch_policy(config));
        let intake = Intake::new(fetcher, fetch_bounds(config), admission.clone(), reader.clone(), ffmpeg.clone());
        let treatments = Treatments::new(pipelines, ffmpeg, installed, limits, reader.clone(), router.clone());
        let content = Contents::open(content_dir, &config.store, &config.content).at(config.server.public_url.clone());
        Ok(Self {
            router,
            reader,
            treatments: Arc::new(treatments),
            content,
            clients: Arc::default(),
            realtime: Arc::new(realtime),
            admission,
            answers: AnswerCache::new(config.response_cache.clone()),
            fusion: config.fusion.clone(),
            desk: Desk::start()?,
            intake,
            safety: Arc::new(safety),
            web,
            daemon,
            local,
            rows: rows.into(),
            engines: infos,
            pdf,
        })
    }
}

fn rows_read_pages(rows: &[Abilities], target: &Target) -> bool {
    rows.iter().any(|row| row.target == *target && row.does(TaskKind::Ocr))
}

/// A file counts against the same limit wherever it comes from.
pub(super) fn fetch_policy(config: &Config) -> FetchPolicy {
    let Fetch { allow, total, connect, idle, files: _ } = config.fetch.clone();
    FetchPolicy { allow, max_bytes: config.limits.upload_bytes.get(), total, connect, idle }
}

/// All files that a request names count against the same limits as one that is sent.
pub(super) fn fetch_bounds(config: &Config) -> FetchBounds {
    let (files, total) = (config.fetch.files as usize, config.fetch.total);
    FetchBounds { files, bytes: config.limits.upload_bytes.get(), total }
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
