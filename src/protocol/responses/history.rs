//! What a request needs of those before it, and how what is kept becomes a part of its input.

use std::collections::BTreeMap;

use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{bad, inside};
use crate::protocol::from_json;
use crate::protocol::process::BadField;

/// The type of items that only name another.
const REFERENCE: &str = "item_reference";

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
    /// The responses that have the items which are only named.
    #[serde(skip)]
    pub referred: Vec<String>,
}

impl Wanted {
    /// Reads it out of a body.
    ///
    /// # Errors
    /// What is wrong, by its path.
    pub fn of(body: &[u8]) -> Result<Self, BadField> {
        let mut wanted: Self = from_json(body, "a request for a response")?;
        if wanted.is_in_background() && !wanted.is_kept() {
            return Err(bad("store", "a response in the background has to be kept; leave `store` out"));
        }
        if memmem::find(body, REFERENCE.as_bytes()).is_some() {
            for (_, item) in items(Asked::of(body)?.input)? {
                let Some((_, owner)) = reference(item) else { continue };
                if !wanted.referred.contains(&owner) {
                    wanted.referred.push(owner);
                }
            }
        }
        Ok(wanted)
    }

    /// Whether the response is to be kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.store != Some(false)
    }

    /// Whether it is told as events.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.stream == Some(true)
    }

    /// Whether it is answered in the background.
    #[must_use]
    pub fn is_in_background(&self) -> bool {
        self.background == Some(true)
    }
}

/// A response that was kept, as JSON.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Its id.
    pub id: &'a str,
    /// The items of the conversation before it.
    pub input: &'a str,
    /// The object.
    pub response: &'a str,
}

impl<'a> Kept<'a> {
    fn output(&self) -> Result<&'a RawValue, BadField> {
        #[derive(Deserialize)]
        struct Response<'a> {
            #[serde(borrow)]
            output: &'a RawValue,
        }
        Ok(from_json::<Response<'_>>(self.response.as_bytes(), "a response")?.output)
    }

    /// The item of this id. Those of the input that came without one are named by their place.
    fn item(&self, id: &str) -> Result<Option<&'a RawValue>, BadField> {
        let output = items(Some(self.output()?))?;
        let input: Vec<&RawValue> = from_json(self.input.as_bytes(), "a list of items")?;
        let place = id.strip_prefix(&input_item_id(self.id, "")).and_then(|place| place.parse::<usize>().ok());
        if let Some(item) = place.and_then(|place| input.get(place)) {
            return Ok(Some(item));
        }
        let mut all = output.into_iter().map(|(_, item)| item).chain(input);
        Ok(all.find(|item| Named::of(item).is_some_and(|named| named.id.as_deref() == Some(id))))
    }
}

/// The id of an item of a response's input.
fn input_item_id(response: &str, place: impl std::fmt::Display) -> String {
    format!("in_{}_{place}", response.strip_prefix("resp_").unwrap_or(response))
}

/// What an item is called.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    r#type: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

impl Named {
    fn of(item: &RawValue) -> Option<Self> {
        serde_json::from_str(item.get()).ok()
    }
}

/// The id that an item names, if that is all it does, and the response whose item it is by its id.
fn reference(item: &RawValue) -> Option<(String, String)> {
    let id = Named::of(item).filter(|named| named.r#type.as_deref() == Some(REFERENCE))?.id.unwrap_or_default();
    let bare = id.split_once('_').and_then(|(_, rest)| rest.rsplit_once('_')).map_or("", |(bare, _)| bare);
    let owner = super::response_id(bare);
    Some((id, owner))
}

/// A body, or what of it matters here.
#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(default, borrow)]
    input: Option<&'a RawValue>,
}

impl<'a> Asked<'a> {
    fn of(body: &'a [u8]) -> Result<Self, BadField> {
        from_json(body, "a request for a response")
    }
}

/// The items of a list with their places; none if it is a text.
fn items(input: Option<&RawValue>) -> Result<Vec<(usize, &RawValue)>, BadField> {
    let Some(list) = input.filter(|input| input.get().starts_with('[')) else { return Ok(Vec::new()) };
    let all: Vec<&RawValue> =
        from_json(list.get().as_bytes(), "a list of items").map_err(|bad| inside("input", bad))?;
    Ok(all.into_iter().enumerate().collect())
}

/// A body with what it only names: before its input the conversation that it goes on with, and in it the items of
/// responses that were kept.
///
/// # Errors
/// What is wrong with the body, by its path.
pub fn completed(body: &[u8], before: Option<Kept<'_>>, referred: &[Kept<'_>]) -> Result<Vec<u8>, BadField> {
    let fields: BTreeMap<String, &RawValue> = from_json(body, "a request for a response")?;
    let own = input_of(body)?;
    let own: &RawValue = from_json(own.as_bytes(), "a list of items")?;
    let mut all: Vec<&str> = Vec::new();
    if let Some(before) = &before {
        all.extend([before.input, before.output()?.get()].map(inner).into_iter().filter(|list| !list.is_empty()));
    }
    for (place, item) in items(Some(own))? {
        let Some((id, owner)) = reference(item) else {
            all.push(item.get());
            continue;
        };
        // Notes of what ran at a provider have its ids, which name no response.
        let kept = referred.iter().find(|kept| kept.id == owner).or(before.as_ref());
        let found = kept.map(|kept| kept.item(&id)).transpose()?.flatten().ok_or_else(|| {
            let id: String = id.chars().take(100).collect();
            let message = format!("there is no item `{id}` with this key; send the item itself");
            bad(format!("input[{place}].id"), message)
        })?;
        all.push(found.get());
    }
    let mut whole = format!("{{\"input\":[{}]", all.join(","));
    for (name, value) in fields.iter().filter(|(name, _)| *name != "input") {
        whole.push(',');
        whole.push_str(&Value::from(name.as_str()).to_string());
        whole.push(':');
        whole.push_str(value.get());
    }
    whole.push('}');
    Ok(whole.into_bytes())
}

/// A list without its brackets.
fn inner(list: &str) -> &str {
    let list = list.trim();
    list.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or_default().trim()
}

/// The input of a body as the list that is kept.
///
/// # Errors
/// What is wrong with the body, by its path.
pub fn input_of(body: &[u8]) -> Result<String, BadField> {
    let missing = || bad("input", "`input` is missing; send a text or a list of items");
    let input = Asked::of(body)?.input.ok_or_else(missing)?.get();
    match input.as_bytes().first() {
        Some(b'[') => Ok(input.to_owned()),
        Some(b'"') => Ok(format!(
            "[{{\"type\":\"message\",\"role\":\"user\",\"content\":[{{\"type\":\"input_text\",\"text\":{input}}}]}}]"
        )),
        _ => Err(missing()),
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
            item["id"] = input_item_id(id, place).into();
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
