//! Responses that are answered in the background, while their clients look at them from time to time or listen. Used by the
//! handlers of the Responses API.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_core::task::Task;
use mediary_store::KeptResponse;
use tracing::Instrument as _;

use super::super::error::ApiError;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::headers::name_dropped;
use super::kept::Keeping;
use super::{Asked, refused, replayed};
use crate::gateway::{Answered, TaskRequest};
use crate::protocol::responses::{Begun, given_up};
use crate::protocol::{AnswerHead, Decoded};

/// A response that is answered in the background.
pub(super) struct Background {
    pub(super) row: KeptResponse,
    pub(super) keeping: Keeping,
    pub(super) begun: Begun,
    pub(super) id: String,
    pub(super) is_stream: bool,
}

/// Has a response answered in the background; what is told now is that it is begun.
///
/// # Errors
/// When too many are being answered.
pub(super) fn in_background(
    state: &AppState,
    request_id: RequestId,
    asked: Asked,
    background: Background,
) -> Result<Response, ApiError> {
    let Asked { decoded: Decoded { mut task, model, answer, dropped }, bounds, client } = asked;
    if let Task::Chat(chat) = &mut task {
        // It is told as events afterwards.
        chat.stream = false;
    }
    let Background { row, keeping: Keeping { kept, room, .. }, begun, id, is_stream } = background;
    let created = u64::try_from(row.created_at).unwrap_or_default();
    let open = KeptResponse { response: begun.told(&id, created, "in_progress").to_string(), ..row };
    let queued = begun.told(&id, created, "queued");
    let gateway = state.gateway.clone();
    let request = TaskRequest { task, model, bounds, client };
    let (keeps, its, its_room) = (kept.clone(), open.clone(), room.clone());
    let answering = async move {
        let error = match Box::pin(gateway.answer(request)).await {
            Ok(Answered::Whole(whole)) => {
                let (model, wire_format) = (whole.route.target.to_string(), whole.route.wire_format);
                let head = AnswerHead { id, created, model, wire_format, prompt_tokens: 0 };
                // Kept as it is written.
                drop(answer.whole(head, &whole.reply));
                return;
            }
            Ok(Answered::Stream(_)) => ApiError::broken("a stream where a whole answer was asked for"),
            Err(error) => refused(error),
        };
        error.log();
        let response = given_up(&its.response, Some(&error.told(&request_id)));
        keeps.keep_answered(KeptResponse { is_open: false, response, ..its }, its_room);
    };
    let watched = is_stream.then(|| Arc::new(open.clone()));
    if !kept.answer(open, room, answering.in_current_span()) {
        let message = "Too many responses are being answered in the background; wait for one of them, or leave \
                       `background` out.";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_in_background", message));
    }
    let mut headers = HeaderMap::new();
    name_dropped(&dropped, &mut headers);
    Ok(match watched {
        Some(open) => {
            (headers, replayed::replayed(state, open.owner.clone(), &open, replayed::Asked::default())).into_response()
        }
        None => (headers, Json(queued)).into_response(),
    })
}
