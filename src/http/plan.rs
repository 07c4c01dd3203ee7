//! `POST /v1/plan` (also `/v1/routing/explain`): what would happen to a request, without spending anything.
//!
//! Files that the request only names are fetched, since a plan depends on what they are. No target is called.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use mediary_core::Hold;
use mediary_core::task::Task;

use super::error::{ApiError, ErrorBody};
use super::guard::{client_of, owner_of};
use super::images::{self, Kind};
use super::json_weight::{self, Numbers};
use super::ocr;
use super::state::AppState;
use super::tasks::{Asked, Asker, begin_with_project, bounds, named_thread, protocol_of, refused};
use super::unpacked::json_body;
use crate::gateway::{Bounds, Planned, ReadOptions, TaskRequest, blocking};
use crate::protocol::openai::{CHAT, ImageRequest, SpeechRequest, VideoRequest};
use crate::protocol::plan::{PlanBody, PlanRequest};
use crate::protocol::{Decoded, JsonProtocol, Sent};

/// Shows the plan for a request.
#[utoipa::path(
    post,
    path = "/v1/plan",
    tag = "models",
    request_body(content = Object, description = "A request of /v1/chat/completions, with the same headers; or \
        `{\"endpoint\": \"/v1/embeddings\", \"request\": {…}}` for another route: /v1/embeddings, /v1/rerank, /v1/moderations, \
        /v1/messages, /v1/responses, /v1beta/models/MODEL:generateContent, /api/chat, /v1/ocr, \
        /v1/ocr/process, /v1/images/generations, /v1/images/edits, /v1/images/variations (pictures as JSON: `images`), \
        /v1/videos, /v1/audio/transcriptions, /v1/audio/translations (files as JSON: `file_data`, base64 or a data URL), \
        /v1/audio/speech"),
    responses(
        (status = 200, body = PlanBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 404, description = "No such model or route; near names are suggested", body = ErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = ErrorBody),
        (status = 503, description = "No provider is set up, or all targets cool down", body = ErrorBody),
    )
)]
pub(super) async fn plan(State(state): State<AppState>, request: Request) -> Result<Json<PlanBody>, ApiError> {
    let headers = request.headers().clone();
    let bounds = bounds(&headers)?;
    let client = client_of(&headers);
    let body = json_body(request, &state).await?;
    // What it becomes is gone before the plan is written, and so is the permit for it.
    let planned = planned(&state, &headers, body.text.clone(), bounds, client).await?;
    Ok(Json(PlanBody::new(&planned.demand, &planned.plan, planned.first).then(planned.then)))
}

/// The plan for a request of the command line.
///
/// # Errors
/// When it cannot be understood, or no target can be asked.
pub async fn explained(state: &AppState, body: Bytes) -> Result<PlanBody, ApiError> {
    let planned = planned(state, &HeaderMap::new(), body, Bounds::default(), Vec::new()).await?;
    Ok(PlanBody::new(&planned.demand, &planned.plan, planned.first).then(planned.then))
}

