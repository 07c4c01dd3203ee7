//! Responses between two requests: what of a request concerns those before it, and how its own is kept. Used by the
//! handlers of the Responses API; what is kept means is said by the protocol, where by the gateway.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use mediary_store::{Database, KeptResponse, StoreFailed};

use super::super::body::{self, JsonBody};
use super::super::error::ApiError;
use super::super::json_weight::Numbers;
use super::super::state::AppState;
use crate::gateway::{KeptResponses, MemoryRoom, blocking};
use crate::protocol::responses::{Kept, KeptBy, Wanted, completed, given_up, response_id};

/// Items that a request only names may be of so many responses, each of which is read for them.
const MOST_REFERRED: usize = 16;

/// The responses in a database. Those that a process before has not brought to their end have failed.
///
/// # Errors
/// When it cannot be read or written.
pub async fn kept_responses(database: Arc<Database>) -> Result<Arc<KeptResponses>, StoreFailed> {
    let stopped = ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "server_stopped",
        "The server was stopped while it answered; ask again.",
    );
    KeptResponses::start(database, seconds(), |response| given_up(response, Some(&stopped.fields()))).await
}

/// A body with what it only names: the conversation before it, and items of others.
pub(super) async fn completed_body(
    state: &AppState,
    owner: &[u8],
    wanted: &Wanted,
    body: JsonBody,
) -> Result<JsonBody, ApiError> {
    if wanted.previous_response_id.is_none() && wanted.referred.is_empty() {
        return Ok(body);
    }
    if wanted.referred.len() > MOST_REFERRED {
        let message =
            format!("The items that are only named are of more than {MOST_REFERRED} responses; send some of them.");
        return Err(ApiError::malformed(message).about("input"));
    }
    let mut holds = Vec::new();
    let mut hold = |kept: &KeptResponse| -> Result<usize, ApiError> {
        let bytes = kept.input.len() + kept.response.len();
        holds.push(state.gateway.admission().holding(bytes as u64)?);
        Ok(bytes)
    };
    let mut bytes = body.len();
    let mut before = None;
    if let Some(id) = wanted.previous_response_id.as_deref() {
        let kept = found(state, id, owner).await.map_err(|error| error.about("previous_response_id"))?;
        if kept.is_open {
            let message = format!("The response `{id}` is not complete yet; wait until its status says so.");
            return Err(ApiError::malformed(message).about("previous_response_id"));
        }
        bytes += hold(&kept)?;
        before = Some(kept);
    }
    let mut referred = Vec::new();
    for id in &wanted.referred {
        // One that is not there has no such item; which one that was is said with its place.
        if let Some(kept) = all(state)?.get(id, owner).await.map_err(|error| failed(&error))? {
            bytes += hold(&kept)?;
            referred.push(kept);
        }
    }
    let complete = move || {
        let referred: Vec<Kept<'_>> = referred.iter().map(|kept| lent(kept)).collect();
        completed(&body, before.as_deref().map(lent), &referred)
    };
    let whole = blocking::through(bytes, complete).await??;
    // What it has become is held against the limits as if it had been sent.
    body::settled(state.gateway.admission().held(whole)?, &state.config.limits, Numbers::Values).await
}

fn lent(kept: &KeptResponse) -> Kept<'_> {
    Kept { id: &kept.id, input: &kept.input, response: &kept.response }
}

/// For whom a response is kept.
pub(super) struct Keeping {
    pub(super) kept: Arc<KeptResponses>,
    pub(super) room: MemoryRoom,
    pub(super) owner: Vec<u8>,
    pub(super) created_at: i64,
    /// The response's own part of its id, where it is answered in the background.
    pub(super) in_background: Option<String>,
}

impl Keeping {
    /// What is known before it is answered.
    pub(super) fn row(&self, input: String) -> KeptResponse {
        let id = self.in_background.as_deref().map(response_id).unwrap_or_default();
        let (owner, created_at, is_open) = (self.owner.clone(), self.created_at, self.in_background.is_some());
        KeptResponse { id, owner, created_at, is_open, input, response: String::new() }
    }

    /// Keeps the response once it has ended; one in the background only if it was not given up.
    pub(super) fn told(&self, input: String) -> KeptBy {
        let (kept, room, row) = (self.kept.clone(), self.room.clone(), self.row(input));
        let is_in_background = self.in_background.is_some();
        KeptBy(Arc::new(move |response| {
            let id = response["id"].as_str().unwrap_or_default().to_owned();
            let ended = KeptResponse { id, is_open: false, response: response.to_string(), ..row.clone() };
            match is_in_background {
                true => kept.keep_answered(ended, room.clone()),
                false => kept.keep(ended, room.clone()),
            }
        }))
    }
}

pub(super) fn all(state: &AppState) -> Result<&Arc<KeptResponses>, ApiError> {
    state.responses.as_ref().ok_or_else(|| cannot_keep(state))
}

pub(super) async fn found(state: &AppState, id: &str, owner: &[u8]) -> Result<Arc<KeptResponse>, ApiError> {
    all(state)?.get(id, owner).await.map_err(|error| failed(&error))?.ok_or_else(|| unknown(id))
}

pub(super) fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(100).collect();
    let message =
        format!("There is no response `{id}` with this key: it was not kept (`store`), was removed, or is too old.");
    ApiError::not_found("response_not_found", message)
}

pub(super) fn failed(error: &StoreFailed) -> ApiError {
    ApiError::broken(error.to_string())
}

pub(super) fn cannot_keep(state: &AppState) -> ApiError {
    let message = match state.responses {
        Some(_) => {
            "This conversation is too large to be kept, or too many wait for the disk; leave `background` out, and send the \
             whole conversation as `input`."
        }
        None => {
            "This server keeps no responses: the folder of its database is not to be had, or another server uses it. Name a \
             folder of its own as [store] dir and start it again, or send the whole conversation as `input`."
        }
    };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "responses_not_kept", message)
}

pub(super) fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
