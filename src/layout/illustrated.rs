//! Figures among the blocks of a page: which places are figures, and where they come in reading order.
//!
//! A place that is mostly text, or that is a table, is no figure. A figure comes before what is written in it, else before
//! its caption if that stands below it, else before what follows in its column. A figure that the document's tags name
//! without a place is given that of the drawing which stands there.

use super::relations;
use mediary_core::document::{Block, BlockKind, Rect};

/// What is covered by text to this share is text.
const MOST_TEXT: f32 = 0.35;
/// What lies by this share in a table is the table, or in it.
const MOST_TABLE: f32 = 0.5;

/// Puts the figures at these places among a page's blocks. Figures that are there already without anything said of them,
/// and that text has been read in since, go.
#[must_use]
pub fn with_figures(mut blocks: Vec<Block>, places: &[Rect]) -> Vec<Block> {
    let mut places: Vec<Rect> = places.iter().filter(|place| is_figure(place, &blocks)).copied().collect();
    name_placeless(&mut blocks, &mut places);
    for place in places {
        let at = place_of(&place, &blocks);
        blocks.insert(at, Block::figure(place));
    }
    blocks
}

fn is_figure(place: &Rect, blocks: &[Block]) -> bool {
    let area = place.area().max(1.0);
    let lines = blocks.iter().flat_map(|block| &block.lines);
    let text: f32 = lines.map(|line| line.bbox.shared(place)).sum();
    let is_table = |block: &Block| matches!(block.kind, BlockKind::Table(_) | BlockKind::Code);
    let table = blocks.iter().filter(|block| is_table(block)).map(|block| block.bbox.shared(place)).fold(0.0, f32::max);
    text < MOST_TEXT * area && table < MOST_TABLE * area
}

/// Gives figures of the tags the places of drawings: all of them where there are as many, else those between what stands
/// before and after them.
fn name_placeless(blocks: &mut [Block], places: &mut Vec<Rect>) {
    let is_placeless = |block: &Block| matches!(block.kind, BlockKind::Figure { .. }) && block.bbox == Rect::default();
    let placeless: Vec<usize> = (0..blocks.len()).filter(|&index| is_placeless(&blocks[index])).collect();
    let are_all = placeless.len() == places.len();
    for index in placeless {
        let written = |block: &&Block| block.bbox != Rect::default();
        let above = blocks[..index].iter().rev().find(written).map_or(0.0, |block| block.bbox.top);
        let below = blocks[index + 1..].iter().find(written).map_or(f32::INFINITY, |block| block.bbox.bottom);
        let middle = |place: &Rect| f32::midpoint(place.top, place.bottom);
        let found = places.iter().position(|place| are_all || (above..below).contains(&middle(place)));
        if let Some(found) = found {
            blocks[index].bbox = places.remove(found);
        }
    }
}

