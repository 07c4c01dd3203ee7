//! Reading one page: the work of OCR engines and document readers.
//!
//! A document is read page by page. Where the pixels of a page come from, and what becomes of its lines, is decided
//! above; an engine of this process takes the raster, a provider the same picture as a file.

use std::sync::Arc;

use crate::document::{Line, Quad, Turn};
use crate::{Media, Raster};

/// One page to read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its pixels.
    pub raster: Arc<Raster>,
    /// The same picture as a file, for targets that take files; `None` until it is wanted.
    pub picture: Option<Media>,
    /// Whether each word is to have its box.
    pub words: bool,
}

/// What was read on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum PageText {
    /// Lines with their boxes, in no particular order.
    Lines {
        /// How the page had to be turned first.
        turn: Turn,
        /// Boxes on the turned page, with their text.
        lines: Vec<(Quad, Line)>,
        /// The share of the text, from 0 to 1, in a script that the engine does not know.
        unknown_script: f32,
        /// Whether there may be lettering on it that is too small for the engine to find.
        small_print: bool,
    },
    /// Markdown without places.
    Markdown {
        /// The text.
        text: String,
        /// How likely it is to be right, from 0 to 1, if the reader says so.
        confidence: Option<f32>,
    },
}

impl PageText {
    /// Lines of a page that lay upright, by an engine that doubts nothing but their letters.
    #[must_use]
    pub fn upright(lines: Vec<(Quad, Line)>) -> Self {
        Self::Lines { turn: Turn::None, lines, unknown_script: 0.0, small_print: false }
    }
}
