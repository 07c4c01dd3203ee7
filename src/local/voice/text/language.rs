//! The language of a text of which nothing was said.

use whatlang::{Detector, Lang, Script};

/// Below this, the language of a short text is a guess.
const SURE: f64 = 0.5;
/// So much of a text tells its language.
const LOOKED_AT: usize = 2_000;

/// The language a text is written in, as an ISO 639-1 code; `None` if that cannot be told.
#[must_use]
pub fn language_of(text: &str) -> Option<&'static str> {
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    if let Some(language) = by_greeting(text) {
        return Some(language);
    }
    let info = whatlang::detect(text)?;
    if info.script() != Script::Latin || info.is_reliable() {
        return code(info.lang());
    }
    // A short text in Latin letters is more likely in a language of many than in one of few.
    let frequent = [Lang::Eng, Lang::Spa, Lang::Fra, Lang::Deu, Lang::Ita, Lang::Por, Lang::Nld];
    let info = Detector::with_allowlist(frequent.to_vec()).detect(text)?;
    if info.confidence() >= SURE { code(info.lang()) } else { by_letters(text).or_else(|| by_words(text)) }
}

/// Words that say the language of a text that is little more than themselves, since no other language has them.
const GREETINGS: [(&str, &str); 7] = [
    ("en", "hello hi thanks thank goodbye please welcome yes sorry"),
    ("es", "hola gracias adiós buenos buenas señor señora mañana"),
    ("fr", "bonjour bonsoir merci beaucoup salut oui enchanté"),
    ("de", "danke tschüss guten bitte hallo willkommen nein"),
    ("it", "ciao buongiorno buonasera grazie arrivederci prego"),
    ("pt", "olá obrigado obrigada tchau"),
    ("nl", "goedemorgen goedenavond dankjewel dank alstublieft"),
];
/// A longer text says more by its letters.
const MOST_GREETED: usize = 3;

/// The language of a text of very few words, where one is a greeting and none another language's.
fn by_greeting(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    if words.len() > MOST_GREETED {
        return None;
    }
    let has = |greetings: &str| words.iter().any(|word| greetings.split(' ').any(|known| known == *word));
    let mut spoken = GREETINGS.iter().filter(|(_, greetings)| has(greetings));
    spoken.next().filter(|_| spoken.next().is_none()).map(|(language, _)| *language)
}

/// What letters give away where there are few of them.
fn by_letters(text: &str) -> Option<&'static str> {
    let has = |letters: &str| text.chars().any(|letter| letters.contains(letter));
    let rows = [("ñ¿¡", "es"), ("ß", "de"), ("ãõ", "pt"), ("çêèœ", "fr"), ("äöü", "de")];
    rows.into_iter().find(|(letters, _)| has(letters)).map(|(_, language)| language)
}

/// Words that are common in one language, and not words of another that is spoken as often.
const COMMON: [(&str, &str); 7] = [
    ("en", "the and are you your of to that for with have this how what my we good please"),
    ("es", "el los las es que por cómo como está para con hola buenos buenas gracias muy y"),
    ("fr", "le les et est pas je vous pour dans comment bonjour merci nous avec ça il très"),
    ("de", "der das und ist nicht ich sie wie es ein eine zu mit guten auf wir haben ihnen danke bitte"),
    ("it", "il che non è di per come sono ciao buongiorno grazie sei molto della"),
    ("pt", "o os que não é um uma para com como está você bom dia obrigado muito"),
    ("nl", "het een en niet ik je dat van hoe goede met voor wij gaat dank u"),
];
/// So many of them tell a language.
const FEWEST_COMMON: usize = 2;

/// What common words give away, where one language has more of them than any other.
fn by_words(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphabetic()).collect();
    let count = |common: &str| words.iter().filter(|word| common.split(' ').any(|known| known == **word)).count();
    let mut counts: Vec<(usize, &str)> = COMMON.iter().map(|(language, common)| (count(common), *language)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let [(most, language), (second, _), ..] = counts[..] else { return None };
    (most >= FEWEST_COMMON && most > second).then_some(language)
}

fn code(language: Lang) -> Option<&'static str> {
    let code = match language {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    };
    Some(code)
}
