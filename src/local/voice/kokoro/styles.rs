//! The voices of Kokoro: a file of styles each, and what its name says of it.

use std::path::PathBuf;

use mediary_core::Failure;
use mediary_core::capability::{Gender, Voice};

/// The rate of all of them.
const RATE_HZ: u32 = 24_000;
/// The numbers of a style, and how many styles a voice has: one for each length of a piece.
const NUMBERS: usize = 256;
const LENGTHS: usize = 510;
/// The first letter of a voice's name is its language. Japanese and Chinese voices need phonemes of another kind than
/// espeak-ng has.
const LANGUAGES: [(char, &str); 7] =
    [('a', "en-US"), ('b', "en-GB"), ('e', "es"), ('f', "fr-FR"), ('h', "hi"), ('i', "it"), ('p', "pt-BR")];

/// The voice of this name; `None`: it is none that can be spoken with here.
pub(super) fn voice(name: &str) -> Option<Voice> {
    let mut letters = name.chars();
    let (language, gender) = (letters.next()?, letters.next()?);
    let (_, language) = LANGUAGES.iter().find(|(letter, _)| *letter == language)?;
    let gender = match gender {
        'f' => Gender::Female,
        'm' => Gender::Male,
        _ => return None,
    };
    Some(Voice { name: name.to_owned(), language: (*language).to_owned(), gender: Some(gender), rate_hz: RATE_HZ })
}

/// Where the styles lie.
#[derive(Debug)]
pub(super) struct Styles(Vec<PathBuf>);

/// The styles of one voice.
#[derive(Debug)]
pub(super) struct Style(Vec<u8>);

impl Styles {
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        Self(files)
    }

    /// Reads those of a voice.
    pub(super) fn read(&self, name: &str) -> Result<Style, Failure> {
        let named = |path: &&PathBuf| path.file_stem().is_some_and(|stem| stem == name);
        let path = self.0.iter().find(named);
        let path = path.ok_or_else(|| Failure::broken(format!("the voice {name} has no file")))?;
        let failed = |what: String| {
            Failure::broken(format!("{} cannot be used: {what}; run `mediary models pull kokoro`", path.display()))
        };
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        if bytes.len() != LENGTHS * NUMBERS * 4 {
            return Err(failed(format!("it has {} bytes", bytes.len())));
        }
        Ok(Style(bytes))
    }
}

impl Style {
    /// The style for a piece of so many phonemes.
    pub(super) fn of(&self, phonemes: usize) -> Vec<f32> {
        let begin = phonemes.min(LENGTHS - 1) * NUMBERS * 4;
        let numbers = self.0[begin..begin + NUMBERS * 4].chunks_exact(4);
        numbers.map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
    }
}
