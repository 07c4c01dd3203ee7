//! Headings: short lines by themselves that look like none of the text, are larger, or are numbered like a section.
//!
//! What a document says of itself counts most: its outline, then how it sets its lines, then how large they are. Levels
//! are found in `levels`, over the whole document; the level given here is that of the page by itself.

use std::ops::Range;

use super::gauge::{self, Gauge};
use super::looks::{Look, Prominence};
use super::rows::{Cell, Row};
use super::script;

/// At least so many times the size of the text, and the level that makes.
const LEVELS: [(f32, u8); 3] = [(1.8, 1), (1.5, 2), (1.2, 3)];
/// The number in front of a heading has no more digits, all parts together.
const MOST_DIGITS: usize = 5;
/// Headings in an outline are no higher than so many rows.
const MOST_NAMED_ROWS: usize = 3;
/// So many times the size of the text is a little larger.
const LARGER: f32 = 1.12;
/// So many entries in a row, and so far apart in its heights, are names of columns.
const NAMES: usize = 3;
const APART_HEIGHTS: f32 = 1.5;
/// Longer rows are no headings.
const MAX_CHARACTERS: usize = 140;
/// Words before the number of a figure or table.
const CAPTIONS: [&str; 12] = [
    "fig",
    "fig.",
    "figure",
    "tab",
    "tab.",
    "table",
    "tabelle",
    "abb.",
    "abbildung",
    "tableau",
    "listing",
    "algorithm",
];
/// Words before the number of a part.
const PARTS: [&str; 8] = ["chapter", "part", "appendix", "section", "kapitel", "teil", "anhang", "chapitre"];

/// What is usual on a page: what headings are held against.
#[derive(Debug, Clone)]
pub(super) struct Usual<'a> {
    /// The measures of its rows.
    pub(super) gauge: Gauge,
    /// How its text is set.
    pub(super) look: Option<Look>,
    /// Whether the size of its lines is known from their boxes only.
    pub(super) is_measured: bool,
    /// What the document's outline names on it, without spaces.
    pub(super) outline: &'a [String],
    /// Whether most of it is set in characters that are all equally wide, which says nothing then.
    pub(super) is_typewritten: bool,
}

/// The level of a heading from 1; `None` of anything else.
pub(super) fn level(rows: &[Row], block: &Range<usize>, gauge: &Gauge, page: &Usual<'_>) -> Option<u8> {
    let lines = &rows[block.clone()];
    if lines.iter().any(|row| row.is_run_in) {
        return Some(3);
    }
    let (mut digits, mut letters, mut characters) = (0, 0, 0);
    for row in lines.iter().flat_map(|row| &row.lines) {
        let (d, l) = script::digits_and_letters(&row.text);
        (digits, letters) = (digits + d, letters + l);
        characters += row.text.chars().count();
    }
    let last = lines.last()?.end().trim_end();
    if lines.len() > 4 || characters > MAX_CHARACTERS || letters < 2 || digits > letters || last.ends_with([',', ';']) {
        return None;
    }
    if lines.iter().any(is_row_of_names) {
        return None;
    }
    if is_caption(lines[0].text()) || lines.iter().all(|row| is_leader(row.end())) {
        return None;
    }
    let look = page.look.as_ref().zip(Look::all_of(lines));
    let by_size = || look.is_none().then(|| by_size(lines, &page.gauge)).flatten();
    let by_look = || look.as_ref().and_then(|(text, look)| by_look(rows, block, gauge, text, look));
    let is_guessed = page.is_measured && look.is_none();
    let by_place = || is_guessed.then(|| by_place(rows, block, gauge, &page.gauge)).flatten();
    by_size().or_else(by_look).or_else(by_place).or_else(|| by_number(rows, block, gauge))
}

/// How deep a heading's number is: 2 of `3.1 Scope`; `None` without a number.
pub(super) fn depth_of(text: &str) -> Option<u8> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    words.next()?;
    if PARTS.contains(&first.to_lowercase().as_str()) {
        return Some(1);
    }
    let parts: Vec<&str> = first.trim_end_matches(['.', ')', ':']).split('.').collect();
    let is_number = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_roman = |part: &&str| !part.is_empty() && part.bytes().all(|byte| b"IVX".contains(&byte));
    let is_letter = |part: &&str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    let leads = parts.first().is_some_and(|part| {
        is_number(part)
            || (parts.len() > 1 && is_letter(part))
            || (parts.len() == 1 && first.ends_with('.') && is_roman(part))
    });
    let is_sound = leads && parts.len() <= 5 && parts[1..].iter().all(is_number);
    is_sound.then(|| u8::try_from(parts.len()).unwrap_or(u8::MAX))
}

/// How many rows from the first of a range on are a heading that the document's outline names; `None` if they are none.
pub(super) fn named_in_outline(rows: &[Row], within: Range<usize>, outline: &[String]) -> Option<usize> {
    if outline.is_empty() {
        return None;
    }
    let mut text = String::new();
    for (place, row) in rows[within].iter().take(MOST_NAMED_ROWS).enumerate() {
        // A number may stand above its title; a year at the end of a paragraph is none.
        if place == 1 && script::digits_and_letters(&text).1 == 0 && text.len() > MOST_DIGITS / 2 {
            return None;
        }
        row.lines.iter().for_each(|line| text.push_str(&line.text));
        let text = bare(&text);
        if text.chars().count() >= 2 && outline.contains(&text) {
            return Some(place + 1);
        }
    }
    None
}

