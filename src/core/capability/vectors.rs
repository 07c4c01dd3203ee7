//! The vectors of an embedding model: which other vectors they can be compared with, and what can be asked of them.

use serde::Serialize;

/// What a target that embeds gives and takes. A limit that is not published is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VectorSpace {
    /// The family: models of one family give the same vectors up to rounding, whichever provider runs them. A request
    /// falls back only within it.
    pub family: String,
    /// How many dimensions the vectors have.
    pub dimensions: Option<u32>,
    /// Whether fewer dimensions can be asked for.
    pub is_shortenable: bool,
    /// Whether texts may come as tokens of OpenAI's tokenizers.
    pub takes_tokens: bool,
    /// The most texts of one call.
    pub inputs: Option<u32>,
    /// The most tokens of all texts of one call.
    pub batch_tokens: Option<u32>,
}

impl VectorSpace {
    /// The vectors of a model of which nothing but its family is known.
    #[must_use]
    pub fn of(family: impl Into<String>) -> Self {
        Self {
            family: family.into(),
            dimensions: None,
            is_shortenable: false,
            takes_tokens: false,
            inputs: None,
            batch_tokens: None,
        }
    }

    /// Whether vectors of so many dimensions can be had.
    #[must_use]
    pub fn can_have(&self, dimensions: u32) -> bool {
        match self.dimensions {
            Some(all) => all == dimensions || (self.is_shortenable && dimensions < all),
            None => self.is_shortenable,
        }
    }
}
