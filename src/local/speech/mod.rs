//! `local/moonshine` and `local/whisper-base`: what is said in a recording, in this process.
//!
//! One engine has both models, those that a user has added, and Silero's voice activity detection in front of them:
//! [`Listener`]. Samples are pulled as they are needed, cut at pauses (`segments`) and written down segment by segment, so
//! that hours of sound take no more memory than half a minute does. Decoding files into samples is the converters' work;
//! where files lie is decided above.

mod cache;
mod engine;
mod languages;
mod moonshine;
mod recording;
mod repetition;
mod segments;
mod tokenizer;
mod vad;
mod whisper;

#[cfg(test)]
mod tests;

pub use engine::{FurtherModel, Listener, SpeechFiles, SpeechModel};
pub use moonshine::MoonshineFiles;
pub use vad::{VoiceDetector, VoiceMemory};
pub use whisper::WhisperFiles;

/// The languages of Whisper by their ISO 639-1 codes, and by a longer one where there is none.
pub const WHISPER_LANGUAGES: &[&str] = &[
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it", "id", "hi", "fi",
    "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur", "hr", "bg", "lt", "la", "mi", "ml",
    "cy", "sk", "te", "fa", "lv", "bn", "sr", "az", "sl", "kn", "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs",
    "kk", "sq", "sw", "gl", "mr", "pa", "si", "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am",
    "yi", "lo", "uz", "fo", "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln",
    "ha", "ba", "jv", "su",
];
