//! Cuts a line out of a page and brings it upright to the height a PP-OCR recogniser wants.
//!
//! Each pixel is the mean of samples a source pixel apart, so that large print is averaged and not skipped. ocrs's
//! own recogniser is not served here: the crate cuts lines for it.

use mediary_core::Raster;
use mediary_core::document::{Point, Quad};

/// Height of a line, in pixels.
pub(super) const HEIGHT: usize = 48;
/// The range of widths in which ocrs reads lines, at its height of 64 pixels.
const OCRS_WIDTHS: std::ops::RangeInclusive<f32> = 10.0..=2400.0;
const OCRS_HEIGHT: f32 = 64.0;
/// Samples for a pixel, along each side.
const MOST_SAMPLES: f32 = 4.0;

/// How wide a line becomes.
pub(super) fn width(line: &Quad) -> usize {
    let scale = HEIGHT as f32 / OCRS_HEIGHT;
    let width = line.width() / line.height().max(1.0) * HEIGHT as f32;
    width.clamp(OCRS_WIDTHS.start() * scale, OCRS_WIDTHS.end() * scale).ceil() as usize
}

/// A line as three planes (B, G, R) of [`HEIGHT`] rows, `width` values each, from -1 to 1.
pub(super) fn cut(page: &Raster, line: &Quad, width: usize) -> Vec<f32> {
    let mut planes = vec![0.0; Raster::CHANNELS * HEIGHT * width];
    let [left, right, _, below] = line.0;
    let across = Point::new((right.x - left.x) / width as f32, (right.y - left.y) / width as f32);
    let along = Point::new((below.x - left.x) / HEIGHT as f32, (below.y - left.y) / HEIGHT as f32);
    let samples = |step: Point| step.x.hypot(step.y).round().clamp(1.0, MOST_SAMPLES) as usize;
    let (samples_across, samples_along) = (samples(across), samples(along));
    let scale = 1.0 / (127.5 * (samples_across * samples_along) as f32);
    for y in 0..HEIGHT {
        for x in 0..width {
            let mut sum = [0.0; Raster::CHANNELS];
            for j in 0..samples_along {
                let v = y as f32 + (j as f32 + 0.5) / samples_along as f32;
                for i in 0..samples_across {
                    let u = x as f32 + (i as f32 + 0.5) / samples_across as f32;
                    let place = (left.x + across.x * u + along.x * v, left.y + across.y * u + along.y * v);
                    add(page, place, &mut sum);
                }
            }
            for (channel, sum) in sum.into_iter().enumerate() {
                planes[(channel * HEIGHT + y) * width + x] = sum * scale - 1.0;
            }
        }
    }
    planes
}

/// Adds the colour at a place, between the four pixels around it. Beyond the edge the edge is repeated.
fn add(page: &Raster, (x, y): (f32, f32), sum: &mut [f32; Raster::CHANNELS]) {
    // Places are measured from the corners of pixels, colours are at their centres.
    let (left, right, x) = neighbours(x - 0.5, page.width());
    let (above, below, y) = neighbours(y - 0.5, page.height());
    for (row, weight) in [(above, 1.0 - y), (below, y)] {
        let row = page.row(row);
        for (channel, sum) in sum.iter_mut().enumerate() {
            let at = |column: usize| f32::from(row[column * Raster::CHANNELS + channel]);
            *sum += weight * (at(left) * (1.0 - x) + at(right) * x);
        }
    }
}

/// The pixels before and after a place, and how far it is from the one to the other.
fn neighbours(place: f32, pixels: u32) -> (usize, usize, f32) {
    let last = (pixels - 1) as f32;
    let place = place.clamp(0.0, last);
    let before = place.floor();
    (before as usize, (before + 1.0).min(last) as usize, place - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White left of `edge`, black right of it.
    fn half_black(width: u32, height: u32, edge: u32) -> Raster {
        let bgr = (0..height).flat_map(|_| (0..width).flat_map(|x| [if x < edge { 255 } else { 0 }; 3])).collect();
        Raster::from_bgr(width, height, bgr).unwrap()
    }

    fn strip(page: &Raster, quad: Quad) -> (usize, Vec<f32>) {
        let width = width(&quad);
        (width, cut(page, &quad, width))
    }

    #[test]
    fn widths_keep_the_shape_within_bounds() {
        let rows =
            [((480.0, 48.0), 480), ((100.0, 20.0), 240), ((2.0, 40.0), 8), ((90_000.0, 20.0), 1800), ((5.0, 0.0), 240)];
        for ((long, high), expected) in rows {
            assert_eq!(width(&Quad::upright(0.0, 0.0, long, high)), expected, "{long}×{high}");
        }
    }

    #[test]
    fn a_line_at_its_own_height_keeps_its_pixels() {
        let (width, planes) = strip(&half_black(200, 100, 100), Quad::upright(50.0, 20.0, 150.0, 68.0));
        assert_eq!(width, 100);
        let row = &planes[width * 10..width * 11];
        assert!(
            row[..50].iter().all(|&value| value > 0.999) && row[50..].iter().all(|&value| value < -0.999),
            "{row:?}"
        );
    }

    #[test]
    fn a_leaning_line_is_brought_upright() {
        // Black below a slope of 0.1, and the line lies along it.
        let bgr = (0..200)
            .flat_map(|y| (0..400).flat_map(move |x| [if y as f32 > 50.0 + 0.1 * x as f32 { 0 } else { 255 }; 3]));
        let page = Raster::from_bgr(400, 200, bgr.collect()).unwrap();
        let slope = 0.1_f32.atan();
        let quad = Quad::upright(0.0, -24.0, 300.0, 24.0).map(|point| {
            let turned = point.rotated(slope);
            Point::new(turned.x + 20.0, turned.y + 52.0)
        });
        let (width, planes) = strip(&page, quad);
        for (y, white) in [(4, true), (18, true), (30, false), (44, false)] {
            let row = &planes[width * y..width * (y + 1)];
            assert!(row.iter().all(|&value| (value > 0.0) == white), "row {y}: {row:?}");
        }
    }

    #[test]
    fn large_print_is_averaged_and_the_smallest_pages_can_be_cut() {
        let bgr = (0..192).flat_map(|_| (0..400).flat_map(|x| [if x % 2 == 0 { 255 } else { 0 }; 3])).collect();
        let stripes = Raster::from_bgr(400, 192, bgr).unwrap();
        let (_, planes) = strip(&stripes, Quad::upright(0.0, 0.0, 400.0, 192.0));
        assert!(planes[10..80].iter().all(|value| value.abs() < 0.1));
        for (width, height) in [(1, 1), (1, 9), (9, 1)] {
            let (_, planes) = strip(&half_black(width, height, width), Quad::upright(-1.0, -1.0, 9.0, 9.0));
            assert!(planes.iter().all(|&value| value > 0.999), "{width}×{height}");
        }
    }
}
