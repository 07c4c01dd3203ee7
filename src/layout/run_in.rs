//! Headings that run in: the first words of a paragraph, set apart by their weight or slant alone.
//!
//! `3.1 Moorings. The quay …` becomes a row of its own and the rest of the line. A word in bold at the beginning of a
//! paragraph is none: a heading has a number, or ends like a sentence.

use super::gauge::Gauge;
use super::headings;
use super::looks::{Look, Prominence};
use super::rows::{Cell, Row};
use mediary_core::document::{Line, Rect, Run};

/// Longer ones are emphasised sentences.
const MOST_CHARACTERS: usize = 90;

/// Parts rows that begin with a heading.
pub(super) fn parted(rows: Vec<Row>, gauge: &Gauge, text: Option<&Look>) -> Vec<Row> {
    let Some(text) = text else { return rows };
    let mut parted: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        let begins = parted.last().is_none_or(|before: &Row| {
            before.is_run_in || gauge.ends_early(before) || gauge.is_gap(&before.rect, &row.rect)
        });
        match split(&row, text).filter(|_| begins) {
            Some((heading, rest)) => parted.extend([heading, rest]),
            None => parted.push(row),
        }
    }
    parted
}

/// The heading and the rest; `None` if the row begins with none.
fn split(row: &Row, text: &Look) -> Option<(Row, Row)> {
    let ([line], [runs]) = (row.lines.as_slice(), row.runs.as_slice()) else { return None };
    let first = runs.first()?;
    let stands_out = |run: &Run| {
        let look = Look::from(&run.face);
        look.prominence(text) > Prominence::None && (look.is_bold, look.is_italic) != (text.is_bold, text.is_italic)
    };
    if !stands_out(first) || line.words.is_empty() {
        return None;
    }
    // A number may be set in another size or face than the words after it.
    let place = runs.iter().position(|run| !stands_out(run))?;
    let end = runs[place.checked_sub(1)?].end;
    let (lead, rest) = (line.text.get(..end)?.trim(), line.text.get(end..)?);
    let words = lead.split_whitespace().count();
    let is_named = lead.ends_with('.') && lead.chars().next().is_some_and(char::is_uppercase);
    let is_numbered = headings::depth_of(lead).is_some_and(|depth| depth > 1);
    let is_heading = (is_numbered || is_named)
        && lead.chars().count() <= MOST_CHARACTERS
        && lead.chars().filter(|character| character.is_alphabetic()).count() >= 3
        && rest.split_whitespace().count() >= 2;
    if !is_heading {
        return None;
    }
    let (before, after) = line.words.split_at_checked(words)?;
    let rest_runs: Vec<Run> = runs[place..]
        .iter()
        .map(|run| Run { end: run.end - (line.text.len() - rest.trim_start().len()), ..run.clone() })
        .collect();
    let part = |text: &str, words: &[mediary_core::document::Word], runs: Vec<Run>, is_run_in: bool| {
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or(line.bbox);
        let line = Line { text: text.to_owned(), bbox, confidence: line.confidence, words: words.to_vec() };
        let rect = Rect { left: bbox.left, right: bbox.right, ..row.rect };
        let cells = vec![Cell { left: rect.left, right: rect.right, text: text.to_owned() }];
        Row { rect, cells, lines: vec![line], runs: vec![runs], is_run_in }
    };
    let heading_runs = runs[..place].to_vec();
    Some((part(lead, before, heading_runs, true), part(rest.trim(), after, rest_runs, false)))
}
