//! The recipes of `pipelines/` as far as a plan depends on them.

use std::fmt;
use std::sync::Arc;

use crate::capability::PartShape;
use crate::{MediaFormat, MediaKind};

/// The name of a recipe, which is that of its file: `pdf-to-images`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecipeName(Arc<str>);

impl RecipeName {
    /// A recipe's name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecipeName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What comes out of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yield {
    /// The same medium in another form; a picture, a sound, or pictures of pages or of moments.
    Media(MediaFormat),
    /// Text. What text cannot say is lost.
    Text,
}

/// A way to turn one medium into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentRecipe {
    /// Its name.
    pub name: RecipeName,
    /// The medium it takes.
    pub from: MediaKind,
    /// The formats it takes; empty: all of the medium.
    pub formats: Vec<MediaFormat>,
    /// Whether it takes pictures that move, and no others.
    pub animated: bool,
    /// What comes out.
    pub gives: Yield,
    /// How many files come out at most (page images, frames); 1 for everything else.
    pub most_files: u32,
    /// Whether it needs a call to a provider outside this machine.
    pub leaves_machine: bool,
    /// What is missing here to run it, as a sentence with what to do; `None`: it runs.
    pub missing: Option<String>,
}

impl TreatmentRecipe {
    /// Whether it takes this part. Text is made of pictures whether or not they move.
    #[must_use]
    pub fn takes(&self, part: &PartShape) -> bool {
        let is_format = self.formats.is_empty() || self.formats.contains(&part.format);
        let moves = self.gives == Yield::Text || self.animated == part.animated;
        part.kind() == self.from && is_format && moves
    }
}
