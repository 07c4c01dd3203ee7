//! Which token is taken: the likeliest that may come next, or one drawn by how likely each is.

use super::vocabulary::Vocabulary;

/// Chooses the tokens of one segment.
pub(super) struct Choice<'a> {
    vocabulary: &'a Vocabulary,
    /// 0: the likeliest is taken.
    temperature: f32,
    /// Of the numbers that are drawn: the same for each segment, so that a recording is always heard alike.
    state: u64,
}

impl<'a> Choice<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary, temperature: f64) -> Self {
        Self { vocabulary, temperature: temperature.clamp(0.0, 1.0) as f32, state: 0x9e37_79b9_7f4a_7c15 }
    }

    /// What ends a segment.
    pub(super) fn end(&self) -> i64 {
        self.vocabulary.end
    }

    /// The tokens that may come next with the logarithms of their probabilities: the likeliest or a drawn one; of several
    /// ways, enough that as many can go on when some end.
    pub(super) fn next(&mut self, scores: &[f32], is_first: bool, ways: usize) -> Vec<(i64, f32)> {
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let all = largest + scores.iter().map(|score| (score - largest).exp()).sum::<f32>().ln();
        let best = if ways > 1 {
            self.likeliest_few(scores, is_first, 2 * ways)
        } else if self.temperature > 0.0 {
            vec![self.draw(scores, is_first)]
        } else {
            vec![self.likeliest(scores, is_first)]
        };
        best.into_iter().map(|(token, score)| (token, score - all)).collect()
    }

    fn draw(&mut self, scores: &[f32], is_first: bool) -> (i64, f32) {
        let best = self.likeliest(scores, is_first);
        let temperature = self.temperature;
        let weight = |score: f32| ((score - best.1) / temperature).exp();
        let sum: f32 = self.allowed(scores, is_first).map(|(_, score)| weight(score)).sum();
        let (drawn, mut so_far) = (drawn(&mut self.state) * sum, 0.0);
        let mut reached = self.allowed(scores, is_first).skip_while(|(_, score)| {
            so_far += weight(*score);
            so_far < drawn
        });
        reached.next().unwrap_or(best)
    }

    fn likeliest_few(&self, scores: &[f32], is_first: bool, count: usize) -> Vec<(i64, f32)> {
        let mut few: Vec<(i64, f32)> = Vec::with_capacity(count + 1);
        for (token, score) in self.spoken(scores) {
            if few.len() == count && few.last().is_some_and(|last| score <= last.1) || !self.may_come(token, is_first) {
                continue;
            }
            let place = few.partition_point(|other| other.1 >= score);
            few.insert(place, (token as i64, score));
            few.truncate(count);
        }
        few
    }

    fn likeliest(&self, scores: &[f32], is_first: bool) -> (i64, f32) {
        let mut best = (self.vocabulary.end, f32::NEG_INFINITY);
        for (token, score) in self.spoken(scores) {
            if score > best.1 && self.may_come(token, is_first) {
                best = (token as i64, score);
            }
        }
        best
    }

    fn allowed(&self, scores: &[f32], is_first: bool) -> impl Iterator<Item = (i64, f32)> {
        let all = self.spoken(scores).filter(move |(token, _)| self.may_come(*token, is_first));
        all.map(|(token, score)| (token as i64, score))
    }

    /// Text and the end; none of the special tokens behind it.
    fn spoken(&self, scores: &[f32]) -> impl Iterator<Item = (usize, f32)> {
        scores.iter().copied().take(self.vocabulary.end as usize + 1).enumerate()
    }

    fn may_come(&self, token: usize, is_first: bool) -> bool {
        let Vocabulary { suppressed, suppressed_first, .. } = self.vocabulary;
        suppressed.binary_search(&token).is_err() && !(is_first && suppressed_first.contains(&token))
    }
}

/// A number from 0 to 1 (SplitMix64).
fn drawn(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1_u32 << 24) as f32
}

/// How likely a token is, of all.
pub(in super::super) fn probability(scores: &[f32], token: usize) -> f32 {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - largest).exp()).sum();
    scores.get(token).map_or(0.0, |score| (score - largest).exp() / sum)
}
