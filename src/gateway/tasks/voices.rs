//! Voices by their names: which targets know one, what stands in for it elsewhere, and all there are.

use mediary_core::capability::{Abilities, Gender, OPENAI_VOICES, TaskKind, Voice};
use mediary_core::task::PartPath;
use mediary_core::{Failure, Target, language};

use super::super::Gateway;

/// So many voices are named to a client that asked for one that does not exist.
const MOST_NAMED: usize = 40;

impl Gateway {
    /// All voices of all targets that speak and can be asked.
    #[must_use]
    pub fn voices(&self) -> Vec<(Target, Voice)> {
        let fleet = self.router.fleet();
        let speaks = |row: &&Abilities| row.does(TaskKind::Speech) && row.missing.is_none();
        let rows = fleet.matrix.rows().iter().filter(speaks);
        rows.flat_map(|row| row.voices.iter().map(|voice| (row.target.clone(), voice.clone()))).collect()
    }
}

/// How a voice of OpenAI's sounds; `None`: the name is not one of theirs.
fn openai(name: &str) -> Option<Gender> {
    OPENAI_VOICES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, gender)| *gender)
}

/// Whether a target can be asked for a voice: it has it, has one that stands in for it, or is not known to lack it.
pub(in crate::gateway) fn knows(row: &Abilities, name: &str) -> bool {
    // A variant of a voice is written behind it.
    let plain = name.split('+').next().unwrap_or(name);
    let has = || row.voices.iter().any(|voice| voice.name.eq_ignore_ascii_case(plain));
    is_usual(name) || openai(name).is_some() || has() || (row.voices.is_empty() && !row.target.is_local())
}

/// The voice that a target is asked for instead of one that it does not have, or where none was asked for; `None`: it is
/// asked for that one, or decides by itself. Of the voices that speak the language, those of one gender stand in for
/// OpenAI's of that gender, each for another as far as there are enough.
pub(super) fn stand_in(row: &Abilities, name: Option<&str>, language: Option<&str>) -> Option<String> {
    let name = name.filter(|name| !is_usual(name));
    if name.is_some_and(|name| row.voices.iter().any(|voice| voice.name.eq_ignore_ascii_case(name))) {
        return None;
    }
    let usual = row.voices.first()?;
    let speaking: Vec<&Voice> = row.voices.iter().filter(|voice| speaks(voice, language)).collect();
    let Some(name) = name else {
        // The first is a target's own choice, where it speaks the language.
        return speaking.first().filter(|_| !speaks(usual, language)).map(|voice| voice.name.clone());
    };
    let speaking = if speaking.is_empty() { row.voices.iter().collect() } else { speaking };
    let place = openai(name).map(|gender| {
        let theirs = OPENAI_VOICES.iter().filter(|(_, its)| *its == gender);
        (gender, theirs.take_while(|(known, _)| !known.eq_ignore_ascii_case(name)).count())
    });
    let alike = place.and_then(|(gender, place)| {
        let of_gender: Vec<&&Voice> = speaking.iter().filter(|voice| voice.gender == Some(gender)).collect();
        let count = of_gender.len().max(1);
        of_gender.get(place % count).map(|voice| **voice)
    });
    alike.or(speaking.first().copied()).map(|voice| voice.name.clone())
}

/// The voice that was asked for as its target spells it; `None`: the target decides.
pub(super) fn spelt(row: &Abilities, name: &str) -> Option<String> {
    let known = row.voices.iter().find(|voice| voice.name.eq_ignore_ascii_case(name));
    known.map(|voice| voice.name.clone()).or_else(|| (!is_usual(name)).then(|| name.to_owned()))
}

/// Whether a voice speaks a language, which is unknown or an ISO 639-1 code.
fn speaks(voice: &Voice, language: Option<&str>) -> bool {
    let tag = voice.language.split('-').next().unwrap_or_default();
    language.is_none_or(|language| tag == "mul" || language::code(tag).unwrap_or(tag) == language)
}

/// Whether a name means whatever voice the target has.
fn is_usual(name: &str) -> bool {
    name.is_empty() || matches!(name, "auto" | "default")
}

/// There is no such voice.
pub(super) fn unknown<'a>(name: &str, rows: impl Iterator<Item = &'a Abilities>) -> Failure {
    let mut names: Vec<&str> = rows.flat_map(|row| &row.voices).map(|voice| voice.name.as_str()).collect();
    names.dedup();
    let more = names.len().saturating_sub(MOST_NAMED);
    names.truncate(MOST_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more (GET /v1/audio/voices)") };
    let openai: Vec<&str> = OPENAI_VOICES.iter().map(|(name, _)| *name).collect();
    let name: String = name.chars().take(60).collect();
    let detail = format!(
        "there is no voice `{name}`; there are {}{more}, and OpenAI's names {}",
        names.join(", "),
        openai.join(", ")
    );
    Failure::malformed(detail).at(PartPath::Field("voice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(voices: &[(&str, &str, Option<Gender>)]) -> Abilities {
        let voices = voices.iter().map(|(name, language, gender)| Voice {
            name: (*name).to_owned(),
            language: (*language).to_owned(),
            gender: *gender,
            rate_hz: 24_000,
        });
        let row = Abilities::of("p/m".parse().unwrap(), TaskKind::Speech);
        Abilities { voices: voices.collect(), ..row }
    }

    #[test]
    fn a_voice_stands_in_by_language_then_gender() {
        use Gender::{Female, Male};
        let many = row(&[
            ("Emma", "mul", Some(Female)),
            ("Andrew", "mul", Some(Male)),
            ("Elvira", "es-ES", Some(Female)),
            ("Alvaro", "es-ES", Some(Male)),
        ]);
        let spanish = row(&[("Aria", "en-US", Some(Female)), ("Elvira", "es-ES", Some(Female))]);
        let unknown = row(&[("tara", "en", None), ("leo", "en", None)]);
        // The row, what was asked, the language, what is asked for instead.
        let rows = [
            (&many, Some("alloy"), Some("en"), Some("Emma")),
            (&many, Some("coral"), Some("en"), Some("Emma")),
            (&many, Some("coral"), Some("es"), Some("Elvira")),
            (&many, Some("ash"), None, Some("Andrew")),
            (&many, Some("ONYX"), Some("es"), Some("Alvaro")),
            (&many, Some("elvira"), Some("en"), None),
            (&many, Some("auto"), Some("es"), None),
            (&many, None, Some("es"), None),
            (&spanish, None, Some("es"), Some("Elvira")),
            (&spanish, None, Some("en"), None),
            (&spanish, None, Some("fr"), None),
            (&spanish, Some("echo"), Some("es"), Some("Elvira")),
            (&spanish, Some("nova"), Some("fr"), Some("Elvira")),
            (&unknown, Some("alloy"), Some("en"), Some("tara")),
            (&row(&[]), Some("alloy"), Some("en"), None),
            (&row(&[]), None, None, None),
        ];
        assert_eq!(spelt(&many, "elvira").as_deref(), Some("Elvira"));
        assert_eq!((spelt(&many, "auto"), spelt(&row(&[]), "x").as_deref()), (None, Some("x")));
        for (row, asked, language, expected) in rows {
            assert_eq!(stand_in(row, asked, language).as_deref(), expected, "{asked:?} in {language:?}");
        }
    }
}
