//! Routes once more for clients that put a slash behind every address. They are no routes of their own: nothing documents
//! them, and nothing else has them.

use axum::Router;
use axum::routing::{get, post};

use super::super::models;
use super::super::state::AppState;
use super::{completions, embeddings};

/// The routes that such clients ask for.
pub(in crate::http) fn behind_slashes() -> Router<AppState> {
    Router::new()
        .route("/v1/chat/completions/", post(completions))
        .route("/v1/embeddings/", post(embeddings))
        .route("/v1/messages/", post(super::messages::messages))
        .route("/v1/responses/", post(super::responses::create))
        .route("/v1/models/", get(models::list))
}
