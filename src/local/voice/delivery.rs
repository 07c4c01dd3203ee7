//! Speaking a text piece by piece: what the neural voices have in common.

use mediary_core::Failure;
use mediary_core::engine::{Cancel, Emit};
use mediary_core::task::{ReplyEvent, SoundForm, Speak};

use super::level::{self, Level};
use super::text::{Clause, End, clauses, pieces, said};
use super::words_of;

/// Between sentences and paragraphs, at a voice's own pace.
const AFTER_SENTENCE_SECONDS: f32 = 0.22;
const AFTER_PARAGRAPH_SECONDS: f32 = 0.5;

/// Makes samples of the clauses of a piece.
pub(super) type Voice<'a> = &'a mut dyn FnMut(&[Clause]) -> Result<Vec<f32>, Failure>;

/// How the pieces of a text are to be read.
pub(super) struct Delivery<'a> {
    /// What is asked for.
    pub(super) speak: &'a Speak,
    /// In which language.
    pub(super) language: &'a str,
    /// The rate of the voice's sound.
    pub(super) rate_hz: u32,
}

impl Delivery<'_> {
    /// Gives each piece of the text to `voice` as clauses, and its samples to `emit`, at one loudness and with silence
    /// between.
    pub(super) fn run(&self, cancel: &Cancel, emit: Emit<'_>, voice: Voice<'_>) -> Result<(), Failure> {
        let rate_hz = self.rate_hz;
        let text = words_of(self.speak)?;
        let mut level = Level::default();
        let mut tell = |event| if emit(event).is_break() { Err(Failure::client_gone()) } else { Ok(()) };
        tell(ReplyEvent::Sound(SoundForm::Pcm { rate_hz }))?;
        let mut pause_seconds = 0.0;
        for piece in pieces(&text, self.language) {
            cancel.check()?;
            let clauses = clauses(&said(piece.text, self.language));
            if clauses.is_empty() {
                continue;
            }
            let samples = voice(&clauses)?;
            cancel.check()?;
            let mut samples = level::trimmed(&samples, rate_hz).to_vec();
            level.apply(&mut samples);
            let silence = level::samples_in(pause_seconds / self.speak.speed as f32, rate_hz);
            if silence > 0 {
                tell(ReplyEvent::Bytes(level::silence(silence)))?;
            }
            tell(ReplyEvent::Bytes(level::pcm(&samples)))?;
            pause_seconds = match piece.end {
                End::Clause => 0.0,
                End::Sentence => AFTER_SENTENCE_SECONDS,
                End::Paragraph => AFTER_PARAGRAPH_SECONDS,
            };
        }
        Ok(())
    }
}
