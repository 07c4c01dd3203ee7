//! The shapes in which pages and lines are given to the models: a small fixed set, whatever the documents.
//!
//! OpenVINO compiles kernels for every shape that it meets and keeps them; the time and the memory for that are bounded by
//! the set. What has none of its shapes is stretched a little, padded or cut into overlapping tiles. The set is in
//! the engine's card; which picture is scaled to which size is the detector's affair.

use serde::Deserialize;

use super::crop::MAX_WIDTH;

/// A side may be made so much longer or shorter to fit.
const STRETCH: f32 = 1.1;
/// Tiles share so many pixels with their neighbours, so that a line on the seam is seen whole.
const OVERLAP: u32 = 128;
/// What has anything on it is looked at with so much of what is around it.
const SURROUND: u32 = 24;
/// Of a picture that is longer than so many tiles there is less to see.
const MOST_TILES: u32 = 16;
/// The detector halves its input five times.
const PAGE_STEP: u32 = 32;
/// The recogniser has a step of output for so many pixels.
const LINE_STEP: usize = 8;

/// The shapes of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OcrShapes {
    /// Width and height of what the detector looks at.
    pub pages: Vec<[u32; 2]>,
    /// How many lines the recogniser reads at once, and the width to which all of them are padded.
    pub lines: Vec<[usize; 2]>,
    /// The same for the recognisers that are larger than the fast one; none: as `lines`. Fewer of them, for OpenVINO keeps
    /// a copy of the weights for every shape.
    #[serde(default)]
    pub accurate_lines: Vec<[usize; 2]>,
}

impl OcrShapes {
    /// Says what is wrong with the set.
    ///
    /// # Errors
    /// A sentence about it.
    pub fn check(&self) -> Result<(), String> {
        let is_page = |[width, height]: &&[u32; 2]| {
            [width, height].iter().all(|side| **side > OVERLAP && side.is_multiple_of(PAGE_STEP))
        };
        if self.pages.is_empty() || !self.pages.iter().all(|page| is_page(&page)) {
            return Err(format!("shapes.pages: sides are multiples of {PAGE_STEP} above {OVERLAP}"));
        }
        check_lines("lines", &self.lines)?;
        if self.accurate_lines.is_empty() { Ok(()) } else { check_lines("accurate_lines", &self.accurate_lines) }
    }

    /// The shapes for recognisers that are larger than the fast one.
    pub(super) fn accurate(&self) -> Self {
        let lines = if self.accurate_lines.is_empty() { &self.lines } else { &self.accurate_lines };
        Self { lines: lines.clone(), ..self.clone() }
    }

    /// How a picture of this size is looked at: on the smallest shape that it fits on, else in as little of tiles as can be.
    pub(super) fn tiling(&self, width: f32, height: f32) -> Tiling {
        let all = self.pages.iter().map(|page| Tiling::on(*page, width, height));
        let best = all.min_by_key(|tiling| (tiling.tiles().count() > 1, tiling.pixels()));
        best.unwrap_or_else(|| Tiling::on([PAGE_STEP, PAGE_STEP], width, height))
    }

    /// The part of a picture that has anything on it (from and to, across and along, in pixels of the copy) on a smaller
    /// shape than all of it, where there is one.
    pub(super) fn part(&self, tiling: &Tiling, inked: [[u32; 2]; 2]) -> Option<(Tiling, Tile)> {
        let needed: [u32; 2] = std::array::from_fn(|axis| {
            let [from, to] = inked[axis];
            (to + SURROUND).min(tiling.copy[axis]) - from.saturating_sub(SURROUND)
        });
        let fits = |[width, height]: &&[u32; 2]| *width >= needed[0] && *height >= needed[1];
        let shape = *self.pages.iter().filter(fits).min_by_key(|[width, height]| width * height)?;
        // What the shape has to spare is shared by both sides.
        let place = |axis: usize| {
            let (spare, copy) = (shape[axis].saturating_sub(needed[axis]), tiling.copy[axis]);
            let from = inked[axis][0].saturating_sub(SURROUND + spare / 2).min(copy.saturating_sub(shape[axis]));
            [from, (from + shape[axis]).min(copy)]
        };
        let (across, along) = (place(0), place(1));
        let smaller = Tiling { copy: tiling.copy, tile: shape, counts: [1, 1] };
        (smaller.pixels() < tiling.pixels())
            .then_some((smaller, Tile { left: across[0], top: along[0], across, along }))
    }

