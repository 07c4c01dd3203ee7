//! What chats have of their project: its instructions before everything the client says, and passages of its files behind what
//! was said last. Asked for by the header `X-Mediary-Project`, or the field `project_id` of a chat in OpenAI's format.

use axum::http::StatusCode;
use mediary_core::task::{Chat, Message, Role, Task, Written};

use super::super::error::ApiError;
use super::super::projects::{no_project, projects};
use super::super::state::AppState;
use crate::gateway::Bounds;
use crate::gateway::projects::{Given, ProjectNote};

/// The field of a chat that names its project.
const FIELD: &str = "project_id";
/// The header that does.
pub(super) const HEADER: &str = "x-mediary-project";

/// What a chat is still to be given, once everything else is.
#[derive(Debug, Default)]
pub(in crate::http) struct OfProject(Option<Given>);

impl OfProject {
    /// Puts the passages behind what was said last, and tells what the chat was given.
    pub(in crate::http) fn give(self, task: &mut Task) -> Option<ProjectNote> {
        let (Some(given), Task::Chat(chat)) = (self.0, task) else { return None };
        let note = given.note.clone();
        given.add_passages(chat);
        Some(note)
    }
}

/// Has a chat begin with the instructions of its project, and looks up what else it is given. Where it names none, it is that
/// of its thread, as long as there is such a project.
///
/// # Errors
/// When there is no such project, no place for its instructions, or two are named.
pub(in crate::http) async fn begin_with_project(
    state: &AppState,
    task: &mut Task,
    bounds: &Bounds,
    owner: &[u8],
    of_thread: Option<&str>,
) -> Result<OfProject, ApiError> {
    let Task::Chat(chat) = task else { return Ok(OfProject::default()) };
    let named = project_of(chat, bounds)?;
    let is_named = named.is_some();
    let of_thread = || of_thread.filter(|_| state.projects.is_some()).map(|id| (id.to_owned(), FIELD));
    let Some((id, named_by)) = named.or_else(of_thread) else { return Ok(OfProject::default()) };
    if chat.completion.is_some() {
        let message = "A project's instructions have no place in completions; use /v1/chat/completions.";
        return Err(ApiError::malformed(message).about(named_by));
    }
    let given = Box::pin(projects(state)?.give(&id, owner, chat)).await;
    let given = match given.map_err(no_project) {
        // It was removed, and its threads go on without it.
        Err(error) if error.status == StatusCode::NOT_FOUND && !is_named => return Ok(OfProject::default()),
        Err(error) if error.status == StatusCode::NOT_FOUND => return Err(error.about(named_by)),
        given => given?,
    };
    if !given.instructions.is_empty() {
        begin_with(chat, &given.instructions);
    }
    Ok(OfProject(Some(given)))
}

/// The project that a chat names, and by what. The field is no target's business.
fn project_of(chat: &mut Chat, bounds: &Bounds) -> Result<Option<(String, &'static str)>, ApiError> {
    let by_field = match chat.extras.remove(FIELD) {
        None => None,
        Some(value) => match value.into_value().as_str() {
            Some(id) if !id.is_empty() => Some(id.to_owned()),
            _ => return Err(ApiError::malformed("`project_id` must be the id of a project").about(FIELD)),
        },
    };
    match (by_field, &bounds.project) {
        (Some(field), Some(header)) if field != *header => {
            let message = "`project_id` and the header X-Mediary-Project name two projects; name one.";
            Err(ApiError::malformed(message).about(FIELD))
        }
        (Some(field), _) => Ok(Some((field, FIELD))),
        (None, Some(header)) => Ok(Some((header.clone(), HEADER))),
        (None, None) => Ok(None),
    }
}

/// Has a chat begin with a text of the system's.
pub(super) fn begin_with(chat: &mut Chat, text: &str) {
    for (at, message) in chat.messages.iter_mut().enumerate().filter(|(_, message)| message.written.is_none()) {
        // Its client counts without what comes before.
        let mut written = Written::at(format!("messages[{at}]"));
        for (part, its) in message.parts.iter().enumerate() {
            written.notes(part, std::slice::from_ref(its), &format!("messages[{at}].content[{part}]"));
        }
        message.written = Some(written);
    }
    chat.messages.insert(0, Message::text(Role::System, text));
}
