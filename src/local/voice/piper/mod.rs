//! `local/piper`: neural voices, one file each, that speak several times faster than one listens.
//!
//! A voice is a VITS network as Piper publishes them: numbers of phonemes in, samples out. Its file of settings
//! (`.onnx.json`) says which language it speaks and which number each phoneme has. Voices are opened when they are first
//! asked for; the last few stay open.

mod settings;

use std::path::{Path, PathBuf};

use mediary_core::Failure;
use mediary_core::capability::Voice;
use mediary_core::engine::{Cancel, Emit, Engine, Job};
use mediary_core::task::Task;
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;

use super::delivery::Delivery;
use super::espeak_ng::EspeakNg;
use super::text::Clause;
use super::{language_of, names};
use crate::runtime::{Runtime, run_until};
use settings::Settings;

/// So many voices stay open, of 60 MB each.
const MOST_OPEN: usize = 3;

/// A voice's files, and what they say of it.
#[derive(Debug, Clone)]
pub struct PiperVoice {
    /// What it is called and how it sounds.
    pub voice: Voice,
    model: PathBuf,
    settings: Settings,
}

impl PiperVoice {
    /// Reads the settings beside a voice's model, `….onnx.json`. The name is the one it is asked for by.
    ///
    /// # Errors
    /// When they are missing, or of another kind of voice.
    pub fn read(name: &str, model: &Path) -> Result<Self, Failure> {
        let settings = Settings::read(&model.with_added_extension("json"))?;
        let voice = settings.voice(name);
        Ok(Self { voice, model: model.to_owned(), settings })
    }
}

/// The engine: its voices, and those of them that are open.
#[derive(Debug)]
pub struct Piper {
    runtime: Runtime,
    espeak: EspeakNg,
    threads: usize,
    voices: Vec<PiperVoice>,
    names: Vec<Voice>,
    /// By their place in `voices`, the last used last.
    open: Vec<(usize, Session)>,
}

impl Piper {
    /// An engine with these voices, the usual one first. Nothing is opened yet.
    #[must_use]
    pub fn new(runtime: &Runtime, espeak: EspeakNg, voices: Vec<PiperVoice>, threads: usize) -> Self {
        let names = voices.iter().map(|voice| voice.voice.clone()).collect();
        Self { runtime: runtime.clone(), espeak, threads, voices, names, open: Vec::new() }
    }

    /// The open session of a voice.
    fn session(&mut self, place: usize) -> Result<&mut Session, Failure> {
        let entry = match self.open.iter().position(|(open, _)| *open == place) {
            Some(at) => self.open.remove(at),
            None => {
                if self.open.len() >= MOST_OPEN {
                    self.open.remove(0);
                }
                (place, self.runtime.open(&self.voices[place].model, self.threads)?)
            }
        };
        self.open.push(entry);
        self.open.last_mut().map(|(_, session)| session).ok_or_else(|| Failure::broken("a voice of Piper was lost"))
    }
}

impl Engine for Piper {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Speak(speak) = &job.task else { return Err(crate::other_task("piper", &job.task)) };
        let detected = speak.language.as_deref().or_else(|| language_of(&speak.text));
        let chosen = names::chosen("piper", &self.names, speak.voice.as_deref(), detected)?;
        let place = self.names.iter().position(|voice| voice == chosen).unwrap_or_default();
        let PiperVoice { voice, settings, .. } = self.voices[place].clone();
        let espeak = self.espeak.clone();
        let session = self.session(place)?;
        let delivery = Delivery { speak, language: &voice.language, rate_hz: voice.rate_hz };
        delivery.run(&job.cancel, emit, &mut |clauses| {
            let ids = phoneme_ids(&espeak, &settings, clauses)?;
            synthesise(session, &settings, &ids, speak.speed, &job.cancel)
        })
    }
}

/// The numbers of a piece's phonemes.
fn phoneme_ids(espeak: &EspeakNg, settings: &Settings, clauses: &[Clause]) -> Result<Vec<i64>, Failure> {
    let lines: Vec<&str> = clauses.iter().map(|clause| clause.words.as_str()).collect();
    let phonemes = espeak.phonemes(&settings.espeak_voice, &lines)?;
    let mut written = String::new();
    for (phonemes, clause) in phonemes.iter().zip(clauses) {
        if !written.is_empty() {
            written.push(' ');
        }
        written.push_str(phonemes);
        written.extend(clause.mark);
    }
    Ok(settings.ids(&written))
}

/// The samples of a piece; a run ends early when it is cancelled.
fn synthesise(
    session: &mut Session,
    settings: &Settings,
    ids: &[i64],
    speed: f64,
    cancel: &Cancel,
) -> Result<Vec<f32>, Failure> {
    let failed = |error: ort::Error| Failure::broken(format!("local/piper failed: {error}"));
    let length_scale = settings.length_scale / speed as f32;
    let scales = vec![settings.noise_scale, length_scale, settings.noise_w];
    let input = Tensor::from_array(([1, ids.len()], ids.to_vec())).map_err(failed)?;
    let lengths = Tensor::from_array(([1], vec![ids.len() as i64])).map_err(failed)?;
    let scales = Tensor::from_array(([3], scales)).map_err(failed)?;
    let mut inputs: Vec<(&str, SessionInputValue<'_>)> =
        vec![("input", input.into()), ("input_lengths", lengths.into()), ("scales", scales.into())];
    if settings.speakers > 1 {
        let first = Tensor::from_array(([1], vec![0_i64])).map_err(failed)?;
        inputs.push(("sid", first.into()));
    }
    run_until(session, inputs, cancel, "local/piper", |outputs| {
        let (_, samples) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        Ok(samples.to_vec())
    })
}
