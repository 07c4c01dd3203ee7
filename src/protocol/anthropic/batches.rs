//! Anthropic's batches of messages: the requests of one, the object, and the lines of its results.

use std::collections::HashSet;
use std::fmt;
use std::io::{BufReader, Read};

use mediary_store::{BatchList, BatchState};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::process::BadField;
use super::super::short_complaint;
use crate::gateway::batches::{Batch, LineOutcome};
use crate::protocol::ollama::rfc3339;

/// Batches in one page of a list.
const MOST_LISTED: u32 = 1_000;
const USUALLY_LISTED: u32 = 20;
const MOST_ID_CHARS: usize = 64;
/// How long a batch may take.
pub const BATCH_SECONDS: i64 = 24 * 3_600;

/// Reads the requests of a batch one after the other, and hands out what each is called and what it asks, until one is not
/// taken.
///
/// # Errors
/// The first field that has a value it cannot have.
pub fn batch_requests(body: impl Read, take: &mut dyn FnMut(String, String) -> bool) -> Result<(), BadField> {
    let mut requests = Requests { take, names: HashSet::new(), bad: None, is_left: false };
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, body));
    let read = json.deserialize_map(&mut requests).and_then(|()| json.end());
    let Requests { names, bad, is_left, .. } = requests;
    match (bad, read) {
        (Some(bad), _) => Err(bad),
        _ if is_left => Ok(()),
        (None, Err(error)) => {
            let message = format!("the JSON body is not a batch of messages: {}", short_complaint(&error));
            Err(BadField { field: String::new(), message })
        }
        (None, Ok(())) if names.is_empty() => Err(bad_requests()),
        (None, Ok(())) => Ok(()),
    }
}

fn bad_requests() -> BadField {
    bad("requests", "`requests` has at least one request".to_owned())
}

/// The requests of a batch as they are read: a body of them is larger than what is kept whole.
struct Requests<'a> {
    take: &'a mut dyn FnMut(String, String) -> bool,
    names: HashSet<String>,
    bad: Option<BadField>,
    /// One was not taken, and the rest is not read.
    is_left: bool,
}

#[derive(Deserialize)]
struct Sent {
    custom_id: String,
    params: Box<RawValue>,
}

impl Requests<'_> {
    /// Looks at a request and hands it out. Gives whether there is use in more.
    fn takes(&mut self, Sent { custom_id, params }: Sent) -> bool {
        let at = self.names.len();
        match checked(at, &custom_id, &params) {
            Ok(()) if self.names.insert(custom_id.clone()) => {}
            Ok(()) => {
                let field = format!("requests[{at}].custom_id");
                let message = format!("`{field}` is that of a request before; each needs one of its own");
                self.bad = Some(bad(&field, message));
                return false;
            }
            Err(fault) => {
                self.bad = Some(fault);
                return false;
            }
        }
        let text: Box<str> = params.into();
        self.is_left = !(self.take)(custom_id, text.into_string());
        !self.is_left
    }
}

/// Whether a request can stand in a batch.
fn checked(at: usize, custom_id: &str, params: &RawValue) -> Result<(), BadField> {
    #[derive(Deserialize)]
    struct Streams {
        #[serde(default)]
        stream: Option<bool>,
    }
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let field = format!("requests[{at}].custom_id");
    if !(1..=MOST_ID_CHARS).contains(&custom_id.len()) || !custom_id.bytes().all(may_stand) {
        let message = format!("`{field}` is 1 to {MOST_ID_CHARS} letters, digits, - and _");
        return Err(bad(&field, message));
    }
    if !params.get().starts_with('{') {
        let field = format!("requests[{at}].params");
        return Err(bad(&field, format!("`{field}` is an object: a request to /v1/messages")));
    }
    if serde_json::from_str::<Streams>(params.get()).is_ok_and(|params| params.stream == Some(true)) {
        let field = format!("requests[{at}].params.stream");
        return Err(bad(&field, "an answer in a batch is no stream; leave `stream` out".to_owned()));
    }
    Ok(())
}

