//! `/v1/reminders`: what a client is told of at a time, once or again and again.
//!
//! A reminder belongs to the key that made it. When it is due and who is told is the gateway's affair.

mod all;
mod feed;
mod one;
mod said;

pub(super) use all::{__path_create, __path_list, create, list};
pub(super) use feed::{
    __path_calendar, __path_end_feed, __path_feed, __path_new_feed, FEED, calendar, end_feed, feed, new_feed,
};
pub(super) use one::{
    __path_change, __path_complete, __path_one, __path_remove, __path_snooze, change, complete, one, remove, snooze,
};

use axum::extract::Request;

use super::error::ApiError;
use super::state::AppState;
use super::unpacked::json_body;
use crate::gateway::reminders::{NoTime, Rule};
use crate::protocol::from_json;

const MOST_TITLE_CHARS: usize = 300;
const MOST_TEXT_CHARS: usize = 8_000;
const MOST_URL_CHARS: usize = 2_000;
const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

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

async fn body<T: serde::de::DeserializeOwned>(request: Request, state: &AppState, what: &str) -> Result<T, ApiError> {
    let body = json_body(request, state).await?;
    Ok(from_json(&body, what)?)
}
