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
use mediary_core::capability::Voice;
use mediary_core::task::Speak;

/// The voice with which an engine speaks where one of OpenAI's is asked for; `None`: it is asked for one of its own, or
/// for none.
#[must_use]
pub fn stands_in(engine: &str, voices: &[Voice], asked: Option<&str>, language: Option<&str>) -> Option<String> {
    let name = asked.filter(|name| !voices.iter().any(|voice| voice.name.eq_ignore_ascii_case(name)))?;
    let gender = names::openai(name)?;
    if engine == espeak::NAME {
        // Each of its voices can be made to sound like a woman's or a man's.
        let (voice, _) = languages::usual(language.unwrap_or("en")).or_else(|| languages::usual("en"))?;
        return Some(format!("{voice}{}", languages::variant(gender)));
    }
    names::chosen(engine, voices, asked, language).ok().map(|voice| voice.name.clone())
}

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
