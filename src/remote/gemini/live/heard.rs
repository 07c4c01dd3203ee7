//! What Gemini's Live API tells.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::live::{LiveHeard, LiveUsage};
use mediary_core::task::ToolCall;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

use crate::blame;

/// Reads a message.
pub(super) fn read(message: &Value, heard: &mut VecDeque<LiveHeard>) -> Result<(), Failure> {
    if let Some(error) = message.get("error") {
        let told = error["message"].as_str().unwrap_or("the provider gives no reason");
        return Err(Failure::new(FailureKind::Garbled, told));
    }
    if let Some(content) = message.get("serverContent") {
        said(content, heard)?;
    }
    let calls = message["toolCall"]["functionCalls"].as_array().into_iter().flatten().map(|call| {
        let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
        let arguments = call.get("args").filter(|args| args.is_object());
        let arguments = arguments.map_or_else(|| "{}".to_owned(), Value::to_string);
        ToolCall { id: text("id"), name: text("name"), arguments, signature: None }
    });
    let calls: Vec<ToolCall> = calls.collect();
    if let Some(usage) = message.get("usageMetadata") {
        heard.push_back(LiveHeard::Used(used(usage)));
    }
    if !calls.is_empty() {
        heard.push_back(LiveHeard::Calls(calls));
    }
    let content = &message["serverContent"];
    // Told after what it took, which comes with the same message.
    if content["interrupted"] == true {
        heard.push_back(LiveHeard::Interrupted);
    }
    if content["turnComplete"] == true {
        heard.push_back(LiveHeard::Over);
    }
    if message.get("goAway").is_some() {
        heard.push_back(LiveHeard::Leaves);
    }
    Ok(())
}

fn said(content: &Value, heard: &mut VecDeque<LiveHeard>) -> Result<(), Failure> {
    let text = |name: &str| content[name]["text"].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    heard.extend(text("inputTranscription").map(LiveHeard::Asked));
    heard.extend(text("outputTranscription").map(LiveHeard::Words));
    for part in content["modelTurn"]["parts"].as_array().into_iter().flatten() {
        // What it thinks is not said.
        if part["thought"] == true {
            continue;
        }
        if let Some(words) = part["text"].as_str().filter(|words| !words.is_empty()) {
            heard.push_back(LiveHeard::Words(words.to_owned()));
        }
        if let Some(data) = part["inlineData"]["data"].as_str() {
            let samples = STANDARD.decode(data).map_err(|_| blame::garbled("its sound is no base64"))?;
            heard.push_back(LiveHeard::Sound(samples.into()));
        }
    }
    Ok(())
}

fn used(usage: &Value) -> LiveUsage {
    let count = |name: &str| usage[name].as_u64().unwrap_or_default();
    let sound = |name: &str| {
        let details = usage[name].as_array().into_iter().flatten();
        let sound = details.filter(|detail| detail["modality"] == "AUDIO");
        sound.filter_map(|detail| detail["tokenCount"].as_u64()).sum()
    };
    LiveUsage {
        input: count("promptTokenCount"),
        input_sound: sound("promptTokensDetails"),
        cached: count("cachedContentTokenCount"),
        output: count("responseTokenCount") + count("thoughtsTokenCount"),
        output_sound: sound("responseTokensDetails"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn heard(message: &Value) -> Vec<LiveHeard> {
        let mut heard = VecDeque::new();
        read(message, &mut heard).unwrap();
        heard.into()
    }

    #[test]
    fn everything_that_is_told_is_heard() {
        let call =
            ToolCall { id: "1".to_owned(), name: "f".to_owned(), arguments: "{\"a\":1}".to_owned(), signature: None };
        let usage = LiveUsage { input: 10, input_sound: 7, cached: 2, output: 5, output_sound: 4 };
        let rows: [(Value, Vec<LiveHeard>); 9] = [
            (json!({"setupComplete": {}}), vec![]),
            (json!({"serverContent": {"inputTranscription": {"text": "hi"}}}), vec![LiveHeard::Asked("hi".to_owned())]),
            (
                json!({"serverContent": {"outputTranscription": {"text": "ho"}, "modelTurn": {"parts": [
                    {"thought": true, "text": "hm"},
                    {"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "AAE="}}]}}}),
                vec![LiveHeard::Words("ho".to_owned()), LiveHeard::Sound(vec![0, 1].into())],
            ),
            (
                json!({"serverContent": {"modelTurn": {"parts": [{"text": "t"}]}}}),
                vec![LiveHeard::Words("t".to_owned())],
            ),
            (json!({"serverContent": {"interrupted": true}}), vec![LiveHeard::Interrupted]),
            (json!({"serverContent": {"generationComplete": true}}), vec![]),
            (
                json!({"toolCall": {"functionCalls": [{"id": "1", "name": "f", "args": {"a": 1}}]}}),
                vec![LiveHeard::Calls(vec![call])],
            ),
            (
                json!({"serverContent": {"turnComplete": true}, "usageMetadata": {"promptTokenCount": 10,
                    "responseTokenCount": 5, "cachedContentTokenCount": 2,
                    "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 7}, {"modality": "TEXT", "tokenCount": 3}],
                    "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 4}]}}),
                vec![LiveHeard::Used(usage), LiveHeard::Over],
            ),
            (json!({"goAway": {"timeLeft": "10s"}}), vec![LiveHeard::Leaves]),
        ];
        for (message, expected) in rows {
            assert_eq!(heard(&message), expected, "{message}");
        }
    }
}