impl<'de> Visitor<'de> for &mut Requests<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `requests`, a list of objects of `custom_id` and `params`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "requests" => map.next_value_seed(&mut *self)?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(sent) = list.next_element::<Sent>()? {
            if !self.takes(sent) {
                // What is wrong, or that there is no use in more, was noted.
                return Err(A::Error::custom("it is not read to its end"));
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Requests<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

/// Which batches a query asks for.
///
/// # Errors
/// The first parameter that has a value it cannot have.
pub fn batch_list(query: &str) -> Result<BatchList, BadField> {
    let mut list = BatchList { limit: USUALLY_LISTED, ..BatchList::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "after_id" => list.after = Some(value.into_owned()),
            "before_id" => list.before = Some(value.into_owned()),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=MOST_LISTED).contains(limit));
                let message = || format!("`limit` is a whole number from 1 to {MOST_LISTED}");
                list.limit = limit.ok_or_else(|| bad("limit", message()))?;
            }
            _ => {}
        }
    }
    Ok(list)
}

/// A batch; `base` is how addresses of this server begin.
#[must_use]
pub fn batch_json(batch: &Batch, base: &str) -> Value {
    let status = match batch.state {
        BatchState::Validating | BatchState::InProgress | BatchState::Finalizing => "in_progress",
        BatchState::Cancelling => "canceling",
        BatchState::Completed | BatchState::Failed | BatchState::Expired | BatchState::Cancelled => "ended",
    };
    let at = |seconds: i64| rfc3339(u64::try_from(seconds).unwrap_or(0));
    let (cancelled, expired) = (batch.outcome.cancelled, batch.outcome.expired);
    let given_up = i64::try_from(cancelled.saturating_add(expired)).unwrap_or(i64::MAX);
    let has_results = batch.state.is_over() && batch.outcome.output_file.is_some();
    let results = has_results.then(|| format!("{base}/v1/messages/batches/{}/results", batch.id));
    json!({
        "id": batch.id,
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {
            "processing": (batch.total - batch.completed - batch.failed).max(0),
            "succeeded": batch.completed,
            "errored": (batch.failed - given_up).max(0),
            "canceled": cancelled,
            "expired": expired,
        },
        "ended_at": batch.ended_at.map(at),
        "created_at": at(batch.created_at),
        "expires_at": at(batch.expires_at),
        "archived_at": null,
        "cancel_initiated_at": batch.times.at(BatchState::Cancelling).map(at),
        "results_url": results,
    })
}

/// A page of a list.
#[must_use]
pub fn batches_json(batches: &[Batch], has_more: bool, base: &str) -> Value {
    let id = |batch: Option<&Batch>| batch.map(|batch| batch.id.clone());
    json!({
        "data": batches.iter().map(|batch| batch_json(batch, base)).collect::<Vec<_>>(),
        "first_id": id(batches.first()),
        "last_id": id(batches.last()),
        "has_more": has_more,
    })
}

/// A batch that was removed.
#[must_use]
pub fn batch_removed(id: &str) -> Value {
    json!({ "id": id, "type": "message_batch_deleted" })
}

/// Writes down what came of a request.
#[must_use]
pub fn batch_line_json(custom_id: &str, outcome: &LineOutcome) -> String {
    let result = match outcome {
        LineOutcome::Answered { status, request_id, body } => {
            let body = serde_json::from_str::<Value>(body).unwrap_or_else(|_| Value::from(body.as_str()));
            match (200..300).contains(status) {
                true => json!({ "type": "succeeded", "message": body }),
                false => json!({ "type": "errored", "error": error_of(body, request_id) }),
            }
        }
        LineOutcome::GivenUp { code, .. } if code == "batch_cancelled" => json!({ "type": "canceled" }),
        LineOutcome::GivenUp { code, .. } if code == "batch_expired" => json!({ "type": "expired" }),
        LineOutcome::GivenUp { code, message } => {
            let error = json!({ "type": "api_error", "message": message, "code": code });
            json!({ "type": "errored", "error": { "type": "error", "error": error, "request_id": null } })
        }
    };
    json!({ "custom_id": custom_id, "result": result }).to_string()
}

