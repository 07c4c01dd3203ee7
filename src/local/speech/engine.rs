//! The engine: samples of a recording in; segments with their times, its language and its length out.
//!
//! Of a recording in no declared language, Moonshine gives English or nothing: where Whisper is there, it tells the
//! language of each segment before Moonshine is believed. A recording that begins in another language is a failure that
//! sends the attempt to the next target; what is foreign later on is heard by Whisper, so that nothing is lost.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use mediary_core::engine::{Emit, Engine, Job};
use mediary_core::sound::SAMPLE_RATE_HZ;
use mediary_core::task::{Finish, ReplyEvent, Task, Transcribe};
use mediary_core::{Failure, FailureKind};

use super::languages::{LONG_ENOUGH_SECONDS, Languages, SURE};
use super::moonshine::{Moonshine, MoonshineFiles};
use super::recording::{Recording, Spoken};
use super::vad::Vad;
use super::whisper::{Heard, Wanted, Whisper, WhisperFiles};
use crate::runtime::Runtime;

const MOONSHINE: &str = "moonshine";
const WHISPER: &str = "whisper-base";
/// So much of a segment is listened to, to tell its language before Moonshine hears it: 10 s.
const FIRST: usize = 10 * SAMPLE_RATE_HZ as usize;
/// Below this probability of English, speech is foreign to Moonshine.
const FOREIGN: f32 = 0.3;
/// Languages that are written without spaces between sentences.
const UNSPACED: [&str; 7] = ["zh", "ja", "yue", "th", "lo", "my", "km"];

/// A model's files, by what kind of model it is.
#[derive(Debug, Clone)]
pub enum SpeechModel {
    /// Of one language, quick.
    Moonshine(MoonshineFiles),
    /// Of many languages.
    Whisper(WhisperFiles),
}

/// A model beside `local/moonshine` and `local/whisper-base`.
#[derive(Debug, Clone)]
pub struct FurtherModel {
    /// By which it is asked for, after `local/`.
    pub name: String,
    /// Its files.
    pub files: SpeechModel,
    /// The languages that it is for, as ISO 639-1 codes; none: all that its kind knows.
    pub languages: Vec<String>,
}

/// Where the engine's files lie. A model without files is missing.
#[derive(Debug, Clone)]
pub struct SpeechFiles {
    /// Silero's voice activity detection, the variant that takes many frames in one run.
    pub vad: PathBuf,
    /// `local/moonshine`.
    pub moonshine: Option<MoonshineFiles>,
    /// `local/whisper-base`.
    pub whisper: Option<WhisperFiles>,
    /// Models that a user has.
    pub further: Vec<FurtherModel>,
}

impl SpeechFiles {
    fn further(&self, name: &str) -> Option<&FurtherModel> {
        self.further.iter().find(|model| model.name == name)
    }

    fn moonshine_called(&self, name: &str) -> Option<&MoonshineFiles> {
        if name == MOONSHINE {
            return self.moonshine.as_ref();
        }
        match &self.further(name)?.files {
            SpeechModel::Moonshine(files) => Some(files),
            SpeechModel::Whisper(_) => None,
        }
    }

    fn whisper_called(&self, name: &str) -> Option<&WhisperFiles> {
        if name == WHISPER {
            return self.whisper.as_ref();
        }
        match &self.further(name)?.files {
            SpeechModel::Whisper(files) => Some(files),
            SpeechModel::Moonshine(_) => None,
        }
    }
}

/// The engine. A model is opened when it is first asked for.
#[derive(Debug)]
pub struct Listener {
    runtime: Runtime,
    files: SpeechFiles,
    threads: usize,
    vad: Vad,
    moonshines: HashMap<String, Moonshine>,
    whispers: HashMap<String, Whisper>,
}

impl Listener {
    /// Opens the voice activity detection. The runtime has to be ONNX Runtime's own: Moonshine's files open with no other.
    ///
    /// # Errors
    /// When a file is missing, damaged or not of this kind.
    pub fn load(runtime: &Runtime, files: SpeechFiles, threads: usize) -> Result<Self, Failure> {
        let vad = Vad::load(runtime, &files.vad)?;
        let (moonshines, whispers) = (HashMap::new(), HashMap::new());
        Ok(Self { runtime: runtime.clone(), files, threads, vad, moonshines, whispers })
    }

