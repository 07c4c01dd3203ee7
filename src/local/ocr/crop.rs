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
const MAX_WIDTH: usize = 3200;
/// Lines at least this much taller than wide are columns of text and are turned.
const UPRIGHT_RATIO: f32 = 1.5;

/// One line to cut out.
#[derive(Debug, Clone)]
pub(super) struct LineCrop {
    corners: Quad,
    /// Its width in pixels at [`LINE_HEIGHT`].
    pub width: usize,
}

impl LineCrop {
    pub(super) fn new(quad: Quad) -> Self {
        let [a, b, c, d] = quad.0;
        let stands = quad.height() >= UPRIGHT_RATIO * quad.width();
        // A standing line is read downwards, as on the spine of a book.
        let corners = if stands { Quad([b, c, d, a]) } else { quad };
        let ratio = corners.width() / corners.height().max(1.0);
        let width = (ratio * LINE_HEIGHT as f32).ceil() as usize;
        Self { corners, width: width.clamp(8, MAX_WIDTH) }
    }

    /// Writes the line's pixels as three planes (B, G, R) of values in [-1, 1]. `planes` holds
    /// 3 × [`LINE_HEIGHT`] rows, `stride` values apart; what lies behind the line is left alone.
    pub(super) fn write(&self, page: &Raster, planes: &mut [f32], stride: usize) {
        let [origin, right, _, down] = self.corners.0;
        let across = step(origin, right, self.width);
        let along = step(origin, down, LINE_HEIGHT);
        let samples_across = samples(across);
        let samples_along = samples(along);
        let weight = 1.0 / (samples_across * samples_along) as f32;
        for y in 0..LINE_HEIGHT {
            for x in 0..self.width {
                let mut sum = [0.0_f32; 3];
                for j in 0..samples_along {
                    let v = y as f32 + (j as f32 + 0.5) / samples_along as f32;
                    for i in 0..samples_across {
                        let u = x as f32 + (i as f32 + 0.5) / samples_across as f32;
                        let place = Point::new(
                            origin.x + across.x * u + along.x * v - 0.5,
                            origin.y + across.y * u + along.y * v - 0.5,
                        );
                        add_bilinear(page, place, &mut sum);
                    }
                }
                for (channel, value) in sum.iter().enumerate() {
                    planes[(channel * LINE_HEIGHT + y) * stride + x] = value * weight / 127.5 - 1.0;
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

fn add_bilinear(page: &Raster, place: Point, sum: &mut [f32; 3]) {
    let (last_x, last_y) = (page.width() as usize - 1, page.height() as usize - 1);
    let x = place.x.clamp(0.0, last_x as f32);
    let y = place.y.clamp(0.0, last_y as f32);
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let (upper, lower) = (page.row(top), page.row(bottom));
    for (channel, sum) in sum.iter_mut().enumerate() {
        let at = |row: &[u8], x: usize| f32::from(row[x * Raster::CHANNELS + channel]);
        let above = at(upper, left) + (at(upper, right) - at(upper, left)) * fx;
        let below = at(lower, left) + (at(lower, right) - at(lower, left)) * fx;
        *sum += above + (below - above) * fy;
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
        let crop = LineCrop::new(quad);
        let mut planes = vec![9.0; 3 * LINE_HEIGHT * crop.width];
        crop.write(page, &mut planes, crop.width);
        (crop.width, planes)
    }

    #[test]
    fn a_line_at_its_own_height_is_copied() {
        let page = half_black(200, 100, 100);
        let (width, planes) = cut(&page, Quad::upright(50.0, 20.0, 150.0, 68.0));
        assert_eq!(width, 100);
        assert!(planes.iter().all(|value| (-1.0..=1.0).contains(value)));
        let row = &planes[width * 10..width * 11];
        assert!(row[..49].iter().all(|&value| value == 1.0) && row[51..].iter().all(|&value| value == -1.0));
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
        assert_eq!(width, 400);
        // What was right (black) is now above.
        assert_eq!((planes[width * 2 + 200], planes[width * 45 + 200]), (-1.0, 1.0));
    }

    #[test]
    fn boxes_over_the_edge_repeat_it() {
        let page = half_black(100, 50, 100);
        let (_, planes) = cut(&page, Quad::upright(-20.0, -10.0, 130.0, 60.0));
        assert!(planes.iter().all(|&value| value == 1.0));
    }
}
