//! What a line's signs mean where a text layer says it wrongly: soft hyphens, bullets without a name, and the letters of
//! scripts that run from right to left.
//!
//! PDFium turns such scripts round, sign by sign. A sign that stands for several letters is turned round too, so that
//! `لا` comes as `ال`; and a vowel mark, which is drawn after the letter it stands on as the page is seen, comes before it.

use std::collections::BTreeMap;

use mediary_core::document::Rect;

use super::hidden::Doubt;

/// A character and its number on the page, by which PDFium can be asked for its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) character: char,
    pub(super) index: usize,
    /// Why it may not be seen, if it may not.
    pub(super) doubt: Option<Doubt>,
}

/// A word whose characters are wider than this, in its heights, has white within it.
const STRETCHED_HEIGHTS: f32 = 1.1;
/// White that is wider than this, in heights, stands between two words; letters that are spaced out are closer.
const APART_HEIGHTS: f32 = 1.2;
const LAM: char = '\u{644}';
/// The name of God, which most faces draw as one sign, turned round.
const ALLAH_REVERSED: [char; 4] = ['\u{647}', LAM, LAM, '\u{627}'];

/// A soft hyphen is seen only where it breaks a word.
pub(super) fn drop_soft_hyphens(glyphs: &mut Vec<Glyph>) {
    if !glyphs.iter().any(|glyph| glyph.character == '\u{ad}') {
        return;
    }
    let last = glyphs.iter().rposition(|glyph| !glyph.character.is_whitespace());
    let mut place = 0;
    glyphs.retain_mut(|glyph| {
        let (is_last, is_soft) = (Some(place) == last, glyph.character == '\u{ad}');
        place += 1;
        if is_soft && is_last {
            glyph.character = '-';
        }
        !is_soft || is_last
    });
}

/// A character without a meaning of its own that begins a line is a bullet of a symbol font.
pub(super) fn name_bullet(glyphs: &mut [Glyph]) {
    let mut seen = glyphs.iter_mut().filter(|glyph| !glyph.character.is_whitespace());
    let has_no_name = |character: char| character.is_control() || matches!(character, '\u{e000}'..='\u{f8ff}');
    if let Some(first) = seen.next().filter(|glyph| has_no_name(glyph.character))
        && seen.next().is_some_and(|second| !has_no_name(second.character))
    {
        first.character = '•';
    }
}

/// A word with its box, in parts where so much white stands within it that it is several: PDFium sees no space between
/// single characters in columns of their own.
pub(super) fn set_apart(word: &[Glyph], bounds: impl Fn(Glyph) -> Option<Rect>) -> Vec<(&[Glyph], Rect)> {
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return Vec::new() };
    let around = |glyphs: [Glyph; 2]| Rect::around(glyphs.into_iter().filter_map(&bounds)).unwrap_or_default();
    let whole = around([*first, *last]);
    let height = whole.height();
    if word.len() < 2 || whole.width() <= STRETCHED_HEIGHTS * height * word.len() as f32 {
        return vec![(word, whole)];
    }
    let is_apart = |pair: &[Glyph]| {
        let places = bounds(pair[0]).zip(bounds(pair[1]));
        places.is_some_and(|(a, b)| (b.left - a.right).max(a.left - b.right) > APART_HEIGHTS * height)
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for end in 1..=word.len() {
        if end == word.len() || is_apart(&word[end - 1..=end]) {
            parts.push((&word[start..end], around([word[start], word[end - 1]])));
            start = end;
        }
    }
    parts
}

/// Puts letters of scripts that run from right to left into the order in which they are read.
pub(super) fn mend_leftward(glyphs: &mut Vec<Glyph>, bounds: impl Fn(Glyph) -> Option<Rect>) {
    if !glyphs.iter().any(|glyph| matches!(glyph.character, '\u{590}'..='\u{8ff}')) {
        return;
    }
    let is_one_sign = |glyphs: &[Glyph]| {
        let places: Vec<Option<Rect>> = glyphs.iter().map(|glyph| bounds(*glyph)).collect();
        places[0].is_some_and(|place| place.width() > 0.0) && places.iter().all(|place| *place == places[0])
    };
    for start in 0..glyphs.len() {
        let alike = |letters: &[char]| {
            glyphs[start..].len() >= letters.len()
                && glyphs[start..].iter().zip(letters).all(|(glyph, letter)| glyph.character == *letter)
        };
        let length = if alike(&ALLAH_REVERSED) {
            ALLAH_REVERSED.len()
        } else if is_alef(glyphs[start].character) && glyphs.get(start + 1).is_some_and(|after| after.character == LAM)
        {
            2
        } else {
            continue;
        };
        if is_one_sign(&glyphs[start..start + length]) {
            glyphs[start..start + length].reverse();
        }
    }
    place_marks(glyphs, bounds);
}

fn is_alef(character: char) -> bool {
    matches!(character, '\u{622}' | '\u{623}' | '\u{625}' | '\u{627}' | '\u{671}')
}

/// Vowels and other signs that stand above or below a letter of Arabic or Hebrew.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Puts marks after the letters that they stand on; a space that was seen where a mark is drawn goes.
fn place_marks(glyphs: &mut Vec<Glyph>, bounds: impl Fn(Glyph) -> Option<Rect>) {
    let marks = (0..glyphs.len()).filter(|index| is_mark(glyphs[*index].character));
    let bases: BTreeMap<usize, usize> =
        marks.filter_map(|mark| Some((mark, base_of(glyphs, mark, &bounds)?))).collect();
    let is_made_by = |space: usize, mark: usize, base: usize| {
        let is_between = mark.min(base) < space && space < mark.max(base);
        let is_over = || stands_over(bounds(glyphs[space]), bounds(glyphs[base]));
        is_between || (space.abs_diff(mark) == 1 && is_over())
    };
    let is_made = |index: usize| bases.iter().any(|(mark, base)| is_made_by(index, *mark, *base));
    let mut placed = Vec::with_capacity(glyphs.len());
    for (index, glyph) in glyphs.iter().enumerate() {
        if bases.contains_key(&index) || (glyph.character == ' ' && is_made(index)) {
            continue;
        }
        placed.push(*glyph);
        placed.extend(bases.iter().filter(|(_, base)| **base == index).map(|(mark, _)| glyphs[*mark]));
    }
    *glyphs = placed;
}

