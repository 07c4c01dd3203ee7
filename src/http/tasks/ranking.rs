//! Ranking documents and judging inputs: their routes, and what is told of them.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::super::error::{ApiError, ErrorBody};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::answer;
use crate::protocol::openai::{MODERATIONS, RERANK};

/// Ranks documents by a query.
#[utoipa::path(
    post,
    path = "/v1/rerank",
    tag = "embeddings",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "Cohere's or Jina's request: `model`, `query`, `documents` (texts, or objects \
        with `text`), `top_n`, `return_documents`"),
    responses(
        (status = 200, description = "The best documents in order: `results` with `index` and `relevance_score`. Where no \
            target ranks, vectors of this machine stand in, and `approximation` says so", body = Object),
        (status = 400, description = "A field is wrong, or a document is too long", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered, or none ranks; `tried` names the calls that failed", body = ErrorBody),
    )
)]
pub(in super::super) async fn rerank(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&RERANK, state, request_id, request).await
}

/// Judges texts and pictures.
#[utoipa::path(
    post,
    path = "/v1/moderations",
    tag = "chat",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "OpenAI's request: `model`, `input` (a text, texts, or parts of type text \
        and image_url that are judged together)"),
    responses(
        (status = 200, description = "OpenAI's answer: `results` with `flagged`, `categories` and `category_scores`, which \
            have the names that the target gives them", body = Object),
        (status = 400, description = "A field is wrong, or an input is empty", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 422, description = "No target judges pictures", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered, or none judges; `tried` names the calls that failed", body = ErrorBody),
    )
)]
pub(in super::super) async fn moderations(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&MODERATIONS, state, request_id, request).await
}
