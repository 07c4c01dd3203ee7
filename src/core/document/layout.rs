//! From loose boxes to text: rows in reading order, then paragraphs.
//!
//! Tolerances are shares of the text height and the work is done in the frame of the page's median
//! skew, so that a tilted scan reads like a straight one. Columns and tables are not looked for here.

use super::{Block, BlockKind, Line, Point, Quad, Rect, Word};

/// A gap of this many text heights between two boxes in a row is more than a word space.
const WIDE_GAP_HEIGHTS: f32 = 1.5;

/// Puts recognised boxes into reading order and joins those that stand in one row.
#[must_use]
pub fn reading_order(boxes: Vec<(Quad, Line)>) -> Vec<Line> {
    let skew = median(boxes.iter().map(|(quad, _)| quad.angle()).collect()).unwrap_or(0.0);
    let mut upright: Vec<(Rect, Line)> =
        boxes.into_iter().map(|(quad, line)| (straightened(&quad, skew), line)).collect();
    upright.sort_by(|(a, _), (b, _)| (a.top + a.bottom).total_cmp(&(b.top + b.bottom)));
    let mut rows: Vec<Vec<(Rect, Line)>> = Vec::new();
    for entry in upright {
        match rows.last_mut() {
            Some(row) if row.iter().any(|(rect, _)| stand_in_a_row(rect, &entry.0)) => row.push(entry),
            _ => rows.push(vec![entry]),
        }
    }
    rows.into_iter().map(joined).collect()
}

/// The box as it would stand on a straight page: its centre turned back, its own length and height.
fn straightened(quad: &Quad, skew: f32) -> Rect {
    let Point { x, y } = quad.centre().rotated(-skew);
    let (width, height) = (quad.width() / 2.0, quad.height() / 2.0);
    Rect { left: x - width, top: y - height, right: x + width, bottom: y + height }
}

fn stand_in_a_row(a: &Rect, b: &Rect) -> bool {
    let overlap = a.bottom.min(b.bottom) - a.top.max(b.top);
    let beside = a.right.min(b.right) - a.left.max(b.left) < 0.5 * a.width().min(b.width());
    overlap > 0.5 * a.height().min(b.height()) && beside
}

fn joined(mut row: Vec<(Rect, Line)>) -> Line {
    row.sort_by(|(a, _), (b, _)| a.left.total_cmp(&b.left));
    let confidence = super::page::mean_confidence(row.iter().map(|(_, line)| line));
    let bbox = Rect::around(row.iter().map(|(_, line)| line.bbox)).unwrap_or_default();
    let mut text = String::new();
    let mut words: Vec<Word> = Vec::new();
    let mut before: Option<Rect> = None;
    for (rect, line) in row {
        if let Some(before) = before {
            let is_wide = rect.left - before.right > WIDE_GAP_HEIGHTS * before.height();
            text.push_str(if is_wide { "   " } else { " " });
        }
        text.push_str(&line.text);
        words.extend(line.words);
        before = Some(rect);
    }
    Line { text, bbox, confidence, words }
}

/// Groups lines that are in reading order into paragraphs, by the space between them.
#[must_use]
pub fn paragraphs(lines: Vec<Line>) -> Vec<Block> {
    let pitch = usual_gap(&lines);
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Option<Rect> = None;
    for line in lines {
        let bbox = line.bbox;
        let continues = before.is_some_and(|before| !is_break(&before, &bbox, pitch));
        match blocks.last_mut() {
            Some(block) if continues => {
                block.bbox = block.bbox.union(bbox);
                block.lines.push(line);
            }
            _ => blocks.push(Block { kind: BlockKind::Text, bbox, lines: vec![line] }),
        }
        before = Some(bbox);
    }
    blocks
}

/// The space between neighbouring lines in running text: the median of those that are small.
fn usual_gap(lines: &[Line]) -> f32 {
    let gaps = lines.windows(2).filter_map(|pair| {
        let gap = pair[1].bbox.top - pair[0].bbox.bottom;
        (gap.abs() < pair[0].bbox.height()).then_some(gap)
    });
    median(gaps.collect()).unwrap_or(0.0)
}

fn is_break(before: &Rect, line: &Rect, usual_gap: f32) -> bool {
    let height = before.height().min(line.height()).max(1.0);
    let gap = line.top - before.bottom;
    let jumps_up = line.bottom < before.top;
    let much_larger = line.height().max(before.height()) > 1.5 * height;
    jumps_up || much_larger || gap - usual_gap.max(-0.5 * height) > 0.6 * height
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, left: f32, top: f32, right: f32, bottom: f32, turned: f32) -> (Quad, Line) {
        let quad = Quad::upright(left, top, right, bottom).map(|point| point.rotated(turned));
        let line = Line { text: text.into(), bbox: quad.bounds(), confidence: Some(0.9), words: Vec::new() };
        (quad, line)
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn boxes_are_read_row_by_row_however_the_page_is_tilted() {
        for degrees in [0.0_f32, 3.0, -8.0, 14.0] {
            let turned = degrees.to_radians();
            let boxes = vec![
                piece("third", 0.0, 80.0, 900.0, 110.0, turned),
                piece("right", 400.0, 2.0, 900.0, 30.0, turned),
                piece("left", 0.0, 0.0, 380.0, 30.0, turned),
                piece("second", 0.0, 40.0, 900.0, 70.0, turned),
            ];
            assert_eq!(texts(&reading_order(boxes)), ["left right", "second", "third"], "{degrees}°");
        }
    }

    #[test]
    fn a_wide_gap_in_a_row_stays_visible() {
        let boxes = vec![piece("Total", 0.0, 0.0, 100.0, 30.0, 0.0), piece("12.50", 800.0, 0.0, 900.0, 30.0, 0.0)];
        assert_eq!(texts(&reading_order(boxes)), ["Total   12.50"]);
    }

    #[test]
    fn no_boxes_make_no_lines() {
        assert!(reading_order(Vec::new()).is_empty());
        assert!(paragraphs(Vec::new()).is_empty());
    }

    #[test]
    fn space_between_lines_makes_paragraphs() {
        let line = |text: &str, top: f32, height: f32| piece(text, 0.0, top, 500.0, top + height, 0.0).1;
        let lines = vec![
            line("Heading", 0.0, 60.0),
            line("one", 80.0, 30.0),
            line("two", 118.0, 30.0),
            line("three", 156.0, 30.0),
            line("four", 230.0, 30.0),
            line("five", 268.0, 30.0),
            line("next column", 90.0, 30.0),
        ];
        let blocks: Vec<String> = paragraphs(lines).iter().map(Block::text).collect();
        assert_eq!(blocks, ["Heading", "one\ntwo\nthree", "four\nfive", "next column"]);
    }
}