async fn planned(
    state: &AppState,
    headers: &HeaderMap,
    body: Bytes,
    bounds: Bounds,
    client: Vec<u8>,
) -> Result<Planned, ApiError> {
    let owner = owner_of(headers, &state.config.server);
    let asker = Asker { client: client.clone(), owner, held: Hold::default() };
    // A body that is no such envelope is a bare chat, and complained about as one.
    let envelope = serde_json::from_slice::<PlanRequest<'_>>(&body).ok();
    let Some(PlanRequest { endpoint, request }) = envelope else {
        // What was taken for tokens of a request inside of it is none then.
        let (weighed, limits) = (body.clone(), state.config.limits.clone());
        let check = move || json_weight::weigh(&weighed, Numbers::Values).check(&limits);
        blocking::through(body.len(), check).await??;
        return task(state, &CHAT, body.into(), bounds, asker).await;
    };
    let Some(request) = request else {
        let message = "`request` is missing; put the body that you would send to the endpoint there.";
        return Err(ApiError::malformed(message).about("request"));
    };
    let request = body.slice_ref(request.get().as_bytes());
    if let Some(protocol) = protocol_of(&endpoint) {
        return task(state, protocol, Sent { body: request, path: endpoint, ..Sent::default() }, bounds, asker).await;
    }
    match endpoint.as_str() {
        "/v1/ocr" => {
            let (media, options) = ocr::mistral::document(state, &asker.owner, &request).await?;
            let options = ReadOptions { bounds: bounds.of_reading(), ..options };
            Ok(state.gateway.explain_reading(&media, &options).await.map_err(refused)?)
        }
        "/v1/ocr/process" => {
            let (media, options) = ocr::document(&request, state.gateway.admission()).await?;
            let options = ReadOptions { bounds: bounds.of_reading(), ..options };
            Ok(state.gateway.explain_reading(&media, &options).await.map_err(refused)?)
        }
        "/v1/images/generations" | "/v1/images/edits" | "/v1/images/variations" => {
            let kind = match endpoint.as_str() {
                "/v1/images/edits" => Kind::Edit,
                "/v1/images/variations" => Kind::Variation,
                _ => Kind::Generation,
            };
            let wish = ImageRequest::of_json(&request)?;
            let (task, model) = images::understood(state, headers, wish, Vec::new(), kind).await?;
            Ok(state
                .gateway
                .explain(TaskRequest { task, model, bounds, client, held: Hold::default() })
                .await
                .map_err(refused)?)
        }
        "/v1/videos" => {
            let VideoRequest { video, model, .. } = VideoRequest::of_json(&request)?;
            let task = Task::GenerateVideo(video);
            Ok(state
                .gateway
                .explain(TaskRequest { task, model, bounds, client, held: Hold::default() })
                .await
                .map_err(refused)?)
        }
        "/v1/audio/transcriptions" | "/v1/audio/translations" => {
            let (recording, model) = ocr::recording(&request, state.gateway.admission()).await?;
            let into_english = endpoint.ends_with("translations");
            let explained = state.gateway.explain_transcription(&recording, &model, &bounds, into_english).await;
            Ok(explained.map_err(refused)?)
        }
        "/v1/audio/speech" | "/v1/tts" => {
            let SpeechRequest { task, model, .. } = SpeechRequest::decode(&request)?;
            Ok(state
                .gateway
                .explain(TaskRequest { task, model, bounds, client, held: Hold::default() })
                .await
                .map_err(refused)?)
        }
        other => {
            let other: String = other.chars().take(60).collect();
            let message = format!(
                "`{other}` is no route that can be explained; use /v1/chat/completions, /v1/embeddings, /v1/ocr, \
                 /v1/ocr/process, /v1/images/generations, /v1/images/edits, /v1/images/variations, /v1/videos, \
                 /v1/audio/transcriptions, /v1/audio/translations or /v1/audio/speech."
            );
            Err(ApiError::not_found("unknown_endpoint", message).about("endpoint"))
        }
    }
}

async fn task(
    state: &AppState,
    protocol: &'static dyn JsonProtocol,
    sent: Sent,
    bounds: Bounds,
    asker: Asker,
) -> Result<Planned, ApiError> {
    let decoded = blocking::through(sent.body.len(), move || protocol.decode(&sent)).await??;
    let asked = Asked::of(protocol, state, decoded, bounds, asker).await?;
    let Asked { decoded: Decoded { mut task, model, .. }, mut bounds, client, owner, held } = asked;
    // A plan goes on with no thread; which one the request would is no target's business.
    named_thread(&mut task, &mut bounds.thread)?;
    begin_with_project(state, &mut task, &bounds, &owner, None).await?.give(&mut task);
    state.gateway.explain(TaskRequest { task, model, bounds, client, held }).await.map_err(refused)
}
