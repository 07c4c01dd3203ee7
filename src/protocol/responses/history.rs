//! What a request needs of those before it, and how what is kept becomes a part of its input.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{bad, inside};
use crate::protocol::from_json;
use crate::protocol::process::BadField;

/// What a request wants of what is kept.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Wanted {
    /// The response whose conversation it goes on with.
    #[serde(default)]
    pub previous_response_id: Option<String>,
    /// Whether its own response is to be kept; that is usual.
    #[serde(default)]
    store: Option<bool>,
    /// Whether it is answered while its client looks at it from time to time.
    #[serde(default)]
    background: Option<bool>,
    #[serde(default)]
    stream: Option<bool>,
    /// The model that is asked for.
    #[serde(default)]
    pub model: Option<String>,
}

impl Wanted {
    /// Reads it out of a body.
    ///
    /// # Errors
    /// What is wrong, by its path.
    pub fn of(body: &[u8]) -> Result<Self, BadField> {
        let wanted: Self = from_json(body, "a request for a response")?;
        if wanted.is_in_background() && wanted.stream == Some(true) {
            let message = "a response in the background is not streamed here; leave `stream` out and look at it with GET";
            return Err(bad("stream", message));
        }
        if wanted.is_in_background() && wanted.store == Some(false) {
            return Err(bad("store", "a response in the background has to be kept; leave `store` out"));
        }
        Ok(wanted)
    }

    /// Whether the response is to be kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.store != Some(false)
    }

    /// Whether it is answered in the background.
    #[must_use]
    pub fn is_in_background(&self) -> bool {
        self.background == Some(true)
    }
}

/// A body with a conversation before its input. `before` is its input and its output, each a list as JSON.
///
/// # Errors
/// What is wrong with the body, by its path.
pub fn with_history(body: &Bytes, before: (&str, &str)) -> Result<Bytes, BadField> {
    let mut request: Map<String, Value> = from_json(body, "a request for a response")?;
    let mut items: Vec<Value> = Vec::new();
    for list in [before.0, before.1] {
        items.extend(from_json::<Vec<Value>>(list.as_bytes(), "a list of items")?);
    }
    items.extend(input_items(request.remove("input").unwrap_or(Value::Null))?);
    request.insert("input".to_owned(), items.into());
    Ok(Value::Object(request).to_string().into())
}

/// The input of a body as the list that is kept.
///
/// # Errors
/// What is wrong with the body, by its path.
pub fn input_of(body: &Bytes) -> Result<String, BadField> {
    #[derive(Deserialize)]
    struct Asked<'a> {
        #[serde(borrow)]
        input: &'a RawValue,
    }
    let Asked { input } = from_json(body, "a request for a response")?;
    if input.get().starts_with('[') {
        return Ok(input.get().to_owned());
    }
    let text: Value = from_json(input.get().as_bytes(), "a text").map_err(|bad| inside("input", bad))?;
    Ok(Value::Array(input_items(text)?).to_string())
}

fn input_items(input: Value) -> Result<Vec<Value>, BadField> {
    match input {
        Value::Array(items) => Ok(items),
        Value::String(text) => {
            let content = json!([{ "type": "input_text", "text": text }]);
            Ok(vec![json!({ "type": "message", "role": "user", "content": content })])
        }
        _ => Err(bad("input", "`input` is missing; send a text or a list of items")),
    }
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPage {
    limit: usize,
    after: Option<String>,
    newest_first: bool,
}

impl ItemPage {
    /// Reads it out of an address.
    ///
    /// # Errors
    /// The parameter that is wrong.
    pub fn of_query(query: &str) -> Result<Self, BadField> {
        let mut page = Self { limit: 20, after: None, newest_first: true };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("limit", value) => {
                    let limit = value.parse().ok().filter(|limit| (1..=100).contains(limit));
                    page.limit = limit.ok_or_else(|| bad("limit", "`limit` must be 1 to 100"))?;
                }
                ("after", value) => page.after = Some(value.to_owned()),
                ("order", "asc") => page.newest_first = false,
                ("order", "desc") => page.newest_first = true,
                ("order", _) => return Err(bad("order", "`order` must be asc or desc")),
                _ => {}
            }
        }
        Ok(page)
    }
}

/// A page of the items of a response's input. Items without an id are given one by their place.
///
/// # Errors
/// When what was kept is no list.
pub fn item_list(id: &str, items: &str, page: &ItemPage) -> Result<Value, BadField> {
    let items: Vec<Value> = from_json(items.as_bytes(), "a list of items")?;
    let bare = id.strip_prefix("resp_").unwrap_or(id);
    let named = items.into_iter().enumerate().map(|(place, mut item)| {
        if item.get("type").is_none() {
            item["type"] = "message".into();
        }
        if item["type"] == "message"
            && let Some(text) = item["content"].as_str()
        {
            let kind = if item["role"] == "assistant" { "output_text" } else { "input_text" };
            item["content"] = json!([{ "type": kind, "text": text }]);
        }
        if item["id"].as_str().is_none() {
            item["id"] = format!("in_{bare}_{place}").into();
        }
        item
    });
    let mut all: Vec<Value> = named.collect();
    if page.newest_first {
        all.reverse();
    }
    let start = match &page.after {
        None => 0,
        Some(after) => all.iter().position(|item| item["id"] == **after).map_or(all.len(), |place| place + 1),
    };
    let has_more = all.len() > start + page.limit;
    let data: Vec<Value> = all.into_iter().skip(start).take(page.limit).collect();
    let end = |item: Option<&Value>| item.map_or(Value::Null, |item| item["id"].clone());
    let (first, last) = (end(data.first()), end(data.last()));
    Ok(json!({ "object": "list", "data": data, "first_id": first, "last_id": last, "has_more": has_more }))
}

/// What the client of a response that was removed is told.
#[must_use]
pub fn removed(id: &str) -> Value {
    json!({ "id": id, "object": "response", "deleted": true })
}
