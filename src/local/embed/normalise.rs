//! Text as BERT's vocabularies know it: without control characters, accents and capitals, cut into words.
//!
//! The same steps in the same order as the tokenizer the models were trained with, so that the same text gives the same
//! tokens; only signs younger than Unicode 8 (2015), whose tables that tokenizer has, may be other tokens here. Which pieces a word is made of is decided by its neighbour `wordpiece`.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Tells `word` of each word of a text, punctuation and ideographs being words of their own.
pub(super) fn each_word(text: &str, word: &mut dyn FnMut(&str)) {
    let mut current = String::new();
    let mut end = |current: &mut String| {
        if !current.is_empty() {
            word(current);
            current.clear();
        }
    };
    for letter in normalised(text) {
        if letter.is_whitespace() {
            end(&mut current);
        } else if is_punctuation(letter) {
            end(&mut current);
            current.push(letter);
            end(&mut current);
        } else {
            current.push(letter);
        }
    }
    end(&mut current);
}

fn normalised(text: &str) -> impl Iterator<Item = char> {
    let clean = text.chars().filter(|&letter| !is_dropped(letter));
    // Ideographs are words of their own, with or without space around them.
    let spaced = clean.flat_map(|letter| {
        let space = is_ideograph(letter).then_some(' ');
        space.into_iter().chain([letter]).chain(space)
    });
    let bare = spaced.nfd().filter(|letter| letter.general_category() != GeneralCategory::NonspacingMark);
    bare.flat_map(char::to_lowercase)
}

fn is_dropped(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' => false,
        '\u{fffd}' => true,
        _ => matches!(
            letter.general_category(),
            GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
        ),
    }
}

/// ASCII's symbols count as punctuation too, as `$` and `^` do.
fn is_punctuation(letter: char) -> bool {
    letter.is_ascii_punctuation() || letter.general_category_group() == GeneralCategoryGroup::Punctuation
}

fn is_ideograph(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0x4E00..=0x9FFF
            | 0x3400..=0x4DBF
            | 0x20000..=0x2A6DF
            | 0x2A700..=0x2B73F
            | 0x2B740..=0x2B81F
            | 0x2B920..=0x2CEAF
            | 0xF900..=0xFAFF
            | 0x2F800..=0x2FA1F
    )
}