/// A title as it is compared: letters and digits only, in lower case, and without the number in front.
pub(super) fn bare(text: &str) -> String {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let number = letters.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=MOST_DIGITS).contains(&number) && number < letters.len() { letters[number..].to_owned() } else { letters }
}

/// Whether a row is of several words far apart, as at the head of a table; a title that is spaced out has narrower gaps.
fn is_row_of_names(row: &Row) -> bool {
    let is_apart = |pair: &[Cell]| pair[1].left - pair[0].right > APART_HEIGHTS * row.rect.height();
    row.cells.len() >= NAMES && row.cells.windows(2).all(is_apart)
}

/// `Figure 3`, `Table 1:`.
pub(super) fn is_caption(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let names = words.next().is_some_and(|word| CAPTIONS.contains(&word.to_lowercase().as_str()));
    names
        && words
            .next()
            .is_some_and(|word| word.starts_with(|first: char| first.is_ascii_digit() || "IVX".contains(first)))
}

/// Lines of a table of contents end in dots and a number.
fn is_leader(text: &str) -> bool {
    if ["....", ". . .", "……"].iter().any(|dots| text.contains(dots)) {
        return true;
    }
    let bare = text.trim_end_matches(|character: char| character.is_ascii_digit() || character.is_whitespace());
    bare.len() < text.len() && (bare.ends_with("..") || bare.ends_with(". .") || bare.ends_with('…'))
}

fn by_look(rows: &[Row], block: &Range<usize>, gauge: &Gauge, text: &Look, look: &Look) -> Option<u8> {
    let prominence = look.prominence(text);
    let (first, last) = (&rows[block.start], &rows[block.end - 1]);
    let is_numbered = depth_of(first.text()).is_some();
    let ends_like_text = script::ends_sentence(last.end()) && !last.end().trim_end().ends_with(['?', '!']);
    if prominence == Prominence::None || (ends_like_text && !is_numbered) || script::starts_lower_case(first.text()) {
        return None;
    }
    let ratio = look.size / text.size.max(f32::MIN_POSITIVE);
    if ratio >= LEVELS[2].0 {
        return LEVELS.iter().find(|(least, _)| ratio >= *least).map(|(_, level)| *level);
    }
    // Hardly larger: what follows has to be text that it can head.
    let next = rows.get(block.end)?;
    let follows = Look::of(next).is_none_or(|other| !other.is_like(look))
        && next.rect.top > first.rect.top
        && (prominence == Prominence::Strong || is_running(rows, block.end, gauge));
    let is_bold = look.is_bold && !text.is_bold;
    let is_short = first.cells.len() <= 1 + usize::from(is_numbered)
        && (block.len() > 1 || is_bold || is_numbered || gauge.ends_early(last));
    let is_apart = block.start == 0 || gauge.is_gap(&rows[block.start - 1].rect, &first.rect) || {
        let before = &rows[block.start - 1];
        prominence == Prominence::Strong && (gauge.ends_early(before) || script::ends_sentence(before.end()))
    };
    (follows && is_short && is_apart).then_some(4)
}

/// Whether a paragraph of more than a few words begins at a row.
fn is_running(rows: &[Row], start: usize, gauge: &Gauge) -> bool {
    let row = &rows[start];
    let goes_on = rows.get(start + 1).is_some_and(|next| !gauge.is_gap(&row.rect, &next.rect));
    script::weight(row.text()) >= 20 && row.cells.len() <= 2 && (goes_on || script::ends_sentence(row.end()))
}

fn by_size(lines: &[Row], page: &Gauge) -> Option<u8> {
    let ratios = lines.iter().map(|row| gauge::times_larger(row, page.unit, page.advance));
    let smallest = ratios.fold(f32::INFINITY, f32::min);
    LEVELS.iter().find(|(ratio, _)| smallest >= *ratio).map(|(_, level)| *level)
}

/// A row by itself that is a little larger than the text, with text below.
fn by_place(rows: &[Row], block: &Range<usize>, gauge: &Gauge, page: &Gauge) -> Option<u8> {
    let row = &rows[block.start];
    let is_title = block.len() == 1 && row.cells.len() == 1 && !script::ends_sentence(row.text());
    let is_apart = block.start == 0 || gauge.is_gap(&rows[block.start - 1].rect, &row.rect);
    let is_larger = gauge::times_larger(row, page.unit, page.advance) >= LARGER;
    let heads = rows.len() > block.end && is_running(rows, block.end, gauge);
    let is_capital = row.text().chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    (is_title && is_apart && is_larger && heads && is_capital && gauge.ends_early(row)).then_some(4)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headings_have_a_depth() {
        let rows = [
            ("3 Scope", Some(1)),
            ("3. Scope", Some(1)),
            ("3.1 Scope", Some(2)),
            ("3.1.2. Scope", Some(3)),
            ("A.1 Proofs", Some(2)),
            ("IV. Results", Some(1)),
            ("Chapter 4. Roles", Some(1)),
            ("Scope", None),
            ("3.1", None),
            ("I was there", None),
            ("1999 was a year", None),
        ];
        for (text, expected) in rows {
            assert_eq!(depth_of(text), expected, "{text}");
        }
    }

    #[test]
    fn captions_and_lines_of_contents_are_told() {
        assert!(is_caption("Table 3: Fares") && is_caption("Fig. 2 The pier") && !is_caption("Table manners"));
        assert!(is_leader("Scope . . . . 12") && is_leader("Scope…… 3") && !is_leader("Scope 12"));
        assert_eq!(bare("2.1 The Pier, old"), "thepierold");
    }
}
