//! Who asks for a batch and within which bounds, and what clients are told where there is none.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};

use super::super::error::ApiError;
use super::super::guard::{admitted, owner_of};
use super::super::state::AppState;
use super::super::tasks::bounds;
use crate::gateway::batches::{Batches, HANDOVER_HEADER, NoBatch};

/// How headers begin that bound a request.
const BOUNDING: [&str; 3] = ["x-mediary-", "x-willaku-", "anthropic-"];

/// Whose a batch is, to which client it is charged, and which headers bound its lines.
type Asker = (Vec<u8>, Option<String>, Vec<(String, String)>);

/// Who asks for a batch.
///
/// # Errors
/// When a header has a value it cannot have: that is said now, and not of each line.
pub(super) fn asker(state: &AppState, headers: &HeaderMap) -> Result<Asker, ApiError> {
    bounds(headers)?;
    let handover = headers.get(HANDOVER_HEADER).map(|value| value.to_str().unwrap_or_default());
    if handover.is_some_and(|said| !matches!(said, "allow" | "never")) {
        let message = format!("the header {HANDOVER_HEADER} must be allow or never");
        return Err(ApiError::malformed(message).about(HANDOVER_HEADER));
    }
    let bounding = headers.iter().filter(|(name, _)| BOUNDING.iter().any(|begin| name.as_str().starts_with(begin)));
    let bounding = bounding.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    let client = admitted().map(|admitted| admitted.client().id.clone());
    Ok((owner_of(headers, &state.config.server), client, bounding.collect()))
}

/// The batches of this server.
pub(super) fn batches(state: &AppState) -> Result<&Arc<Batches>, ApiError> {
    state.batches.as_ref().ok_or_else(|| {
        let message = "This server keeps no batches: the folder of its database or of [content] is not to be had, or another \
                       server uses it; the log of its start says which. Name folders of its own as [store] dir and [content] \
                       dir and start it again.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "batches_not_kept", message)
    })
}

/// Why there is no batch, for a client.
pub(super) fn no_batch(why: NoBatch) -> ApiError {
    match why {
        NoBatch::Unknown => ApiError::not_found(
            "no_such_batch",
            "There is no such batch with this key: it was removed, is long past, or another key made it. The list of batches \
             names yours.",
        ),
        NoBatch::NoFile => {
            let message = "There is no such file with this key; send it to /v1/files with the purpose batch.";
            ApiError::not_found("file_not_found", message).about("input_file_id")
        }
        NoBatch::Wrong(fault) => match &fault.param {
            Some(field) => ApiError::malformed(fault.message.clone()).about(field),
            None => ApiError::malformed(fault.message),
        },
        NoBatch::TooLarge(message) => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "batch_too_large", message),
        NoBatch::TooMany(message) => ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_batches", message),
        NoBatch::Unfit(message) => ApiError::malformed(message),
        NoBatch::Gone(message) => ApiError::not_found("no_results", message),
        NoBatch::Failed(failure) => failure.into(),
        NoBatch::Store(error) => ApiError::broken(error.to_string()),
    }
}
