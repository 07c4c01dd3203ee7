//! Where the engine's files are and how it works: set once, when it is loaded.

use std::path::PathBuf;

use mediary_core::ModelName;

use super::DetectorSettings;
use super::shapes::OcrShapes;

/// Where the parts of the engine are.
#[derive(Debug, Clone)]
pub struct OcrFiles {
    /// Finds lines (ONNX).
    pub detector: PathBuf,
    /// Reads lines quickly: PP-OCRv6 tiny.
    pub fast: RecogniserFiles,
    /// Reads lines well: PP-OCRv6 small. Opened when it is first needed; without it the engine has level
    /// [`Level::Fast`] only.
    pub accurate: Option<RecogniserFiles>,
    /// Read scripts that the others do not know. Opened when they are first needed.
    pub scripts: Vec<RecogniserFiles>,
}

/// A recogniser and its characters.
#[derive(Debug, Clone)]
pub struct RecogniserFiles {
    /// Reads lines (ONNX, 48 pixels high).
    pub model: PathBuf,
    /// Its characters: a JSON list of strings, or a text file with one on each line.
    pub dictionary: PathBuf,
}

/// How much work a page is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Level {
    /// Every line by the fast recogniser.
    Fast,
    /// The cascade: every line by the fast recogniser, doubtful ones again by the accurate one.
    #[default]
    Auto,
    /// Every line by the accurate recogniser.
    Accurate,
}

impl Level {
    /// The level that a model of the engine stands for: the word behind the colon of `paddleocr:fast`.
    #[must_use]
    pub fn of_model(model: &ModelName) -> Self {
        match model.as_str().rsplit_once(':') {
            Some((_, "fast")) => Self::Fast,
            Some((_, "accurate")) => Self::Accurate,
            Some(_) | None => Self::Auto,
        }
    }
}

/// How the engine works.
#[derive(Debug, Clone)]
pub struct OcrSettings {
    /// Recogniser sessions, a thread each; the detector gets as many threads.
    pub workers: usize,
    /// How pages are prepared for the detector and its map is read.
    pub detector: DetectorSettings,
    /// At level [`Level::Auto`], lines less likely to be right than this are read again.
    pub read_again_below: f32,
    /// In which shapes pages and lines are given to the models.
    pub shapes: OcrShapes,
    /// Whether a model that is opened is tried in all shapes at once, where kernels are compiled for each: later pages
    /// are read sooner, the first one later.
    pub warm: bool,
}
