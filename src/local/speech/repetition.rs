//! Tells a decoder that has fallen into a loop.

/// The longest phrase, in tokens, whose repetition is looked for.
const LONGEST_PHRASE: usize = 16;
/// A phrase said so many times over is a loop, …
const MOST_TIMES: usize = 4;
/// … provided that it fills so many tokens: "no, no, no, no" is speech.
const FEWEST_TOKENS: usize = 10;

/// Where the loop begins to repeat itself, if the tokens end in one.
pub(super) fn loop_start(tokens: &[i64]) -> Option<usize> {
    (1..=LONGEST_PHRASE).find_map(|phrase| {
        let times = MOST_TIMES.max(FEWEST_TOKENS.div_ceil(phrase));
        let start = tokens.len().checked_sub(phrase * times)?;
        let looping = &tokens[start..];
        looping.iter().zip(&looping[phrase..]).all(|(a, b)| a == b).then_some(start + phrase)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_told_from_emphasis() {
        assert_eq!(loop_start(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), None);
        assert_eq!(loop_start(&[5, 9, 9, 9, 9]), None);
        assert_eq!(loop_start(&[5, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), Some(2));
        assert_eq!(loop_start(&[5, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]), Some(4));
    }
}
