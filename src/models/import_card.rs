//! A card for weights that no package carries: what the files are called and how large they may be.
//!
//! Their checksums are not pinned, because their authors replace them under the same names: the import notes what it
//! found, and from then on that is what the files have to be. `import` does that; [`super::Models`] holds the cards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::card::is_bare_name;
use super::{CardFile, Depth, Models, NotInstalled, Package, Reason, Status, verify};

/// The cards this version of Mediary was built and tested with.
const EMBEDDED: [(&str, &str); 1] = [("ocrs.toml", include_str!("../../models/import/ocrs.toml"))];
/// Where the import notes what it found; in the folder of the card.
const NOTES: &str = ".imported.json";

/// A card of `models/import`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportCard {
    /// The name engines and commands use; also the name of the folder its files lie in.
    pub name: String,
    /// What it is for, in one line.
    pub purpose: String,
    /// The licence of the files, as an SPDX expression.
    pub licence: String,
    /// How the user gets them, as the end of a sentence.
    pub advice: String,
    /// What to take from the user's folder.
    pub files: Vec<ImportFile>,
}

/// A file to take from the user's folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportFile {
    /// Its name there and once installed: a bare file name.
    pub name: String,
    /// A smaller file cannot be it.
    pub least_bytes: u64,
    /// A larger one neither.
    pub most_bytes: u64,
    /// Whether there is a way without it.
    #[serde(default)]
    pub optional: bool,
    /// The SHA-256 of those it was tested with, in lower-case hexadecimal digits.
    #[serde(default)]
    pub known_sha256: Vec<String>,
}

/// What an import found, by file name.
pub(super) type Notes = BTreeMap<String, Note>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub size_bytes: u64,
    pub sha256: String,
}

impl ImportCard {
    /// The embedded cards. The error names the card and what is wrong with it.
    pub(super) fn all() -> Result<Vec<Self>, (&'static str, String)> {
        EMBEDDED.iter().map(|(file, text)| Self::parse(text).map_err(|problem| (*file, problem))).collect()
    }

    /// Reads a card. The error is a sentence that says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let card: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let names = card.files.iter().map(|file| &file.name).chain([&card.name]);
        if let Some(name) = names.into_iter().find(|name| !is_bare_name(name)) {
            return Err(format!("`{name}` is not a bare name"));
        }
        match card.files.iter().find(|file| file.least_bytes == 0 || file.least_bytes > file.most_bytes) {
            Some(file) => Err(format!("`{}` has no range of sizes", file.name)),
            None if card.files.iter().all(|file| file.optional) => Err("no file is needed".to_owned()),
            None => Ok(card),
        }
    }

    /// What its files have to be, according to the import.
    pub(super) fn expected(&self, dir: &Path) -> Package {
        let notes = read_notes(dir);
        let file = |file: &ImportFile| {
            let Note { size_bytes, sha256 } = notes.get(&file.name)?.clone();
            Some(CardFile { path: file.name.clone(), name: file.name.clone(), size_bytes, sha256 })
        };
        Package {
            pip_platforms: Vec::new(),
            archive_bytes: 0,
            files: self.files.iter().filter_map(file).collect(),
            derived: Vec::new(),
        }
    }

    /// Whether its files are there and as they were when they were imported.
    pub(super) fn status(&self, dir: &Path, depth: Depth) -> Status {
        let expected = self.expected(dir);
        let imported = |name: &str| expected.files.iter().any(|file| file.name == name);
        let status = verify::status(&expected, dir, depth);
        let never = self.files.iter().filter(|file| !file.optional && !imported(&file.name));
        let never: Vec<String> = never.map(|file| file.name.clone()).collect();
        if status == Status::Installed && !never.is_empty() { Status::Missing { files: never } } else { status }
    }
}

impl Models {
    /// The cards of what no package carries, by name.
    #[must_use]
    pub fn imports(&self) -> &[ImportCard] {
        &self.imports
    }

    /// The card of this name, of those that no package carries.
    #[must_use]
    pub fn import_card(&self, name: &str) -> Option<&ImportCard> {
        self.imports.iter().find(|card| card.name == name)
    }

    /// Whether the files of `card` are there and as they were imported; optional ones may never have been.
    #[must_use]
    pub fn import_status(&self, card: &ImportCard, depth: Depth) -> Status {
        card.status(&self.dir.join(&card.name), depth)
    }

    /// Where an imported file lies, provided that all that were imported with it are there with the right size.
    pub fn imported(&self, card: &str, file: &str) -> Result<PathBuf, NotInstalled> {
        let card = self.import_card(card).ok_or_else(|| NotInstalled::new(card, Reason::NoSuchCard))?;
        let dir = self.dir.join(&card.name);
        if let Status::Damaged { files } = card.status(&dir, Depth::Sizes) {
            return Err(NotInstalled::new(&card.name, Reason::ImportDamaged(files)));
        }
        if card.expected(&dir).files.iter().any(|expected| expected.name == file) && dir.join(file).is_file() {
            return Ok(dir.join(file));
        }
        let reason = Reason::NotImported { file: file.to_owned(), advice: card.advice.clone() };
        Err(NotInstalled::new(&card.name, reason))
    }
}

/// The notes of a folder; unreadable ones count as none, as without them nothing can be trusted.
pub(super) fn read_notes(dir: &Path) -> Notes {
    fs::read(dir.join(NOTES)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Writes the notes of a folder.
pub(super) fn write_notes(dir: &Path, notes: &Notes) -> std::io::Result<()> {
    fs::write(dir.join(NOTES), serde_json::to_vec_pretty(notes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_card_is_sound() {
        assert_eq!(ImportCard::all().unwrap().len(), EMBEDDED.len());
    }

    #[test]
    fn an_unsound_card_is_refused_with_the_reason() {
        let sound = EMBEDDED[0].1;
        let rows = [
            (r#"name = "ocrs""#, r#"name = "../ocrs""#, "not a bare name"),
            (r#"name = "text-detection.rten""#, r#"name = "/etc/passwd""#, "not a bare name"),
            (r#"name = "text-detection.rten""#, r#"name = ".imported.json""#, "not a bare name"),
            ("least_bytes = 1000000", "least_bytes = 40000000", "no range of sizes"),
            ("least_bytes = 1000000", "least_bytes = 1000000\noptional = true", "no file is needed"),
            ("advice", "advise", "unknown field"),
        ];
        for (right, wrong, expected) in rows {
            let text = sound.replacen(right, wrong, 1);
            assert_ne!(text, sound, "the row changes nothing: {right}");
            let problem = ImportCard::parse(&text).unwrap_err();
            assert!(problem.contains(expected), "{wrong}: {problem}");
        }
    }
}
