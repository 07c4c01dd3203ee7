//! The tokenizer: words become the longest pieces that the vocabulary has.
//!
//! Reads the `tokenizer.json` that comes with the weights, and refuses one of another kind instead of guessing. It cuts
//! nothing off and adds no padding: how long an input may be is the engine's business.

use std::collections::HashMap;
use std::path::Path;

use mediary_core::Failure;
use serde::Deserialize;

use super::normalise::each_word;

/// A tokenizer with its vocabulary.
#[derive(Debug)]
pub(super) struct WordPiece {
    /// Pieces that begin a word.
    beginnings: Pieces,
    /// Pieces that go on with one, without the mark that says so.
    continuations: Pieces,
    /// Tokens that stand for themselves wherever their name is written.
    special: Vec<(String, i64)>,
    longest_word: usize,
    unknown: i64,
    begin: i64,
    end: i64,
}

impl WordPiece {
    /// Reads a `tokenizer.json`.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |what: String| {
            Failure::broken(format!("{} cannot be used: {what}; run `mediary models pull`", path.display()))
        };
        let text = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let file: TokenizerFile = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
        Self::of(file).map_err(|what| failed(what.to_owned()))
    }

    fn of(file: TokenizerFile) -> Result<Self, &'static str> {
        let TokenizerFile { added_tokens, normalizer, pre_tokenizer, model } = file;
        if model.kind != "WordPiece" || pre_tokenizer.kind != "BertPreTokenizer" {
            return Err("it is not of BERT's kind");
        }
        if !normalizer.is_uncased() {
            return Err("it treats text in another way than BERT's uncased models do");
        }
        if added_tokens.iter().any(|token| token.normalized || token.lstrip || token.rstrip || token.single_word) {
            return Err("its special tokens are found in another way than BERT's are");
        }
        let numbered = |name: &str| model.vocab.get(name).copied().ok_or("its vocabulary lacks a special token");
        let (unknown, begin, end) = (numbered(&model.unk_token)?, numbered("[CLS]")?, numbered("[SEP]")?);
        let (mut beginnings, mut continuations) = (Pieces::default(), Pieces::default());
        for (piece, number) in model.vocab {
            match piece.strip_prefix(&model.continuing_subword_prefix) {
                Some(rest) if !rest.is_empty() => continuations.insert(rest.into(), number),
                // `##` alone can only begin a word.
                Some(_) | None => beginnings.insert(piece.into(), number),
            }
        }
        let special = added_tokens.into_iter().map(|token| (token.content, token.id)).collect();
        let longest_word = model.max_input_chars_per_word;
        Ok(Self { beginnings, continuations, special, longest_word, unknown, begin, end })
    }

    /// The tokens of a text between the two that mark its begin and end.
    pub(super) fn tokens(&self, text: &str) -> Vec<i64> {
        let mut tokens = vec![self.begin];
        let mut rest = text;
        while let Some((before, token, after)) = self.next_special(rest) {
            self.plain(before, &mut tokens);
            tokens.push(token);
            rest = after;
        }
        self.plain(rest, &mut tokens);
        tokens.push(self.end);
        tokens
    }

    /// The next special token that is written out in a text, between what comes before and after it.
    fn next_special<'a>(&self, text: &'a str) -> Option<(&'a str, i64, &'a str)> {
        let begins = |letter| self.special.iter().any(|(name, _)| name.starts_with(letter));
        text.match_indices(begins).find_map(|(index, _)| {
            let (before, rest) = text.split_at(index);
            self.special.iter().find_map(|(name, token)| Some((before, *token, rest.strip_prefix(name.as_str())?)))
        })
    }

    fn plain(&self, text: &str, tokens: &mut Vec<i64>) {
        each_word(text, &mut |word| self.word(word, tokens));
    }

    /// The pieces of a word, or the one token for all that cannot be put together.
    fn word(&self, word: &str, tokens: &mut Vec<i64>) {
        let before = tokens.len();
        let mut rest = if word.chars().count() > self.longest_word { None } else { Some(word) };
        while let Some(letters) = rest.filter(|letters| !letters.is_empty()) {
            let pieces = if letters.len() == word.len() { &self.beginnings } else { &self.continuations };
            rest = pieces.longest(letters).map(|(piece_bytes, number)| {
                tokens.push(number);
                &letters[piece_bytes..]
            });
        }
        if rest.is_none() {
            tokens.truncate(before);
            tokens.push(self.unknown);
        }
    }
}

/// Pieces by their letters.
#[derive(Debug, Default)]
struct Pieces {
    numbers: HashMap<Box<str>, i64>,
    longest_bytes: usize,
}

impl Pieces {
    fn insert(&mut self, piece: Box<str>, number: i64) {
        self.longest_bytes = self.longest_bytes.max(piece.len());
        self.numbers.insert(piece, number);
    }

    /// The longest piece that these letters begin with: how many bytes it has, and its number.
    fn longest(&self, letters: &str) -> Option<(usize, i64)> {
        let ends = (1..=letters.len().min(self.longest_bytes)).rev().filter(|&end| letters.is_char_boundary(end));
        ends.into_iter().find_map(|end| Some((end, *self.numbers.get(&letters[..end])?)))
    }
}

/// A `tokenizer.json`, as far as this kind depends on it.
#[derive(Debug, Deserialize)]
struct TokenizerFile {
    added_tokens: Vec<AddedToken>,
    normalizer: Normalizer,
    pre_tokenizer: PreTokenizer,
    model: Model,
}

#[derive(Debug, Deserialize)]
struct AddedToken {
    id: i64,
    content: String,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
    normalized: bool,
}

#[derive(Debug, Deserialize)]
struct Normalizer {
    #[serde(rename = "type")]
    kind: String,
    clean_text: bool,
    handle_chinese_chars: bool,
    strip_accents: Option<bool>,
    lowercase: bool,
}

impl Normalizer {
    /// Whether it does what `normalise` does. Left open, accents go where capitals do.
    fn is_uncased(&self) -> bool {
        let spaced = self.clean_text && self.handle_chinese_chars;
        self.kind == "BertNormalizer" && spaced && self.lowercase && self.strip_accents != Some(false)
    }
}

#[derive(Debug, Deserialize)]
struct PreTokenizer {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Model {
    #[serde(rename = "type")]
    kind: String,
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: usize,
    vocab: HashMap<String, i64>,
}
