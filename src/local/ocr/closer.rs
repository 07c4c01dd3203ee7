//! Where a picture deserves a closer look: parts that are busy and in which no line was found, or only a very thin one.
//!
//! The detector sees a copy of bounded size. The lettering of a drawing, of a large sheet or of small print is a streak of a
//! few pixels there, which it overlooks or takes several lines of for one. Such parts are told from the copy by its
//! brightness alone: lettering changes from dark to light and back along its line again and again, rules and frames do not.
//! What a closer look costs is the detector's affair, and photographs cost it too, up to a bound.

use std::ops::Range;

use mediary_core::Raster;
use mediary_core::document::{Quad, Rect};

/// The copy is judged in squares of so many pixels.
const CELL: usize = 16;
/// Neighbouring pixels that differ by so much are an edge.
const EDGE: i32 = 32;
/// A square with edges in so many of its columns, or of its rows, is busy: a rule has them in two.
const BUSY: u32 = 6;
/// Boxes thinner than this, in pixels of the copy, may hold several lines, or one that is only half there.
const THIN: f32 = 9.0;
/// Strokes in fewer rows of pixels are the dots and accents of a line.
const BAND: usize = 3;
/// A found line explains what lies so near to it, in pixels of the copy …
const MARGIN: f32 = 6.0;
/// … and goes on in what is unseen so near to it.
const REACH: f32 = 24.0;
/// A box of which more lies in others than this is one of them, seen again.
const COVERED: f32 = 0.3;
/// If more of a picture is busy than this, it is a photograph or a pattern.
const LETTERED_SHARE: f32 = 0.5;

/// The squares of a copy that want a closer look.
#[derive(Debug)]
pub(super) struct Unseen {
    columns: usize,
    cells: Vec<bool>,
    /// For each found box, whether it is to be looked at again with them.
    pub(super) again: Vec<bool>,
}

impl Unseen {
    /// Judges a copy (interleaved bytes, `width` pixels a row) by the boxes that were found on it, in its own pixels.
    pub(super) fn on(copy: &[u8], width: usize, found: &[Quad]) -> Self {
        let columns = width.div_ceil(CELL);
        let copy = Greys { copy, width };
        let busy = copy.busy();
        let is_photograph = share(&busy) > LETTERED_SHARE;
        let mut cells = if is_photograph { vec![false; busy.len()] } else { in_company(&busy, columns) };
        for quad in found {
            mark(&mut cells, columns, &grown(&quad.bounds(), MARGIN), false);
        }
        let seen = Self { columns, cells: cells.clone(), again: Vec::new() };
        // A line of which the end was overlooked would be cut there.
        let is_cut = |quad: &Quad| thickness(quad) < 2.0 * THIN && seen.touch(&grown(&quad.bounds(), REACH));
        let again = |quad: &Quad| thickness(quad) < THIN || copy.lines_within(&quad.bounds()) > 1 || is_cut(quad);
        let again: Vec<bool> = found.iter().map(again).collect();
        for (quad, _) in found.iter().zip(&again).filter(|(_, again)| **again) {
            mark(&mut cells, columns, &quad.bounds(), true);
        }
        Self { columns, cells, again }
    }

    /// Whether any of the squares lies in a part of the copy, in its pixels.
    fn touch(&self, part: &Rect) -> bool {
        let (columns, rows) = spans(part, self.columns, self.cells.len());
        rows.into_iter().any(|row| self.cells[row * self.columns..][columns.clone()].contains(&true))
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.cells.contains(&true)
    }

    /// How many of the squares lie in a part of the copy, given as shares of its width and height from 0 to 1.
    pub(super) fn within(&self, across: [f32; 2], along: [f32; 2]) -> usize {
        let rows = self.cells.len() / self.columns.max(1);
        let range = |[from, to]: [f32; 2], count: usize| {
            let last = ((to * count as f32).ceil() as usize).min(count);
            ((from * count as f32) as usize).min(last)..last
        };
        let columns = range(across, self.columns);
        let row = |row: usize| self.cells[row * self.columns..][columns.clone()].iter().filter(|cell| **cell).count();
        range(along, rows).map(row).sum()
    }
}

fn thickness(quad: &Quad) -> f32 {
    quad.width().min(quad.height())
}

