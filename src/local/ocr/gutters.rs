//! Boxes that span a gutter are parted at it, before anything is read.
//!
//! The detector works on a small copy, where the gutter of a magazine is two or three pixels wide: it takes the lines on both
//! sides for one. Here the white of every box is looked up in the picture itself; where `alleys` finds it one below the
//! other, boxes are cut, and those that end there are cut back to their ink, so that the layout sees the gutter too.

use mediary_core::Raster;
use mediary_core::document::{Inked, Point, Quad, Rect, White, alleys};

use super::upright::on_its_line;

/// The part of a box's height that is looked at: its own line, and not the tips of those above and below.
const SEEN: [f32; 2] = [0.14, 0.86];
/// What differs from the paper by this share of what the ink does is ink.
const INK: f32 = 0.35;
/// Boxes with less contrast are not looked at.
pub(super) const LEAST_CONTRAST: u8 = 40;
/// White is at least so wide, in heights of the box.
const LEAST_WHITE: f32 = 0.08;
/// How much white a cut leaves, in heights of the box.
const LEFT_WHITE: f32 = 0.12;
/// Boxes that reach so far across a gutter end at it, in heights.
const REACH: f32 = 0.7;
/// Boxes this far askew beside the page, in radians, are no lines of its columns.
const ASKEW: f32 = 0.04;
/// Boxes this far askew that are so much higher than a line lie over the lines of two columns that are not at one height.
const SLANTED: f32 = 0.004;
const HIGHER: f32 = 1.2;
/// A line is as high as the boxes of this share of all text are at most.
const OF_ALL_TEXT: f32 = 0.25;
/// Pages with fewer boxes have no columns.
const FEWEST: usize = 8;

/// The boxes of a page, none of which spans a gutter.
pub(super) fn parted(page: &Raster, quads: Vec<Quad>) -> Vec<Quad> {
    if quads.len() < FEWEST {
        return quads;
    }
    let usual = line_height(&quads);
    let skew = skew_of(&quads, usual);
    let inks: Vec<Option<Ink>> = quads.iter().map(|quad| Ink::of(page, quad, skew, usual)).collect();
    let lines: Vec<Inked> = inks.iter().flatten().map(Ink::inked).collect();
    let alleys = alleys(&lines, White::Ink);
    if alleys.is_empty() {
        return quads;
    }
    let mut parted = Vec::with_capacity(quads.len());
    for (quad, ink) in quads.into_iter().zip(inks) {
        let Some(ink) = ink else {
            parted.push(quad);
            continue;
        };
        let parts = ink.cuts(&alleys);
        let is_over_two_lines = ink.line_height < ink.rect.height();
        let part = |[from, to]: &[f32; 2]| match quad.between(*from, *to) {
            part if is_over_two_lines && parts.len() > 1 => on_its_line(page, &part, skew, usual),
            part => part,
        };
        parted.extend(parts.iter().map(part));
    }
    parted
}

/// The angle of most of the length of text in boxes that hold one line.
fn skew_of(quads: &[Quad], line_height: f32) -> f32 {
    let is_line = |quad: &&Quad| quad.width() > 2.0 * quad.height() && quad.height() <= HIGHER * line_height;
    let long = quads.iter().filter(is_line);
    of_text(long.map(|quad| (quad.angle(), quad.width())).collect(), 0.5).unwrap_or(0.0)
}

/// The height of boxes that hold one line.
fn line_height(quads: &[Quad]) -> f32 {
    of_text(quads.iter().map(|quad| (quad.height(), quad.width())).collect(), OF_ALL_TEXT).unwrap_or(f32::INFINITY)
}

/// The value that this share of the text does not exceed, of values with the length of text that has them.
fn of_text(mut values: Vec<(f32, f32)>, share: f32) -> Option<f32> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let enough = share * values.iter().map(|(_, length)| length).sum::<f32>();
    let mut reached = 0.0;
    let found = values.iter().find(|(_, length)| {
        reached += length;
        reached >= enough
    });
    found.map(|(value, _)| *value)
}

/// Where there is ink along a box.
struct Ink {
    /// The box on a straight page.
    rect: Rect,
    /// The height of one line in it.
    line_height: f32,
    /// Stretches with ink, as shares of its length.
    stretches: Vec<[f32; 2]>,
}

