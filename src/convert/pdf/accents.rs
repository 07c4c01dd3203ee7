//! Accents that a document draws apart from their letters, as TeX does, put onto them.

use unicode_normalization::UnicodeNormalization;

/// The combining character of an accent that stands for itself.
fn combining(accent: char) -> Option<char> {
    Some(match accent {
        '`' => '\u{300}',
        '´' => '\u{301}',
        'ˆ' => '\u{302}',
        '˜' => '\u{303}',
        '¯' => '\u{304}',
        '˘' => '\u{306}',
        '˙' => '\u{307}',
        '¨' => '\u{308}',
        '˚' => '\u{30a}',
        '˝' => '\u{30b}',
        'ˇ' => '\u{30c}',
        '¸' => '\u{327}',
        '˛' => '\u{328}',
        _ => return None,
    })
}

/// Whether a character may be an accent of its neighbour.
pub(super) fn is_accent(character: char) -> bool {
    combining(character).is_some()
}

/// The letter with the accent, where there is such a letter.
pub(super) fn composed(accent: char, letter: char) -> Option<char> {
    let base = match letter {
        'ı' => 'i',
        'ȷ' => 'j',
        letter => letter,
    };
    let mut composed = [base, combining(accent)?].into_iter().nfc();
    match (composed.next(), composed.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_meet_their_letters() {
        for (accent, letter, expected) in [
            ('¨', 'u', Some('ü')),
            ('´', 'ı', Some('í')),
            ('¸', 'c', Some('ç')),
            ('ˇ', 's', Some('š')),
            ('¨', 'q', None),
        ] {
            assert_eq!(composed(accent, letter), expected, "{accent}{letter}");
        }
        assert!(!is_accent('x'));
    }
}
