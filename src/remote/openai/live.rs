//! Live conversations in OpenAI's realtime interface (GA): events pass as they are.

use std::collections::VecDeque;

use http::Method;
use mediary_core::Failure;
use mediary_core::live::{LiveForm, LiveHeard, LiveSaid, LiveSettings, LiveSetup, LiveToken, LiveUsage, ResponseState};
use mediary_core::task::ToolCall;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::blame;
use crate::live::{LiveDialect, LiveWire, TokenCall};

/// OpenAI's.
#[derive(Debug)]
pub(super) struct Realtime;

impl LiveDialect for Realtime {
    fn form(&self) -> LiveForm {
        LiveForm::Events
    }

    fn address(&self, base_url: &str, model: &str) -> String {
        format!("{base_url}/realtime?model={}", utf8_percent_encode(model, NON_ALPHANUMERIC))
    }

    fn wire(&self, _setup: LiveSetup) -> Box<dyn LiveWire> {
        Box::new(Events)
    }

    fn token(&self, base_url: &str, model: &str, settings: &LiveSettings, (now, begins_by): (u64, u64)) -> TokenCall {
        let mut session = settings.written.clone();
        session.insert("model".to_owned(), model.into());
        let body = json!({
            "expires_after": { "anchor": "created_at", "seconds": begins_by.saturating_sub(now) },
            "session": session,
        });
        TokenCall {
            method: Method::POST,
            address: format!("{base_url}/realtime/client_secrets"),
            body: body.to_string().into(),
        }
    }

    fn token_of(&self, body: &[u8], base_url: &str, model: &str, until: (u64, u64)) -> Result<LiveToken, Failure> {
        let told: Value = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let value = told["value"].as_str().ok_or_else(|| blame::garbled("it is no token"))?;
        Ok(LiveToken {
            value: value.to_owned(),
            expires_at: told["expires_at"].as_u64().unwrap_or(until.1),
            connect_url: self.address(base_url, model).replacen("http", "ws", 1),
            session: told.get("session").filter(|session| session.is_object()).cloned(),
        })
    }
}

/// Events as they are.
#[derive(Debug)]
struct Events;