    /// How parts of a picture of this size are looked at, of which most may be left out: on small tiles as long as wide.
    pub(super) fn close_tiling(&self, width: f32, height: f32) -> Tiling {
        let smallest = self.pages.iter().min_by_key(|[width, height]| (width.abs_diff(*height), *width));
        Tiling::on(smallest.copied().unwrap_or([PAGE_STEP, PAGE_STEP]), width, height)
    }

    /// The width to which a line is padded.
    pub(super) fn line_width(&self, width: usize) -> usize {
        let wide_enough = self.lines.iter().map(|line| line[1]).filter(|padded| *padded >= width);
        wide_enough.min().unwrap_or(width)
    }

    /// How many of `waiting` lines of a padded width are read at once, and how many places there are for them.
    pub(super) fn lines_at_once(&self, width: usize, waiting: usize) -> (usize, usize) {
        let counts = self.lines.iter().filter(|line| line[1] == width).map(|line| line[0]);
        // A place may stay empty where one after the other would take longer.
        let places = counts.filter(|places| waiting * 2 > *places).max().unwrap_or(1);
        (places.min(waiting), places)
    }
}

fn check_lines(key: &str, lines: &[[usize; 2]]) -> Result<(), String> {
    if !lines.iter().all(|[count, width]| *count > 0 && *width > 0 && width.is_multiple_of(LINE_STEP)) {
        return Err(format!("shapes.{key}: widths are multiples of {LINE_STEP}, and counts are above 0"));
    }
    let has_single = |width: &usize| lines.contains(&[1, *width]);
    if !lines.iter().all(|[_, width]| has_single(width)) || !lines.iter().any(|line| line[1] >= MAX_WIDTH) {
        return Err(format!("shapes.{key}: each width is there for one line alone, and one is {MAX_WIDTH} or more"));
    }
    Ok(())
}

/// A picture on tiles of one shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tiling {
    /// Width and height to which the picture is scaled.
    pub(super) copy: [u32; 2],
    /// Width and height of each tile.
    pub(super) tile: [u32; 2],
    counts: [u32; 2],
}

/// Where a tile lies, and which part of the map is taken from it: from and to, across and along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) across: [u32; 2],
    pub(super) along: [u32; 2],
}

impl Tiling {
    fn on(tile: [u32; 2], width: f32, height: f32) -> Self {
        let [(across, columns), (along, rows)] = [fitted(width, tile[0]), fitted(height, tile[1])];
        Self { copy: [across, along], tile, counts: [columns, rows] }
    }

    fn pixels(&self) -> u32 {
        self.tile[0] * self.tile[1] * self.counts[0] * self.counts[1]
    }

    /// The tiles, row by row.
    pub(super) fn tiles(&self) -> impl Iterator<Item = Tile> {
        let [columns, rows] = self.counts;
        (0..rows).flat_map(move |row| {
            let (top, along) = self.place(1, row);
            (0..columns).map(move |column| {
                let (left, across) = self.place(0, column);
                Tile { left, top, across, along }
            })
        })
    }

    /// Where the tile of this number begins along an axis, and what is taken from it: up to the middle of what it shares
    /// with its neighbours.
    fn place(&self, axis: usize, number: u32) -> (u32, [u32; 2]) {
        let (copy, tile, count) = (self.copy[axis], self.tile[axis], self.counts[axis]);
        let start = |number: u32| (copy.saturating_sub(tile) * number).checked_div(count - 1).unwrap_or(0);
        let seam = |before: u32| (start(before) + tile + start(before + 1)) / 2;
        let from = if number == 0 { 0 } else { seam(number - 1) };
        let to = if number + 1 == count { copy } else { seam(number) };
        (start(number), [from, to])
    }
}

