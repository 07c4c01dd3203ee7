//! Lists of models: what a provider says it has.
//!
//! Most lists hold names only, in OpenAI's shape, which is read here; a dialect whose list says more, or has another shape,
//! reads it in its own folder. `Remote::list_models` asks; the gateway makes rows of what comes back.

use mediary_core::{Failure, FailureKind};
use serde::Deserialize;

/// A model that a provider has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedModel {
    /// Its name at its provider, such as `qwen3-vl:8b`.
    pub name: String,
    /// What the list says it can do; `None` where it names models only.
    pub skills: Option<Skills>,
}

/// What a list says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skills {
    /// Whether it calls functions.
    pub tools: bool,
    /// Whether it thinks first.
    pub thinking: bool,
    /// Whether it looks at images.
    pub vision: bool,
    /// Whether it makes embeddings, and only those.
    pub embedding: bool,
}

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
    Ok(listed.into_iter().map(|model| ListedModel { name: model.id, skills: None }).collect())
}
