//! `local/kokoro`: one neural network that speaks with many voices in several languages; better to hear than Piper, and
//! about as slow as speech itself.
//!
//! Kokoro-82M: numbers of phonemes, a voice's style and a pace in, samples out. The network comes in parts, because
//! packages are smaller than it is; they are put together in memory when it is opened.

mod phonemes;
mod styles;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use mediary_core::Failure;
use mediary_core::capability::Voice;
use mediary_core::engine::{Cancel, Emit, Engine, Job};
use mediary_core::task::Task;
use ort::session::Session;
use ort::value::Tensor;

use super::delivery::Delivery;
use super::espeak_ng::EspeakNg;
use super::text::Clause;
use super::{language_of, languages, names};
use crate::runtime::{Runtime, run_until};
use styles::Styles;

/// The most phonemes of a piece.
const MOST_PHONEMES: usize = 509;

/// Where the engine's files lie.
#[derive(Debug, Clone)]
pub struct KokoroFiles {
    /// The parts of the network (ONNX), in order.
    pub model_parts: Vec<PathBuf>,
    /// The style of each voice: `af_heart.bin` and so on.
    pub styles: Vec<PathBuf>,
}

impl KokoroFiles {
    /// The voices that these files have, those for American English first.
    #[must_use]
    pub fn voices(&self) -> Vec<Voice> {
        let names = self.styles.iter().filter_map(|path| path.file_stem()?.to_str());
        let mut voices: Vec<Voice> = names.filter_map(styles::voice).collect();
        // The best of them, by the verdict of those who trained them, is the usual one.
        voices.sort_by_key(|voice| (voice.name != "af_heart", voice.name.clone()));
        voices
    }
}

/// The engine: an open network with its voices.
#[derive(Debug)]
pub struct Kokoro {
    session: Session,
    espeak: EspeakNg,
    styles: Styles,
    voices: Vec<Voice>,
}

impl Kokoro {
    /// Opens the network with a number of threads of its own.
    ///
    /// # Errors
    /// When a file is missing, damaged or not of this kind.
    pub fn load(runtime: &Runtime, espeak: EspeakNg, files: &KokoroFiles, threads: usize) -> Result<Self, Failure> {
        let session = runtime.open_parts(&files.model_parts, threads)?;
        Ok(Self { session, espeak, styles: Styles::new(files.styles.clone()), voices: files.voices() })
    }
}

impl Engine for Kokoro {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Speak(speak) = &job.task else { return Err(crate::other_task("kokoro", &job.task)) };
        let language = speak.language.as_deref().or_else(|| language_of(&speak.text));
        let voice = names::chosen("kokoro", &self.voices, speak.voice.as_deref(), language)?;
        let Some((espeak_voice, _)) = languages::usual(&voice.language) else {
            return Err(Failure::broken(format!("espeak-ng has no phonemes for the voice {}", voice.name)));
        };
        let style = self.styles.read(&voice.name)?;
        let (espeak, session) = (&self.espeak, &mut self.session);
        let delivery = Delivery { speak, language: &voice.language, rate_hz: voice.rate_hz };
        delivery.run(&job.cancel, emit, &mut |clauses| {
            let lines: Vec<&str> = clauses.iter().map(|clause| clause.words.as_str()).collect();
            let told = espeak.phonemes(espeak_voice, &lines)?;
            let mut samples = Vec::new();
            for ids in numbered(&told, clauses, &voice.language) {
                samples.extend(synthesise(session, &ids, style.of(ids.len()), speak.speed, &job.cancel)?);
            }
            Ok(samples)
        })
    }
}

/// The numbers of a piece's phonemes, in as few stretches as the network takes.
fn numbered(told: &[String], clauses: &[Clause], language: &str) -> Vec<Vec<i64>> {
    let mut stretches: Vec<Vec<i64>> = vec![Vec::new()];
    for (phonemes, clause) in told.iter().zip(clauses) {
        let mut ids = phonemes::ids(phonemes, clause.mark, language);
        ids.truncate(MOST_PHONEMES);
        match stretches.last_mut() {
            Some(last) if last.len() + ids.len() <= MOST_PHONEMES => last.extend(ids),
            Some(_) | None => stretches.push(ids),
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches
}

/// The samples of a stretch; a run takes seconds, and ends early when it is cancelled.
fn synthesise(
    session: &mut Session,
    ids: &[i64],
    style: Vec<f32>,
    speed: f64,
    cancel: &Cancel,
) -> Result<Vec<f32>, Failure> {
    let failed = |error: ort::Error| Failure::broken(format!("local/kokoro failed: {error}"));
    // A zero marks begin and end.
    let tokens: Vec<i64> = std::iter::once(0).chain(ids.iter().copied()).chain([0]).collect();
    let tokens = Tensor::from_array(([1, tokens.len()], tokens)).map_err(failed)?;
    let style = Tensor::from_array(([1, style.len()], style)).map_err(failed)?;
    let speed = Tensor::from_array(([1], vec![speed as f32])).map_err(failed)?;
    let inputs = ort::inputs!["tokens" => tokens, "style" => style, "speed" => speed];
    run_until(session, inputs, cancel, "local/kokoro", |outputs| {
        let (_, samples) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        Ok(samples.to_vec())
    })
}
