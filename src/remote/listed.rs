//! Lists of models: what a provider says it has.
//!
//! Most lists hold names only, in OpenAI's shape, which is read here; a dialect whose list says more, or has another shape,
//! reads it in its own folder. [`crate::Remote`] asks for it; the gateway makes rows of what comes back.

use mediary_core::provider::ListedModel;
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;

/// A list of models: OpenAI's, or bare as some have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listing {
    Wrapped { data: Vec<Listed> },
    Bare(Vec<Listed>),
}

/// A listed model.
#[derive(Deserialize)]
struct Listed {
    id: String,
}

/// Reads a list in OpenAI's shape, or a bare one.
///
/// # Errors
/// Garbled when it is no list.
pub(crate) fn names(body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
    let listed = match serde_json::from_slice(body) {
        Ok(Listing::Wrapped { data } | Listing::Bare(data)) => data,
        Err(_) => {
            return Err(Failure::new(FailureKind::Garbled, "the provider's list of models cannot be understood"));
        }
    };
    Ok(listed.into_iter().map(|model| ListedModel { name: model.id, ..ListedModel::default() }).collect())
}
