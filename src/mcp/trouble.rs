//! Why a tool gave nothing: a sentence for the model that called it, which says what to do.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::RETRY_AFTER;
use serde_json::Value;

/// A sentence that says what is wrong, and what to do.
#[derive(Debug)]
pub(super) struct Trouble(String);

impl Trouble {
    /// Of these words.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// What a route answered in place of what was asked for.
    pub(super) fn refused(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &body["error"];
        let message = error["message"].as_str().map(str::to_owned);
        let mut words = message.unwrap_or_else(|| format!("The server answered with status {status} and no reason."));
        if let Some(param) = error["param"].as_str().filter(|param| !words.contains(param)) {
            words = format!("`{param}`: {words}");
        }
        let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        if let Some(seconds) = wait.filter(|_| !words.to_lowercase().contains("try again")) {
            words = format!("{} Try again in {seconds} s.", ended(words));
        }
        match error["code"].as_str() {
            Some(code) => Self(format!("{} ({code})", ended(words))),
            None => Self(words),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The words with a full stop.
fn ended(words: String) -> String {
    if words.ends_with(['.', '!', '?']) { words } else { words + "." }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_of_a_route_becomes_a_sentence_that_says_what_to_do() {
        let rows = [
            (
                400,
                None,
                json!({"error": {"message": "send a text", "param": "input", "code": "bad_field"}}),
                "`input`: send a text. (bad_field)",
            ),
            (
                400,
                None,
                json!({"error": {"message": "`input` is no text.", "param": "input", "code": null}}),
                "`input` is no text.",
            ),
            (
                429,
                Some("7"),
                json!({"error": {"message": "All limits are reached", "code": "rate_limit_exceeded"}}),
                "All limits are reached. Try again in 7 s. (rate_limit_exceeded)",
            ),
            (
                503,
                Some("7"),
                json!({"error": {"message": "It is busy. Try again in 7 s.", "code": "busy"}}),
                "It is busy. Try again in 7 s. (busy)",
            ),
            (502, None, json!("a page"), "The server answered with status 502 and no reason."),
        ];
        for (status, wait, body, expected) in rows {
            let mut headers = HeaderMap::new();
            if let Some(wait) = wait {
                headers.insert(RETRY_AFTER, wait.parse().unwrap());
            }
            assert_eq!(Trouble::refused(status, &headers, body.to_string().as_bytes()).to_string(), expected);
        }
    }
}
