//! How much of a page is inked: a cheap look at pixels, to tell an empty page from an unread one.
//!
//! Colours and letters are not looked at. The gateway asks when a page without trusted text was read as blank.

use mediary_core::Raster;

/// A pixel this much darker or lighter than its neighbourhood's paper is ink.
const CONTRAST: i32 = 60;
/// The page is looked at in tiles of so many pixels, because paper is unevenly lit.
const TILE: usize = 64;
/// Every so many pixels, in both directions, one is looked at.
const STEP: usize = 2;
/// Scanners leave dark edges; the outer part of a page is not looked at.
const EDGE_SHARE: f32 = 0.03;

/// The share of a page, from 0 to 1, that stands out against its paper.
#[must_use]
pub fn ink_share(page: &Raster) -> f32 {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let edge = |side: usize| if side > 2 * TILE { (side as f32 * EDGE_SHARE) as usize } else { 0 };
    let (left, top) = (edge(width), edge(height));
    let (mut inked, mut seen) = (0_u64, 0_u64);
    let mut greys = Vec::with_capacity(TILE * TILE);
    for y in (top..height - top).step_by(TILE) {
        for x in (left..width - left).step_by(TILE) {
            greys.clear();
            for row in (y..(y + TILE).min(height - top)).step_by(STEP) {
                let row = page.row(row);
                for column in (x..(x + TILE).min(width - left)).step_by(STEP) {
                    let pixel = &row[column * Raster::CHANNELS..][..Raster::CHANNELS];
                    greys.push(pixel.iter().map(|&value| i32::from(value)).sum::<i32>() / Raster::CHANNELS as i32);
                }
            }
            let middle = greys.len() / 2;
            let paper = *greys.select_nth_unstable(middle).1;
            inked += greys.iter().filter(|grey| (**grey - paper).abs() >= CONTRAST).count() as u64;
            seen += greys.len() as u64;
        }
    }
    if seen == 0 { 0.0 } else { inked as f32 / seen as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u32, height: u32, colour: impl Fn(u32, u32) -> u8) -> Raster {
        let bgr = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| [colour(x, y); 3]);
        Raster::from_bgr(width, height, bgr.collect()).unwrap()
    }

    #[test]
    fn ink_is_what_stands_out_against_its_paper() {
        let rows: [(&str, Raster, bool); 7] = [
            ("white", drawn(800, 1000, |_, _| 255), false),
            ("black", drawn(800, 1000, |_, _| 0), false),
            ("paper that grows darker downwards", drawn(800, 1000, |_, y| 255 - (y / 8) as u8), false),
            ("one pixel", drawn(1, 1, |_, _| 0), false),
            ("dark edges of a scan", drawn(800, 1000, |x, y| if x < 10 || y > 985 { 0 } else { 250 }), false),
            (
                "a line of strokes",
                drawn(800, 1000, |x, y| if (500..530).contains(&y) && x % 8 < 2 { 20 } else { 250 }),
                true,
            ),
            ("a small drawing", drawn(300, 100, |x, y| if (140..150).contains(&x) && y > 20 { 0 } else { 255 }), true),
        ];
        for (name, page, inked) in rows {
            assert_eq!(ink_share(&page) > 0.003, inked, "{name}: {}", ink_share(&page));
        }
    }
}
