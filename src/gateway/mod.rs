//! The gateway: what knows every part of the house and puts them to work for one request.
//!
//! Knows nothing of HTTP, statuses or wire formats; `http/`, `protocol/` and `cli/` sit on top of it.

pub(crate) mod blocking;
mod build;
mod chat;
mod documents;
mod execution;
mod installed;
mod limits;
mod recipe_file;
mod spool;
mod targets;
mod treat;

pub use build::{GatewayError, Parts};
pub use chat::{
    Answer, Answered, Bounds, ChatError, ChatRequest, Exhausted, Known, Planned, Record, Route, TreatmentNote, Tried,
    WholeAnswer, soft_parameters,
};
pub use documents::{
    Attempt, EngineChoice, OnPage, Outcome, PageOutcome, Progress, ReadOptions, ReadStatus, Reading, Reason, Recipe,
    Step,
};
pub use execution::{measure, tune};
pub use recipe_file::BadRecipe;
pub use spool::Spool;
pub use targets::{Readiness, TargetInfo};
pub use treat::Pipelines;

use mediary_convert::pdf::PdfWorkers;
use mediary_remote::Fetcher;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use mediary_local::{Ocrs, PaddleOcr, Pool};
use mediary_store::DiskCache;

use crate::config::Limits;
use chat::Chats;
use documents::Drawings;
use treat::Workshop;

/// The engines and workers of this process, and the limits that hold for all of them.
#[derive(Debug)]
pub struct Gateway {
    limits: Limits,
    recipe: Recipe,
    pdf: PdfWorkers,
    ocr: Pool<PaddleOcr>,
    ocrs: Pool<Ocrs>,
    /// Readings of documents that were read before; `None`: nothing is remembered.
    readings: Option<Arc<DiskCache>>,
    /// Drawn pages that can be fetched.
    drawings: Drawings,
    /// What can answer, and what is missing for it.
    targets: Vec<TargetInfo>,
    /// Fetches what requests name by its address.
    fetcher: Fetcher,
    /// Where one medium becomes another.
    workshop: Workshop,
    /// Providers, and how they have been doing.
    chats: Arc<Chats>,
    /// Settles ties between candidates.
    draws: AtomicU64,
}

impl Gateway {
    /// What fetches files by their addresses.
    #[must_use]
    pub fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }
}
