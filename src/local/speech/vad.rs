//! Silero VAD: how likely it is, for each 32 ms, that there is speech.
//!
//! The model remembers what it heard; one [`Vad`] with its memory cleared hears one recording. It takes many frames in one
//! run, so that a second of sound costs milliseconds. What follows from the probabilities is `segments`' business.

use std::path::Path;

use mediary_core::Failure;
use ort::session::Session;
use ort::value::TensorRef;

use crate::runtime::Runtime;

/// Samples in a frame.
pub(super) const FRAME: usize = 512;
/// What is softer than half a step of 16 bits is no sound at all.
const SOUNDLESS: f32 = 0.5 / 32_768.0;
/// So many samples of the frame before are heard again with each.
const BEFORE: usize = 64;
const MEMORY: usize = 128;

/// The model, and what it remembers of the recording.
#[derive(Debug)]
pub(super) struct Vad {
    session: Session,
    hidden: Vec<f32>,
    cell: Vec<f32>,
    before: [f32; BEFORE],
    rows: Vec<f32>,
}

impl Vad {
    pub(super) fn load(runtime: &Runtime, model: &Path) -> Result<Self, Failure> {
        let session = runtime.open(model, 1)?;
        let memory = || vec![0.0; MEMORY];
        Ok(Self { session, hidden: memory(), cell: memory(), before: [0.0; BEFORE], rows: Vec::new() })
    }

    /// Forgets the recording before.
    pub(super) fn clear(&mut self) {
        self.hidden.fill(0.0);
        self.cell.fill(0.0);
        self.before.fill(0.0);
    }

    /// The probability of each frame. There have to be whole frames. Digital silence is not asked about: hours of it cost
    /// nothing.
    pub(super) fn hear(&mut self, samples: &[f32]) -> Result<Vec<f32>, Failure> {
        let failed = |error: ort::Error| Failure::broken(format!("voice activity detection failed: {error}"));
        let frames = samples.as_chunks::<FRAME>().0;
        if frames.is_empty() {
            return Ok(Vec::new());
        }
        if samples.iter().all(|sample| sample.abs() < SOUNDLESS) {
            self.clear();
            return Ok(vec![0.0; frames.len()]);
        }
        self.rows.clear();
        for frame in frames {
            self.rows.extend_from_slice(&self.before);
            self.rows.extend_from_slice(frame);
            self.before.copy_from_slice(&frame[FRAME - BEFORE..]);
        }
        let memory = [1, 1, MEMORY];
        let input =
            TensorRef::from_array_view(([frames.len(), BEFORE + FRAME], self.rows.as_slice())).map_err(failed)?;
        let hidden = TensorRef::from_array_view((memory, self.hidden.as_slice())).map_err(failed)?;
        let cell = TensorRef::from_array_view((memory, self.cell.as_slice())).map_err(failed)?;
        let outputs = self.session.run(ort::inputs!["input" => input, "h" => hidden, "c" => cell]).map_err(failed)?;
        let output = |name: &str| outputs[name].try_extract_tensor::<f32>().map(|(_, values)| values.to_vec());
        let probabilities = output("speech_probs").map_err(failed)?;
        let (hidden, cell) = (output("hn").map_err(failed)?, output("cn").map_err(failed)?);
        drop(outputs);
        (self.hidden, self.cell) = (hidden, cell);
        Ok(probabilities)
    }
}
