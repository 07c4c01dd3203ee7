//! Large initials: the first letter of a story, two lines high and more, goes back to its word.
//!
//! It stands beside the beginnings of several lines, the uppermost of which goes on with its word. What is as large but
//! stands beside nothing is a heading or an ornament, and stays.

use super::frame::{Piece, shared_height, text_height};

/// At least so many times as high as the lines beside it.
const LARGER: f32 = 1.6;
/// The lines beside it begin at most so far away, in their heights, and lie over it by at most so much.
const BESIDE_HEIGHTS: [f32; 2] = [0.5, 2.0];

/// The pieces of a region, with initials before the words that they belong to.
pub(super) fn joined(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let unit = text_height(&pieces);
    let initials: Vec<usize> = (0..pieces.len()).filter(|&index| is_initial(&pieces[index], unit)).collect();
    let mut gone = Vec::new();
    for index in initials {
        if let Some(first) = first_line(&pieces, index, unit) {
            let (letter, rect) = (pieces[index].line.text.trim().to_owned(), pieces[index].rect);
            begin(&mut pieces[first], &letter, rect.left);
            gone.push(index);
        }
    }
    let mut place = 0;
    pieces.retain(|_| {
        place += 1;
        !gone.contains(&(place - 1))
    });
    pieces
}

/// A capital by itself, perhaps after a quotation mark, and large.
fn is_initial(piece: &Piece, unit: f32) -> bool {
    let mut characters = piece.line.text.trim().trim_start_matches(['"', '“', '„', '«', '‘', '\'']).chars();
    let is_capital = characters.next().is_some_and(char::is_uppercase) && characters.next().is_none();
    is_capital && piece.stands_for.is_none() && piece.rect.height() >= LARGER * unit
}

/// The uppermost of the lines that begin beside an initial, if there are several.
fn first_line(pieces: &[Piece], index: usize, unit: f32) -> Option<usize> {
    let letter = &pieces[index].rect;
    let is_beside = |other: &usize| {
        let rect = &pieces[*other].rect;
        let gap = (rect.left - letter.right) / unit;
        *other != index
            && rect.height() < letter.height() / LARGER * 1.2
            && (-BESIDE_HEIGHTS[0]..BESIDE_HEIGHTS[1]).contains(&gap)
            && shared_height(letter, rect) > 0.5 * rect.height()
    };
    let beside: Vec<usize> = (0..pieces.len()).filter(is_beside).collect();
    let first = beside.iter().copied().min_by(|&a, &b| pieces[a].rect.top.total_cmp(&pieces[b].rect.top))?;
    let is_first = pieces[first].middle() < letter.top + 0.5 * letter.height();
    let goes_on = pieces[first].line.text.chars().next().is_some_and(char::is_alphabetic);
    (beside.len() >= 2 && is_first && goes_on).then_some(first)
}

/// Puts a letter before a line, which keeps its place beside those that follow it.
fn begin(piece: &mut Piece, letter: &str, left: f32) {
    let space = if is_word(letter, &piece.line.text) { " " } else { "" };
    let grown = letter.len() + space.len();
    piece.line.text = format!("{letter}{space}{}", piece.line.text);
    piece.line.bbox.left = piece.line.bbox.left.min(left);
    if let Some(word) = piece.line.words.first_mut().filter(|_| space.is_empty()) {
        word.text.insert_str(0, letter);
        word.bbox.left = word.bbox.left.min(left);
    }
    piece.runs.iter_mut().for_each(|run| run.end += grown);
}

/// Whether an initial is a word: `I went`, but `In`, `It` and `Italy`.
fn is_word(letter: &str, rest: &str) -> bool {
    let fragment: Vec<char> = rest.chars().take_while(|character| character.is_alphabetic()).collect();
    let is_vowel = |character: &char| "aeiouy".contains(*character);
    match (letter, fragment.as_slice()) {
        ("I", [first, second, _, ..]) => is_vowel(second) || !"nmlrtsdg".contains(*first),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initial_is_a_word_only_where_it_can_be_one() {
        for (rest, expected) in
            [("went home", true), ("n the", false), ("t was", false), ("ndeed", false), ("had", true)]
        {
            assert_eq!(is_word("I", rest), expected, "{rest}");
        }
        assert!(!is_word("T", "he mountain"));
    }
}
