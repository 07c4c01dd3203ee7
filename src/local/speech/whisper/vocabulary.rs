//! Whisper's tokens: pieces of text in bytes, and the special ones that steer it.
//!
//! The vocabulary is a line per token, in GPT-2's writing of bytes: those that print stand for themselves, the others for
//! letters from U+0100 on.

use std::path::Path;

use mediary_core::Failure;
use serde::Deserialize;

/// The vocabulary, with what follows from it and from the model's `config.json`.
#[derive(Debug)]
pub(super) struct Vocabulary {
    tokens: Vec<Vec<u8>>,
    /// The languages' codes in the order of their tokens.
    languages: Vec<String>,
    /// Tokens that are never part of speech: signs of music, brackets, …
    pub(super) suppressed: Vec<usize>,
    /// Those that do not come first.
    pub(super) suppressed_first: Vec<usize>,
    pub(super) end: i64,
    pub(super) begin: i64,
    pub(super) translate: i64,
    pub(super) transcribe: i64,
    pub(super) no_speech: i64,
    pub(super) no_times: i64,
}

#[derive(Debug, Deserialize)]
struct Config {
    suppress_ids: Vec<usize>,
    suppress_ids_begin: Vec<usize>,
}

impl Vocabulary {
    pub(super) fn read(vocabulary: &Path, config: &Path) -> Result<Self, Failure> {
        let failed = |path: &Path, what: &str| {
            Failure::broken(format!("{} cannot be used: {what}; run `mediary models pull`", path.display()))
        };
        let text = std::fs::read(config).map_err(|error| failed(config, &error.to_string()))?;
        let Config { suppress_ids, suppress_ids_begin } =
            serde_json::from_slice(&text).map_err(|error| failed(config, &error.to_string()))?;
        let text = std::fs::read_to_string(vocabulary).map_err(|error| failed(vocabulary, &error.to_string()))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let special = |name: &str| {
            let found = lines.iter().position(|line| *line == name);
            found.map(|token| token as i64).ok_or_else(|| failed(vocabulary, &format!("it lacks {name}")))
        };
        let (begin, translate) = (special("<|startoftranscript|>")?, special("<|translate|>")?);
        // Their tokens lie between these two.
        let between = lines.get(begin as usize + 1..translate as usize).unwrap_or_default();
        let code = |line: &&str| line.trim_start_matches("<|").trim_end_matches("|>").to_owned();
        Ok(Self {
            languages: between.iter().map(code).collect(),
            suppressed: suppress_ids,
            suppressed_first: suppress_ids_begin,
            end: special("<|endoftext|>")?,
            begin,
            translate,
            transcribe: special("<|transcribe|>")?,
            no_speech: special("<|nocaptions|>")?,
            no_times: special("<|notimestamps|>")?,
            tokens: lines.iter().map(|line| line.chars().flat_map(bytes_of).collect()).collect(),
        })
    }

    /// The token of a language.
    pub(super) fn language(&self, code: &str) -> Option<i64> {
        let code = own_code(code);
        self.languages.iter().position(|known| known == code).map(|place| self.begin + 1 + place as i64)
    }

    /// The languages with their tokens.
    pub(super) fn languages(&self) -> impl Iterator<Item = (i64, &str)> {
        self.languages.iter().enumerate().map(|(place, code)| (self.begin + 1 + place as i64, code.as_str()))
    }

    /// Whether a token is text.
    pub(super) fn is_text(&self, token: i64) -> bool {
        token < self.end
    }

    /// The bytes of a token, which may be a part of a letter.
    pub(super) fn bytes(&self, token: i64) -> &[u8] {
        usize::try_from(token).ok().and_then(|token| self.tokens.get(token)).map_or(&[], Vec::as_slice)
    }

    /// The text of tokens.
    pub(super) fn text(&self, tokens: &[i64]) -> String {
        let bytes: Vec<u8> =
            tokens.iter().filter(|token| self.is_text(**token)).flat_map(|token| self.bytes(*token)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Whisper's code for a language whose ISO 639-1 code is another.
fn own_code(code: &str) -> &str {
    match code {
        "jv" => "jw",
        "nb" => "no",
        "fil" => "tl",
        "iw" => "he",
        code => code,
    }
}

/// The byte that a letter of the vocabulary stands for.
fn bytes_of(letter: char) -> Option<u8> {
    let prints = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(letter) {
        code @ 0..=0xff => u8::try_from(code).ok().filter(prints),
        code => (0..=u8::MAX).filter(|byte| !prints(byte)).nth((code - 0x100) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_for_all_bytes() {
        assert_eq!(bytes_of('Ġ'), Some(b' '));
        assert_eq!(bytes_of('Ċ'), Some(b'\n'));
        assert_eq!(bytes_of('A'), Some(b'A'));
        let mut bytes: Vec<u8> = (0..0x200_u32).filter_map(|code| bytes_of(char::from_u32(code)?)).collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=u8::MAX).collect::<Vec<u8>>());
    }
}
