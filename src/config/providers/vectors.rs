//! The vectors of an embedding model, as they are written in its entry.

use std::num::NonZeroU32;

use serde::Deserialize;

/// What an embedding model gives and takes. What is left out is not known, or goes by the model's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorEntry {
    /// The family: only vectors of one family can be compared.
    pub family: Option<String>,
    /// How many dimensions they have.
    pub dimensions: Option<NonZeroU32>,
    /// Whether fewer can be asked for.
    pub shortenable: Option<bool>,
    /// Whether texts may come as tokens.
    pub takes_tokens: Option<bool>,
    /// The most texts of one call.
    pub inputs: Option<NonZeroU32>,
    /// The most tokens of all texts of one call.
    pub batch_tokens: Option<NonZeroU32>,
}
