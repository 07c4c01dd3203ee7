//! The languages and voices of espeak-ng 1.51: a table, so that they are known before it is started.

use mediary_core::capability::{Gender, Voice};

use super::names::primary;

/// The rate of all of them.
const RATE_HZ: u32 = 22_050;
/// Voices whose name is not just the code of their language, with the language's tag; of several for one language the
/// usual one first.
const ACCENTS: &[(&str, &str)] = &[
    ("en-us", "en-US"),
    ("es", "es-ES"),
    ("fr-fr", "fr-FR"),
    ("pt-br", "pt-BR"),
    ("pt", "pt-PT"),
    ("cmn", "zh"),
    ("en-gb", "en-GB"),
    ("en-gb-scotland", "en-GB-scotland"),
    ("en-gb-x-gbclan", "en-GB"),
    ("en-gb-x-gbcwmd", "en-GB"),
    ("en-gb-x-rp", "en-GB"),
    ("en-us-nyc", "en-US"),
    ("es-419", "es-419"),
    ("fr-be", "fr-BE"),
    ("fr-ch", "fr-CH"),
    ("ru-lv", "ru-LV"),
    ("vi-vn-x-central", "vi-VN"),
    ("vi-vn-x-south", "vi-VN"),
];
/// Voices that are named as their language.
const PLAIN: &str = "\
    de af am an ar as az ba be bg bn bpy bs ca cs cv cy da el eo et eu fa fi ga gd gn grc gu hak haw he \
    hi hr ht hu hy hyw ia id io is it ja jbo ka kk kl kn ko kok ku ky la lb lfn lt ltg lv mi mk ml mr ms \
    mt my nb nci ne nl nog om or pa pap pl qu quc ro ru sd shn si sk sl smj sq sr sv sw ta te th tk tn \
    tr tt ug uk ur uz vi yue";
/// Codes that are another name of a language in the lists.
const ALIASES: [(&str, &str); 4] = [("no", "nb"), ("nn", "nb"), ("cmn", "zh"), ("fil", "tl")];
/// Ways in which each voice can be made to sound.
const VARIANTS: &str = "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8";

/// All voices.
pub(super) fn voices() -> Vec<Voice> {
    let voice = |(name, language): (&str, &str)| Voice {
        name: name.to_owned(),
        language: language.to_owned(),
        gender: Some(Gender::Male),
        rate_hz: RATE_HZ,
    };
    all().map(voice).collect()
}

/// The code of each language, once.
pub(super) fn codes() -> Vec<String> {
    let mut codes: Vec<String> = all().map(|(_, tag)| primary(tag).to_owned()).collect();
    codes.extend(["no", "nn"].map(str::to_owned));
    codes.sort();
    codes.dedup();
    codes
}

/// The usual voice of a language and its tag; `None`: it is not spoken.
pub(super) fn usual(language: &str) -> Option<(&'static str, &'static str)> {
    let language = language.to_lowercase();
    let exact = all().find(|(_, tag)| tag.to_lowercase() == language);
    let code = primary(&language);
    let code = ALIASES.iter().find(|(alias, _)| *alias == code).map_or(code, |(_, code)| code);
    exact.or_else(|| all().find(|(_, tag)| primary(tag) == code))
}

/// Whether a voice can be made to sound like that: `de+f3`.
pub(super) fn is_variant(variant: &str) -> bool {
    VARIANTS.split(' ').any(|known| known.eq_ignore_ascii_case(variant))
}

/// What is added to a voice's name so that it sounds like a woman's or a man's.
pub(super) fn variant(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "+f3",
        Gender::Male => "",
    }
}

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    ACCENTS.iter().copied().chain(PLAIN.split(' ').map(|name| (name, name)))
}
