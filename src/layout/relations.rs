//! Which block is said of which other: captions of tables and figures, and notes of the text that refers to them.
//!
//! Nothing is changed: blocks are told by their places on their page. Protocols ask when they write blocks.

use super::frame::weighted_median;
use super::headings;
use mediary_core::document::{Block, BlockKind, LinkTarget, Rect};

/// A caption stands so near to its table or figure, in its lines' heights; one without a label nearer.
const NEAR_HEIGHTS: f32 = 3.0;
const NEARER_HEIGHTS: f32 = 1.5;
/// A caption without a label has no more lines.
const MOST_LINES: usize = 4;
/// How captions of tables begin; others are of figures.
const TABLES: [&str; 5] = ["tab", "tab.", "table", "tabelle", "tableau"];
/// Notes are set smaller than the text by this.
const SMALLER: f32 = 0.94;
/// Labels of notes that are no numbers.
const MARKS: [&str; 8] = ["*", "**", "***", "†", "‡", "§", "¶", "#"];

/// What a block says something of, by place among the blocks of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relation {
    /// The table or figure that it is the caption of.
    pub caption_of: Option<usize>,
    /// The block that it is a note to.
    pub footnote_of: Option<usize>,
}

/// The relations of each of a page's blocks.
#[must_use]
pub fn relations(blocks: &[Block]) -> Vec<Relation> {
    let usual = usual_height(blocks);
    let relation = |index: usize| Relation {
        caption_of: captioned(blocks, index),
        footnote_of: label_of(&blocks[index], usual).and_then(|label| referring(blocks, index, &label)),
    };
    (0..blocks.len()).map(relation).collect()
}

/// The table right above or below a caption, or the figure that it stands by.
fn captioned(blocks: &[Block], index: usize) -> Option<usize> {
    let block = &blocks[index];
    if !matches!(block.kind, BlockKind::Text | BlockKind::Heading { .. }) {
        return None;
    }
    let is_labelled = block.lines.first().is_some_and(|line| headings::is_caption(&line.text));
    if !is_labelled {
        let is_by = |other: &usize| is_figure(&blocks[*other]) && is_caption_of(blocks, index, &blocks[*other].bbox);
        return (0..blocks.len()).find(is_by);
    }
    let near = NEAR_HEIGHTS * line_height(block);
    let distance = |other: &usize| {
        let rect = &blocks[*other].bbox;
        if is_placeless(rect) && is_placeless(&block.bbox) {
            return Some(0.0);
        }
        let gap = gap_between(rect, &block.bbox);
        (shares_column(rect, &block.bbox) && gap <= near).then_some(gap)
    };
    // What is said above comes first: most tables have their words there.
    let beside = [Some(index + 1), index.checked_sub(1)].into_iter().flatten();
    let tables =
        beside.filter(|other| matches!(blocks.get(*other).map(|block| &block.kind), Some(BlockKind::Table(_))));
    let nearest = |all: &mut dyn Iterator<Item = usize>| {
        let near = all.filter_map(|other| distance(&other).map(|gap| (other, gap)));
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(other, _)| other)
    };
    let figure = || nearest(&mut (0..blocks.len()).filter(|other| is_figure(&blocks[*other])));
    match names_table(block) {
        true => nearest(&mut { tables }).or_else(figure),
        false => figure().or_else(|| nearest(&mut { tables })),
    }
}

/// Whether a block is the caption of a figure at this place: it says so, or is small print right below it.
pub(super) fn is_caption_of(blocks: &[Block], index: usize, place: &Rect) -> bool {
    let block = &blocks[index];
    if !matches!(block.kind, BlockKind::Text | BlockKind::Heading { .. }) || is_placeless(&block.bbox) {
        return false;
    }
    let (height, gap) = (line_height(block), gap_between(place, &block.bbox));
    if !shares_column(place, &block.bbox) {
        return false;
    }
    if block.lines.first().is_some_and(|line| headings::is_caption(&line.text)) {
        return gap <= NEAR_HEIGHTS * height && !names_table(block);
    }
    let usual = usual_height(blocks);
    let is_small = block.lines.iter().all(|line| line.bbox.height() <= SMALLER * usual);
    let is_below = block.bbox.top >= place.bottom - height && gap <= NEARER_HEIGHTS * height;
    let is_within = block.bbox.left >= place.left - height && block.bbox.right <= place.right + height;
    is_small && is_below && is_within && block.lines.len() <= MOST_LINES && label_of(block, usual).is_none()
}

fn is_figure(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Figure { .. }) && !is_placeless(&block.bbox)
}

fn names_table(block: &Block) -> bool {
    let first = block.lines.first().and_then(|line| line.text.split_whitespace().next());
    first.is_some_and(|word| TABLES.contains(&word.to_lowercase().as_str()))
}

fn line_height(block: &Block) -> f32 {
    block.lines.first().map_or(0.0, |line| line.bbox.height())
}

fn shares_column(one: &Rect, other: &Rect) -> bool {
    one.left < other.right && other.left < one.right
}

fn gap_between(one: &Rect, other: &Rect) -> f32 {
    (one.top - other.bottom).max(other.top - one.bottom)
}

