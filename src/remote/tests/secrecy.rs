//! Nothing that a provider says reaches a client but where the fault is the client's, and never a key: every dialect,
//! every status, every shape of complaint, with words that each kind of failure is told by.

use http::header::{HeaderMap, HeaderValue};
use mediary_core::task::ReplyFrame;
use mediary_core::{Failure, FailureKind};
use serde_json::json;

use super::{ALL, every_task};
use crate::blame::without_key;
use crate::{Dialect, Frame};

/// A word that only the provider can have said.
const MARKER: &str = "Zanzibar";
/// Keys: like those of known providers, and like none.
const KEYS: [&str; 3] = ["sk-proj-0a1B2c3D4e5F6g7H8i9J", "AIzaSyA0b1C2d3E4f5G6h7", "hunter22-plain"];

const STATUSES: [u16; 16] = [302, 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 498, 500, 503, 529];

/// What providers say, in words that are looked at; `{}` is where marker and key stand.
const SENTENCES: [&str; 18] = [
    "{}",
    "{} maximum context length is 10 tokens, prompt is too long",
    "the input token count exceeds the limit {}",
    "{} violates the content policy and was flagged by moderation; output blocked by content filtering policy",
    "your credit balance is too low, {}",
    "quota exceeded for {}, limit: 0, please retry in 7s",
    "rate limit reached for organisation {}, try again in 20s",
    "you have reached your weekly usage limit {}",
    "Incorrect API key provided: {}",
    "api key not valid {}",
    "the model `{}` does not exist, try pulling it first",
    "model {} requires a subscription",
    "image {} exceeds 5 MB, unsupported image format",
    "unsupported parameter {}",
    "messages: {} is no role",
    "function {} is missing in the schema",
    "{} does not support tools",
    "user location {} is not supported, billing",
];

/// Types, codes and the like that decide by themselves.
const CODES: [&str; 20] = [
    "",
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
    "context_length_exceeded",
    "content_filter",
    "invalid_api_key",
    "insufficient_quota",
    "model_not_found",
    "unsupported_parameter",
    "json_validate_failed",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "an_unknown_code",
];

/// Every code with a plain sentence, and every sentence without a code and with the most usual one.
fn complaints() -> impl Iterator<Item = (&'static str, &'static str)> {
    let coded = CODES.iter().map(|code| (SENTENCES[0], *code));
    coded.chain(SENTENCES.iter().flat_map(|sentence| [(*sentence, CODES[0]), (*sentence, CODES[1])]))
}

/// One complaint in every shape.
fn bodies(said: &str, code: &str) -> Vec<String> {
    let details = json!([
        { "reason": said, "retryDelay": said },
        { "violations": [{ "quotaId": said, "quotaValue": said, "description": said }] },
    ]);
    let google = json!({ "error": { "code": 429, "status": code, "message": said, "details": details } });
    let openai = json!({ "error": { "message": said, "type": code, "param": said, "code": code } });
    let shapes = [
        openai.clone(),
        json!({ "error": { "message": said, "type": said, "param": said, "code": said } }),
        json!({ "type": "error", "error": { "type": code, "message": said, "details": { "error_code": said } }, "request_id": said }),
        google.clone(),
        json!([google]),
        json!({ "error": said }),
        json!({ "error": said, "signin_url": said }),
        json!({ "object": "error", "message": said, "type": code, "code": code }),
        json!({ "object": "error", "message": { "detail": [{ "loc": ["body", said], "msg": said, "type": code }] } }),
        json!({ "detail": said }),
        json!({ "detail": [{ "loc": ["body", "messages", said], "msg": said, "type": code }] }),
        json!({ "errors": [{ "code": code, "message": said }] }),
        json!({ "base_resp": { "status_code": 1008, "status_msg": said } }),
        json!({ "error": { "message": "Provider returned error", "metadata": { "raw": openai.to_string() } } }),
        json!(said),
    ];
    let mut bodies: Vec<String> = shapes.iter().map(ToString::to_string).collect();
    let cut = &bodies[0][..bodies[0].len() - 3];
    bodies.extend([said.to_owned(), format!("<html>{said}</html>"), cut.to_owned(), String::new()]);
    bodies
}