/// How long a side of a picture becomes on tiles of a side, and how many of those it takes.
fn fitted(length: f32, tile: u32) -> (u32, u32) {
    if length <= tile as f32 * STRETCH {
        return (((length * STRETCH).round() as u32).clamp(1, tile), 1);
    }
    let step = tile - OVERLAP;
    let count = ((length.round() as u32).saturating_sub(OVERLAP)).div_ceil(step).min(MOST_TILES);
    ((length.round() as u32).min(OVERLAP + step * count), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes() -> OcrShapes {
        OcrShapes {
            pages: vec![[1280, 768], [768, 1280], [896, 1280], [1280, 1280], [640, 640]],
            lines: vec![[8, 64], [1, 64], [4, 256], [1, 256], [1, 960], [1, 3200]],
            accurate_lines: vec![[1, 256], [1, 3200]],
        }
    }

    #[test]
    fn pictures_are_stretched_a_little_padded_or_tiled() {
        let rows = [
            ("an A4 page", (905.0, 1280.0), [896, 1280], [896, 1280], 1),
            ("one a little wider", (960.0, 1280.0), [896, 1280], [896, 1280], 1),
            ("a wide page", (1280.0, 840.0), [1280, 768], [1280, 768], 1),
            ("a small sign", (300.0, 100.0), [330, 110], [640, 640], 1),
            ("a receipt", (736.0, 4000.0), [768, 4000], [768, 1280], 4),
            ("a thread", (20.0, 90_000.0), [22, 8_320], [640, 640], 16),
        ];
        for (name, (width, height), copy, tile, count) in rows {
            let tiling = shapes().tiling(width, height);
            assert_eq!((tiling.copy, tiling.tile, tiling.tiles().count()), (copy, tile, count), "{name}");
        }
    }

    #[test]
    fn tiles_cover_a_picture_once_and_share_their_edges() {
        for length in [1_409.0, 2_000.0, 4_076.0, 17_320.0] {
            let tiling = shapes().tiling(700.0, length);
            let mut reached = 0;
            for tile in tiling.tiles() {
                let [from, to] = tile.along;
                assert_eq!(from, reached, "{length}");
                assert!(from == 0 || from - tile.top >= OVERLAP / 2, "{length}: too near to the edge of the tile");
                assert!(to == tiling.copy[1] || tile.top + tiling.tile[1] - to >= OVERLAP / 2, "{length}");
                assert_eq!(tile.across, [0, tiling.copy[0]]);
                reached = to;
            }
            assert_eq!(reached, tiling.copy[1], "{length}");
        }
    }

    #[test]
    fn what_is_white_is_left_out_where_a_smaller_shape_shows_the_rest() {
        let shapes = shapes();
        let tiling = shapes.tiling(905.0, 1280.0);
        let part = |across, along| shapes.part(&tiling, [across, along]).map(|(part, tile)| (part.tile, tile));
        assert_eq!(part([10, 890], [10, 1270]), None, "all of it has something");
        assert_eq!(part([100, 400], [100, 400]).unwrap().0, [640, 640]);
        for (across, along) in
            [([0, 700], [0, 1200]), ([150, 860], [70, 1280]), ([196, 896], [0, 900]), ([880, 896], [0, 1280])]
        {
            let (shape, tile) = part(across, along).unwrap();
            assert_eq!(shape, [768, 1280]);
            for ([from, to], [start, end], copy) in [(across, tile.across, 896), (along, tile.along, 1280)] {
                assert!(start <= from.saturating_sub(SURROUND) && end >= (to + SURROUND).min(copy) && end <= copy);
            }
            assert_eq!([tile.left, tile.top], [tile.across[0], tile.along[0]]);
        }
    }

    #[test]
    fn lines_are_padded_to_a_width_of_the_set_and_read_together_where_that_is_in_it() {
        let shapes = shapes();
        assert_eq!([8, 65, 900, 3_000].map(|width| shapes.line_width(width)), [64, 256, 960, 3_200]);
        let rows = [(64, 20, (8, 8)), (64, 5, (5, 8)), (64, 4, (1, 1)), (256, 3, (3, 4)), (960, 7, (1, 1))];
        for (width, waiting, expected) in rows {
            assert_eq!(shapes.lines_at_once(width, waiting), expected, "{waiting} of {width}");
        }
        let accurate = shapes.accurate();
        assert_eq!([8, 65, 900, 3_000].map(|width| accurate.line_width(width)), [256, 256, 3_200, 3_200]);
        assert_eq!(accurate.pages, shapes.pages);
        let alike = OcrShapes { accurate_lines: Vec::new(), ..shapes };
        assert_eq!(alike.accurate().lines, alike.lines);
    }

    #[test]
    fn a_set_that_does_not_serve_is_refused() {
        type Spoil = fn(&mut OcrShapes);
        assert_eq!(shapes().check(), Ok(()));
        let rows: [(&str, Spoil); 7] = [
            ("pages", |shapes| shapes.pages.clear()),
            ("pages", |shapes| shapes.pages.push([1_000, 1_280])),
            ("lines", |shapes| shapes.lines.push([1, 100])),
            ("lines", |shapes| shapes.lines.push([8, 128])),
            ("lines", |shapes| shapes.lines.retain(|line| line[1] < 3_200)),
            ("accurate_lines", |shapes| shapes.accurate_lines.push([1, 100])),
            ("accurate_lines", |shapes| shapes.accurate_lines.retain(|line| line[1] < 3_200)),
        ];
        for (part, spoil) in rows {
            let mut spoilt = shapes();
            spoil(&mut spoilt);
            assert!(spoilt.check().unwrap_err().contains(part), "{spoilt:?}");
        }
    }
}