/// Before which block a figure comes.
fn place_of(place: &Rect, blocks: &[Block]) -> usize {
    let shares_column = |block: &Block| block.bbox.left < place.right && place.left < block.bbox.right;
    let is_inside = |block: &Block| {
        let (x, y) =
            (f32::midpoint(block.bbox.left, block.bbox.right), f32::midpoint(block.bbox.top, block.bbox.bottom));
        (place.left..place.right).contains(&x) && (place.top..place.bottom).contains(&y)
    };
    if let Some(inside) = blocks.iter().position(is_inside) {
        return inside;
    }
    let slack = 0.1 * place.height();
    let is_below = |block: &Block| block.bbox.top >= place.bottom - slack && shares_column(block);
    // A caption may come out of order: it belongs to its figure, not to the text around both.
    let caption =
        (0..blocks.len()).find(|&index| is_below(&blocks[index]) && relations::is_caption_of(blocks, index, place));
    if let Some(caption) = caption {
        return caption;
    }
    let below = blocks.iter().position(is_below).filter(|&index| blocks[index].kind != BlockKind::Footer);
    let is_above =
        |block: &Block| block.bbox != Rect::default() && block.bbox.bottom <= place.top + slack && shares_column(block);
    let above = blocks.iter().rposition(is_above).map(|index| index + 1);
    let end = blocks.iter().position(|block| block.kind == BlockKind::Footer).unwrap_or(blocks.len());
    below.or(above).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::{Line, Table};

    fn block(kind: BlockKind, text: &str, [left, top, right, bottom]: [f32; 4]) -> Block {
        let bbox = Rect { left, top, right, bottom };
        let line = Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() };
        Block { kind, bbox, lines: vec![line], links: Vec::new() }
    }

    fn text(text: &str, place: [f32; 4]) -> Block {
        block(BlockKind::Text, text, place)
    }

    fn order(blocks: Vec<Block>, places: &[[f32; 4]]) -> Vec<String> {
        let places: Vec<Rect> =
            places.iter().map(|&[left, top, right, bottom]| Rect { left, top, right, bottom }).collect();
        let name = |block: &Block| match &block.kind {
            BlockKind::Figure { described, .. } => format!("figure {described}{}", block.bbox.top),
            _ => block.text(),
        };
        with_figures(blocks, &places).iter().map(name).collect()
    }

    #[test]
    fn figures_come_where_they_are_read() {
        let columns = || {
            vec![
                text("left above", [0.0, 0.0, 100.0, 80.0]),
                text("left below", [0.0, 300.0, 100.0, 380.0]),
                text("right above", [120.0, 0.0, 220.0, 80.0]),
                text("Figure 1. Right", [120.0, 210.0, 220.0, 220.0]),
                text("right below", [120.0, 300.0, 220.0, 380.0]),
                block(BlockKind::Footer, "7", [100.0, 480.0, 120.0, 490.0]),
            ]
        };
        let rows: [(&str, [f32; 4], usize); 5] = [
            ("in the left column", [0.0, 100.0, 100.0, 200.0], 1),
            ("above its caption in the right one", [120.0, 100.0, 220.0, 205.0], 3),
            ("at the foot of the left one", [0.0, 390.0, 100.0, 470.0], 2),
            ("at the foot of the right one", [120.0, 390.0, 220.0, 470.0], 5),
            ("across both at the foot", [0.0, 390.0, 220.0, 470.0], 5),
        ];
        for (name, place, expected) in rows {
            let found = order(columns(), &[place]);
            assert_eq!(found.iter().position(|text| text.starts_with("figure")), Some(expected), "{name}: {found:?}");
        }
    }

    #[test]
    fn words_in_a_figure_come_after_it_and_text_and_tables_are_none() {
        let labelled = vec![text("before", [0.0, 0.0, 100.0, 20.0]), text("axis", [40.0, 150.0, 60.0, 160.0])];
        assert_eq!(order(labelled, &[[0.0, 100.0, 100.0, 200.0]]), ["before", "figure 100", "axis"]);
        let read = vec![text("a whole paragraph", [0.0, 100.0, 100.0, 150.0])];
        assert_eq!(order(read, &[[0.0, 100.0, 100.0, 200.0]]), ["a whole paragraph"]);
        let mut table = block(BlockKind::Table(Table::default()), "1 2", [0.0, 100.0, 100.0, 200.0]);
        table.lines[0].bbox.bottom = 110.0;
        assert_eq!(order(vec![table], &[[0.0, 95.0, 100.0, 205.0]]), ["1 2"]);
    }

    #[test]
    fn figures_that_tags_name_get_their_places() {
        let named = |described: &str| {
            let kind = BlockKind::Figure { described: described.to_owned(), number: None };
            Block { kind, ..Block::figure(Rect::default()) }
        };
        let blocks =
            || vec![text("one", [0.0, 0.0, 100.0, 20.0]), named("A pier "), text("two", [0.0, 300.0, 100.0, 320.0])];
        let pier = [0.0, 100.0, 100.0, 200.0];
        assert_eq!(order(blocks(), &[pier]), ["one", "figure A pier 100", "two"]);
        let other = [0.0, 400.0, 100.0, 500.0];
        assert_eq!(order(blocks(), &[pier, other]), ["one", "figure A pier 100", "two", "figure 400"]);
        assert_eq!(order(blocks(), &[]), ["one", "figure A pier 0", "two"]);
    }
}
