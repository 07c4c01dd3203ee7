//! Which lines on a page are printed in heavier strokes than most: what bold looks like in pixels.
//!
//! How large lines are is known from their boxes; only the width of strokes is measured here, in pixels and below.
//! The gateway asks once a page has been read, and hands the answer to `arrange_read`.

use mediary_core::Raster;
use mediary_core::document::{Quad, Rect};

use super::frame::weighted_median;

/// So many times the usual width is heavy.
const HEAVY: f32 = 1.22;
/// Lines that are more than this askew, in radians, are not measured.
const MOST_SKEW: f32 = 0.05;
/// Nor are lines of fewer pixels in height.
const LEAST_HEIGHT: f32 = 10.0;
/// The part of a line's height that is looked at: where letters of both kinds have stems.
const SEEN: [f32; 2] = [0.3, 0.75];
/// Longer stretches of ink, in heights, are rules and bars.
const LONGEST: f32 = 0.6;
/// Fewer strokes say little.
const FEWEST: usize = 12;

/// For each box of an upright page whether its strokes are heavy.
#[must_use]
pub fn heavy_lines(page: &Raster, boxes: &[Quad]) -> Vec<bool> {
    let strokes: Vec<Option<(f32, Rect)>> = boxes.iter().map(|quad| stroke_of(page, quad)).collect();
    let measured = || strokes.iter().flatten();
    let usual = weighted_median(measured().map(|(stroke, rect)| (*stroke, rect.width())).collect());
    let height = weighted_median(measured().map(|(_, rect)| (rect.height(), rect.width())).collect());
    let (Some(usual), Some(height)) = (usual, height) else { return vec![false; boxes.len()] };
    // Larger letters have wider strokes anyway.
    let is_heavy = |(stroke, rect): (f32, Rect)| stroke >= HEAVY * usual * (rect.height() / height).max(1.0);
    strokes.into_iter().map(|measured| measured.is_some_and(is_heavy)).collect()
}

/// The mean width of a line's strokes, and where it lies.
fn stroke_of(page: &Raster, quad: &Quad) -> Option<(f32, Rect)> {
    let rect = quad.bounds();
    if quad.angle().abs() > MOST_SKEW || rect.height() < LEAST_HEIGHT {
        return None;
    }
    let span = |from: f32, to: f32, most: u32| (from.max(0.0) as usize)..(to.max(0.0) as usize).min(most as usize);
    let columns = span(rect.left, rect.right, page.width());
    let rows = span(rect.top + SEEN[0] * rect.height(), rect.top + SEEN[1] * rect.height(), page.height());
    let grey = |pixel: &[u8]| pixel.iter().map(|&value| f32::from(value)).sum::<f32>() / Raster::CHANNELS as f32;
    let lines: Vec<Vec<f32>> = rows
        .map(|row| {
            page.row(row)[columns.start * Raster::CHANNELS..columns.end.max(columns.start) * Raster::CHANNELS]
                .chunks_exact(Raster::CHANNELS)
                .map(grey)
                .collect()
        })
        .collect();
    let all = || lines.iter().flatten().copied();
    let (ink, paper) = (all().fold(f32::INFINITY, f32::min), all().fold(f32::NEG_INFINITY, f32::max));
    if paper - ink < 60.0 {
        return None;
    }
    let (mut widths, mut count) = (0.0, 0_usize);
    for line in &lines {
        let mut width = 0.0;
        // What is half dark is half covered.
        for dark in line.iter().map(|grey| (paper - grey) / (paper - ink)).chain([0.0]) {
            if dark > 0.25 {
                width += dark;
            } else if width > 0.0 {
                if width <= LONGEST * rect.height() {
                    widths += width;
                    count += 1;
                }
                width = 0.0;
            }
        }
    }
    (count >= FEWEST).then(|| (widths / count as f32, rect))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of upright strokes, each so many pixels wide.
    fn page(strokes: &[u32]) -> (Raster, Vec<Quad>) {
        let (width, height) = (400, 60 * strokes.len() as u32);
        let mut bgr = vec![250; (width * height * 3) as usize];
        let mut boxes = Vec::new();
        for (line, stroke) in (0..).zip(strokes) {
            let top = 60 * line + 10;
            boxes.push(Quad::upright(10.0, top as f32, 390.0, (top + 30) as f32));
            for y in top..top + 30 {
                for x in (10..390).filter(|x| (x - 10) % 12 < *stroke) {
                    let place = ((y * width + x) * 3) as usize;
                    bgr[place..place + 3].fill(20);
                }
            }
        }
        (Raster::from_bgr(width, height, bgr).unwrap(), boxes)
    }

    #[test]
    fn lines_with_wider_strokes_are_heavy() {
        let (raster, boxes) = page(&[3, 3, 5, 3, 4]);
        assert_eq!(heavy_lines(&raster, &boxes), [false, false, true, false, true]);
        assert_eq!(heavy_lines(&Raster::filled(100, 100, [255; 3]), &boxes[..1]), [false]);
        assert!(heavy_lines(&raster, &[]).is_empty());
    }
}
