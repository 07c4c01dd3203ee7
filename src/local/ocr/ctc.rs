//! Greedy CTC decoding: a row of class probabilities per step becomes text with places.
//!
//! Graves et al., "Connectionist Temporal Classification", 2006: take the best class of each step,
//! drop repeats, then blanks. One thing is added: a space that nearly won between two glyphs is put
//! back, because lost spaces are the commonest fault of these models in Latin text.

use mediary_core::document::{Quad, Word};

use super::calibration::{Calibration, Evidence, Profile};
use super::dictionary::Dictionary;
use super::step::{BLANK, Step};

/// A line as the recogniser read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ReadLine {
    /// Its characters.
    pub text: String,
    /// How likely it is right, every character of it.
    pub confidence: f32,
    /// What that rests on.
    pub evidence: Evidence,
    /// Whether it looks like a mistake however likely it is; see `suspicion`.
    pub is_suspect: bool,
    /// For each character of the dictionary that was read: its place in `text` and on the line.
    glyphs: Vec<Glyph>,
    /// How many steps the line is long.
    steps: f32,
    /// How words are judged.
    calibration: Calibration,
    /// No word is likelier than this.
    ceiling: Option<f32>,
}

#[derive(Debug, Clone, PartialEq)]
struct Glyph {
    text: std::ops::Range<usize>,
    step: usize,
    probability: f32,
}

/// Decodes one line from what its steps show. `width_steps` is how many of them, possibly a fraction, the picture of
/// the line covered; the rest is padding.
pub(super) fn decode(
    shown: impl IntoIterator<Item = Step>,
    dictionary: &Dictionary,
    profile: &Profile,
    width_steps: f32,
) -> ReadLine {
    let space = dictionary.classes() - 1;
    let mut line = ReadLine { steps: width_steps.max(1.0), ..ReadLine::default() };
    let mut before = BLANK;
    let mut doubted_space = 0.0_f32;
    for (step, shown) in shown.into_iter().enumerate() {
        let class = shown.class;
        if class == BLANK {
            doubted_space = doubted_space.max(shown.space);
        } else if class != before
            && let Some(character) = dictionary.character(class)
        {
            if class != space && doubted_space >= profile.space_threshold && may_part(&line.text, character) {
                line.push(" ", step - 1, doubted_space);
            }
            // One mark is sometimes seen as two kinds of it.
            if !(is_apostrophe(character) && line.replaces_apostrophe(character, step, shown.probability)) {
                line.push(character, step, shown.probability);
            }
            doubted_space = 0.0;
        }
        before = class;
    }
    line.evidence = Evidence::of(line.glyphs.iter().map(|glyph| glyph.probability));
    line.confidence = profile.calibration.confidence(&line.evidence);
    line.calibration = profile.calibration;
    line
}

impl ReadLine {
    fn push(&mut self, character: &str, step: usize, probability: f32) {
        let start = self.text.len();
        self.text.push_str(character);
        self.glyphs.push(Glyph { text: start..self.text.len(), step, probability });
    }

    /// Whether the last glyph is an apostrophe of another kind right beside this one; the likelier of both stays.
    fn replaces_apostrophe(&mut self, character: &str, step: usize, probability: f32) -> bool {
        let Some(last) = self.glyphs.last_mut() else { return false };
        let before = &self.text[last.text.clone()];
        if !is_apostrophe(before) || before == character || step > last.step + 2 {
            return false;
        }
        if probability > last.probability {
            self.text.truncate(last.text.start);
            self.text.push_str(character);
            *last = Glyph { text: last.text.start..self.text.len(), step, probability };
        }
        true
    }

    /// The same reading, at most so likely to be right.
    pub(super) fn capped(mut self, ceiling: f32) -> Self {
        self.confidence = self.confidence.min(ceiling);
        self.ceiling = Some(ceiling);
        self
    }

    /// Whether it has Chinese or Japanese characters.
    pub(super) fn is_wide(&self) -> bool {
        self.text.chars().any(is_wide_character)
    }

    /// Whether there are far fewer characters than would fit on the line (Latin print has 1 in 3 steps, Chinese
    /// 1 in 6): the recogniser did not see what else is there.
    pub(super) fn is_sparse(&self) -> bool {
        const STEPS_PER_CHARACTER: f32 = 14.0;
        visible(&self.text) as f32 * STEPS_PER_CHARACTER < self.steps
    }

    /// The words of the line, split at spaces, each with the part of the line's box it stands in.
    pub(super) fn words(&self, quad: &Quad) -> Vec<Word> {
        let is_space = |glyph: &Glyph| self.text[glyph.text.clone()].trim().is_empty();
        self.glyphs
            .split(is_space)
            .filter_map(|glyphs| {
                let (first, last) = (glyphs.first()?, glyphs.last()?);
                let share = |step: f32| (step / self.steps).clamp(0.0, 1.0);
                let bbox = quad.between(share(first.step as f32 - 0.5), share(last.step as f32 + 1.5)).bounds();
                let evidence = Evidence::of(glyphs.iter().map(|glyph| glyph.probability));
                let confidence = self.calibration.confidence(&evidence).min(self.ceiling.unwrap_or(1.0));
                let text = self.text[first.text.start..last.text.end].to_owned();
                Some(Word { text, bbox, confidence: Some(confidence) })
            })
            .collect()
    }
}

