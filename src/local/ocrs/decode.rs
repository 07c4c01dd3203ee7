//! Greedy CTC decoding: scores of classes, step by step, become characters with their places and probabilities.
//!
//! Graves et al., "Connectionist Temporal Classification", 2006. The crate's own decoder is not used, for it keeps
//! the probability of a line as a whole only, padding included, and drops those of the characters.

use std::path::Path;

use mediary_core::Failure;

const BLANK: usize = 0;

/// What the numbers of a recogniser are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scores {
    /// From 0 to 1, one in sum.
    Probabilities,
    /// Their natural logarithms.
    Logarithms,
}

impl Scores {
    fn probability(self, score: f32) -> f32 {
        match self {
            Self::Probabilities => score,
            Self::Logarithms => score.exp(),
        }
    }

    /// Only one class of a step can have more than this.
    fn half(self) -> f32 {
        match self {
            Self::Probabilities => 0.5,
            Self::Logarithms => -std::f32::consts::LN_2,
        }
    }
}

/// The characters of a recogniser; class 0 is the blank, class 1 the first of them.
#[derive(Debug, Clone)]
pub(super) struct Alphabet(Vec<String>);

impl Alphabet {
    /// What ocrs's own recogniser was trained on: 96 Latin characters.
    pub(super) fn of_ocrs() -> Self {
        let marks = " 0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~€";
        Self(marks.chars().chain('A'..='Z').chain('a'..='z').map(String::from).collect())
    }

    /// PP-OCR's: a JSON list of characters, after which comes the space.
    pub(super) fn of_paddleocr(path: &Path) -> Result<Self, Failure> {
        let failed = |reason: String| Failure::broken(format!("cannot read {}: {reason}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let mut characters: Vec<String> = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        characters.push(" ".to_owned());
        Ok(Self(characters))
    }

    /// How many classes a recogniser with these characters has.
    pub(super) fn classes(&self) -> usize {
        self.0.len() + 1
    }
}

/// A character as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    /// What it is; most often one `char`.
    pub text: String,
    /// Where it begins and ends along the line, from 0 to 1.
    pub place: (f32, f32),
    /// How sure the recogniser is of it.
    pub probability: f32,
}

impl Glyph {
    /// Whether it parts words.
    pub(super) fn is_space(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Its middle.
    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.place.0, self.place.1)
    }
}

/// Decodes one line from rows of class scores. `steps` of them, possibly a fraction, are the line; the rest is
/// padding, and what is read there is dropped.
pub(super) fn decode(rows: &[f32], alphabet: &Alphabet, scores: Scores, steps: f32) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut before = BLANK;
    for (step, row) in rows.chunks_exact(alphabet.classes()).enumerate().take(steps.ceil() as usize) {
        let class = best_class(row, before, scores.half());
        let end = ((step + 1) as f32 / steps).min(1.0);
        if class != BLANK {
            if class == before
                && let Some(last) = glyphs.last_mut()
            {
                last.place.1 = end;
            } else {
                let probability = scores.probability(row[class]).clamp(0.0, 1.0);
                glyphs.push(Glyph {
                    text: alphabet.0[class - 1].clone(),
                    place: (step as f32 / steps, end),
                    probability,
                });
            }
        }
        before = class;
    }
    glyphs
}

/// The class with the highest score. Most steps are blank or go on with the class before, and a class with more than
/// half of all probability is the best without a look at the other thousands.
fn best_class(row: &[f32], before: usize, half: f32) -> usize {
    if row[BLANK] > half {
        return BLANK;
    }
    if row[before] > half {
        return before;
    }
    let best = row.iter().fold(f32::NEG_INFINITY, |best, &score| if score > best { score } else { best });
    row.iter().position(|&score| score >= best).unwrap_or(BLANK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alphabet() -> Alphabet {
        Alphabet(["a", "b", "c", " "].map(String::from).to_vec())
    }

    /// One row for each character of `path`; `-` is the blank.
    fn rows(path: &str, probability: f32, scores: Scores) -> Vec<f32> {
        let classes: Vec<char> = "-abc ".chars().collect();
        let rest = (1.0 - probability) / (classes.len() - 1) as f32;
        let row = |character: char| {
            classes
                .iter()
                .map(move |class| if *class == character { probability } else { rest })
                .map(|value| match scores {
                    Scores::Probabilities => value,
                    Scores::Logarithms => value.ln(),
                })
                .collect::<Vec<_>>()
        };
        path.chars().flat_map(row).collect()
    }

    fn text(glyphs: &[Glyph]) -> String {
        glyphs.iter().map(|glyph| glyph.text.as_str()).collect()
    }

    #[test]
    fn repeats_collapse_blanks_vanish_and_padding_is_not_read() {
        let table = [
            ("", 0.0, ""),
            ("----", 4.0, ""),
            ("aaa", 3.0, "a"),
            ("-a-a-", 5.0, "aa"),
            ("aabb-cc", 7.0, "abc"),
            ("a-- b", 5.0, "a b"),
            ("ab---c", 3.5, "ab"),
        ];
        for (path, steps, expected) in table {
            for scores in [Scores::Probabilities, Scores::Logarithms] {
                for probability in [0.4, 0.9] {
                    let read = decode(&rows(path, probability, scores), &alphabet(), scores, steps);
                    assert_eq!(text(&read), expected, "{path} {scores:?} {probability}");
                    assert!(read.iter().all(|glyph| (glyph.probability - probability).abs() < 1e-5), "{read:?}");
                }
            }
        }
    }

    #[test]
    fn characters_stand_where_their_steps_are() {
        let read = decode(&rows("-aa----b--", 0.9, Scores::Probabilities), &alphabet(), Scores::Probabilities, 10.0);
        let places: Vec<_> = read.iter().map(|glyph| glyph.place).collect();
        assert_eq!(places, [(0.1, 0.3), (0.7, 0.8)]);
    }

    #[test]
    fn the_own_alphabet_is_that_of_the_crate() {
        let alphabet = Alphabet::of_ocrs();
        assert_eq!((alphabet.classes(), alphabet.0[0].as_str(), alphabet.0[95].as_str()), (97, " ", "z"));
    }
}