/// The letter beside a mark that it is drawn over.
fn base_of(glyphs: &[Glyph], mark: usize, bounds: impl Fn(Glyph) -> Option<Rect>) -> Option<usize> {
    let place = bounds(glyphs[mark])?;
    let is_between = |index: &usize| glyphs[*index].character == ' ' || is_mark(glyphs[*index].character);
    let before = (0..mark).rev().find(|index| !is_between(index));
    let after = (mark + 1..glyphs.len()).find(|index| !is_between(index));
    let under = [before, after].into_iter().flatten().filter_map(|index| Some((index, bounds(glyphs[index])?)));
    let middle = |rect: &Rect| f32::midpoint(rect.left, rect.right);
    under
        .filter(|(index, letter)| glyphs[*index].character.is_alphabetic() && stands_over(Some(place), Some(*letter)))
        .min_by(|(_, a), (_, b)| (middle(a) - middle(&place)).abs().total_cmp(&(middle(b) - middle(&place)).abs()))
        .map(|(index, _)| index)
}

fn stands_over(sign: Option<Rect>, letter: Option<Rect>) -> bool {
    sign.zip(letter).is_some_and(|(sign, letter)| {
        let middle = f32::midpoint(sign.left, sign.right);
        letter.left <= middle && middle <= letter.right
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each sign with its left and right edge.
    fn mended(signs: &[(char, f32, f32)]) -> String {
        let mut glyphs: Vec<Glyph> = signs
            .iter()
            .enumerate()
            .map(|(index, (character, ..))| Glyph { character: *character, index, doubt: None })
            .collect();
        mend_leftward(&mut glyphs, |glyph| {
            let (_, left, right) = signs[glyph.index];
            Some(Rect { left, top: 0.0, right, bottom: 10.0 })
        });
        glyphs.iter().map(|glyph| glyph.character).collect()
    }

    #[test]
    fn a_sign_of_two_letters_is_read_as_it_is_written() {
        let whole = [('س', 30.0, 40.0), ('ا', 20.0, 30.0), ('ل', 20.0, 30.0), ('م', 10.0, 20.0)];
        assert_eq!(mended(&whole), "سلام");
        let apart = [('ا', 30.0, 34.0), ('ل', 26.0, 30.0), ('ي', 20.0, 26.0), ('و', 12.0, 20.0), ('م', 8.0, 12.0)];
        assert_eq!(mended(&apart), "اليوم", "two signs");
        let name = ['ه', 'ل', 'ل', 'ا'].map(|letter| (letter, 4.0, 18.0));
        assert_eq!(mended(&name), "الله");
    }

    #[test]
    fn a_mark_comes_after_its_letter_without_the_space_that_it_made() {
        let drawn = [
            ('أ', 40.0, 44.0),
            ('ي', 34.0, 40.0),
            (' ', 26.0, 26.0),
            ('ً', 24.0, 27.0),
            ('ض', 22.0, 34.0),
            ('ا', 18.0, 22.0),
            (' ', 15.0, 18.0),
            ('إ', 10.0, 15.0),
        ];
        assert_eq!(mended(&drawn), "أيضًا إ");
        let right = [('ض', 22.0, 34.0), ('ً', 24.0, 27.0), ('ا', 18.0, 22.0)];
        assert_eq!(mended(&right), "ضًا", "as it is read");
    }

    #[test]
    fn single_characters_far_from_each_other_are_words() {
        let at = |lefts: &[f32]| {
            let glyphs: Vec<Glyph> =
                (0..lefts.len()).map(|index| Glyph { character: 'X', index, doubt: None }).collect();
            let bounds = |glyph: Glyph| {
                let left = lefts[glyph.index];
                Some(Rect { left, top: 0.0, right: left + 8.0, bottom: 10.0 })
            };
            set_apart(&glyphs, bounds).iter().map(|(part, _)| part.len()).collect::<Vec<_>>()
        };
        assert_eq!(at(&[0.0, 40.0, 80.0]), [1, 1, 1]);
        assert_eq!(at(&[0.0, 8.0, 60.0]), [2, 1]);
        assert_eq!(at(&[0.0, 14.0, 28.0]), [3], "spaced out");
        assert_eq!(at(&[0.0]), [1]);
        assert!(at(&[]).is_empty());
    }

    #[test]
    fn a_bullet_without_a_name_gets_one() {
        let named = |text: &str| {
            let mut glyphs: Vec<Glyph> =
                text.chars().enumerate().map(|(index, character)| Glyph { character, index, doubt: None }).collect();
            name_bullet(&mut glyphs);
            glyphs.iter().map(|glyph| glyph.character).collect::<String>()
        };
        assert_eq!(named("\u{84} milk"), "• milk");
        assert_eq!(named("\u{2}milk"), "•milk");
        assert_eq!(named("\u{f0b7} milk"), "• milk");
        assert_eq!(named("\u{1}\u{2}\u{3}"), "\u{1}\u{2}\u{3}", "a font without names");
        assert_eq!(named("milk\u{84}"), "milk\u{84}");
    }
}
