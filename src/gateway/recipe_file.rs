//! Recipes as files: the one in `pipelines/` beside the configuration if there is one, else the embedded one.
//!
//! Reads and complains; following a recipe is the treatments' work.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

/// A recipe that cannot be followed.
#[derive(Debug, Error)]
#[error("{}: {reason}", place.display())]
pub struct BadRecipe {
    place: PathBuf,
    reason: String,
}

/// A recipe by its name, as it is embedded.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecipeFile {
    /// Where it lies, from the folder of the configuration.
    pub(super) file: &'static str,
    /// What it says unless there is such a file.
    pub(super) embedded: &'static str,
}

impl RecipeFile {
    /// The text that counts, and where it stands.
    ///
    /// # Errors
    /// When there is a file and it cannot be read.
    pub(super) fn text(self, config_dir: Option<&Path>) -> Result<(PathBuf, Cow<'static, str>), BadRecipe> {
        let Some(place) = config_dir.map(|dir| dir.join(self.file)).filter(|place| place.exists()) else {
            return Ok((self.file.into(), self.embedded.into()));
        };
        match std::fs::read_to_string(&place) {
            Ok(text) => Ok((place, text.into())),
            Err(error) => Err(BadRecipe { place, reason: error.to_string() }),
        }
    }
}

/// Understands a recipe; `check` says what else it must hold.
///
/// # Errors
/// With the place and line of what cannot be followed.
pub(super) fn parsed<T: DeserializeOwned>(
    place: &Path,
    text: &str,
    check: impl FnOnce(&T) -> Result<(), String>,
) -> Result<T, BadRecipe> {
    let recipe: T = toml::from_str(text).map_err(|error| bad(place, error.to_string().trim_end()))?;
    check(&recipe).map_err(|reason| bad(place, &reason))?;
    Ok(recipe)
}

/// A complaint about the recipe at a place.
pub(super) fn bad(place: &Path, reason: &str) -> BadRecipe {
    BadRecipe { place: place.to_owned(), reason: reason.to_owned() }
}
