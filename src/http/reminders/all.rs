//! Reminders are made, and those of a key listed.

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::HeaderMap;
use mediary_store::ReminderFilter;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::google::Params;
use super::super::state::AppState;
use super::said::{asked, no_reminder, reminder_json};
use super::{MOST_TEXT_CHARS, MOST_TITLE_CHARS, MOST_URL_CHARS, body, bounded, no_time, priority, rule, title, wrong};
use crate::gateway::reminders::{Moment, NewReminder, ReminderDue};
use crate::gateway::unix_seconds;

const USUAL: u32 = 100;
const MOST: u32 = 1_000;

/// A reminder to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReminderBody {
    /// What it is about.
    #[schema(example = "Water the plants")]
    title: String,
    /// What else is said of it.
    #[serde(default)]
    description: String,
    /// When: a time with its offset, or one of the clocks of `timezone`.
    #[schema(example = "2026-12-01T09:00:00")]
    due: String,
    /// A time zone such as Europe/Madrid.
    #[serde(default)]
    timezone: Option<String>,
    /// By which rule it comes again, as RFC 5545 has it: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, with INTERVAL, COUNT, UNTIL, and of
    /// weeks BYDAY.
    #[serde(default, alias = "recurring")]
    #[schema(example = "FREQ=WEEKLY;BYDAY=MO,TH")]
    repeats: Option<String>,
    /// low, normal (default), high or urgent.
    #[serde(default)]
    priority: Option<String>,
    /// What it is filed under.
    #[serde(default)]
    category: String,
    /// Where it is told, signed.
    #[serde(default)]
    webhook_url: Option<String>,
    /// Whether it is made an event of the account's calendar as well.
    #[serde(default)]
    calendar_event: bool,
}

impl ReminderBody {
    fn checked(self) -> Result<NewReminder, ApiError> {
        let zone = self.timezone.as_deref().filter(|zone| !zone.trim().is_empty());
        let due =
            ReminderDue::read(&self.due, zone, rule(self.repeats.as_deref())?).map_err(|why| no_time("due", why))?;
        let webhook_url = self.webhook_url.filter(|url| !url.trim().is_empty());
        Ok(NewReminder {
            title: title(&self.title)?,
            description: bounded("description", self.description, MOST_TEXT_CHARS)?,
            category: bounded("category", self.category.trim().to_owned(), MOST_TITLE_CHARS)?,
            priority: self.priority.as_deref().filter(|text| !text.is_empty()).map_or(Ok("normal"), priority)?,
            due,
            webhook_url: webhook_url.map(|url| bounded("webhook_url", url, MOST_URL_CHARS)).transpose()?,
            in_calendar: self.calendar_event,
        })
    }
}

/// Makes a reminder.
#[utoipa::path(
    post,
    path = "/v1/reminders",
    tag = "reminders",
    request_body = ReminderBody,
    responses(
        (status = 200, description = "The reminder", body = Object),
        (status = 400, description = "A field is wrong, or `due` lies in the past", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 403, description = "The account is not connected for events", body = ErrorBody),
        (status = 409, description = "An event is wished, and no account is connected", body = ErrorBody),
        (status = 429, description = "This key has as many as it may", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn create(State(state): State<AppState>, request: Request) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, request.headers())?;
    let body: ReminderBody = body(request, &state, "a reminder").await?;
    let row = Box::pin(reminders.add(&owner, body.checked()?)).await.map_err(no_reminder)?;
    Ok(Json(reminder_json(&row)))
}

/// Lists reminders of this key, the soonest first.
#[utoipa::path(
    get,
    path = "/v1/reminders",
    tag = "reminders",
    params(
        ("due" = Option<String>, Query, description = "only those that are due by then: `now`, or a time such as 2026-12-01T00:00:00Z"),
        ("from" = Option<String>, Query, description = "only those that are due from then on, likewise"),
        ("completed" = Option<String>, Query, description = "true, false (default) or all"),
        ("category" = Option<String>, Query, description = "only those that are filed under this"),
        ("limit" = Option<u32>, Query, description = "most of them, 1 to 1000; 100 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the one before: for the next page"),
    ),
    responses(
        (status = 200, description = "The reminders, and whether there are more", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 501, description = "This server keeps no reminders", body = ErrorBody),
    )
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (reminders, owner) = asked(&state, &headers)?;
    let params = Params::of(&query, &["due", "from", "completed", "category", "limit", "after"])?;
    let time = |name: &'static str| {
        let read = |text: String| match text.as_str() {
            "now" => Ok(unix_seconds()),
            text => Moment::read(text, None).map(|moment| moment.seconds()).map_err(|why| no_time(name, why)),
        };
        params.text(name).map(read).transpose()
    };
    let is_completed = match params.text("completed").as_deref() {
        None | Some("false") => Some(false),
        Some("true") => Some(true),
        Some("all") => None,
        Some(_) => return Err(wrong("completed", "true, false or all")),
    };
    let after = match params.text("after") {
        Some(id) => {
            let row = reminders.get(&owner, &id).await.map_err(|why| no_reminder(why).about("after"))?;
            Some((row.due_at, row.id))
        }
        None => None,
    };
    let filter = ReminderFilter {
        until: time("due")?,
        since: time("from")?,
        is_completed,
        category: params.text("category"),
        after,
        limit: params.number("limit", USUAL, MOST)?,
    };
    let (rows, has_more) = reminders.list(&owner, &filter).await.map_err(no_reminder)?;
    let data: Vec<Value> = rows.iter().map(reminder_json).collect();
    Ok(Json(json!({ "object": "list", "data": data, "has_more": has_more })))
}
