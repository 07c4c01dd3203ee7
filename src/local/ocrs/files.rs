//! Where the engine's files are.

use std::path::PathBuf;

/// Where the parts of the engine are.
#[derive(Debug, Clone)]
pub struct OcrsFiles {
    /// Finds words: `text-detection.rten`.
    pub detector: PathBuf,
    /// Reads lines.
    pub recogniser: OcrsRecogniser,
}

/// The recogniser that reads the lines ocrs finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OcrsRecogniser {
    /// Its own recogniser, 96 Latin characters.
    Ocrs {
        /// `text-recognition.rten`.
        model: PathBuf,
    },
    /// A recogniser of PP-OCR, where ocrs's own is not installed.
    PaddleOcr {
        /// Reads lines (ONNX, 48 pixels high).
        model: PathBuf,
        /// Its characters: a JSON list of strings.
        dictionary: PathBuf,
    },
}

impl OcrsRecogniser {
    /// Which program does what, for people.
    #[must_use]
    pub fn description(&self) -> &'static str {
        match self {
            Self::Ocrs { .. } => "ocrs detector, layout and recogniser",
            Self::PaddleOcr { .. } => "ocrs detector and layout, PP-OCR recogniser (ocrs's own is not installed)",
        }
    }
}
