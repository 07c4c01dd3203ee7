//! The recogniser: lines of one height in, characters out.
//!
//! Lines are cut into a batch tensor of one width; how many lines and which widths is a small set (see
//! [`super::shapes`]).

use mediary_core::{Failure, Raster};
use ort::session::Session;
use ort::value::TensorRef;

use super::calibration::Profile;
use super::crop::{LINE_HEIGHT, LineCrop};
use super::ctc::{self, ReadLine};
use super::dictionary::Dictionary;
use super::head::{self, Head};
use super::settings::RecogniserFiles;
use super::shapes::OcrShapes;
use super::step::Step;
use crate::runtime::{Runtime, giving_back};

/// Pixels of line per step of the recogniser's output.
const PIXELS_PER_STEP: f32 = 8.0;
/// Lines of print that fill a page are seldom wider.
const USUAL_WIDTH: usize = 1664;

/// Lines that go through the recogniser together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// Which lines.
    pub crops: Vec<usize>,
    /// The width all of them are padded to.
    pub width: usize,
    /// How many lines it is padded to.
    pub places: usize,
}

/// Groups lines of like width, widest first so that the threads end together.
pub(super) fn batches(crops: &[LineCrop], shapes: &OcrShapes) -> Vec<Batch> {
    let mut order: Vec<usize> = (0..crops.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(crops[index].width));
    let mut batches: Vec<Batch> = Vec::new();
    let width_of = |index: &usize| shapes.line_width(crops[*index].width);
    for alike in order.chunk_by(|a, b| width_of(a) == width_of(b)) {
        let (width, mut waiting) = (width_of(&alike[0]), alike);
        while !waiting.is_empty() {
            let (count, places) = shapes.lines_at_once(width, waiting.len());
            let (now, later) = waiting.split_at(count);
            batches.push(Batch { crops: now.to_vec(), width, places });
            waiting = later;
        }
    }
    batches
}

/// A session with its input buffer, and its last layer where that is computed by itself.
#[derive(Debug)]
pub(super) struct Recogniser {
    session: Session,
    head: Option<Head>,
    input: Vec<f32>,
    /// Whether the memory that wider lines than usual take is given back with the first usual ones after them: where it stays with
    /// the session, the widest line of all decides how much that is.
    gives_back: bool,
    is_grown: bool,
}

impl Recogniser {
    /// Opens one for a thread.
    pub(super) fn open(runtime: &Runtime, files: &RecogniserFiles, dictionary: &Dictionary) -> Result<Self, Failure> {
        let (session, head) = head::open(runtime, files, dictionary)?;
        Ok(Self { session, head, input: Vec::new(), gives_back: !runtime.compiles_shapes(), is_grown: false })
    }

    /// Reads nothing in every shape, so that no later line waits until kernels for its shape are compiled.
    pub(super) fn warm(&mut self, shapes: &OcrShapes) -> Result<(), Failure> {
        let failed = |error: ort::Error| Failure::broken(format!("the recogniser failed: {error}"));
        for &[places, width] in &shapes.lines {
            self.input.clear();
            self.input.resize(places * 3 * LINE_HEIGHT * width, 0.0);
            let shape = [places, 3, LINE_HEIGHT, width];
            let tensor = TensorRef::from_array_view((shape, self.input.as_slice())).map_err(failed)?;
            self.session.run(ort::inputs![tensor]).map_err(failed)?;
        }
        Ok(())
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
        self.input.resize(size * batch.places, 0.0);
        for (planes, &index) in self.input.chunks_exact_mut(size).zip(&batch.crops) {
            crops[index].write(page, planes, batch.width);
        }
        let shape = [batch.places, 3, LINE_HEIGHT, batch.width];
        let tensor = TensorRef::from_array_view((shape, self.input.as_slice())).map_err(failed)?;
        let inputs = ort::inputs![tensor];
        let is_wide = batch.places * batch.width > USUAL_WIDTH;
        let is_due = self.gives_back && self.is_grown && !is_wide;
        self.is_grown = is_wide;
        let options = is_due.then(giving_back).transpose().map_err(failed)?;
        let outputs = match &options {
            Some(options) => self.session.run_with_options(inputs, options).map_err(failed)?,
            None => self.session.run(inputs).map_err(failed)?,
        };
        let (shape, seen) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let (per_line, width) = (seen.len() / batch.places, shape.last().map_or(0, |width| *width as usize));
        let width_steps = |index: usize| crops[index].width as f32 / PIXELS_PER_STEP;
        if let Some(head) = &mut self.head {
            let per_line = per_line / width.max(1);
            let steps = head.steps(&seen[..per_line * width * batch.crops.len()], per_line)?;
            let lines = steps.chunks(per_line.max(1)).zip(&batch.crops);
            let decode = |(line, &index): (&[Step], &usize)| {
                ctc::decode(line.iter().copied(), dictionary, profile, width_steps(index))
            };
            return Ok(lines.map(decode).collect());
        }
        if shape.len() != 3 || width != dictionary.classes() {
            return Err(Failure::broken(format!(
                "the recogniser's output {shape:?} does not fit a dictionary of {} classes; run `mediary models pull`",
                dictionary.classes()
            )));
        }
        let lines = seen.chunks_exact(per_line).zip(&batch.crops);
        let decode = |(line, &index)| ctc::decode(Step::all_of(line, width), dictionary, profile, width_steps(index));
        Ok(lines.map(decode).collect())
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

    fn shapes() -> OcrShapes {
        OcrShapes {
            pages: Vec::new(),
            lines: vec![[4, 128], [1, 128], [1, 960], [1, 1728]],
            accurate_lines: Vec::new(),
        }
    }

    #[test]
    fn lines_of_like_width_share_a_batch() {
        let batches = batches(&crops(&[100, 1700, 110, 900, 120]), &shapes());
        let all: Vec<_> = batches.into_iter().map(|batch| (batch.places, batch.width, batch.crops)).collect();
        assert_eq!(all, [(1, 1728, vec![1]), (1, 960, vec![3]), (4, 128, vec![4, 2, 0])]);
    }

    #[test]
    fn every_line_is_in_one_batch_of_the_set() {
        for count in 0..20 {
            let batches = batches(&crops(&vec![90; count]), &shapes());
            assert!(batches.iter().all(|batch| shapes().lines.contains(&[batch.places, batch.width])));
            let mut lines: Vec<usize> = batches.into_iter().flat_map(|batch| batch.crops).collect();
            lines.sort_unstable();
            assert_eq!(lines, (0..count).collect::<Vec<_>>());
        }
    }
}
