//! `/api/admin/…`: keys of providers and clients, changed while the server runs, and what requests came to.
//!
//! Every route but those that open a session is for administrators alone ([`guard`]). No answer holds a secret, but for a
//! client's key in the answer that makes it. A change is taken up by the server within a second.

mod client_keys;
mod engines;
mod guard;
mod health;
mod provider_keys;
mod requests;
mod sessions;
mod settings;
mod usage;

pub(super) use client_keys::{
    __path_change_client_key, __path_client_keys, __path_create_client_key, __path_remove_client_key,
    __path_rotate_client_key, change_client_key, client_keys, create_client_key, remove_client_key, rotate_client_key,
};
pub(super) use engines::{__path_engines, __path_install_engines, __path_restart, engines, install_engines, restart};
pub(super) use guard::{Peer, is_driven};
pub(super) use health::{__path_admin_health, admin_health};
pub(super) use provider_keys::{
    __path_add_provider_key, __path_change_provider_key, __path_check_provider_key, __path_provider_keys,
    __path_remove_provider_key, add_provider_key, change_provider_key, check_provider_key, provider_keys,
    remove_provider_key,
};
pub(super) use requests::{__path_request, __path_requests, request, requests};
pub(super) use sessions::{
    __path_log_in, __path_log_out, __path_session, __path_set_up, log_in, log_out, session, set_up,
};
pub(super) use settings::{
    __path_change_password, __path_change_settings, __path_settings, change_password, change_settings, settings,
};

pub(super) use usage::{__path_usage, usage};

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::state::AppState;
use super::unpacked::json_body;
use crate::gateway::Administration;

/// Administration, where there is a store.
fn administration(state: &AppState) -> Result<&Arc<Administration>, ApiError> {
    state.administration.as_ref().ok_or_else(|| {
        let message = "This server has no database, so there is nothing to administer; name a folder with [store] dir.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_store", message)
    })
}

/// The body of a request, as what it has to be.
async fn body<T: DeserializeOwned>(request: Request, state: &AppState) -> Result<T, ApiError> {
    let body = json_body(request, state).await?;
    // What stands in it may be a secret, which serde would quote.
    serde_json::from_slice(&body).map_err(|error| {
        ApiError::malformed(format!("the body is not what this route takes (line {}); see /docs", error.line()))
    })
}

/// What the store says when it fails.
#[expect(clippy::needless_pass_by_value, reason = "errors are handed over to it")]
fn failed(error: impl ToString) -> ApiError {
    let error = error.to_string();
    let mut answer =
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store_failed", "The database failed; the log says more.");
    answer.detail = Some(error.into());
    answer
}

fn no_such_key(id: &str) -> ApiError {
    let id: String = id.chars().take(64).collect();
    ApiError::not_found("no_such_key", format!("There is no key `{id}` here; GET the list."))
}