/// Puts what a closer look found in the place of the boxes that were looked at again (each comes with whether it was) and are
/// covered by it, and adds what lies beside all others.
pub(super) fn merged(found: Vec<(Quad, bool)>, closer: Vec<Quad>) -> Vec<Quad> {
    let covered = |bounds: &Rect| closer.iter().map(|quad| overlap(bounds, &quad.bounds())).sum::<f32>();
    let stays = |(quad, again): &(Quad, bool)| {
        let bounds = quad.bounds();
        !*again || covered(&bounds) < COVERED * area(&bounds)
    };
    let mut kept: Vec<Quad> = found.into_iter().filter(stays).map(|(quad, _)| quad).collect();
    let old = kept.len();
    for quad in closer {
        let bounds = quad.bounds();
        let known: f32 = kept[..old].iter().map(|before| overlap(&bounds, &before.bounds())).sum();
        if known < COVERED * area(&bounds) {
            kept.push(quad);
        }
    }
    kept
}

fn area(rect: &Rect) -> f32 {
    rect.width().max(0.0) * rect.height().max(0.0)
}

fn overlap(a: &Rect, b: &Rect) -> f32 {
    let common = Rect {
        left: a.left.max(b.left),
        top: a.top.max(b.top),
        right: a.right.min(b.right),
        bottom: a.bottom.min(b.bottom),
    };
    area(&common)
}

/// The brightness of a copy.
struct Greys<'a> {
    copy: &'a [u8],
    width: usize,
}

impl Greys<'_> {
    fn height(&self) -> usize {
        self.copy.len() / (self.width * Raster::CHANNELS).max(1)
    }

    fn at(&self, x: usize, y: usize) -> i32 {
        let pixel = &self.copy[(y * self.width + x) * Raster::CHANNELS..][..Raster::CHANNELS];
        (i32::from(pixel[0]) + 2 * i32::from(pixel[1]) + i32::from(pixel[2])) / 4
    }

    /// Which squares have edges in many of their columns or rows.
    fn busy(&self) -> Vec<bool> {
        let (columns, height) = (self.width.div_ceil(CELL), self.height());
        let mut cells = vec![false; columns * height.div_ceil(CELL)];
        for (number, cell) in cells.iter_mut().enumerate() {
            let (left, top) = (number % columns * CELL, number / columns * CELL);
            let (mut in_columns, mut in_rows) = (0_u32, 0_u32);
            for y in top..(top + CELL).min(height - 1) {
                for x in left..(left + CELL).min(self.width - 1) {
                    let here = self.at(x, y);
                    in_columns |= u32::from((self.at(x + 1, y) - here).abs() >= EDGE) << (x - left);
                    in_rows |= u32::from((self.at(x, y + 1) - here).abs() >= EDGE) << (y - top);
                }
            }
            *cell = in_columns.count_ones() >= BUSY || in_rows.count_ones() >= BUSY;
        }
        cells
    }

    /// How many thin lines lie below one another in a box that was taken for one: bands of strokes with bare rows between.
    fn lines_within(&self, part: &Rect) -> usize {
        let clip = |pixels: f32, most: usize| (pixels.max(0.0) as usize).min(most.saturating_sub(1));
        let columns = clip(part.left, self.width)..clip(part.right, self.width);
        let has_strokes = |y: usize| columns.clone().any(|x| (self.at(x + 1, y) - self.at(x, y)).abs() >= EDGE);
        let rows: Vec<bool> =
            (clip(part.top, self.height())..=clip(part.bottom, self.height())).map(has_strokes).collect();
        let bands: Vec<usize> =
            rows.split(|inked| !inked).map(<[bool]>::len).filter(|height| *height >= BAND).collect();
        if bands.iter().any(|height| *height as f32 >= THIN) { 1 } else { bands.len() }
    }
}

/// Leaves out busy squares that stand alone: a crossing, a speck, an arrow.
fn in_company(busy: &[bool], columns: usize) -> Vec<bool> {
    let is_busy = |index: Option<usize>| index.and_then(|index| busy.get(index)).copied().unwrap_or(false);
    (0..busy.len())
        .map(|index| {
            let column = index % columns;
            let beside = (column > 0 && is_busy(index.checked_sub(1)))
                || (column + 1 < columns && is_busy(index.checked_add(1)))
                || is_busy(index.checked_sub(columns))
                || is_busy(index.checked_add(columns));
            busy[index] && beside
        })
        .collect()
}

fn share(cells: &[bool]) -> f32 {
    cells.iter().filter(|cell| **cell).count() as f32 / cells.len().max(1) as f32
}

fn mark(cells: &mut [bool], columns: usize, part: &Rect, value: bool) {
    let (across, rows) = spans(part, columns, cells.len());
    for row in rows {
        cells[row * columns..][across.clone()].fill(value);
    }
}

