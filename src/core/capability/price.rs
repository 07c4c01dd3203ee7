//! What tokens cost.

use serde::Serialize;

/// What a target costs. An unknown price counts as paid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Price {
    /// Nothing, within the provider's limits.
    Free,
    /// Not published.
    Unknown,
    /// In US dollars.
    Paid {
        /// A million tokens of request.
        input_usd: f64,
        /// A million tokens of reply.
        output_usd: f64,
    },
}

impl Price {
    /// Whether a request is sure to cost nothing.
    #[must_use]
    pub fn is_free(self) -> bool {
        matches!(self, Self::Free)
    }

    /// What so many tokens cost, in US dollars; `None` where it is not known.
    #[must_use]
    pub fn of(self, prompt_tokens: u64, completion_tokens: u64) -> Option<f64> {
        match self {
            Self::Free => Some(0.0),
            Self::Unknown => None,
            Self::Paid { input_usd, output_usd } => {
                Some((prompt_tokens as f64 * input_usd + completion_tokens as f64 * output_usd) / 1e6)
            }
        }
    }
}
