//! `local/paddleocr`: PP-OCR models that find lines of text in a picture and read them.
//!
//! One page at a time: detection uses all threads on a scaled copy, then each recogniser, one thread
//! and one session each, takes the next batch of lines cut from the full picture. Reading order and
//! paragraphs are not decided here.
//!
//! The models and their parameters are PaddleOCR's (PP-OCRv6, Apache-2.0).

mod boxes;
mod crop;
mod ctc;
mod detect;
mod dictionary;
mod orientation;
mod recognise;
mod settings;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mediary_core::document::{Line, Quad, Turn, Word};
use mediary_core::engine::{Cancel, Engine};
use mediary_core::{Failure, Raster};

use crate::runtime::Runtime;
use crop::LineCrop;
use ctc::ReadLine;
use detect::Detector;
use dictionary::Dictionary;
use recognise::Recogniser;

pub use boxes::BoxSettings;
pub use detect::DetectorSettings;
pub use settings::{OcrFiles, OcrSettings};

/// A picture to read.
#[derive(Debug, Clone)]
pub struct PageImage {
    /// Its pixels.
    pub raster: Arc<Raster>,
    /// Whether to give each word its box.
    pub words: bool,
}

/// The engine: loaded models, ready for pages.
#[derive(Debug)]
pub struct PaddleOcr {
    detector: Detector,
    recognisers: Vec<Recogniser>,
    dictionary: Dictionary,
}

impl PaddleOcr {
    /// Opens the models.
    ///
    /// # Errors
    /// When a file is missing, damaged or does not fit the others.
    pub fn load(runtime: &Runtime, files: &OcrFiles, settings: &OcrSettings) -> Result<Self, Failure> {
        let workers = settings.workers.max(1);
        let dictionary = Dictionary::read(&files.dictionary)?;
        let detector = Detector::new(runtime.open(&files.detector, workers)?, settings.detector.clone());
        let recognisers = (0..workers)
            .map(|_| Ok(Recogniser::new(runtime.open(&files.recogniser, 1)?)))
            .collect::<Result<_, Failure>>()?;
        Ok(Self { detector, recognisers, dictionary })
    }

    /// Does the work of a full page on any picture, so that execution providers can be timed: the
    /// detector once, then as many lines as a page of print has, at usual lengths.
    ///
    /// # Errors
    /// When a model fails.
    pub fn exercise(&mut self, page: &Raster) -> Result<(), Failure> {
        const LINES: usize = 40;
        self.detector.find(page)?;
        let (width, height) = (page.width() as f32, page.height() as f32 / LINES as f32);
        let line = |number: usize| {
            let share = 0.2 + 0.7 * (number % 5) as f32 / 4.0;
            Quad::upright(0.0, height * number as f32, width * share, height * (number as f32 + 0.75))
        };
        let quads: Vec<Quad> = (0..LINES).map(line).collect();
        self.recognise(page, &quads, &Cancel::default()).map(drop)
    }

    fn recognise(&mut self, raster: &Raster, quads: &[Quad], cancel: &Cancel) -> Result<Vec<ReadLine>, Failure> {
        let crops: Vec<LineCrop> = quads.iter().map(|quad| LineCrop::new(*quad)).collect();
        let batches = recognise::batches(&crops);
        let next = AtomicUsize::new(0);
        let lines = Mutex::new(vec![ReadLine::default(); crops.len()]);
        let dictionary = &self.dictionary;
        let work = |recogniser: &mut Recogniser| -> Result<(), Failure> {
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                cancel.check()?;
                let read = recogniser.read(raster, &crops, batch, dictionary)?;
                let mut lines = lines.lock().map_err(|_| Failure::broken("a recogniser crashed"))?;
                for (index, line) in batch.crops.iter().zip(read) {
                    lines[*index] = line;
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                self.recognisers.iter_mut().map(|recogniser| scope.spawn(|| work(recogniser))).collect();
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Failure::broken("a recogniser crashed"))))
        })?;
        lines.into_inner().map_err(|_| Failure::broken("a recogniser crashed"))
    }
}

/// A page as it was read.
#[derive(Debug, Default)]
pub struct ReadPage {
    /// How the page was turned first.
    pub turn: Turn,
    /// Boxes on the turned page, in no particular order, with their text.
    pub lines: Vec<(Quad, Line)>,
}

impl Engine for PaddleOcr {
    type Job = PageImage;
    type Output = ReadPage;

    fn run(&mut self, page: PageImage, cancel: &Cancel) -> Result<ReadPage, Failure> {
        let quads = self.detector.find(&page.raster)?;
        cancel.check()?;
        let (turn, quads, read) = self.read_any_way_up(&page.raster, quads, cancel)?;
        let lines = quads.into_iter().zip(read).filter(|(_, read)| !read.text.trim().is_empty());
        Ok(ReadPage { turn, lines: lines.map(|(quad, read)| (quad, line_of(&quad, read, page.words))).collect() })
    }
}

fn line_of(quad: &Quad, read: ReadLine, words: bool) -> Line {
    let words = if words { read.words(quad) } else { Vec::<Word>::new() };
    Line { text: read.text, bbox: quad.bounds(), confidence: Some(read.confidence), words }
}
