//! Voices by name: those of an engine, and the names that clients of OpenAI send.

use mediary_core::capability::{Gender, Voice};
use mediary_core::{Failure, FailureKind};

/// OpenAI's names, and how each sounds.
const OPENAI: [(&str, Gender); 13] = [
    ("alloy", Gender::Female),
    ("ash", Gender::Male),
    ("ballad", Gender::Male),
    ("cedar", Gender::Male),
    ("coral", Gender::Female),
    ("echo", Gender::Male),
    ("fable", Gender::Male),
    ("marin", Gender::Female),
    ("nova", Gender::Female),
    ("onyx", Gender::Male),
    ("sage", Gender::Female),
    ("shimmer", Gender::Female),
    ("verse", Gender::Male),
];

/// How a voice of OpenAI's sounds; `None`: the name is not one of theirs.
pub(super) fn openai(name: &str) -> Option<Gender> {
    OPENAI.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, gender)| *gender)
}

/// The voice to use: the one of the name that was asked for; for a name of OpenAI's, or none, one that speaks the
/// language and sounds alike, as far as there is one. The engine's usual voice comes first.
pub(super) fn chosen<'a>(
    engine: &str,
    voices: &'a [Voice],
    asked: Option<&str>,
    language: Option<&str>,
) -> Result<&'a Voice, Failure> {
    let Some(usual) = voices.first() else { return Err(Failure::broken(format!("{engine} has no voices"))) };
    let gender = match asked {
        None | Some("" | "auto" | "default") => None,
        Some(name) => match (voices.iter().find(|voice| voice.name.eq_ignore_ascii_case(name)), openai(name)) {
            (Some(voice), _) => return Ok(voice),
            (None, Some(gender)) => Some(gender),
            (None, None) => return Err(unknown(engine, voices, name)),
        },
    };
    let speaks = |voice: &&Voice| language.is_none_or(|language| primary(&voice.language) == primary(language));
    let sounds = |voice: &&Voice| gender.is_none() || voice.gender == gender;
    let fitting = voices.iter().filter(speaks);
    Ok(fitting.clone().find(sounds).or_else(|| fitting.clone().next()).unwrap_or(usual))
}

/// The language of a tag, without its region.
pub(super) fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// A voice that the engine does not have. Another engine may.
pub(super) fn unknown(engine: &str, voices: &[Voice], name: &str) -> Failure {
    let names: Vec<&str> = voices.iter().map(|voice| voice.name.as_str()).collect();
    let name: String = name.chars().take(60).collect();
    let openai: Vec<&str> = OPENAI.iter().map(|(name, _)| *name).collect();
    Failure::new(
        FailureKind::Unknown,
        format!(
            "local/{engine} has no voice `{name}`; it has {}, and answers to OpenAI's names {}",
            names.join(", "),
            openai.join(", ")
        ),
    )
}
