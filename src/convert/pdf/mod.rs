//! PDF pages: their own text where it can be trusted, their pixels where it cannot.
//!
//! PDFium is neither thread-safe nor cancellable, so it never runs in the server's process.
//! [`PdfWorkers`] keeps a few children (`mediary worker pdf`) and speaks with them over pipes; a page
//! that hangs, crashes or eats memory costs one child.

mod child;
mod layer;
mod objects;
mod page;
mod pool;
mod searchable;
mod settings;
mod wire;
mod worker;
mod write;

pub use pool::{OpenPdf, PdfWorkers};
pub use searchable::{PageLayer, PicturePdf};
pub use settings::WorkerSettings;
pub use wire::{PageOrder, PageReply, Rendering, TextPolicy};
pub use worker::run as run_worker;
