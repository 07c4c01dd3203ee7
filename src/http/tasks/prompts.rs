//! `POST /v1/completions`: prompts to be gone on with, in OpenAI's older words. A chat like any other once its protocol has
//! read it; which targets go on with prompts is the gateway's affair.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::super::error::{ApiError, ErrorBody};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::answer;
use crate::protocol::openai::COMPLETIONS;

/// Goes on with prompts, in OpenAI's older words.
#[utoipa::path(
    post,
    path = "/v1/completions",
    tag = "chat",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
        ("X-Mediary-Cache" = Option<String>, Header, description = "use: an answer that is kept; refresh: a new one, which is kept; off: neither"),
    ),
    request_body(content = Object, description = "OpenAI's request: `model`, `prompt` (a text, texts, tokens, or lists of \
        tokens), `suffix`, `echo`, `n`, `best_of`, `logprobs`, sampling, `stream`. Targets whose `tasks` have `completion` \
        go first; those that only chat get each prompt as a chat, where nothing is lost by that"),
    responses(
        (status = 200, description = "OpenAI's answer, or its chunks as server-sent events", body = Object),
        (status = 400, description = "A field is wrong, the request is too long or refused, or no target has words for a \
            field", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 422, description = "No target honours a parameter", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered; `tried` names the calls that failed and why", body = ErrorBody),
    )
)]
pub(in super::super) async fn prompts(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&COMPLETIONS, state, request_id, request).await
}
