//! Speech synthesis: three engines that make a voice of a text, in this process and its children.
//!
//! [`Piper`] is a neural network per voice and quick; [`Kokoro`] is one network of many voices, better and slower;
//! [`Espeak`] is the program espeak-ng, which speaks over a hundred languages plainly. All take their phonemes from
//! [`EspeakNg`], read a text as `text` prepares it, and give bare samples as each piece is ready. Encoding them into a
//! file is done above.

mod delivery;
mod espeak;
mod espeak_ng;
mod kokoro;
mod languages;
mod level;
mod names;
mod piper;
mod text;

pub use espeak::Espeak;
pub use espeak_ng::EspeakNg;
pub use kokoro::{Kokoro, KokoroFiles};
pub use piper::{Piper, PiperVoice};
pub use text::language_of;

use mediary_core::Failure;
use mediary_core::task::Speak;

/// The text of a task as it can be spoken.
fn words_of(speak: &Speak) -> Result<String, Failure> {
    let text = text::clean(&speak.text);
    if text.is_empty() {
        return Err(Failure::malformed("there are no words in the text to speak; send letters or numbers"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
