//! A part of a box that lay askew over the lines of two columns, put straight onto its own line.
//!
//! Where the lines of two columns do not stand at one height, the detector lays one box over both, and it is as high as both:
//! in any part of it more than one line is seen. The line that is meant is the one in the middle.

use mediary_core::Raster;
use mediary_core::document::{Point, Quad};

use super::gutters::{LEAST_CONTRAST, grey_at, is_ink, median};

/// The middle of a line is where so much of its ink is, beside the row with most.
const DENSE: f32 = 0.5;
/// Every so many pixels of a row are looked at.
const STEP: usize = 2;

/// The part, as high as a line and turned as the page is.
pub(super) fn on_its_line(page: &Raster, part: &Quad, skew: f32, height: f32) -> Quad {
    let (centre, width) = (part.centre(), part.width());
    let at = |across: f32, down: f32| {
        let offset = Point::new(across, down).rotated(skew);
        Point::new(centre.x + offset.x, centre.y + offset.y)
    };
    let reach = (part.height() / 2.0) as i32;
    let columns: Vec<f32> = (0..width as usize).step_by(STEP).map(|column| column as f32 - width / 2.0).collect();
    let rows = (-reach..=reach).map(|row| columns.iter().map(move |column| (*column, row as f32)));
    let rows: Vec<Vec<u8>> = rows.map(|row| row.map(|(x, y)| grey_at(page, at(x, y))).collect()).collect();
    let all: Vec<u8> = rows.concat();
    let paper = median(&all);
    let contrast = all.iter().map(|grey| grey.abs_diff(paper)).max().unwrap_or(0);
    if contrast < LEAST_CONTRAST {
        return *part;
    }
    let inked: Vec<usize> =
        rows.iter().map(|row| row.iter().filter(|grey| is_ink(**grey, paper, contrast)).count()).collect();
    let most = inked.iter().copied().max().unwrap_or(0);
    let dense: Vec<i32> =
        (-reach..).zip(&inked).filter(|(_, ink)| **ink as f32 >= DENSE * most as f32).map(|(row, _)| row).collect();
    let away = |band: &&[i32]| match band {
        [first, .., last] if *first <= 0 && 0 <= *last => 0,
        band => band.iter().map(|row| row.abs()).min().unwrap_or(i32::MAX),
    };
    let bands = dense.chunk_by(|a, b| b - a <= 2);
    let Some([first, .., last]) = bands.filter(|band| band.len() > 1).min_by_key(away) else { return *part };
    let middle = (first + last) as f32 / 2.0;
    let (half, high) = (width / 2.0, height / 2.0);
    Quad([at(-half, middle - high), at(half, middle - high), at(half, middle + high), at(-half, middle + high)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_over_two_lines_is_put_onto_the_nearer_one() {
        let (width, height) = (400, 200);
        let mut bgr = vec![245; (width * height * 3) as usize];
        for top in [60, 92, 124] {
            for y in top..top + 12 {
                for x in (20..380).filter(|x| x % 9 < 6) {
                    let place = ((y * width + x) * 3) as usize;
                    bgr[place..place + 3].fill(20);
                }
            }
        }
        let page = Raster::from_bgr(width, height, bgr).unwrap();
        for (name, left, right) in [("rising", 102.0, 94.0), ("falling", 92.0, 104.0), ("straight", 95.0, 95.0)] {
            let corner = |x: f32, y: f32| Point::new(x, y);
            let part = Quad([
                corner(20.0, left - 26.0),
                corner(380.0, right - 26.0),
                corner(380.0, right + 26.0),
                corner(20.0, left + 26.0),
            ]);
            let found = on_its_line(&page, &part, 0.0, 30.0).bounds();
            assert!((found.top - 83.0).abs() <= 1.0 && (found.bottom - 113.0).abs() <= 1.0, "{name}: {found:?}");
            assert!((found.left - 20.0).abs() <= 1.0 && (found.right - 380.0).abs() <= 1.0, "{name}: {found:?}");
        }
        let white = Quad::upright(20.0, 150.0, 380.0, 190.0);
        assert_eq!(on_its_line(&page, &white, 0.0, 30.0), white);
    }
}
