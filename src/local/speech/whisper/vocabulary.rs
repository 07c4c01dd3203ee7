//! Whisper's tokens: pieces of text in bytes, and the special ones that steer it.
//!
//! The vocabulary is a line per token, or the `tokenizer.json` that goes with a published model, in GPT-2's writing of
//! bytes: those that print stand for themselves, the others for letters from U+0100 on.

use std::collections::HashMap;
use std::path::Path;

use mediary_core::Failure;
use serde::Deserialize;

use super::super::tokenizer;

/// The vocabulary, with what follows from it and from the model's `config.json`.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    tokens: Vec<Vec<u8>>,
    /// The tokens of text by their bytes.
    by_bytes: HashMap<Vec<u8>, i64>,
    /// The languages' codes in the order of their tokens.
    languages: Vec<String>,
    /// Whether it is told what is spoken, and what to do with it; models for English alone are not.
    pub(super) is_multilingual: bool,
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
    /// Comes before what was said before.
    pub(super) previous: i64,
}

#[derive(Debug, Deserialize)]
struct Config {
    #[serde(alias = "suppress_tokens", default)]
    suppress_ids: Vec<usize>,
    #[serde(alias = "begin_suppress_tokens", default)]
    suppress_ids_begin: Vec<usize>,
    #[serde(default = "yes")]
    is_multilingual: bool,
}

fn yes() -> bool {
    true
}

impl Vocabulary {
    pub(super) fn read(vocabulary: &Path, config: &Path) -> Result<Self, Failure> {
        let failed = |path: &Path, what: &str| {
            Failure::broken(format!("{} cannot be used: {what}; run `mediary models pull`", path.display()))
        };
        let text = std::fs::read(config).map_err(|error| failed(config, &error.to_string()))?;
        let Config { suppress_ids, suppress_ids_begin, is_multilingual } =
            serde_json::from_slice(&text).map_err(|error| failed(config, &error.to_string()))?;
        let text = std::fs::read_to_string(vocabulary).map_err(|error| failed(vocabulary, &error.to_string()))?;
        let lines: Vec<String> = match vocabulary.extension().is_some_and(|extension| extension == "json") {
            true => tokenizer::tokens(&text).map_err(|error| failed(vocabulary, &error.to_string()))?,
            false => text.split('\n').map(str::to_owned).collect(),
        };
        let special = |name: &str| {
            let found = lines.iter().position(|line| line == name);
            found.map(|token| token as i64).ok_or_else(|| failed(vocabulary, &format!("it lacks {name}")))
        };
        let (begin, translate) = (special("<|startoftranscript|>")?, special("<|translate|>")?);
        // Their tokens lie between these two.
        let between = lines.get(begin as usize + 1..translate as usize).unwrap_or_default();
        let code = |line: &String| line.trim_start_matches("<|").trim_end_matches("|>").to_owned();
        let end = special("<|endoftext|>")?;
        let tokens: Vec<Vec<u8>> = lines.iter().map(|line| line.chars().flat_map(bytes_of).collect()).collect();
        let text = tokens.iter().take(end as usize).cloned().zip(0..);
        Ok(Self {
            by_bytes: text.collect(),
            languages: between.iter().map(code).collect(),
            is_multilingual,
            suppressed: suppress_ids,
            suppressed_first: suppress_ids_begin,
            end,
            begin,
            translate,
            transcribe: special("<|transcribe|>")?,
            // Later models call it otherwise.
            no_speech: special("<|nocaptions|>").or_else(|_| special("<|nospeech|>"))?,
            no_times: special("<|notimestamps|>")?,
            previous: special("<|startofprev|>")?,
            tokens,
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

    /// The tokens of a text, as in front of a transcript: with a space before it.
    pub(super) fn tokens_of(&self, text: &str) -> Vec<i64> {
        let words =
            text.split_whitespace().flat_map(|word| parts(&format!(" {word}")).map(str::to_owned).collect::<Vec<_>>());
        words.flat_map(|word| self.merged(word.as_bytes())).collect()
    }

    /// The tokens of a word: its bytes, of which neighbours are merged as long as there is a token for both; the first of
    /// the vocabulary first.
    fn merged(&self, word: &[u8]) -> Vec<i64> {
        let mut parts: Vec<&[u8]> = word.chunks(1).collect();
        loop {
            let both = |at: usize| {
                let from = parts[..at].iter().map(|part| part.len()).sum::<usize>();
                let bytes = &word[from..from + parts[at].len() + parts[at + 1].len()];
                self.by_bytes.get(bytes).map(|token| (*token, at, bytes))
            };
            let Some((_, at, bytes)) = (0..parts.len().saturating_sub(1)).filter_map(both).min() else { break };
            parts.splice(at..at + 2, [bytes]);
        }
        parts.iter().filter_map(|part| self.by_bytes.get(*part).copied()).collect()
    }

    /// The text of tokens.
    pub(super) fn text(&self, tokens: &[i64]) -> String {
        let bytes: Vec<u8> =
            tokens.iter().filter(|token| self.is_text(**token)).flat_map(|token| self.bytes(*token)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// A word with the space before it, cut where letters, digits and marks meet, because no token has two of them.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let kind = |letter: char| {
        if letter.is_alphabetic() {
            0
        } else if letter.is_numeric() {
            1
        } else {
            2
        }
    };
    let mut rest = word;
    std::iter::from_fn(move || {
        let spaces = rest.len() - rest.trim_start().len();
        let first = rest[spaces..].chars().next()?;
        let length = rest[spaces..].find(|letter| kind(letter) != kind(first)).unwrap_or(rest.len() - spaces);
        let (part, behind) = rest.split_at(spaces + length);
        rest = behind;
        Some(part)
    })
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
    fn words_are_cut_and_merged() {
        let pieces: Vec<&str> = parts(" it's-42").collect();
        assert_eq!(pieces, [" it", "'", "s", "-", "42"]);
        let tokens: Vec<Vec<u8>> = [" ", "a", "b", "c", "bc", "ab", " a", "abc"].map(|token| token.into()).to_vec();
        let by_bytes = tokens.iter().cloned().zip(0..).collect();
        let vocabulary = Vocabulary { tokens, by_bytes, ..Vocabulary::default() };
        // `bc` comes before `ab` in the vocabulary, so it is merged first; there is no token of ` a` and `bc`.
        assert_eq!(vocabulary.tokens_of("abc"), [6, 4]);
    }

    #[test]
    fn tokens_of_a_text_are_few_and_say_it_again() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights/whisper-base");
        let read = Vocabulary::read(&folder.join("vocabulary.txt"), &folder.join("config.json"));
        let vocabulary = read.expect("`make models` fetches the vocabulary");
        let text = "Dr. Müller's 42 boats, São Paulo, नमस्ते!";
        let tokens = vocabulary.tokens_of(text);
        assert_eq!(vocabulary.text(&tokens), format!(" {text}"));
        assert!(tokens.len() < text.len() / 2, "{tokens:?}");
        assert_eq!(vocabulary.tokens_of("the river").len(), 2);
    }

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
