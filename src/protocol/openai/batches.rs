//! OpenAI's batches: the request for one, the lines of its file, the lines of what came of them, and the object itself.

use std::collections::BTreeMap;

use mediary_store::{BatchList, BatchState};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::process::BadField;
use super::super::{from_json, short_complaint};
use crate::gateway::batches::{Batch, BatchAsked, HANDOVER_NOTE, LineFault, LineOutcome, ReadLine};

/// Where lines may go.
pub const BATCH_ENDPOINTS: [&str; 8] = [
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/moderations",
    "/v1/images/generations",
    "/v1/ocr",
    "/v1/audio/transcriptions",
];

/// Batches in one page of a list.
const MOST_LISTED: u32 = 100;
const USUALLY_LISTED: u32 = 20;
/// The longest time that a batch may take, in hours.
const MOST_HOURS: i64 = 168;
/// How long files of batches may be kept, in seconds.
const LIVES: std::ops::RangeInclusive<i64> = 3_600..=2_592_000;
const MOST_PAIRS: usize = 16;
const MOST_KEY_CHARS: usize = 64;
const MOST_VALUE_CHARS: usize = 512;
const MOST_ID_CHARS: usize = 512;

/// A request for a batch.
///
/// # Errors
/// The first field that has a value it cannot have.
pub fn batch_asked(body: &[u8]) -> Result<(BatchAsked, i64), BadField> {
    #[derive(Deserialize)]
    struct Body {
        input_file_id: String,
        endpoint: String,
        completion_window: String,
        #[serde(default)]
        metadata: Option<BTreeMap<String, String>>,
        #[serde(default)]
        output_expires_after: Option<After>,
    }
    #[derive(Deserialize)]
    struct After {
        #[serde(default)]
        anchor: Option<String>,
        seconds: i64,
    }
    let Body { input_file_id, endpoint, completion_window, metadata, output_expires_after } =
        from_json(body, "a batch")?;
    if !BATCH_ENDPOINTS.contains(&endpoint.as_str()) {
        let message = format!("`{endpoint}` is no endpoint of batches; use {}", BATCH_ENDPOINTS.join(", "));
        return Err(bad("endpoint", message));
    }
    let hours = completion_window.strip_suffix('h').and_then(|hours| hours.parse::<i64>().ok());
    let Some(hours) = hours.filter(|hours| (1..=MOST_HOURS).contains(hours)) else {
        let message = format!("`completion_window` is 24h, or another number of hours from 1h to {MOST_HOURS}h");
        return Err(bad("completion_window", message));
    };
    let metadata = metadata.unwrap_or_default();
    let fits = |(key, value): (&String, &String)| {
        key.chars().count() <= MOST_KEY_CHARS && value.chars().count() <= MOST_VALUE_CHARS
    };
    if metadata.len() > MOST_PAIRS || !metadata.iter().all(fits) {
        let message = format!(
            "`metadata` has at most {MOST_PAIRS} pairs, of names up to {MOST_KEY_CHARS} and values up to {MOST_VALUE_CHARS} \
             characters"
        );
        return Err(bad("metadata", message));
    }
    if metadata.get(HANDOVER_NOTE).is_some_and(|said| !matches!(said.as_str(), "allow" | "never")) {
        return Err(bad("metadata", format!("`{HANDOVER_NOTE}` in `metadata` is allow or never")));
    }
    let output_life = match output_expires_after {
        Some(After { anchor, .. }) if anchor.as_deref().is_some_and(|anchor| anchor != "created_at") => {
            let message = "`output_expires_after` counts from created_at".to_owned();
            return Err(bad("output_expires_after.anchor", message));
        }
        Some(After { seconds, .. }) if !LIVES.contains(&seconds) => {
            let message = format!("`seconds` is a whole number from {} to {}", LIVES.start(), LIVES.end());
            return Err(bad("output_expires_after.seconds", message));
        }
        Some(After { seconds, .. }) => Some(seconds),
        None => None,
    };
    let asked = BatchAsked {
        endpoint,
        input_file: Some(input_file_id),
        window: completion_window,
        metadata,
        output_life,
        ..BatchAsked::default()
    };
    Ok((asked, hours * 3_600))
}

