//! Local engines: models that run in this process, with no key and nothing leaving the machine.
//!
//! [`runtime`] loads ONNX Runtime and opens sessions; [`ocr`] reads pages with them, [`embed`] makes vectors of texts;
//! [`pool`] gives any engine its own thread behind a bounded queue. [`graph`] writes the ONNX files of models that come
//! without one. Nothing here finds, fetches or verifies files: paths come in from above.

pub mod embed;
pub mod graph;
pub mod ocr;
pub mod ocrs;
pub mod pool;
pub mod runtime;

pub use embed::{MiniLm, MiniLmFiles};
pub use ocr::{
    BoxSettings, DetectorSettings, Level, OcrFiles, OcrSettings, PaddleOcr, PageImage, ReadPage, RecogniserFiles,
};
pub use ocrs::{Ocrs, OcrsFiles, OcrsRecogniser};
pub use pool::{Pool, PoolSettings, Ticket};
pub use runtime::{ExecutionProvider, Runtime, RuntimeError};
