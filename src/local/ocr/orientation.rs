//! Which way up a page is, found out by reading it.
//!
//! No model is asked: boxes that stand instead of lying give a page on its side away, and a recogniser is
//! far more confident of text that is the right way up than of the same text on its head. An upright page that is
//! read well costs nothing extra; only doubtful and lying pages have a few lines read twice.

use std::cmp::Reverse;

use mediary_core::document::{Quad, Turn};
use mediary_core::engine::Cancel;
use mediary_core::{Failure, Raster};

use super::PaddleOcr;
use super::ctc::ReadLine;
use super::settings::Level;

/// Text that is read this surely is the right way up.
const SURE: f32 = 0.9;
/// The other way up has to be likelier by this much.
const MARGIN: f32 = 0.08;
/// So many of the longest lines are read both ways.
const SAMPLE: usize = 6;
/// A box this much taller than wide stands.
const STANDING_RATIO: f32 = 1.5;
/// If standing boxes have more than this share of all boxes' length, the page lies on its side.
const STANDING_SHARE: f32 = 0.6;

/// A page read one way up: how it was turned, the turned page unless it is the same, boxes on it, their lines.
pub(super) type Upright = (Turn, Option<Raster>, Vec<Quad>, Vec<ReadLine>);

impl PaddleOcr {
    /// Reads the boxes of a page with the level's first recogniser, turning the page first if that is how it
    /// has to be read. The boxes that come back are on the turned page.
    pub(super) fn read_any_way_up(
        &mut self,
        page: &Raster,
        quads: Vec<Quad>,
        level: Level,
        cancel: &Cancel,
    ) -> Result<Upright, Failure> {
        if lies_on_its_side(&quads)
            && let Some(turn) = self.side(page, &quads, cancel)?
        {
            return self.read_turned(page, turn, level, cancel);
        }
        let read = self.cascade.first(level)?.read(page, &quads, cancel)?;
        if quads.is_empty() || probability(&read) >= SURE {
            return Ok((Turn::None, None, quads, read));
        }
        let sample = longest(&quads);
        let upright: Vec<ReadLine> = sample.iter().map(|&index| read[index].clone()).collect();
        let flipped: Vec<Quad> = sample.iter().map(|&index| quads[index].upside_down()).collect();
        if probability(&self.cascade.first(level)?.read(page, &flipped, cancel)?) < probability(&upright) + MARGIN {
            return Ok((Turn::None, None, quads, read));
        }
        self.read_turned(page, Turn::Half, level, cancel)
    }

    fn read_turned(&mut self, page: &Raster, turn: Turn, level: Level, cancel: &Cancel) -> Result<Upright, Failure> {
        let turned = page.turned(turn);
        // Lines are found better in the direction the detector was trained for.
        let quads = self.detector.find(&turned, cancel)?.quads;
        let read = self.cascade.first(level)?.read(&turned, &quads, cancel)?;
        Ok((turn, Some(turned), quads, read))
    }

    /// How a page of standing boxes is to be turned; `None` if it is upright and its columns are of
    /// Chinese or Japanese text.
    fn side(&mut self, page: &Raster, quads: &[Quad], cancel: &Cancel) -> Result<Option<Turn>, Failure> {
        let sample: Vec<Quad> = longest(quads).into_iter().map(|index| quads[index]).collect();
        let flipped: Vec<Quad> = sample.iter().map(Quad::upside_down).collect();
        // A standing box is cut as if the page had been turned clockwise.
        let reader = self.cascade.first(Level::Fast)?;
        let downwards = reader.read(page, &sample, cancel)?;
        let upwards = reader.read(page, &flipped, cancel)?;
        let (turn, read) = if probability(&downwards) >= probability(&upwards) {
            (Turn::ThreeQuarters, downwards)
        } else {
            (Turn::Quarter, upwards)
        };
        let characters = || read.iter().flat_map(|line| line.text.chars());
        let wide = characters().filter(|&character| super::ctc::is_wide_character(character)).count();
        Ok((wide * 2 <= characters().count()).then_some(turn))
    }
}

fn lies_on_its_side(quads: &[Quad]) -> bool {
    let length = |quad: &Quad| quad.width().max(quad.height());
    let all: f32 = quads.iter().map(length).sum();
    let standing = quads.iter().filter(|quad| quad.height() >= STANDING_RATIO * quad.width());
    all > 0.0 && standing.map(length).sum::<f32>() > STANDING_SHARE * all
}

/// The indices of the longest boxes.
fn longest(quads: &[Quad]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..quads.len()).collect();
    order.sort_by_key(|&index| Reverse(quads[index].width().max(quads[index].height()) as u32));
    order.truncate(SAMPLE);
    order
}

/// Mean probability of glyphs; nothing read is not sure at all. Not the lines' confidence, which says how
/// likely a whole line is right and hence less of which way up it is.
fn probability(lines: &[ReadLine]) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for line in lines {
        sum += line.evidence.probability;
        weight += line.evidence.glyphs as f32;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lies_on_its_side_when_most_of_its_text_stands() {
        let lying = Quad::upright(0.0, 0.0, 400.0, 30.0);
        let standing = Quad::upright(0.0, 0.0, 30.0, 400.0);
        let rows: [(&[Quad], bool); 5] = [
            (&[], false),
            (&[lying; 5], false),
            (&[standing; 5], true),
            (&[lying, lying, standing], false),
            (&[standing, standing, lying], true),
        ];
        for (quads, expected) in rows {
            assert_eq!(lies_on_its_side(quads), expected, "{quads:?}");
        }
    }
}