/// An error as it was answered, in its usual shape whatever that was.
fn error_of(body: Value, request_id: &str) -> Value {
    if body["type"] == "error" {
        return body;
    }
    let message = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    json!({ "type": "error", "error": { "type": "api_error", "message": message }, "request_id": request_id })
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_names_of_their_own() {
        let read = |body: &str| {
            let mut sent = Vec::new();
            let mut take = |name: String, body: String| {
                sent.push((name, body));
                sent.len() < 3
            };
            batch_requests(body.as_bytes(), &mut take).map(|()| sent)
        };
        let of = |requests: Value| read(&json!({ "before": [1, { "x": null }], "requests": requests }).to_string());
        let one = |id: &str| json!({ "custom_id": id, "params": { "max_tokens": 1 } });
        let pair = |id: &str| (id.to_owned(), r#"{"max_tokens":1}"#.to_owned());
        assert_eq!(of(json!([one("a"), one("b-_1")])), Ok(vec![pair("a"), pair("b-_1")]));
        for (requests, field) in [
            (json!([]), "requests"),
            (json!([one("a"), one("a")]), "requests[1].custom_id"),
            (json!([one("a b")]), "requests[0].custom_id"),
            (json!([one(&"a".repeat(65))]), "requests[0].custom_id"),
            (json!([{ "custom_id": "a", "params": 1 }]), "requests[0].params"),
            (json!([{ "custom_id": "a", "params": { "stream": true } }]), "requests[0].params.stream"),
        ] {
            assert_eq!(of(requests).unwrap_err().field, field);
        }
        // No more is read than is taken, and what is no JSON is none behind it as well.
        assert_eq!(of(json!([one("a"), one("b"), one("c"), one("c")])).map(|sent| sent.len()), Ok(3));
        let torn = r#"{"requests":[{"custom_id":"a","params":{}}"#;
        for body in [torn, "[]", "", r#"{"requests":{}}"#, r#"{"requests":[{"custom_id":"a","params":{}}]} x"#] {
            assert!(read(body).unwrap_err().message.contains("not a batch of messages"), "{body}");
        }
        assert_eq!(read("{}").unwrap_err().field, "requests");
    }

    #[test]
    fn what_came_of_a_request_is_one_of_four_things() {
        let result = |outcome: LineOutcome| {
            let line: Value = serde_json::from_str(&batch_line_json("c", &outcome)).unwrap();
            assert_eq!(line["custom_id"], "c");
            line["result"].clone()
        };
        let answered = |status, body: &str| {
            result(LineOutcome::Answered { status, request_id: "r".to_owned(), body: body.to_owned() })
        };
        let given_up = |code: &str| result(LineOutcome::GivenUp { code: code.to_owned(), message: "m".to_owned() });
        assert_eq!(answered(200, r#"{"id":"m"}"#), json!({ "type": "succeeded", "message": { "id": "m" } }));
        let error =
            json!({ "type": "error", "error": { "type": "not_found_error", "message": "w" }, "request_id": "r" });
        assert_eq!(answered(404, &error.to_string()), json!({ "type": "errored", "error": error }));
        assert_eq!(answered(500, "words")["error"]["error"]["message"], "words");
        assert_eq!(
            (given_up("batch_cancelled"), given_up("batch_expired")),
            (json!({ "type": "canceled" }), json!({ "type": "expired" }))
        );
        assert_eq!(given_up("unknown_outcome")["error"]["error"]["code"], "unknown_outcome");
    }
}
