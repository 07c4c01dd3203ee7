//! One side of a supposed gutter: does it look like a column of text?

use super::frame::{Piece, quantile, weighted_median};
use super::script;

/// So many boxes of a row at most are compared.
const MOST_IN_A_ROW: usize = 64;

/// What stands next to a gutter on one side, from top to bottom: of each row the nearest box.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pieces: Vec<&'a Piece>,
    /// The width that most of its lines fill.
    pub(super) width: f32,
    mean_weight: f32,
    digit_share: f32,
    continued_share: f32,
    filled_share: f32,
    is_uncased: bool,
}

impl<'a> Side<'a> {
    pub(super) fn of(pieces: Vec<&'a Piece>) -> Self {
        let count = pieces.len().max(1) as f32;
        let share = |n: usize| n as f32 / count;
        let width = quantile(pieces.iter().map(|piece| piece.rect.width()).collect(), 0.8).unwrap_or(0.0);
        let texts = || pieces.iter().map(|piece| piece.line.text.as_str());
        let (digits, letters) = texts().map(script::digits_and_letters).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        Self {
            width,
            mean_weight: texts().map(script::weight).sum::<usize>() as f32 / count,
            digit_share: digits as f32 / (digits + letters).max(1) as f32,
            continued_share: share(texts().filter(|text| script::starts_lower_case(text)).count()),
            filled_share: share(pieces.iter().filter(|piece| piece.rect.width() >= 0.7 * width).count()),
            is_uncased: 2 * texts().filter(|text| script::starts_uncased(text)).count() > pieces.len(),
            pieces,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.pieces.len()
    }

    /// Several lines, most of which fill the column, and sentences that run on from line to line.
    pub(super) fn is_running(&self) -> bool {
        let runs_on = if self.is_uncased {
            self.mean_weight >= 12.0
        } else {
            self.continued_share >= 0.3 || (self.rows() >= 8 && self.mean_weight >= 28.0)
        };
        self.rows() >= 3 && self.mean_weight >= 8.0 && self.digit_share < 0.4 && self.filled_share >= 0.55 && runs_on
    }

    /// Words rather than numbers or single letters.
    pub(super) fn is_wordy(&self, weight: f32) -> bool {
        self.mean_weight >= weight && self.digit_share < 0.4
    }

    /// Short or numeric entries, as in a column of prices or of item numbers.
    pub(super) fn is_terse(&self) -> bool {
        !self.is_wordy(8.0)
    }

    /// Whether the first lines could be the beginning of a column as wide as the other.
    pub(super) fn begins_like(&self, other: &Self) -> bool {
        self.mean_weight >= 15.0
            && self.digit_share < 0.3
            && self
                .pieces
                .first()
                .is_some_and(|piece| piece.rect.width() >= 0.8 * other.width && piece.rect.width() <= 1.2 * other.width)
    }

    /// The share of lines that stand on the same height as one of the other side.
    pub(super) fn aligned_share(&self, other: &Self, unit: f32) -> f32 {
        let (few, many) = if self.rows() <= other.rows() { (self, other) } else { (other, self) };
        // Pieces come sorted by their middle, so the first that is not too high decides.
        let near = |middle: f32| {
            let next = many.pieces.partition_point(|piece| piece.middle() < middle - 0.2 * unit);
            many.pieces.get(next).is_some_and(|piece| piece.middle() <= middle + 0.2 * unit)
        };
        let aligned = few.pieces.iter().filter(|piece| near(piece.middle())).count();
        aligned as f32 / few.rows().max(1) as f32
    }

    /// Where paragraphs seem to end: the heights of gaps larger than the usual one.
    fn breaks(&self, unit: f32) -> Vec<f32> {
        let gaps: Vec<(f32, f32)> = self
            .pieces
            .windows(2)
            .map(|pair| (pair[1].rect.top - pair[0].rect.bottom, (pair[1].rect.top + pair[0].rect.bottom) / 2.0))
            .collect();
        let usual = weighted_median(gaps.iter().map(|(gap, _)| (*gap, 1.0)).collect()).unwrap_or(0.0);
        gaps.into_iter().filter(|(gap, _)| gap - usual > 0.4 * unit).map(|(_, middle)| middle).collect()
    }

    /// Whether both sides pause at the same heights, as a table with entries of several lines does.
    pub(super) fn pauses_with(&self, other: &Self, unit: f32) -> bool {
        let (mine, theirs) = (self.breaks(unit), other.breaks(unit));
        let matched = mine.iter().filter(|a| theirs.iter().any(|b| (*a - b).abs() < 0.8 * unit)).count();
        mine.len().min(theirs.len()) >= 2 && 10 * matched >= 8 * mine.len().max(theirs.len())
    }
}

/// Of each row of one side the box nearest to the gutter. The pieces come sorted by their middle.
pub(super) fn nearest<'a>(pieces: &[&'a Piece], is_left_side: bool) -> Vec<&'a Piece> {
    let hides = |other: &Piece, piece: &Piece| {
        let nearer = if is_left_side {
            other.rect.left >= piece.rect.right - 0.2 * piece.rect.height()
        } else {
            other.rect.right <= piece.rect.left + 0.2 * piece.rect.height()
        };
        nearer && (other.middle() - piece.middle()).abs() < 0.5 * piece.rect.height()
    };
    let is_hidden = |index: usize, piece: &Piece| {
        let close = |other: &&&Piece| (other.middle() - piece.middle()).abs() < piece.rect.height();
        pieces[index + 1..].iter().take(MOST_IN_A_ROW).take_while(close).any(|other| hides(other, piece))
            || pieces[..index].iter().rev().take(MOST_IN_A_ROW).take_while(close).any(|other| hides(other, piece))
    };
    pieces.iter().enumerate().filter(|(index, piece)| !is_hidden(*index, piece)).map(|(_, piece)| *piece).collect()
}
