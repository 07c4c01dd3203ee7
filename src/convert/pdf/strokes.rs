//! Lines and filled areas that a page draws: what rules its tables and shades their rows.
//!
//! Whether they belong to a table is judged by the layout. Curves and slanted lines are no rules; areas that are white
//! shade nothing.

use mediary_core::document::{Point, Rect, Rules, Segment};
use pdfium_render::prelude::*;

/// A filled shape that is thinner than this, in points, is a line.
const MOST_THICK_PT: f32 = 3.0;
/// Shorter lines, in points, are parts of letters and signs.
const LEAST_LONG_PT: f32 = 4.0;
/// Ends of a line that runs across or down differ by no more than this, in points.
const SLANT_PT: f32 = 0.5;
/// From this brightness of its darkest channel on, an area is white.
const WHITE: u8 = 252;
/// A path with more segments is a drawing.
const MOST_SEGMENTS: u32 = 400;
/// No more than this is kept of each kind.
const MOST: usize = 4_000;

/// What was drawn, in points.
#[derive(Debug, Default)]
pub(super) struct Strokes {
    across: Vec<PdfRect>,
    down: Vec<PdfRect>,
    areas: Vec<PdfRect>,
}

impl Strokes {
    /// Keeps what a path draws of lines and areas; `frame` leads from where it is measured to the page.
    pub(super) fn add(&mut self, place: &PdfRect, path: &PdfPagePathObject<'_>, frame: Option<PdfMatrix>) {
        let is_filled = path.fill_mode().is_ok_and(|mode| mode != PdfPathFillMode::None)
            && path.fill_color().is_ok_and(|colour| colour.alpha() > 0 && !is_white(colour));
        let is_stroked = path.is_stroked().unwrap_or(false)
            && path.stroke_color().is_ok_and(|colour| colour.alpha() > 0 && !is_white(colour));
        if (is_filled || is_stroked) && self.keep_thin(place) {
            return;
        }
        let segments = path.segments().len();
        if is_filled && segments <= 6 && self.areas.len() < MOST {
            self.areas.push(*place);
        }
        if is_stroked && segments <= MOST_SEGMENTS {
            self.keep_segments(path, frame);
        }
    }

    /// Keeps a shape that is no thicker than a line.
    fn keep_thin(&mut self, place: &PdfRect) -> bool {
        let (width, height) = (place.width().value.abs(), place.height().value.abs());
        let (thin, long, lines) =
            if height <= width { (height, width, &mut self.across) } else { (width, height, &mut self.down) };
        let is_line = thin <= MOST_THICK_PT && long >= LEAST_LONG_PT && long >= 2.0 * thin;
        if is_line && lines.len() < MOST {
            lines.push(*place);
        }
        is_line
    }

    /// Keeps the straight segments of a path.
    fn keep_segments(&mut self, path: &PdfPagePathObject<'_>, frame: Option<PdfMatrix>) {
        let Ok(matrix) = path.matrix() else { return };
        let matrix = frame.map_or(matrix, |frame| matrix.multiply(frame));
        let (mut first, mut last) = (None, None);
        for segment in path.segments().transform(matrix).iter() {
            let point = segment.point();
            match segment.segment_type() {
                PdfPathSegmentType::LineTo => self.keep_segment(last, point),
                PdfPathSegmentType::MoveTo => first = Some(point),
                PdfPathSegmentType::BezierTo | PdfPathSegmentType::Unknown => {}
            }
            last = Some(point);
            if segment.is_close()
                && let Some(begin) = first
            {
                self.keep_segment(last, begin);
            }
        }
    }

    fn keep_segment(&mut self, from: Option<(PdfPoints, PdfPoints)>, to: (PdfPoints, PdfPoints)) {
        let Some(from) = from else { return };
        let rect = PdfRect::new_from_values(
            from.1.value.min(to.1.value),
            from.0.value.min(to.0.value),
            from.1.value.max(to.1.value),
            from.0.value.max(to.0.value),
        );
        if rect.width().value.abs().min(rect.height().value.abs()) <= SLANT_PT {
            self.keep_thin(&rect);
        }
    }

    /// The lines, and the areas, in pixels as told.
    pub(super) fn in_pixels(&self, in_pixels: impl Fn(&PdfRect) -> Rect) -> (Rules, Vec<Rect>) {
        let mut rules = Rules::default();
        // A turned page swaps across and down.
        for rect in self.across.iter().chain(&self.down).map(&in_pixels) {
            let (x, y) = (f32::midpoint(rect.left, rect.right), f32::midpoint(rect.top, rect.bottom));
            if rect.height() <= rect.width() {
                rules.horizontal.push(Segment { start: Point::new(rect.left, y), end: Point::new(rect.right, y) });
            } else {
                rules.vertical.push(Segment { start: Point::new(x, rect.top), end: Point::new(x, rect.bottom) });
            }
        }
        (rules, self.areas.iter().map(in_pixels).collect())
    }
}

fn is_white(colour: PdfColor) -> bool {
    colour.red().min(colour.green()).min(colour.blue()) >= WHITE
}
