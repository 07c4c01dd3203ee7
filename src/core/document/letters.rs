//! How likely the letters of a text are in some language.
//!
//! A PDF may map its glyphs to the wrong characters, and these may well be letters: a text shifted through the
//! alphabet has words, spaces and capitals. What it has not is the letters that languages use most. The measure is
//! the mean logarithm of each letter's usual frequency over languages in Latin script (English, German, French,
//! Spanish, Italian, Portuguese, Dutch, Swedish) or in another alphabet; of Chinese, Japanese and Korean it is the share of
//! common characters. Words that mix scripts are unlikely in any. It tells a suspicion, not a verdict, and codes and
//! abbreviations are suspicious too. Who asks holds what is suspicious against the pixels.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::alphabets::{ALPHABETS, FEW_COMMON, bare, is_cjk, is_common};

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

/// Of words, the share that mix scripts from which on a text is unlikely, and how many these are at least.
const MIXED_WORDS: f32 = 0.3;
const FEWEST_MIXED: usize = 4;

/// Whether the letters of a text are unlikely in any language that is written with them.
///
/// Text that is mostly in a script of which nothing is known here is not judged, nor is text of digits alone.
#[must_use]
pub fn letters_are_unlikely(text: &str) -> bool {
    let counts = Counts::of(text);
    if counts.judged + counts.others + counts.digits < FEWEST {
        return false;
    }
    if counts.letters + counts.digits < 2 * counts.others {
        return true;
    }
    if counts.letters < FEWEST {
        return false;
    }
    if counts.mixed_words >= FEWEST_MIXED && counts.mixed_words as f32 >= MIXED_WORDS * counts.words as f32 {
        return true;
    }
    let is_most = |count: usize| 10 * count >= 6 * counts.letters;
    match counts.by_script {
        [latin, ..] if is_most(latin) => mean(text, latin_share) < UNLIKELY,
        [_, cjk, ..] if is_most(cjk) => counts.common_cjk as f32 / (cjk as f32) < FEW_COMMON,
        [_, _, alphabets @ ..] => {
            let most = alphabets.iter().zip(&ALPHABETS).find(|(count, _)| is_most(**count));
            most.is_some_and(|(_, alphabet)| mean(text, |letter| alphabet.share(bare(letter))) < alphabet.unlikely)
        }
    }
}

/// What stands in a text.
#[derive(Debug, Default)]
struct Counts {
    /// Characters from the first letter or digit to the last of words with letters.
    judged: usize,
    letters: usize,
    /// Of words without letters.
    digits: usize,
    /// Punctuation and signs.
    others: usize,
    words: usize,
    mixed_words: usize,
    /// Letters that are Latin, that are Chinese, Japanese or Korean, and of each alphabet.
    by_script: [usize; 2 + ALPHABETS.len()],
    common_cjk: usize,
}

impl Counts {
    fn of(text: &str) -> Self {
        let mut counts = Self::default();
        for word in text.split_whitespace() {
            // Runs of dots, dashes and the like are rules and leaders.
            let is_run = word.chars().zip(word.chars().skip(1)).filter(|(a, b)| a == b).count() * 2 >= word.len();
            if !word.chars().any(char::is_alphabetic) || is_run {
                counts.digits += word.chars().filter(char::is_ascii_digit).count();
                counts.others += if is_run { 0 } else { word.chars().filter(char::is_ascii_punctuation).count() };
                continue;
            }
            let within = within(word);
            counts.others += word.chars().count() - within.chars().count();
            counts.judged += within.chars().count();
            counts.words += 1;
            counts.mixed_words += usize::from(counts.take(within));
        }
        counts
    }

    /// Counts a word's letters, and says whether they are of several scripts side by side.
    fn take(&mut self, word: &str) -> bool {
        if word.is_ascii() {
            let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
            self.letters += letters;
            self.by_script[LATIN] += letters;
            return false;
        }
        let (mut before, mut is_mixed) = (None, false);
        for letter in word.chars() {
            let script = script_of(letter);
            self.letters += usize::from(letter.is_alphabetic());
            if let Some(Some(known)) = script {
                self.by_script[known] += 1;
                self.common_cjk += usize::from(known == CJK && is_common(letter));
            }
            let is_apart = |of: Option<usize>| of != Some(CJK);
            if let (Some(one), Some(other)) = (before, script) {
                is_mixed |= one != other && is_apart(one) && is_apart(other);
            }
            before = script;
        }
        is_mixed
    }
}

const LATIN: usize = 0;
const CJK: usize = 1;

