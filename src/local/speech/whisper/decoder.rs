//! The two networks: what is heard of a segment, and the scores of the token that comes next. Either those that
//! [`crate::graph`] writes, or those that are published for ONNX Runtime.
//!
//! Nothing here knows what tokens mean or which of them is taken.

use std::rc::Rc;

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use ort::memory::Allocator;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};

use super::super::cache::{Cache, Values, fixed, other_form};
use super::mel::Mel;
use super::model::WhisperFiles;
use crate::runtime::{Runtime, run_until};

/// Of attention, in each layer.
pub(super) const HEADS: usize = 8;
const WIDTH: usize = 64;
const LAYERS: usize = 6;
const BANDS: usize = 80;
/// What an encoder that was published takes, …
const SOUND: &str = "input_features";
/// … and gives.
const HEARD: &str = "last_hidden_state";

/// The encoder with its front end, and the decoder.
#[derive(Debug)]
pub(super) struct Networks {
    /// What is said of them in failures: `local/whisper-base`.
    name: String,
    mel: Mel,
    encoder: Session,
    decoder: Session,
    form: Form,
}

/// What the two hand to each other, and to themselves.
#[derive(Debug)]
enum Form {
    Own {
        /// The names of what the encoder gives and the decoder takes.
        cross: Vec<String>,
        /// The names of the cache's inputs and of the outputs that replace them.
        cache: Vec<(String, String)>,
    },
    /// An encoder of 30 seconds, and a decoder that makes its cache of what was heard in its first step.
    Published(Cache),
}

/// What was heard of a segment.
pub(super) struct Encoded(Vec<DynValue>);

/// A decoder in the middle of a segment.
pub(super) struct Decoding {
    /// Shared with those that have come the same way so far.
    cache: Rc<Values>,
    place: i64,
    /// Of each token that may come next.
    pub(super) scores: Vec<f32>,
    /// For each token that was given in, how much each head attends to each frame; nothing where that is not told.
    pub(super) attention: Vec<Rc<[f32]>>,
}

impl Decoding {
    /// Another one from the same place, which is given its own next token.
    pub(super) fn branch(&self) -> Self {
        Self { cache: self.cache.clone(), place: self.place, scores: Vec::new(), attention: self.attention.clone() }
    }
}

impl Networks {
    pub(super) fn load(name: &str, runtime: &Runtime, files: &WhisperFiles, threads: usize) -> Result<Self, Failure> {
        let name = format!("local/{name}");
        let (encoder, decoder) = (runtime.open(&files.encoder, threads)?, runtime.open(&files.decoder, threads)?);
        let sound = encoder.inputs().iter().find(|input| input.name() == SOUND);
        let (form, bands) = match sound {
            Some(sound) => {
                let bands = fixed(sound.dtype(), 1).ok_or_else(|| other_form(&name))?;
                (Form::Published(Cache::of(&name, &decoder)?), bands)
            }
            None => {
                let parts: Vec<String> =
                    (0..LAYERS).flat_map(|layer| ["key", "value"].map(|what| format!("{layer}.{what}"))).collect();
                let cross = parts.iter().map(|part| format!("cross.{part}")).collect();
                let cache = parts.iter().map(|part| (format!("past.{part}"), format!("present.{part}"))).collect();
                (Form::Own { cross, cache }, BANDS)
            }
        };
        Ok(Self { name, mel: Mel::of(bands), encoder, decoder, form })
    }

    /// Whether the encoder takes 30 seconds and nothing else.
    pub(super) fn takes_only_whole(&self) -> bool {
        matches!(self.form, Form::Published(_))
    }

