//! The order of a text layer, mended where it goes across columns.
//!
//! Most programs write the text of a page as it is read, and their order is kept. Some write it line by line over the whole
//! sheet, or so that both columns' lines come as one. Then lines are parted where white stands below white, and what goes to
//! and fro between columns is put into the order that the page shows.

use std::borrow::Cow;

use super::frame::{Piece, quantile, shared_height};
use super::{columns, rows};
use mediary_core::document::{Inked, Line, Rect, Run, White, alleys};

/// A stream that goes so often to what stands beside is not in reading order …
const MOST_TIMES_BESIDE: usize = 6;
/// … if it changes between columns this much more often than there are any.
const CHANGES_A_REGION: usize = 3;
/// Boxes reach over the white around words by this much, in heights.
const MARGIN_HEIGHTS: f32 = 0.05;
/// Words that share this much of their heights stand in a row.
const ROW_SHARE: f32 = 0.3;
/// A word so far to the left of the one before it begins anew, if it is one of so many at most: some scripts run leftwards.
const TURN_HEIGHTS: f32 = 2.0;
const WORDS_A_TURN: usize = 4;

/// The lines of a page's text layer, in the order that they have or in a better one.
pub(super) fn mended(pieces: Vec<Piece>) -> Vec<Piece> {
    let Some(parts) = parted(&pieces) else { return pieces };
    if parts.len() == pieces.len() && times_beside(&pieces) < MOST_TIMES_BESIDE {
        return pieces;
    }
    let numbered = |(number, (_, piece)): (usize, &(usize, Piece))| Piece { stands_for: Some(number), ..piece.clone() };
    let regions = columns::regions(parts.iter().enumerate().map(numbered).collect());
    let count = regions.len();
    let mut region_of = vec![0; parts.len()];
    let mut order = Vec::with_capacity(parts.len());
    for (number, region) in regions.into_iter().enumerate() {
        for place in in_rows(region).iter().filter_map(|piece| piece.stands_for) {
            region_of[place] = number;
            order.push(place);
        }
    }
    let changes = region_of.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if count < 2 || changes < CHANGES_A_REGION * count {
        return pieces;
    }
    let mut parts: Vec<Option<(usize, Piece)>> = parts.into_iter().map(Some).collect();
    let ordered: Vec<(usize, Piece)> = order.into_iter().filter_map(|place| parts[place].take()).collect();
    joined(ordered, pieces)
}

/// What was parted but still follows itself is whole again.
fn joined(parts: Vec<(usize, Piece)>, whole: Vec<Piece>) -> Vec<Piece> {
    let mut count = vec![0_usize; whole.len()];
    parts.iter().for_each(|(origin, _)| count[*origin] += 1);
    let mut joined = Vec::with_capacity(parts.len());
    let mut whole: Vec<Option<Piece>> = whole.into_iter().map(Some).collect();
    let runs: Vec<usize> = parts.chunk_by(|a, b| a.0 == b.0).map(<[(usize, Piece)]>::len).collect();
    let mut parts = parts.into_iter();
    for run in runs {
        let run: Vec<(usize, Piece)> = parts.by_ref().take(run).collect();
        match run.first() {
            Some((origin, _)) if run.len() == count[*origin] => joined.extend(whole[*origin].take()),
            _ => joined.extend(run.into_iter().map(|(_, piece)| piece)),
        }
    }
    joined
}

/// How often a line is followed by what stands to the right of it.
fn times_beside(pieces: &[Piece]) -> usize {
    let is_beside = |pair: &&[Piece]| {
        let (before, after) = (&pair[0].rect, &pair[1].rect);
        after.left >= before.right && 2.0 * shared_height(before, after) > before.height().min(after.height())
    };
    pieces.windows(2).filter(is_beside).count()
}

/// From top to bottom, and in a row from left to right.
fn in_rows(mut region: Vec<Piece>) -> Vec<Piece> {
    region.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let mut start = 0;
    while start < region.len() {
        let first = region[start].rect;
        let length = region[start..].iter().take_while(|piece| rows::stand_in_a_row(&first, &piece.rect)).count();
        let end = start + length.max(1);
        region[start..end].sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
        start = end;
    }
    region
}

