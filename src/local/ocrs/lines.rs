//! From the words of a line, as ocrs chains them, to the box of the line.
//!
//! The boxes of single words lean this way and that, depending on their letters; the slope of a line is that from
//! its first word to its last, and short lines lean as the page does.

use mediary_core::document::{Point, Quad};
use rten_imageproc::RotatedRect;

/// A line shorter than so many times its height says too little of its own slope.
const SLOPE_LENGTH: f32 = 8.0;
/// Steeper lines are no lines but words that stand, and are boxed upright.
const STEEPEST_RADIANS: f32 = 0.5;

/// A line of words.
#[derive(Debug, Clone)]
pub(super) struct WordLine {
    /// Around all its words, in page pixels.
    pub quad: Quad,
    /// Where its words are along its length, from 0 at the left to 1 at the right.
    pub words: Vec<(f32, f32)>,
}

/// The boxes of lines, each given by its words from left to right.
pub(super) fn boxed(lines: &[Vec<RotatedRect>]) -> Vec<WordLine> {
    let own: Vec<Option<f32>> = lines.iter().map(|line| slope(line)).collect();
    let mut known: Vec<f32> = own.iter().flatten().copied().collect();
    known.sort_by(f32::total_cmp);
    let page = known.get(known.len() / 2).copied().unwrap_or(0.0);
    lines.iter().zip(own).filter_map(|(line, own)| around(line, own.unwrap_or(page))).collect()
}

fn slope(line: &[RotatedRect]) -> Option<f32> {
    let (first, last) = (line.first()?.center(), line.last()?.center());
    let height = line.iter().map(height).sum::<f32>() / line.len() as f32;
    let (x, y) = (last.x - first.x, last.y - first.y);
    let radians = y.atan2(x);
    (x >= SLOPE_LENGTH * height && radians.abs() <= STEEPEST_RADIANS).then_some(radians)
}

/// A word's height: of its two sides, the one that is nearer to standing.
fn height(word: &RotatedRect) -> f32 {
    if word.up_axis().y.abs() >= word.up_axis().x.abs() { word.height() } else { word.width() }
}

fn around(line: &[RotatedRect], radians: f32) -> Option<WordLine> {
    let corners = |word: &RotatedRect| word.corners().map(|corner| Point::new(corner.x, corner.y).rotated(-radians));
    let spans: Vec<Quad> = line.iter().map(|word| Quad(corners(word))).collect();
    let bounds = mediary_core::document::Rect::around(spans.iter().map(Quad::bounds))?;
    let quad = Quad::upright(bounds.left, bounds.top, bounds.right, bounds.bottom).map(|point| point.rotated(radians));
    let share = |x: f32| (x - bounds.left) / bounds.width().max(1.0);
    let words = spans.iter().map(|word| word.bounds()).map(|word| (share(word.left), share(word.right))).collect();
    Some(WordLine { quad, words })
}

#[cfg(test)]
mod tests {
    use rten_imageproc::{PointF, Vec2};

    use super::*;

    fn word(x: f32, y: f32, width: f32, height: f32, lean: f32) -> RotatedRect {
        let up = Vec2::from_yx(-lean.cos(), lean.sin());
        RotatedRect::new(PointF::from_yx(y, x), up, width, height)
    }

    #[test]
    fn a_line_leans_as_its_words_are_chained_not_as_they_lean_themselves() {
        let line = vec![
            word(50.0, 100.0, 80.0, 20.0, 0.2),
            word(250.0, 110.0, 80.0, 20.0, -0.1),
            word(450.0, 120.0, 80.0, 20.0, 0.1),
        ];
        let boxed = boxed(&[line]);
        assert!((boxed[0].quad.angle() - 0.05).abs() < 1e-3, "{boxed:?}");
        assert!(boxed[0].quad.width() > 470.0 && boxed[0].quad.height() < 45.0, "{boxed:?}");
        let words = &boxed[0].words;
        assert!(
            words.len() == 3 && words[0].0.abs() < 0.01 && words[0].1 < words[1].0 && words[2].1 > 0.99,
            "{words:?}"
        );
    }

    #[test]
    fn short_lines_lean_as_the_page_does() {
        let long = |y: f32| vec![word(50.0, y, 80.0, 20.0, 0.0), word(450.0, y + 20.0, 80.0, 20.0, 0.0)];
        let short = vec![word(50.0, 300.0, 60.0, 20.0, 0.3)];
        let boxed = boxed(&[long(100.0), long(200.0), short]);
        assert!((boxed[2].quad.angle() - 0.05).abs() < 1e-3, "{boxed:?}");
    }

    #[test]
    fn without_long_lines_boxes_are_upright() {
        let boxed = boxed(&[vec![word(50.0, 50.0, 60.0, 20.0, 0.3)], Vec::new()]);
        assert_eq!(boxed.len(), 1);
        assert_eq!(boxed[0].quad.angle(), 0.0);
    }
}
