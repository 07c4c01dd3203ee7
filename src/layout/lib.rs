//! From loose boxes to text: columns, rows, and what the rows are.
//!
//! `arrange` and `arrange_read` put recognised boxes into reading order; `arrange_layer` keeps the order of
//! a PDF's own text. All find headers, footers, headings, paragraphs, lists, forms and tables. All of it is
//! pure, in the frame of the page's median skew, with tolerances that are shares of the text height. Pixels
//! are looked at for four things only: ruling lines (`find_rules`), how lines are set (`letterings`), where something other
//! than text is drawn (`find_drawn`), and whether a page is empty (`ink_share`).
//! The words it speaks in (`Block`, `Line`, `Quad`) are `mediary-core`'s. The gateway calls this once a page
//! has been read; the protocols write its blocks with `to_markdown`.

mod arrange;
mod banded;
mod blocks;
mod body;
mod captions;
mod code;
mod columns;
mod drawn;
mod entries;
mod escape;
mod figures;
mod flow;
mod formulas;
mod frame;
mod gauge;
mod grid;
mod gutter;
mod headings;
mod illustrated;
mod initials;
mod ink;
mod late;
mod lattice;
mod leads;
mod lettering;
mod levels;
mod lists;
mod looks;
mod margins;
mod markdown;
mod markers;
mod merge;
mod pairs;
mod paragraphs;
mod relations;
mod rows;
mod ruled;
mod rules;
mod run_in;
mod script;
mod side;
mod stacked;
mod streams;
mod strips;
mod table_text;
mod tables;
mod tagged;
#[cfg(test)]
mod tests;
mod vertical;

pub use arrange::{Arranged, LayerPage, ReadPage, arrange, arrange_layer, arrange_read};
pub use drawn::find_drawn;
pub use illustrated::with_figures;
pub use ink::ink_share;
pub use lettering::letterings;
pub use levels::{HeadingLook, settle_levels};
pub use looks::Look;
pub use markdown::{figure_name, to_markdown, to_one_line};
pub use merge::merge_regions;
pub use relations::{Relation, relations};
pub use rules::find_rules;
pub use table_text::{table_to_gfm, table_to_html};
