//! Sound over HTTP: recordings become text, texts become sound.
//!
//! Nothing is decided here: files are spooled and classified, the gateway has the work done, the protocol writes the
//! answer.

mod speech;
mod statuses;
mod transcriptions;
mod voices;

pub(super) use speech::{__path_speech, __path_tts, speech, tts};
pub(super) use transcriptions::{__path_transcriptions, __path_translations, transcriptions, translations};
pub(super) use voices::{__path_voices, voices};
