//! The two networks: what is heard of a segment, and the scores of the token that comes next.
//!
//! Nothing here knows what tokens mean or which of them is taken.

use std::rc::Rc;

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use ort::memory::Allocator;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};

use super::mel::{BANDS, Mel};
use super::model::WhisperFiles;
use crate::runtime::{Runtime, run_until};

const NAME: &str = "local/whisper-base";
/// Of attention, in each layer.
pub(super) const HEADS: usize = 8;
const WIDTH: usize = 64;
const LAYERS: usize = 6;

/// The encoder with its front end, and the decoder.
#[derive(Debug)]
pub(super) struct Networks {
    mel: Mel,
    encoder: Session,
    decoder: Session,
    /// The names of what the encoder gives and the decoder takes.
    cross: Vec<String>,
    /// The names of the cache's inputs and of the outputs that replace them.
    cache: Vec<(String, String)>,
}

/// What was heard of a segment.
pub(super) struct Encoded(Vec<DynValue>);

/// A decoder in the middle of a segment.
pub(super) struct Decoding {
    /// Shared with those that have come the same way so far.
    cache: Rc<Vec<DynValue>>,
    place: i64,
    /// Of each token that may come next.
    pub(super) scores: Vec<f32>,
    /// For each token that was given in, how much each head attends to each frame.
    pub(super) attention: Vec<Rc<[f32]>>,
}

impl Decoding {
    /// Another one from the same place, which is given its own next token.
    pub(super) fn branch(&self) -> Self {
        Self { cache: self.cache.clone(), place: self.place, scores: Vec::new(), attention: self.attention.clone() }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn failed(error: ort::Error) -> Failure {
    Failure::broken(format!("{NAME} failed: {error}"))
}

impl Networks {
    pub(super) fn load(runtime: &Runtime, files: &WhisperFiles, threads: usize) -> Result<Self, Failure> {
        let parts: Vec<String> =
            (0..LAYERS).flat_map(|layer| ["key", "value"].map(|what| format!("{layer}.{what}"))).collect();
        Ok(Self {
            mel: Mel::new(),
            encoder: runtime.open(&files.encoder, threads)?,
            decoder: runtime.open(&files.decoder, threads)?,
            cross: parts.iter().map(|part| format!("cross.{part}")).collect(),
            cache: parts.iter().map(|part| (format!("past.{part}"), format!("present.{part}"))).collect(),
        })
    }

    /// Hears samples; a run takes up to a second, and ends early when it is cancelled.
    pub(super) fn encode(&mut self, samples: &[f32], cancel: &Cancel) -> Result<Encoded, Failure> {
        let (values, columns) = self.mel.spectrogram(samples);
        let input = Tensor::from_array(([1, BANDS, columns], values)).map_err(failed)?;
        let cross = &self.cross;
        run_until(&mut self.encoder, ort::inputs!["mel" => input], cancel, NAME, |mut outputs| {
            let given = |name: &String| {
                outputs.remove(name).ok_or_else(|| Failure::broken(format!("the encoder of {NAME} gave nothing")))
            };
            Ok(Encoded(cross.iter().map(given).collect::<Result<_, _>>()?))
        })
    }

    /// A decoder that is about to begin.
    pub(super) fn begin(&self) -> Result<Decoding, Failure> {
        let empty = |_| Tensor::<f32>::new(&Allocator::default(), [1, HEADS, 0, WIDTH]).map(Tensor::into_dyn);
        let cache = self.cache.iter().map(empty).collect::<Result<_, _>>().map_err(failed)?;
        Ok(Decoding { cache: Rc::new(cache), place: 0, scores: Vec::new(), attention: Vec::new() })
    }

    /// Gives the decoder its next token.
    pub(super) fn step(&mut self, heard: &Encoded, decoding: &mut Decoding, token: i64) -> Result<(), Failure> {
        let input = Tensor::from_array(([1, 1], vec![token])).map_err(failed)?;
        let place = Tensor::from_array(([1], vec![decoding.place])).map_err(failed)?;
        let mut inputs: Vec<(&str, SessionInputValue<'_>)> = vec![("token", input.into()), ("place", place.into())];
        inputs.extend(self.cross.iter().zip(&heard.0).map(|(name, value)| (name.as_str(), value.into())));
        inputs.extend(
            self.cache.iter().zip(decoding.cache.iter()).map(|((name, _), value)| (name.as_str(), value.into())),
        );
        let mut outputs = self.decoder.run(inputs).map_err(failed)?;
        let (_, scores) = outputs["scores"].try_extract_tensor::<f32>().map_err(failed)?;
        decoding.scores.clear();
        decoding.scores.extend_from_slice(scores);
        let (_, attention) = outputs["alignment"].try_extract_tensor::<f32>().map_err(failed)?;
        decoding.attention.push(attention.into());
        let given = |(_, name): &(String, String)| {
            outputs.remove(name).ok_or_else(|| Failure::broken(format!("the decoder of {NAME} gave no cache")))
        };
        decoding.cache = Rc::new(self.cache.iter().map(given).collect::<Result<_, _>>()?);
        decoding.place += 1;
        Ok(())
    }
}
