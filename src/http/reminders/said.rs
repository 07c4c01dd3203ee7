//! What clients are told of reminders, and why there is none.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use mediary_store::ReminderRow;
use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::google::no_google;
use super::super::guard::owner_of;
use super::super::state::AppState;
use crate::gateway::reminders::{NoReminder, Reminders, due_of};

/// The reminders of this server, and whose are meant.
pub(super) fn asked(state: &AppState, headers: &HeaderMap) -> Result<(Arc<Reminders>, Vec<u8>), ApiError> {
    let reminders = state.reminders.clone().ok_or_else(|| {
        let message = "This server keeps no reminders: the folder of its database is not to be had, or another server uses it; \
                       the log of its start says which. Name one of its own as [store] dir and start it again.";
        ApiError::new(StatusCode::NOT_IMPLEMENTED, "reminders_not_kept", message)
    })?;
    Ok((reminders, owner_of(headers, &state.config.server)))
}

pub(super) fn reminder_json(row: &ReminderRow) -> Value {
    json!({
        "object": "reminder", "id": row.id, "title": row.title, "description": row.description, "category": row.category,
        "priority": row.priority, "due": due_of(row), "due_at": row.due_at, "timezone": row.timezone,
        "repeats": Some(&row.repeats).filter(|rule| !rule.is_empty()), "next_notice_at": row.notify_at,
        "notified_at": row.notified_at, "late": row.is_late, "completed": row.completed_at.is_some(),
        "completed_at": row.completed_at, "webhook_url": row.webhook_url, "calendar_event_id": row.event,
        "created_at": row.created_at, "updated_at": row.updated_at,
    })
}

/// Why there is no such reminder, or it cannot be.
pub(super) fn no_reminder(why: NoReminder) -> ApiError {
    let text = why.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let message = format!("{first}{}.", letters.as_str());
    match why {
        NoReminder::Unknown => ApiError::not_found("no_such_reminder", message),
        NoReminder::Full(_) => ApiError::new(StatusCode::TOO_MANY_REQUESTS, "reminders_full", message),
        NoReminder::Past => ApiError::malformed(message).about("due"),
        NoReminder::Completed | NoReminder::Changed => {
            ApiError::new(StatusCode::CONFLICT, "reminder_conflict", message)
        }
        NoReminder::NoCalendar => ApiError::new(StatusCode::NOT_IMPLEMENTED, "google_not_set_up", message),
        NoReminder::Google(why) => no_google(why),
        NoReminder::Failed(failure) => failure.into(),
        NoReminder::Store(error) => ApiError::broken(error.to_string()),
    }
}
