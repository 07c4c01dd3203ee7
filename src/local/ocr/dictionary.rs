//! The characters a recogniser knows, by class number.

use std::path::Path;

use mediary_core::Failure;

/// Class 0 is the CTC blank, then the listed characters, then the space.
#[derive(Debug)]
pub(super) struct Dictionary {
    characters: Vec<String>,
}

impl Dictionary {
    /// Reads a JSON list of characters, or a text with one on each line, as PaddleOCR's own are.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |reason: String| Failure::broken(format!("cannot read {}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        if path.extension().is_some_and(|extension| extension == "txt") {
            return Ok(Self::new(text.lines().map(str::to_owned).collect()));
        }
        Ok(Self::new(serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?))
    }

    /// A dictionary of the given characters, to which the space is added.
    pub(super) fn new(mut characters: Vec<String>) -> Self {
        characters.push(" ".to_owned());
        Self { characters }
    }

    /// How many classes a recogniser with this dictionary has.
    pub(super) fn classes(&self) -> usize {
        self.characters.len() + 1
    }

    /// The character of a class; the blank and unknown classes have none.
    pub(super) fn character(&self, class: usize) -> Option<&str> {
        self.characters.get(class.checked_sub(1)?).map(String::as_str)
    }
}
