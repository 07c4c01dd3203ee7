//! When each word is said: the path through the attention that follows the sound.
//!
//! Some heads of the decoder attend to the frame where a token is said. Their shares are evened out over the tokens,
//! smoothed over time and averaged; dynamic time warping finds the way through that takes tokens and frames in order.

use std::rc::Rc;

use mediary_core::language::is_unspaced;
use mediary_core::task::SpokenWord;

use super::vocabulary::Vocabulary;

/// The decoder attends to frames of so many seconds.
const FRAME_SECONDS: f64 = 0.02;
/// Values around each that its median is taken of.
const AROUND: usize = 3;

/// The words of a segment with their times from its beginning. `attention` has a row for each token and one for the end,
/// each with the shares of all heads one after another; where they are not told, no word has a time.
pub(super) fn words(
    vocabulary: &Vocabulary,
    tokens: &[i64],
    attention: &[Rc<[f32]>],
    heads: usize,
    seconds: f64,
) -> Vec<SpokenWord> {
    if attention.iter().all(|row| row.is_empty()) {
        return Vec::new();
    }
    let starts = token_starts(attention, tokens.len(), heads, (seconds / FRAME_SECONDS).ceil() as usize);
    let at = |place: usize| starts.get(place).map_or(seconds, |frame| (*frame as f64 * FRAME_SECONDS).min(seconds));
    let mut words = Vec::new();
    let mut begin = 0;
    for place in 1..=tokens.len() {
        if place < tokens.len() && !begins_word(vocabulary, &tokens[begin..place], tokens[place]) {
            continue;
        }
        let text = vocabulary.text(&tokens[begin..place]).trim().to_owned();
        if !text.is_empty() {
            words.push(SpokenWord { start_seconds: at(begin), end_seconds: at(place), text });
        }
        begin = place;
    }
    words
}

/// Whether a token begins another word than those before it belong to.
fn begins_word(vocabulary: &Vocabulary, before: &[i64], token: i64) -> bool {
    let before: Vec<u8> = before.iter().flat_map(|token| vocabulary.bytes(*token)).copied().collect();
    let bytes = vocabulary.bytes(token);
    // A letter may be cut through its bytes.
    let Ok(before) = std::str::from_utf8(&before) else { return false };
    if bytes.starts_with(b" ") {
        return true;
    }
    // Scripts without spaces have a word for each token that is whole.
    let next = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
    before.chars().last().is_some_and(is_unspaced) && next.is_none_or(char::is_alphanumeric)
}

/// The frame at which each token begins.
fn token_starts(attention: &[Rc<[f32]>], tokens: usize, heads: usize, frames: usize) -> Vec<usize> {
    let rows = attention.len().min(tokens + 1);
    let width = attention.first().map_or(0, |row| row.len() / heads.max(1));
    let frames = frames.min(width);
    if rows == 0 || frames == 0 {
        return Vec::new();
    }
    let mut mean = vec![0.0_f32; rows * frames];
    for head in 0..heads {
        let share = |row: usize, frame: usize| attention[row][head * width + frame];
        let mut evened = vec![0.0; rows * frames];
        for frame in 0..frames {
            let average = (0..rows).map(|row| share(row, frame)).sum::<f32>() / rows as f32;
            let spread = (0..rows).map(|row| (share(row, frame) - average).powi(2)).sum::<f32>() / rows as f32;
            let spread = spread.sqrt().max(1e-9);
            (0..rows).for_each(|row| evened[row * frames + frame] = (share(row, frame) - average) / spread);
        }
        for (row, sum) in evened.chunks_exact(frames).zip(mean.chunks_exact_mut(frames)) {
            for (frame, sum) in sum.iter_mut().enumerate() {
                *sum += median(&row[frame.saturating_sub(AROUND)..(frame + AROUND + 1).min(frames)]);
            }
        }
    }
    warped(&mean, rows, frames)
}

fn median(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted[sorted.len() / 2]
}

/// The first frame of each row on the way from the first to the last of both that gathers the most.
fn warped(gain: &[f32], rows: usize, frames: usize) -> Vec<usize> {
    let mut best = vec![f32::NEG_INFINITY; rows * frames];
    // Whether the best way to a place comes from the row before.
    let mut stepped = vec![false; rows * frames];
    for row in 0..rows {
        for frame in 0..frames {
            let here = row * frames + frame;
            let stays = if frame > 0 { best[here - 1] } else { f32::NEG_INFINITY };
            let steps = match (row, frame) {
                (0, 0) => 0.0,
                (0, _) => f32::NEG_INFINITY,
                (_, 0) => best[here - frames],
                (_, _) => best[here - frames - 1].max(best[here - frames]),
            };
            stepped[here] = steps >= stays;
            best[here] = gain[here] + steps.max(stays);
        }
    }
    let mut starts = vec![0; rows];
    let (mut row, mut frame) = (rows - 1, frames - 1);
    loop {
        let here = row * frames + frame;
        if stepped[here] {
            starts[row] = frame;
            if row == 0 {
                return starts;
            }
            if frame > 0 && best[here - frames - 1] >= best[here - frames] {
                frame -= 1;
            }
            row -= 1;
        } else {
            frame -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_follows_what_is_attended_to() {
        let mut gain = vec![0.0; 3 * 12];
        for (row, frames) in [(0, 0..4), (1, 4..9), (2, 9..12)] {
            frames.for_each(|frame| gain[row * 12 + frame] = 1.0);
        }
        assert_eq!(warped(&gain, 3, 12), [0, 4, 9]);
        assert_eq!(warped(&[1.0; 3], 3, 1), [0, 0, 0]);
    }
}
