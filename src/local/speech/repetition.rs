//! Tells a decoder that has fallen into a loop, and a text that repeats itself.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

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

/// How far a text can be compressed: its bytes, for each that zlib makes of them.
pub(super) fn compression(text: &str) -> f32 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
    if compressed.is_empty() { 1.0 } else { text.len() as f32 / compressed.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_itself_can_be_compressed_far() {
        assert!(compression("It was the best of times, it was the worst of times.") < 1.5);
        assert!(compression(&"and so on ".repeat(20)) > 5.0);
        assert!(compression("") < 1.0);
    }

    #[test]
    fn loops_are_told_from_emphasis() {
        assert_eq!(loop_start(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), None);
        assert_eq!(loop_start(&[5, 9, 9, 9, 9]), None);
        assert_eq!(loop_start(&[5, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), Some(2));
        assert_eq!(loop_start(&[5, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]), Some(4));
    }
}
