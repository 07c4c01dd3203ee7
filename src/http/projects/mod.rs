//! `/v1/projects`: instructions and files that chats of one subject have in common.
//!
//! A project belongs to the key that made it; with any other it does not exist. Projects themselves are next door
//! (`project`), their files have their own room (`files`), and what chats are given of one is said in `tasks/project`.

mod files;
mod project;
mod said;
mod search;

use axum::extract::Request;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::state::AppState;
use super::unpacked::json_body;
use crate::protocol::from_json;
pub(super) use files::{
    __path_add_file, __path_file, __path_files, __path_remove_file, add_file, file, files, remove_file,
};
pub(super) use project::{
    __path_change, __path_create, __path_list, __path_one, __path_remove, change, create, list, one, remove,
};
pub(super) use said::{no_project, projects};
pub(super) use search::{__path_search, search};

fn wrong(field: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("`{field}` must be {wanted}")).about(field)
}

/// The body of a request. `what` is what it should be: `a project`.
async fn body<T: DeserializeOwned>(request: Request, state: &AppState, what: &str) -> Result<T, ApiError> {
    let body = json_body(request, state).await?;
    Ok(from_json(&body, what)?)
}
