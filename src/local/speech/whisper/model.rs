//! The model: a segment's samples in, its words out, greedily, with a guard against loops.
//!
//! It knows what its tokens mean, and nothing of where a recording was cut; the engine next door calls it.

use std::path::PathBuf;

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use mediary_core::sound::SAMPLE_RATE_HZ;
use mediary_core::task::SpokenWord;
use ort::memory::Allocator;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};

use super::super::repetition::loop_start;
use super::mel::{BANDS, Mel};
use super::times;
use super::vocabulary::Vocabulary;
use crate::runtime::Runtime;

/// Where the model's files lie.
#[derive(Debug, Clone)]
pub struct WhisperFiles {
    /// The graphs that [`crate::graph`] writes.
    pub encoder: PathBuf,
    /// The same.
    pub decoder: PathBuf,
    /// The vocabulary: a line per token.
    pub vocabulary: PathBuf,
    /// Which tokens are suppressed: `config.json`.
    pub config: PathBuf,
}

/// Samples in a second.
const SECOND: usize = SAMPLE_RATE_HZ as usize;
/// The most samples that are encoded: 30 s.
const WHOLE: usize = 30 * SECOND;
/// Lengths are multiples of this, so that there are few.
const STEP: usize = SECOND / 2;
/// So much is heard to tell the language.
const FIRST: usize = 10 * SECOND;
/// The most tokens of a segment.
const MOST_TOKENS: usize = 224;
/// No speech has more tokens in a second, in any language.
const TOKENS_A_SECOND: usize = 14;
const HEADS: usize = 8;
const WIDTH: usize = 64;
const LAYERS: usize = 6;
/// From this probability of no speech on, doubtful words are not believed, …
const NO_SPEECH: f32 = 0.6;
/// … which are those whose logarithm of the probability is below this in the mean.
const DOUBTFUL: f32 = -1.0;

/// What was heard in a segment.
#[derive(Debug)]
pub(in super::super) struct Heard {
    pub(in super::super) text: String,
    pub(in super::super) words: Vec<SpokenWord>,
    /// As in [`mediary_core::task::Certainty`].
    pub(in super::super) mean_logprob: Option<f32>,
    pub(in super::super) no_speech: Option<f32>,
}

/// How a segment is to be written down.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) language: &'a str,
    pub(in super::super) into_english: bool,
    pub(in super::super) words: bool,
}

#[derive(Debug)]
pub(in super::super) struct Whisper {
    encoder: Session,
    decoder: Session,
    mel: Mel,
    vocabulary: Vocabulary,
    /// The names of what the encoder gives and the decoder takes.
    cross: Vec<String>,
    /// The names of the cache's inputs and of the outputs that replace them.
    cache: Vec<(String, String)>,
}

/// A decoder in the middle of a segment.
struct Decoding {
    cross: Vec<DynValue>,
    cache: Vec<DynValue>,
    place: i64,
    scores: Vec<f32>,
    /// For each token that was given in, how much each head attends to each frame.
    attention: Vec<Vec<f32>>,
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn failed(error: ort::Error) -> Failure {
    Failure::broken(format!("local/whisper-base failed: {error}"))
}

impl Whisper {
    pub(in super::super) fn load(runtime: &Runtime, files: &WhisperFiles, threads: usize) -> Result<Self, Failure> {
        let parts: Vec<String> =
            (0..LAYERS).flat_map(|layer| ["key", "value"].map(|what| format!("{layer}.{what}"))).collect();
        Ok(Self {
            encoder: runtime.open(&files.encoder, threads)?,
            decoder: runtime.open(&files.decoder, threads)?,
            mel: Mel::new(),
            vocabulary: Vocabulary::read(&files.vocabulary, &files.config)?,
            cross: parts.iter().map(|part| format!("cross.{part}")).collect(),
            cache: parts.iter().map(|part| (format!("past.{part}"), format!("present.{part}"))).collect(),
        })
    }

    /// Whether it knows a language.
    pub(in super::super) fn knows(&self, code: &str) -> bool {
        self.vocabulary.language(code).is_some()
    }

    /// The language that is spoken in a segment, and how sure that is.
    pub(in super::super) fn language(&mut self, samples: &[f32], cancel: &Cancel) -> Result<(String, f32), Failure> {
        let mut decoding = self.encoded(&samples[..samples.len().min(FIRST)], false)?;
        cancel.check()?;
        self.step(&mut decoding, self.vocabulary.begin)?;
        let languages: Vec<(i64, String)> =
            self.vocabulary.languages().map(|(token, code)| (token, code.to_owned())).collect();
        let scores = &decoding.scores;
        let score = |token: i64| scores.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let largest = languages.iter().map(|(token, _)| score(*token)).fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = languages.iter().map(|(token, _)| (score(*token) - largest).exp()).sum();
        let best = languages.iter().max_by(|a, b| score(a.0).total_cmp(&score(b.0)));
        Ok((best.map_or_else(String::new, |(_, code)| code.clone()), 1.0 / sum))
    }

    /// What is said in a segment of at most 30 seconds; `None` when it is no speech.
    pub(in super::super) fn transcribe(
        &mut self,
        samples: &[f32],
        wanted: &Wanted<'_>,
        cancel: &Cancel,
    ) -> Result<Option<Heard>, Failure> {
        let (heard, looped) = self.attempt(samples, wanted, false, cancel)?;
        if !looped {
            return Ok(heard);
        }
        Ok(self.attempt(samples, wanted, true, cancel)?.0)
    }

