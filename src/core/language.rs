//! Names of the languages that people speak into recordings and have spoken to them.
//!
//! A language is its ISO 639-1 code in lower case (three letters of ISO 639-3 where there is none). Clients and
//! providers write codes, codes with a region, or English names; they are told apart from words here, and nowhere else.

/// Codes and English names, by code. These are the languages that Whisper knows.
const LANGUAGES: [(&str, &str); 100] = [
    ("af", "afrikaans"),
    ("am", "amharic"),
    ("ar", "arabic"),
    ("as", "assamese"),
    ("az", "azerbaijani"),
    ("ba", "bashkir"),
    ("be", "belarusian"),
    ("bg", "bulgarian"),
    ("bn", "bengali"),
    ("bo", "tibetan"),
    ("br", "breton"),
    ("bs", "bosnian"),
    ("ca", "catalan"),
    ("cs", "czech"),
    ("cy", "welsh"),
    ("da", "danish"),
    ("de", "german"),
    ("el", "greek"),
    ("en", "english"),
    ("es", "spanish"),
    ("et", "estonian"),
    ("eu", "basque"),
    ("fa", "persian"),
    ("fi", "finnish"),
    ("fo", "faroese"),
    ("fr", "french"),
    ("gl", "galician"),
    ("gu", "gujarati"),
    ("ha", "hausa"),
    ("haw", "hawaiian"),
    ("he", "hebrew"),
    ("hi", "hindi"),
    ("hr", "croatian"),
    ("ht", "haitian creole"),
    ("hu", "hungarian"),
    ("hy", "armenian"),
    ("id", "indonesian"),
    ("is", "icelandic"),
    ("it", "italian"),
    ("ja", "japanese"),
    ("jw", "javanese"),
    ("ka", "georgian"),
    ("kk", "kazakh"),
    ("km", "khmer"),
    ("kn", "kannada"),
    ("ko", "korean"),
    ("la", "latin"),
    ("lb", "luxembourgish"),
    ("ln", "lingala"),
    ("lo", "lao"),
    ("lt", "lithuanian"),
    ("lv", "latvian"),
    ("mg", "malagasy"),
    ("mi", "maori"),
    ("mk", "macedonian"),
    ("ml", "malayalam"),
    ("mn", "mongolian"),
    ("mr", "marathi"),
    ("ms", "malay"),
    ("mt", "maltese"),
    ("my", "myanmar"),
    ("ne", "nepali"),
    ("nl", "dutch"),
    ("nn", "nynorsk"),
    ("no", "norwegian"),
    ("oc", "occitan"),
    ("pa", "punjabi"),
    ("pl", "polish"),
    ("ps", "pashto"),
    ("pt", "portuguese"),
    ("ro", "romanian"),
    ("ru", "russian"),
    ("sa", "sanskrit"),
    ("sd", "sindhi"),
    ("si", "sinhala"),
    ("sk", "slovak"),
    ("sl", "slovenian"),
    ("sn", "shona"),
    ("so", "somali"),
    ("sq", "albanian"),
    ("sr", "serbian"),
    ("su", "sundanese"),
    ("sv", "swedish"),
    ("sw", "swahili"),
    ("ta", "tamil"),
    ("te", "telugu"),
    ("tg", "tajik"),
    ("th", "thai"),
    ("tk", "turkmen"),
    ("tl", "tagalog"),
    ("tr", "turkish"),
    ("tt", "tatar"),
    ("uk", "ukrainian"),
    ("ur", "urdu"),
    ("uz", "uzbek"),
    ("vi", "vietnamese"),
    ("yi", "yiddish"),
    ("yo", "yoruba"),
    ("yue", "cantonese"),
    ("zh", "chinese"),
];

/// Other names and older codes of the same languages.
const ALSO: [(&str, &str); 13] = [
    ("burmese", "my"),
    ("castilian", "es"),
    ("flemish", "nl"),
    ("haitian", "ht"),
    ("iw", "he"),
    ("jv", "jw"),
    ("letzeburgesch", "lb"),
    ("mandarin", "zh"),
    ("moldavian", "ro"),
    ("nb", "no"),
    ("panjabi", "pa"),
    ("sinhalese", "si"),
    ("valencian", "ca"),
];

/// The code of a language that is written as a code (`en`), a code with a region or script (`en-GB`, `zh_Hant`) or an
/// English name (`English`); `None`: it is not known here.
#[must_use]
pub fn code(written: &str) -> Option<&'static str> {
    let written = written.trim().to_lowercase();
    let of = |wanted: &str| {
        let known = LANGUAGES.iter().find(|(code, name)| *code == wanted || *name == wanted);
        let also = || ALSO.iter().find(|(name, _)| *name == wanted).map(|(_, code)| *code);
        known.map(|(code, _)| *code).or_else(also)
    };
    of(&written).or_else(|| of(written.split(['-', '_']).next()?))
}

/// The English name of a language, in lower case; an unknown code is its own name.
#[must_use]
pub fn name(code: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// Whether words of this letter's script stand beside each other without spaces: Chinese and Japanese, Thai, Lao,
/// Burmese and Khmer.
#[must_use]
pub fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3000}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ff65}')
}

/// What stands between two texts that are one: a space, unless either is empty or the script knows none.
#[must_use]
pub fn gap(before: &str, after: &str) -> &'static str {
    let (last, first) = (before.chars().next_back(), after.chars().next());
    match last.zip(first) {
        Some((last, first)) if last.is_whitespace() || first.is_whitespace() => "",
        Some((last, first)) if is_unspaced(last) && is_unspaced(first) => "",
        Some(_) => " ",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_joined_as_their_script_wants_it() {
        let rows = [
            ("one", "two", " "),
            ("", "two", ""),
            ("one", "", ""),
            ("one ", "two", ""),
            ("今天天气很好。", "我们出去", ""),
            ("そうです", "ね", ""),
            ("สวัสดี", "ครับ", ""),
            ("안녕하세요", "여러분", " "),
            ("今天", "OpenAI", " "),
        ];
        for (before, after, expected) in rows {
            assert_eq!(gap(before, after), expected, "{before} {after}");
        }
    }

    #[test]
    fn languages_are_found_however_they_are_written() {
        let rows = [
            ("en", Some("en")),
            ("EN", Some("en")),
            ("English", Some("en")),
            ("en-GB", Some("en")),
            ("zh_Hant", Some("zh")),
            (" spanish ", Some("es")),
            ("Haitian Creole", Some("ht")),
            ("iw", Some("he")),
            ("yue", Some("yue")),
            ("klingon", None),
            ("", None),
        ];
        for (written, expected) in rows {
            assert_eq!(code(written), expected, "{written}");
        }
        assert_eq!((name("es"), name("xx")), ("spanish", "xx"));
        assert!(LANGUAGES.is_sorted());
    }
}
