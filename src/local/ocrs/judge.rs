//! How sure a line is: what the recogniser says of its characters, held against the layout.
//!
//! ocrs gives no confidence. Here it is the mean probability of the line's characters times the share of the line,
//! by length of its words, in which anything was read: a word that the detector saw and the recogniser did not read
//! is a doubt. It is between 0 and 1, falls with every doubtful character and every unread word, and it is not
//! calibrated: 0.9 does not promise that nine lines of ten are right.

use mediary_core::document::{Line, Quad, Word};

use super::decode::Glyph;
use super::lines::WordLine;

/// A gap between two of the layout's words this wide, in parts of the line's height, is a space even where the
/// recogniser read none. Measured: word F1 of a till receipt in monospaced print rises from 0.911 to 0.950; half as
/// much would part words (`shal l`) where the detector falls between two strokes.
const SPACE: f32 = 0.4;

/// The line as it goes into the page; `None` if nothing was read.
pub(super) fn line(mut glyphs: Vec<Glyph>, layout: &WordLine, words: bool) -> Option<Line> {
    part_words(&mut glyphs, layout);
    let glyphs = glyphs.as_slice();
    let text: String = glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let confidence = sureness(glyphs) * share_read(glyphs, &layout.words);
    let words = if words { words_of(glyphs, &layout.quad) } else { Vec::new() };
    Some(Line { text: text.to_owned(), bbox: layout.quad.bounds(), confidence: Some(confidence), words })
}

/// Mean probability.
fn sureness(glyphs: &[Glyph]) -> f32 {
    glyphs.iter().map(|glyph| glyph.probability).sum::<f32>() / glyphs.len().max(1) as f32
}

/// The share of the words' length in which there is a character.
fn share_read(glyphs: &[Glyph], words: &[(f32, f32)]) -> f32 {
    let is_read = |&&(from, to): &&(f32, f32)| {
        glyphs.iter().any(|glyph| !glyph.is_space() && (from..=to).contains(&glyph.middle()))
    };
    let length = |words: &mut dyn Iterator<Item = &(f32, f32)>| words.map(|(from, to)| to - from).sum::<f32>();
    let all = length(&mut words.iter());
    if all > 0.0 { length(&mut words.iter().filter(is_read)) / all } else { 1.0 }
}

/// Puts a space between letters or digits of two words that the layout keeps apart, if there is none.
fn part_words(glyphs: &mut Vec<Glyph>, layout: &WordLine) {
    let least_gap = SPACE * layout.quad.height() / layout.quad.width().max(1.0);
    for (from, to) in layout.words.windows(2).map(|pair| (pair[0].1, pair[1].0)) {
        if to - from < least_gap {
            continue;
        }
        let after = glyphs.partition_point(|glyph| glyph.middle() < f32::midpoint(from, to));
        let is_plain = |glyph: &Glyph| glyph.text.chars().all(|character| character.is_ascii_alphanumeric());
        let neighbours = after.checked_sub(1).and_then(|before| Some((glyphs.get(before)?, glyphs.get(after)?)));
        if let Some((left, right)) = neighbours.filter(|(left, right)| is_plain(left) && is_plain(right)) {
            let probability = left.probability.min(right.probability);
            glyphs.insert(after, Glyph { text: " ".to_owned(), place: (from, to), probability });
        }
    }
}

/// The words of a line, each with the part of the line's box it stands in.
fn words_of(glyphs: &[Glyph], line: &Quad) -> Vec<Word> {
    let word = |glyphs: &[Glyph]| {
        let (first, last) = (glyphs.first()?, glyphs.last()?);
        Some(Word {
            text: glyphs.iter().map(|glyph| glyph.text.as_str()).collect(),
            bbox: line.between(first.place.0, last.place.1).bounds(),
            confidence: Some(sureness(glyphs)),
        })
    };
    glyphs.split(Glyph::is_space).filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line 400 × 20 with two words, 0 to 0.4 and 0.6 to 1.
    fn layout() -> WordLine {
        WordLine { quad: Quad::upright(0.0, 0.0, 400.0, 20.0), words: vec![(0.0, 0.4), (0.6, 1.0)] }
    }

    /// One glyph a tenth of the line wide for each character; `_` leaves a tenth free.
    fn glyphs(text: &str, probability: f32) -> Vec<Glyph> {
        let glyph = |(index, character): (usize, char)| Glyph {
            text: character.to_string(),
            place: (index as f32 / 10.0, (index + 1) as f32 / 10.0),
            probability,
        };
        text.chars().enumerate().filter(|(_, character)| *character != '_').map(glyph).collect()
    }

    #[test]
    fn confidence_falls_with_doubtful_characters_and_with_unread_words() {
        let rows = [
            ("both words read", "abcd__efgh", 0.9, Some(0.9)),
            ("less surely", "abcd__efgh", 0.5, Some(0.5)),
            ("the second word not read", "abcd______", 0.9, Some(0.45)),
            ("a space is no word", "abcd___ __", 0.9, Some(0.45)),
            ("nothing read", "__________", 0.9, None),
            ("only a space", "_____ ____", 0.9, None),
        ];
        for (name, text, probability, expected) in rows {
            let confidence = line(glyphs(text, probability), &layout(), false).and_then(|line| line.confidence);
            match (confidence, expected) {
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-4, "{name}: {found}"),
                (found, expected) => assert_eq!(found, expected, "{name}"),
            }
        }
    }

    #[test]
    fn words_the_layout_keeps_apart_are_parted_once_and_only_between_letters_and_digits() {
        for (read, expected) in [
            ("abcd__efgh", "abcd efgh"),
            ("abcd_ efgh", "abcd efgh"),
            ("abc,__efgh", "abc,efgh"),
            ("_____abcde", "abcde"),
            ("日本語文__字字", "日本語文字字"),
        ] {
            assert_eq!(line(glyphs(read, 0.9), &layout(), false).unwrap().text, expected);
        }
        let touching = WordLine { words: vec![(0.0, 0.5), (0.51, 1.0)], ..layout() };
        assert_eq!(line(glyphs("abcd__efgh", 0.9), &touching, false).unwrap().text, "abcdefgh");
    }

    #[test]
    fn words_stand_where_their_characters_are() {
        let line = line(glyphs("abcd__efgh", 0.9), &layout(), true).unwrap();
        let words = line.words.iter().map(|word| (word.text.as_str(), word.bbox.left.round(), word.bbox.right.round()));
        assert_eq!(words.collect::<Vec<_>>(), [("abcd", 0.0, 160.0), ("efgh", 240.0, 400.0)]);
    }
}
