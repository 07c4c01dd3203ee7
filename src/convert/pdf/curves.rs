//! Letters drawn as curves: filled shapes of the size of letters, side by side in rows.
//!
//! Such text is in no layer. Where it stands is told, so that it can be read from the pixels.

use pdfium_render::prelude::*;

/// Heights of letters, in points.
const HEIGHTS: std::ops::RangeInclusive<f32> = 2.5..=40.0;
/// A letter is at most so many times as wide as it is high.
const WIDEST: f32 = 2.5;
/// Fewer corners make a box or a triangle.
const FEWEST_SEGMENTS: u32 = 7;
/// So many letters side by side are a line of text.
const FEWEST_IN_A_LINE: usize = 6;
/// Letters of one line are at most this far apart, in heights.
const APART: f32 = 3.0;
/// No more shapes than this are kept.
const MOST: usize = 20_000;

/// Shapes that may be letters.
#[derive(Debug, Default)]
pub(super) struct Curves {
    shapes: Vec<PdfRect>,
    /// Where a whole line is one shape.
    whole_lines: Vec<PdfRect>,
}

impl Curves {
    /// Keeps a filled shape if it may be a letter, or many.
    pub(super) fn add(&mut self, place: &PdfRect, path: &PdfPagePathObject<'_>) {
        let (width, height) = (place.width().value.abs(), place.height().value.abs());
        if self.shapes.len() + self.whole_lines.len() >= MOST || !HEIGHTS.contains(&height) {
            return;
        }
        let segments = path.segments().len();
        if width <= WIDEST * height {
            if segments >= FEWEST_SEGMENTS {
                self.shapes.push(*place);
            }
        } else if segments as f32 >= 4.0 * width / height && segments as usize >= FEWEST_IN_A_LINE * 8 {
            self.whole_lines.push(*place);
        }
    }

    /// Where lines of letters stand.
    pub(super) fn lines(&self) -> Vec<PdfRect> {
        let mut shapes = self.shapes.clone();
        shapes.sort_by(|a, b| a.left().value.total_cmp(&b.left().value));
        let mut lines: Vec<(PdfRect, usize)> = Vec::new();
        for shape in shapes {
            let line = lines.iter_mut().rev().take(64).find(|(line, _)| {
                let shared = line.top().value.min(shape.top().value) - line.bottom().value.max(shape.bottom().value);
                let gap = shape.left().value - line.right().value;
                let height = line.height().value.abs().max(shape.height().value.abs());
                shared > 0.3 * shape.height().value.abs() && gap < APART * height && gap > -height
            });
            match line {
                Some((line, count)) => {
                    *line = around(line, &shape);
                    *count += 1;
                }
                None => lines.push((shape, 1)),
            }
        }
        let long = lines.into_iter().filter(|(_, count)| *count >= FEWEST_IN_A_LINE).map(|(line, _)| line);
        long.chain(self.whole_lines.iter().copied()).collect()
    }
}

/// The rectangle around two.
pub(super) fn around(a: &PdfRect, b: &PdfRect) -> PdfRect {
    PdfRect::new_from_values(
        a.bottom().value.min(b.bottom().value),
        a.left().value.min(b.left().value),
        a.top().value.max(b.top().value),
        a.right().value.max(b.right().value),
    )
}
