//! The installed files that engines need; what is missing becomes a failure that names the command to fetch it.

use std::path::PathBuf;

use mediary_core::{Failure, FailureKind};
use mediary_local::{ExecutionProvider, OcrFiles, RecogniserFiles};

use crate::models::{Models, NotInstalled};

/// The ONNX Runtime library that has the provider.
pub(super) fn library(models: &Models, provider: ExecutionProvider) -> Result<PathBuf, Failure> {
    let card = if provider.is_openvino() { "openvino" } else { "onnxruntime" };
    models.library(card).map_err(|error| not_installed(&error))
}

/// The files of `local/paddleocr`.
pub(super) fn ocr_files(models: &Models) -> Result<OcrFiles, Failure> {
    let file = |name: &str| models.file("paddleocr", name).map_err(|error| not_installed(&error));
    let recogniser = |size: &str| {
        let model = file(&format!("{size}-rec.onnx"))?;
        Ok::<_, Failure>(RecogniserFiles { model, dictionary: file(&format!("{size}-char_dict.json"))? })
    };
    Ok(OcrFiles {
        detector: file("tiny-det.onnx")?,
        fast: recogniser("tiny")?,
        accurate: Some(recogniser("small")?),
        scripts: models.recognisers().map(|(_, model, dictionary)| RecogniserFiles { model, dictionary }).collect(),
    })
}

/// A missing file, as a failure of the work that needed it.
pub(super) fn not_installed(error: &NotInstalled) -> Failure {
    Failure::new(FailureKind::NotInstalled, error.to_string())
}
