//! Headers and footers of one page: short lines standing alone at its upper or lower edge.
//!
//! Repetition over pages would be the better witness; only one page is known here.

use super::frame::{Piece, text_height};
use mediary_core::document::Rect;

/// The share of the page's height in which a header's or footer's middle lies.
const BAND: f32 = 0.07;
/// White space that parts a header from the text, in text heights.
const GAP_HEIGHTS: f32 = 0.9;
/// The same for a line that says nothing but a page number.
const NUMBER_GAP_HEIGHTS: f32 = 0.3;
/// Text larger than this share of the page is no small print of a sheet, but a sign or a crop.
const LARGE_TEXT: f32 = 0.03;
/// A page with fewer boxes has no edges worth naming.
const FEWEST: usize = 6;

/// The part of a page that a piece belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Header,
    Body,
    Footer,
}

/// The zone of each piece.
pub(super) fn zones(pieces: &[Piece], page: &Rect) -> Vec<Zone> {
    let mut zones = vec![Zone::Body; pieces.len()];
    let unit = text_height(pieces);
    if pieces.len() < FEWEST || page.height() <= 0.0 || unit > LARGE_TEXT * page.height() {
        return zones;
    }
    let band = BAND * page.height();
    // Seen from the edge: how far away a box begins and ends.
    let from_top = |rect: &Rect| (rect.top - page.top, rect.bottom - page.top);
    let from_bottom = |rect: &Rect| (page.bottom - rect.bottom, page.bottom - rect.top);
    let page_width = page.width();
    for index in at_edge(pieces, band, unit, page_width, from_top) {
        zones[index] = Zone::Header;
    }
    for index in at_edge(pieces, band, unit, page_width, from_bottom) {
        zones[index] = Zone::Footer;
    }
    zones
}

fn at_edge(pieces: &[Piece], band: f32, unit: f32, page_width: f32, span: impl Fn(&Rect) -> (f32, f32)) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by(|&a, &b| span(&pieces[a].rect).0.total_cmp(&span(&pieces[b].rect).0));
    let mut end = f32::INFINITY;
    let mut group = Vec::new();
    for index in order {
        let (near, far) = span(&pieces[index].rect);
        let only_number = group.iter().all(|&index: &usize| is_page_number(&pieces[index].line.text));
        let needed = if only_number { NUMBER_GAP_HEIGHTS } else { GAP_HEIGHTS };
        if near - end > needed * unit {
            return if is_marginal(pieces, &group, unit, page_width) { group } else { Vec::new() };
        }
        if (near + far) / 2.0 > band {
            return Vec::new();
        }
        end = if end.is_finite() { end.max(far) } else { far };
        group.push(index);
    }
    Vec::new()
}

/// At most two rows of small print, none of which runs over the width of the page.
fn is_marginal(pieces: &[Piece], group: &[usize], unit: f32, page_width: f32) -> bool {
    let rects = || group.iter().map(|&index| pieces[index].rect);
    let height = Rect::around(rects()).unwrap_or_default().height();
    height <= 2.8 * unit
        && rects().all(|rect| rect.height() <= 1.3 * unit && rect.width() <= 0.6 * page_width)
        && group.len() <= 8
}

/// `12`, `- 12 -`, `Page 3 of 10`, `3/10`, `xiv`.
fn is_page_number(text: &str) -> bool {
    let bare = text.trim_matches(|character: char| !character.is_alphanumeric());
    let is_roman = !bare.is_empty() && bare.chars().all(|character| "ivxlcIVXLC".contains(character));
    let words = || bare.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_number = |word: &str| word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = words().filter(|word| is_number(word)).count();
    let longest = words().filter(|word| !is_number(word)).map(str::len).max().unwrap_or(0);
    is_roman
        || ((1..=2).contains(&numbers)
            && words().count() <= 4
            && longest <= 6
            && words().next_back().is_some_and(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_told_from_other_short_lines() {
        for text in ["12", "- 12 -", "Page 3 of 10", "3/10", "xiv", "Seite 4", "[7]", "第 3 頁 12"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["", "Kettlewell Optics", "Total 12.50 EUR", "12 March", "Chapter four", "1 2 3 4 5", "12345"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
