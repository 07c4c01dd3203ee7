//! How what is said becomes words that are searched for: in lower case, without accents; scripts without blanks in pairs of
//! characters.

use std::collections::BTreeMap;

/// What is beyond is found by no word of its own.
const MOST_CHARS: usize = 200_000;
/// The longest word; of longer ones the beginning counts.
const MOST_WORD_CHARS: usize = 40;
/// The most different words of one turn.
const MOST_WORDS: usize = 4_000;
/// The most words of a question.
const MOST_ASKED: usize = 16;

/// The words of a text, in their order.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let (mut words, mut word, mut pair): (Vec<String>, String, Option<char>) = (Vec::new(), String::new(), None);
    for character in text.chars().take(MOST_CHARS) {
        if is_without_blanks(character) {
            finish(&mut word, &mut words);
            if let Some(before) = pair {
                words.push([before, character].iter().collect());
            }
            pair = Some(character);
            continue;
        }
        // The last of them is found by itself as the others are: as the beginning of a pair.
        words.extend(pair.take().map(String::from));
        if character.is_alphanumeric() {
            fold(character, &mut word);
        } else if !is_mark(character) {
            finish(&mut word, &mut words);
        }
    }
    words.extend(pair.map(String::from));
    finish(&mut word, &mut words);
    words
}

/// How often each word is said in texts.
pub(super) fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for word in texts.flat_map(words_of) {
        if counts.len() < MOST_WORDS || counts.contains_key(&word) {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

/// The words of a question, each once.
pub(super) fn asked(question: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in words_of(question) {
        if words.len() < MOST_ASKED && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The words of a title, each between blanks.
pub(super) fn spaced(title: &str) -> String {
    let words = words_of(title);
    if words.is_empty() { String::new() } else { format!(" {} ", words.join(" ")) }
}

/// About so many characters of a text around the first of these words.
pub(super) fn around(text: &str, words: &[String], chars: usize) -> Option<String> {
    let mut begin = None;
    for (at, token) in tokens(text) {
        if words_of(token).iter().any(|said| words.iter().any(|word| said.starts_with(word.as_str()))) {
            begin = Some(at);
            break;
        }
    }
    let at = begin?;
    let before = text[..at].chars().rev().take(chars / 3).map(char::len_utf8).sum::<usize>();
    // A word that is cut in two is left out.
    let is_cut = text[..at - before].chars().next_back().is_some_and(|c| !c.is_whitespace());
    let whole = if is_cut { text[at - before..at].find(char::is_whitespace).unwrap_or(before) } else { 0 };
    Some(shortened(&text[at - before + whole..], chars))
}

/// The pieces of a text between blanks, and where each begins; of a long one, its beginning.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let pieces = text.split_whitespace().take(MOST_CHARS);
    pieces.map(move |piece| (piece.as_ptr() as usize - text.as_ptr() as usize, piece))
}

/// A text in one line, of so many characters at most, cut between two words where it can be.
pub(super) fn shortened(text: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if count + length + usize::from(count > 0) > chars {
            if count == 0 {
                line.extend(word.chars().take(chars.saturating_sub(1)));
            }
            line.push('…');
            return line;
        }
        if count > 0 {
            line.push(' ');
            count += 1;
        }
        line.push_str(word);
        count += length;
    }
    line
}

/// A text in lower case, without accents.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|character| fold(character, &mut folded));
    folded
}

fn finish(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(word.chars().take(MOST_WORD_CHARS).collect());
        word.clear();
    }
}

/// Accents that stand behind their letters.
fn is_mark(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

/// Chinese, Japanese, Thai and their kin are written without blanks between words.
fn is_without_blanks(character: char) -> bool {
    matches!(u32::from(character), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x2_fa1f)
}

fn fold(character: char, word: &mut String) {
    for lower in character.to_lowercase() {
        match lower {
            'à'..='å' | 'ā' | 'ă' | 'ą' => word.push('a'),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => word.push('c'),
            'ď' | 'đ' => word.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => word.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => word.push('g'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => word.push('i'),
            'ĺ' | 'ļ' | 'ľ' | 'ł' => word.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => word.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => word.push('o'),
            'ŕ' | 'ŗ' | 'ř' => word.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => word.push('s'),
            'ţ' | 'ť' | 'ț' => word.push('t'),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => word.push('u'),
            'ý' | 'ÿ' => word.push('y'),
            'ź' | 'ż' | 'ž' => word.push('z'),
            'ß' => word.push_str("ss"),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            other if is_mark(other) => {}
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_cut() {
        let rows = [
            ("The Búsqueda, of ÉCOLES!", "the busqueda of ecoles"),
            ("don't stop-it 3.5", "don t stop it 3 5"),
            ("Straße e\u{301}t", "strasse et"),
            ("東京都 and 猫", "東京 京都 都 and 猫"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(words_of(text).join(" "), expected, "{text}");
        }
        assert_eq!(counted(["a b a", "A"].into_iter()), [("a".to_owned(), 3), ("b".to_owned(), 1)]);
        assert_eq!(asked("b a b"), ["b", "a"]);
        assert_eq!((spaced("Hi, You").as_str(), spaced("…").as_str()), (" hi you ", ""));
    }

    #[test]
    fn texts_are_shortened_between_words_and_around_what_was_found() {
        assert_eq!(shortened("one  two\nthree", 7), "one two…");
        assert_eq!(shortened("onetwothree", 5), "onet…");
        assert_eq!(shortened("one", 5), "one");
        let text = "The beginning is long, and then there is a Needle in it.";
        assert_eq!(around(text, &["need".to_owned()], 30).as_deref(), Some("is a Needle in it."));
        assert_eq!(around(text, &["none".to_owned()], 30), None);
        assert_eq!(around("ééé ñandú", &["nan".to_owned()], 6).as_deref(), Some("ñandú"));
    }
}
