//! Turns and mirrors a raster upright, as EXIF and TIFF orientation ask (TIFF 6.0, tag 274).
//!
//! Whole-pixel moves only; straightening a skewed page is a reader's business.

use ::image::metadata::Orientation;
use mediary_core::Raster;

const CHANNELS: usize = Raster::CHANNELS;

/// Side of the square that is transposed at once: its rows fit the first cache.
const BLOCK: usize = 32;

/// How rows and columns of the source are met while the result is written from its top left.
#[derive(Clone, Copy)]
struct Walk {
    transpose: bool,
    /// From the right column to the left.
    leftward: bool,
    /// From the bottom row to the top.
    upward: bool,
}

pub(super) fn upright(raster: Raster, orientation: Orientation) -> Raster {
    let walk = |transpose, leftward, upward| Walk { transpose, leftward, upward };
    let walk = match orientation {
        Orientation::NoTransforms => return raster,
        Orientation::FlipHorizontal => walk(false, true, false),
        Orientation::Rotate180 => walk(false, true, true),
        Orientation::FlipVertical => walk(false, false, true),
        Orientation::Rotate90FlipH => walk(true, false, false),
        Orientation::Rotate90 => walk(true, false, true),
        Orientation::Rotate270FlipH => walk(true, true, true),
        Orientation::Rotate270 => walk(true, true, false),
    };
    let (width, height) =
        if walk.transpose { (raster.height(), raster.width()) } else { (raster.width(), raster.height()) };
    let bgr = if walk.transpose { transposed(&raster, walk) } else { mirrored(&raster, walk) };
    Raster::from_bgr(width, height, bgr).expect("moving pixels keeps their number")
}

fn mirrored(raster: &Raster, walk: Walk) -> Vec<u8> {
    let height = raster.height() as usize;
    let mut bgr = Vec::with_capacity(raster.bgr().len());
    for y in 0..height {
        let row = raster.row(if walk.upward { height - 1 - y } else { y });
        if walk.leftward {
            bgr.extend(row.as_chunks::<CHANNELS>().0.iter().rev().flatten());
        } else {
            bgr.extend_from_slice(row);
        }
    }
    bgr
}

/// A column of the source becomes a row, square by square.
fn transposed(raster: &Raster, walk: Walk) -> Vec<u8> {
    let (columns, rows) = (raster.width() as usize, raster.height() as usize);
    let source = raster.bgr().as_chunks::<CHANNELS>().0;
    let mut bgr = vec![0; raster.bgr().len()];
    let target = bgr.as_chunks_mut::<CHANNELS>().0;
    for top in (0..columns).step_by(BLOCK) {
        for left in (0..rows).step_by(BLOCK) {
            for y in top..columns.min(top + BLOCK) {
                let column = if walk.leftward { columns - 1 - y } else { y };
                for x in left..rows.min(left + BLOCK) {
                    let row = if walk.upward { rows - 1 - x } else { x };
                    target[y * rows + x] = source[row * columns + column];
                }
            }
        }
    }
    bgr
}
