//! How well a text agrees with its truth, as `benches/score.py` measures it: by words, and by characters.

use std::collections::BTreeMap;

/// Harmonic mean of precision and recall over bags of words; order does not count.
pub(crate) fn word_f1(truth: &str, read: &str) -> f64 {
    let (expected, found) = (bag(truth), bag(read));
    let total = |bag: &BTreeMap<&str, usize>| bag.values().sum::<usize>();
    let shared: usize = expected.iter().map(|(word, count)| count.min(found.get(word).unwrap_or(&0))).sum();
    if total(&expected) + total(&found) == 0 { 1.0 } else { ratio(2 * shared, total(&expected) + total(&found)) }
}

fn bag(text: &str) -> BTreeMap<&str, usize> {
    let mut bag = BTreeMap::new();
    for word in text.split_whitespace() {
        *bag.entry(word).or_default() += 1;
    }
    bag
}

/// One less the edit distance per character of the truth, white space left out; order counts.
pub(crate) fn character_accuracy(truth: &str, read: &str) -> f64 {
    let characters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<Vec<char>>();
    let (expected, found) = (characters(truth), characters(read));
    1.0 - ratio(edit_distance(&expected, &found), expected.len())
}

/// White space of any kind and length as one space.
pub(crate) fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn edit_distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (number, from) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = number + 1;
        for (place, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[test]
fn scores_are_what_they_say() {
    assert_eq!(word_f1("a b c d", "d c b a"), 1.0);
    assert_eq!(word_f1("a a b", "a b b"), 2.0 / 3.0);
    assert_eq!(word_f1("", ""), 1.0);
    assert_eq!(character_accuracy("ab cd", "a bcd"), 1.0);
    assert_eq!(character_accuracy("abcd", "abd"), 0.75);
    assert_eq!(character_accuracy("abcd", "dcba"), 0.0);
}