    fn moonshine(&mut self, name: &str) -> Result<&mut Moonshine, Failure> {
        let Self { runtime, files, threads, moonshines, .. } = self;
        match moonshines.entry(name.to_owned()) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(place) => {
                let files = files.moonshine_called(name).ok_or_else(|| not_installed(name))?;
                Ok(place.insert(Moonshine::load(name, runtime, files, *threads)?))
            }
        }
    }

    fn whisper(&mut self, name: &str) -> Result<&mut Whisper, Failure> {
        let Self { runtime, files, threads, whispers, .. } = self;
        match whispers.entry(name.to_owned()) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(place) => {
                let files = files.whisper_called(name).ok_or_else(|| not_installed(name))?;
                Ok(place.insert(Whisper::load(name, runtime, files, *threads)?))
            }
        }
    }

    fn is_moonshine(&self, name: &str) -> bool {
        name == MOONSHINE || self.files.moonshine_called(name).is_some()
    }

    /// The language of a model for one.
    fn language_of(&self, name: &str) -> String {
        let languages = self.files.further(name).map(|model| model.languages.as_slice()).unwrap_or_default();
        languages.first().cloned().unwrap_or_else(|| "en".to_owned())
    }

    /// Refuses a declared language that the model does not know.
    fn check_declared(&mut self, name: &str, language: &str) -> Result<(), Failure> {
        if self.is_moonshine(name) {
            let own = self.language_of(name);
            return if language == own { Ok(()) } else { Err(foreign(name, &own, language)) };
        }
        if self.whisper(name)?.knows(language) {
            return Ok(());
        }
        Err(Failure::unsupported(format!(
            "local/{name} does not know the language `{language}`; leave it out, and it is told by the speech"
        )))
    }

    /// What is said in one segment, and its language; `None` when it is nothing.
    fn hear(
        &mut self,
        job: &Job,
        transcribe: &Transcribe,
        languages: &mut Languages,
        segment: &Spoken,
    ) -> Result<Option<(String, Heard)>, Failure> {
        let name = job.model.as_str();
        let is_moonshine = self.is_moonshine(name);
        if is_moonshine && self.believes_moonshine(job, languages, segment)? {
            let language = languages.of(&self.language_of(name), 1.0, segment.seconds());
            let heard = self.moonshine(name)?.transcribe(&segment.samples, &job.cancel)?;
            return Ok(heard.map(|heard| (language, heard)));
        }
        let whisper = self.whisper(if is_moonshine { WHISPER } else { name })?;
        let listened = whisper.listen(&segment.samples, &job.cancel)?;
        let guess = whisper.language(&listened);
        let language = languages.of(&guess.language, guess.sureness, segment.seconds());
        let wanted = Wanted {
            language: &language,
            into_english: transcribe.into_english,
            words: transcribe.times.words,
            prompt: transcribe.prompt.as_deref(),
            temperature: transcribe.temperature.unwrap_or_default(),
        };
        let heard = whisper.transcribe(&listened, &segment.samples, &wanted, &job.cancel)?;
        Ok(heard.map(|heard| (language, heard)))
    }

    /// Whether a segment is English as far as Whisper can tell. A recording that begins in another language is a failure;
    /// where one comes later, that segment is Whisper's.
    fn believes_moonshine(&mut self, job: &Job, languages: &Languages, segment: &Spoken) -> Result<bool, Failure> {
        let own = self.language_of(job.model.as_str());
        // How likely another language is, only English is asked.
        if languages.declared().is_some() || self.files.whisper.is_none() || own != "en" {
            return Ok(true);
        }
        let whisper = self.whisper(WHISPER)?;
        let listened = whisper.listen(&segment.samples[..segment.samples.len().min(FIRST)], &job.cancel)?;
        let guess = whisper.language(&listened);
        match languages.main() {
            None if guess.english < FOREIGN => Err(foreign(job.model.as_str(), &own, &guess.language)),
            None => Ok(true),
            Some(_) => Ok(guess.language == "en" || guess.sureness < SURE || segment.seconds() < LONG_ENOUGH_SECONDS),
        }
    }
}

impl Engine for Listener {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Transcribe(transcribe) = &job.task else { return Err(crate::other_task("speech", &job.task)) };
        let source = transcribe.samples.as_ref();
        let source = source.ok_or_else(|| Failure::broken("a recording reached the engine before it was decoded"))?;
        if let Some(language) = &transcribe.language {
            self.check_declared(job.model.as_str(), language)?;
        }
        self.vad.clear();
        let mut recording = Recording::new(source.open()?);
        let mut languages = Languages::new(transcribe.language.as_deref());
        let mut is_first = true;
        while let Some(segment) = recording.next(&mut self.vad, job)? {
            let Some((language, heard)) = self.hear(job, transcribe, &mut languages, &segment)? else { continue };
            let written = if transcribe.into_english { "en" } else { language.as_str() };
            let gap = if is_first || UNSPACED.contains(&written) { "" } else { " " };
            is_first = false;
            let text = ReplyEvent::Text { choice: 0, text: format!("{gap}{}", heard.text) };
            if emit(text).is_break() || emit(ReplyEvent::Segment(segment.written(heard))).is_break() {
                return Err(Failure::client_gone());
            }
        }
        let (language, seconds) = (languages.main().map(str::to_owned), Some(recording.seconds()));
        let ended = emit(ReplyEvent::Heard { language, seconds }).is_break()
            || emit(ReplyEvent::Finish { choice: 0, finish: Finish::Stop }).is_break();
        if ended { Err(Failure::client_gone()) } else { Ok(()) }
    }
}

fn foreign(name: &str, own: &str, language: &str) -> Failure {
    let own = mediary_core::language::name(own);
    let own =
        own.chars().next().map_or(String::new(), |first| first.to_uppercase().chain(own.chars().skip(1)).collect());
    // The sound itself is in order; this model makes nothing of it.
    Failure::unreadable(format!(
        "local/{name} understands {own} only, and the language spoken is `{language}`; use local/whisper-base or \
         `model=auto`"
    ))
}

fn not_installed(model: &str) -> Failure {
    Failure::new(FailureKind::NotInstalled, format!("{model} is not installed; run `mediary models pull`"))
}
