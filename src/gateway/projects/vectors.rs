//! Vectors of passages and of what is asked, by an embedding of this process.

use mediary_core::{Failure, FailureKind};

use super::super::Gateway;
use super::super::routing::CallError;

/// Embeddings of this process, the better first, and how near at least a passage is that has to do with a question: those of
/// some models are never far from each other.
const MODELS: [(&str, f32); 2] = [("local/e5-small", 0.80), ("local/all-minilm-l6-v2", 0.25)];

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Question,
    Passage,
}

/// The best embedding that is installed, and how near passages have to be for it.
pub(super) fn embedding(gateway: &Gateway) -> Option<(&'static str, f32)> {
    let is_there =
        |name: &str| gateway.engines().iter().any(|engine| engine.installed && engine.target.to_string() == name);
    MODELS.into_iter().find(|(name, _)| is_there(name))
}

/// The vectors of texts.
///
/// # Errors
/// When the engine does not answer.
pub(super) async fn vectors(
    gateway: &Gateway,
    model: &str,
    texts: Vec<String>,
    side: Side,
) -> Result<Vec<Vec<f32>>, Failure> {
    let input_type = if side == Side::Question { "query" } else { "passage" };
    match gateway.vectors_here(model, texts, input_type).await {
        Ok(vectors) => Ok(vectors),
        Err(CallError::Failed(failure)) => Err(failure),
        Err(CallError::Exhausted(exhausted)) => Err(match exhausted.queue_wait() {
            Some(retry_after) => Failure::new(FailureKind::Busy { retry_after }, "the embedding has too much to do"),
            None => Failure::broken("the embedding of this process failed"),
        }),
        Err(CallError::UnknownModel { .. } | CallError::NoProviders { .. } | CallError::Unplannable(_)) => {
            Err(Failure::new(FailureKind::NotInstalled, "the embedding of this process cannot be asked"))
        }
    }
}
