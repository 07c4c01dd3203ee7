//! A read document: pages, blocks, lines and words with their places and confidences.
//!
//! Everything here is pure: geometry, turns, and the judgement of a PDF's own text layer. Where pixels and text
//! layers come from is not this module's business, nor is the order of lines, which `mediary-layout` finds.

mod agreement;
mod alleys;
mod alphabets;
mod face;
mod geometry;
mod layer;
mod letters;
mod link;
mod page;
mod pitch;
mod rules;
mod selection;
mod tags;
#[cfg(test)]
mod tests;
mod turn;

pub use agreement::agreement;
pub use alleys::{Inked, White, alleys};
pub use face::{Bookmark, Face, Run, SetLine};
pub use geometry::{Point, Quad, Rect};
pub use layer::{Doubt, Hidden, LayerEvidence, LayerTrust, TextLayer, judge_layer};
pub use letters::letters_are_unlikely;
pub use link::{Link, LinkTarget};
pub use page::{Block, BlockKind, Line, ListItem, Page, Source, Span, Table, Word, mean_confidence};
pub use rules::{Rules, Segment};
pub use selection::{PageSelection, SelectionError};
pub use tags::{CellPlace, ItemPlace, TagPlace, TagRun, TaggedPart, Tags};
pub use turn::Turn;
