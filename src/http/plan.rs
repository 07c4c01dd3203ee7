//! `POST /v1/plan` (also `/v1/routing/explain`): what would happen to a chat, without spending anything.
//!
//! Files that the request only names are fetched, since a plan depends on what they are. Nobody is called.

use axum::Json;
use axum::extract::{Request, State};

use super::chat::{bounds, form, refused};
use super::error::{ApiError, ErrorBody};
use super::guard::client_of;
use super::state::AppState;
use crate::gateway::ChatRequest;
use crate::protocol::openai::ChatForm;
use crate::protocol::plan::PlanBody;

/// Shows the plan for a chat.
#[utoipa::path(
    post,
    path = "/v1/plan",
    tag = "chat",
    request_body(content = Object, description = "A request of /v1/chat/completions, with the same headers"),
    responses(
        (status = 200, body = PlanBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = ErrorBody),
        (status = 503, description = "No provider is set up, or everybody rests", body = ErrorBody),
    )
)]
pub(super) async fn plan(State(state): State<AppState>, request: Request) -> Result<Json<PlanBody>, ApiError> {
    let bounds = bounds(request.headers())?;
    let client = client_of(request.headers());
    let ChatForm { model, chat, .. } = form(request, &state).await?;
    let planned = state.gateway.explain(ChatRequest { chat, model, bounds, client }).await.map_err(refused)?;
    Ok(Json(PlanBody::new(&planned.demand, &planned.plan)))
}
