//! From loose boxes to text: columns, rows, and what the rows are.
//!
//! `arrange` puts recognised boxes into reading order; `arrange_layer` keeps the order of a PDF's own
//! text. Both find headers, footers, headings, paragraphs, lists, forms and tables. All of it is pure,
//! in the frame of the page's median skew, with tolerances that are shares of the text height. Pixels
//! and ruling lines are not looked at. The gateway calls this once a page has been read.

mod arrange;
mod blocks;
mod columns;
mod escape;
mod flow;
mod frame;
mod gauge;
mod grid;
mod gutter;
mod headings;
mod lists;
mod margins;
mod markdown;
mod markers;
mod pairs;
mod paragraphs;
mod rows;
mod script;
mod side;
mod table_text;
mod tables;
#[cfg(test)]
mod tests;
mod vertical;

pub use arrange::{arrange, arrange_layer};
pub use markdown::{to_markdown, to_text};

pub(super) use flow::flowed;
