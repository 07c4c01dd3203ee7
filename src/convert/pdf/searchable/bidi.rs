//! The order in which a PDF wants the letters of right-to-left words: as they are seen, left to right.
//!
//! Readers of PDFs put such letters back into the order in which they are spoken; they expect to have to. Words
//! keep their order, only the letters inside them are moved.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

/// The letters of a word from left to right.
pub(super) fn as_seen(word: &str) -> Cow<'_, str> {
    if !word.chars().any(is_right_to_left) {
        return Cow::Borrowed(word);
    }
    let order = BidiInfo::new(word, None);
    let paragraphs = order.paragraphs.iter();
    Cow::Owned(paragraphs.map(|paragraph| order.reorder_line(paragraph, paragraph.range.clone())).collect())
}

fn is_right_to_left(character: char) -> bool {
    matches!(bidi_class(character), BidiClass::R | BidiClass::AL | BidiClass::AN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_right_to_left_letters_are_turned_round() {
        for (word, seen) in
            [("Total", "Total"), ("東京", "東京"), ("שלום", "םולש"), ("سلام", "مالس"), ("مادة12", "12ةدام"), ("", "")]
        {
            assert_eq!(as_seen(word), seen, "{word}");
        }
    }
}
