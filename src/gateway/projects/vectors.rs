//! Vectors of passages and of what is asked, by an embedding of this process.

use mediary_core::plan::Privacy;
use mediary_core::task::{Embed, EmbedInput, Task};
use mediary_core::{Failure, FailureKind, Hold};
use serde_json::Value;

use super::super::Gateway;
use super::super::routing::{Bounds, CallError, TaskRequest};

/// Embeddings of this process, the better first, and how near at least a passage is that has to do with a question: those of
/// some models are never far from each other.
const EMBEDDINGS: [(&str, f32); 2] = [("local/e5-small", 0.80), ("local/all-minilm-l6-v2", 0.25)];

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
    EMBEDDINGS.into_iter().find(|(name, _)| is_there(name))
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
    let kind = if side == Side::Question { "query" } else { "passage" };
    let extras = [("input_type", kind), ("truncate", "END")];
    let extras = extras.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let inputs = texts.into_iter().map(EmbedInput::Text).collect();
    let task = Task::Embed(Embed { inputs, dimensions: None, extras });
    // It leaves this machine in no case, and is no part of what a request costs.
    let bounds = Bounds { privacy: Privacy::Local, ..Bounds::default() };
    let request = TaskRequest { task, model: model.to_owned(), bounds, client: Vec::new(), held: Hold::default() };
    match Box::pin(gateway.embed(request)).await {
        Ok(embedded) => Ok(embedded.vectors),
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
