//! The address at which calendars find the reminders of a key. It holds a token that is told once, and is known by its hash alone.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::error::{ApiError, ErrorBody};
use super::super::google::Params;
use super::super::landing::base_url;
use super::super::state::AppState;
use super::said::{asked, no_reminder};
use crate::gateway::reminders::NoReminder;

/// Where calendars are found. It is public: the token that comes along is the key.
pub(in crate::http) const FEED: &str = "/v1/reminders/feed.ics";

/// Whether calendars find the reminders of this key.
#[utoipa::path(
    get,
    path = "/v1/reminders/feed",
    tag = "reminders",
    responses(
        (status = 200, description = "`since`: when its address was made, or null; the address itself is told once", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn feed(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    let since = reminders.feed_since(&owner).await.map_err(no_reminder)?;
    Ok(Json(json!({ "object": "reminder_feed", "since": since })))
}

/// Makes an address at which calendars find the reminders of this key. The one before finds nothing any more.
#[utoipa::path(
    post,
    path = "/v1/reminders/feed",
    tag = "reminders",
    responses(
        (status = 200, description = "The `url`, which is told this once, and is a secret", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn new_feed(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    let token = reminders.new_feed(&owner).await.map_err(no_reminder)?;
    let url = format!("{}{FEED}?token={token}", base_url(&state.config.server, &headers));
    Ok(Json(json!({ "object": "reminder_feed", "url": url })))
}

/// Ends the address at which calendars find the reminders of this key.
#[utoipa::path(
    delete,
    path = "/v1/reminders/feed",
    tag = "reminders",
    responses(
        (status = 200, description = "`revoked`: whether there was one", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn end_feed(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    let is_ended = reminders.end_feed(&owner).await.map_err(no_reminder)?;
    Ok(Json(json!({ "object": "reminder_feed", "revoked": is_ended })))
}

/// The reminders of a key as a calendar (iCalendar, RFC 5545). No key is asked for: the token is one.
#[utoipa::path(
    get,
    path = "/v1/reminders/feed.ics",
    tag = "reminders",
    security(()),
    params(("token" = String, Query, description = "out of the address that was told; it is a secret")),
    responses(
        (status = 200, description = "The calendar", body = String, content_type = "text/calendar"),
        (status = 404, description = "There is none of this token, or not any more", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn calendar(State(state): State<AppState>, query: RawQuery) -> Result<Response, ApiError> {
    let (reminders, _) = asked(&state, &HeaderMap::new())?;
    let token = Params::of(&query, &["token"])?.text("token").unwrap_or_default();
    let text = reminders.calendar(&token).await.map_err(|why| match why {
        NoReminder::Unknown => {
            let message =
                "There is no calendar at this address, or not any more; POST /v1/reminders/feed makes another.";
            ApiError::not_found("no_such_feed", message)
        }
        other => no_reminder(other),
    })?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"reminders.ics\""),
        (CACHE_CONTROL, "private, max-age=300"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers.map(|(name, value)| (name, HeaderValue::from_static(value))), text).into_response())
}
