//! From the detector's map of text probabilities to boxes around lines.
//!
//! Pixels above a threshold are joined into regions; each region gives the rectangle of least area
//! around it, which is kept if the map is sure enough inside it and then grown, because the detector
//! was trained on shrunken lines (DB, Liao et al. 2020). Growing a rectangle by the same distance on
//! every side is what offsetting its outline and taking the least rectangle again would give.

mod rectangle;
mod region;

use mediary_core::document::{Point, Quad};
use rectangle::Rectangle;

/// How the map is read.
#[derive(Debug, Clone, Copy)]
pub struct BoxSettings {
    /// A pixel belongs to text above this probability.
    pub pixel_threshold: f32,
    /// A box is kept above this mean probability.
    pub box_threshold: f32,
    /// How far a box grows: its area over its circumference, times this.
    pub unclip_ratio: f32,
    /// No more boxes than this, so that noise cannot stall a page.
    pub max_boxes: usize,
}

/// A region narrower than this is a speck.
const MIN_REGION_SIDE: f32 = 3.0;
/// A grown box narrower than this cannot be read.
const MIN_BOX_SIDE: f32 = 5.0;

/// Finds boxes on a map of `width` × `height` probabilities, in pixels of the map.
pub(super) fn from_map(map: &[f32], width: usize, height: usize, settings: &BoxSettings) -> Vec<Quad> {
    let mut quads = Vec::new();
    for region in region::find(map, width, height, settings.pixel_threshold) {
        let Some(rectangle) = Rectangle::around(&region.outline()) else { continue };
        if rectangle.short_side() < MIN_REGION_SIDE {
            continue;
        }
        if mean_inside(map, width, height, &rectangle.quad()) < settings.box_threshold {
            continue;
        }
        let grown = rectangle.grown(settings.unclip_ratio);
        if grown.short_side() < MIN_BOX_SIDE {
            continue;
        }
        let clip = |point: Point| Point::new(point.x.clamp(0.0, width as f32), point.y.clamp(0.0, height as f32));
        quads.push(grown.quad().map(clip));
        if quads.len() == settings.max_boxes {
            break;
        }
    }
    quads
}

/// Mean of the map inside a box, row by row.
fn mean_inside(map: &[f32], width: usize, height: usize, quad: &Quad) -> f32 {
    let bounds = quad.bounds();
    let first = bounds.top.floor().max(0.0) as usize;
    let last = (bounds.bottom.ceil().max(0.0) as usize).min(height);
    let (mut sum, mut count) = (0.0_f64, 0_usize);
    for y in first..last {
        let Some((left, right)) = span(quad, y as f32 + 0.5) else { continue };
        let from = left.floor().max(0.0) as usize;
        let to = (right.ceil().max(0.0) as usize).min(width);
        if from < to {
            let row = &map[y * width + from..y * width + to];
            sum += f64::from(row.iter().sum::<f32>());
            count += row.len();
        }
    }
    if count == 0 { 0.0 } else { (sum / count as f64) as f32 }
}

/// Where a horizontal line enters and leaves a convex box.
fn span(quad: &Quad, y: f32) -> Option<(f32, f32)> {
    let mut found: Option<(f32, f32)> = None;
    for (index, a) in quad.0.iter().enumerate() {
        let b = quad.0[(index + 1) % 4];
        if (a.y <= y) == (b.y <= y) {
            continue;
        }
        let x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
        found = Some(found.map_or((x, x), |(left, right)| (left.min(x), right.max(x))));
    }
    found
}

#[cfg(test)]
mod tests;
