//! A read document: pages, blocks, lines and words with their places and confidences.
//!
//! Everything here is pure: geometry, the order in which lines are read, and the judgement of a
//! PDF's own text layer. Where pixels and text layers come from is not this module's business.

mod geometry;
mod layer;
mod layout;
mod page;
mod selection;
mod turn;

pub use geometry::{Point, Quad, Rect};
pub use layer::{Doubt, LayerEvidence, TextLayer, judge_layer};
pub use layout::{arrange, arrange_layer, to_markdown, to_text};
pub use page::{Block, BlockKind, Line, ListItem, Page, Source, Table, Word};
pub use selection::{PageSelection, SelectionError};
pub use turn::Turn;
