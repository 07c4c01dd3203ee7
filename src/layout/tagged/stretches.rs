//! Lines parted where the words of one part of a tagged page end and those of another begin.
//!
//! PDFium gives a row of a table as one line, and joins columns now and then; each stretch here is of one part.

use super::super::frame::Piece;
use mediary_core::document::{Line, Rect, Run, SetLine, TagPlace, TaggedPart};

/// Words of one line that belong to one part, or to none.
#[derive(Debug)]
pub(super) struct Stretch {
    /// The line that they are from.
    pub(super) line: usize,
    /// The place of the first of them.
    pub(super) place: Option<TagPlace>,
    pub(super) piece: Piece,
}

impl Stretch {
    /// The part they belong to, by place.
    pub(super) fn part(&self) -> Option<usize> {
        self.place.and_then(|place| usize::try_from(place.part).ok())
    }
}

/// The stretches of lines, in their order. What names a part that is not there belongs to none.
pub(super) fn stretches(lines: &[SetLine], parts: &[TaggedPart]) -> Vec<Stretch> {
    lines.iter().enumerate().flat_map(|(line, set)| of_line(line, set, parts.len())).collect()
}

fn of_line(number: usize, set: &SetLine, parts: usize) -> Vec<Stretch> {
    let is_known = set.tags.len() == set.line.words.len() && !set.tags.is_empty();
    let spans: Vec<(usize, Option<TagPlace>)> = match is_known {
        true => set.tags.iter().map(|run| (run.end, run.place.filter(|place| (place.part as usize) < parts))).collect(),
        false => vec![(set.line.text.len(), None)],
    };
    let mut stretches: Vec<Stretch> = Vec::new();
    let (mut start, mut first, mut index) = (0, 0, 0);
    while index < spans.len() {
        let (end, place) = spans[index];
        index += 1;
        let part = |place: Option<TagPlace>| place.map(|place| place.part);
        if spans.get(index).is_some_and(|next| part(next.1) == part(place)) {
            continue;
        }
        let words = if is_known { first..index } else { 0..set.line.words.len() };
        let place = spans[first].1;
        stretches.push(Stretch { line: number, place, piece: cut(set, start..end, words) });
        (start, first) = (end, index);
    }
    stretches
}

/// Some of a line's words, as a line of their own.
fn cut(set: &SetLine, bytes: std::ops::Range<usize>, words: std::ops::Range<usize>) -> Piece {
    let SetLine { line, runs, .. } = set;
    let whole = line.text.get(bytes.clone()).unwrap_or_default();
    let text = whole.trim();
    let begin = bytes.start + (whole.len() - whole.trim_start().len());
    let words = line.words.get(words).unwrap_or_default().to_vec();
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or(line.bbox);
    let mut own: Vec<Run> = Vec::new();
    for run in runs.iter().filter(|run| run.end > begin) {
        own.push(Run { end: run.end.min(begin + text.len()) - begin, face: run.face.clone() });
        if run.end >= begin + text.len() {
            break;
        }
    }
    let line = Line { text: text.to_owned(), bbox, confidence: line.confidence, words };
    Piece { runs: own, ..Piece::of(line) }
}
