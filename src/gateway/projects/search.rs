//! What is asked is looked up among the passages of a project: by meaning, where there are vectors, and by words.
//!
//! Each of the two puts the passages in an order, and the orders are joined (reciprocal rank fusion), so that neither has to
//! be measured in the other's terms. All passages are looked through in memory, within what all requests may hold.

use std::collections::{HashMap, HashSet};

use mediary_store::Passage;

use super::super::administration::unix_seconds;
use super::super::blocking;
use super::vectors::{Side, embedding, vectors};
use super::{NoProject, Projects};

/// What the places in two orders are smoothed by, as is usual.
const SMOOTHING: f32 = 60.0;
/// How much a word counts that comes often, and how much long passages lose, as is usual (BM25).
const OFTEN: f32 = 1.2;
const LONG: f32 = 0.75;
/// About what a passage takes in memory.
const PASSAGE_BYTES: u64 = 4_096;

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPassage {
    /// What was found.
    pub passage: Passage,
    /// How well it fits, 0 to 1.
    pub score: f32,
    /// Whether it has to do with what was asked: it means something like it, or has a word of it that few passages have.
    pub is_near: bool,
}

/// What is asked, as a vector.
struct Question {
    model: &'static str,
    /// How near a passage has to be.
    least: f32,
    vector: Vec<f32>,
}

impl Projects {
    /// The passages of a project of this owner's that fit a question, the best first.
    ///
    /// # Errors
    /// When there is no such project, or too little room to look through it.
    pub async fn search(
        &self,
        id: &str,
        owner: &[u8],
        question: &str,
        limit: usize,
    ) -> Result<Vec<FoundPassage>, NoProject> {
        let (_, counted) = self.get(id, owner).await?;
        let count = u64::try_from(counted.passages).unwrap_or(0);
        if count == 0 || limit == 0 {
            return Ok(Vec::new());
        }
        let gateway = self.gateway();
        let held = gateway.admission().holding(count.saturating_mul(PASSAGE_BYTES))?;
        let passages = self.rows.passages(id, unix_seconds()).await?;
        let asked = match embedding(&gateway) {
            Some((model, least)) => match vectors(&gateway, model, vec![question.to_owned()], Side::Question).await {
                Ok(found) => found.into_iter().next().map(|vector| Question { model, least, vector }),
                Err(failure) => {
                    tracing::warn!(error.kind = failure.kind.name(), "a project is searched by words alone");
                    None
                }
            },
            None => None,
        };
        let words = question.to_owned();
        let found = blocking::run(move || {
            let mut found = ranked(passages, &words, asked.as_ref());
            found.truncate(limit);
            drop(held);
            Ok(found)
        });
        Ok(found.await?)
    }
}

/// Passages that have anything to do with a question, the best first.
fn ranked(passages: Vec<Passage>, words: &str, asked: Option<&Question>) -> Vec<FoundPassage> {
    let by_words = scored_by_words(&passages, words);
    let near: Vec<Option<f32>> = passages
        .iter()
        .map(|passage| {
            let asked = asked.filter(|asked| passage.model.as_deref() == Some(asked.model))?;
            nearness(passage.said.vector.as_ref()?, &asked.vector)
        })
        .collect();
    let word_places = places(by_words.iter().map(|score| Some(score.0).filter(|score| *score > 0.0)));
    let near_places = places(near.iter().copied());
    let has_vectors = near.iter().any(Option::is_some);
    let orders = if has_vectors { 2.0 } else { 1.0 };
    let mut found = Vec::new();
    for (at, passage) in passages.into_iter().enumerate() {
        let places = [word_places[at], near_places[at]];
        let sum: f32 = places.into_iter().flatten().map(|place| 1.0 / (SMOOTHING + place)).sum();
        if sum == 0.0 {
            continue;
        }
        let is_close = near[at].zip(asked).is_some_and(|(near, asked)| near >= asked.least);
        let is_near = is_close || by_words[at].1 || !has_vectors;
        found.push(FoundPassage { passage, score: sum * (SMOOTHING + 1.0) / orders, is_near });
    }
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found
}

/// The place of each in their order, from 1; those without a value have none.
fn places(values: impl Iterator<Item = Option<f32>>) -> Vec<Option<f32>> {
    let values: Vec<Option<f32>> = values.collect();
    let mut order: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_some()).collect();
    let value = |at: &usize| values[*at].unwrap_or(f32::MIN);
    order.sort_by(|one, other| value(other).total_cmp(&value(one)));
    let mut places = vec![None; values.len()];
    let mut number = 0.0_f32;
    for at in order {
        number += 1.0;
        places[at] = Some(number);
    }
    places
}

/// The cosine of two vectors; `None` if they are not of one kind.
fn nearness(one: &[f32], other: &[f32]) -> Option<f32> {
    if one.len() != other.len() {
        return None;
    }
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let length = (dot(one, one) * dot(other, other)).sqrt();
    (length > 0.0).then(|| dot(one, other) / length)
}

