//! A page's own text and what was read in its pictures, joined.
//!
//! Own text wins where both say something of one place. Nothing is read here; the gateway calls this once the
//! pictures of a page with its own text have been read.

use mediary_core::document::{Block, BlockKind, Rect};

/// A block that lies in own text by more than this share of itself says what is said already.
const SAME_PLACE: f32 = 0.5;

/// Puts blocks read in pictures among a page's own, each before the first own block below it in its column;
/// lines that repeat own text are left out.
#[must_use]
pub fn merge_regions(own: Vec<Block>, read: Vec<Block>) -> Vec<Block> {
    let taken: Vec<Rect> = own.iter().flat_map(|block| block.lines.iter().map(|line| line.bbox)).collect();
    let mut merged = own;
    let mut from = 0;
    for mut block in read {
        let all = block.lines.len();
        block.lines.retain(|line| taken.iter().all(|own| overlap(line.bbox, *own) <= SAME_PLACE));
        let Some(bbox) = Rect::around(block.lines.iter().map(|line| line.bbox)) else { continue };
        if block.lines.len() < all {
            // Tables and lists repeat their lines in their structure, which would no longer fit them.
            block = Block { kind: BlockKind::Text, bbox, lines: block.lines, links: Vec::new() };
        }
        let below = |other: &Block| other.bbox.top >= block.bbox.bottom && shares_column(other.bbox, block.bbox);
        // Blocks of one picture stay in their order.
        let place = merged.iter().skip(from).position(below).map_or(merged.len(), |index| index + from);
        merged.insert(place, block);
        from = place + 1;
        if from == merged.len() {
            from = 0;
        }
    }
    merged
}

/// The part of a rectangle's area, from 0 to 1, that lies in another.
fn overlap(rect: Rect, other: Rect) -> f32 {
    let width = rect.right.min(other.right) - rect.left.max(other.left);
    let height = rect.bottom.min(other.bottom) - rect.top.max(other.top);
    let smaller = (rect.width() * rect.height()).min(other.width() * other.height());
    if width <= 0.0 || height <= 0.0 || smaller <= 0.0 { 0.0 } else { width * height / smaller }
}

fn shares_column(a: Rect, b: Rect) -> bool {
    a.left < b.right && b.left < a.right
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::Line;

    fn block(text: &str, left: f32, top: f32, right: f32, bottom: f32) -> Block {
        let bbox = Rect { left, top, right, bottom };
        let line = Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() };
        Block { kind: BlockKind::Text, bbox, lines: vec![line], links: Vec::new() }
    }

    #[test]
    fn what_is_read_in_pictures_goes_where_the_pictures_are() {
        let own = || vec![block("title", 0.0, 0.0, 200.0, 20.0), block("foot", 0.0, 300.0, 200.0, 320.0)];
        type Row = (&'static str, Vec<Block>, &'static [&'static str]);
        let rows: [Row; 6] = [
            ("nothing read", vec![], &["title", "foot"]),
            ("between", vec![block("figure", 50.0, 100.0, 150.0, 120.0)], &["title", "figure", "foot"]),
            ("below all", vec![block("stamp", 50.0, 400.0, 150.0, 420.0)], &["title", "foot", "stamp"]),
            ("over own text", vec![block("title!", 5.0, 2.0, 190.0, 19.0)], &["title", "foot"]),
            (
                "two of one picture",
                vec![block("one", 50.0, 100.0, 150.0, 120.0), block("two", 50.0, 130.0, 150.0, 150.0)],
                &["title", "one", "two", "foot"],
            ),
            ("beside the columns", vec![block("side", 300.0, 100.0, 400.0, 120.0)], &["title", "foot", "side"]),
        ];
        for (name, read, expected) in rows {
            let merged = merge_regions(own(), read);
            assert_eq!(merged.iter().map(Block::text).collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
