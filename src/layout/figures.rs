//! Boxes that reach over several columns of figures, parted.
//!
//! A detector joins numbers that stand close to one another, so that half a row of a table comes as one box. Where such boxes
//! stand one below the other, with as many numbers each in the same places and more white between them than between words,
//! every number is an entry of its own, and so are the names above them. A number may have a space for its thousands; that
//! is narrower.

use super::frame::Piece;
use mediary_core::document::{Line, Rect, Run};

/// Numbers that are so far apart, in heights of their box, stand in columns of their own.
const APART_HEIGHTS: f32 = 0.45;
/// Numbers of one column begin, end or lie about the same place, in heights.
const ALIGNED_HEIGHTS: f32 = 0.5;
/// So many boxes with the same places make columns.
const FEWEST_ROWS: usize = 3;
/// Rows and names of one table are no further apart, in heights.
const NEAR_HEIGHTS: f32 = 4.0;

/// The boxes of a page, with those that reach over columns of figures in parts.
pub(super) fn parted(pieces: Vec<Piece>) -> Vec<Piece> {
    let places: Vec<Option<Vec<Rect>>> = pieces.iter().map(places).collect();
    let is_figures = |index: usize| places[index].is_some() && pieces[index].words().all(|(_, text)| is_number(text));
    let figures: Vec<usize> = (0..pieces.len()).filter(|index| is_figures(*index)).collect();
    if figures.len() < FEWEST_ROWS {
        return pieces;
    }
    let alike = |a: usize, b: usize| {
        let both = places[a].as_ref().zip(places[b].as_ref());
        both.is_some_and(|(one, other)| are_aligned(one, other, pieces[a].rect.height()))
    };
    let is_row = |index: &usize| figures.iter().filter(|other| alike(*index, **other)).count() >= FEWEST_ROWS;
    let rows: Vec<usize> = figures.iter().copied().filter(is_row).collect();
    let is_name = |index: usize| {
        let height = pieces[index].rect.height();
        rows.iter().any(|row| {
            let below = pieces[*row].rect.top - pieces[index].rect.bottom;
            (-height..NEAR_HEIGHTS * height).contains(&below) && alike(index, *row)
        })
    };
    let is_parted: Vec<bool> = (0..pieces.len()).map(|index| rows.contains(&index) || is_name(index)).collect();
    let part = |(piece, is_parted): (Piece, bool)| if is_parted { in_words(&piece) } else { vec![piece] };
    pieces.into_iter().zip(is_parted).flat_map(part).collect()
}

/// Where the words of a box stand, if they have been measured, there are several, and all of them are far apart.
fn places(piece: &Piece) -> Option<Vec<Rect>> {
    let count = piece.line.words.len();
    if count < 2 || piece.line.text.split_whitespace().count() != count {
        return None;
    }
    let places: Vec<Rect> = piece.words().map(|(rect, _)| rect).collect();
    let least = APART_HEIGHTS * piece.rect.height();
    places.windows(2).all(|pair| pair[1].left - pair[0].right >= least).then_some(places)
}

fn is_number(text: &str) -> bool {
    let is_sign = |character: char| ".,%‰-–−+±()€$£".contains(character);
    text.contains(|character: char| character.is_ascii_digit())
        && text.chars().all(|character| character.is_ascii_digit() || is_sign(character))
}

fn are_aligned(one: &[Rect], other: &[Rect], height: f32) -> bool {
    let middle = |rect: &Rect| f32::midpoint(rect.left, rect.right);
    let is_near = |a: f32, b: f32| (a - b).abs() <= ALIGNED_HEIGHTS * height;
    let is_below =
        |(a, b): (&Rect, &Rect)| is_near(a.left, b.left) || is_near(a.right, b.right) || is_near(middle(a), middle(b));
    one.len() == other.len() && one.iter().zip(other).all(is_below)
}

/// Every word of a box by itself.
fn in_words(piece: &Piece) -> Vec<Piece> {
    let places: Vec<Rect> = piece.words().map(|(rect, _)| rect).collect();
    let word = |(word, place): (&mediary_core::document::Word, Rect)| {
        let text = word.text.trim().to_owned();
        let run = piece.runs.first().map(|run| Run { end: text.len(), ..run.clone() });
        let line = Line { text, bbox: word.bbox, confidence: piece.line.confidence, words: vec![word.clone()] };
        let rect = Rect { left: place.left, right: place.right, ..piece.rect };
        Piece { rect, runs: run.into_iter().collect(), ..Piece::of(line) }
    };
    piece.line.words.iter().zip(places).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::Word;

    /// A box of words that begin at these places, ten wide for each character.
    fn piece(top: f32, words: &[(&str, f32)]) -> Piece {
        let words: Vec<Word> = words
            .iter()
            .map(|(text, left)| {
                let right = left + 10.0 * text.len() as f32;
                let bbox = Rect { left: *left, top, right, bottom: top + 20.0 };
                Word { text: (*text).to_owned(), bbox, confidence: None }
            })
            .collect();
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap();
        Piece::of(Line { text, bbox, confidence: None, words })
    }

    fn texts(pieces: Vec<Piece>) -> Vec<String> {
        parted(pieces).into_iter().map(|piece| piece.line.text).collect()
    }

    #[test]
    fn numbers_in_columns_are_parted_with_their_names() {
        let rows = vec![
            piece(0.0, &[("Depth", 100.0), ("Width", 170.0)]),
            piece(40.0, &[("0.719", 100.0), ("0.715", 170.0)]),
            piece(80.0, &[("0.62", 110.0), ("0.468", 170.0)]),
            piece(120.0, &[("0.285", 100.0), ("0.336", 170.0)]),
            piece(160.0, &[("Two", 100.0), ("words", 170.0)]),
        ];
        let expected = ["Depth", "Width", "0.719", "0.715", "0.62", "0.468", "0.285", "0.336", "Two words"];
        assert_eq!(texts(rows), expected);
    }

    #[test]
    fn thousands_sentences_and_single_rows_stay_whole() {
        let thousands = (0..4).map(|row| piece(40.0 * row as f32, &[("12", 100.0), ("500", 126.0)])).collect();
        assert_eq!(texts(thousands), ["12 500"; 4]);
        let single = vec![piece(0.0, &[("7", 100.0), ("9", 170.0)]), piece(40.0, &[("7", 100.0), ("9", 170.0)])];
        assert_eq!(texts(single), ["7 9"; 2]);
        let words = (0..4).map(|row| piece(40.0 * row as f32, &[("left", 100.0), ("right", 170.0)])).collect();
        assert_eq!(texts(words), ["left right"; 4]);
    }
}
