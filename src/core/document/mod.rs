//! A read document: pages, blocks, lines and words with their places and confidences.
//!
//! Everything here is pure: geometry, the order in which lines are read, and the judgement of a
//! PDF's own text layer. Where pixels and text layers come from is not this module's business.

mod geometry;
mod ink;
mod layer;
mod layout;
mod merge;
mod page;
mod rules;
mod selection;
#[cfg(test)]
mod tests;
mod turn;

pub use geometry::{Point, Quad, Rect};
pub use ink::ink_share;
pub use layer::{Doubt, LayerEvidence, LayerTrust, TextLayer, judge_layer};
pub use layout::{arrange, arrange_layer, arrange_ruled, to_markdown, to_text};
pub use merge::{agreement, merge_regions};
pub use page::{Block, BlockKind, Line, ListItem, Page, Source, Table, Word};
pub use rules::{Rules, Segment, find_rules};
pub use selection::{PageSelection, SelectionError};
pub use turn::Turn;
