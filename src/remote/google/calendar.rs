//! Calendar: events are listed, made, changed and removed.

use bytes::Bytes;
use http::{Method, Request, Response};
use mediary_core::Failure;
use serde::Deserialize;
use serde_json::{Value, json};

use super::asking::{GooglePlaces, asked, lenient, read, saying};

/// Which events are listed.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// The calendar; `primary` is the account's own.
    pub calendar: String,
    /// Words that they have.
    pub words: Option<String>,
    /// Only those that end after this, as RFC 3339 has it.
    pub from: Option<String>,
    /// Only those that begin before this.
    pub until: Option<String>,
    /// So many at most.
    pub most: u32,
    /// Where the page before ended.
    pub page: Option<String>,
}

/// When an event begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventTime {
    /// A day, of an event that lasts for whole days.
    Day(String),
    /// A time, with the zone that it is meant in if that is told.
    At(String, Option<String>),
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is said of it.
    pub description: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// When it begins.
    pub start: Option<EventTime>,
    /// When it ends.
    pub end: Option<EventTime>,
    /// Where it is seen in a browser.
    pub link: Option<String>,
    /// confirmed, tentative or cancelled.
    pub status: Option<String>,
}

/// Some of the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<CalendarEvent>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// An event that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The calendar.
    pub calendar: String,
    /// What it is called.
    pub title: String,
    /// What is said of it.
    pub description: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// When it begins.
    pub start: EventTime,
    /// When it ends; of whole days the day after the last.
    pub end: EventTime,
    /// By which rule it comes again, as RFC 5545 has it.
    pub repeats: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ToldTime {
    #[serde(deserialize_with = "lenient")]
    date: Option<String>,
    #[serde(deserialize_with = "lenient")]
    date_time: Option<String>,
    #[serde(deserialize_with = "lenient")]
    time_zone: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ToldEvent {
    id: String,
    #[serde(deserialize_with = "lenient")]
    summary: Option<String>,
    #[serde(deserialize_with = "lenient")]
    description: Option<String>,
    #[serde(deserialize_with = "lenient")]
    location: Option<String>,
    #[serde(deserialize_with = "lenient")]
    start: Option<ToldTime>,
    #[serde(deserialize_with = "lenient")]
    end: Option<ToldTime>,
    #[serde(deserialize_with = "lenient")]
    html_link: Option<String>,
    #[serde(deserialize_with = "lenient")]
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldPage {
    #[serde(default)]
    items: Vec<ToldEvent>,
    #[serde(default, deserialize_with = "lenient")]
    next_page_token: Option<String>,
}

impl NewEvent {
    /// As Google has it. What it does not have is null, which takes it away where it was.
    fn told(&self) -> Value {
        json!({
            "summary": self.title, "start": self.start.told(), "end": self.end.told(), "description": self.description,
            "location": self.location, "recurrence": self.repeats.as_ref().map(|rule| [format!("RRULE:{rule}")]),
        })
    }
}

impl EventTime {
    fn told(&self) -> Value {
        match self {
            Self::Day(day) => json!({ "date": day }),
            Self::At(at, None) => json!({ "dateTime": at }),
            Self::At(at, Some(zone)) => json!({ "dateTime": at, "timeZone": zone }),
        }
    }

    fn of(told: ToldTime) -> Option<Self> {
        let ToldTime { date, date_time, time_zone } = told;
        date_time.map(|at| Self::At(at, time_zone)).or_else(|| date.map(Self::Day))
    }
}

impl From<ToldEvent> for CalendarEvent {
    fn from(told: ToldEvent) -> Self {
        let ToldEvent { id, summary, description, location, start, end, html_link, status } = told;
        Self {
            id,
            title: summary.unwrap_or_default(),
            description,
            location,
            start: start.and_then(EventTime::of),
            end: end.and_then(EventTime::of),
            link: html_link,
            status,
        }
    }
}

impl GooglePlaces {
    /// Lists events, the soonest first.
    ///
    /// # Errors
    /// When the address is none.
    pub fn events(&self, query: &EventQuery) -> Result<Request<Bytes>, Failure> {
        let mut pairs = vec![
            ("singleEvents", "true".to_owned()),
            ("orderBy", "startTime".to_owned()),
            ("maxResults", query.most.to_string()),
        ];
        let wishes =
            [("q", &query.words), ("timeMin", &query.from), ("timeMax", &query.until), ("pageToken", &query.page)];
        pairs.extend(wishes.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        asked(Method::GET, &self.api_url, &["calendar", "v3", "calendars", &query.calendar, "events"], &pairs)
    }

    /// Makes an event. Without guests, so that no mail is sent for it.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new_event(&self, event: &NewEvent) -> Result<Request<Bytes>, Failure> {
        let path = ["calendar", "v3", "calendars", &event.calendar, "events"];
        let mut body = event.told();
        if let Some(fields) = body.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        Ok(saying(asked(Method::POST, &self.api_url, &path, &[])?, "application/json", body.to_string()))
    }

    /// Has an event be another, without mails to guests that it may have been given since; `anew`: though it was removed.
    ///
    /// # Errors
    /// When the address is none.
    pub fn change_event(&self, id: &str, event: &NewEvent, anew: bool) -> Result<Request<Bytes>, Failure> {
        let path = ["calendar", "v3", "calendars", &event.calendar, "events", id];
        let mut body = event.told();
        if let Some(fields) = body.as_object_mut() {
            // Where it is was said by its user, if at all.
            fields.retain(|name, value| name != "location" || !value.is_null());
        }
        if anew {
            body["status"] = "confirmed".into();
        }
        let request = asked(Method::PATCH, &self.api_url, &path, &[("sendUpdates", "none".to_owned())])?;
        Ok(saying(request, "application/json", body.to_string()))
    }

    /// Removes an event of the account's own calendar, without mails to guests.
    ///
    /// # Errors
    /// When the address is none.
    pub fn remove_event(&self, id: &str) -> Result<Request<Bytes>, Failure> {
        let path = ["calendar", "v3", "calendars", "primary", "events", id];
        asked(Method::DELETE, &self.api_url, &path, &[("sendUpdates", "none".to_owned())])
    }
}

impl EventPage {
    /// The events that were listed.
    ///
    /// # Errors
    /// When it was refused.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        let ToldPage { items, next_page_token } = read(answer)?;
        Ok(Self { events: items.into_iter().map(CalendarEvent::from).collect(), next: next_page_token })
    }
}

impl CalendarEvent {
    /// An event.
    ///
    /// # Errors
    /// When it was refused.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        read::<ToldEvent>(answer).map(Self::from)
    }
}
