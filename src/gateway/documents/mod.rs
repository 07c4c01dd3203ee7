//! Reading documents: classified media go in, read pages with their attempts come out.
//!
//! Follows the recipe `read-document`, page by page: a PDF's own text where it is believed, else engine after
//! engine until one is. Knows nothing of HTTP or of the form in which a reading is given.

mod cloud;
mod drawn;
mod engine;
mod layer_sample;
mod markdown;
mod page_reader;
mod pdf;
mod picture_parts;
mod pictures;
mod read;
mod reading;
mod recipe;
mod remembered;
mod searchable;
mod text;

pub(super) use drawn::Drawings;
pub(super) use engine::Engine;
pub use read::{EngineChoice, OnPage, Progress, ReadOptions};
pub use reading::{Attempt, Outcome, PageOutcome, ReadStatus, Reading, Reason};
pub use recipe::{Recipe, Step};