/// The label of a note: one that the document calls so, or small print that begins with a number or a mark.
fn label_of(block: &Block, usual: f32) -> Option<String> {
    if let BlockKind::Note { label } = &block.kind {
        return Some(label.clone());
    }
    let is_small = block.lines.iter().all(|line| line.bbox.height() <= SMALLER * usual);
    if block.kind != BlockKind::Text || !is_small || is_placeless(&block.bbox) {
        return None;
    }
    let text = block.lines.first()?.text.trim();
    let end = text.find(|character: char| character.is_alphabetic() || character.is_whitespace())?;
    let label = text[..end].trim_matches(['(', ')', '[', ']', '.']);
    let is_number = (1..=3).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_digit());
    let goes_on = text[end..].trim_start().chars().next().is_some_and(|c| c.is_alphabetic() || "\"“„«‘".contains(c));
    (goes_on && (is_number || MARKS.contains(&label))).then(|| label.to_owned())
}

/// The block that refers to a note: by a link, or by its label right after a word.
fn referring(blocks: &[Block], note: usize, label: &str) -> Option<usize> {
    let links =
        |block: &Block| block.links.iter().any(|link| matches!(&link.to, LinkTarget::Note(other) if other == label));
    let others = || (0..blocks.len()).filter(|&index| index != note);
    others().find(|&index| links(&blocks[index])).or_else(|| {
        let is_text = |index: &usize| !matches!(blocks[*index].kind, BlockKind::Note { .. } | BlockKind::Footer);
        let refers = |index: &usize| blocks[*index].lines.iter().any(|line| has_reference(&line.text, label));
        // The nearest above: numbers begin anew with each chapter.
        others().take_while(|&index| index < note).filter(is_text).filter(refers).last()
    })
}

/// Whether a word, or a sentence's end, is followed by a label without a space between: `the ferry3`, `it left.*`.
fn has_reference(text: &str, label: &str) -> bool {
    text.match_indices(label).any(|(place, _)| {
        let before = text[..place].chars().next_back();
        let after = text[place + label.len()..].chars().next();
        let parts = text[..place].chars().rev().nth(1);
        let is_after_word = before.is_some_and(|c| {
            c.is_alphabetic() || (".,;:!?)”\"’".contains(c) && !parts.is_some_and(|c| c.is_ascii_digit()))
        });
        is_after_word && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

fn usual_height(blocks: &[Block]) -> f32 {
    let lines = blocks.iter().filter(|block| block.kind == BlockKind::Text).flat_map(|block| &block.lines);
    weighted_median(lines.map(|line| (line.bbox.height(), line.text.len() as f32)).collect()).unwrap_or(0.0)
}

fn is_placeless(rect: &Rect) -> bool {
    *rect == Rect::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::{Line, Table};

    fn block(kind: BlockKind, text: &str, top: f32, height: f32) -> Block {
        let bbox = Rect { left: 100.0, top, right: 700.0, bottom: top + height };
        let line = Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() };
        Block { kind, bbox, lines: vec![line], links: Vec::new() }
    }

    #[test]
    fn captions_belong_to_the_table_beside_them() {
        let table = |top: f32| block(BlockKind::Table(Table::default()), "1 2", top, 200.0);
        let blocks = [
            block(BlockKind::Text, "Table 1. Fares", 100.0, 30.0),
            table(140.0),
            block(BlockKind::Text, "The fares rose.", 360.0, 30.0),
            table(400.0),
            block(BlockKind::Text, "Table 2: Tides", 610.0, 30.0),
            block(BlockKind::Text, "Figure 1. A pier", 1200.0, 30.0),
        ];
        let captions: Vec<Option<usize>> = relations(&blocks).iter().map(|relation| relation.caption_of).collect();
        assert_eq!(captions, [Some(1), None, None, None, Some(3), None]);
    }

    #[test]
    fn captions_belong_to_the_figure_they_stand_by() {
        let figure = |top: f32| Block::figure(Rect { left: 100.0, top, right: 700.0, bottom: top + 200.0 });
        let blocks = [
            block(BlockKind::Text, "The harbour was drawn twice.", 60.0, 30.0),
            figure(100.0),
            block(BlockKind::Text, "North", 190.0, 24.0),
            block(BlockKind::Text, "Figure 1. A pier", 310.0, 24.0),
            block(BlockKind::Text, "The text goes on at its own size.", 360.0, 30.0),
            figure(400.0),
            block(BlockKind::Text, "The pier from the sea", 610.0, 24.0),
            block(BlockKind::Text, "The text goes on and on.", 650.0, 30.0),
            figure(700.0),
            block(BlockKind::Text, "Table 2: Tides", 910.0, 24.0),
            block(BlockKind::Table(Table::default()), "1 2", 940.0, 100.0),
        ];
        let captions: Vec<Option<usize>> = relations(&blocks).iter().map(|relation| relation.caption_of).collect();
        let mut expected = [None; 11];
        (expected[3], expected[6], expected[9]) = (Some(1), Some(5), Some(10));
        assert_eq!(captions, expected);
    }

    #[test]
    fn notes_belong_to_the_text_that_refers_to_them() {
        let blocks = [
            block(BlockKind::Text, "The ferry left at dawn,1 an hour late, and 12 of us", 100.0, 30.0),
            block(BlockKind::Text, "stood at the rail.* Nobody spoke before 1930.", 140.0, 30.0),
            block(BlockKind::Text, "1 By the old time table.", 900.0, 22.0),
            block(BlockKind::Text, "* Two at most.", 930.0, 22.0),
            block(BlockKind::Text, "12 Of whom nothing is said.", 960.0, 22.0),
        ];
        let notes: Vec<Option<usize>> = relations(&blocks).iter().map(|relation| relation.footnote_of).collect();
        assert_eq!(notes, [None, None, Some(0), Some(1), None]);
    }
}
