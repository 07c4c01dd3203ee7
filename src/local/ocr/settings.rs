//! Where the engine's files are and how it works: set once, when it is loaded.

use std::path::PathBuf;

use super::DetectorSettings;

/// Where the parts of the engine are.
#[derive(Debug, Clone)]
pub struct OcrFiles {
    /// Finds lines (ONNX).
    pub detector: PathBuf,
    /// Reads lines (ONNX).
    pub recogniser: PathBuf,
    /// The recogniser's characters: a JSON list of strings.
    pub dictionary: PathBuf,
}

/// How the engine works.
#[derive(Debug, Clone)]
pub struct OcrSettings {
    /// Recogniser sessions, a thread each; the detector gets as many threads.
    pub workers: usize,
    /// How pages are prepared for the detector and its map is read.
    pub detector: DetectorSettings,
}
