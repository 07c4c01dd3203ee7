//! Projects themselves: made, listed, changed and removed.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use mediary_store::Counted;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::state::AppState;
use super::said::{ProjectBody, ProjectListBody, RemovedBody, project_list};
use super::{body, no_project, projects, wrong};
use crate::gateway::projects::{NewProject, ProjectChange};

/// The colour of a project that names none.
const USUAL_COLOR: &str = "#3b82f6";
const MOST_NAME_CHARS: usize = 200;
const MOST_ICON_CHARS: usize = 32;
const MOST_INSTRUCTION_CHARS: usize = 32_000;

/// What is said of a project.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ProjectFields {
    /// What it is called; needed to make one. Up to 200 characters.
    #[schema(example = "Thesis")]
    #[serde(default)]
    name: Option<String>,
    /// What its chats begin with, before whatever system text they have themselves. Up to 32,000 characters.
    #[schema(example = "Answer in German, and name the page that you rely on.")]
    #[serde(default, deserialize_with = "emptied")]
    instructions: Option<String>,
    /// Its colour in the dashboard, as `#rrggbb`.
    #[schema(example = "#3b82f6")]
    #[serde(default)]
    color: Option<String>,
    /// A sign or a word that stands beside its name. Up to 32 characters.
    #[schema(example = "📚")]
    #[serde(default, deserialize_with = "emptied")]
    icon: Option<String>,
}

/// A text; null is none, which is not the same as not to be said.
fn emptied<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<String>::deserialize(from)?.unwrap_or_default()))
}

impl ProjectFields {
    fn change(self) -> Result<ProjectChange, ApiError> {
        let Self { name, instructions, color, icon } = self;
        let name = name.map(|name| checked(&name, "name", 1, MOST_NAME_CHARS)).transpose()?;
        let icon = icon.map(|icon| checked(&icon, "icon", 0, MOST_ICON_CHARS)).transpose()?;
        if instructions.as_ref().is_some_and(|text| text.chars().count() > MOST_INSTRUCTION_CHARS) {
            let most = format!("a text of at most {MOST_INSTRUCTION_CHARS} characters; add what is longer as a file");
            return Err(wrong("instructions", &most));
        }
        let color = color.map(|color| color.to_ascii_lowercase());
        let is_color = |color: &String| {
            color.len() == 7 && color.starts_with('#') && color[1..].chars().all(|c| c.is_ascii_hexdigit())
        };
        if color.as_ref().is_some_and(|color| !is_color(color)) {
            return Err(wrong("color", "a colour such as \"#3b82f6\""));
        }
        Ok(ProjectChange { name, instructions, color, icon })
    }
}

/// A text on one line.
fn checked(text: &str, field: &str, fewest: usize, most: usize) -> Result<String, ApiError> {
    let text = text.trim();
    let is_within = (fewest..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let wanted = format!("a text of {fewest} to {most} characters on one line");
    is_within.then(|| text.to_owned()).ok_or_else(|| wrong(field, &wanted))
}

/// Makes a project.
#[utoipa::path(
    post,
    path = "/v1/projects",
    tag = "projects",
    request_body = ProjectFields,
    responses(
        (status = 200, description = "The project", body = ProjectBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
        (status = 507, description = "This key has as many projects as it may; remove one", body = ErrorBody),
    )
)]
pub(in crate::http) async fn create(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<ProjectBody>, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let kept = projects(&state)?;
    let fields: ProjectFields = body(request, &state, "a project").await?;
    let ProjectChange { name, instructions, color, icon } = fields.change()?;
    let name = name.ok_or_else(|| ApiError::malformed("a project needs a `name`").about("name"))?;
    let (instructions, icon) = (instructions.unwrap_or_default(), icon.unwrap_or_default());
    let color = color.unwrap_or_else(|| USUAL_COLOR.to_owned());
    let made = kept.make(NewProject { owner, name, instructions, color, icon }).await.map_err(no_project)?;
    Ok(Json(ProjectBody::of(made, Counted::default())))
}

/// Lists the projects of this key, the newest first.
#[utoipa::path(
    get,
    path = "/v1/projects",
    tag = "projects",
    params(
        ("limit" = Option<u32>, Query, description = "most of them, 1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the project before: for the next page"),
        ("search" = Option<String>, Query, description = "only those whose names hold this"),
    ),
    responses(
        (status = 200, description = "The projects", body = ProjectListBody),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<ProjectListBody>, ApiError> {
    let list = project_list(&query.unwrap_or_default())?;
    let found = projects(&state)?.list(&owner_of(&headers, &state.config.server), &list).await;
    let (found, has_more) = found.map_err(no_project)?;
    Ok(Json(ProjectListBody::of(found, has_more)))
}

/// A project.
#[utoipa::path(
    get,
    path = "/v1/projects/{id}",
    tag = "projects",
    params(("id" = String, Path, description = "the project's id")),
    responses(
        (status = 200, description = "The project", body = ProjectBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project with this key", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<ProjectBody>, ApiError> {
    let found = projects(&state)?.get(&id, &owner_of(&headers, &state.config.server)).await;
    let (project, counted) = found.map_err(no_project)?;
    Ok(Json(ProjectBody::of(project, counted)))
}

/// Changes a project: what is said; the rest stays.
#[utoipa::path(
    patch,
    path = "/v1/projects/{id}",
    tag = "projects",
    params(("id" = String, Path, description = "the project's id")),
    request_body = ProjectFields,
    responses(
        (status = 200, description = "The project as it is now", body = ProjectBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project with this key", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<ProjectBody>, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let kept = projects(&state)?;
    let fields: ProjectFields = body(request, &state, "a change of a project").await?;
    let (project, counted) = kept.change(&id, &owner, fields.change()?).await.map_err(no_project)?;
    Ok(Json(ProjectBody::of(project, counted)))
}

/// Removes a project, its passages, and the files that were sent to it.
#[utoipa::path(
    delete,
    path = "/v1/projects/{id}",
    tag = "projects",
    params(("id" = String, Path, description = "the project's id")),
    responses(
        (status = 200, description = "It is removed. Files that were sent to `/v1/files` stay", body = RemovedBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project with this key", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<RemovedBody>, ApiError> {
    let gone = projects(&state)?.remove(&id, &owner_of(&headers, &state.config.server)).await.map_err(no_project)?;
    for content in gone {
        state.gateway.router.forget_given(&content).await;
    }
    Ok(Json(RemovedBody::of(id, "project")))
}
