//! Listings: rows in a face whose characters are all equally wide, on a page that is set in another.
//!
//! Their spaces count: what a PDF says by the place of a word is put back as the spaces that it stands for.

use std::ops::Range;

use super::gauge::Gauge;
use super::looks;
use super::rows::Row;
use mediary_core::document::{Line, Rect};

/// A command in a sentence of its own line is a word; so many rows are a listing.
const FEWEST_ROWS: usize = 2;
/// A listing goes on over so much white, in text heights.
const MOST_WHITE: f32 = 2.2;
/// No line of a listing begins further in than this, in characters.
const DEEPEST: usize = 80;

/// How many rows from the first of a range on are a listing; `None` if they are none.
pub(super) fn listing_at(rows: &[Row], within: Range<usize>, gauge: &Gauge) -> Option<usize> {
    let taken = within
        .clone()
        .take_while(|&index| {
            let follows = index == within.start || {
                let gap = rows[index].rect.top - rows[index - 1].rect.bottom;
                (-gauge.unit..MOST_WHITE * gauge.unit).contains(&gap)
            };
            follows && looks::is_fixed_pitch(&rows[index])
        })
        .count();
    (taken >= FEWEST_ROWS).then_some(taken)
}

/// The lines of a listing with the spaces that its rows stand in for.
pub(super) fn lines(rows: Vec<Row>) -> Vec<Line> {
    let left = rows.iter().map(|row| row.rect.left).fold(f32::INFINITY, f32::min);
    let (width, count) = rows
        .iter()
        .flat_map(|row| &row.lines)
        .fold((0.0, 0), |(width, count), line| (width + line.bbox.width(), count + line.text.chars().count()));
    let advance = width / count.max(1) as f32;
    let spaces =
        |white: f32| if advance > 0.0 { ((white / advance).round().max(0.0) as usize).min(DEEPEST) } else { 0 };
    let line = |row: Row| {
        let (mut text, mut end) = (String::new(), left);
        let mut words = Vec::new();
        for line in row.lines {
            let white = spaces(line.bbox.left - end).max(usize::from(!text.is_empty()));
            text.extend(std::iter::repeat_n(' ', white));
            text.push_str(&line.text);
            end = line.bbox.right;
            words.extend(line.words);
        }
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or(row.rect);
        Line { text, bbox, confidence: None, words }
    };
    rows.into_iter().map(line).collect()
}
