//! `local/espeak`: espeak-ng speaks a text itself, in any of its languages. Plain, but quick and everywhere.
//!
//! One run per text; what it says leaves as it comes out of the pipe. The pace is its own setting.

use std::io::Read;

use bytes::Bytes;
use mediary_core::Failure;
use mediary_core::capability::Voice;
use mediary_core::engine::{Emit, Engine, Job};
use mediary_core::task::{ReplyEvent, SoundForm, Speak, Task};

use super::espeak_ng::EspeakNg;
use super::text::{End, pieces, said};
use super::{language_of, languages, names, words_of};

/// Its name among the engines.
pub(super) const NAME: &str = "espeak";
/// How fast it speaks when left alone.
const WORDS_A_MINUTE: f64 = 175.0;
/// As fast and as slow as it can.
const FASTEST: f64 = 450.0;
const SLOWEST: f64 = 80.0;
/// The bytes of a WAV header as it writes one.
const HEADER_BYTES: usize = 44;
/// So much is handed on at once: a fifth of a second.
const CHUNK_BYTES: usize = 8 << 10;

/// The engine.
#[derive(Debug)]
pub struct Espeak {
    program: EspeakNg,
    voices: Vec<Voice>,
}

impl Espeak {
    /// An engine over an installed espeak-ng.
    #[must_use]
    pub fn new(program: EspeakNg) -> Self {
        Self { program, voices: languages::voices() }
    }

    /// The languages it speaks, as ISO 639-1 codes where they have one.
    #[must_use]
    pub fn languages() -> Vec<String> {
        languages::codes()
    }

    /// Its voices: one for each language and accent.
    #[must_use]
    pub fn voices() -> Vec<Voice> {
        languages::voices()
    }

    /// The voice of espeak-ng, as its argument, and the language it speaks.
    fn voice(&self, speak: &Speak) -> Result<(String, String), Failure> {
        let language = speak.language.as_deref().or_else(|| language_of(&speak.text));
        let asked = speak.voice.as_deref();
        if let Some((base, variant)) = asked.and_then(|name| name.split_once('+')) {
            let known = self.voices.iter().find(|voice| voice.name.eq_ignore_ascii_case(base));
            return match known {
                Some(voice) if languages::is_variant(variant) => {
                    Ok((format!("{}+{}", voice.name, variant.to_lowercase()), voice.language.clone()))
                }
                Some(_) | None => Err(names::unknown("espeak", &self.voices, asked.unwrap_or_default())),
            };
        }
        let by_language = languages::usual(language.unwrap_or("en"));
        let voice = names::chosen("espeak", &self.voices, asked, language)?;
        match asked.and_then(names::openai) {
            None if asked.is_some_and(|name| voice.name.eq_ignore_ascii_case(name)) => {
                Ok((voice.name.clone(), voice.language.clone()))
            }
            gender => {
                let (name, language) = by_language.unwrap_or((&voice.name, &voice.language));
                Ok((format!("{name}{}", gender.map_or("", languages::variant)), language.to_owned()))
            }
        }
    }
}

impl Engine for Espeak {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Speak(speak) = &job.task else { return Err(crate::other_task("espeak", &job.task)) };
        let (voice, language) = self.voice(speak)?;
        let text = words_of(speak)?;
        let words_a_minute = (WORDS_A_MINUTE * speak.speed).clamp(SLOWEST, FASTEST) as u32;
        let mut run = self.program.speech(&voice, words_a_minute, written(&text, &language))?;
        let mut header = [0; HEADER_BYTES];
        let broken = |error: std::io::Error| {
            Failure::broken(format!("espeak-ng said nothing ({error}); check that `espeak-ng -v {voice}` speaks"))
        };
        run.read_exact(&mut header).map_err(broken)?;
        let rate_hz = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
        let mut tell = |event| if emit(event).is_break() { Err(Failure::client_gone()) } else { Ok(()) };
        tell(ReplyEvent::Sound(SoundForm::Pcm { rate_hz }))?;
        loop {
            job.cancel.check()?;
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            (&mut run).take(CHUNK_BYTES as u64).read_to_end(&mut chunk).map_err(broken)?;
            if chunk.is_empty() {
                break;
            }
            // Half a sample at the very end is none.
            chunk.truncate(chunk.len() & !1);
            tell(ReplyEvent::Bytes(Bytes::from(chunk)))?;
        }
        run.end()
    }
}

/// A text as espeak-ng is to read it: it sees the ends of sentences itself where they have a mark, and those of
/// paragraphs by the blank line.
fn written(text: &str, language: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for piece in pieces(text, language) {
        written.push_str(&said(piece.text, language));
        let is_marked = piece.text.ends_with(|letter: char| !letter.is_alphanumeric());
        written.push_str(match piece.end {
            End::Clause => " ",
            End::Sentence if is_marked => " ",
            End::Sentence | End::Paragraph => "\n\n",
        });
    }
    written
}
