//! Questions of other words that mean the same, among those that were answered.
//!
//! That their vectors are near is needed and proves little: "hot" and "cold", "with" and "without", two cities or two numbers
//! are as near as the best of paraphrases (measured in `docs/caches.md`). So every word that carries meaning has to be the
//! same, in the same order; only words that a question is built with may differ. A wrong answer costs more than a call.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::digest::Digest;

/// Questions that are remembered; the oldest go first. Each takes some two kilobytes.
const MOST: usize = 4_096;
/// Longer questions are asked as they are.
const LONGEST_BYTES: usize = 2_048;

/// Words that questions are built with, and that may differ: in English, German, Spanish, French. None is a pronoun, says a
/// time or a possibility, tells who does what to whom (as German articles do), or means something in another language.
const BUILDING: [&str; 21] = [
    "the", "is", "are", "what", "which", "please", "ist", "sind", "welche", "welcher", "welches", "bitte", "el", "qué",
    "cuál", "cuáles", "sont", "quel", "quelle", "quels", "quelles",
];

/// A question that was answered.
#[derive(Debug)]
struct Asked {
    /// Of all that stands around it, its client and its target.
    around: Digest,
    words: String,
    vector: Vec<f32>,
    /// Where its answer is kept.
    answer: Digest,
}

/// Questions that were answered.
#[derive(Debug, Default)]
pub(super) struct Questions(Mutex<VecDeque<Asked>>);

impl Questions {
    /// The answers to the questions of the same meaning, the nearest first, each with how near it is.
    pub(super) fn alike(&self, around: Digest, words: &str, vector: &[f32], least: f32) -> Vec<(Digest, f32)> {
        let questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let near = questions.iter().filter(|asked| asked.around == around && means_the_same(&asked.words, words));
        let mut near: Vec<(Digest, f32)> = near
            .map(|asked| (asked.answer, cosine(&asked.vector, vector)))
            .filter(|(_, near)| *near >= least)
            .collect();
        near.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        near
    }

    /// Remembers where the answer to a question is kept.
    pub(super) fn remember(&self, around: Digest, words: &str, vector: Vec<f32>, answer: Digest) {
        let mut questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        questions.retain(|asked| asked.around != around || asked.answer != answer);
        if questions.len() == MOST {
            questions.pop_front();
        }
        questions.push_back(Asked { around, words: words.to_owned(), vector, answer });
    }
}

/// Whether a question is short enough to be compared.
pub(in crate::gateway) fn is_comparable(words: &str) -> bool {
    words.len() <= LONGEST_BYTES
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    if one.len() != other.len() {
        return 0.0;
    }
    let length = (dot(one, one) * dot(other, other)).sqrt();
    if length > 0.0 { dot(one, other) / length } else { 0.0 }
}

/// Whether all words that carry meaning are the same, in the same order.
fn means_the_same(one: &str, other: &str) -> bool {
    meaning(one).eq(meaning(other))
}

/// The words of a text that carry meaning, in small letters. What joins the letters and digits of a word belongs to it:
/// `3.10` is not `3.1`, `can't` not `can`. Signs count as words: `5 < 7` is not `5 > 7`.
fn meaning(text: &str) -> impl Iterator<Item = String> {
    let text = text.to_lowercase().replace('’', "'");
    let text = text.trim().trim_end_matches(['?', '.', '!', ' ']);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = !word.is_empty() && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() || (matches!(c, '.' | ',' | '\'' | '-' | '_' | ':' | '/') && joins) {
            word.push(c);
            continue;
        }
        words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        if !c.is_whitespace() && !matches!(c, ',' | '¿' | '¡' | '?' | '!' | '.') {
            words.push(c.to_string());
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words.into_iter().filter(|word| !BUILDING.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_questions_are_built_with_may_differ() {
        let rows = [
            ("What is the capital of France?", "which is the capital of france", true),
            ("How do I reset my password?", "Please, how do I reset my password", true),
            ("Please explain gravity.", "Explain gravity!", true),
            ("Who is the president of France?", "Who was the president of France?", false),
            ("Do I owe you money?", "Do you owe me money?", false),
            ("Can I sue you?", "Can you sue me?", false),
            ("Is it legal to record you?", "Is it legal to record me?", false),
            ("Is the shop open on Sunday?", "Will the shop open on Sunday?", false),
            ("What can I do for you?", "What can you do for me?", false),
            ("How do I reset my password?", "How can I reset my password?", false),
            ("What does a bank charge?", "What is a bank charge?", false),
            ("Beißt der Hund den Mann?", "Beißt den Hund der Mann?", false),
            ("Der Hund war krank", "Der Hund ist krank", false),
            ("What is 12 times 17?", "What is 12 times 18?", false),
            ("Is 3.10 newer than 3.9?", "Is 3.1 newer than 3.9?", false),
            ("Is it safe?", "Is it not safe?", false),
            ("What can swim?", "What can't swim?", false),
            ("Hotels with breakfast", "Hotels without breakfast", false),
            ("Convert miles to kilometres.", "Convert kilometres to miles.", false),
            ("Is 5 < 7?", "Is 5 > 7?", false),
            ("When was it built?", "Where was it built?", false),
            ("Hotels in Rome", "Cheap hotels in Rome", false),
        ];
        for (one, other, expected) in rows {
            assert_eq!(means_the_same(one, other), expected, "{one} | {other}");
        }
    }

    #[test]
    fn questions_are_of_what_stands_around_them_and_the_nearest_comes_first() {
        let (around, elsewhere) = (Digest([1; 32]), Digest([2; 32]));
        let (first, second) = (Digest([3; 32]), Digest([4; 32]));
        let questions = Questions::default();
        questions.remember(around, "What is up?", vec![1.0, 0.0], first);
        questions.remember(around, "What's up?", vec![1.0, 0.1], Digest([5; 32]));
        questions.remember(around, "Which is up?", vec![0.8, 0.6], second);
        let found = |around, least| questions.alike(around, "what is up", &[2.0, 0.0], least);
        assert_eq!(found(around, 0.75), [(first, 1.0), (second, 0.8)]);
        assert_eq!(found(around, 0.9), [(first, 1.0)]);
        assert_eq!(found(elsewhere, 0.0), []);
    }

    #[test]
    fn memory_is_bounded() {
        let questions = Questions::default();
        let digest = |number: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
            Digest(bytes)
        };
        for number in 0..=MOST {
            questions.remember(digest(0), "up", vec![1.0], digest(number));
        }
        assert_eq!(questions.alike(digest(0), "up", &[1.0], 0.5).len(), MOST);
    }
}
