//! Greedy CTC decoding: a row of class probabilities per step becomes text with places.
//!
//! Graves et al., "Connectionist Temporal Classification", 2006: take the best class of each step,
//! drop repeats, then blanks. One thing is added: a space that nearly won between two glyphs is put
//! back, because lost spaces are the commonest fault of these models in Latin text.

use mediary_core::document::{Quad, Word};

use super::dictionary::Dictionary;

const BLANK: usize = 0;
/// PP-OCR's tiny models often see a space without choosing it. Between two glyphs of one script a
/// doubt this strong is one (measured: lower adds spaces inside words, higher loses those in
/// monospaced print).
const SPACE_THRESHOLD: f32 = 0.25;

/// A line as the recogniser read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ReadLine {
    /// Its characters.
    pub text: String,
    /// Mean probability of the kept steps.
    pub confidence: f32,
    /// For each character of the dictionary that was read: its place in `text` and on the line.
    glyphs: Vec<Glyph>,
    /// How many steps the line is long.
    steps: f32,
}

#[derive(Debug, Clone, PartialEq)]
struct Glyph {
    text: std::ops::Range<usize>,
    step: usize,
    probability: f32,
}

/// Decodes one line from `steps` rows of class probabilities. `width_steps` is how many of them,
/// possibly a fraction, the picture of the line covered; the rest is padding.
pub(super) fn decode(probabilities: &[f32], dictionary: &Dictionary, width_steps: f32) -> ReadLine {
    let classes = dictionary.classes();
    let space = classes - 1;
    let mut line = ReadLine { steps: width_steps.max(1.0), ..ReadLine::default() };
    let mut before = BLANK;
    let mut doubted_space = 0.0_f32;
    for (step, row) in probabilities.chunks_exact(classes).enumerate() {
        let class = best_class(row, before);
        if class == BLANK {
            doubted_space = doubted_space.max(row[space]);
        } else if class != before
            && let Some(character) = dictionary.character(class)
        {
            if class != space
                && doubted_space >= SPACE_THRESHOLD
                && line.ends_in_word()
                && !character.chars().any(is_wide_character)
            {
                line.push(" ", step - 1, doubted_space);
            }
            line.push(character, step, row[class]);
            doubted_space = 0.0;
        }
        before = class;
    }
    if !line.glyphs.is_empty() {
        line.confidence = line.glyphs.iter().map(|glyph| glyph.probability).sum::<f32>() / line.glyphs.len() as f32;
    }
    line
}

/// The class with the highest probability. A row sums to one, so a class above one half is the best
/// without looking at the other thousands; most steps are blank or go on with the class before.
fn best_class(row: &[f32], before: usize) -> usize {
    if row[BLANK] > 0.5 {
        return BLANK;
    }
    if row[before] > 0.5 {
        return before;
    }
    // Maxima of whole chunks vectorise; the place is then looked up in one chunk only.
    const CHUNK: usize = 64;
    let (mut best_chunk, mut best) = (0, f32::NEG_INFINITY);
    for (index, chunk) in row.chunks(CHUNK).enumerate() {
        let highest =
            chunk.iter().fold(f32::NEG_INFINITY, |highest, &value| if value > highest { value } else { highest });
        if highest > best {
            (best_chunk, best) = (index, highest);
            if highest > 0.5 {
                break;
            }
        }
    }
    let start = best_chunk * CHUNK;
    let chunk = &row[start..row.len().min(start + CHUNK)];
    start + chunk.iter().position(|&value| value >= best).unwrap_or(0)
}

impl ReadLine {
    fn push(&mut self, character: &str, step: usize, probability: f32) {
        let start = self.text.len();
        self.text.push_str(character);
        self.glyphs.push(Glyph { text: start..self.text.len(), step, probability });
    }

    fn ends_in_word(&self) -> bool {
        self.text.chars().next_back().is_some_and(|last| !last.is_whitespace() && !is_wide_character(last))
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
                let confidence = glyphs.iter().map(|glyph| glyph.probability).sum::<f32>() / glyphs.len() as f32;
                let text = self.text[first.text.start..last.text.end].to_owned();
                Some(Word { text, bbox, confidence: Some(confidence) })
            })
            .collect()
    }
}

/// Chinese and Japanese characters and their punctuation, which are written without spaces.
pub(super) fn is_wide_character(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}')
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
                let line = decode(&rows(path, probability), &dictionary(), path.len() as f32);
                assert_eq!(line.text, text, "{path} at {probability}");
            }
        }
    }

    #[test]
    fn confidence_is_the_mean_of_the_kept_steps() {
        let probabilities = [rows("a", 0.9), rows("--", 0.99), rows("b", 0.5)].concat();
        let line = decode(&probabilities, &dictionary(), 4.0);
        assert!((line.confidence - 0.7).abs() < 1e-5, "{line:?}");
        assert_eq!(decode(&rows("---", 0.9), &dictionary(), 3.0).confidence, 0.0);
    }

    #[test]
    fn a_space_that_nearly_won_is_put_back() {
        let doubtful = |probability: f32| {
            let mut row = rows("-", 1.0 - probability);
            *row.last_mut().unwrap() = probability;
            row
        };
        let read = |left: &str, probability: f32, right: &str| {
            decode(&[rows(left, 0.9), doubtful(probability), rows(right, 0.9)].concat(), &dictionary(), 4.0).text
        };
        assert_eq!(read("a", 0.3, "b"), "a b");
        assert_eq!(read("a", 0.1, "b"), "ab", "a weak doubt is none");
        assert_eq!(read(" ", 0.3, "b"), " b", "one space is enough");
        assert_eq!(read("價", 0.3, "價"), "價價", "Chinese has no spaces");
    }

    #[test]
    fn words_stand_where_their_steps_are() {
        let line = decode(&rows("-ab---  --c-", 0.9), &dictionary(), 12.0);
        let words = line.words(&Quad::upright(0.0, 0.0, 120.0, 10.0));
        let places: Vec<(&str, f32, f32)> =
            words.iter().map(|word| (word.text.as_str(), word.bbox.left, word.bbox.right)).collect();
        assert_eq!(places, [("ab", 5.0, 35.0), ("c", 95.0, 115.0)]);
    }

    #[test]
    fn the_best_of_thousands_is_found_wherever_it_is() {
        for class in [0, 1, 63, 64, 65, 6_000, 6_905] {
            let mut row = vec![0.000_1; 6_906];
            row[class] = 0.3;
            assert_eq!(best_class(&row, 0), class);
        }
    }
}
