//! Files of a project: added by their ids or as they are sent, listed, and removed.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::kept_files::{files as kept_files, is_form, keep_sent, no_file};
use super::super::state::AppState;
use super::said::{ProjectFileBody, ProjectFileListBody, RemovedBody, page_of};
use super::{body, no_project, projects};

/// A file that is kept already.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AddedFile {
    /// Its id, as `/v1/files` gave it.
    #[schema(example = "file-019a3f0c1d2e7000a1b2c3d4e5f60718")]
    file_id: String,
}

/// Adds a file to a project: one that is kept, by its id, or one that comes with this request. It is read in the background.
#[utoipa::path(
    post,
    path = "/v1/projects/{id}/files",
    tag = "projects",
    params(("id" = String, Path, description = "the project's id")),
    request_body(content((AddedFile = "application/json"), (Object = "multipart/form-data")),
        description = "`file_id`; or a form with the file as `file`, which is then removed with the project"),
    responses(
        (status = 200, description = "The file, which is being read. One that is there already stays as it is; one that could not \
            be read is tried again", body = ProjectFileBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project or file with this key", body = ErrorBody),
        (status = 413, description = "The file is too large", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
        (status = 507, description = "The project, or what is kept of files, is full; remove some", body = ErrorBody),
    )
)]
pub(in crate::http) async fn add_file(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<ProjectFileBody>, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let kept = projects(&state)?;
    kept.has_room(&id, &owner, 0).await.map_err(no_project)?;
    if !is_form(request.headers()) {
        let AddedFile { file_id } = body(request, &state, "a file of a project").await?;
        let found = kept_files(&state)?.get(&file_id, &owner).await;
        let file = found.map_err(|why| no_file(why).about("file_id"))?;
        let added = kept.add(&id, &owner, &file, false).await.map_err(no_project)?;
        return Ok(Json(added.into()));
    }
    let file = keep_sent(&state, &owner, request).await?;
    match kept.add(&id, &owner, &file, true).await {
        Ok(added) => Ok(Json(added.into())),
        Err(why) => {
            // It was kept for the project alone. That it stays if it cannot be removed is said by the list of files.
            if let Err(error) = kept_files(&state)?.remove(&file.id, &owner).await {
                tracing::warn!(error.detail = %error, "a file that no project takes cannot be removed");
            }
            Err(no_project(why))
        }
    }
}

/// Lists the files of a project, the last first.
#[utoipa::path(
    get,
    path = "/v1/projects/{id}/files",
    tag = "projects",
    params(
        ("id" = String, Path, description = "the project's id"),
        ("limit" = Option<u32>, Query, description = "most of them, 1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the file before: for the next page"),
    ),
    responses(
        (status = 200, description = "The files, and how far each is", body = ProjectFileListBody),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project with this key", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn files(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<ProjectFileListBody>, ApiError> {
    let (after, limit) = page_of(&query.unwrap_or_default())?;
    let owner = owner_of(&headers, &state.config.server);
    let found = projects(&state)?.files(&id, &owner, after.as_deref(), limit).await;
    let (found, has_more) = found.map_err(no_project)?;
    Ok(Json(ProjectFileListBody::of(found, has_more)))
}

/// A file of a project.
#[utoipa::path(
    get,
    path = "/v1/projects/{id}/files/{file}",
    tag = "projects",
    params(
        ("id" = String, Path, description = "the project's id"),
        ("file" = String, Path, description = "the file's id"),
    ),
    responses(
        (status = 200, description = "The file, and how far it is", body = ProjectFileBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project or file with this key", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn file(
    State(state): State<AppState>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<ProjectFileBody>, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let found = projects(&state)?.file(&id, &owner, &file).await.map_err(no_project)?;
    Ok(Json(found.into()))
}

/// Takes a file out of a project. One that was sent to it is removed.
#[utoipa::path(
    delete,
    path = "/v1/projects/{id}/files/{file}",
    tag = "projects",
    params(
        ("id" = String, Path, description = "the project's id"),
        ("file" = String, Path, description = "the file's id"),
    ),
    responses(
        (status = 200, description = "It is not in the project any more", body = RemovedBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such project or file with this key", body = ErrorBody),
        (status = 503, description = "Projects cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn remove_file(
    State(state): State<AppState>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<RemovedBody>, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let gone = projects(&state)?.remove_file(&id, &owner, &file).await.map_err(no_project)?;
    if let Some(content) = gone {
        state.gateway.router.forget_given(&content).await;
    }
    Ok(Json(RemovedBody::of(file, "project.file")))
}
