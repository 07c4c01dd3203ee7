//! The model: a segment's samples in, its language and its words out, with a guard against loops.
//!
//! It knows what its tokens mean, and nothing of where a recording was cut; the engine next door calls it.

use std::path::PathBuf;

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use mediary_core::sound::SAMPLE_RATE_HZ;
use mediary_core::task::{Certainty, SpokenWord};

use super::super::repetition::compression;
use super::choice::{Choice, probability};
use super::decoder::{Decoding, Encoded, HEADS, Networks};
use super::search::{Bounds, Found, search};
use super::times;
use super::vocabulary::Vocabulary;
use crate::runtime::Runtime;

/// Where the model's files lie.
#[derive(Debug, Clone)]
pub struct WhisperFiles {
    /// The graphs that [`crate::graph`] writes, or those that are published for ONNX Runtime.
    pub encoder: PathBuf,
    /// The same; of those that are published the merged one.
    pub decoder: PathBuf,
    /// The vocabulary: a line per token, or a `tokenizer.json`.
    pub vocabulary: PathBuf,
    /// Which tokens are suppressed: `config.json`, or `generation_config.json`.
    pub config: PathBuf,
}

/// Samples in a second.
const SECOND: usize = SAMPLE_RATE_HZ as usize;
/// The most samples that are encoded: 30 s.
const WHOLE: usize = 30 * SECOND;
/// Lengths are multiples of this, so that there are few.
const STEP: usize = SECOND / 2;
/// The most tokens of a segment.
const MOST_TOKENS: usize = 224;
/// The most tokens of a prompt, of which the last count: what a model was trained with.
const MOST_PROMPT: usize = 223;
/// No speech has more tokens in a second, in any language.
const TOKENS_A_SECOND: usize = 14;
/// From this probability of no speech on, doubtful words are not believed, …
const NO_SPEECH: f32 = 0.6;
/// … which are those whose logarithm of the probability is below this in the mean.
const DOUBTFUL: f32 = -1.0;
/// Below this mean logarithm, several ways are tried side by side, …
const UNSURE: f32 = -0.2;
/// … which are so many.
const WAYS: usize = 5;
/// Words that can be compressed so far repeat themselves.
const REPETITIVE: f32 = 2.4;

/// What was said in a segment.
#[derive(Debug)]
pub(in super::super) struct Heard {
    pub(in super::super) text: String,
    pub(in super::super) words: Vec<SpokenWord>,
    pub(in super::super) certainty: Certainty,
}

/// How a segment is to be written down.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) language: &'a str,
    pub(in super::super) into_english: bool,
    pub(in super::super) words: bool,
    /// What was said before, or names that may occur.
    pub(in super::super) prompt: Option<&'a str>,
    /// How freely words are drawn; 0: the likeliest is taken.
    pub(in super::super) temperature: f64,
}

/// A segment that was listened to, and not yet written down.
pub(in super::super) struct Listened {
    encoded: Encoded,
    /// Behind the token that begins a transcript.
    begun: Decoding,
}

/// The language that is spoken.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Guess {
    /// The likeliest one's code.
    pub(in super::super) language: String,
    /// How likely that is, 0 to 1.
    pub(in super::super) sureness: f32,
    /// How likely it is English.
    pub(in super::super) english: f32,
}

#[derive(Debug)]
pub(in super::super) struct Whisper {
    networks: Networks,
    vocabulary: Vocabulary,
}

/// One way to write a segment down.
struct Attempt {
    found: Found,
    text: String,
    compression: f32,
}

impl Attempt {
    /// Whether its words are hardly to be believed.
    fn is_doubtful(&self) -> bool {
        self.found.looped || self.compression > REPETITIVE || self.found.mean_logprob < DOUBTFUL
    }

    /// Whether it is to be believed rather than another.
    fn beats(&self, other: &Self) -> bool {
        match (self.is_doubtful(), other.is_doubtful()) {
            (false, true) => true,
            (true, false) => false,
            _ if self.found.looped != other.found.looped => other.found.looped,
            (true, true) | (false, false) => self.found.mean_logprob > other.found.mean_logprob,
        }
    }
}

impl Whisper {
    pub(in super::super) fn load(
        name: &str,
        runtime: &Runtime,
        files: &WhisperFiles,
        threads: usize,
    ) -> Result<Self, Failure> {
        let vocabulary = Vocabulary::read(&files.vocabulary, &files.config)?;
        Ok(Self { networks: Networks::load(name, runtime, files, threads)?, vocabulary })
    }

    /// Whether it knows a language.
    pub(in super::super) fn knows(&self, code: &str) -> bool {
        match self.vocabulary.is_multilingual {
            true => self.vocabulary.language(code).is_some(),
            false => code == "en",
        }
    }

    /// Listens to a segment of at most 30 seconds, with a second of silence behind it.
    pub(in super::super) fn listen(&mut self, samples: &[f32], cancel: &Cancel) -> Result<Listened, Failure> {
        self.listen_for((samples.len() + SECOND).next_multiple_of(STEP), samples, cancel)
    }

