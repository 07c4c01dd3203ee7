//! How far two readings of one text agree.
//!
//! Letters and digits are compared, not what they mean. By this an invisible text layer is held against a sample of
//! what can be seen, and one recogniser's line against another's.

/// How far two texts agree, from 0 to 1: one less the edit distance of their letters and digits over the longer
/// one's length. White space and punctuation, on which recognisers differ most, do not count.
#[must_use]
pub fn agreement(one: &str, other: &str) -> f32 {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let longer = one.len().max(other.len());
    if longer == 0 {
        return 1.0;
    }
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (row, left) in one.iter().enumerate() {
        let mut diagonal = before[0];
        before[0] = row + 1;
        for (column, right) in other.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = before[column + 1];
            before[column + 1] = changed.min(diagonal + 1).min(before[column] + 1);
        }
    }
    1.0 - before[other.len()] as f32 / longer as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_agree_by_their_letters() {
        let rows = [
            ("", "", 1.0),
            ("abc", "", 0.0),
            ("A b, c!", "abc", 1.0),
            ("abcd", "abxd", 0.75),
            ("price 100", "price 10", 1.0 - 1.0 / 8.0),
        ];
        for (one, other, expected) in rows {
            assert!((agreement(one, other) - expected).abs() < 1e-6, "{one} / {other}: {}", agreement(one, other));
        }
    }
}
