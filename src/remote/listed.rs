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
    let model = |Listed { id }| {
        // All that is said is the name, and of most embedding models that says it.
        let embedding = id.to_lowercase().contains("embed").then_some(true);
        ListedModel { name: id, embedding, ..ListedModel::default() }
    };
    Ok(listed.into_iter().map(model).collect())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn of_a_model_whose_name_says_so_it_is_known_that_it_embeds() {
        let body =
            br#"{"data":[{"id":"qwen3-8b"},{"id":"text-embedding-nomic-embed-text-v1.5"},{"id":"BAAI/Embedder"}]}"#;
        let told: Vec<_> = names(body).unwrap().into_iter().map(|model| model.embedding).collect();
        assert_eq!(told, [None, Some(true), Some(true)]);
    }
}
