//! `local/paddleocr`: PP-OCR models that find lines of text in a picture and read them.
//!
//! One page at a time: detection uses all threads on a scaled copy, then each recogniser session, one
//! thread each, takes the next batch of lines cut from the full picture; doubtful lines go down the cascade to
//! better recognisers. Reading order and paragraphs are not decided here.
//!
//! The models and their parameters are PaddleOCR's (PP-OCRv6, Apache-2.0).

mod boxes;
mod calibration;
mod cascade;
mod closer;
mod crop;
mod ctc;
mod detect;
mod dictionary;
mod gutters;
mod head;
mod margins;
mod orientation;
mod reader;
mod recognise;
mod settings;
mod shapes;
mod step;
mod suspicion;
mod upright;
mod verdict;

use std::sync::Arc;

use mediary_core::document::{Line, Quad, Turn, Word};
use mediary_core::engine::{Cancel, Emit, Engine, Job};
use mediary_core::task::{PageText, ReplyEvent, Task};
use mediary_core::{Failure, Raster};

use crate::runtime::Runtime;
use cascade::Cascade;
use ctc::ReadLine;
use detect::{Detector, Lettering};

pub use boxes::BoxSettings;
pub use calibration::Evidence;
pub use detect::DetectorSettings;
pub use settings::{Level, OcrFiles, OcrSettings, RecogniserFiles};
pub use shapes::OcrShapes;

/// A picture to read.
#[derive(Debug, Clone)]
pub struct PageImage {
    /// Its pixels.
    pub raster: Arc<Raster>,
    /// Whether to give each word its box.
    pub words: bool,
    /// How much work it is worth.
    pub level: Level,
}

/// The engine: loaded models, ready for pages.
#[derive(Debug)]
pub struct PaddleOcr {
    detector: Detector,
    cascade: Cascade,
}

impl PaddleOcr {
    /// Opens the models that every page needs; the others are opened when a page needs them.
    ///
    /// # Errors
    /// When a file is missing, damaged or does not fit the others.
    pub fn load(runtime: &Runtime, files: &OcrFiles, settings: &OcrSettings) -> Result<Self, Failure> {
        let session = runtime.open(&files.detector, settings.workers.max(1))?;
        let mut detector =
            Detector::new(session, settings.detector.clone(), settings.shapes.clone(), !runtime.compiles_shapes());
        if settings.warm && runtime.compiles_shapes() {
            detector.warm()?;
        }
        let cascade = Cascade::open(runtime.clone(), files.clone(), settings.clone())?;
        Ok(Self { detector, cascade })
    }

    /// Does the work of a full page on any picture, so that execution providers can be timed: the
    /// detector once, then as many lines as a page of print has, at usual lengths.
    ///
    /// # Errors
    /// When a model fails.
    pub fn exercise(&mut self, page: &Raster) -> Result<(), Failure> {
        const LINES: usize = 40;
        self.detector.find(page, &Cancel::default())?;
        let (width, height) = (page.width() as f32, page.height() as f32 / LINES as f32);
        let line = |number: usize| {
            let share = 0.2 + 0.7 * (number % 5) as f32 / 4.0;
            Quad::upright(0.0, height * number as f32, width * share, height * (number as f32 + 0.75))
        };
        let quads: Vec<Quad> = (0..LINES).map(line).collect();
        self.cascade.first(Level::Fast)?.read(page, &quads, &Cancel::default()).map(drop)
    }

    /// Finds lines and reads them the right way up, with what their confidence rests on.
    fn read(&mut self, page: &PageImage, cancel: &Cancel) -> Result<Found, Failure> {
        let Lettering { quads, small_print } = self.detector.find(&page.raster, cancel)?;
        cancel.check()?;
        let (turn, turned, quads, mut read) = self.read_any_way_up(&page.raster, quads, page.level, cancel)?;
        let raster = turned.as_ref().unwrap_or(&page.raster);
        let unknown_script = self.cascade.reread_doubtful(raster, &quads, &mut read, page.level, cancel)?;
        Ok(Found { turn, quads, read, unknown_script, small_print })
    }

    /// Reads a page for `benches/calibrate.py`: each line's box, text and evidence.
    ///
    /// # Errors
    /// When a model fails.
    pub fn evidence(&mut self, page: &PageImage) -> Result<Vec<(Quad, String, Evidence)>, Failure> {
        let found = self.read(page, &Cancel::default())?;
        Ok(found.quads.into_iter().zip(found.read).map(|(quad, line)| (quad, line.text, line.evidence)).collect())
    }
}

/// What was found on a page: boxes on the turned page, each with its line.
struct Found {
    turn: Turn,
    quads: Vec<Quad>,
    read: Vec<ReadLine>,
    unknown_script: f32,
    small_print: bool,
}

impl Engine for PaddleOcr {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Read(read) = &job.task else { return Err(crate::other_task("paddleocr", &job.task)) };
        let level = Level::of_model(&job.model);
        let page = PageImage { raster: read.raster.clone(), words: read.words, level };
        let Found { turn, quads, read, unknown_script, small_print } = self.read(&page, &job.cancel)?;
        let lines = quads.into_iter().zip(read).filter(|(_, read)| !read.text.trim().is_empty());
        let lines = lines.map(|(quad, read)| (quad, line_of(&quad, read, page.words))).collect();
        // A caller that has left needs no end.
        let _ = emit(ReplyEvent::Page(Box::new(PageText::Lines { turn, lines, unknown_script, small_print })));
        Ok(())
    }
}

fn line_of(quad: &Quad, read: ReadLine, words: bool) -> Line {
    let words = if words { read.words(quad) } else { Vec::<Word>::new() };
    Line { text: read.text, bbox: quad.bounds(), confidence: Some(read.confidence), words }
}
