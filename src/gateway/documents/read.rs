//! Reading one document, whatever its medium: the walk that HTTP and the command line share.

use std::time::Instant;

use mediary_convert::office;
use mediary_core::capability::TaskKind;
use mediary_core::plan::{Privacy, RecipeName, Treatment};
use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind};
use serde::Serialize;
use tokio::time::timeout;

use super::super::limits;
use super::super::routing::{CallError, Planned};
use super::Reader;
use super::attached::Contents;
use super::figures::FigureNumbers;
use super::options::{EngineChoice, ReadOptions};
use super::page_reader::{PageReader, passed_over};
use super::page_work::looks_at_pages;
use super::pictures::no_text_layer;
use super::reading::{AttemptLog, PageOutcome, Reading};
use crate::telemetry::metrics;

/// The recipe by which documents are read.
const READ_DOCUMENT: &str = "read-document";
/// The engine name of a document's own text.
pub(super) const TEXT_LAYER: &str = "text-layer";

/// Told of each page as soon as it is finished, with how far the document is.
pub type OnPage<'a> = &'a (dyn Fn(&PageOutcome, Progress) + Sync);

/// How far a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Finished pages.
    pub done: usize,
    /// Selected pages.
    pub total: usize,
}

impl Reader {
    /// Reads a document. `on_page` is told of each page when it is finished.
    ///
    /// # Errors
    /// When the document cannot be read at all. Where some pages can, the reading says of each how it
    /// went.
    pub async fn read(&self, media: Media, options: &ReadOptions, on_page: OnPage<'_>) -> Result<Reading, Failure> {
        let limit = self.limits.document.time;
        timeout(limit, self.read_nested(media, options, on_page, 0)).await.unwrap_or_else(|_| {
            let detail = format!(
                "reading this took longer than {} s; read fewer pages at once with `pages`, or raise [limits.document] \
                 seconds",
                limit.as_secs_f32()
            );
            Err(Failure::new(FailureKind::TimedOut, detail))
        })
    }

    /// Reads a document that lies within so many others.
    pub(super) async fn read_nested(
        &self,
        media: Media,
        options: &ReadOptions,
        on_page: OnPage<'_>,
        depth: usize,
    ) -> Result<Reading, Failure> {
        let started = Instant::now();
        self.check_engine(options)?;
        limits::check_size(&self.limits, &media)?;
        let place = self.cache_entry(&media, options).await;
        if let Some(place) = &place
            && let Some(reading) = place.recall(&media, started).await
        {
            for (done, outcome) in (1..).zip(&reading.pages) {
                on_page(outcome, Progress { done, total: reading.pages.len() });
            }
            return Ok(reading);
        }
        let mut attempts = AttemptLog::default();
        let mut reader = PageReader::new(&self.router, &self.recipe, options);
        let mut attachments = Vec::new();
        let Contents { total_pages, pages, files, facts } = match (media.kind(), media.format) {
            (MediaKind::Document, MediaFormat::Pdf) => {
                self.read_pdf(&media, options, on_page, &mut reader, &mut attempts).await?
            }
            (MediaKind::Document, MediaFormat::Zip) => {
                attachments = self.read_archive(&media, options, depth).await?;
                (0, Vec::new()).into()
            }
            (MediaKind::Document, _) => self.read_office(&media, options, on_page, &mut reader, &mut attempts).await?,
            (MediaKind::Text, format) if office::FORMATS.contains(&format) => {
                self.read_office(&media, options, on_page, &mut reader, &mut attempts).await?
            }
            (MediaKind::Image, _) => {
                self.read_pictures(&media, options, on_page, &mut reader, &mut attempts).await?.into()
            }
            (MediaKind::Text, _) => self.read_text(&media, options, on_page, &mut attempts).await?.into(),
            (MediaKind::Audio | MediaKind::Video, _) => return Err(no_pages(&media)),
        };
        attachments.extend(self.read_attached(files, options, depth).await?);
        let (attempts, duration) = (attempts.into_attempts(), started.elapsed());
        let mut reading = Reading { media, total_pages, pages, attachments, attempts, duration, cached: false, facts };
        if !reading.attachments.is_empty() {
            FigureNumbers::default().number_all(&mut reading);
        }
        count_pages(&reading);
        let reading = all_failed(reading)?;
        if let Some(place) = place {
            place.keep(&reading).await;
        }
        Ok(reading)
    }

