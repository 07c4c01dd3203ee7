//! Ollama's API: `/api/…`. What the Ollama on this machine has is passed to it and back as it is; everything else goes
//! where the same request in any other format would go. The catalog names both.

mod answers;
mod catalog;
mod daemon;
mod manage;

pub(super) use answers::{
    __path_chat, __path_embed, __path_embeddings, __path_generate, chat, embed, embeddings, generate,
};
pub(super) use catalog::{__path_ps, __path_show, __path_tags, __path_version, ps, show, tags, version};
pub(super) use manage::{
    __path_copy, __path_create, __path_delete, __path_pull, __path_push, __path_push_blob, copy, create, delete,
    has_blob, pull, push, push_blob,
};

use serde::Serialize;
use utoipa::ToSchema;

/// The body of every error of these routes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OllamaErrorBody {
    /// What was wrong, and what to do.
    pub error: String,
}
