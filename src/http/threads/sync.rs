//! `POST /v1/sync/obsidian`: the threads of a key as notes in the operator's vault.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::said::{no_thread, threads};
use crate::gateway::threads::{SyncDetail, SyncReport, SyncWish};
use crate::protocol::from_json;

/// How notes are to be written.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::http) struct SyncRequest {
    /// Whether notes that were deleted from the vault are written again.
    restore: bool,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SyncBody {
    /// Always `sync`.
    object: &'static str,
    /// How many files were written, attachments included.
    written: u64,
    /// How many threads' notes say already what they should.
    unchanged: u64,
    /// How many notes were left as a person has changed them.
    kept_edits: u64,
    /// How many threads' notes a person has deleted, which are not written again.
    deleted: u64,
    /// How many threads could not be written.
    failed: u64,
    /// What there is to say of notes, of the first hundred.
    details: Vec<SyncDetailBody>,
}

/// What there is to say of a note.
#[derive(Debug, Serialize, ToSchema)]
struct SyncDetailBody {
    thread_id: String,
    /// kept_edit or failed.
    #[schema(example = "kept_edit")]
    outcome: &'static str,
    /// The note, from the folder of notes on.
    note: Option<String>,
    /// Where what was said since is found, or why it failed.
    detail: Option<String>,
}

/// Writes the threads of this key as notes into the vault of Obsidian that the operator has named.
#[utoipa::path(
    post,
    path = "/v1/sync/obsidian",
    tag = "threads",
    request_body = SyncRequest,
    responses(
        (status = 200, description = "What was written, and what was left as it is", body = SyncBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 403, description = "No vault is named, or not for this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept, or the vault is not there", body = ErrorBody),
    )
)]
pub(in crate::http) async fn obsidian(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let body = json_body(request, &state).await?;
    let asked: SyncRequest = match body.trim_ascii().is_empty() {
        true => SyncRequest::default(),
        false => from_json(&body, "a sync")?,
    };
    let wish = SyncWish { restores: asked.restore };
    let report = Box::pin(threads(&state)?.sync(&owner, wish)).await.map_err(no_thread)?;
    let SyncReport { written, unchanged, kept_edits, deleted, failed, details } = report;
    let details = details.into_iter().map(|SyncDetail { thread, outcome, note, detail }| SyncDetailBody {
        thread_id: thread,
        outcome,
        note,
        detail,
    });
    let details = details.collect();
    Ok(Json(SyncBody { object: "sync", written, unchanged, kept_edits, deleted, failed, details }).into_response())
}