/// Frames of answers that went wrong in each dialect's own way, beside complaints.
fn frames(said: &str) -> Vec<String> {
    let shapes = [
        json!({ "choices": [{ "delta": {}, "finish_reason": "error", "error": { "message": said, "code": 401 } }] }),
        json!({ "choices": [{ "delta": {}, "finish_reason": said }], "id": said, "model": said }),
        json!({ "choices": said }),
        json!({ "choices": [], "error": said, "x_groq": { "error": said } }),
        json!({ "candidates": [{ "finishReason": said }] }),
        json!({ "candidates": said }),
        json!({ "promptFeedback": { "blockReason": said } }),
        json!({ "type": "message_delta", "delta": { "stop_reason": said } }),
        json!({ "type": "message_start", "message": said }),
        json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": 7, "said": said } }),
        json!({ "message": said, "done": said }),
        json!({ "message": { "content": said }, "done": true, "done_reason": said }),
    ];
    shapes.iter().map(ToString::to_string).collect()
}

fn check(dialect: &dyn Dialect, key: &str, failure: Failure, cause: &str) -> FailureKind {
    // As every call of a provider does.
    let Failure { kind, detail, .. } = without_key(failure, Some(key));
    let may_quote = matches!(
        kind,
        FailureKind::Malformed | FailureKind::Unacceptable | FailureKind::ContextTooLong | FailureKind::ContentRefused
    );
    let name = dialect.name();
    assert!(!detail.contains(key), "{name} shows the key: {kind:?} {detail}\n{cause}");
    assert!(may_quote || !detail.contains(MARKER), "{name} quotes its provider: {kind:?} {detail}\n{cause}");
    assert!(!detail.is_empty() && detail.chars().count() < 500, "{name}: {detail}\n{cause}");
    kind
}

#[test]
fn refusals_tell_neither_keys_nor_what_is_not_the_clients() {
    for key in KEYS {
        let said = format!("{MARKER} {key}");
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_str(&said).unwrap());
        headers.insert("x-request-id", HeaderValue::from_str(&said).unwrap());
        for dialect in ALL {
            let mut kinds = std::collections::BTreeSet::new();
            for (sentence, code) in complaints() {
                for body in bodies(&sentence.replace("{}", &said), code) {
                    for status in STATUSES {
                        let failure = dialect.failure(status, &headers, body.as_bytes());
                        kinds.insert(check(dialect, key, failure, &format!("{status} {body}")).name());
                    }
                }
            }
            // Were these rows all read as one thing, they would show nothing.
            assert!(kinds.len() >= 7, "{}: {kinds:?}", dialect.name());
        }
    }
}

#[test]
fn errors_in_answers_tell_neither_keys_nor_what_is_not_the_clients() {
    let tasks = every_task();
    for key in KEYS {
        let said = format!("{MARKER} {key}");
        let complaints = complaints().flat_map(|(sentence, code)| bodies(&sentence.replace("{}", &said), code));
        let all: Vec<String> = complaints.chain(frames(&said)).collect();
        for dialect in ALL {
            for task in &tasks {
                let mut failures = 0;
                for frame in &all {
                    for event in [None, Some("error")] {
                        for stream in [true, false] {
                            let mut reader = dialect.reader(task, stream);
                            let mut into = ReplyFrame::default();
                            let read = reader.read(&Frame { event, data: frame.as_bytes() }, &mut into);
                            if let Err(failure) = read.and_then(|()| reader.end(&mut into)) {
                                failures += 1;
                                check(dialect, key, failure, frame);
                            }
                        }
                    }
                }
                assert!(failures > all.len(), "{} takes complaints for answers", dialect.name());
            }
        }
    }
}
