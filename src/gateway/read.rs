//! Reading one document, whatever its medium: the walk that HTTP and the command line share.

use std::sync::Arc;
use std::time::Instant;

use mediary_convert::pdf::TextPolicy;
use mediary_core::document::{Page, PageSelection, Source, Turn, arrange};
use mediary_core::{Failure, FailureKind, Media, MediaKind, Raster, Target};
use mediary_local::{PaddleOcr, PageImage, Ticket};

use super::Gateway;
use super::reading::{AttemptLog, Outcome, PageOutcome, Reading};
use crate::telemetry::metrics;

/// The engine name of a document's own text.
pub(super) const TEXT_LAYER: &str = "text-layer";
/// The engine name of level `fast`.
pub(super) const PADDLEOCR_FAST: &str = "local/paddleocr:fast";

/// Who is to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// Whatever suits, as the recipe has it.
    #[default]
    Auto,
    /// Only engines in this process.
    Local,
    /// This one.
    Target(Target),
}

/// What is wanted of a document.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Who is to read.
    pub engine: EngineChoice,
    /// Which pages.
    pub pages: PageSelection,
    /// Whether words and their boxes are wanted.
    pub words: bool,
    /// The password of an encrypted document.
    pub password: Option<String>,
    /// Read pixels even where the document has text of its own.
    pub force_ocr: bool,
    /// Never read pixels.
    pub text_layer_only: bool,
    /// Resolution for rendering; `None` lets each page decide.
    pub dpi: Option<u32>,
}

impl ReadOptions {
    pub(super) fn text_policy(&self) -> TextPolicy {
        match (self.force_ocr, self.text_layer_only) {
            (true, _) => TextPolicy::Ignore,
            (false, true) => TextPolicy::Only,
            (false, false) => TextPolicy::Judge,
        }
    }
}

impl Gateway {
    /// Reads a document. `progress` is told after each page how many are done, and of how many.
    ///
    /// # Errors
    /// When the document cannot be read at all. Where some pages can, the reading says of each how it
    /// went.
    pub async fn read(
        &self,
        media: Media,
        options: &ReadOptions,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Reading, Failure> {
        let started = Instant::now();
        self.check_engine(&options.engine)?;
        self.check_size(&media)?;
        let mut attempts = AttemptLog::default();
        let (total_pages, pages) = match media.kind() {
            MediaKind::Document => self.read_pdf(&media, options, progress, &mut attempts).await?,
            MediaKind::Image => self.read_pictures(&media, options, progress, &mut attempts).await?,
            MediaKind::Text => self.read_text(&media, options, &mut attempts).await?,
            MediaKind::Audio | MediaKind::Video => {
                return Err(Failure::unsupported(format!(
                    "this is {} ({}); text can be read from PDFs, images (png, jpeg, webp, gif, tiff, bmp) and plain \
                     text",
                    media.kind(),
                    media.format
                )));
            }
        };
        let reading =
            Reading { media, total_pages, pages, attempts: attempts.into_attempts(), duration: started.elapsed() };
        count_pages(&reading);
        all_failed(reading)
    }

    fn check_engine(&self, engine: &EngineChoice) -> Result<(), Failure> {
        let EngineChoice::Target(target) = engine else { return Ok(()) };
        let name = target.to_string();
        if self.targets.iter().any(|known| known.id == name || known.id.split(':').next() == Some(name.as_str())) {
            return Ok(());
        }
        let known: Vec<&str> = self.targets.iter().map(|target| target.id.as_str()).collect();
        Err(Failure::new(
            FailureKind::Unknown,
            format!("there is no engine `{name}`; use `auto`, `local` or one of: {}", known.join(", ")),
        ))
    }

    /// Reads one picture of a page with level `fast`, and says how that went.
    pub(super) async fn recognise(
        &self,
        ticket: &mut Ticket<'_, PaddleOcr>,
        raster: Raster,
        frame: Frame,
        words: bool,
        attempts: &mut AttemptLog,
    ) -> Result<Page, Failure> {
        let started = Instant::now();
        let (width_px, height_px) = (raster.width(), raster.height());
        let found = ticket.run(PageImage { raster: Arc::new(raster), words }).await;
        let elapsed = started.elapsed();
        metrics::ocr_took(PADDLEOCR_FAST, elapsed);
        match &found {
            Ok(read) if read.lines.is_empty() => {
                attempts.note(PADDLEOCR_FAST, Outcome::Rejected, Some("no_text"), frame.index, elapsed);
            }
            Ok(_) => attempts.note(PADDLEOCR_FAST, Outcome::Accepted, None, frame.index, elapsed),
            Err(failure) => {
                attempts.note(PADDLEOCR_FAST, Outcome::Failed, Some(&failure.detail), frame.index, elapsed);
            }
        }
        let found = found?;
        let (turned_width, turned_height) = match found.turn {
            Turn::None | Turn::Half => (width_px, height_px),
            Turn::Quarter | Turn::ThreeQuarters => (height_px, width_px),
        };
        let blocks = arrange(found.lines, turned_width, turned_height);
        let blocks = found.turn.undone_in(blocks, width_px as f32, height_px as f32);
        Ok(Page {
            index: frame.index,
            source: Source::Ocr,
            engine: PADDLEOCR_FAST.to_owned(),
            confidence: Page::confidence_of(&blocks),
            width_px,
            height_px,
            dpi: frame.dpi,
            rotation_deg: found.turn.degrees(),
            blocks,
        })
    }
}

/// Which page a picture is of, and at what resolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) index: usize,
    pub(super) dpi: Option<u32>,
}

fn count_pages(reading: &Reading) {
    for page in reading.pages.iter().filter_map(|outcome| outcome.page.as_ref().ok()) {
        metrics::page_read(page.source.name(), &page.engine);
    }
}

/// A document of which no page could be read has failed as its first page did.
fn all_failed(reading: Reading) -> Result<Reading, Failure> {
    let first = match reading.pages.as_slice() {
        [PageOutcome { page: Err(failure), .. }, ..] => failure.clone(),
        _ => return Ok(reading),
    };
    if reading.pages.iter().all(|outcome| outcome.page.is_err()) { Err(first) } else { Ok(reading) }
}
