//! Responses that are answered in the background, while their clients look at them from time to time or listen. Used by the
//! handlers of the Responses API.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_core::plan::Unplannable;
use mediary_core::task::{Part, Task};
use mediary_store::KeptResponse;
use tracing::Instrument as _;

use super::super::error::ApiError;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::carried::{begin_as_told, with_web};
use super::headers::{name_dropped, tell_of_project, tell_of_web};
use super::kept::Keeping;
use super::project::begin_with_project;
use super::{Asked, refused, replayed};
use crate::gateway::{Answered, CallError, Growing, TaskRequest, Teller};
use crate::protocol::responses::{Begun, RESPONSES, Replay, given_up};
use crate::protocol::{AnswerHead, Decoded, Encode, Protocol as _, Spelling};

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
/// When no target can be asked, or too many are being answered.
pub(super) async fn in_background(
    state: &AppState,
    request_id: RequestId,
    asked: Asked,
    background: Background,
) -> Result<Response, ApiError> {
    let Asked { decoded: Decoded { mut task, model, answer, mut dropped }, bounds, client, owner, held } = asked;
    let of_project = begin_with_project(state, &mut task, &bounds, &owner, None).await?;
    begin_as_told(&mut task, &bounds)?;
    let Background { row, keeping: Keeping { kept, room, .. }, begun, id, is_stream } = background;
    if let Task::Chat(chat) = &mut task {
        // Where no client listens, another target may begin anew though one has broken off.
        chat.stream = is_stream;
        // Which target answers is not known yet; most are of another format.
        dropped.extend(chat.own.iter().flat_map(|own| own.names.iter().cloned()));
    }
    let spelling = Spelling::of(RESPONSES.names(), &task);
    let mut request = TaskRequest { task, model, bounds, client, held };
    let web = with_web(state, &mut request).await?;
    // Last, so that no search engine is asked with what stands there.
    let project = of_project.give(&mut request.task);
    // Whatever can be known before is said now, while the client listens.
    let planned = Box::pin(state.gateway.explain(without_addresses(request.clone()))).await;
    if let Some(error) = planned.err().filter(|error| !passes(error)) {
        return Err(refused(error).spelled(&spelling));
    }
    let created = u64::try_from(row.created_at).unwrap_or_default();
    let open = KeptResponse { response: begun.told(&id, created, "in_progress").to_string(), ..row };
    let queued = begun.told(&id, created, "queued");
    let gateway = state.gateway.clone();
    let (keeps, its, its_room) = (kept.clone(), open.clone(), room.clone());
    let teller = is_stream.then(|| kept.tells(&open.id));
    let mut replay = Replay::default();
    if let Some(teller) = &teller {
        let mut beginning = Vec::new();
        replay.begin(&begun.told(&id, created, "in_progress"), &mut beginning);
        teller.tells(&beginning);
    }
    let answering = async move {
        let head = AnswerHead { id, created, ..AnswerHead::default() };
        let error = match Box::pin(gateway.answer(request)).await {
            Ok(Answered::Whole(whole)) => {
                let (model, wire_format) = (whole.route.target.to_string(), whole.route.wire_format);
                // Kept as it is written.
                drop(answer.whole(AnswerHead { model, wire_format, ..head }, &whole.reply));
                return;
            }
            Ok(Answered::Stream(growing)) => match told(growing, &*answer, head, teller.as_ref(), &request_id).await {
                Ok(()) => return,
                Err(error) => error,
            },
            Err(error) => refused(error).spelled(&spelling),
        };
        error.log();
        let response = given_up(&its.response, Some(&error.told(&request_id)));
        if let Some(teller) = teller {
            let mut end = Vec::new();
            replay.end(&serde_json::from_str(&response).unwrap_or_default(), &mut end);
            teller.ends(&end);
        }
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
    tell_of_web(web.as_ref(), &mut headers);
    tell_of_project(project.as_ref(), &mut headers);
    Ok(match watched {
        Some(open) => {
            (headers, replayed::replayed(state, open.owner.clone(), &open, replayed::Asked::default())).into_response()
        }
        None => (headers, Json(queued)).into_response(),
    })
}

/// The same request without media that are only named: what is behind an address is known once it is fetched.
fn without_addresses(mut request: TaskRequest) -> TaskRequest {
    if let Task::Chat(chat) = &mut request.task {
        let is_here = |part: &Part| !matches!(part, Part::Remote { .. });
        chat.messages.iter_mut().for_each(|message| message.parts.retain(is_here));
    }
    request
}

/// Whether what stands against an answer may be over once it is its turn.
fn passes(error: &CallError) -> bool {
    match error {
        CallError::Unplannable(why) => matches!(**why, Unplannable::AllCoolingDown { .. }),
        CallError::Exhausted(_) => true,
        CallError::Failed(_) | CallError::UnknownModel { .. } | CallError::NoProviders { .. } => false,
    }
}

/// Tells an answer as it grows. It is kept as its last event has it.
async fn told(
    mut growing: Box<Growing>,
    answer: &dyn Encode,
    head: AnswerHead,
    teller: Option<&Teller>,
    request_id: &RequestId,
) -> Result<(), ApiError> {
    let (model, wire_format) = (growing.route().target.to_string(), growing.route().wire_format);
    let prompt_tokens = growing.usage().prompt_tokens;
    let writer = answer.stream(AnswerHead { model, wire_format, prompt_tokens, ..head }, false);
    let mut writer = writer.ok_or_else(|| ApiError::broken("a stream of answers that do not stream"))?;
    loop {
        let mut written = Vec::new();
        match growing.next().await {
            Some(Ok(frame)) => {
                writer.frame(&frame, &mut written);
                teller.inspect(|teller| teller.tells(&written));
                continue;
            }
            Some(Err(failure)) => {
                let error = ApiError::from(failure);
                error.log();
                writer.broke_off(&error.told(request_id), &mut written);
            }
            None => {
                writer.end(growing.usage(), &mut written);
                growing.close().await;
            }
        }
        teller.inspect(|teller| teller.ends(&written));
        return Ok(());
    }
}
