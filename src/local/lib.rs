//! Local engines: models that run in this process, with no key and nothing leaving the machine.
//!
//! [`runtime`] loads ONNX Runtime and opens sessions; [`ocr`] and [`ocrs`] read pages; [`pool`] gives any engine its own
//! thread behind a bounded queue; [`Local`] is all of them as one provider. Nothing here finds, fetches or verifies
//! files: paths come in from above.

pub mod ocr;
pub mod ocrs;
pub mod pool;
mod provider;
pub mod runtime;

pub use ocr::{BoxSettings, DetectorSettings, Level, OcrFiles, OcrSettings, PaddleOcr, PageImage, RecogniserFiles};
pub use ocrs::{Ocrs, OcrsFiles, OcrsRecogniser};
pub use pool::{EngineReply, Pool, PoolSettings, Ticket};
pub use provider::Local;
pub use runtime::{ExecutionProvider, Runtime, RuntimeError};

use mediary_core::Failure;
use mediary_core::task::Task;

/// An engine was handed work that its row of the matrix does not promise.
fn other_task(engine: &str, task: &Task) -> Failure {
    Failure::broken(format!("{engine} does not do the task {}", task.kind().name()))
}
