//! Cuts a line out of a page and brings it upright to the height the recogniser wants.
//!
//! Detector boxes are rotated rectangles, so the way from line to page is affine: one step of the
//! source per pixel, bilinear in between. Lines much larger than the recogniser's height are sampled
//! several times per pixel, which is a box filter; without it thin strokes would break up.

use mediary_core::Raster;
use mediary_core::document::{Point, Quad};

/// Height of a line for the recogniser, in pixels.
pub(super) const LINE_HEIGHT: usize = 48;
/// Wider lines are squeezed: the recogniser was trained on no wider ones.
pub(super) const MAX_WIDTH: usize = 3200;
/// Lines at least this much taller than wide are columns of text and are turned.
const UPRIGHT_RATIO: f32 = 1.5;

/// One line to cut out.
#[derive(Debug, Clone)]
pub(super) struct LineCrop {
    corners: Quad,
    /// Its width in pixels at [`LINE_HEIGHT`], squeezed.
    pub width: usize,
}

impl LineCrop {
    /// The line in a box, made narrower by the factor `squeeze`.
    pub(super) fn new(quad: Quad, squeeze: f32) -> Self {
        let [a, b, c, d] = quad.0;
        let stands = quad.height() >= UPRIGHT_RATIO * quad.width();
        // A standing line is read downwards, as on the spine of a book.
        let corners = if stands { Quad([b, c, d, a]) } else { quad };
        let ratio = corners.width() / corners.height().max(1.0);
        let width = (ratio * squeeze * LINE_HEIGHT as f32).ceil() as usize;
        Self { corners, width: width.clamp(8, MAX_WIDTH) }
    }

    /// Writes the line's pixels as three planes (B, G, R) of values in [-1, 1]. `planes` holds
    /// 3 × [`LINE_HEIGHT`] rows, `stride` values apart; what lies behind the line is left alone.
    pub(super) fn write(&self, page: &Raster, planes: &mut [f32], stride: usize) {
        let [origin, right, _, down] = self.corners.0;
        let across = step(origin, right, self.width);
        let along = step(origin, down, LINE_HEIGHT);
        let (samples_across, samples_along) = (samples(across), samples(along));
        // A sample is a byte with sixteen bits behind it; their mean becomes a value around zero.
        let scale = 1.0 / (65_536.0 * 127.5 * (samples_across * samples_along) as f32);
        let mut sums = vec![[0_u32; 3]; self.width];
        for y in 0..LINE_HEIGHT {
            sums.fill([0; 3]);
            for j in 0..samples_along {
                let v = y as f32 + (j as f32 + 0.5) / samples_along as f32;
                for i in 0..samples_across {
                    let u = (i as f32 + 0.5) / samples_across as f32;
                    let start =
                        Point::new(origin.x + across.x * u + along.x * v, origin.y + across.y * u + along.y * v);
                    add_row(page, start, across, &mut sums);
                }
            }
            for channel in 0..Raster::CHANNELS {
                let row = (channel * LINE_HEIGHT + y) * stride;
                for (value, sum) in planes[row..row + self.width].iter_mut().zip(&sums) {
                    *value = sum[channel] as f32 * scale - 1.0;
                }
            }
        }
    }
}

fn step(from: Point, to: Point, pixels: usize) -> Point {
    Point::new((to.x - from.x) / pixels as f32, (to.y - from.y) / pixels as f32)
}

/// How many samples a pixel needs so that none of the source is skipped.
fn samples(step: Point) -> usize {
    (step.x.hypot(step.y) - 0.25).ceil().clamp(1.0, 8.0) as usize
}

/// A distance on the page with sixteen bits behind the point.
fn fixed(pixels: f32) -> i64 {
    (pixels * 65_536.0) as i64
}

/// Adds a sample for each pixel of one row of a line, from `start` on, `step` apart.
fn add_row(page: &Raster, start: Point, step: Point, sums: &mut [[u32; 3]]) {
    // Places are measured from the corners of pixels, colours are at their centres.
    let (mut x, mut y) = (fixed(start.x) - 32_768, fixed(start.y) - 32_768);
    let (step_x, step_y) = (fixed(step.x), fixed(step.y));
    let (width, height) = (page.width(), page.height());
    for sum in sums {
        let (left, fx) = split(x, width);
        let (top, fy) = split(y, height);
        let upper = pair(page, left, top);
        let lower = pair(page, left, (top + 1).min(height as usize - 1));
        for channel in 0..Raster::CHANNELS {
            let at = |pixels: &[u8; 6], place: usize| u32::from(pixels[place * Raster::CHANNELS + channel]);
            let above = at(&upper, 0) * (256 - fx) + at(&upper, 1) * fx;
            let below = at(&lower, 0) * (256 - fx) + at(&lower, 1) * fx;
            sum[channel] += above * (256 - fy) + below * fy;
        }
        x += step_x;
        y += step_y;
    }
}

