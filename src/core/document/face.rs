//! How the characters of a text layer are set, and what the document's outline calls its parts.
//!
//! A document says more of its letters than which they are: face, size, weight, colour. What that makes of a line is
//! judged by the layout; who reads PDFs writes these words down.

use serde::{Deserialize, Serialize};

use super::{Line, TagRun};

/// How characters are set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Face {
    /// The family of its font, without weight and slant: `Times`, `CMR`.
    pub family: String,
    /// Size in points on the page.
    pub size_pt: f32,
    /// Whether its strokes are heavier than usual.
    pub is_bold: bool,
    /// Whether it is slanted.
    pub is_italic: bool,
    /// Whether all of its characters are equally wide.
    pub is_fixed_pitch: bool,
    /// Red, green and blue.
    pub colour: [u8; 3],
}

/// A stretch of a line that is set in one face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Where it ends in the line's text, in bytes; it begins where the one before ends.
    pub end: usize,
    /// How it is set.
    pub face: Face,
}

/// A line of a text layer and how it is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetLine {
    /// Its text, with the places of its words.
    pub line: Line,
    /// From its beginning to its end; empty where that is not known.
    pub runs: Vec<Run>,
    /// The parts of a tagged document that it belongs to, from its beginning to its end; empty of others.
    pub tags: Vec<TagRun>,
}

impl From<Line> for SetLine {
    fn from(line: Line) -> Self {
        Self { line, runs: Vec::new(), tags: Vec::new() }
    }
}

/// An entry of a document's outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// What it is called: mostly the words of a heading.
    pub title: String,
    /// How deep it stands, from 1.
    pub depth: u8,
    /// The page it leads to, from 0, if the document says so.
    pub page: Option<usize>,
}
