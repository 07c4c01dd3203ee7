//! Speaking: from a text to a recording of a voice.

use super::Extras;
use crate::MediaFormat;

/// One text to speak.
#[derive(Debug, Clone)]
pub struct Speak {
    /// The text; never empty.
    pub text: String,
    /// The name of a voice, as the client wrote it.
    pub voice: Option<String>,
    /// The language of the text, as an ISO 639-1 code in lower case, if it is known.
    pub language: Option<String>,
    /// How it is to sound, in words.
    pub instructions: Option<String>,
    /// How fast, 0.25 to 4; 1 is the voice's own pace.
    pub speed: f64,
    /// In which form the sound is wanted. A target that has another says so before its first bytes.
    pub form: SoundForm,
    /// Everything else that was asked for.
    pub extras: Extras,
}

impl Speak {
    /// A text that any voice may speak at its own pace.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            voice: None,
            language: None,
            instructions: None,
            speed: 1.0,
            form: SoundForm::File(MediaFormat::Mp3),
            extras: Extras::new(),
        }
    }
}

/// What the bytes of a sound are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundForm {
    /// A file of this format, from its first byte to its last.
    File(MediaFormat),
    /// Bare samples: signed, 16 bits, little-endian, one channel.
    Pcm {
        /// How many in a second.
        rate_hz: u32,
    },
}