/// The pixel before a place, and how far it is to the next, in 256 parts. Places beyond the edge are put on
/// it; the last pixel is reached from the one before it, so that there always is a next.
fn split(place: i64, pixels: u32) -> (usize, u32) {
    let last = i64::from(pixels) - 1;
    let place = (place >> 8).clamp(0, last * 256);
    let before = (place >> 8).min((last - 1).max(0));
    (before as usize, (place - before * 256) as u32)
}

/// Two pixels side by side; on a page one pixel wide, the same twice. One check of bounds for both.
fn pair(page: &Raster, left: usize, y: usize) -> [u8; 6] {
    let start = left * Raster::CHANNELS;
    match page.row(y)[start..].first_chunk::<6>() {
        Some(pixels) => *pixels,
        None => {
            let pixel = &page.row(y)[start..start + Raster::CHANNELS];
            [pixel[0], pixel[1], pixel[2], pixel[0], pixel[1], pixel[2]]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that is white left of `edge` and black right of it.
    fn half_black(width: u32, height: u32, edge: u32) -> Raster {
        let bgr = (0..height).flat_map(|_| (0..width).flat_map(|x| [if x < edge { 255 } else { 0 }; 3])).collect();
        Raster::from_bgr(width, height, bgr).unwrap()
    }

    fn cut(page: &Raster, quad: Quad) -> (usize, Vec<f32>) {
        let crop = LineCrop::new(quad, 0.9);
        let mut planes = vec![9.0; 3 * LINE_HEIGHT * crop.width];
        crop.write(page, &mut planes, crop.width);
        (crop.width, planes)
    }

    #[test]
    fn a_line_at_its_own_height_keeps_its_pixels() {
        let page = half_black(200, 100, 100);
        let (width, planes) = cut(&page, Quad::upright(50.0, 20.0, 150.0, 68.0));
        assert_eq!(width, 90);
        assert!(planes.iter().all(|value| (-1.0..=1.0).contains(value)));
        let row = &planes[width * 10..width * 11];
        assert!(row[..44].iter().all(|&value| value > 0.999) && row[46..].iter().all(|&value| value < -0.999));
    }

    #[test]
    fn a_large_line_is_averaged_not_skipped() {
        // Stripes one pixel wide become grey when the line shrinks four times.
        let bgr = (0..192).flat_map(|_| (0..400).flat_map(|x| [if x % 2 == 0 { 255 } else { 0 }; 3])).collect();
        let page = Raster::from_bgr(400, 192, bgr).unwrap();
        let (_, planes) = cut(&page, Quad::upright(0.0, 0.0, 400.0, 192.0));
        let inner = &planes[10..80];
        assert!(inner.iter().all(|value| value.abs() < 0.1), "{inner:?}");
    }

    #[test]
    fn a_standing_line_is_turned() {
        let page = half_black(60, 400, 30);
        let (width, planes) = cut(&page, Quad::upright(6.0, 0.0, 54.0, 400.0));
        assert_eq!(width, 360);
        // What was right (black) is now above.
        assert_eq!((planes[width * 2 + 180], planes[width * 45 + 180]), (-1.0, 1.0));
    }

    #[test]
    fn the_smallest_pages_can_be_cut() {
        for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2)] {
            let (_, planes) = cut(&half_black(width, height, width), Quad::upright(-1.0, -1.0, 9.0, 9.0));
            assert!(planes.iter().all(|&value| value > 0.999), "{width}×{height}");
        }
    }

    #[test]
    fn boxes_over_the_edge_repeat_it() {
        let page = half_black(100, 50, 100);
        let (_, planes) = cut(&page, Quad::upright(-20.0, -10.0, 130.0, 60.0));
        assert!(planes.iter().all(|&value| value > 0.999));
    }
}
