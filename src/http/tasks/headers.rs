//! The headers that tell what happened: which target answers, how many calls failed before, what was done to parts.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::http::header::AGE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mediary_core::capability::Usd;

use super::super::error::shortened;
use crate::gateway::projects::ProjectNote;
use crate::gateway::web::WebNote;
use crate::gateway::{Account, CacheNote, CacheOutcome, Charge, Route, TreatmentNote, total};
use crate::protocol::Spelling;

const X_ROUTED_VIA: HeaderName = HeaderName::from_static("x-routed-via");
const X_FALLBACK_ATTEMPTS: HeaderName = HeaderName::from_static("x-fallback-attempts");
const X_MEDIARY_TREATMENTS: HeaderName = HeaderName::from_static("x-mediary-treatments");
const X_MEDIARY_CUT_TOKENS: HeaderName = HeaderName::from_static("x-mediary-cut-tokens");
const X_MEDIARY_COST_USD: HeaderName = HeaderName::from_static("x-mediary-cost-usd");
const X_MEDIARY_COST_ITEMS: HeaderName = HeaderName::from_static("x-mediary-cost-items");
const X_MEDIARY_DROPPED: HeaderName = HeaderName::from_static("x-mediary-dropped");
const X_MEDIARY_CACHE: HeaderName = HeaderName::from_static("x-mediary-cache");
const X_MEDIARY_SAVED_USD: HeaderName = HeaderName::from_static("x-mediary-saved-usd");
const X_MEDIARY_WEB_SEARCH: HeaderName = HeaderName::from_static("x-mediary-web-search");
const X_MEDIARY_PROJECT: HeaderName = HeaderName::from_static("x-mediary-project");
const X_MEDIARY_STATUS: HeaderName = HeaderName::from_static("x-mediary-status");

/// Names of fields may be a client's own; one that is longer is cut, …
const MOST_NAME_CHARS: usize = 128;
/// … and more of them are counted, since clients take no endless headers.
const MOST_DROPPED_BYTES: usize = 2_048;

/// Writes down which target answers and what was done for it.
pub(in crate::http) fn describe(route: &Route, headers: &mut HeaderMap) {
    describe_as(route, &Spelling::default(), headers);
}

/// The same, with fields and places as their client wrote them.
pub(super) fn describe_as(route: &Route, spelling: &Spelling, headers: &mut HeaderMap) {
    let mut insert = |name, text: &str| insert(headers, name, text);
    let targets: Vec<String> = std::iter::once(&route.target).chain(&route.also).map(ToString::to_string).collect();
    insert(X_ROUTED_VIA, &targets.join(", "));
    if route.fallbacks > 0 {
        insert(X_FALLBACK_ATTEMPTS, &route.fallbacks.to_string());
    }
    let list: Vec<String> = route.treatments.iter().map(|note| treatment(note, spelling)).collect();
    if !list.is_empty() {
        insert(X_MEDIARY_TREATMENTS, &list.join(", "));
    }
    if let Some(noted) = route.account.noted() {
        noted.routed(&route.target, list, route.fallbacks);
    }
    if let Some(status) = route.status {
        insert(X_MEDIARY_STATUS, status);
    }
    if let Some(note) = &route.cache {
        tell_of_cache(note, &mut insert);
    }
    let dropped: Vec<String> = route.dropped.iter().map(|name| spelling.field(name).into_owned()).collect();
    name_dropped(&dropped, headers);
    if route.is_cost_known {
        // Of a stream that costs nothing it is told before it is known how much there was.
        headers.insert(X_MEDIARY_COST_USD, HeaderValue::from_static("0"));
        price(&route.account, headers);
    }
}

/// Writes down what a chat was given of the web.
pub(in crate::http) fn tell_of_web(note: Option<&WebNote>, headers: &mut HeaderMap) {
    if let Some(note) = note {
        insert(headers, X_MEDIARY_WEB_SEARCH, &note.to_string());
    }
}

/// Writes down what a chat was given of its project.
pub(in crate::http) fn tell_of_project(note: Option<&ProjectNote>, headers: &mut HeaderMap) {
    if let Some(note) = note {
        insert(headers, X_MEDIARY_PROJECT, &note.to_string());
    }
}

/// Writes down what the cache had to do with an answer.
fn tell_of_cache(note: &CacheNote, insert: &mut impl FnMut(HeaderName, &str)) {
    let outcome = match note.outcome {
        CacheOutcome::Alike(thousandths) => format!("hit;similarity=0.{thousandths:03}"),
        CacheOutcome::Shared => "hit;shared".to_owned(),
        outcome => outcome.name().to_owned(),
    };
    insert(X_MEDIARY_CACHE, &outcome);
    if let Some(age) = note.age {
        insert(AGE, &age.as_secs().to_string());
        insert(X_MEDIARY_COST_USD, &Usd::ZERO.to_string());
        note.saved_usd.inspect(|usd| insert(X_MEDIARY_SAVED_USD, &usd.to_string()));
    }
}

/// Writes down what a request has cost, if any call was made for it.
pub(in crate::http) fn price(account: &Account, headers: &mut HeaderMap) {
    if let Some((sum, items)) = cost_of(account) {
        insert(headers, X_MEDIARY_COST_USD, &sum);
        insert(headers, X_MEDIARY_COST_ITEMS, &items);
    }
}