    fn listen_for(&mut self, length: usize, samples: &[f32], cancel: &Cancel) -> Result<Listened, Failure> {
        let mut padded = samples.to_vec();
        let length = if self.networks.takes_only_whole() { WHOLE } else { length.min(WHOLE) };
        padded.resize(length, 0.0);
        let encoded = self.networks.encode(&padded, cancel)?;
        let mut begun = self.networks.begin()?;
        self.networks.step(&encoded, &mut begun, self.vocabulary.begin)?;
        Ok(Listened { encoded, begun })
    }

    /// The language that is spoken in a segment.
    pub(in super::super) fn language(&self, listened: &Listened) -> Guess {
        if !self.vocabulary.is_multilingual {
            return Guess { language: "en".to_owned(), sureness: 1.0, english: 1.0 };
        }
        let score = |token: i64| listened.begun.scores.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let largest = self.vocabulary.languages().map(|(token, _)| score(token)).fold(f32::NEG_INFINITY, f32::max);
        let weight = |token: i64| (score(token) - largest).exp();
        let sum: f32 = self.vocabulary.languages().map(|(token, _)| weight(token)).sum();
        let best = self.vocabulary.languages().max_by(|a, b| score(a.0).total_cmp(&score(b.0)));
        let english = self.vocabulary.language("en").map_or(0.0, weight) / sum;
        Guess { language: best.map_or_else(String::new, |(_, code)| code.to_owned()), sureness: 1.0 / sum, english }
    }

    /// What is said in a segment that was listened to; `None` when it is no speech.
    pub(in super::super) fn transcribe(
        &mut self,
        listened: &Listened,
        samples: &[f32],
        wanted: &Wanted<'_>,
        cancel: &Cancel,
    ) -> Result<Option<Heard>, Failure> {
        let samples = &samples[..samples.len().min(WHOLE)];
        let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
        let no_speech = probability(&listened.begun.scores, self.vocabulary.no_speech as usize);
        let most = MOST_TOKENS.min(8 + samples.len() * TOKENS_A_SECOND / SECOND);
        let mut best = self.attempt(listened, wanted, Bounds { ways: 1, tokens: most }, cancel)?;
        if no_speech > NO_SPEECH && best.found.mean_logprob < DOUBTFUL {
            return Ok(None);
        }
        if best.found.mean_logprob < UNSURE && !best.found.looped && wanted.temperature <= 0.0 {
            let wider = self.attempt(listened, wanted, Bounds { ways: WAYS, tokens: most }, cancel)?;
            if wider.beats(&best) {
                best = wider;
            }
        }
        if best.is_doubtful() {
            let listened = self.listen_for(WHOLE, samples, cancel)?;
            let again = self.attempt(&listened, wanted, Bounds { ways: 1, tokens: most }, cancel)?;
            if again.beats(&best) {
                best = again;
            }
        }
        if best.text.is_empty() {
            return Ok(None);
        }
        let words = if wanted.words {
            times::words(&self.vocabulary, &best.found.tokens, &best.found.attention, HEADS, seconds)
        } else {
            Vec::new()
        };
        let certainty = Certainty {
            mean_logprob: Some(best.found.mean_logprob),
            no_speech: Some(no_speech),
            compression: Some(best.compression),
        };
        Ok(Some(Heard { text: best.text, words, certainty }))
    }

    fn attempt(
        &mut self,
        listened: &Listened,
        wanted: &Wanted<'_>,
        bounds: Bounds,
        cancel: &Cancel,
    ) -> Result<Attempt, Failure> {
        let Listened { encoded, begun } = listened;
        let Vocabulary { begin, translate, transcribe, no_times, previous, .. } = self.vocabulary;
        let language = self.vocabulary.language(wanted.language).unwrap_or(begin + 1);
        let task = if wanted.into_english { translate } else { transcribe };
        let said_before = wanted.prompt.map(|prompt| self.vocabulary.tokens_of(prompt)).unwrap_or_default();
        let mut decoding = begun.branch();
        let mut lead_in = match self.vocabulary.is_multilingual {
            true => vec![language, task, no_times],
            false => vec![no_times],
        };
        if !said_before.is_empty() {
            decoding = self.networks.begin()?;
            let last = &said_before[said_before.len().saturating_sub(MOST_PROMPT)..];
            lead_in = [&[previous], last, &[begin], &lead_in].concat();
        }
        for token in lead_in {
            cancel.check()?;
            self.networks.step(encoded, &mut decoding, token)?;
        }
        let mut choice = Choice::new(&self.vocabulary, wanted.temperature);
        let found = search(&mut self.networks, encoded, decoding, &mut choice, bounds, cancel)?;
        let text = self.vocabulary.text(&found.tokens).trim().to_owned();
        Ok(Attempt { found, compression: compression(&text), text })
    }
}
