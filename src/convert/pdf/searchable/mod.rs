//! Searchable PDFs: pages as they were, with invisible text on the words that were read.
//!
//! A page's text is written with a font without outlines (`font`), placed on the words' boxes (`place`). A PDF
//! gets it from PDFium in a child process (`stamp`), as one form laid over the page, so that the page's own content
//! is not touched; pictures become a PDF here (`PicturePdf`). Recognises nothing, and does not judge what was read.
//! Called by the gateway.

mod file;
mod font;
mod jpeg;
mod pictures;
mod pixels;
mod place;
mod png;
mod stamp;
#[cfg(test)]
mod tests;
mod text;
mod truetype;

use mediary_core::document::{Line, Page, Turn};
use serde::{Deserialize, Serialize};

pub use pictures::PicturePdf;
pub(super) use stamp::{save, stamp};

/// What is written on one page. Boxes are in pixels of the page as it is seen, `width_px` × `height_px` large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageLayer {
    /// Place in the document, from 0.
    pub index: usize,
    /// Width of the page that the boxes are on.
    pub width_px: u32,
    /// Height of the page that the boxes are on.
    pub height_px: u32,
    /// How the page was turned before reading, clockwise, in degrees: the way the text runs.
    pub rotation_deg: u16,
    /// In reading order. A line without words is written as one.
    pub lines: Vec<Line>,
}

impl PageLayer {
    /// All lines of a page that was read, block by block.
    #[must_use]
    pub fn of(page: &Page) -> Self {
        Self {
            index: page.index,
            width_px: page.width_px,
            height_px: page.height_px,
            rotation_deg: page.rotation_deg,
            lines: page.blocks.iter().flat_map(|block| block.lines.iter().cloned()).collect(),
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.text.trim().is_empty())
    }

    fn turn(&self) -> Turn {
        place::turn_by(self.rotation_deg)
    }

    /// The page's size; what is no size counts as one pixel.
    fn size(&self) -> (f32, f32) {
        (self.width_px.max(1) as f32, self.height_px.max(1) as f32)
    }
}