    /// What is said, and whether the decoder fell into a loop.
    fn attempt(
        &mut self,
        samples: &[f32],
        wanted: &Wanted<'_>,
        whole: bool,
        cancel: &Cancel,
    ) -> Result<(Option<Heard>, bool), Failure> {
        let samples = &samples[..samples.len().min(WHOLE)];
        cancel.check()?;
        let mut decoding = self.encoded(samples, whole)?;
        let Vocabulary { begin, translate, transcribe, no_times, no_speech, end, .. } = self.vocabulary;
        let language = self.vocabulary.language(wanted.language).unwrap_or(begin + 1);
        let task = if wanted.into_english { translate } else { transcribe };
        self.step(&mut decoding, begin)?;
        let no_speech = probability(&decoding.scores, no_speech as usize);
        for token in [language, task, no_times] {
            cancel.check()?;
            self.step(&mut decoding, token)?;
        }
        let prompt = decoding.attention.len();
        let most = MOST_TOKENS.min(8 + samples.len() * TOKENS_A_SECOND / SECOND);
        let (mut tokens, mut logprob, mut looped) = (Vec::new(), 0.0, false);
        loop {
            cancel.check()?;
            let token = self.best(&decoding.scores, tokens.is_empty());
            logprob += probability(&decoding.scores, token as usize).max(f32::MIN_POSITIVE).ln();
            if token == end {
                break;
            }
            tokens.push(token);
            if let Some(start) = loop_start(&tokens) {
                tokens.truncate(start);
                looped = true;
                break;
            }
            if tokens.len() >= most {
                looped = true;
                break;
            }
            self.step(&mut decoding, token)?;
        }
        let mean_logprob = logprob / (tokens.len() + 1) as f32;
        if no_speech > NO_SPEECH && mean_logprob < DOUBTFUL {
            return Ok((None, false));
        }
        let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
        let words = if wanted.words {
            times::words(&self.vocabulary, &tokens, &decoding.attention[prompt - 1..], HEADS, seconds)
        } else {
            Vec::new()
        };
        let text = self.vocabulary.text(&tokens).trim().to_owned();
        let heard = (!text.is_empty()).then_some(Heard {
            text,
            words,
            mean_logprob: Some(mean_logprob),
            no_speech: Some(no_speech),
        });
        Ok((heard, looped))
    }

    /// A decoder that is about to begin with a segment.
    fn encoded(&mut self, samples: &[f32], whole: bool) -> Result<Decoding, Failure> {
        let length = if whole { WHOLE } else { ((samples.len() + SECOND).div_ceil(STEP) * STEP).min(WHOLE) };
        let mut padded = samples.to_vec();
        padded.resize(length, 0.0);
        let (values, columns) = self.mel.spectrogram(&padded);
        let input = Tensor::from_array(([1, BANDS, columns], values)).map_err(failed)?;
        let mut outputs = self.encoder.run(ort::inputs!["mel" => input]).map_err(failed)?;
        let given = |name: &String| {
            outputs.remove(name).ok_or_else(|| Failure::broken("the encoder of local/whisper-base gave nothing"))
        };
        let cross = self.cross.iter().map(given).collect::<Result<_, _>>()?;
        let empty = |_| Tensor::<f32>::new(&Allocator::default(), [1, HEADS, 0, WIDTH]).map(Tensor::into_dyn);
        let cache = (0..self.cache.len()).map(empty).collect::<Result<_, _>>().map_err(failed)?;
        Ok(Decoding { cross, cache, place: 0, scores: Vec::new(), attention: Vec::new() })
    }

    /// Gives the decoder its next token.
    fn step(&mut self, decoding: &mut Decoding, token: i64) -> Result<(), Failure> {
        let input = Tensor::from_array(([1, 1], vec![token])).map_err(failed)?;
        let place = Tensor::from_array(([1], vec![decoding.place])).map_err(failed)?;
        let mut inputs: Vec<(&str, SessionInputValue<'_>)> = vec![("token", input.into()), ("place", place.into())];
        inputs.extend(self.cross.iter().zip(&decoding.cross).map(|(name, value)| (name.as_str(), value.into())));
        inputs.extend(self.cache.iter().zip(&decoding.cache).map(|((name, _), value)| (name.as_str(), value.into())));
        let mut outputs = self.decoder.run(inputs).map_err(failed)?;
        let (_, scores) = outputs["scores"].try_extract_tensor::<f32>().map_err(failed)?;
        decoding.scores.clear();
        decoding.scores.extend_from_slice(scores);
        let (_, attention) = outputs["alignment"].try_extract_tensor::<f32>().map_err(failed)?;
        decoding.attention.push(attention.to_vec());
        for ((_, name), value) in self.cache.iter().zip(&mut decoding.cache) {
            *value = outputs
                .remove(name)
                .ok_or_else(|| Failure::broken("the decoder of local/whisper-base gave no cache"))?;
        }
        decoding.place += 1;
        Ok(())
    }

    /// The most likely token that may come next.
    fn best(&self, scores: &[f32], is_first: bool) -> i64 {
        let Vocabulary { end, suppressed, suppressed_first, .. } = &self.vocabulary;
        // Text and the end; none of the special tokens behind it.
        let spoken = scores.iter().take(*end as usize + 1).enumerate();
        let barred =
            |token: &usize| suppressed.binary_search(token).is_ok() || (is_first && suppressed_first.contains(token));
        let mut best = (*end, f32::NEG_INFINITY);
        for (token, score) in spoken {
            if *score > best.1 && !barred(&token) {
                best = (token as i64, *score);
            }
        }
        best.0
    }
}

fn probability(scores: &[f32], token: usize) -> f32 {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - largest).exp()).sum();
    scores.get(token).map_or(0.0, |score| (score - largest).exp() / sum)
}
