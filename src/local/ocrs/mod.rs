//! `local/ocrs`: a second reader of upright pages, in Rust from end to end: it needs no native library.
//!
//! The crate ocrs finds words and chains them to lines; its own recogniser reads them where it is installed, else one
//! of PP-OCR's, run by the same runtime (rten). Not done here: turning pages that lie on their side, reading order and
//! paragraphs. Where the files are is decided above.

mod decode;
mod files;
mod judge;
mod lines;
mod recognise;
mod strip;
mod tiles;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod toy;

use std::fmt;
use std::path::Path;

use mediary_core::document::{Line, Quad};
use mediary_core::engine::{Cancel, Emit, Engine, Job};
use mediary_core::task::{PageText, Read, ReplyEvent, Task};
use mediary_core::{Failure, FailureKind};
use ocrs::{DimOrder, ImageSource, OcrEngine, OcrEngineParams};
use rten::{Dimension, Model};

use recognise::{Lines, Recogniser};

pub use files::{OcrsFiles, OcrsRecogniser};

/// Chaining words to lines takes the square of their number: 0.4 s for 1 800, 3 s for 5 000, 27 s for 10 000. A page of
/// print has up to some 2 000, a newspaper's 5 000; more is noise.
const MOST_WORDS: usize = 6_000;

/// The engine: loaded models, ready for pages.
pub struct Ocrs {
    engine: OcrEngine,
    recogniser: Recogniser,
    description: &'static str,
}

impl Ocrs {
    /// Opens the models.
    ///
    /// # Errors
    /// When a file is missing, damaged or not what it should be.
    pub fn load(files: &OcrsFiles) -> Result<Self, Failure> {
        let recognition_model = match &files.recogniser {
            // The crate cuts lines for a recogniser only if it has it, and gives none back; ten megabytes twice.
            OcrsRecogniser::Ocrs { model } => Some(open(model)?),
            OcrsRecogniser::PaddleOcr { .. } => None,
        };
        let detection_model = Some(open(&files.detector)?);
        let engine = OcrEngine::new(OcrEngineParams { detection_model, recognition_model, ..Default::default() })
            .map_err(|error| failed("loading", &error))?;
        Ok(Self {
            engine,
            recogniser: Recogniser::load(&files.recogniser)?,
            description: files.recogniser.description(),
        })
    }

    /// Whether a file is a detector the engine can use.
    ///
    /// # Errors
    /// When it is not, with the reason.
    pub fn check_detector(path: &Path) -> Result<(), Failure> {
        let model = open(path)?;
        let shape = model.input_shape(0).unwrap_or_default();
        let fixed = |side: usize| matches!(shape.get(side), Some(Dimension::Fixed(_)));
        if shape.len() == 4 && fixed(2) && fixed(3) {
            return Ok(());
        }
        Err(Failure::broken(format!("{} is no text detector of ocrs: its input has no fixed size", path.display())))
    }

    /// Whether a file is a recogniser of ocrs's own that the engine can use.
    ///
    /// # Errors
    /// When it is not, with the reason.
    pub fn check_recogniser(path: &Path) -> Result<(), Failure> {
        Recogniser::load(&OcrsRecogniser::Ocrs { model: path.to_owned() }).map(drop)
    }

    /// What detects and what recognises, for people.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.description
    }
}

impl Ocrs {
    /// Finds and reads the lines of a page.
    fn read(&mut self, page: &Read, cancel: &Cancel) -> Result<Vec<(Quad, Line)>, Failure> {
        let grey = words::Grey::of(&page.raster);
        let found = words::find(&self.engine, &grey, cancel)?;
        cancel.check()?;
        if found.len() > MOST_WORDS {
            let marks = found.len();
            return Err(Failure::unreadable(format!("{marks} marks look like words, more than a page can have")));
        }
        let source =
            ImageSource::from_tensor(grey.view(), DimOrder::Hwc).map_err(|error| failed("preparing", &error))?;
        let input = self.engine.prepare_input(source).map_err(|error| failed("preparing", &error))?;
        let mut word_lines = self.engine.find_text_lines(&input, &found);
        // What follows goes by place in the list, so no line may lack a box.
        word_lines.retain(|line| !line.is_empty());
        let boxes = lines::boxed(&word_lines);
        let lines = Lines { page: &page.raster, input: &input, words: &word_lines, boxes: &boxes };
        let read = self.recogniser.read(&self.engine, lines, cancel)?;
        let lines = boxes
            .iter()
            .zip(read)
            .filter_map(|(layout, glyphs)| judge::line(glyphs, layout, page.words).map(|line| (layout.quad, line)));
        Ok(lines.collect())
    }
}

impl Engine for Ocrs {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Read(page) = &job.task else { return Err(crate::other_task("ocrs", &job.task)) };
        let lines = self.read(page, &job.cancel)?;
        // A caller that has left needs no end.
        let _ = emit(ReplyEvent::Page(Box::new(PageText::upright(lines))));
        Ok(())
    }
}

impl fmt::Debug for Ocrs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Ocrs({})", self.description)
    }
}

fn open(path: &Path) -> Result<Model, Failure> {
    if !path.exists() {
        let detail = format!("{} is not there; `mediary models` says how to get it", path.display());
        return Err(Failure::new(FailureKind::NotInstalled, detail));
    }
    let failed = |reason: String| Failure::broken(format!("cannot load {}: {}", path.display(), reason.trim_end()));
    Model::load_file(path).map_err(|error| failed(error.to_string()))
}

fn failed(step: &str, error: &dyn fmt::Display) -> Failure {
    Failure::broken(format!("{step} by ocrs failed: {error}"))
}
