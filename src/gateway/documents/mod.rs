//! Reading documents: classified media go in, read pages with their attempts come out.
//!
//! Follows the recipe `read-document`, page by page: a PDF's own text where it is believed, else engine after
//! engine until one is. Knows nothing of HTTP or of the form in which a reading is given.

mod attached;
mod drawn;
mod engine;
mod figures;
mod layer_sample;
mod markdown;
mod office;
mod opened;
mod options;
mod page_reader;
mod page_work;
mod painter;
mod pdf;
mod picture_parts;
mod pictures;
mod read;
mod reading;
mod recipe;
mod remembered;
mod searchable;
mod text;

pub use attached::Attached;
pub(super) use drawn::Drawings;
pub use figures::{FigureChoice, figures_of};
pub use options::{EngineChoice, ReadOptions};
pub use painter::Painter;
pub use read::{OnPage, Progress};
pub use reading::{Attempt, Outcome, PageOutcome, ReadStatus, Reading, Reason};
pub use recipe::{Recipe, Step};

use std::sync::Arc;

use mediary_convert::image::{Foreign, ImageLimits};
use mediary_convert::office::{LibreOffice, OfficeWorkers};
use mediary_convert::pdf::PdfWorkers;
use mediary_store::DiskCache;

use super::admission::Admission;
use super::routing::Router;
use crate::config::Limits;

/// No decoder here goes beyond it, and no camera or scanner does.
const MAX_SIDE_PX: u32 = 30_000;

/// Reads documents.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    recipe: Recipe,
    pdf: Arc<PdfWorkers>,
    office: Arc<OfficeWorkers>,
    /// What reads the binary formats before 2007; `None`: nothing does.
    libreoffice: Option<LibreOffice>,
    router: Arc<Router>,
    /// Readings of documents that were read before; `None`: nothing is remembered.
    readings: Option<Arc<DiskCache>>,
    /// Drawn pages that can be fetched.
    drawings: Arc<Drawings>,
    /// What opens pictures that nothing in this process decodes.
    foreign: Foreign,
    admission: Admission,
}

/// The processes that open what is not opened in this one.
#[derive(Debug)]
pub(super) struct Openers {
    pub(super) pdf: Arc<PdfWorkers>,
    pub(super) office: Arc<OfficeWorkers>,
    pub(super) libreoffice: Option<LibreOffice>,
    pub(super) foreign: Foreign,
}

impl Reader {
    pub(super) fn new(
        limits: Limits,
        recipe: Recipe,
        openers: Openers,
        router: Arc<Router>,
        readings: Option<Arc<DiskCache>>,
        admission: Admission,
    ) -> Self {
        let Openers { pdf, office, libreoffice, foreign } = openers;
        Self {
            limits,
            recipe,
            pdf,
            office,
            libreoffice,
            router,
            readings,
            drawings: Arc::default(),
            foreign,
            admission,
        }
    }

    /// The same reader with another recipe and other limits, over another router.
    pub(super) fn renewed(&self, limits: Limits, recipe: Recipe, router: Arc<Router>) -> Self {
        Self {
            limits,
            recipe,
            pdf: self.pdf.clone(),
            office: self.office.clone(),
            libreoffice: self.libreoffice.clone(),
            router,
            readings: self.readings.clone(),
            drawings: self.drawings.clone(),
            foreign: self.foreign.clone(),
            admission: self.admission.clone(),
        }
    }

    /// What opens PDFs; they are opened by [`Reader::open`].
    pub(super) fn pdf(&self) -> &PdfWorkers {
        &self.pdf
    }

    /// How documents are read.
    pub(super) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What a picture may be, beyond its size in bytes.
    pub(super) fn image_limits(&self) -> ImageLimits {
        ImageLimits {
            max_bytes: self.limits.image.bytes.get(),
            max_pixels: self.limits.image.pixels.get(),
            max_side_px: MAX_SIDE_PX,
            max_pages: self.limits.document.pages as usize,
        }
    }
}
