//! The recogniser: lines of one height in, characters out.
//!
//! Lines are cut into a batch tensor of one width. Widths are rounded up to a few buckets, because
//! some execution providers compile a kernel for each shape they meet.

use mediary_core::{Failure, Raster};
use ort::session::Session;
use ort::value::TensorRef;

use super::calibration::Profile;
use super::crop::{LINE_HEIGHT, LineCrop};
use super::ctc::{self, ReadLine};
use super::dictionary::Dictionary;

/// Pixels of line per step of the recogniser's output.
const PIXELS_PER_STEP: f32 = 8.0;
/// A batch is at most so many pixels wide in total: beyond that a batch no longer gains on a CPU and
/// only takes memory.
const BATCH_WIDTH: usize = 1_024;

/// Lines that go through the recogniser together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// Which lines.
    pub crops: Vec<usize>,
    /// The width all of them are padded to.
    pub width: usize,
}

/// Rounds a width up: to 32 pixels where a step is a good part of the line, to 64 beyond.
fn bucket(width: usize) -> usize {
    width.next_multiple_of(if width <= 512 { 32 } else { 64 })
}

/// Groups lines of like width, widest first so that the threads end together.
pub(super) fn batches(crops: &[LineCrop]) -> Vec<Batch> {
    let mut order: Vec<usize> = (0..crops.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(crops[index].width));
    let mut batches: Vec<Batch> = Vec::new();
    for index in order {
        let width = bucket(crops[index].width);
        match batches.last_mut() {
            Some(batch) if batch.width == width && (batch.crops.len() + 1) * width <= BATCH_WIDTH => {
                batch.crops.push(index);
            }
            _ => batches.push(Batch { crops: vec![index], width }),
        }
    }
    batches
}

/// A session with its input buffer.
#[derive(Debug)]
pub(super) struct Recogniser {
    session: Session,
    input: Vec<f32>,
}

impl Recogniser {
    pub(super) fn new(session: Session) -> Self {
        Self { session, input: Vec::new() }
    }

    /// Reads the lines of one batch, in its order.
    pub(super) fn read(
        &mut self,
        page: &Raster,
        crops: &[LineCrop],
        batch: &Batch,
        dictionary: &Dictionary,
        profile: &Profile,
    ) -> Result<Vec<ReadLine>, Failure> {
        let failed = |error: ort::Error| Failure::broken(format!("the recogniser failed: {error}"));
        let size = 3 * LINE_HEIGHT * batch.width;
        self.input.clear();
        // Zero is mid-grey once normalised, which is what the model was trained to ignore.
        self.input.resize(size * batch.crops.len(), 0.0);
        for (planes, &index) in self.input.chunks_exact_mut(size).zip(&batch.crops) {
            crops[index].write(page, planes, batch.width);
        }
        let shape = [batch.crops.len(), 3, LINE_HEIGHT, batch.width];
        let tensor = TensorRef::from_array_view((shape, self.input.as_slice())).map_err(failed)?;
        let outputs = self.session.run(ort::inputs![tensor]).map_err(failed)?;
        let (shape, probabilities) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let per_line = probabilities.len() / batch.crops.len();
        if shape.len() != 3 || shape[2] != dictionary.classes() as i64 {
            return Err(Failure::broken(format!(
                "the recogniser's output {shape:?} does not fit a dictionary of {} classes; run `mediary models pull`",
                dictionary.classes()
            )));
        }
        let lines = probabilities.chunks_exact(per_line).zip(&batch.crops);
        Ok(lines
            .map(|(line, &index)| ctc::decode(line, dictionary, profile, crops[index].width as f32 / PIXELS_PER_STEP))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::document::Quad;

    use super::*;

    fn crops(widths: &[usize]) -> Vec<LineCrop> {
        let crop = |&width: &usize| {
            let mut crop = LineCrop::new(Quad::upright(0.0, 0.0, 48.0, 48.0), 1.0);
            crop.width = width;
            crop
        };
        widths.iter().map(crop).collect()
    }

    #[test]
    fn lines_of_like_width_share_a_batch() {
        let batches = batches(&crops(&[100, 1700, 110, 900, 120]));
        let shape: Vec<(usize, Vec<usize>)> = batches.into_iter().map(|batch| (batch.width, batch.crops)).collect();
        assert_eq!(shape, [(1728, vec![1]), (960, vec![3]), (128, vec![4, 2, 0])]);
    }

    #[test]
    fn a_batch_has_a_bounded_width() {
        let batches = batches(&crops(&[250; 10]));
        assert!(batches.iter().all(|batch| batch.crops.len() * batch.width <= BATCH_WIDTH));
        assert_eq!(batches.iter().map(|batch| batch.crops.len()).sum::<usize>(), 10);
    }
}
