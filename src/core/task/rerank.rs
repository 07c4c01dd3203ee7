//! Ranking: from a question and documents to how much each of them has to do with it.

use super::Extras;

/// Documents to rank.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rerank {
    /// The question; never empty.
    pub query: String,
    /// The documents; never empty.
    pub documents: Vec<String>,
    /// Only so many are wanted, the best ones.
    pub top: Option<u32>,
    /// Everything else that was asked for.
    pub extras: Extras,
}
