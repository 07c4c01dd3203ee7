//! Silero VAD: how likely it is, for each 32 ms, that there is speech.
//!
//! The model remembers what it heard; one [`Vad`] with its memory cleared hears one recording. It takes many frames in one
//! run, so that a second of sound costs milliseconds. What follows from the probabilities is `segments`' business.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

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
    memory: VoiceMemory,
}

/// What is remembered of one recording.
#[derive(Debug)]
pub struct VoiceMemory {
    hidden: Vec<f32>,
    cell: Vec<f32>,
    before: [f32; BEFORE],
    rows: Vec<f32>,
}

impl Default for VoiceMemory {
    fn default() -> Self {
        let memory = || vec![0.0; MEMORY];
        Self { hidden: memory(), cell: memory(), before: [0.0; BEFORE], rows: Vec::new() }
    }
}

impl VoiceMemory {
    fn clear(&mut self) {
        self.hidden.fill(0.0);
        self.cell.fill(0.0);
        self.before.fill(0.0);
    }
}

/// Hears many recordings at once that are still being made: one model, and a memory for each of them.
#[derive(Debug)]
pub struct VoiceDetector(Mutex<Session>);

impl VoiceDetector {
    /// Samples in a frame: 32 ms of 16,000 a second.
    pub const FRAME: usize = FRAME;

    /// Opens the model.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn load(runtime: &Runtime, model: &Path) -> Result<Self, Failure> {
        Ok(Self(Mutex::new(runtime.open(model, 1)?)))
    }

    /// The probability of speech in each frame. There have to be whole frames. Blocking work, a fraction of a millisecond
    /// for each frame.
    ///
    /// # Errors
    /// When the model fails.
    pub fn hear(&self, memory: &mut VoiceMemory, samples: &[f32]) -> Result<Vec<f32>, Failure> {
        // One that panicked within the library is not worse for it.
        let mut session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hear(&mut session, memory, samples)
    }
}

impl Vad {
    pub(super) fn load(runtime: &Runtime, model: &Path) -> Result<Self, Failure> {
        Ok(Self { session: runtime.open(model, 1)?, memory: VoiceMemory::default() })
    }

    /// Forgets the recording before.
    pub(super) fn clear(&mut self) {
        self.memory.clear();
    }

    /// The probability of each frame. There have to be whole frames.
    pub(super) fn hear(&mut self, samples: &[f32]) -> Result<Vec<f32>, Failure> {
        hear(&mut self.session, &mut self.memory, samples)
    }
}

/// The probability of each frame. Digital silence is not asked about: hours of it cost nothing.
fn hear(session: &mut Session, memory: &mut VoiceMemory, samples: &[f32]) -> Result<Vec<f32>, Failure> {
    let failed = |error: ort::Error| Failure::broken(format!("voice activity detection failed: {error}"));
    let frames = samples.as_chunks::<FRAME>().0;
    if frames.is_empty() {
        return Ok(Vec::new());
    }
    if samples.iter().all(|sample| sample.abs() < SOUNDLESS) {
        memory.clear();
        return Ok(vec![0.0; frames.len()]);
    }
    memory.rows.clear();
    for frame in frames {
        memory.rows.extend_from_slice(&memory.before);
        memory.rows.extend_from_slice(frame);
        memory.before.copy_from_slice(&frame[FRAME - BEFORE..]);
    }
    let shape = [1, 1, MEMORY];
    let input = TensorRef::from_array_view(([frames.len(), BEFORE + FRAME], memory.rows.as_slice())).map_err(failed)?;
    let hidden = TensorRef::from_array_view((shape, memory.hidden.as_slice())).map_err(failed)?;
    let cell = TensorRef::from_array_view((shape, memory.cell.as_slice())).map_err(failed)?;
    let outputs = session.run(ort::inputs!["input" => input, "h" => hidden, "c" => cell]).map_err(failed)?;
    let output = |name: &str| outputs[name].try_extract_tensor::<f32>().map(|(_, values)| values.to_vec());
    let probabilities = output("speech_probs").map_err(failed)?;
    let (hidden, cell) = (output("hn").map_err(failed)?, output("cn").map_err(failed)?);
    drop(outputs);
    (memory.hidden, memory.cell) = (hidden, cell);
    Ok(probabilities)
}
