//! Chats that name a thread: by the header `X-Mediary-Thread`, or by the field `thread_id` of OpenAI's chats.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mediary_core::plan::estimate_tokens;
use mediary_core::task::{Chat, Message, Role, Task};

use super::super::error::ApiError;
use super::super::guard::owner_by;
use super::super::state::AppState;
use super::super::threads::{no_thread, thread_id, threads};
use crate::gateway::TaskRequest;
use crate::gateway::threads::{NoThread, Remembering, named_project};
use crate::gateway::web::WebWish;

const X_MEDIARY_THREAD: HeaderName = HeaderName::from_static("x-mediary-thread");
/// The field of a chat that names its thread. No target is told of it.
const FIELD: &str = "thread_id";

/// Takes the thread that a chat's body names out of it; what a header names goes before.
///
/// # Errors
/// When that is no id, or both name different ones.
pub(in crate::http) fn named(task: &mut Task, named: &mut Option<String>) -> Result<(), ApiError> {
    let Task::Chat(chat) = task else { return Ok(()) };
    let Some(field) = chat.extras.remove(FIELD) else { return Ok(()) };
    let field = field.into_value();
    let id = field.as_str().ok_or_else(|| ApiError::malformed("`thread_id` must be a text").about(FIELD))?;
    let id = thread_id(id, FIELD)?;
    match named {
        Some(known) if *known != id => {
            let message = "`thread_id` and the header X-Mediary-Thread name different threads; send one of them";
            Err(ApiError::malformed(message).about(FIELD))
        }
        _ => {
            *named = Some(id);
            Ok(())
        }
    }
}

/// Refuses a chat that names a thread in its body, where there is none to go on with.
///
/// # Errors
/// When it does.
pub(in crate::http) fn refuse(task: &Task) -> Result<(), ApiError> {
    match task {
        Task::Chat(chat) if chat.extras.get(FIELD).is_some() => {
            let message = "A fork is in no thread: leave `thread_id` out, and send its winner to the thread yourself.";
            Err(ApiError::malformed(message).about(FIELD))
        }
        _ => Ok(()),
    }
}

/// Has a chat go on with the thread that it names; `None`: it names none.
///
/// # Errors
/// When threads are not kept here, or there is no room for more.
pub(super) async fn begun(state: &AppState, request: &mut TaskRequest) -> Result<Option<Box<Remembering>>, ApiError> {
    let Some(id) = request.bounds.thread.take() else { return Ok(None) };
    // Headers go with all requests of a client, whatever they ask for.
    if !matches!(&request.task, Task::Chat(chat) if chat.completion.is_none()) {
        return Ok(None);
    }
    let owner = owner_by(&request.client, &state.config.server);
    let reserved = joining(state, request, (&id, &owner)).await?;
    let begun = threads(state)?.begin(&state.gateway, request, (&id, &owner), reserved).await;
    begun.map(|remembering| Some(Box::new(remembering))).map_err(no_thread)
}

/// About how many tokens join a chat behind what its thread gives it: what its key and its project say, passages of the
/// project's files, and what the web says.
async fn joining(state: &AppState, request: &TaskRequest, (id, owner): (&str, &[u8])) -> Result<u64, ApiError> {
    let bounds = &request.bounds;
    let tokens = |text: &str| {
        let chat = Chat { messages: vec![Message::text(Role::System, text)], ..Chat::default() };
        u64::from(estimate_tokens(&chat))
    };
    let rules = bounds.account.admitted().map(|admitted| &admitted.client().rules);
    let mut joining = rules.and_then(|rules| rules.system_prompt.as_deref()).map_or(0, tokens);
    if bounds.web != WebWish::None {
        joining += u64::from(state.config.search.tokens);
    }
    let Some(projects) = &state.projects else { return Ok(joining) };
    let project = match bounds.project.clone().or_else(|| named_project(&request.task)) {
        None => match threads(state)?.get(id, owner).await {
            Ok(thread) => thread.project,
            Err(NoThread::Unknown) => None,
            Err(error) => return Err(no_thread(error)),
        },
        named => named,
    };
    if let Some(project) = project
        // One that is not there is told of later.
        && let Ok((project, _)) = projects.get(&project, owner).await
    {
        joining += tokens(&project.instructions) + u64::from(state.config.projects.tokens);
    }
    Ok(joining)
}

/// Writes down which thread a chat went on with, and how much of it.
pub(super) fn tell(remembering: Option<&Remembering>, headers: &mut HeaderMap) {
    let value = remembering.and_then(|remembering| HeaderValue::try_from(remembering.note().to_string()).ok());
    if let Some(value) = value {
        headers.insert(X_MEDIARY_THREAD, value);
    }
}