/// Which batches a query asks for.
///
/// # Errors
/// The first parameter that has a value it cannot have.
pub fn batch_list(query: &str) -> Result<BatchList, BadField> {
    let mut list = BatchList { limit: USUALLY_LISTED, ..BatchList::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "after" => list.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
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

/// Reads a line of a batch's file.
///
/// # Errors
/// What is wrong with it.
pub fn batch_line(endpoint: &str, text: &str) -> Result<ReadLine, LineFault> {
    #[derive(Deserialize)]
    struct Line<'a> {
        #[serde(default)]
        custom_id: Option<Value>,
        #[serde(default)]
        method: Option<Value>,
        #[serde(default)]
        url: Option<Value>,
        #[serde(default, borrow)]
        body: Option<&'a RawValue>,
    }
    #[derive(Default, Deserialize)]
    struct Wishes {
        #[serde(default)]
        stream: Option<Value>,
        #[serde(default)]
        background: Option<Value>,
    }
    let no_object = |why: &str| LineFault::new("invalid_json_line", format!("the line is no JSON object{why}"));
    // A list would be read as the fields in their order.
    if !text.starts_with('{') {
        return Err(no_object(""));
    }
    let read: Result<Line<'_>, _> = serde_json::from_str(text);
    let line = read.map_err(|error| no_object(&format!(": {}", short_complaint(&error))))?;
    let missing = |field: &str, what: &str| {
        LineFault::new("missing_required_parameter", format!("`{field}` {what}")).about(field)
    };
    let custom_id = line.custom_id.as_ref().and_then(Value::as_str).filter(|id| !id.is_empty());
    let custom_id = custom_id.filter(|id| id.chars().count() <= MOST_ID_CHARS);
    let custom_id = custom_id.ok_or_else(|| {
        missing("custom_id", &format!("is a text of up to {MOST_ID_CHARS} characters, by which the answer is found"))
    })?;
    if line.method.as_ref().and_then(Value::as_str) != Some("POST") {
        return Err(LineFault::new("invalid_method", "`method` is POST").about("method"));
    }
    if line.url.as_ref().and_then(Value::as_str) != Some(endpoint) {
        let message = format!("`url` is the endpoint of the batch, {endpoint}");
        return Err(LineFault::new("mismatched_endpoint", message).about("url"));
    }
    let body = line.body.map(RawValue::get).filter(|body| body.starts_with('{'));
    let body = body.ok_or_else(|| missing("body", "is a JSON object: the request itself"))?;
    let wishes = serde_json::from_str::<Wishes>(body).unwrap_or_default();
    let is_on = |wish: Option<Value>| wish.is_some_and(|wish| wish != Value::Bool(false) && !wish.is_null());
    if is_on(wishes.stream) {
        let message = "an answer in a batch is no stream; leave `stream` out";
        return Err(LineFault::new("invalid_value", message).about("body.stream"));
    }
    if is_on(wishes.background) {
        let message = "a batch is answered in the background as it is; leave `background` out";
        return Err(LineFault::new("invalid_value", message).about("body.background"));
    }
    Ok(ReadLine { custom_id: custom_id.to_owned(), body: body.to_owned() })
}

/// Writes down what came of a line.
#[must_use]
pub fn batch_line_json(id: &str, custom_id: &str, outcome: &LineOutcome) -> String {
    let (response, error) = match outcome {
        LineOutcome::Answered { status, request_id, body } => {
            let body = serde_json::from_str::<Value>(body).unwrap_or_else(|_| Value::from(body.as_str()));
            (json!({ "status_code": status, "request_id": request_id, "body": body }), Value::Null)
        }
        LineOutcome::GivenUp { code, message } => (Value::Null, json!({ "code": code, "message": message })),
    };
    json!({ "id": id, "custom_id": custom_id, "response": response, "error": error }).to_string()
}

/// A batch.
#[must_use]
pub fn batch_json(batch: &Batch) -> Value {
    let at = |state| batch.times.at(state);
    let outcome = Some(&batch.outcome).filter(|_| batch.state.is_over());
    let fault = |fault: &LineFault| json!({ "code": fault.code, "line": fault.line, "message": fault.message, "param": fault.param });
    let faults: Vec<Value> = batch.outcome.faults.iter().map(fault).collect();
    let errors = if faults.is_empty() { Value::Null } else { json!({ "object": "list", "data": faults }) };
    json!({
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.asked.endpoint,
        "errors": errors,
        "input_file_id": batch.asked.input_file,
        "completion_window": batch.asked.window,
        "status": batch.state.name(),
        "output_file_id": outcome.and_then(|outcome| outcome.output_file.as_ref()),
        "error_file_id": outcome.and_then(|outcome| outcome.error_file.as_ref()),
        "created_at": batch.created_at,
        "in_progress_at": at(BatchState::InProgress),
        "expires_at": batch.expires_at,
        "finalizing_at": at(BatchState::Finalizing),
        "completed_at": at(BatchState::Completed),
        "failed_at": at(BatchState::Failed),
        "expired_at": at(BatchState::Expired),
        "cancelling_at": at(BatchState::Cancelling),
        "cancelled_at": at(BatchState::Cancelled),
        "request_counts": { "total": batch.total, "completed": batch.completed, "failed": batch.failed },
        "metadata": batch.asked.metadata,
    })
}

/// A page of a list.
#[must_use]
pub fn batches_json(batches: &[Batch], has_more: bool) -> Value {
    let id = |batch: Option<&Batch>| batch.map(|batch| batch.id.clone());
    json!({
        "object": "list",
        "data": batches.iter().map(batch_json).collect::<Vec<_>>(),
        "first_id": id(batches.first()),
        "last_id": id(batches.last()),
        "has_more": has_more,
    })
}

/// A batch that was removed.
#[must_use]
pub fn batch_removed(id: &str) -> Value {
    json!({ "id": id, "object": "batch", "deleted": true })
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_asked_for_with_a_file_an_endpoint_and_a_time() {
        let asked = |over: Value| {
            let mut body =
                json!({ "input_file_id": "file-1", "endpoint": "/v1/embeddings", "completion_window": "24h" });
            let (Some(body_map), Value::Object(over)) = (body.as_object_mut(), over) else { unreachable!() };
            body_map.extend(over);
            batch_asked(body.to_string().as_bytes())
        };
        let (its, seconds) = asked(
            json!({ "metadata": { "a": "b" }, "output_expires_after": { "anchor": "created_at", "seconds": 3600 } }),
        )
        .unwrap();
        assert_eq!((its.input_file.as_deref(), its.output_life, seconds), (Some("file-1"), Some(3_600), 86_400));
        assert_eq!(its.metadata["a"], "b");
        assert_eq!(asked(json!({ "completion_window": "1h" })).unwrap().1, 3_600);
        let pairs: BTreeMap<String, String> = (0..17).map(|at| (at.to_string(), String::new())).collect();
        for (over, field) in [
            (json!({ "endpoint": "/v1/nothing" }), "endpoint"),
            (json!({ "completion_window": "0h" }), "completion_window"),
            (json!({ "completion_window": "soon" }), "completion_window"),
            (json!({ "metadata": pairs }), "metadata"),
            (json!({ "metadata": { "a": "x".repeat(513) } }), "metadata"),
            (json!({ "output_expires_after": { "seconds": 1 } }), "output_expires_after.seconds"),
            (json!({ "output_expires_after": { "anchor": "now", "seconds": 3600 } }), "output_expires_after.anchor"),
        ] {
            assert_eq!(asked(over).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_line_is_read_whole_or_its_fault_is_told() {
        let of = |text: &str| batch_line("/v1/embeddings", text);
        let line = r#"{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"b":1.0,"a":[ 2]}}"#;
        assert_eq!(of(line), Ok(ReadLine { custom_id: "a".to_owned(), body: r#"{"b":1.0,"a":[ 2]}"#.to_owned() }));
        for (text, code, param) in [
            ("{", "invalid_json_line", None),
            ("[]", "invalid_json_line", None),
            (r#"{"method":"POST"}"#, "missing_required_parameter", Some("custom_id")),
            (r#"{"custom_id":7}"#, "missing_required_parameter", Some("custom_id")),
            (r#"{"custom_id":"a","method":"GET"}"#, "invalid_method", Some("method")),
            (r#"{"custom_id":"a","method":"POST","url":"/v1/chat/completions"}"#, "mismatched_endpoint", Some("url")),
            (r#"{"custom_id":"a","method":"POST","url":"/v1/embeddings"}"#, "missing_required_parameter", Some("body")),
            (
                r#"{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":"x"}"#,
                "missing_required_parameter",
                Some("body"),
            ),
            (
                r#"{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"stream":true}}"#,
                "invalid_value",
                Some("body.stream"),
            ),
        ] {
            let fault = of(text).unwrap_err();
            assert_eq!((fault.code.as_str(), fault.param.as_deref()), (code, param), "{text}");
        }
    }

    #[test]
    fn what_came_of_a_line_stands_in_one_line() {
        let answered = |body: &str| {
            let outcome = LineOutcome::Answered { status: 200, request_id: "r".to_owned(), body: body.to_owned() };
            batch_line_json("i", "c", &outcome)
        };
        let expected =
            r#"{"id":"i","custom_id":"c","response":{"status_code":200,"request_id":"r","body":{"a":1}},"error":null}"#;
        assert_eq!(answered("{\n \"a\": 1\n}"), expected);
        assert!(answered("1\n00:00 --> 00:01\n").contains(r#""body":"1\n00:00 --> 00:01\n""#));
        let given_up = LineOutcome::GivenUp { code: "batch_expired".to_owned(), message: "m".to_owned() };
        let expected = r#"{"id":"i","custom_id":"c","response":null,"error":{"code":"batch_expired","message":"m"}}"#;
        assert_eq!(batch_line_json("i", "c", &given_up), expected);
    }

    #[test]
    fn a_list_is_asked_for_in_pages() {
        let list = BatchList { after: Some("batch_1".to_owned()), before: None, limit: 2 };
        assert_eq!(batch_list("limit=2&after=batch_1").unwrap(), list);
        assert_eq!(batch_list("limit=101").unwrap_err().field, "limit");
    }
}