impl Ink {
    fn of(page: &Raster, quad: &Quad, skew: f32, usual: f32) -> Option<Self> {
        let (width, height) = (quad.width(), quad.height());
        if width < height || (quad.angle() - skew).abs() > ASKEW || height < 6.0 {
            return None;
        }
        let (columns, rows) = (width.round() as usize, ((SEEN[1] - SEEN[0]) * height / 2.0).ceil().max(2.0) as usize);
        let greys = greys(page, quad, columns, rows);
        let paper = median(&greys);
        let contrast = greys.iter().map(|grey| grey.abs_diff(paper)).max()?;
        if contrast < LEAST_CONTRAST {
            return None;
        }
        let is_slanted = (quad.angle() - skew).abs() > SLANTED && height > HIGHER * usual;
        let line_height = if is_slanted { usual } else { height };
        let least = ((LEAST_WHITE * line_height).round() as usize).max(2);
        let mut stretches: Vec<[usize; 2]> = Vec::new();
        for (column, greys) in greys.chunks_exact(rows).enumerate() {
            if greys.iter().any(|grey| is_ink(*grey, paper, contrast)) {
                match stretches.last_mut() {
                    Some(last) if column < last[1] + least => last[1] = column + 1,
                    _ => stretches.push([column, column + 1]),
                }
            }
        }
        let centre = quad.centre().rotated(-skew);
        let rect = Rect {
            left: centre.x - width / 2.0,
            top: centre.y - height / 2.0,
            right: centre.x + width / 2.0,
            bottom: centre.y + height / 2.0,
        };
        let share = |column: usize| column as f32 / columns as f32;
        let stretches = stretches.into_iter().map(|stretch| stretch.map(share)).collect();
        Some(Self { rect, line_height, stretches })
    }

    fn x(&self, share: f32) -> f32 {
        self.rect.left + share * self.rect.width()
    }

    fn inked(&self) -> Inked {
        let x = |share: f32| self.x(share);
        let ends = self.stretches.first().zip(self.stretches.last());
        let rect = ends.map_or(self.rect, |(first, last)| Rect { left: x(first[0]), right: x(last[1]), ..self.rect });
        let gaps = self.stretches.windows(2).map(|pair| [x(pair[0][1]), x(pair[1][0])]).collect();
        let middle = f32::midpoint(rect.top, rect.bottom);
        let half = self.line_height / 2.0;
        Inked { rect: Rect { top: middle - half, bottom: middle + half, ..rect }, gaps }
    }

    /// The parts of the box between alleys, as shares of its length.
    fn cuts(&self, alleys: &[Rect]) -> Vec<[f32; 2]> {
        let (width, height) = (self.rect.width(), self.line_height);
        let middle = f32::midpoint(self.rect.top, self.rect.bottom);
        let share = |x: f32| ((x - self.rect.left) / width).clamp(0.0, 1.0);
        let mut places: Vec<f32> = alleys
            .iter()
            .filter(|alley| alley.top - height <= middle && middle <= alley.bottom + height)
            .map(|alley| f32::midpoint(alley.left, alley.right))
            .filter(|x| self.rect.left < *x && *x < self.rect.right)
            .filter(|x| self.is_white(share(*x)))
            .collect();
        places.sort_by(f32::total_cmp);
        let mut parts = vec![[0.0, 1.0]];
        for place in places.into_iter().map(share) {
            let before = self.stretches.iter().rev().map(|stretch| stretch[1]).find(|end| *end <= place);
            let after = self.stretches.iter().map(|stretch| stretch[0]).find(|start| *start >= place);
            let white = |from: f32, to: f32| (LEFT_WHITE * height / width).min(0.45 * (to - from).max(0.0));
            match (before, after) {
                (Some(end), Some(start)) => {
                    let kept = white(end, start);
                    if let Some(last) = parts.last_mut() {
                        last[1] = end + kept;
                    }
                    parts.push([start - kept, 1.0]);
                }
                // Nothing but the margin of the box lies across: it ends where the gutter does.
                (Some(end), None) if (1.0 - place) * width <= REACH * height => {
                    if let Some(last) = parts.last_mut() {
                        last[1] = (end + white(end, place)).min(place);
                    }
                }
                (None, Some(start)) if place * width <= REACH * height => {
                    if let Some(first) = parts.first_mut() {
                        first[0] = (start - white(place, start)).max(place);
                    }
                }
                _ => {}
            }
        }
        parts.retain(|part| part[1] > part[0]);
        parts
    }