impl LiveWire for Events {
    fn opening(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn is_ready(&self) -> bool {
        true
    }

    fn say(&mut self, said: LiveSaid) -> Vec<String> {
        match said {
            LiveSaid::Event(event) => vec![event],
            // Such targets are told events alone.
            LiveSaid::Begins | LiveSaid::Sound(_) | LiveSaid::Ends | LiveSaid::Words(_) | LiveSaid::Result { .. } => {
                Vec::new()
            }
        }
    }

    fn hear(&mut self, message: &str, heard: &mut VecDeque<LiveHeard>) -> Result<(), Failure> {
        heard.push_back(LiveHeard::Event(message.to_owned()));
        // Most are pieces of sound, of which nothing follows; they are not read.
        if FOLLOWED.iter().any(|kind| message.contains(kind)) {
            let told: Value = serde_json::from_str(message).unwrap_or_default();
            noted(&told, heard);
        }
        Ok(())
    }
}

/// The events of which something follows.
const FOLLOWED: [&str; 3] =
    ["response.created", "response.done", "conversation.item.input_audio_transcription.completed"];

fn noted(told: &Value, heard: &mut VecDeque<LiveHeard>) {
    let response = &told["response"];
    match told["type"].as_str() {
        Some("response.created") => {
            heard.push_back(LiveHeard::Answers(response["id"].as_str().unwrap_or_default().to_owned()));
        }
        Some("response.done") => {
            let contents = response["output"].as_array().into_iter().flatten();
            let contents = contents.flat_map(|item| item["content"].as_array().into_iter().flatten());
            let words = contents.filter_map(|part| part["transcript"].as_str().or(part["text"].as_str()));
            let words: Vec<&str> = words.collect();
            if !words.is_empty() {
                heard.push_back(LiveHeard::Words(words.join("\n")));
            }
            let calls: Vec<ToolCall> =
                response["output"].as_array().into_iter().flatten().filter_map(function_call).collect();
            if !calls.is_empty() {
                heard.push_back(LiveHeard::Calls(calls));
            }
            heard.push_back(LiveHeard::Used(used(&response["usage"])));
            heard.push_back(match ended(response) {
                ResponseState::Completed => LiveHeard::Over,
                otherwise => LiveHeard::Ended(otherwise),
            });
        }
        Some("conversation.item.input_audio_transcription.completed") => {
            heard.extend(told["transcript"].as_str().map(|words| LiveHeard::Asked(words.to_owned())));
        }
        _ => {}
    }
}

/// The call of a function that a piece of an answer is.
fn function_call(item: &Value) -> Option<ToolCall> {
    let text = |name: &str| item[name].as_str().map(str::to_owned);
    let is_call = item["type"] == "function_call";
    let (id, name) = (text("call_id").filter(|_| is_call)?, text("name")?);
    Some(ToolCall { id, name, arguments: text("arguments").unwrap_or_else(|| "{}".to_owned()), signature: None })
}

/// How an answer has ended, as it says itself.
fn ended(response: &Value) -> ResponseState {
    let reason = response.pointer("/status_details/reason").and_then(Value::as_str);
    match (response["status"].as_str(), reason) {
        (Some("failed"), _) => ResponseState::Failed,
        (Some("cancelled"), Some("turn_detected")) => ResponseState::Interrupted,
        (Some("cancelled"), _) => ResponseState::Cancelled,
        (Some("incomplete"), Some("content_filter")) => ResponseState::Filtered,
        (Some("incomplete"), _) => ResponseState::CutOff,
        (Some(_) | None, _) => ResponseState::Completed,
    }
}

fn used(usage: &Value) -> LiveUsage {
    let count = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or_default();
    LiveUsage {
        input: count("/input_tokens"),
        input_sound: count("/input_token_details/audio_tokens"),
        cached: count("/input_token_details/cached_tokens"),
        output: count("/output_tokens"),
        output_sound: count("/output_token_details/audio_tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(message: &Value) -> Vec<LiveHeard> {
        let mut heard = VecDeque::new();
        Realtime.wire(LiveSetup::default()).hear(&message.to_string(), &mut heard).unwrap();
        heard.drain(1..).collect()
    }

    #[test]
    fn what_follows_from_events_is_told_besides() {
        let usage = LiveUsage { input: 9, input_sound: 4, cached: 1, output: 5, output_sound: 2 };
        let call = ToolCall { id: "7".to_owned(), name: "f".to_owned(), arguments: "{}".to_owned(), signature: None };
        let none = LiveUsage::default();
        let rows: [(Value, Vec<LiveHeard>); 5] = [
            (
                json!({"type": "response.done", "response": {
                    "output": [{"type": "function_call", "call_id": "7", "name": "f", "arguments": "{}"}]}}),
                vec![LiveHeard::Calls(vec![call]), LiveHeard::Used(none), LiveHeard::Over],
            ),
            (json!({"type": "response.output_audio.delta", "delta": "AA=="}), vec![]),
            (json!({"type": "response.created", "response": {"id": "r"}}), vec![LiveHeard::Answers("r".to_owned())]),
            (
                json!({"type": "response.done", "response": {
                    "output": [{"content": [{"type": "output_audio", "transcript": "hi"}]}],
                    "usage": {"input_tokens": 9, "output_tokens": 5,
                        "input_token_details": {"audio_tokens": 4, "cached_tokens": 1},
                        "output_token_details": {"audio_tokens": 2}}}}),
                vec![LiveHeard::Words("hi".to_owned()), LiveHeard::Used(usage), LiveHeard::Over],
            ),
            (
                json!({"type": "conversation.item.input_audio_transcription.completed", "transcript": "ho"}),
                vec![LiveHeard::Asked("ho".to_owned())],
            ),
        ];
        for (message, expected) in rows {
            assert_eq!(heard(&message), expected, "{message}");
        }
    }

    #[test]
    fn an_answer_ends_as_it_says() {
        let ended = |status: &str, reason: &str| {
            let response = json!({ "status": status, "status_details": { "reason": reason }, "usage": null });
            heard(&json!({ "type": "response.done", "response": response })).pop()
        };
        let rows = [
            ("completed", "", LiveHeard::Over),
            ("failed", "", LiveHeard::Ended(ResponseState::Failed)),
            ("cancelled", "turn_detected", LiveHeard::Ended(ResponseState::Interrupted)),
            ("cancelled", "client_cancelled", LiveHeard::Ended(ResponseState::Cancelled)),
            ("incomplete", "max_output_tokens", LiveHeard::Ended(ResponseState::CutOff)),
            ("incomplete", "content_filter", LiveHeard::Ended(ResponseState::Filtered)),
        ];
        for (status, reason, expected) in rows {
            assert_eq!(ended(status, reason), Some(expected), "{status} {reason}");
        }
    }

    #[test]
    fn a_token_holds_the_settings_as_they_were_written() {
        let mut settings = LiveSettings::default();
        settings.written.insert("instructions".to_owned(), "Be brief.".into());
        let call = Realtime.token("https://h/v1", "gpt-realtime", &settings, (100, 700));
        assert_eq!(call.address, "https://h/v1/realtime/client_secrets");
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(body["expires_after"]["seconds"], 600);
        assert_eq!(body["session"], json!({"instructions": "Be brief.", "model": "gpt-realtime"}));
        let token = Realtime.token_of(br#"{"value":"ek_1","expires_at":7}"#, "https://h/v1", "m", (0, 1)).unwrap();
        assert_eq!((token.value.as_str(), token.expires_at), ("ek_1", 7));
        assert_eq!(token.connect_url, "wss://h/v1/realtime?model=m");
    }
}
