//! One reminder: looked at, changed, completed, put off and removed.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::said::{asked, no_reminder, reminder_json};
use super::{MOST_TEXT_CHARS, MOST_TITLE_CHARS, MOST_URL_CHARS, body, bounded, no_time, priority, rule, title, wrong};
use crate::gateway::reminders::{Moment, ReminderChange, ReminderDue, due_of};
use crate::gateway::unix_seconds;

/// So much of a time is by the clocks of its zone.
const CLOCKS: usize = "2026-12-01T10:00:00".len();
/// A reminder is put off by this at most, in minutes: a year.
const MOST_MINUTES: u32 = 366 * 24 * 60;

/// What is to be changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::http) struct ChangeBody {
    /// What it is about.
    title: Option<String>,
    /// What else is said of it.
    description: Option<String>,
    /// When.
    due: Option<String>,
    /// A time zone.
    timezone: Option<String>,
    /// By which rule it comes again; empty: not any more.
    repeats: Option<String>,
    /// low, normal, high or urgent.
    priority: Option<String>,
    /// What it is filed under; empty: nothing.
    category: Option<String>,
    /// Where it is told; empty: nowhere any more.
    webhook_url: Option<String>,
    /// Whether it is completed.
    completed: Option<bool>,
}

/// Until when a reminder is put off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::http) struct SnoozeBody {
    /// For so many minutes from now.
    #[schema(example = 10)]
    minutes: Option<u32>,
    /// Until this time.
    until: Option<String>,
}

/// A reminder.
#[utoipa::path(
    get,
    path = "/v1/reminders/{reminder}",
    tag = "reminders",
    params(("reminder" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "The reminder", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is none with this key", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    Ok(Json(reminder_json(&reminders.get(&owner, &id).await.map_err(no_reminder)?)))
}

/// Changes a reminder, and its event with it.
#[utoipa::path(
    patch,
    path = "/v1/reminders/{reminder}",
    tag = "reminders",
    params(("reminder" = String, Path, description = "its id")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "The reminder as it is now", body = Object),
        (status = 400, description = "A field is wrong, or `due` lies in the past", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is none with this key", body = ErrorBody),
        (status = 409, description = "It was changed at the same moment", body = ErrorBody),
        (status = 429, description = "Google was asked too often for its event (see Retry-After)", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
        (status = 502, description = "Google cannot be reached for its event; nothing is changed", body = ErrorBody),
        (status = 503, description = "Google is overloaded; nothing is changed", body = ErrorBody),
    )
)]
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, request.headers())?;
    let wished: ChangeBody = body(request, &state, "what is to be changed of a reminder").await?;
    let due = match (&wished.due, &wished.timezone, &wished.repeats) {
        (None, None, None) => None,
        (due, zone, repeats) => {
            let row = reminders.get(&owner, &id).await.map_err(no_reminder)?;
            let rule = rule(Some(repeats.as_deref().unwrap_or(&row.repeats)))?;
            // One that comes no more is about the time that it is about now; its first may be long ago.
            let is_last = rule.is_none() && !row.repeats.is_empty();
            let own = if is_last { due_of(&row) } else { row.starts.clone() };
            let own = if zone.is_some() { own.get(..CLOCKS).unwrap_or(&own) } else { &own };
            let zone = zone.as_deref().unwrap_or(&row.timezone);
            Some(
                ReminderDue::read(due.as_deref().unwrap_or(own), Some(zone), rule)
                    .map_err(|why| no_time("due", why))?,
            )
        }
    };
    let url = wished.webhook_url.map(|url| Some(url).filter(|url| !url.trim().is_empty()));
    if let Some(Some(url)) = &url {
        bounded("webhook_url", url.clone(), MOST_URL_CHARS)?;
    }
    let change = ReminderChange {
        title: wished.title.as_deref().map(title).transpose()?,
        description: wished.description.map(|text| bounded("description", text, MOST_TEXT_CHARS)).transpose()?,
        category: wished.category.map(|text| bounded("category", text, MOST_TITLE_CHARS)).transpose()?,
        priority: wished.priority.as_deref().map(priority).transpose()?,
        due,
        webhook_url: url,
        completed: wished.completed,
    };
    let row = Box::pin(reminders.change(&owner, &id, &change)).await.map_err(no_reminder)?;
    Ok(Json(reminder_json(&row)))
}

/// Completes a reminder; one that comes again is about its next time from now on.
#[utoipa::path(
    post,
    path = "/v1/reminders/{reminder}/complete",
    tag = "reminders",
    params(("reminder" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "The reminder as it is now", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is none with this key", body = ErrorBody),
        (status = 409, description = "It was changed at the same moment", body = ErrorBody),
        (status = 429, description = "Google was asked too often for its event (see Retry-After)", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
        (status = 502, description = "Google cannot be reached for its event; nothing is changed", body = ErrorBody),
        (status = 503, description = "Google is overloaded; nothing is changed", body = ErrorBody),
    )
)]
pub(in crate::http) async fn complete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    Ok(Json(reminder_json(&Box::pin(reminders.complete(&owner, &id)).await.map_err(no_reminder)?)))
}

/// Puts a reminder off.
#[utoipa::path(
    post,
    path = "/v1/reminders/{reminder}/snooze",
    tag = "reminders",
    params(("reminder" = String, Path, description = "its id")),
    request_body = SnoozeBody,
    responses(
        (status = 200, description = "The reminder as it is now", body = Object),
        (status = 400, description = "A field is wrong, or the time lies in the past", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is none with this key", body = ErrorBody),
        (status = 409, description = "It is completed, or was changed at the same moment", body = ErrorBody),
        (status = 429, description = "Google was asked too often for its event (see Retry-After)", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
        (status = 502, description = "Google cannot be reached for its event; nothing is changed", body = ErrorBody),
        (status = 503, description = "Google is overloaded; nothing is changed", body = ErrorBody),
    )
)]
pub(in crate::http) async fn snooze(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, request.headers())?;
    let until = match body(request, &state, "until when a reminder is put off").await? {
        SnoozeBody { minutes: Some(minutes), until: None } if (1..=MOST_MINUTES).contains(&minutes) => {
            unix_seconds() + i64::from(minutes) * 60
        }
        SnoozeBody { minutes: Some(_), until: None } => {
            return Err(wrong("minutes", &format!("a whole number from 1 to {MOST_MINUTES}")));
        }
        SnoozeBody { minutes: None, until: Some(until) } => {
            Moment::read(&until, None).map_err(|why| no_time("until", why))?.seconds()
        }
        _ => return Err(wrong("minutes", "there, or `until`, but not both")),
    };
    Ok(Json(reminder_json(&Box::pin(reminders.snooze(&owner, &id, until)).await.map_err(no_reminder)?)))
}

/// Removes a reminder, and its event with it.
#[utoipa::path(
    delete,
    path = "/v1/reminders/{reminder}",
    tag = "reminders",
    params(("reminder" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "It is removed; `calendar_event_deleted` is false where its account is not connected any more, and null \
            where it had no event", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is none with this key", body = ErrorBody),
        (status = 429, description = "Google was asked too often for its event (see Retry-After)", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
        (status = 502, description = "Google cannot be reached for its event; nothing is changed", body = ErrorBody),
        (status = 503, description = "Google is overloaded; nothing is changed", body = ErrorBody),
    )
)]
pub(in crate::http) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    let is_gone = Box::pin(reminders.remove(&owner, &id)).await.map_err(no_reminder)?;
    Ok(Json(json!({ "object": "reminder", "id": id, "deleted": true, "calendar_event_deleted": is_gone })))
}
