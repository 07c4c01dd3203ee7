//! Voices by their names: which targets know one, what stands in for it elsewhere, and all there are.

use mediary_core::capability::{Abilities, Gender, OPENAI_VOICES, TaskKind, Voice};
use mediary_core::task::PartPath;
use mediary_core::{Failure, Target};

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
pub(super) fn knows(row: &Abilities, name: &str) -> bool {
    let is_usual = name.is_empty() || matches!(name, "auto" | "default");
    // A variant of a voice is written behind it.
    let plain = name.split('+').next().unwrap_or(name);
    let has = || row.voices.iter().any(|voice| voice.name.eq_ignore_ascii_case(plain));
    is_usual || openai(name).is_some() || has() || (row.voices.is_empty() && !row.target.is_local())
}

/// The voice that a target is asked for instead of one that it does not have; `None`: it is asked for that one.
pub(super) fn stand_in(row: &Abilities, name: &str) -> Option<String> {
    if row.voices.iter().any(|voice| voice.name.eq_ignore_ascii_case(name)) {
        return None;
    }
    let gender = openai(name);
    let alike = row.voices.iter().find(|voice| gender.is_some() && voice.gender == gender);
    alike.or(row.voices.first()).map(|voice| voice.name.clone())
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