    fn is_white(&self, share: f32) -> bool {
        !self.stretches.iter().any(|stretch| stretch[0] < share && share < stretch[1])
    }
}

/// The brightness of a box, column by column.
fn greys(page: &Raster, quad: &Quad, columns: usize, rows: usize) -> Vec<u8> {
    let [a, b, c, d] = quad.0;
    let mut greys = Vec::with_capacity(columns * rows);
    for column in 0..columns {
        let share = (column as f32 + 0.5) / columns as f32;
        let (above, below) = (a.towards(b, share), d.towards(c, share));
        for row in 0..rows {
            let share = SEEN[0] + (SEEN[1] - SEEN[0]) * (row as f32 + 0.5) / rows as f32;
            greys.push(grey_at(page, above.towards(below, share)));
        }
    }
    greys
}

pub(super) fn grey_at(page: &Raster, Point { x, y }: Point) -> u8 {
    let x = (x.max(0.0) as usize).min(page.width() as usize - 1);
    let y = (y.max(0.0) as usize).min(page.height() as usize - 1);
    let pixel = &page.row(y)[x * Raster::CHANNELS..][..Raster::CHANNELS];
    ((u16::from(pixel[0]) + 2 * u16::from(pixel[1]) + u16::from(pixel[2])) / 4) as u8
}

/// Whether a brightness is that of ink, given those of the paper and how far they differ at most.
pub(super) fn is_ink(grey: u8, paper: u8, contrast: u8) -> bool {
    f32::from(grey.abs_diff(paper)) >= INK * f32::from(contrast)
}

pub(super) fn median(greys: &[u8]) -> u8 {
    let mut counts = [0_usize; 256];
    greys.iter().for_each(|grey| counts[usize::from(*grey)] += 1);
    let mut reached = 0;
    let half = greys.len() / 2;
    let place = counts.iter().position(|count| {
        reached += count;
        reached > half
    });
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of lines of strokes from `left` to `right`, white at `gutter` for so many pixels; boxes over whole lines.
    fn page(lines: u32, gutter: u32, white: u32) -> (Raster, Vec<Quad>) {
        let (width, height) = (900, 40 * lines + 40);
        let mut bgr = vec![245; (width * height * 3) as usize];
        let mut quads = Vec::new();
        for line in 0..lines {
            let top = 20 + 40 * line;
            quads.push(Quad::upright(42.0, top as f32, 858.0, top as f32 + 30.0));
            for y in top + 9..top + 19 {
                // Words of changing lengths, with spaces as wide as the gutter.
                let word = |x: u32| (x + line * line * 17) % (43 + line) >= 5;
                let inked = |x: &u32| word(*x / 2) && x % 4 < 3 && !(gutter..gutter + white).contains(x);
                for x in (50..850).filter(inked) {
                    let place = ((y * width + x) * 3) as usize;
                    bgr[place..place + 3].fill(30);
                }
            }
        }
        (Raster::from_bgr(width, height, bgr).unwrap(), quads)
    }

    #[test]
    fn boxes_over_a_gutter_are_parted_and_others_stay() {
        let (raster, quads) = page(14, 440, 10);
        let parts = parted(&raster, quads.clone());
        assert_eq!(parts.len(), 28, "{parts:?}");
        for pair in parts.chunks(2) {
            let (left, right) = (pair[0].bounds(), pair[1].bounds());
            assert!(left.right <= right.left && (430.0..446.0).contains(&left.right), "{pair:?}");
            assert!((442.0..456.0).contains(&right.left), "{pair:?}");
        }
        let (raster, quads) = page(14, 440, 0);
        assert_eq!(parted(&raster, quads.clone()), quads);
        let (raster, quads) = page(5, 440, 10);
        assert_eq!(parted(&raster, quads.clone()), quads);
    }

    #[test]
    fn a_box_that_ends_at_a_gutter_ends_at_its_ink() {
        let (raster, mut quads) = page(14, 440, 10);
        quads[3] = Quad::upright(42.0, 140.0, 448.0, 170.0);
        let parts = parted(&raster, quads);
        let cut = parts.iter().find(|quad| quad.bounds().top == 140.0).unwrap().bounds();
        assert!(cut.right <= 446.0, "{cut:?}");
        assert_eq!(parts.len(), 27);
    }
}
