//! Local engines: models that run in this process, with no key and nothing leaving the machine.
//!
//! [`runtime`] loads ONNX Runtime and opens sessions; [`ocr`] and [`ocrs`] read pages, [`embed`] makes vectors of texts,
//! [`speech`] writes down what is said, [`voice`] speaks, [`safety`] sorts pictures; [`pool`] gives any engine its own thread behind a bounded queue; [`Local`] is all of them as one provider. [`graph`]
//! writes the ONNX files of models that come without one. Nothing here finds, fetches or verifies files: paths come in
//! from above.

pub mod embed;
pub mod graph;
pub mod ocr;
pub mod ocrs;
mod packed;
pub mod pool;
mod provider;
pub mod runtime;
pub mod safety;
pub mod speech;
pub mod voice;

pub use embed::{Counted, E5, E5Files, MiniLm, MiniLmFiles, Overlong};
pub use ocr::{
    BoxSettings, DetectorSettings, Level, OcrFiles, OcrSettings, OcrShapes, PaddleOcr, PageImage, RecogniserFiles,
};
pub use ocrs::{Ocrs, OcrsFiles, OcrsRecogniser};
pub use pool::{EngineReply, Pool, PoolSettings, Ticket};
pub use provider::Local;
pub use runtime::{ExecutionProvider, Runtime, RuntimeError};
pub use safety::{PictureClasses, PictureSorter};
pub use speech::{
    FurtherModel, Listener, MoonshineFiles, SpeechFiles, SpeechModel, VoiceDetector, VoiceMemory, WHISPER_LANGUAGES,
    WhisperFiles,
};
pub use voice::{Espeak, EspeakNg, Kokoro, KokoroFiles, Piper, PiperVoice, language_of, stands_in};

use mediary_core::Failure;
use mediary_core::task::Task;

/// An engine was handed work that its row of the matrix does not promise.
fn other_task(engine: &str, task: &Task) -> Failure {
    Failure::broken(format!("{engine} does not do the task {}", task.kind().name()))
}