/// The columns and rows of squares that a part of the copy touches.
fn spans(part: &Rect, columns: usize, cells: usize) -> (Range<usize>, Range<usize>) {
    let span = |from: f32, to: f32, count: usize| {
        let cell = |pixels: f32| (pixels.max(0.0) / CELL as f32) as usize;
        cell(from).min(count)..(cell(to) + 1).min(count)
    };
    (span(part.left, part.right, columns), span(part.top, part.bottom, cells / columns.max(1)))
}

fn grown(rect: &Rect, pixels: f32) -> Rect {
    Rect { left: rect.left - pixels, top: rect.top - pixels, right: rect.right + pixels, bottom: rect.bottom + pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 320;
    const HEIGHT: usize = 160;

    /// A copy whose pixels are dark where a function says so.
    fn copy(dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        let pixels = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
        pixels.flat_map(|(x, y)| [if dark(x, y) { 60 } else { 250 }; Raster::CHANNELS]).collect()
    }

    /// Strokes of a line of lettering, four pixels high.
    fn streak(x: usize, y: usize) -> bool {
        (80..84).contains(&y) && (40..200).contains(&x) && x.is_multiple_of(3)
    }

    #[test]
    fn lettering_without_a_box_is_unseen_and_rules_and_photographs_are_not() {
        type Dark = fn(usize, usize) -> bool;
        let rows: [(&str, Dark, bool); 6] = [
            ("nothing", |_, _| false, false),
            ("a streak", streak, true),
            ("the same downwards", |x, y| streak(y + 40, x), true),
            ("a frame", |x, y| x == 40 || x == 280 || y == 20 || y == 140, false),
            ("a speck", |x, y| (100..108).contains(&x) && (100..108).contains(&y) && x.is_multiple_of(2), false),
            ("a pattern all over", |x, y| (x + y).is_multiple_of(2), false),
        ];
        for (name, dark, unseen) in rows {
            assert_eq!(!Unseen::on(&copy(dark), WIDTH, &[]).is_empty(), unseen, "{name}");
        }
    }

    #[test]
    fn a_box_explains_what_lies_under_it_unless_it_is_thin() {
        let copy = copy(streak);
        let rows = [
            ("a box of its own", Quad::upright(36.0, 74.0, 204.0, 90.0), true),
            ("half a box", Quad::upright(36.0, 74.0, 120.0, 89.0), false),
            ("a thin box", Quad::upright(36.0, 78.0, 204.0, 86.0), false),
        ];
        for (name, quad, explained) in rows {
            let unseen = Unseen::on(&copy, WIDTH, &[quad]);
            assert_eq!((unseen.is_empty(), unseen.again), (explained, vec![!explained]), "{name}");
        }
    }

    #[test]
    fn a_box_around_several_thin_lines_is_looked_at_again() {
        type Dark = fn(usize, usize) -> bool;
        let rows: [(&str, Dark, bool); 3] = [
            ("two streaks", |x, y| streak(x, y) || streak(x, y + 8), true),
            ("one with accents", |x, y| streak(x, y) || (x.is_multiple_of(40) && (76..78).contains(&y)), false),
            ("a high line", |x, y| (70..90).contains(&y) && x.is_multiple_of(3), false),
        ];
        for (name, dark, again) in rows {
            let unseen = Unseen::on(&copy(dark), WIDTH, &[Quad::upright(0.0, 66.0, 320.0, 96.0)]);
            assert_eq!(unseen.again, [again], "{name}");
        }
    }

    #[test]
    fn the_parts_to_look_at_are_those_that_hold_something() {
        let unseen = Unseen::on(&copy(streak), WIDTH, &[]);
        assert!(unseen.within([0.1, 0.7], [0.4, 0.6]) > 0);
        assert_eq!(unseen.within([0.8, 1.0], [0.0, 1.0]) + unseen.within([0.0, 1.0], [0.0, 0.4]), 0);
    }

    #[test]
    fn a_closer_look_replaces_thin_boxes_and_adds_what_is_new() {
        let (thick, thin) = (Quad::upright(0.0, 0.0, 100.0, 20.0), Quad::upright(0.0, 100.0, 100.0, 108.0));
        let lonely = Quad::upright(0.0, 200.0, 100.0, 208.0);
        let again = Quad::upright(2.0, 1.0, 98.0, 19.0);
        let finer = [Quad::upright(0.0, 100.0, 100.0, 103.0), Quad::upright(0.0, 105.0, 100.0, 108.0)];
        let merged = merged(vec![(thick, false), (thin, true), (lonely, true)], vec![again, finer[0], finer[1]]);
        assert_eq!(merged, [thick, lonely, finer[0], finer[1]]);
    }
}
