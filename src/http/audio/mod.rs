//! Sound over HTTP: recordings become text.
//!
//! Nothing is decided here: files are spooled and classified, the gateway has the work done, the protocol writes the
//! answer.

mod transcriptions;

pub(super) use transcriptions::{__path_transcriptions, __path_translations, transcriptions, translations};
