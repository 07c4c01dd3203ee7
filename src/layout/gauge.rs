//! What is usual on a page and in a column: text height, line gap, edges.

use super::frame::{quantile, weighted_median};
use super::rows::Row;
use super::script;
use mediary_core::document::Rect;

/// Height and width must each be so many times as large.
const LEAST_RATIO: f32 = 1.1;

/// The measures of a stretch of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    /// The usual height of a row.
    pub(super) unit: f32,
    /// The usual width of a character; a Chinese one is two wide.
    pub(super) advance: f32,
    /// The space between neighbouring lines of running text; negative where boxes overlap.
    pub(super) usual_gap: f32,
    /// Where most rows begin.
    pub(super) left: f32,
    /// Where full rows end.
    pub(super) right: f32,
    /// Whether most rows are full.
    pub(super) is_prose: bool,
    /// Whether it is read from right to left.
    pub(super) is_right_to_left: bool,
}

impl Gauge {
    /// Measures a whole page.
    pub(super) fn of_all<'a>(regions: impl Iterator<Item = &'a [Row]> + Clone) -> Self {
        let rows: Vec<&Row> = regions.clone().flatten().collect();
        let gaps: Vec<(f32, f32)> = regions.flat_map(|rows| rows.windows(2)).filter_map(gap_between).collect();
        Self::measured(&rows, &gaps, None)
    }

    /// Measures a stretch of rows; `page` fills in for what too few rows cannot tell.
    pub(super) fn of(rows: &[Row], page: Option<&Self>) -> Self {
        let gaps: Vec<(f32, f32)> = rows.windows(2).filter_map(gap_between).collect();
        Self::measured(&rows.iter().collect::<Vec<&Row>>(), &gaps, page)
    }

    fn measured(rows: &[&Row], gaps: &[(f32, f32)], page: Option<&Self>) -> Self {
        let heights = rows.iter().map(|row| (row.rect.height(), script::weight(row.text()) as f32));
        let unit = weighted_median(heights.collect()).unwrap_or(1.0).max(1.0);
        let advances = rows.iter().filter_map(|row| Some((advance(row)?, script::weight(row.text()) as f32)));
        let advance = weighted_median(advances.collect()).unwrap_or(1.0).max(f32::MIN_POSITIVE);
        let usual_gap = match page {
            Some(page) if gaps.len() < 4 => page.usual_gap,
            _ => usual_gap_of(gaps).unwrap_or(0.0),
        };
        let edges = Rect::around(rows.iter().map(|row| row.rect)).unwrap_or_default();
        let is_right_to_left = script::reads_right_to_left(rows.iter().map(|row| row.text()));
        let (flush, ragged) = if is_right_to_left { (0.1, 0.75) } else { (0.25, 0.9) };
        let left = quantile(rows.iter().map(|row| row.rect.left).collect(), flush).unwrap_or(edges.left);
        let right = quantile(rows.iter().map(|row| row.rect.right).collect(), ragged).unwrap_or(edges.right);
        let slack = 0.15 * (right - left).max(0.0);
        let is_full = |row: &&&Row| row.rect.left <= left + slack && row.rect.right >= right - slack;
        let full = rows.iter().filter(is_full).count();
        let is_prose = rows.len() >= 5 && 2 * full >= rows.len();
        Self { unit, advance, usual_gap, left, right, is_prose, is_right_to_left }
    }

    /// How far a row begins inside the edge, in text heights.
    pub(super) fn indent(&self, row: &Row) -> f32 {
        let inside = if self.is_right_to_left { self.right - row.rect.right } else { row.rect.left - self.left };
        inside / self.unit
    }

    /// Whether a row ends well before the other edge.
    pub(super) fn ends_early(&self, row: &Row) -> bool {
        let left_over = if self.is_right_to_left { row.rect.left - self.left } else { self.right - row.rect.right };
        left_over > 0.25 * (self.right - self.left)
    }

    /// Whether there is more space between two rows than between lines.
    pub(super) fn is_gap(&self, before: &Rect, after: &Rect) -> bool {
        let height = before.height().min(after.height()).max(1.0);
        let gap = after.top - before.bottom;
        gap - self.usual_gap.max(-0.5 * height) > 0.6 * height
    }
}

/// The width of a row's characters, without the space between its cells; `None` if there are none.
pub(super) fn advance(row: &Row) -> Option<f32> {
    let weight: usize = row.cells.iter().map(|cell| script::weight(&cell.text)).sum();
    let width: f32 = row.cells.iter().map(|cell| cell.right - cell.left).sum();
    (weight > 0).then(|| width / weight as f32)
}

/// How many times larger the characters of a row are; 1 where that is not certain.
///
/// Boxes of equally large lines differ in height by a fifth, for not every line has a `p` and a `d`; so
/// the width of the characters is asked as well.
pub(super) fn times_larger(row: &Row, height: f32, width: f32) -> f32 {
    let (taller, wider) = (row.rect.height() / height, advance(row).unwrap_or(0.0) / width);
    if taller < LEAST_RATIO || wider < LEAST_RATIO { 1.0 } else { (taller * wider).sqrt() }
}

/// The gap between two rows that do not overlap, and their height, unless it is far too wide.
fn gap_between(pair: &[Row]) -> Option<(f32, f32)> {
    let (gap, height) = (pair[1].rect.top - pair[0].rect.bottom, pair[0].rect.height());
    (gap > -height && gap < 2.0 * height).then_some((gap, height))
}

/// The usual gap between lines: the median of the small ones. Text set with wide leading has none of
/// those; then the median of all, if most are like it.
fn usual_gap_of(gaps: &[(f32, f32)]) -> Option<f32> {
    let median = |gaps: Vec<f32>| weighted_median(gaps.into_iter().map(|gap| (gap, 1.0)).collect());
    let small: Vec<f32> = gaps.iter().filter(|(gap, height)| gap < height).map(|(gap, _)| *gap).collect();
    if 4 * small.len() >= gaps.len() {
        return median(small);
    }
    let usual = median(gaps.iter().map(|(gap, _)| *gap).collect())?;
    let alike = gaps.iter().filter(|(gap, height)| (gap - usual).abs() < 0.3 * height).count();
    if gaps.len() >= 3 && 10 * alike >= 6 * gaps.len() { Some(usual) } else { median(small) }
}
