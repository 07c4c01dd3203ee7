//! E5's tokenizer: of all ways to cut a text into pieces the likeliest one.
//!
//! Letters are replaced as the model's table has it (wide forms by narrow ones, compatibility forms by plain ones), runs of
//! space are one space, and each word begins with a mark. Viterbi's algorithm over the pieces' likelihoods finds the cut. What
//! no piece stands for is one unknown token a letter.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use mediary_core::Failure;

use crate::packed::{Packed, Pieces};

/// What a word begins with.
const MARK: char = '\u{2581}';
/// How much less likely than any piece an unknown letter is.
const UNKNOWN_PENALTY: f32 = 10.0;

/// A tokenizer with its pieces.
#[derive(Debug)]
pub(super) struct Unigram {
    pieces: HashMap<Box<str>, (i64, f32)>,
    letters: BTreeMap<char, Box<str>>,
    longest_bytes: usize,
    unknown_score: f32,
    unknown: i64,
    begin: i64,
    end: i64,
}

impl Unigram {
    /// Reads the pieces out of the file that the weights are in.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let pieces = Packed::pieces(path).map_err(|error| {
            Failure::broken(format!("{} cannot be used: {error}; run `mediary models pull`", path.display()))
        })?;
        Ok(Self::of(pieces))
    }

    fn of(pieces: Pieces) -> Self {
        let Pieces { pieces, begin, end, unknown, letters } = pieces;
        let least = pieces.iter().map(|(_, score)| *score).fold(0.0, f32::min);
        let longest_bytes = pieces.iter().map(|(piece, _)| piece.len()).max().unwrap_or_default();
        // What marks the begin, the end and the unknown stands for no letters of a text.
        let special = [begin, end, unknown];
        let numbered =
            (0_u32..).zip(pieces).filter(|(number, (piece, _))| !special.contains(number) && !piece.is_empty());
        let pieces = numbered.map(|(number, (piece, score))| (piece, (i64::from(number), score))).collect();
        Self {
            pieces,
            letters,
            longest_bytes,
            unknown_score: least - UNKNOWN_PENALTY,
            unknown: unknown.into(),
            begin: begin.into(),
            end: end.into(),
        }
    }

    /// The tokens of a text between the two that mark its begin and end.
    pub(super) fn tokens(&self, text: &str) -> Vec<i64> {
        let marked = self.marked(text);
        let mut tokens = vec![self.begin];
        self.cut(&marked, &mut tokens);
        tokens.push(self.end);
        tokens
    }

    /// The text with its letters replaced and its words marked.
    fn marked(&self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len());
        for letter in text.chars() {
            match self.letters.get(&letter) {
                Some(by) => plain.push_str(by),
                None => plain.push(letter),
            }
        }
        let mut marked = String::with_capacity(plain.len() + 8);
        for word in plain.split_whitespace() {
            marked.push(MARK);
            marked.push_str(word);
        }
        marked
    }

    /// The likeliest pieces of a text, in order.
    fn cut(&self, text: &str, tokens: &mut Vec<i64>) {
        // The best way to each place: how likely, its last piece, and where that begins.
        let mut best: Vec<Option<(f32, i64, usize)>> = vec![None; text.len() + 1];
        best[0] = Some((0.0, self.begin, 0));
        for (from, letter) in text.char_indices() {
            let Some((score, ..)) = best[from] else { continue };
            let mut offer = |to: usize, score: f32, token: i64| {
                if best[to].is_none_or(|(before, ..)| score > before) {
                    best[to] = Some((score, token, from));
                }
            };
            let rest = &text[from..];
            let ends = (1..=rest.len().min(self.longest_bytes)).filter(|end| rest.is_char_boundary(*end));
            for end in ends {
                if let Some((token, likelihood)) = self.pieces.get(&rest[..end]) {
                    offer(from + end, score + likelihood, *token);
                }
            }
            offer(from + letter.len_utf8(), score + self.unknown_score, self.unknown);
        }
        let start = tokens.len();
        let mut at = text.len();
        while at > 0 {
            // Every place that a letter ends at was reached: an unknown letter gets there.
            let Some((_, token, from)) = best[at] else { break };
            tokens.push(token);
            at = from;
        }
        tokens[start..].reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::tests::file;

    fn tokenizer() -> Unigram {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packed.bin");
        let pieces = [
            ("<s>", 0.0),
            ("<pad>", 0.0),
            ("</s>", 0.0),
            ("<unk>", 0.0),
            ("▁", -3.0),
            ("▁ab", -1.0),
            ("a", -2.0),
            ("b", -2.0),
            ("bc", -1.0),
            ("▁a", -2.5),
            ("é", -4.0),
        ];
        std::fs::write(&path, file(&pieces, &[('Ａ', "a"), ('\u{3000}', " ")])).unwrap();
        Unigram::read(&path).unwrap()
    }

    #[test]
    fn the_likeliest_pieces_are_found_and_not_the_longest() {
        let tokenizer = tokenizer();
        for (text, expected) in [
            ("ab", &[0, 5, 2][..]),
            // "▁a" and "bc" together are likelier than "▁ab" and an unknown letter.
            ("abc", &[0, 9, 8, 2]),
            ("  ab\n\tab ", &[0, 5, 5, 2]),
            ("Ａb\u{3000}a", &[0, 5, 9, 2]),
            ("aéz", &[0, 9, 10, 3, 2]),
            ("<s>", &[0, 4, 3, 3, 3, 2]),
            ("", &[0, 2]),
            (" \u{3000} ", &[0, 2]),
        ] {
            assert_eq!(tokenizer.tokens(text), expected, "{text:?}");
        }
    }
}