    /// Hears samples; a run takes up to a second, and ends early when it is cancelled.
    pub(super) fn encode(&mut self, samples: &[f32], cancel: &Cancel) -> Result<Encoded, Failure> {
        let (values, columns) = self.mel.spectrogram(samples);
        let name = &self.name;
        let failed = failed(name);
        let input = Tensor::from_array(([1, self.mel.bands(), columns], values)).map_err(&failed)?;
        let (takes, gives): (&str, Vec<&str>) = match &self.form {
            Form::Own { cross, .. } => ("mel", cross.iter().map(String::as_str).collect()),
            Form::Published(_) => (SOUND, vec![HEARD]),
        };
        run_until(&mut self.encoder, ort::inputs![takes => input], cancel, name, |mut outputs| {
            let given = |wanted: &&str| {
                outputs.remove(*wanted).ok_or_else(|| Failure::broken(format!("the encoder of {name} gave nothing")))
            };
            Ok(Encoded(gives.iter().map(given).collect::<Result<_, _>>()?))
        })
    }

    /// A decoder that is about to begin.
    pub(super) fn begin(&self) -> Result<Decoding, Failure> {
        let empty = || {
            let tensor = Tensor::<f32>::new(&Allocator::default(), [1, HEADS, 0, WIDTH]);
            tensor.map(|tensor| Rc::new(tensor.into_dyn()))
        };
        let cache = match &self.form {
            Form::Own { cache, .. } => cache.iter().map(|_| empty()).collect(),
            Form::Published(cache) => cache.empty(),
        };
        let cache = cache.map_err(failed(&self.name))?;
        Ok(Decoding { cache: Rc::new(cache), place: 0, scores: Vec::new(), attention: Vec::new() })
    }

    /// Gives the decoder its next token.
    pub(super) fn step(&mut self, heard: &Encoded, decoding: &mut Decoding, token: i64) -> Result<(), Failure> {
        let failed = failed(&self.name);
        let input = Tensor::from_array(([1, 1], vec![token])).map_err(&failed)?;
        let gave_none = || Failure::broken("a decoder gave no cache");
        match &self.form {
            Form::Own { cross, cache } => {
                let place = Tensor::from_array(([1], vec![decoding.place])).map_err(&failed)?;
                let mut inputs: Vec<(&str, SessionInputValue<'_>)> =
                    vec![("token", input.into()), ("place", place.into())];
                inputs.extend(cross.iter().zip(&heard.0).map(|(name, value)| (name.as_str(), value.into())));
                let so_far = cache.iter().zip(decoding.cache.iter());
                inputs.extend(so_far.map(|((name, _), value)| (name.as_str(), (&**value).into())));
                let mut outputs = self.decoder.run(inputs).map_err(&failed)?;
                let (_, scores) = outputs["scores"].try_extract_tensor::<f32>().map_err(&failed)?;
                decoding.scores = scores.to_vec();
                let (_, attention) = outputs["alignment"].try_extract_tensor::<f32>().map_err(&failed)?;
                decoding.attention.push(attention.into());
                let given = |(_, name): &(String, String)| outputs.remove(name).map(Rc::new).ok_or_else(gave_none);
                decoding.cache = Rc::new(cache.iter().map(given).collect::<Result<_, _>>()?);
            }
            Form::Published(cache) => {
                let is_first = decoding.place == 0;
                let goes_on = Tensor::from_array(([1], vec![!is_first])).map_err(&failed)?;
                let mut inputs: Vec<(&str, SessionInputValue<'_>)> =
                    vec![("input_ids", input.into()), ("use_cache_branch", goes_on.into())];
                inputs.extend(heard.0.iter().map(|heard| ("encoder_hidden_states", heard.into())));
                inputs.extend(cache.inputs(&decoding.cache));
                let mut outputs = self.decoder.run(inputs).map_err(&failed)?;
                let (_, scores) = outputs["logits"].try_extract_tensor::<f32>().map_err(&failed)?;
                decoding.scores = scores.to_vec();
                decoding.attention.push(Rc::from([]));
                let after = cache.after(&decoding.cache, is_first, |name| outputs.remove(name))?;
                decoding.cache = Rc::new(after);
            }
        }
        decoding.place += 1;
        Ok(())
    }
}

/// What is said where a network cannot be run.
fn failed(name: &str) -> impl Fn(ort::Error) -> Failure {
    move |error| Failure::broken(format!("{name} failed: {error}"))
}
