//! `/v1/google/…`: accounts of Google's are connected, and their files, events and mails are found, read and made.
//!
//! An account belongs to the key that connected it. What is asked and kept is the gateway's affair; here requests are read and
//! answers written. What comes from Google's is a stranger's: it is to be quoted, not obeyed.

mod calendar;
mod drive;
mod flow;
mod gmail;
mod named;
mod params;
mod said;

pub(super) use calendar::{__path_create, __path_events, create, events};
pub(super) use drive::{__path_file, __path_files, __path_upload, file, files, upload};
pub(super) use flow::{
    __path_callback, __path_connect, __path_disconnect, __path_standing, CALLBACK, callback, connect, disconnect,
    standing,
};
pub(super) use gmail::{__path_mail, __path_mails, __path_send, mail, mails, send};
pub(super) use named::{brought, named};
pub(super) use params::Params;
pub(super) use said::no_google;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderMap;
use mediary_remote::GoogleFeature;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::guard::owner_of;
use super::state::AppState;
use super::tasks::bounds;
use super::unpacked::json_body;
use crate::gateway::ReadOptions;
use crate::gateway::google::{Google, NoGoogle};
use crate::protocol::from_json;
use said::not_set_up;

/// Google, and whose account is meant.
fn asked(state: &AppState, headers: &HeaderMap) -> Result<(Arc<Google>, Vec<u8>), ApiError> {
    let google = state.google.clone().ok_or_else(|| not_set_up(state))?;
    Ok((google, owner_of(headers, &state.config.server)))
}

/// The same for something that the operator may have left out.
fn asked_for(
    state: &AppState,
    headers: &HeaderMap,
    feature: GoogleFeature,
) -> Result<(Arc<Google>, Vec<u8>), ApiError> {
    let (google, owner) = asked(state, headers)?;
    match google.features().contains(&feature) {
        true => Ok((google, owner)),
        false => Err(no_google(NoGoogle::FeatureOff(feature))),
    }
}

/// The body of a request. `what` is what it should be: `an event`.
async fn body<T: DeserializeOwned>(request: Request, state: &AppState, what: &str) -> Result<T, ApiError> {
    let body = json_body(request, state).await?;
    Ok(from_json(&body, what)?)
}

/// How what comes from there is read.
fn reading(headers: &HeaderMap, client: &[u8]) -> Result<ReadOptions, ApiError> {
    let bounds = bounds(headers)?.of_reading();
    Ok(ReadOptions { bounds, client: client.to_vec(), ..ReadOptions::default() })
}

fn wrong(field: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("`{field}` must be {wanted}")).about(field)
}
