//! The gateway: what knows every part of the house and puts them to work for one request.
//!
//! Reads documents: classified media go in, read pages with their attempts come out. Knows nothing of
//! HTTP, statuses or wire formats; `http/`, `protocol/` and `cli/` sit on top of it.

mod blocking;
mod build;
mod execution;
mod installed;
mod limits;
mod pdf;
mod pictures;
mod read;
mod reading;
mod spool;
mod targets;
mod text;

pub use build::{GatewayError, Parts};
pub use execution::{measure, tune};
pub use read::{EngineChoice, ReadOptions};
pub use reading::{Attempt, Outcome, PageOutcome, ReadStatus, Reading};
pub use spool::Spool;
pub use targets::{Readiness, TargetInfo};

use mediary_convert::pdf::PdfWorkers;
use mediary_local::{PaddleOcr, Pool};

use crate::config::Limits;

/// The engines and workers of this process, and the limits that hold for all of them.
#[derive(Debug)]
pub struct Gateway {
    limits: Limits,
    pdf: PdfWorkers,
    ocr: Pool<PaddleOcr>,
    /// What can answer, and what is missing for it.
    targets: Vec<TargetInfo>,
}
