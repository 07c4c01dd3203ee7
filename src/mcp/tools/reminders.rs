//! `reminder_add`, `reminder_list` and `reminder_complete`.

use std::fmt::Write as _;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::Desk;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::google::asked;
use super::{Effect, Offer, Reach};

// They are there where the server keeps some: such a list is refused before anything is looked up.
const KEPT: Option<&str> = Some("/v1/reminders?limit=0");

pub(super) static ADD: Offer = Offer {
    name: "reminder_add",
    title: "Make a reminder",
    description: "Has the user reminded of something at a time, once or again and again.",
    input: |_| schema::<Adding>(),
    output: result::<Reminder>,
    effect: Effect::Makes,
    reach: Reach::Within,
    wants: KEPT,
    run: |desk, arguments| Box::pin(add(desk, arguments)),
};

pub(super) static LIST: Offer = Offer {
    name: "reminder_list",
    title: "List reminders",
    description: "The user's reminders that are not completed, the soonest first.",
    input: |_| schema::<Listing>(),
    output: result::<All>,
    effect: Effect::Reads,
    reach: Reach::Within,
    wants: KEPT,
    run: |desk, arguments| Box::pin(list(desk, arguments)),
};

pub(super) static COMPLETE: Offer = Offer {
    name: "reminder_complete",
    title: "Complete a reminder",
    description: "Completes a reminder; one that comes again is about its next time then.",
    input: |_| schema::<Completing>(),
    output: result::<Reminder>,
    effect: Effect::Makes,
    reach: Reach::Within,
    wants: KEPT,
    run: |desk, arguments| Box::pin(complete(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Adding {
    /// What it is about
    title: String,
    /// 2026-12-01T09:00:00 with a timezone, or 2026-12-01T09:00:00+01:00
    due: String,
    /// Such as Europe/Madrid
    timezone: Option<String>,
    /// Such as FREQ=WEEKLY;BYDAY=MO,TH or FREQ=DAILY;COUNT=5
    repeats: Option<String>,
    /// normal unless said
    priority: Option<Priority>,
    /// What it is filed under
    category: Option<String>,
    /// What else is said of it
    description: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Low,
    Normal,
    High,
    Urgent,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listing {
    /// Only those due by then: now, or a time such as 2026-12-01T00:00:00Z
    due: Option<String>,
    /// Only those filed under this
    category: Option<String>,
    /// How many at most
    limit: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Completing {
    /// Its id
    id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Reminder {
    id: String,
    title: String,
    due: String,
    priority: String,
    completed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct All {
    reminders: Vec<Reminder>,
    has_more: bool,
}

impl Reminder {
    fn of(body: &Value) -> Self {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("id"),
            title: text("title"),
            due: text("due"),
            priority: text("priority"),
            completed: body["completed"].as_bool().unwrap_or(false),
            repeats: body["repeats"].as_str().map(str::to_owned),
        }
    }
}

async fn add(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Adding { title, due, timezone, repeats, priority, category, description } = read(arguments)?;
    let wished = json!({
        "title": title, "due": due, "timezone": timezone, "repeats": repeats, "priority": priority,
        "category": category.unwrap_or_default(), "description": description.unwrap_or_default(),
    });
    let (_, body) = desk.post("/v1/reminders", &wished).await?;
    let made = Reminder::of(&body);
    Ok(Outcome::new(format!("{} is due {} ({}).", made.title, made.due, made.id), &made))
}

async fn list(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Listing { due, category, limit } = read(arguments)?;
    let pairs = [("due", due), ("category", category), ("limit", limit.map(|limit| limit.to_string()))];
    let body = desk.get(&asked("/v1/reminders", &pairs)).await?;
    let reminders: Vec<Reminder> = body["data"].as_array().into_iter().flatten().map(Reminder::of).collect();
    let mut words = String::new();
    for one in &reminders {
        // A text takes whatever is written to it.
        let _infallible = writeln!(words, "- {} | {} | {} | {}", one.due, one.title, one.priority, one.id);
    }
    if reminders.is_empty() {
        words = "There are no such reminders.".to_owned();
    }
    let has_more = body["has_more"].as_bool().unwrap_or(false);
    Ok(Outcome::new(words, &All { reminders, has_more }))
}

async fn complete(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Completing { id } = read(arguments)?;
    let id: String = form_urlencoded::byte_serialize(id.trim().as_bytes()).collect();
    let (_, body) = desk.post(&format!("/v1/reminders/{id}/complete"), &json!({})).await?;
    let done = Reminder::of(&body);
    let words = match done.completed {
        true => format!("{} is completed.", done.title),
        false => format!("{} is completed for this time; it is due next {}.", done.title, done.due),
    };
    Ok(Outcome::new(words, &done))
}