/// The script of a letter, by its place among those that are counted; `Some(None)` for another one, `None` where it is no
/// letter, or one of several scripts.
fn script_of(letter: char) -> Option<Option<usize>> {
    if !letter.is_alphabetic() || matches!(letter, 'µ' | 'ª' | 'º' | 'ー') {
        return None;
    }
    if base(letter).is_some() || matches!(letter, '\u{c0}'..='\u{24f}') {
        return Some(Some(LATIN));
    }
    if is_cjk(letter) {
        return Some(Some(CJK));
    }
    let bare = bare(letter);
    Some(ALPHABETS.iter().position(|alphabet| alphabet.has(bare)).map(|place| place + 2))
}

/// A word from its first letter or digit to its last.
fn within(word: &str) -> &str {
    word.trim_matches(|character: char| !character.is_alphanumeric())
}

/// The mean logarithm of how often the characters of words with letters occur.
fn mean(text: &str, share: impl Fn(char) -> Option<f32>) -> f32 {
    let logarithm = |character: char| {
        let share = share(character).unwrap_or(match character {
            _ if character.is_alphabetic() => OTHER_LETTER,
            '\'' | '’' | '-' | '.' | '@' | '/' | '_' | '\u{ad}' => JOINER,
            _ if character.is_numeric() => DIGIT,
            _ => SYMBOL,
        });
        share.ln()
    };
    // Of the characters that most texts are made of, each is looked up once.
    let mut ascii = [0_u32; 128];
    let (mut sum, mut count) = (0.0, 0_usize);
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic));
    for character in words.flat_map(|word| within(word).chars()) {
        if let Some(times) = ascii.get_mut(character as usize) {
            *times += 1;
            count += 1;
            continue;
        }
        // Vowels and other marks that are put onto letters say nothing, nor does what joins or parts them unseen.
        if is_combining_mark(character) || matches!(character, '\u{200c}' | '\u{200d}' | '\u{640}') {
            continue;
        }
        sum += logarithm(character);
        count += 1;
    }
    let of_ascii = ascii.iter().zip('\0'..).filter(|(times, _)| **times > 0);
    sum += of_ascii.map(|(times, character)| *times as f32 * logarithm(character)).sum::<f32>();
    sum / count.max(1) as f32
}

/// A Latin letter's share of all.
fn latin_share(letter: char) -> Option<f32> {
    let base = base(letter)?;
    let share = FREQUENCY[usize::from(base - b'a')] / 100.0;
    Some(if letter.is_ascii() { share } else { share * ACCENTED })
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
    fn the_same_holds_in_other_scripts() {
        let prose = [
            "Паром отходит от старого причала в полдень и возвращается до отлива.",
            "Пором відходить від старого причалу опівдні й повертається до відпливу.",
            "Трајект полази са старог мола у подне и враћа се пре осеке.",
            "Το πλοίο φεύγει από την παλιά προβλήτα το μεσημέρι και επιστρέφει πριν από την παλίρροια.",
            "تغادر العبارة الرصيف القديم عند الظهر وتعود قبل أن ينحسر المد",
            "کشتی ظهر از اسکله قدیمی حرکت می‌کند و پیش از جزر برمی‌گردد",
            "המעבורת יוצאת מהרציף הישן בצהריים וחוזרת לפני השפל",
            "渡轮中午离开旧码头，在退潮之前返回。港务局早上七点开门",
            "渡輪中午離開舊碼頭，在退潮之前返回。港務局早上七點開門",
            "フェリーは正午に古い桟橋を出て、潮が引く前に戻ります。",
            "여객선은 정오에 낡은 부두를 떠나 썰물이 되기 전에 돌아옵니다.",
            "山田太郎 鈴木一郎 佐藤花子 東京都千代田区丸の内",
        ];
        for text in prose {
            assert!(!letters_are_unlikely(text), "{text}");
            for by in [-3, -1, 1] {
                let shifted = shifted(text, by);
                assert!(letters_are_unlikely(&shifted), "{shifted}");
            }
        }
    }

    #[test]
    fn words_that_mix_scripts_are_unlikely() {
        assert!(letters_are_unlikely("the fеrry lеavеs thе оld piеr аt nооn"), "with letters that only look alike");
        assert!(letters_are_unlikely("ĳĀʼnѐ ΔДАʼn ȳͺЀĤ ĥϏЖb ΩЉőģ"));
        assert!(!letters_are_unlikely("東京の店で売っているTシャツとPDFの本 CDをUSBで 音楽のDVDも"));
        assert!(!letters_are_unlikely("Der Widerstand hat 5 kΩ und die Spule 20 µH bei einer Güte von 80"));
    }

    #[test]
    fn what_is_no_text_in_latin_letters_is_not_judged() {
        for text in ["", "12 48,200 1999", "........ ------", "პორტის ოფისი იხსნება შვიდ საათზე", "xq"]
        {
            assert!(!letters_are_unlikely(text), "{text}");
        }
        assert!(letters_are_unlikely("'/,!/(8)5;8! 5--0*,!56, 49!(:!9,<, 4!(4+!*259"));
    }
}
