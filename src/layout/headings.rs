//! Headings: short lines by themselves, larger than the text or numbered like a section.

use std::ops::Range;

use super::gauge::{self, Gauge};
use super::rows::Row;
use super::script;

/// At least so many times the size of the text, and the level that makes.
const LEVELS: [(f32, u8); 3] = [(1.8, 1), (1.5, 2), (1.2, 3)];
/// Longer rows are no headings.
const MAX_CHARACTERS: usize = 140;

/// The level of a heading from 1; `None` of anything else. `page` measures the page's text.
pub(super) fn level(rows: &[Row], block: &Range<usize>, gauge: &Gauge, page: &Gauge) -> Option<u8> {
    let lines = &rows[block.clone()];
    let (mut digits, mut letters, mut characters) = (0, 0, 0);
    for row in lines.iter().flat_map(|row| &row.lines) {
        let (d, l) = script::digits_and_letters(&row.text);
        (digits, letters) = (digits + d, letters + l);
        characters += row.text.chars().count();
    }
    let last = lines.last()?.end().trim_end();
    if lines.len() > 3 || characters > MAX_CHARACTERS || letters < 2 || digits > letters || last.ends_with([',', ';']) {
        return None;
    }
    by_size(lines, page).or_else(|| by_number(rows, block, gauge))
}

fn by_size(lines: &[Row], page: &Gauge) -> Option<u8> {
    let ratios = lines.iter().map(|row| gauge::times_larger(row, page.unit, page.advance));
    let smallest = ratios.fold(f32::INFINITY, f32::min);
    LEVELS.iter().find(|(ratio, _)| smallest >= *ratio).map(|(_, level)| *level)
}

/// `2.1 Scope`, alone between spaces and with text below: the depth of the number is the level.
fn by_number(rows: &[Row], block: &Range<usize>, gauge: &Gauge) -> Option<u8> {
    let row = &rows[block.start];
    let (number, title) = row.text().trim().split_once(' ')?;
    let parts: Vec<&str> = number.trim_end_matches('.').split('.').collect();
    let is_section = (2..=4).contains(&parts.len())
        && parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    let is_title = title.chars().next().is_some_and(char::is_uppercase)
        && title.chars().count() <= 80
        && !script::ends_sentence(title)
        && row.cells.len() == 1;
    let stands_alone = block.len() == 1
        && (block.start == 0 || gauge.is_gap(&rows[block.start - 1].rect, &row.rect))
        && rows.get(block.end).is_some_and(|next| gauge.is_gap(&row.rect, &next.rect));
    (is_section && is_title && stands_alone).then_some(parts.len().min(6) as u8)
}