    /// The plan for the pages of a document, as they are read one by one.
    ///
    /// # Errors
    /// When there is no such engine, or none can be asked.
    pub(in super::super) fn plan(&self, media: &Media, options: &ReadOptions) -> Result<Planned, CallError> {
        self.check_engine(options)?;
        limits::check_size(&self.limits, media)?;
        let (is_drawn, looks) = match media.kind() {
            MediaKind::Document if media.format == MediaFormat::Pdf => (true, !options.text_layer_only),
            // The pictures in them are looked at, if there are any.
            MediaKind::Document => (false, false),
            MediaKind::Image if options.text_layer_only => return Err(no_text_layer().into()),
            MediaKind::Image => (false, true),
            MediaKind::Text => (false, false),
            MediaKind::Audio | MediaKind::Video => return Err(no_pages(media).into()),
        };
        let is_text = media.kind() == MediaKind::Text || (media.kind() == MediaKind::Document && !is_drawn);
        let has_layer = is_text || is_drawn && !options.force_ocr;
        let reader = PageReader::new(&self.router, &self.recipe, options);
        let mut planned = match looks.then(|| reader.plan()) {
            None => reader.no_plan(Vec::new()),
            Some(Ok(planned)) => planned,
            // What has text of its own is read without any engine.
            Some(Err(error)) if has_layer => reader.no_plan(passed_over(&error)),
            Some(Err(error)) => return Err(error),
        };
        planned.first = has_layer.then_some(TEXT_LAYER);
        for part in &mut planned.demand.parts {
            (part.format, part.bytes) = (media.format, media.blob.len_bytes());
        }
        for treatment in planned.plan.candidates.iter_mut().flat_map(|candidate| &mut candidate.treatments) {
            if is_drawn {
                *treatment = Treatment::Transcode { recipe: RecipeName::new(READ_DOCUMENT), to: MediaFormat::Jpeg };
            }
        }
        Ok(planned)
    }

    fn check_engine(&self, options: &ReadOptions) -> Result<(), Failure> {
        let EngineChoice::Target(target) = &options.engine else { return Ok(()) };
        let name = target.to_string();
        let known = self.router.known();
        if let Some(row) = known.get(target).filter(|row| looks_at_pages(row)) {
            return match options.bounds.privacy.max(self.router.privacy()) {
                Privacy::Local if !row.is_local => Err(Failure::malformed(format!(
                    "`{name}` is not on this machine, and pages may not leave it; use `auto` or `local`"
                ))),
                Privacy::Local | Privacy::Any => Ok(()),
            };
        }
        let local = known.rows().iter().filter(|row| row.target.is_local() && row.does(TaskKind::Ocr));
        let known: Vec<String> = local.map(|row| row.target.to_string()).collect();
        Err(Failure::new(
            FailureKind::Unknown,
            format!(
                "there is no engine `{name}`; use `auto`, `local`, a provider's model that reads pictures, or one of: {}",
                known.join(", ")
            ),
        ))
    }
}

fn count_pages(reading: &Reading) {
    for page in reading.pages.iter().filter_map(|outcome| outcome.page.as_ref().ok()) {
        metrics::page_read(page.source.name(), &page.engine);
    }
}

fn no_pages(media: &Media) -> Failure {
    Failure::unsupported(format!(
        "this is {} ({}); text can be read from PDFs, files of an office, images (png, jpeg, webp, gif, tiff, bmp, avif, heic, svg) \
         and plain text",
        media.kind(),
        media.format
    ))
}

/// A document of which no page could be read has failed as its first page did.
fn all_failed(reading: Reading) -> Result<Reading, Failure> {
    if let [PageOutcome { page: Err(failure), .. }, ..] = reading.pages.as_slice()
        && reading.pages.iter().all(|outcome| outcome.page.is_err())
    {
        return Err(failure.clone());
    }
    Ok(reading)
}
