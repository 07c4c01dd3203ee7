//! Whether the tags of a page are believed.
//!
//! Many programs write tags without knowing what is tagged: a paragraph for each line, in the order of painting, or half of
//! the page. Then what is seen on the page says more.

use super::super::margins::Zone;
use super::super::script;
use super::stretches::Stretch;
use mediary_core::document::{Rect, TaggedPart};

/// The share of a page's letters, but for header and footer, that its tags have to know.
const COVERED: f32 = 0.9;
/// Headings hold no more of a page's letters than this, unless there are few.
const MOST_HEADING: f32 = 0.6;
/// So few letters may all be a heading: a title page.
const FEW_LETTERS: usize = 400;
/// Of the steps from part to part, this share may go up in a column, or break a sentence.
const MOST_ODD: f32 = 0.25;
/// So few odd steps say nothing.
const FEW_ODD: usize = 2;
/// A heading is no longer, in characters.
const LONGEST_HEADING: usize = 400;
/// No table is wider.
const MOST_COLUMNS: u32 = 64;

/// Whether the tags speak of the page and make sense.
pub(super) fn is_believed(stretches: &[Stretch], zones: &[Zone], parts: &[TaggedPart]) -> bool {
    let letters = |stretch: &Stretch| script::weight(&stretch.piece.line.text);
    let (mut known, mut all, mut heading) = (0, 0, 0);
    for stretch in stretches {
        let part = stretch.part();
        if part.is_some() || zones.get(stretch.line) == Some(&Zone::Body) {
            all += letters(stretch);
        }
        if let Some(part) = part {
            known += letters(stretch);
            heading += if matches!(parts[part], TaggedPart::Heading { .. }) { letters(stretch) } else { 0 };
        }
    }
    let is_covered = known > 0 && known as f32 >= COVERED * all as f32;
    let is_all_heading = known > FEW_LETTERS && heading as f32 > MOST_HEADING * known as f32;
    let is_narrow = |part: &TaggedPart| match part {
        TaggedPart::Cell(cell) => cell.table_columns <= MOST_COLUMNS,
        _ => true,
    };
    is_covered && !is_all_heading && parts.iter().all(is_narrow) && makes_sense(&whole(stretches, parts))
}

/// A paragraph or heading: where it stands, and its words.
struct Whole<'a> {
    rect: Rect,
    texts: Vec<&'a str>,
    is_text: bool,
}

fn whole<'a>(stretches: &'a [Stretch], parts: &[TaggedPart]) -> Vec<Whole<'a>> {
    let is_heading = |part: &TaggedPart| matches!(part, TaggedPart::Heading { .. });
    let of = |(number, part): (usize, &TaggedPart)| {
        let own = || stretches.iter().filter(move |stretch| stretch.part() == Some(number));
        let rect = Rect::around(own().map(|stretch| stretch.piece.rect))?;
        let texts = own().map(|stretch| stretch.piece.line.text.as_str()).collect();
        (is_heading(part) || *part == TaggedPart::Text).then(|| Whole { rect, texts, is_text: !is_heading(part) })
    };
    // Tables and lists between them part what does not follow each other.
    parts.iter().enumerate().filter_map(of).collect()
}

fn makes_sense(parts: &[Whole<'_>]) -> bool {
    let too_long =
        |part: &Whole<'_>| !part.is_text && part.texts.iter().map(|text| text.len()).sum::<usize>() > LONGEST_HEADING;
    if parts.iter().any(too_long) {
        return false;
    }
    let steps = || parts.iter().zip(parts.iter().skip(1));
    let rising = steps().filter(|(before, after)| rises(&before.rect, &after.rect)).count();
    let broken = steps().filter(|(before, after)| before.is_text && after.is_text && is_broken(before, after)).count();
    let is_odd = |count: usize| count > FEW_ODD && count as f32 > MOST_ODD * steps().count() as f32;
    !is_odd(rising) && !is_odd(broken)
}

/// Whether a part lies above the one before it, in the same column.
fn rises(before: &Rect, after: &Rect) -> bool {
    let shared = before.right.min(after.right) - before.left.max(after.left);
    after.bottom <= before.top && shared > 0.5 * before.width().min(after.width())
}

/// Whether a sentence goes on from one paragraph to the next.
fn is_broken(before: &Whole<'_>, after: &Whole<'_>) -> bool {
    let last = before.texts.last().and_then(|text| text.trim_end().chars().next_back());
    let first = after.texts.first().is_some_and(|text| script::starts_lower_case(text));
    first && last.is_some_and(|last| last.is_alphanumeric() || matches!(last, ',' | '-'))
}
