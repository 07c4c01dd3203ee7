//! From loose boxes to text: columns, rows, and what the rows are.
//!
//! `arrange` and `arrange_ruled` put recognised boxes into reading order; `arrange_layer` keeps the order of
//! a PDF's own text. All find headers, footers, headings, paragraphs, lists, forms and tables. All of it is
//! pure, in the frame of the page's median skew, with tolerances that are shares of the text height. Pixels
//! are not looked at: ruling lines come from the caller. The gateway calls this once a page has been read.

mod arrange;
mod blocks;
mod body;
mod columns;
mod escape;
mod flow;
mod frame;
mod gauge;
mod grid;
mod gutter;
mod headings;
mod lattice;
mod lists;
mod margins;
mod markdown;
mod markers;
mod pairs;
mod paragraphs;
mod rows;
mod ruled;
mod script;
mod side;
mod table_text;
mod tables;
#[cfg(test)]
mod tests;
mod vertical;

pub use arrange::{arrange, arrange_layer, arrange_ruled};
pub use markdown::{to_markdown, to_text};

pub(super) use flow::flowed;
