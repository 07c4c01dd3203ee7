//! The characters a recogniser knows, by class number.

use std::path::Path;

use mediary_core::Failure;

/// Class 0 is the CTC blank, then the listed characters, then the space.
#[derive(Debug)]
pub(super) struct Dictionary {
    characters: Vec<String>,
}

impl Dictionary {
    /// Reads a JSON list of characters.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |reason: String| Failure::broken(format!("cannot read {}: {reason}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let characters = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        Ok(Self::new(characters))
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