/// Whether a space may stand between what was read and the next character: between words of a script with
/// spaces, but not inside a number, nor on the inner side of punctuation.
fn may_part(before: &str, next: &str) -> bool {
    let mut read = before.chars().rev();
    let (Some(last), before_last) = (read.next(), read.next()) else { return false };
    let Some(next) = next.chars().next() else { return false };
    let is_within_number = next.is_ascii_digit()
        && matches!(last, '.' | ',' | ':' | '\'' | '’' | '/' | '-')
        && before_last.is_some_and(|character| character.is_ascii_digit());
    let closes = matches!(next, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '’' | '»' | '%');
    let opens = matches!(last, '(' | '[' | '{' | '«' | '¿' | '¡' | '#' | '$' | '£');
    let is_wide = is_wide_character(last) || is_wide_character(next);
    !(last.is_whitespace() || is_wide || is_within_number || closes || opens)
}

fn is_apostrophe(character: &str) -> bool {
    matches!(character, "'" | "’" | "‘")
}

/// Chinese and Japanese characters and their punctuation, which are written without spaces.
pub(super) fn is_wide_character(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}')
}

/// How many characters leave ink.
pub(super) fn visible(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        Dictionary::new(["a", "b", "c", "價"].map(String::from).to_vec())
    }

    /// One row per character of `path`: `-` is the blank; the probability is the same for all.
    fn rows(path: &str, probability: f32) -> Vec<f32> {
        let classes: Vec<char> = "-abc價 ".chars().collect();
        path.chars()
            .flat_map(|character| {
                let rest = (1.0 - probability) / (classes.len() - 1) as f32;
                classes.iter().map(|class| if *class == character { probability } else { rest }).collect::<Vec<_>>()
            })
            .collect()
    }

    fn read(rows: &[f32], dictionary: &Dictionary, steps: usize) -> ReadLine {
        decode(Step::all_of(rows, dictionary.classes()), dictionary, &Profile::FAST, steps as f32)
    }

    #[test]
    fn repeats_collapse_and_blanks_vanish() {
        let table = [
            ("", ""),
            ("----", ""),
            ("aaa", "a"),
            ("-a-a-", "aa"),
            ("aabb-cc", "abc"),
            ("a-- b", "a b"),
            ("價--價價", "價價"),
            ("aba", "aba"),
        ];
        for (path, text) in table {
            for probability in [0.4, 0.9] {
                let line = read(&rows(path, probability), &dictionary(), path.len());
                assert_eq!(line.text, text, "{path} at {probability}");
            }
        }
    }

    #[test]
    fn the_evidence_is_of_the_kept_steps() {
        let probabilities = [rows("a", 0.9), rows("--", 0.99), rows("b", 0.5)].concat();
        let line = read(&probabilities, &dictionary(), 4);
        assert_eq!(line.evidence, Evidence::of([0.9, 0.5].into_iter()));
        assert_eq!(read(&rows("---", 0.9), &dictionary(), 3).confidence, 0.0);
    }

    #[test]
    fn a_space_that_nearly_won_is_put_back() {
        let doubtful = |probability: f32| {
            let mut row = rows("-", 1.0 - probability);
            *row.last_mut().unwrap() = probability;
            row
        };
        let read = |left: &str, probability: f32, right: &str| {
            read(&[rows(left, 0.9), doubtful(probability), rows(right, 0.9)].concat(), &dictionary(), 4).text
        };
        assert_eq!(read("a", 0.3, "b"), "a b");
        assert_eq!(read("a", 0.1, "b"), "ab", "a weak doubt is none");
        assert_eq!(read(" ", 0.3, "b"), " b", "one space is enough");
        assert_eq!(read("價", 0.3, "價"), "價價", "Chinese has no spaces");
    }

    #[test]
    fn spaces_are_put_between_words_only() {
        let rows = [
            ("a", "b", true),
            ("end.", "N", true),
            ("49,", "9", false),
            ("12:", "3", false),
            ("in 1990,", "t", true),
            ("sterling", ".", false),
            ("(", "a", false),
            ("a ", "b", false),
            ("價", "a", false),
            ("", "a", false),
        ];
        for (before, next, expected) in rows {
            assert_eq!(may_part(before, next), expected, "{before:?} {next:?}");
        }
    }

    #[test]
    fn an_apostrophe_is_not_seen_twice() {
        let dictionary = Dictionary::new(["a", "'", "’"].map(String::from).to_vec());
        let row = |class: usize, probability: f32| {
            let mut row = vec![(1.0 - probability) / 4.0; 5];
            row[class] = probability;
            row
        };
        for (curly, expected) in [(0.6, "a’a"), (0.5, "a'a")] {
            let rows = [row(1, 0.9), row(2, 0.55), row(3, curly), row(1, 0.9)].concat();
            assert_eq!(read(&rows, &dictionary, 4).text, expected);
        }
    }

    #[test]
    fn words_stand_where_their_steps_are() {
        let line = read(&rows("-ab---  --c-", 0.9), &dictionary(), 12);
        let words = line.words(&Quad::upright(0.0, 0.0, 120.0, 10.0));
        let places: Vec<(&str, f32, f32)> =
            words.iter().map(|word| (word.text.as_str(), word.bbox.left, word.bbox.right)).collect();
        assert_eq!(places, [("ab", 5.0, 35.0), ("c", 95.0, 115.0)]);
    }
}
