//! `calendar_…` and `gmail_…`: what is done with the account of Google's that the key has connected. All of it is what strangers
//! wrote; a mail is sent in two calls, of which the second is for the user to allow. Files of Drive have a room of their own.

use std::fmt::Write as _;

use form_urlencoded::Serializer;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::Desk;
use super::super::fence::Fence;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::{Effect, Offer, Reach};

/// So much of a text is told where it is not said.
const USUAL_CHARS: u32 = 40_000;
/// Where lists and texts come from.
const ACCOUNT: &str = "lies in the user's Google account, where others have written it";
/// What is longer in a list than a line.
const LONG: [&str; 2] = ["snippet", "description"];

// Each is there where the operator has set its part of Google up: such a list is refused before anything is asked.
const CALENDAR: Option<&str> = Some("/v1/google/calendar?limit=0");
const GMAIL: Option<&str> = Some("/v1/google/gmail?limit=0");
// So is what says nothing of what is to be made.
const EVENTS: Option<&str> = Some("POST /v1/google/calendar");
const SENDING: Option<&str> = Some("POST /v1/google/gmail/send");

pub(super) static CALENDAR_LIST: Offer = Offer {
    name: "calendar_list",
    title: "List events of a calendar",
    description: "Events of the user's Google Calendar, the soonest first; from now on unless said otherwise.",
    input: |_| schema::<Listing>(),
    output: result::<Page>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: CALENDAR,
    run: |desk, arguments| Box::pin(calendar_list(desk, arguments)),
};

pub(super) static CALENDAR_CREATE: Offer = Offer {
    name: "calendar_create",
    title: "Make an event",
    description: "Makes an event in the user's Google Calendar, without guests.",
    input: |_| schema::<Event>(),
    output: result::<Made>,
    effect: Effect::Makes,
    reach: Reach::Beyond,
    wants: EVENTS,
    run: |desk, arguments| Box::pin(calendar_create(desk, arguments)),
};

pub(super) static GMAIL_LIST: Offer = Offer {
    name: "gmail_list",
    title: "Find mails",
    description: "Mails of the user's Gmail: from whom, about what, and how each begins. To read one, take gmail_read.",
    input: |_| schema::<Searching>(),
    output: result::<Page>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: GMAIL,
    run: |desk, arguments| Box::pin(gmail_list(desk, arguments)),
};

pub(super) static GMAIL_READ: Offer = Offer {
    name: "gmail_read",
    title: "Read a mail",
    description: "What a mail of the user's Gmail says, with its head and what is attached that can be read.",
    input: |_| schema::<Reading>(),
    output: result::<Text>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: GMAIL,
    run: |desk, arguments| Box::pin(read_one(desk, arguments, "gmail")),
};

