//! How likely the letters of a text are in some language.
//!
//! A PDF may map its glyphs to the wrong characters, and these may well be letters: a text shifted through the
//! alphabet has words, spaces and capitals. What it has not is the letters that languages use most. The measure is
//! the mean logarithm of each letter's usual frequency over languages in Latin script (English, German, French,
//! Spanish, Italian, Portuguese, Dutch, Swedish); it tells a suspicion, not a verdict, and codes and abbreviations are
//! suspicious too. Who asks holds what is suspicious against the pixels.

use unicode_normalization::UnicodeNormalization;

/// Percent of letters, a to z.
const FREQUENCY: [f32; 26] = [
    8.9, 1.5, 3.6, 4.2, 14.0, 1.3, 1.7, 2.6, 7.6, 0.4, 0.9, 4.4, 3.0, 7.6, 6.6, 2.6, 0.5, 6.8, 6.6, 6.6, 4.2, 1.4, 0.8,
    0.2, 0.8, 0.6,
];
/// Of letters with an accent, as a share of their letter's frequency.
const ACCENTED: f32 = 0.3;
/// Of letters that are none of a to z, accented or not.
const OTHER_LETTER: f32 = 0.004;
/// Of apostrophes, hyphens and what else stands between letters.
const JOINER: f32 = 0.02;
/// Of digits in words with letters.
const DIGIT: f32 = 0.01;
/// Of anything else inside of words.
const SYMBOL: f32 = 0.003;
/// The mean logarithm below which letters are unlikely. Prose has -2.7 to -3.4, the same shifted by one letter -3.5.
const UNLIKELY: f32 = -3.42;
/// Shorter texts say nothing.
const FEWEST: usize = 8;

/// Whether the letters of a text are unlikely in any language that is written with them.
///
/// Text that is mostly in another script than Latin is not judged, nor is text of digits alone.
#[must_use]
pub fn letters_are_unlikely(text: &str) -> bool {
    let (mut sum, mut count, mut latin, mut letters) = (0.0, 0_usize, 0_usize, 0_usize);
    let (mut others, mut digits) = (0_usize, 0_usize);
    for word in text.split_whitespace() {
        let has_letters = word.chars().any(char::is_alphabetic);
        let ends = |character: char| !character.is_alphanumeric();
        // Runs of dots, dashes and the like are rules and leaders.
        let is_run = word.chars().zip(word.chars().skip(1)).filter(|(a, b)| a == b).count() * 2 >= word.len();
        if !has_letters || is_run {
            digits += word.chars().filter(char::is_ascii_digit).count();
            others += if is_run { 0 } else { word.chars().filter(|c| c.is_ascii_punctuation()).count() };
            continue;
        }
        others += word.len() - word.trim_matches(ends).len();
        for character in word.trim_matches(ends).chars() {
            letters += usize::from(character.is_alphabetic());
            latin += usize::from(base(character).is_some() || matches!(character, '\u{c0}'..='\u{24f}'));
            sum += frequency(character).ln();
            count += 1;
        }
    }
    if count + others + digits < FEWEST {
        return false;
    }
    if letters + digits < 2 * others {
        return true;
    }
    letters >= FEWEST && 10 * latin >= 6 * letters && sum / (count as f32) < UNLIKELY
}

fn frequency(character: char) -> f32 {
    if let Some(base) = base(character) {
        let share = FREQUENCY[usize::from(base - b'a')] / 100.0;
        return if character.is_ascii() { share } else { share * ACCENTED };
    }
    match character {
        _ if character.is_alphabetic() => OTHER_LETTER,
        '\'' | '’' | '-' | '.' | '@' | '/' | '_' | '\u{ad}' => JOINER,
        _ if character.is_numeric() => DIGIT,
        _ => SYMBOL,
    }
}

/// The letter from a to z that a character is, accents and capitals aside.
fn base(character: char) -> Option<u8> {
    let plain = if character.is_ascii() { Some(character) } else { character.nfd().next() };
    plain.filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifted(text: &str, by: i32) -> String {
        let shift = |c: char| if c == ' ' { Some(c) } else { char::from_u32((c as u32).wrapping_add_signed(by)) };
        text.chars().filter_map(shift).collect()
    }

    #[test]
    fn letters_of_languages_are_likely_and_the_same_letters_shifted_are_not() {
        let prose = [
            "The ferry leaves the old pier at noon and comes back before the tide turns.",
            "Die Fähre verläßt den alten Steg am Mittag und kehrt vor der Flut zurück.",
            "Le bac quitte le vieux quai à midi et revient avant que la marée ne tourne.",
            "Prom odpływa ze starego nabrzeża w południe i wraca, zanim zacznie się odpływ.",
            "Trajekt opouští staré molo v poledne a vrací se dřív, než přijde odliv.",
            "Lautta lähtee vanhalta laiturilta keskipäivällä ja palaa ennen kuin vuorovesi kääntyy.",
            "Vapur eski iskeleden öğlen kalkar ve gelgit dönmeden önce geri döner.",
            "Annual report",
            "Fares and times",
        ];
        for text in prose {
            assert!(!letters_are_unlikely(text), "{text}");
            for by in [-29, -1, 3] {
                let shifted = shifted(text, by);
                assert!(letters_are_unlikely(&shifted), "{shifted}");
            }
        }
    }

    #[test]
    fn what_is_no_text_in_latin_letters_is_not_judged() {
        for text in [
            "",
            "12 48,200 1999",
            "Портовая контора открывается в семь",
            "春の港に朝の光が差しこみ",
            "........ ------",
            "xq",
        ] {
            assert!(!letters_are_unlikely(text), "{text}");
        }
        assert!(letters_are_unlikely("'/,!/(8)5;8! 5--0*,!56, 49!(:!9,<, 4!(4+!*259"));
    }
}