/// Lines that go across white that stands below white, and those that go back, in parts, each with the number of its line; `None`
/// if there is nothing to part and little stands beside what comes before it.
fn parted(pieces: &[Piece]) -> Option<Vec<(usize, Piece)>> {
    let forward = pieces.iter().enumerate().flat_map(|(number, piece)| {
        let ends = turns_back(piece);
        let parts = match ends.is_empty() {
            true => vec![Cow::Borrowed(piece)],
            false => split_at(piece.clone(), &ends).into_iter().map(Cow::Owned).collect(),
        };
        parts.into_iter().map(move |part| (number, part))
    });
    let forward: Vec<(usize, Cow<'_, Piece>)> = forward.collect();
    let inked: Vec<Inked> = forward.iter().map(|(_, piece)| inked(piece)).collect();
    let alleys = alleys(&inked, White::Words);
    // Most pages are done with here, and nothing of them was copied.
    if alleys.is_empty() && forward.len() == pieces.len() && times_beside(pieces) < MOST_TIMES_BESIDE {
        return None;
    }
    let cut = |(number, piece): (usize, Cow<'_, Piece>)| {
        cut(piece.into_owned(), &alleys).into_iter().map(move |part| (number, part))
    };
    Some(forward.into_iter().flat_map(cut).collect())
}

/// After which of its words a line goes on in another row, or begins anew further left: what a program writes line by line over
/// the whole sheet may come as one line of many rows, and words of a caption stand at nearly the height of the text around it.
fn turns_back(piece: &Piece) -> Vec<usize> {
    let words: Vec<Rect> = piece.words().map(|(rect, _)| rect).collect();
    let is_in_a_row = |a: &Rect, b: &Rect| shared_height(a, b) >= ROW_SHARE * a.height().min(b.height());
    let goes_back = |a: &Rect, b: &Rect| b.left < a.left - TURN_HEIGHTS * a.height();
    let turns = words.windows(2).filter(|pair| goes_back(&pair[0], &pair[1])).count();
    let is_rightward = words.len() >= WORDS_A_TURN * turns;
    let is_anew = |a: &Rect, b: &Rect| !is_in_a_row(a, b) || (is_rightward && goes_back(a, b));
    words.windows(2).enumerate().filter(|(_, pair)| is_anew(&pair[0], &pair[1])).map(|(index, _)| index + 1).collect()
}

fn inked(piece: &Piece) -> Inked {
    let words: Vec<Rect> = piece.words().map(|(rect, _)| rect).collect();
    let is_rightwards = words.windows(2).all(|pair| pair[0].right <= pair[1].left);
    let gaps = words.windows(2).map(|pair| [pair[0].right, pair[1].left]);
    // Two columns' lines that do not stand at one height make one that is higher than its words.
    let half = quantile(words.iter().map(Rect::height).collect(), 0.5).unwrap_or_default() / 2.0;
    let rect = Rect { top: piece.middle() - half, bottom: piece.middle() + half, ..piece.rect };
    Inked { rect, gaps: if is_rightwards { gaps.collect() } else { Vec::new() } }
}

/// A line in parts, if an alley goes through it between two of its words, or through a word: where nothing but the alley lay between
/// two, a program may have made one of them. It stays with what is before it.
fn cut(piece: Piece, alleys: &[Rect]) -> Vec<Piece> {
    let height = piece.rect.height();
    let words: Vec<Rect> = piece.words().map(|(rect, _)| rect).collect();
    let middle = piece.middle();
    let beside =
        |reach: f32| alleys.iter().filter(move |alley| alley.top - reach <= middle && middle <= alley.bottom + reach);
    let is_parted_after = |pair: &[Rect]| {
        let is_between = |alley: &Rect| {
            let x = f32::midpoint(alley.left, alley.right);
            pair[0].right - MARGIN_HEIGHTS * height <= x && x <= pair[1].left + MARGIN_HEIGHTS * height
        };
        let goes_through = |alley: &Rect| pair[0].left < alley.left - height && pair[0].right > alley.right + height;
        beside(height).any(is_between) || beside(0.0).any(goes_through)
    };
    let ends: Vec<usize> =
        words.windows(2).enumerate().filter(|(_, pair)| is_parted_after(pair)).map(|(index, _)| index + 1).collect();
    let mut parts = split_at(piece, &ends);
    for part in &mut parts {
        let across = beside(0.0).find(|alley| part.rect.left < alley.left - height && part.rect.right > alley.right);
        if let Some(alley) = across {
            part.rect.right = alley.left;
        }
    }
    parts
}

/// A line in parts that end after so many of its words.
pub(super) fn split_at(piece: Piece, ends: &[usize]) -> Vec<Piece> {
    let mut rest = piece;
    let mut parts = Vec::new();
    let mut taken = 0;
    for &end in ends {
        match split(&rest, end - taken) {
            Some((part, others)) => {
                parts.push(part);
                rest = others;
                taken = end;
            }
            None => break,
        }
    }
    parts.push(rest);
    parts
}

/// A line's first words, and its others.
fn split(piece: &Piece, words: usize) -> Option<(Piece, Piece)> {
    let (before, after) = piece.line.words.split_at_checked(words)?;
    let mut end = 0;
    for word in before {
        end += piece.line.text.get(end..)?.find(&word.text)? + word.text.len();
    }
    let start = end + piece.line.text.get(end..)?.find(&after.first()?.text)?;
    let part = |text: &str, words: &[mediary_core::document::Word], runs: Vec<Run>| {
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
        let line = Line { text: text.to_owned(), bbox, confidence: piece.line.confidence, words: words.to_vec() };
        Piece { runs, ..Piece::of(line) }
    };
    let runs = &piece.runs;
    let place = runs.iter().position(|run| run.end >= end).unwrap_or(runs.len());
    let first: Vec<Run> = runs.iter().take(place + 1).map(|run| Run { end: run.end.min(end), ..run.clone() }).collect();
    let others: Vec<Run> =
        runs.iter().filter(|run| run.end > start).map(|run| Run { end: run.end - start, ..run.clone() }).collect();
    Some((part(&piece.line.text[..end], before, first), part(&piece.line.text[start..], after, others)))
}
