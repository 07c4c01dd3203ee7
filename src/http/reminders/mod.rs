//! `/v1/reminders`: what a client is told of at a time, once or again and again.
//!
//! A reminder belongs to the key that made it. When it is due and who is told is the gateway's affair.

mod feed;
mod one;
mod said;

pub(super) use feed::{
    __path_calendar, __path_end_feed, __path_feed, __path_new_feed, FEED, calendar, end_feed, feed, new_feed,
};
pub(super) use one::{
    __path_change, __path_complete, __path_one, __path_remove, __path_snooze, change, complete, one, remove, snooze,
};

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::HeaderMap;
use mediary_store::ReminderFilter;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::error::{ApiError, ErrorBody};
use super::google::Params;
use super::state::AppState;
use super::unpacked::json_body;
use crate::gateway::reminders::{Moment, NewReminder, NoTime, ReminderDue, Rule};
use crate::gateway::unix_seconds;
use crate::protocol::from_json;
use said::{asked, no_reminder, reminder_json};

const USUAL: u32 = 100;
const MOST: u32 = 1_000;
const MOST_TITLE_CHARS: usize = 300;
const MOST_TEXT_CHARS: usize = 8_000;
const MOST_URL_CHARS: usize = 2_000;
const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

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

fn wrong(field: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("`{field}` must be {wanted}")).about(field)
}

fn priority(text: &str) -> Result<&'static str, ApiError> {
    let known = PRIORITIES.into_iter().find(|known| *known == text);
    known.ok_or_else(|| wrong("priority", "low, normal, high or urgent"))
}

fn title(text: &str) -> Result<String, ApiError> {
    let title: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match title.chars().count() {
        1..=MOST_TITLE_CHARS => Ok(title),
        _ => Err(wrong("title", &format!("a text of 1 to {MOST_TITLE_CHARS} characters"))),
    }
}

fn bounded(field: &str, text: String, most: usize) -> Result<String, ApiError> {
    match text.chars().count() > most {
        true => Err(wrong(field, &format!("a text of at most {most} characters"))),
        false => Ok(text),
    }
}

fn rule(text: Option<&str>) -> Result<Option<Rule>, ApiError> {
    let read =
        |text: &str| Rule::read(text).map_err(|why| ApiError::malformed(format!("`repeats`: {why}")).about("repeats"));
    text.filter(|text| !text.trim().is_empty()).map(read).transpose()
}

fn no_time(field: &'static str, why: NoTime) -> ApiError {
    let field = if why == NoTime::Zone { "timezone" } else { field };
    ApiError::malformed(format!("`{field}`: {why}")).about(field)
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

async fn body<T: serde::de::DeserializeOwned>(request: Request, state: &AppState, what: &str) -> Result<T, ApiError> {
    let body = json_body(request, state).await?;
    Ok(from_json(&body, what)?)
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
