//! Where a recording is cut: at its pauses, into segments that a recogniser takes in one go.
//!
//! Frames come in with their probabilities of speech, segments go out as ranges of frames: in order, none of them over
//! another, none longer than [`LONGEST`], and every stretch of speech in one of them. A long pause ends a segment; the
//! longer a segment is, the shorter the pause that does. Where there is no pause, it is cut where speech is least likely.

use std::ops::Range;

/// Frames of 32 ms in the longest segment: 28 seconds.
pub(super) const LONGEST: u64 = 875;
/// Added before and after the speech, so that soft sounds at its edges are heard.
const PAD: u64 = 5;
/// From here on it counts as speech, …
const SPEECH: f32 = 0.5;
/// … until the probability falls below this.
const SILENCE: f32 = 0.35;
/// Less speech than this (0.2 s) is a click or a cough.
const SHORTEST: usize = 6;
/// A pause that always ends a segment: 2 s. A shorter one may stand in the middle of a sentence, and single words are
/// heard worse.
const LONG_PAUSE: usize = 63;
/// A pause that ends a segment of some length: 0.3 s.
const SHORT_PAUSE: usize = 10;
/// From this length on (10 s) a short pause ends a segment.
const SOME_LENGTH: usize = 312;
/// A forced cut is made where this many frames around are quietest.
const AROUND: usize = 4;

/// Cuts one recording.
#[derive(Debug, Default)]
pub(super) struct Segmenter {
    /// The number of the next frame.
    next: u64,
    /// Where the last segment that was given ended.
    given: u64,
    open: Option<Open>,
}

/// A segment that has begun.
#[derive(Debug)]
struct Open {
    start: u64,
    /// Of each frame from `start`.
    probabilities: Vec<f32>,
    /// How many of the last frames are silent.
    silent: usize,
}

impl Segmenter {
    /// Takes the next frame; gives a segment that is complete with it.
    pub(super) fn push(&mut self, probability: f32) -> Option<Range<u64>> {
        let frame = self.next;
        self.next += 1;
        let Some(open) = &mut self.open else {
            if probability >= SPEECH {
                self.open = Some(Open { start: frame, probabilities: vec![probability], silent: 0 });
            }
            return None;
        };
        open.probabilities.push(probability);
        open.silent = if probability < SILENCE { open.silent + 1 } else { 0 };
        let length = open.probabilities.len();
        if open.silent >= if length >= SOME_LENGTH { SHORT_PAUSE } else { LONG_PAUSE } {
            return self.finish();
        }
        if length as u64 + 2 * PAD >= LONGEST { self.cut() } else { None }
    }

    /// The last segment, when the recording is over.
    pub(super) fn finish(&mut self) -> Option<Range<u64>> {
        let open = self.open.take()?;
        let spoken = open.probabilities.iter().filter(|probability| **probability >= SPEECH).count();
        let end = open.start + (open.probabilities.len() - open.silent) as u64;
        if spoken >= SHORTEST { Some(self.give(open.start, end)) } else { None }
    }

    /// The first frame that may still be in a segment to come.
    pub(super) fn needed_from(&self) -> u64 {
        let start = self.open.as_ref().map_or(self.next, |open| open.start);
        start.saturating_sub(PAD).max(self.given)
    }

    /// Ends a segment where speech is least likely in its second half; what follows begins the next.
    fn cut(&mut self) -> Option<Range<u64>> {
        let open = self.open.take()?;
        let half = open.probabilities.len() / 2;
        let around = |at: usize| -> f32 { open.probabilities[at - AROUND..=at + AROUND].iter().sum() };
        let places = half..open.probabilities.len() - AROUND;
        let at = places.min_by(|a, b| around(*a).total_cmp(&around(*b))).unwrap_or(half);
        let cut = open.start + at as u64;
        // Without a pad: the sounds at this edge belong to one side or the other.
        let segment = self.start_of(open.start)..cut;
        self.given = cut;
        let rest = &open.probabilities[at..];
        if let Some(first) = rest.iter().position(|probability| *probability >= SILENCE) {
            let probabilities = rest[first..].to_vec();
            let silent = probabilities.iter().rev().take_while(|probability| **probability < SILENCE).count();
            self.open = Some(Open { start: cut + first as u64, probabilities, silent });
        }
        Some(segment)
    }

    fn give(&mut self, start: u64, end: u64) -> Range<u64> {
        let segment = self.start_of(start)..(end + PAD).min(self.next);
        self.given = segment.end;
        segment
    }

    fn start_of(&self, start: u64) -> u64 {
        start.saturating_sub(PAD).max(self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(probabilities: &[f32]) -> Vec<Range<u64>> {
        let mut segmenter = Segmenter::default();
        let mut found: Vec<_> = probabilities.iter().filter_map(|probability| segmenter.push(*probability)).collect();
        found.extend(segmenter.finish());
        found
    }

    fn runs(runs: &[(f32, usize)]) -> Vec<f32> {
        runs.iter().flat_map(|(probability, frames)| vec![*probability; *frames]).collect()
    }

    #[test]
    fn silence_and_clicks_have_no_segment_and_short_pauses_none_of_their_own() {
        assert!(segments(&runs(&[(0.1, 3_000)])).is_empty());
        assert!(segments(&runs(&[(0.1, 50), (0.9, 4), (0.1, 100)])).is_empty());
        let found = segments(&runs(&[(0.1, 50), (0.9, 40), (0.1, 15), (0.9, 40), (0.1, 100), (0.9, 30)]));
        assert_eq!(found, [45..150, 240..275]);
    }

    #[test]
    fn who_never_pauses_is_cut_where_speech_is_least_likely() {
        let found = segments(&runs(&[(0.9, 600), (0.6, 10), (0.9, 600)]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!((600..610).contains(&found[0].end) && found[1] == (found[0].end..1_210), "{found:?}");
    }

    /// Many recordings from a generator of numbers, so that the same ones come each time.
    #[test]
    fn segments_are_in_order_short_enough_and_hold_all_speech() {
        let mut state = 7_u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let mut probabilities = Vec::new();
            for _ in 0..random(30) {
                let level = random(100) as f32 / 100.0;
                let frames = if random(8) == 0 { random(2_000) } else { random(120) };
                probabilities.extend((0..frames).map(|_| (level + random(20) as f32 / 100.0 - 0.1).clamp(0.0, 1.0)));
            }
            let found = segments(&probabilities);
            let mut last = 0;
            for segment in &found {
                assert!(segment.start >= last && segment.end > segment.start, "{found:?}");
                assert!(segment.end - segment.start <= LONGEST && segment.end <= probabilities.len() as u64);
                last = segment.end;
            }
            // Whatever is left out is too little to be speech.
            let (mut missed, mut speaks) = (0, 0);
            for (frame, probability) in probabilities.iter().enumerate() {
                let held = found.iter().any(|segment| segment.contains(&(frame as u64)));
                speaks = if held { 0 } else { speaks + usize::from(*probability >= SPEECH) };
                speaks = if *probability < SILENCE { 0 } else { speaks };
                missed = missed.max(speaks);
            }
            assert!(missed < SHORTEST, "{missed} frames of speech are in no segment");
        }
    }
}
