//! Ruling lines of a page, wherever they come from: found in its pixels or drawn by the document.

use serde::{Deserialize, Serialize};

use super::Point;

/// A straight line, in pixels of the page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its left or upper end.
    pub start: Point,
    /// Its right or lower end.
    pub end: Point,
}

impl Segment {
    /// How long it is, in pixels.
    #[must_use]
    pub fn length(&self) -> f32 {
        self.start.distance(self.end)
    }
}

/// The ruling lines of a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Those that run across the page, give or take its skew.
    pub horizontal: Vec<Segment>,
    /// Those that run down the page.
    pub vertical: Vec<Segment>,
}
