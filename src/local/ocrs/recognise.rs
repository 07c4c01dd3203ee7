//! The recognisers: lines of a page in, characters out, batch by batch.
//!
//! Either is run by rten, as the crate would run its own, but from here: between batches the work can be cancelled,
//! and the probabilities that the crate throws away are kept. Lines of like width share a batch.

use mediary_core::engine::Cancel;
use mediary_core::{Failure, Raster};
use ocrs::{OcrEngine, OcrInput};
use rten::Model;
use rten_imageproc::RotatedRect;
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::decode::{self, Alphabet, Glyph, Scores};
use super::files::OcrsRecogniser;
use super::lines::WordLine;
use super::{failed, open, strip};

/// A batch is at most so many pixels wide, all lines together.
const BATCH_WIDTH: usize = 2400;
/// What ocrs fills up short lines with: black.
const OCRS_PADDING: f32 = -0.5;
const OCRS_HEIGHT: usize = 64;

/// The lines of a page, as the crate and as we see them: one `words` for one `boxes`.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    pub page: &'a Raster,
    pub input: &'a OcrInput,
    pub words: &'a [Vec<RotatedRect>],
    pub boxes: &'a [WordLine],
}

/// A recogniser and its characters.
pub(super) struct Recogniser {
    model: Model,
    alphabet: Alphabet,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Ocrs,
    PaddleOcr,
}

/// One line as a recogniser wants it: channels of rows of values.
struct Strip {
    width: usize,
    values: Vec<f32>,
}

impl Recogniser {
    pub(super) fn load(files: &OcrsRecogniser) -> Result<Self, Failure> {
        let recogniser = match files {
            OcrsRecogniser::Ocrs { model } => {
                Self { model: open(model)?, alphabet: Alphabet::of_ocrs(), kind: Kind::Ocrs }
            }
            OcrsRecogniser::PaddleOcr { model, dictionary } => {
                let alphabet = Alphabet::of_paddleocr(dictionary)?;
                Self { model: open(model)?, alphabet, kind: Kind::PaddleOcr }
            }
        };
        // An empty line shows whether model and characters fit, which no part of the file says.
        let (channels, height, padding) = recogniser.input();
        let width = 64;
        recogniser.read_batch(&[Strip { width, values: vec![padding; channels * height * width] }])?;
        Ok(recogniser)
    }

    /// Channels, height and what stands for nothing.
    fn input(&self) -> (usize, usize, f32) {
        match self.kind {
            Kind::Ocrs => (1, OCRS_HEIGHT, OCRS_PADDING),
            Kind::PaddleOcr => (Raster::CHANNELS, strip::HEIGHT, 0.0),
        }
    }

    /// Reads all lines.
    pub(super) fn read(
        &self,
        engine: &OcrEngine,
        lines: Lines<'_>,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Glyph>>, Failure> {
        let widths: Vec<usize> = lines.boxes.iter().map(|line| strip::width(&line.quad)).collect();
        let mut read = vec![Vec::new(); lines.boxes.len()];
        for batch in batches(&widths) {
            cancel.check()?;
            let strips: Vec<Strip> =
                batch.iter().map(|&line| self.strip(engine, lines, line)).collect::<Result<_, _>>()?;
            for (line, glyphs) in batch.iter().zip(self.read_batch(&strips)?) {
                read[*line] = glyphs;
            }
        }
        Ok(read)
    }

    fn strip(&self, engine: &OcrEngine, lines: Lines<'_>, line: usize) -> Result<Strip, Failure> {
        match self.kind {
            Kind::Ocrs => {
                let strip = engine.prepare_recognition_input(lines.input, &lines.words[line]);
                let strip = strip.map_err(|error| failed("cutting a line", &error))?;
                Ok(Strip { width: strip.size(1), values: strip.to_vec() })
            }
            Kind::PaddleOcr => {
                let quad = &lines.boxes[line].quad;
                let width = strip::width(quad);
                Ok(Strip { width, values: strip::cut(lines.page, quad, width) })
            }
        }
    }

    fn read_batch(&self, strips: &[Strip]) -> Result<Vec<Vec<Glyph>>, Failure> {
        let (channels, height, padding) = self.input();
        let width = strips.iter().map(|strip| strip.width).max().unwrap_or(1).next_multiple_of(16);
        let mut input = vec![padding; strips.len() * channels * height * width];
        for (strip, place) in strips.iter().zip(input.chunks_exact_mut(channels * height * width)) {
            for (row, place) in strip.values.chunks_exact(strip.width).zip(place.chunks_exact_mut(width)) {
                place[..strip.width].copy_from_slice(row);
            }
        }
        let input = NdTensor::from_data([strips.len(), channels, height, width], input);
        let output = self.model.run_one(input.view().into(), None).map_err(|error| failed("recognition", &error))?;
        let mut scores: NdTensor<f32, 3> = output.try_into().map_err(|error| failed("recognition", &error))?;
        if matches!(self.kind, Kind::Ocrs) {
            // Steps, lines, classes: to lines, steps, classes.
            scores.permute([1, 0, 2]);
        }
        let [lines, steps, classes] = scores.shape();
        if lines != strips.len() || classes != self.alphabet.classes() {
            let expected = self.alphabet.classes();
            return Err(Failure::broken(format!(
                "the recogniser knows {classes} classes, its characters make {expected}"
            )));
        }
        let form = match self.kind {
            Kind::Ocrs => Scores::Logarithms,
            Kind::PaddleOcr => Scores::Probabilities,
        };
        let read = |(line, strip): (usize, &Strip)| {
            let rows = scores.slice(line);
            let own_steps = steps as f32 * strip.width as f32 / width as f32;
            decode::decode(rows.to_contiguous().data(), &self.alphabet, form, own_steps)
        };
        Ok(strips.iter().enumerate().map(read).collect())
    }
}

/// Which lines are read together: the widest first, each batch of bounded width.
fn batches(widths: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|&line| std::cmp::Reverse(widths[line]));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for line in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * widths[batch[0]] <= BATCH_WIDTH => batch.push(line),
            Some(_) | None => batches.push(vec![line]),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_like_width_share_a_batch_of_bounded_width() {
        assert_eq!(batches(&[100, 1700, 110, 900, 120]), [vec![1], vec![3, 4], vec![2, 0]]);
        assert_eq!(batches(&[9000]), [[0]]);
        assert!(batches(&[]).is_empty());
    }
}
