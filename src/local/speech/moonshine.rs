//! Moonshine: English words straight from samples, an encoder and a decoder with a cache of keys and values.
//!
//! Greedy, one token after another, with a limit per second of sound and a guard against loops. Nothing here knows
//! where a recording was cut.

use std::path::{Path, PathBuf};

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use mediary_core::sound::SAMPLE_RATE_HZ;
use mediary_core::task::Certainty;
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;

use super::cache::{Cache, takes};
use super::repetition::{compression, loop_start};
use super::tokenizer;
use super::whisper::{Heard, probability};
use crate::runtime::{Runtime, run_until};

/// Where the model's files lie.
#[derive(Debug, Clone)]
pub struct MoonshineFiles {
    /// Samples in, states out (in ONNX Runtime's own format or another).
    pub encoder: PathBuf,
    /// A token in, the next one out, with a cache (the same).
    pub decoder: PathBuf,
    /// The vocabulary: as it comes with `local/moonshine`, or a `tokenizer.json`.
    pub tokenizer: PathBuf,
}

const BEGIN: i64 = 1;
const END: i64 = 2;
/// No speech has more tokens in a second.
const TOKENS_A_SECOND: f64 = 6.5;
/// What is shorter than this, two seconds, …
const SHORT_SAMPLES: usize = 2 * SAMPLE_RATE_HZ as usize;
/// … has so much silence put behind it: a word that ends with the recording is repeated without it.
const TAIL_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 2;
/// What a space is written as inside of tokens.
const SPACE: char = '\u{2581}';

#[derive(Debug)]
pub(super) struct Moonshine {
    /// What is said of it in failures: `local/moonshine`.
    name: String,
    encoder: Session,
    decoder: Session,
    vocabulary: Vec<Vec<u8>>,
    cache: Cache,
}

impl Moonshine {
    pub(super) fn load(name: &str, runtime: &Runtime, files: &MoonshineFiles, threads: usize) -> Result<Self, Failure> {
        let name = format!("local/{name}");
        let vocabulary = read_vocabulary(&files.tokenizer)?;
        let encoder = runtime.open(&files.encoder, threads)?;
        let decoder = runtime.open(&files.decoder, threads)?;
        let cache = Cache::of(&name, &decoder)?;
        Ok(Self { name, encoder, decoder, vocabulary, cache })
    }

    /// What is said in a segment.
    pub(super) fn transcribe(&mut self, samples: &[f32], cancel: &Cancel) -> Result<Option<Heard>, Failure> {
        let name = &self.name;
        let failed = |error: ort::Error| Failure::broken(format!("{name} failed: {error}"));
        let mut samples = samples.to_vec();
        if samples.len() < SHORT_SAMPLES {
            samples.resize(samples.len() + TAIL_SAMPLES, 0.0);
        }
        let count = samples.len();
        let seconds = count as f64 / f64::from(SAMPLE_RATE_HZ);
        let input = Tensor::from_array(([1, count], samples)).map_err(failed)?;
        let mut inputs: Vec<(&str, SessionInputValue<'_>)> = vec![("input_values", input.into())];
        if takes(&self.encoder, "attention_mask") {
            let mask = Tensor::from_array(([1, count], vec![1_i64; count])).map_err(failed)?;
            inputs.push(("attention_mask", mask.into()));
        }
        let states = run_until(&mut self.encoder, inputs, cancel, name, |mut encoded| {
            let states = encoded.remove("last_hidden_state");
            states.ok_or_else(|| Failure::broken(format!("the encoder of {name} gave nothing")))
        })?;
        // The decoder thins this mask as the encoder thins samples; one value stands for all frames.
        let mask = Tensor::from_array(([1, 1], vec![1_i64])).map_err(failed)?;
        let has_mask = takes(&self.decoder, "encoder_attention_mask");
        let mut cache = self.cache.empty().map_err(failed)?;

        let (mut tokens, mut logprob) = (Vec::new(), 0.0);
        let most = (seconds * TOKENS_A_SECOND).ceil() as usize + 4;
        while tokens.len() < most {
            cancel.check()?;
            let last = Tensor::from_array(([1, 1], vec![tokens.last().copied().unwrap_or(BEGIN)])).map_err(failed)?;
            let goes_on = Tensor::from_array(([1], vec![!tokens.is_empty()])).map_err(failed)?;
            let mut inputs: Vec<(&str, SessionInputValue<'_>)> = vec![
                ("input_ids", last.into()),
                ("encoder_hidden_states", (&states).into()),
                ("use_cache_branch", goes_on.into()),
            ];
            if has_mask {
                inputs.push(("encoder_attention_mask", (&mask).into()));
            }
            inputs.extend(self.cache.inputs(&cache));
            let mut outputs = self.decoder.run(inputs).map_err(failed)?;
            let (_, logits) = outputs["logits"].try_extract_tensor::<f32>().map_err(failed)?;
            let best =
                logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(END, |(token, _)| token as i64);
            logprob += probability(logits, best as usize).max(f32::MIN_POSITIVE).ln();
            cache = self.cache.after(&cache, tokens.is_empty(), |name| outputs.remove(name))?;
            if best == END {
                break;
            }
            tokens.push(best);
            if let Some(start) = loop_start(&tokens) {
                tokens.truncate(start);
                break;
            }
        }
        let text = self.text(&tokens);
        let certainty = Certainty {
            mean_logprob: Some(logprob / (tokens.len() + 1) as f32),
            no_speech: None,
            compression: Some(compression(&text)),
        };
        Ok((!text.is_empty()).then_some(Heard { text, words: Vec::new(), certainty }))
    }

    fn text(&self, tokens: &[i64]) -> String {
        let pieces = tokens.iter().filter_map(|token| self.vocabulary.get(usize::try_from(*token).ok()?));
        let plain = pieces.filter(|piece| !(piece.starts_with(b"<") && piece.ends_with(b">") && piece.len() > 2));
        let bytes: Vec<u8> = plain.flatten().copied().collect();
        String::from_utf8_lossy(&bytes).replace(SPACE, " ").trim().to_owned()
    }
}

/// Reads the vocabulary: each token with its length before it, in one byte, or in two from 128 on.
fn read_vocabulary(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let failed =
        |what: &str| Failure::broken(format!("{} cannot be used: {what}; run `mediary models pull`", path.display()));
    let file = std::fs::read(path).map_err(|error| failed(&error.to_string()))?;
    if path.extension().is_some_and(|extension| extension == "json") {
        let text = std::str::from_utf8(&file).map_err(|error| failed(&error.to_string()))?;
        let tokens = tokenizer::tokens(text).map_err(|error| failed(&error.to_string()))?;
        return Ok(tokens.iter().map(|token| bytes_of(token)).collect());
    }
    let mut rest = file.as_slice();
    let mut vocabulary = Vec::new();
    while let Some((&first, after)) = rest.split_first() {
        let (length, after) = match after.split_first() {
            Some((&second, after)) if first >= 128 => (usize::from(second) * 128 + usize::from(first) - 128, after),
            Some(_) | None => (usize::from(first), after),
        };
        let (token, after) = after.split_at_checked(length).ok_or_else(|| failed("it is cut off"))?;
        vocabulary.push(token.to_vec());
        rest = after;
    }
    Ok(vocabulary)
}

/// The bytes of a token: a single one that is written as `<0x0A>`, or its letters.
fn bytes_of(token: &str) -> Vec<u8> {
    let hex = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
    match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
        Some(byte) => vec![byte],
        None => token.as_bytes().to_vec(),
    }
}
