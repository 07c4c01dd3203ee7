//! Segments for transcripts that come as words with their times only: a segment is a sentence, or what is said between two
//! pauses, so that subtitles can be made of it. The dialects' readers of transcripts call this.

use mediary_core::task::{Segment, SpokenWord};

/// A pause that ends a segment.
const PAUSE_SECONDS: f64 = 0.8;
/// No segment is longer: two lines of a subtitle are not on the screen for longer than this.
const MOST_SECONDS: f64 = 12.0;

/// The segments that these words make, in their order.
pub(crate) fn of(words: impl IntoIterator<Item = SpokenWord>) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for word in words {
        match segments.last_mut().filter(|segment| goes_on(segment, &word)) {
            Some(segment) => take(segment, word),
            None => {
                let mut segment = Segment { start_seconds: word.start_seconds, ..Segment::default() };
                take(&mut segment, word);
                segments.push(segment);
            }
        }
    }
    segments
}

fn goes_on(segment: &Segment, word: &SpokenWord) -> bool {
    let is_near = word.start_seconds - segment.end_seconds < PAUSE_SECONDS;
    let is_short = word.end_seconds - segment.start_seconds <= MOST_SECONDS;
    let has_ended = segment.text.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟']);
    is_near && is_short && !has_ended
}

fn take(segment: &mut Segment, word: SpokenWord) {
    let begins = segment.text.chars().next_back().zip(word.text.chars().next());
    if begins.is_some_and(|(before, after)| !(is_unspaced(before) && is_unspaced(after))) {
        segment.text.push(' ');
    }
    segment.text.push_str(&word.text);
    segment.end_seconds = segment.end_seconds.max(word.end_seconds);
    segment.words.push(word);
}

/// Whether a character is of a script that is written without spaces: Chinese, Japanese.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff65}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[(&str, f64, f64)]) -> Vec<String> {
        let words = words.iter().map(|(text, start, end)| SpokenWord {
            start_seconds: *start,
            end_seconds: *end,
            text: (*text).to_owned(),
        });
        let told =
            |its: &Segment| format!("{} {} {} ({})", its.start_seconds, its.end_seconds, its.text, its.words.len());
        of(words).iter().map(told).collect()
    }

    #[test]
    fn words_become_sentences() {
        let said =
            [("Ask", 0.0, 0.2), ("not.", 0.3, 0.6), ("Fellow", 0.7, 1.0), ("citizens", 1.1, 1.5), ("of", 2.4, 2.5)];
        assert_eq!(told(&said), ["0 0.6 Ask not. (2)", "0.7 1.5 Fellow citizens (2)", "2.4 2.5 of (1)"]);
        assert_eq!(told(&[("我", 0.0, 0.2), ("们", 0.2, 0.4), ("ok", 0.4, 0.6)]), ["0 0.6 我们 ok (3)"]);
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn no_sentence_is_longer_than_a_subtitle() {
        let said: Vec<(&str, f64, f64)> = (0..40).map(|at| ("and", f64::from(at), f64::from(at) + 0.9)).collect();
        let told = told(&said);
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0], format!("0 11.9{} (12)", " and".repeat(12)));
    }
}