/// How well each passage fits by the words that it shares with a question, and whether one of them is rare.
fn scored_by_words(passages: &[Passage], question: &str) -> Vec<(f32, bool)> {
    let question = spaced(question);
    let wanted: HashSet<&str> = question.split_whitespace().collect();
    let mut lengths = Vec::with_capacity(passages.len());
    let mut counts: Vec<HashMap<&str, f32>> = Vec::with_capacity(passages.len());
    let mut among: HashMap<&str, f32> = HashMap::new();
    for passage in passages {
        let mut count: HashMap<&str, f32> = HashMap::new();
        let mut length = 0.0_f32;
        for text in [passage.name.as_str(), &passage.said.heading, &passage.said.text] {
            for word in spaced(text).split_whitespace() {
                length += 1.0;
                if let Some(&word) = wanted.get(word) {
                    *count.entry(word).or_default() += 1.0;
                }
            }
        }
        count.keys().for_each(|word| *among.entry(word).or_default() += 1.0);
        lengths.push(length);
        counts.push(count);
    }
    #[expect(clippy::cast_precision_loss, reason = "passages are counted in thousands")]
    let all = passages.len() as f32;
    let usual = lengths.iter().sum::<f32>() / all.max(1.0);
    let scored = counts.iter().zip(&lengths).map(|(count, length)| {
        let of_word = |(word, times): (&&str, &f32)| {
            let having = among.get(word).copied().unwrap_or_default();
            let rare = (1.0 + (all - having + 0.5) / (having + 0.5)).ln();
            rare * times * (OFTEN + 1.0) / (times + OFTEN * (1.0 - LONG + LONG * length / usual.max(1.0)))
        };
        let is_rare = |word: &&str| among.get(word).is_some_and(|having| having * 2.0 <= all);
        (count.iter().map(of_word).sum(), count.keys().any(is_rare))
    });
    scored.collect()
}

/// The words of a text in small letters, with blanks between them. Each sign of a script that has no spaces is a word.
fn spaced(text: &str) -> String {
    let is_sign =
        |c: char| matches!(u32::from(c), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF);
    let mut spaced = String::with_capacity(text.len());
    for c in text.chars() {
        if is_sign(c) {
            spaced.push(' ');
            spaced.push(c);
            spaced.push(' ');
        } else if c.is_alphanumeric() {
            spaced.extend(c.to_lowercase());
        } else {
            spaced.push(' ');
        }
    }
    spaced
}

#[cfg(test)]
mod tests {
    use mediary_store::NewPassage;

    use super::*;

    fn passage(number: i64, text: &str, vector: Option<Vec<f32>>) -> Passage {
        let said = NewPassage { page: None, heading: String::new(), text: text.to_owned(), vector };
        Passage { file: "f".to_owned(), name: "notes.txt".to_owned(), number, model: Some("m".to_owned()), said }
    }

    fn numbers(found: &[FoundPassage]) -> Vec<i64> {
        found.iter().map(|found| found.passage.number).collect()
    }

    #[test]
    fn words_find_what_they_stand_in_rare_ones_first() {
        let passages = vec![
            passage(1, "The apples of the garden are red.", None),
            passage(2, "The pears of the garden are green, and the pears of the field too.", None),
            passage(3, "Nothing of the kind.", None),
            passage(4, "庭に梨の木がある。", None),
        ];
        let found = ranked(passages.clone(), "Where are the PEARS?", None);
        assert_eq!(numbers(&found), [2, 1, 3]);
        assert!(found[0].score <= 1.0 && found[0].score > found[1].score, "{found:?}");
        assert_eq!(numbers(&ranked(passages.clone(), "梨はどこ", None)), [4]);
        assert_eq!(numbers(&ranked(passages, "zebra", None)), [0_i64; 0]);
    }

    #[test]
    fn meanings_and_words_are_joined_and_what_has_to_do_with_neither_is_told() {
        let passages = vec![
            passage(1, "cars and roads", Some(vec![1.0, 0.0])),
            passage(2, "automobiles", Some(vec![0.9, 0.1])),
            passage(3, "cooking and recipes", Some(vec![0.0, 1.0])),
            passage(4, "another model's and cars", Some(vec![1.0])),
        ];
        let asked = Question { model: "m", least: 0.5, vector: vec![1.0, 0.0] };
        let found = ranked(passages, "cars and trucks", Some(&asked));
        assert_eq!(numbers(&found)[0], 1);
        let near: Vec<(i64, bool)> = found.iter().map(|found| (found.passage.number, found.is_near)).collect();
        assert!(near.contains(&(2, true)), "by its meaning: {near:?}");
        assert!(near.contains(&(4, true)), "by a rare word: {near:?}");
        assert!(near.contains(&(3, false)), "by a word that most have: {near:?}");
    }
}
