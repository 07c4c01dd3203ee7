//! What clients are told of projects and their files, and why there is none.

use std::sync::Arc;

use axum::http::StatusCode;
use mediary_store::{Counted, ProjectFile, ProjectList, ProjectRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::error::ApiError;
use super::super::kept_files::no_file;
use super::super::state::AppState;
use super::wrong;
use crate::gateway::projects::{NoProject, Projects};

/// So many are listed unless it is said, …
const USUAL: u32 = 20;
/// … and so many at most.
const MOST: u32 = 100;

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProjectBody {
    /// Its id.
    #[schema(example = "proj_019a3f0c1d2e7000a1b2c3d4e5f60718")]
    id: String,
    /// Always `project`.
    object: &'static str,
    /// What it is called.
    name: String,
    /// What its chats begin with.
    instructions: String,
    /// Its colour.
    color: String,
    /// What stands beside its name.
    icon: String,
    /// When it was made, in seconds since 1970.
    created_at: i64,
    /// When it was last changed.
    updated_at: i64,
    /// How much it holds.
    counts: CountsBody,
}

/// How much a project holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct CountsBody {
    /// Its files.
    files: i64,
    /// Those that are still to be read.
    reading: i64,
    /// Those that could not be read.
    failed: i64,
    /// The passages of all of them.
    passages: i64,
    /// Their bytes.
    bytes: i64,
    /// The threads that belong to it.
    threads: i64,
}

/// Projects, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProjectListBody {
    /// Always `list`.
    object: &'static str,
    /// The projects.
    data: Vec<ProjectBody>,
    /// Whether there are more.
    has_more: bool,
    /// The id of the last one here: `after` of the next page.
    last_id: Option<String>,
}

/// A file of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProjectFileBody {
    /// Its id, the same as at `/v1/files`.
    #[schema(example = "file-019a3f0c1d2e7000a1b2c3d4e5f60718")]
    id: String,
    /// Always `project.file`.
    object: &'static str,
    /// What it is called.
    filename: String,
    /// Its media type; empty where none is known.
    mime_type: String,
    /// How long it is.
    bytes: i64,
    /// When it was added, in seconds since 1970.
    added_at: i64,
    /// `reading`, `ready`, `no_text` or `failed`.
    #[schema(example = "ready")]
    state: &'static str,
    /// Why it could not be read, or what of it was not.
    reason: Option<String>,
    /// How many pages it has.
    pages: i64,
    /// How many passages it was cut into.
    passages: i64,
    /// What made their vectors; null: they are found by their words alone.
    #[schema(example = "local/e5-small")]
    embedding: Option<String>,
    /// Whether it was sent to the project, and is removed with it.
    own: bool,
}

/// Files of a project, the last first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProjectFileListBody {
    /// Always `list`.
    object: &'static str,
    /// The files.
    data: Vec<ProjectFileBody>,
    /// Whether there are more.
    has_more: bool,
    /// The id of the last one here: `after` of the next page.
    last_id: Option<String>,
}

/// That something is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct RemovedBody {
    /// What was removed.
    id: String,
    /// What it was: `project` or `project.file`.
    object: &'static str,
    /// Always true.
    deleted: bool,
}

impl ProjectBody {
    pub(super) fn of(project: ProjectRow, counted: Counted) -> Self {
        let ProjectRow { id, owner: _, name, instructions, color, icon, created_at, updated_at } = project;
        let Counted { files, reading, failed, passages, bytes, threads } = counted;
        let counts = CountsBody { files, reading, failed, passages, bytes, threads };
        Self { id, object: "project", name, instructions, color, icon, created_at, updated_at, counts }
    }
}

impl ProjectListBody {
    pub(super) fn of(found: Vec<(ProjectRow, Counted)>, has_more: bool) -> Self {
        let data: Vec<ProjectBody> =
            found.into_iter().map(|(project, counted)| ProjectBody::of(project, counted)).collect();
        let last_id = data.last().map(|last| last.id.clone());
        Self { object: "list", data, has_more, last_id }
    }
}

impl From<ProjectFile> for ProjectFileBody {
    fn from(file: ProjectFile) -> Self {
        let ProjectFile { id, name, mime, bytes, is_own, added_at, state, reason, pages, passages, model } = file;
        Self {
            id,
            object: "project.file",
            filename: name,
            mime_type: mime,
            bytes,
            added_at,
            state: state.name(),
            reason,
            pages,
            passages,
            embedding: model,
            own: is_own,
        }
    }
}

impl ProjectFileListBody {
    pub(super) fn of(found: Vec<ProjectFile>, has_more: bool) -> Self {
        let data: Vec<ProjectFileBody> = found.into_iter().map(ProjectFileBody::from).collect();
        let last_id = data.last().map(|last| last.id.clone());
        Self { object: "list", data, has_more, last_id }
    }
}

impl RemovedBody {
    pub(super) fn of(id: String, object: &'static str) -> Self {
        Self { id, object, deleted: true }
    }
}

/// Which projects a query asks for.
pub(super) fn project_list(query: &str) -> Result<ProjectList, ApiError> {
    let (after, limit, search) = parameters(query, true)?;
    Ok(ProjectList { after, search, limit })
}

/// After which of a list, and how many.
pub(super) fn page_of(query: &str) -> Result<(Option<String>, u32), ApiError> {
    let (after, limit, _) = parameters(query, false)?;
    Ok((after, limit))
}

fn parameters(query: &str, may_search: bool) -> Result<(Option<String>, u32, Option<String>), ApiError> {
    let (mut after, mut limit, mut search) = (None, USUAL, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "after" => after = Some(value.into_owned()).filter(|after| !after.is_empty()),
            "limit" => {
                let number = value.parse().ok().filter(|number| (1..=MOST).contains(number));
                limit = number.ok_or_else(|| wrong("limit", &format!("a whole number from 1 to {MOST}")))?;
            }
            "search" if may_search => search = Some(value.into_owned()),
            // What it does not know, a list does not heed, as others have it.
            _ => {}
        }
    }
    Ok((after, limit, search))
}

/// The projects of this server.
pub(in crate::http) fn projects(state: &AppState) -> Result<&Arc<Projects>, ApiError> {
    state.projects.as_ref().ok_or_else(|| {
        let message = "This server keeps no projects: the folder of its database or of [content] is not to be had, or another \
                       server uses it; the log of its start says which. Name folders of its own as [store] dir and [content] \
                       dir and start it again.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "projects_not_kept", message)
    })
}

/// Why there is no project, for a client.
pub(in crate::http) fn no_project(why: NoProject) -> ApiError {
    match why {
        NoProject::Unknown => ApiError::not_found(
            "project_not_found",
            "There is no such project with this key: it was removed, or another key made it. GET /v1/projects lists yours.",
        ),
        NoProject::UnknownFile => ApiError::not_found(
            "file_not_found",
            "There is no such file in this project: it was removed, or its time is over. GET /v1/projects/{id}/files lists them.",
        ),
        NoProject::Full(message) => ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "projects_full", message),
        NoProject::File(why) => no_file(why),
        NoProject::Failed(failure) => failure.into(),
        NoProject::Store(error) => ApiError::broken(error.to_string()),
    }
}