/// What a request has cost, and its items, as its headers say them; `None`: no call was made for it.
pub(super) fn cost_of(account: &Account) -> Option<(String, String)> {
    let charges = account.charges();
    if charges.is_empty() {
        return None;
    }
    let items: Vec<String> = charges.iter().map(item).collect();
    Some((in_dollars(total(&charges)), items.join(", ")))
}

fn in_dollars(usd: Option<Usd>) -> String {
    usd.map_or_else(|| "unpriced".to_owned(), |usd| usd.to_string())
}

/// A charge, as a string with parameters: what was called for what, how many units, what they cost.
fn item(charge: &Charge) -> String {
    let target = charge.target.to_string().replace('\\', "\\\\").replace('"', "\\\"");
    let mut text = format!("\"{target}\";for={}", charge.task.name());
    // Writing to a string cannot fail.
    for charged in charge.charged.iter().flatten() {
        let _ = write!(text, ";{}={}", charged.unit, charged.count);
    }
    let _ = write!(text, ";usd={}", in_dollars(charge.usd()));
    text.push_str(if charge.is_estimated { ";estimated" } else { "" });
    text.push_str(if charge.has_failed { ";failed" } else { "" });
    text
}

/// Writes down how many tokens of texts were cut off.
pub(super) fn count_cut(tokens: u64, headers: &mut HeaderMap) {
    if tokens > 0 {
        insert(headers, X_MEDIARY_CUT_TOKENS, &tokens.to_string());
    }
}

/// Writes down what no target is told of.
pub(super) fn name_dropped(dropped: &[String], headers: &mut HeaderMap) {
    if dropped.is_empty() {
        return;
    }
    let mut text = String::new();
    for (index, name) in dropped.iter().enumerate() {
        let before = if index == 0 { "" } else { ", " };
        if text.len() > MOST_DROPPED_BYTES {
            // Writing to a string cannot fail.
            let _ = write!(text, "{before}and {} more", dropped.len() - index);
            break;
        }
        text.push_str(before);
        text.push_str(&shortened(name, MOST_NAME_CHARS));
    }
    insert(headers, X_MEDIARY_DROPPED, &text);
}

fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    // Names out of a catalog or a client's own fields may hold anything; a header cannot.
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic();
    let ascii: Cow<'_, str> = match text.bytes().all(|byte| is_plain(byte.into())) {
        true => text.into(),
        false => text.chars().map(|c| if is_plain(c) { c } else { '?' }).collect(),
    };
    if let Ok(value) = HeaderValue::from_str(&ascii) {
        headers.insert(name, value);
    }
}

/// A member of a list of strings with parameters, as RFC 9651 has it.
fn treatment(note: &TreatmentNote, spelling: &Spelling) -> String {
    let by = note.by.replace('\\', "\\\\").replace('"', "\\\"");
    let mut text = format!("\"{}\";do={};by=\"{by}\"", spelling.place(note.place), note.does);
    if let Some(pages) = note.pages {
        // Writing to a string cannot fail.
        let _ = write!(text, ";pages={pages}");
    }
    if !note.hidden.is_empty() {
        let _ = write!(text, ";hidden=\"{}\"", note.hidden.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use mediary_core::plan::RecipeName;
    use mediary_core::task::PartPath;

    use super::*;

    #[test]
    fn headers_name_what_happened_and_nothing_that_did_not() {
        let note = TreatmentNote {
            pages: Some(3),
            hidden: vec!["tiny_text", "zero_width_text"],
            ..TreatmentNote::new(
                PartPath::Content { message: 2, part: 1 },
                "extract",
                &RecipeName::new("read-\"document"),
            )
        };
        let mut route = Route {
            target: "groq/llama-ü".parse().unwrap(),
            also: vec![],
            wire_format: "openai",
            fallbacks: 0,
            treatments: vec![],
            dropped: vec![],
            account: Account::default(),
            is_cost_known: true,
            status: None,
            cache: None,
        };
        let mut headers = HeaderMap::new();
        describe(&route, &mut headers);
        assert_eq!(headers.len(), 2);
        assert_eq!(
            (&headers[X_ROUTED_VIA], &headers[X_MEDIARY_COST_USD]),
            (&"groq/llama-?".parse().unwrap(), &"0".parse().unwrap())
        );
        route.fallbacks = 2;
        route.also = vec!["groq/other".parse().unwrap()];
        route.treatments = vec![note];
        route.dropped = vec!["seed".into(), "user".into()];
        route.status = Some("no_speech");
        describe(&route, &mut headers);
        assert_eq!(headers[X_ROUTED_VIA], "groq/llama-?, groq/other");
        assert_eq!(headers[X_FALLBACK_ATTEMPTS], "2");
        assert_eq!(
            headers[X_MEDIARY_TREATMENTS],
            r#""messages[2].content[1]";do=extract;by="read-\"document";pages=3;hidden="tiny_text zero_width_text""#
        );
        assert_eq!(headers[X_MEDIARY_DROPPED], "seed, user");
        assert_eq!(headers[X_MEDIARY_STATUS], "no_speech");
    }
}