pub(super) static GMAIL_SEND: Offer = Offer {
    name: "gmail_send",
    title: "Send a mail",
    description: "Sends a mail from the user's Gmail, in two calls: the first sends nothing and gives a `confirmation`. Show the \
                  mail to the user; only once they allow it, call again with the same arguments and the confirmation.",
    input: |_| schema::<Sending>(),
    output: result::<Sent>,
    effect: Effect::Commits,
    reach: Reach::Beyond,
    wants: SENDING,
    run: |desk, arguments| Box::pin(gmail_send(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Searching {
    /// Words; of mails as in Gmail's search, such as is:unread from:ada
    pub(super) query: Option<String>,
    /// How many at most
    pub(super) limit: Option<u32>,
    /// `next_page_token` of the page before
    pub(super) page_token: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    /// Its id
    id: String,
    /// The most characters to return; 40000 unless said
    max_chars: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listing {
    /// Such as 2026-12-01T00:00:00Z; now unless said
    from: Option<String>,
    /// Likewise
    to: Option<String>,
    /// Words that they have
    query: Option<String>,
    /// How many at most
    limit: Option<u32>,
    /// `next_page_token` of the page before
    page_token: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Event {
    /// What it is called
    title: String,
    /// 2026-12-01T10:00:00 with a timezone, 2026-12-01T10:00:00+01:00, or a day such as 2026-12-01
    start: String,
    /// Likewise; an hour later unless said, of whole days the last day
    end: Option<String>,
    /// Such as Europe/Madrid
    timezone: Option<String>,
    /// Where it is
    location: Option<String>,
    /// What is said of it
    description: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sending {
    /// Addresses
    to: Vec<String>,
    /// Addresses
    #[serde(default)]
    cc: Vec<String>,
    /// What it is about
    subject: String,
    /// What it says
    text: String,
    /// The conversation that it goes into
    thread_id: Option<String>,
    /// What the first call gave, once the user has allowed this mail
    confirmation: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Page {
    /// Where the items come from, and between which marks their longer texts stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    /// Each with its id
    items: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Text {
    /// Where the text comes from, and between which marks it stands
    untrusted: String,
    text: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whether `text` is only its beginning
    truncated: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Made {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Sent {
    /// sent, or confirmation_required
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// A path with its query.
pub(super) fn asked(path: &str, pairs: &[(&str, Option<String>)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        none if none.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

pub(super) fn text(body: &Value, name: &str) -> Option<String> {
    body[name].as_str().map(str::to_owned)
}

/// A list, each of it in a line of words that are put together out of some fields.
pub(super) fn page(body: &Value, name: &str, fields: &[&str]) -> Outcome {
    let mut items = body[name].as_array().cloned().unwrap_or_default();
    let mut lines = String::new();
    for item in &items {
        let told = fields.iter().filter_map(|field| match &item[*field] {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Object(time) => time.values().find_map(Value::as_str).map(str::to_owned),
            _ => None,
        });
        // A text takes whatever is written to it.
        let _infallible = writeln!(lines, "- {}", told.collect::<Vec<_>>().join(" | "));
    }
    let next_page_token = text(body, "next_page_token");
    let more = match &next_page_token {
        Some(token) => format!("\n\nThere are more: ask again with `page_token` {token}."),
        None => String::new(),
    };
    if items.is_empty() {
        let words = format!("Nothing was found.{more}");
        return Outcome::new(words, &Page { untrusted: String::new(), items, next_page_token });
    }
    let long = items.iter().flat_map(|item| LONG.iter().filter_map(|field| item[*field].as_str()));
    let fence = Fence::around(ACCOUNT, long.chain([lines.as_str()]));
    for item in &mut items {
        for field in LONG {
            if let Some(text) = item[field].as_str().filter(|text| !text.is_empty()) {
                item[field] = fence.quoted(text).into();
            }
        }
    }
    let words = format!("{}{more}", fence.told(&lines));
    Outcome::new(words, &Page { untrusted: fence.notice(), items, next_page_token })
}

async fn gmail_list(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Searching { query, limit, page_token } = read(arguments)?;
    let pairs = [("q", query), ("limit", limit.map(|limit| limit.to_string())), ("page_token", page_token)];
    let body = desk.get(&asked("/v1/google/gmail", &pairs)).await?;
    Ok(page(&body, "mails", &["id", "date", "from", "subject", "snippet"]))
}

async fn calendar_list(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Listing { from, to, query, limit, page_token } = read(arguments)?;
    let limit = limit.map(|limit| limit.to_string());
    let pairs = [("from", from), ("to", to), ("q", query), ("limit", limit), ("page_token", page_token)];
    let body = desk.get(&asked("/v1/google/calendar", &pairs)).await?;
    Ok(page(&body, "events", &["start", "end", "title", "location", "id"]))
}

pub(super) async fn read_one(desk: &Desk<'_>, arguments: JsonObject, part: &str) -> Result<Outcome, Trouble> {
    let Reading { id, max_chars } = read(arguments)?;
    let id: String = form_urlencoded::byte_serialize(id.trim().trim_start_matches("drive:").as_bytes()).collect();
    let most = Some(max_chars.unwrap_or(USUAL_CHARS).max(1).to_string());
    let body = desk.get(&asked(&format!("/v1/google/{part}/{id}"), &[("max_chars", most)])).await?;
    let (content, name) = (text(&body, "content").unwrap_or_default(), text(&body, "name"));
    let words = format!("{}\n\n{content}", name.as_deref().unwrap_or_default());
    let fence = Fence::around(ACCOUNT, [words.as_str()]);
    let told = Text {
        untrusted: fence.notice(),
        text: fence.quoted(&content),
        id: text(&body, "id").unwrap_or_default(),
        name,
        truncated: body["truncated"].as_bool().unwrap_or(false),
    };
    let more = if told.truncated { "\n\n[Cut; raise `max_chars` for more.]" } else { "" };
    Ok(Outcome::new(format!("{}{more}", fence.told(words.trim_start())), &told))
}

async fn calendar_create(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Event { title, start, end, timezone, location, description } = read(arguments)?;
    let event = json!({
        "title": title, "start": start, "end": end, "timezone": timezone, "location": location, "description": description,
    });
    let (_, body) = desk.post("/v1/google/calendar", &event).await?;
    let made = Made { id: text(&body, "id").unwrap_or_default(), link: text(&body, "link") };
    Ok(Outcome::new(format!("The event was made: {}", made.link.as_deref().unwrap_or(&made.id)), &made))
}

async fn gmail_send(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Sending { to, cc, subject, text: words, thread_id, confirmation } = read(arguments)?;
    let mail = json!({
        "to": to, "cc": cc, "subject": subject, "text": words, "thread_id": thread_id, "confirmation": confirmation,
    });
    let (_, body) = desk.post("/v1/google/gmail/send", &mail).await?;
    let sent = Sent {
        status: text(&body, "status").unwrap_or_default(),
        confirmation: text(&body, "confirmation"),
        id: text(&body, "id"),
    };
    let copies = if cc.is_empty() { String::new() } else { format!("Cc: {}\n", cc.join(", ")) };
    let told = match &sent.confirmation {
        Some(confirmation) => format!(
            "Nothing was sent yet. Show this mail to the user; once they allow it, call gmail_send again with the same arguments and \
             confirmation {confirmation}.\n\nTo: {}\n{copies}Subject: {subject}\n\n{words}",
            to.join(", ")
        ),
        None => "The mail was sent.".to_owned(),
    };
    Ok(Outcome::new(told, &sent))
}
