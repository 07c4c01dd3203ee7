//! Golden tests of Gemini's API, as requests are understood and answers are written.

use bytes::Bytes;
use insta::assert_snapshot;
use mediary_core::task::{Embed, Finish, Part, ReplyEvent, ReplyFrame, Task, Usage, WholeReply};
use serde_json::{Value, json};

use super::embed::{EMBED, EMBED_BATCH};
use super::{ARRAY, EVENTS, GENERATE, GeminiContent, GeminiErrors, counted};
use crate::protocol::{AnswerHead, Decoded, ErrorFields, Errors, JsonProtocol, Protocol, Sent};

fn sent(body: &Value) -> Sent {
    let path = "/v1beta/models/groq/llama:generateContent".to_owned();
    Sent { body: Bytes::from(body.to_string()), path, ..Sent::default() }
}

fn decoded(protocol: &dyn JsonProtocol, body: &Value) -> Result<Decoded, String> {
    protocol.decode(&sent(body)).map_err(|bad| format!("{}: {}", bad.field, bad.message))
}

fn head(wire_format: &'static str) -> AnswerHead {
    AnswerHead { id: "1".into(), created: 0, model: "provider/model".into(), wire_format, prompt_tokens: 12 }
}

/// What is understood, a line for each thing.
fn understood(body: &Value) -> String {
    let Decoded { task, model, dropped, .. } = decoded(&GENERATE, body).unwrap();
    let Task::Chat(chat) = task else { unreachable!("contents are chats") };
    let mut lines = vec![format!("model {model}, dropped {dropped:?}")];
    for message in &chat.messages {
        lines.push(format!("{:?} answers {:?}", message.role, message.tool_call_id));
        for part in &message.parts {
            lines.push(match part {
                Part::Text(text) => format!("  text {text:?}"),
                Part::Media(part) => format!("  {} {:?}", part.media.format, part.name),
                Part::Remote { url, name, .. } => format!("  at {url} {name:?}"),
            });
        }
        lines.extend(message.reasoning.iter().map(|reasoning| format!("  {reasoning:?}")));
        lines.extend(message.tool_calls.iter().map(|call| format!("  {call:?}")));
        if let Some(original) = &message.original {
            lines.push(format!("  original (changed: {}) {:?}", original.is_changed, original.names));
            lines.extend(original.pieces.iter().map(|piece| format!("    {}", String::from_utf8_lossy(piece))));
        }
    }
    for tool in &chat.tools {
        let original = tool.original.as_ref().unwrap();
        lines.push(format!("{} {:?} {:?} {:?}", tool.name, tool.description, tool.parameters, original.names));
        lines.extend(original.pieces.iter().map(|piece| format!("    {}", String::from_utf8_lossy(piece))));
    }
    lines.push(format!("hosted {:?}", chat.hosted_tools));
    lines.push(format!("{:?} {:?} {:?}", chat.tool_choice, chat.format, chat.effort));
    lines.push(format!("{:?} stream {}", chat.sampling, chat.stream));
    lines.push(format!("{:?}\nown {:?}", chat.extras, chat.own));
    lines.join("\n")
}

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn every_part_is_understood() {
    let body = json!({
        "systemInstruction": { "parts": [{ "text": "Be brief." }, { "text": "Be kind." }] },
        "contents": [
            { "role": "user", "parts": [
                { "text": "Look:" },
                { "inlineData": { "mimeType": "image/png", "data": PNG, "displayName": "a.png" } },
                { "inline_data": { "mime_type": "image/png", "data": PNG.replace('+', "-").replace('/', "_") },
                  "mediaResolution": { "level": "HIGH" } },
                { "fileData": { "mimeType": "application/pdf", "fileUri": "https://example.org/a.pdf" } }] },
            { "role": "model", "parts": [
                { "text": "Hm.", "thought": true },
                { "text": "I shall.", "thoughtSignature": "U0lH" },
                { "functionCall": { "name": "f", "args": { "b": 1, "a": [] } }, "thoughtSignature": "U2ln" },
                { "functionCall": { "id": "c2", "name": "f" } },
                { "executableCode": { "language": "PYTHON", "code": "1" } }] },
            { "role": "user", "parts": [
                { "functionResponse": { "name": "f", "response": { "result": "42" } } },
                { "functionResponse": { "id": "c2", "name": "f", "response": { "a": 1 }, "willContinue": false,
                    "parts": [{ "inlineData": { "mimeType": "image/png", "data": PNG } }] } },
                { "text": "And?" }] },
            // A thought of another vendor's.
            { "role": "model", "parts": [
                { "text": "So.", "thought": true, "thoughtSignature": super::signed::out("anthropic", "EqQB+/") },
                { "text": "Yes." }] },
            { "parts": { "text": "Go on." } },
        ],
        "tools": [
            { "functionDeclarations": [
                { "name": "f", "description": "d", "behavior": "BLOCKING", "parameters": { "type": "OBJECT",
                    "properties": { "q": { "type": "STRING", "nullable": true } } } },
                { "name": "g", "parametersJsonSchema": { "type": "object" } }] },
            { "google_search": {} }],
        "toolConfig": { "functionCallingConfig": { "mode": "ANY", "allowedFunctionNames": ["f"] } },
        "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE" }],
        "generationConfig": {
            "temperature": 0.5, "topP": 0.9, "topK": 40.0, "candidateCount": 2, "maxOutputTokens": 100, "seed": "7",
            "stopSequences": ["END"], "presencePenalty": 0.1, "frequencyPenalty": 0.2, "responseLogprobs": true, "logprobs": 3,
            "responseMimeType": "application/json", "responseSchema": { "type": "ARRAY", "items": { "type": "STRING" } },
            "thinkingConfig": { "includeThoughts": true, "thinkingLevel": "LOW" }, "mediaResolution": "MEDIA_RESOLUTION_LOW" },
        "labels": { "team": "a" },
    });
    assert_snapshot!(understood(&body));
}

#[test]
fn the_other_spelling_says_the_same() {
    let body = json!({
        "system_instruction": { "parts": { "text": "Be brief." } },
        "contents": "Hello",
        "tools": { "function_declarations": [{ "name": "f" }, { "name": "g" }, { "name": "h" }] },
        "tool_config": { "function_calling_config": { "mode": "any", "allowed_function_names": ["h", "f"] } },
        "generation_config": { "max_output_tokens": 5, "response_mime_type": "application/json", "candidate_count": 1,
            "response_modalities": ["TEXT", "IMAGE"], "thinking_config": { "thinking_budget": 2000 } },
        "safety_settings": [], "model": "models/other",
    });
    assert_snapshot!(understood(&body));
    let spoken = json!({ "contents": [{ "parts": [{ "text": "Hi" }] }], "generationConfig": { "responseModalities": ["AUDIO"],
        "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } } } } });
    let Task::Chat(chat) = decoded(&GENERATE, &spoken).unwrap().task else { unreachable!("it is a chat") };
    assert_eq!(json!(chat.extras), json!({ "modalities": ["audio"], "audio": { "format": "pcm16", "voice": "Kore" } }));
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let with = |field: &str, value: Value| {
        let mut body = json!({ "contents": [{ "role": "user", "parts": [{ "text": "Hi" }] }] });
        body[field] = value;
        decoded(&GENERATE, &body).err().unwrap_or_default()
    };
    let part = |part: Value| with("contents", json!([{ "role": "user", "parts": [{ "text": "a" }, part] }]));
    let file = |uri: &str| part(json!({ "fileData": { "fileUri": uri } }));
    let vectors = |protocol: &dyn JsonProtocol, body: Value| decoded(protocol, &body).err().unwrap_or_default();
    let one = json!({ "content": { "parts": [{ "text": "a" }] } });
    let rows = [
        (with("contents", json!([])), "contents: `contents` is empty"),
        (with("contents", json!(null)), "contents: `contents` is empty"),
        (with("contents", json!([{ "role": "wizard", "parts": [{ "text": "x" }] }])), "contents[0].role: "),
        (with("contents", json!([{ "role": "user", "parts": [] }])), "contents[0].parts: "),
        (
            part(json!({ "inlineData": { "mimeType": "image/png", "data": "?" } })),
            "contents[0].parts[1].inlineData.data: ",
        ),
        (part(json!({ "inlineData": { "mimeType": "image/png" } })), "contents[0].parts[1].inlineData: "),
        (part(json!({ "functionCall": { "name": "f" } })), "contents[0].parts[1].functionCall: "),
        (
            file("https://generativelanguage.googleapis.com/v1beta/files/abc"),
            "contents[0].parts[1].fileData.fileUri: files that",
        ),
        (file("files/abc"), "contents[0].parts[1].fileData.fileUri: files that"),
        (file("gs://bucket/a"), "contents[0].parts[1].fileData.fileUri: files that"),
        (file("abc"), "contents[0].parts[1].fileData.fileUri: `fileUri` must be"),
        (file("https://www.youtube.com/watch?v=x"), "contents[0].parts[1].fileData.fileUri: behind this"),
        (with("cachedContent", json!("cachedContents/x")), "cachedContent: "),
        (
            with("tools", json!([{ "functionDeclarations": [{ "name": "f", "parameters": "x" }] }])),
            "tools[0].functionDeclarations[0].parameters: ",
        ),
        (with("tools", json!(["x"])), "tools[0]: "),
        (
            with("toolConfig", json!({ "functionCallingConfig": { "mode": "MUST" } })),
            "toolConfig.functionCallingConfig.mode: ",
        ),
        (
            with("toolConfig", json!({ "functionCallingConfig": { "mode": "ANY", "allowedFunctionNames": ["x"] } })),
            "toolConfig.functionCallingConfig.allowedFunctionNames: ",
        ),
        (with("generationConfig", json!({ "temperature": "warm" })), "generationConfig.temperature: "),
        (with("generationConfig", json!({ "maxOutputTokens": -1 })), "generationConfig.maxOutputTokens: "),
        (with("generationConfig", json!({ "candidateCount": 0 })), "generationConfig.candidateCount: "),
        (with("generationConfig", json!({ "stopSequences": [1] })), "generationConfig.stopSequences: "),
        (
            with("generationConfig", json!({ "responseSchema": 1, "responseMimeType": "application/json" })),
            "generationConfig.responseSchema: ",
        ),
        (with("generationConfig", json!([])), "generationConfig: "),
        (vectors(&EMBED, json!({})), "content: "),
        (vectors(&EMBED, json!({ "content": { "parts": [{ "inlineData": { "data": PNG } }] } })), "content.parts[0]: "),
        (vectors(&EMBED_BATCH, json!({ "requests": [] })), "requests: "),
        (vectors(&EMBED_BATCH, json!({ "requests": [one, { "content": { "parts": [] } }] })), "requests[1].content: "),
        (
            vectors(
                &EMBED_BATCH,
                json!({ "requests": [one, { "content": one["content"], "taskType": "CLUSTERING" }] }),
            ),
            "requests[1].taskType: ",
        ),
        (
            vectors(
                &EMBED_BATCH,
                json!({ "requests": [one, { "content": one["content"], "outputDimensionality": 3 }] }),
            ),
            "requests[1].outputDimensionality: ",
        ),
    ];
    for (found, expected) in rows {
        assert!(found.starts_with(expected), "{expected} {found}");
    }
}

fn text(text: &str) -> ReplyEvent {
    ReplyEvent::Text { choice: 0, text: text.into() }
}

fn call(index: u32, name: &str, arguments: &str, signature: Option<&str>) -> ReplyEvent {
    let begins = !name.is_empty();
    let (id, name) = (begins.then(|| format!("c{index}")), begins.then(|| name.to_owned()));
    let signature = signature.map(str::to_owned);
    ReplyEvent::ToolCall { choice: 0, index, id, name, arguments: arguments.into(), signature }
}

const USAGE: Usage = Usage {
    prompt_tokens: 20,
    completion_tokens: 5,
    cached_tokens: 8,
    written_tokens: 0,
    reasoning_tokens: 2,
    cut_tokens: 0,
    searches: 0,
    estimated: false,
};

/// The same events whole, as events and as an array.
fn written(wire_format: &'static str, events: &[ReplyEvent]) -> String {
    let body = json!({ "contents": "Hi" });
    let answer = decoded(&GENERATE, &body).unwrap().answer;
    let mut whole = WholeReply { usage: Some(USAGE), ..WholeReply::default() };
    events.iter().cloned().for_each(|event| whole.push(event));
    let whole = String::from_utf8(answer.whole(head(wire_format), &whole)).unwrap();
    let streamed = |protocol: &GeminiContent| {
        let answer = decoded(protocol, &body).unwrap().answer;
        let mut writer = answer.stream(head(wire_format), false).unwrap();
        let mut out = Vec::new();
        for event in events {
            writer.frame(&ReplyFrame { events: vec![event.clone()], ..ReplyFrame::default() }, &mut out);
        }
        writer.end(USAGE, &mut out);
        String::from_utf8(out).unwrap()
    };
    let (told, array) = (streamed(&EVENTS), streamed(&ARRAY));
    let chunks: Vec<Value> = serde_json::from_str(&array).expect("an array is JSON");
    let anew: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let events: Vec<&str> = told.split_inclusive("\n\n").filter(|event| !event.starts_with(':')).collect();
    assert_eq!(events.concat(), anew, "both shapes say the same");
    format!("{whole}\n\n{told}")
}

#[test]
fn thoughts_words_pictures_and_calls_are_parts() {
    let picture = json!([{ "type": "image_url", "image_url": { "url": "data:image/png;base64,YWJj" } },
        { "type": "image_url", "image_url": { "url": "https://example.org/a.png" } }]);
    let logprobs =
        json!({ "content": [{ "token": "L", "logprob": -0.5, "top_logprobs": [{ "token": "M", "logprob": -1.5 }] }] });
    let cited = json!([{ "type": "url_citation", "url_citation": { "url": "https://example.org", "title": "T", "end_index": 3 } }]);
    let extra = |name, value: &Value| ReplyEvent::Extra { choice: 0, name, value: value.clone() };
    let events = [
        ReplyEvent::Begun { id: Some("r1".into()), model: Some("up".into()) },
        ReplyEvent::Reasoning { choice: 0, text: "Hm.".into(), signature: None },
        ReplyEvent::Reasoning { choice: 0, text: String::new(), signature: Some("EqQB".into()) },
        text("Look"),
        ReplyEvent::Continued { by: "b/m".into() },
        text("."),
        extra("logprobs", &logprobs),
        extra("annotations", &cited),
        extra("images", &picture),
        extra("audio", &json!({ "data": "YWJj", "transcript": "abc" })),
        call(0, "f", "{\"q\":", None),
        call(1, "g", "", Some("U2ln")),
        call(0, "", "1}", None),
        ReplyEvent::Finish { choice: 0, finish: Finish::ToolCalls },
    ];
    assert_snapshot!(written("anthropic", &events));
}

#[test]
fn a_signature_of_the_vendor_stands_where_it_came() {
    let signed = |text: &str| ReplyEvent::Reasoning { choice: 0, text: text.into(), signature: Some("U0lH".into()) };
    let words = [ReplyEvent::Reasoning { choice: 0, text: "Hm.".into(), signature: None }, text("So."), signed("")];
    let none = [signed("")];
    assert_snapshot!(format!("{}\n{}", written("gemini", &words), written("gemini", &none)));
}

#[test]
fn ends_and_several_replies_are_told_apart() {
    let end = |choice, finish| ReplyEvent::Finish { choice, finish };
    let two = [
        text("A"),
        ReplyEvent::Text { choice: 1, text: "B".into() },
        end(0, Finish::Length),
        end(1, Finish::ContentFilter),
    ];
    let refused = [ReplyEvent::Refusal { choice: 0, text: "No.".into() }, end(0, Finish::Stop)];
    assert_snapshot!([written("openai", &two), written("openai", &refused), written("openai", &[])].join("\n"));
}

#[test]
fn chunks_of_the_format_pass_and_are_completed() {
    let raw = "{\"candidates\": [{\"of_tomorrow\": 1}],\n \"x\": 2}";
    let frame = |is_canonical, event| ReplyFrame { raw: raw.into(), is_canonical, events: vec![event] };
    let mut told = Vec::new();
    for protocol in [&EVENTS, &ARRAY] {
        for ends in [false, true] {
            let answer = decoded(protocol, &json!({ "contents": "Hi" })).unwrap().answer;
            let mut writer = answer.stream(head("gemini"), true).unwrap();
            let mut out = Vec::new();
            writer.frame(&frame(true, text("a")), &mut out);
            // A chunk that had to be mended, and another target that goes on.
            writer.frame(&frame(false, call(0, "f", "{}", None)), &mut out);
            if ends {
                writer.frame(&frame(true, ReplyEvent::Finish { choice: 0, finish: Finish::Stop }), &mut out);
            }
            writer.end(USAGE, &mut out);
            told.push(String::from_utf8(out).unwrap());
        }
    }
    assert_snapshot!(told.join("\n---\n"));
}

#[test]
fn vectors_come_in_the_order_of_their_texts() {
    let reply =
        WholeReply { vectors: vec![(1, vec![0.5]), (0, vec![0.25])], usage: Some(USAGE), ..WholeReply::default() };
    let content = |text: &str| {
        json!({ "content": { "parts": [{ "text": text }, { "text": "and" }] }, "taskType": "CLUSTERING",
        "outputDimensionality": 2, "model": "models/e" })
    };
    let batch = decoded(&EMBED_BATCH, &json!({ "requests": [content("a"), content("b")] })).unwrap();
    let whole: Value = serde_json::from_slice(&batch.answer.whole(head("gemini"), &reply)).unwrap();
    assert_eq!(
        whole,
        json!({ "embeddings": [{ "values": [0.25] }, { "values": [0.5] }], "usageMetadata": { "promptTokenCount": 20 } })
    );
    let one = decoded(&EMBED, &content("a")).unwrap();
    let whole: Value = serde_json::from_slice(&one.answer.whole(head("gemini"), &reply)).unwrap();
    assert_eq!(whole["embedding"], json!({ "values": [0.25] }));
    for (decoded, texts) in [(batch, 2), (one, 1)] {
        let Task::Embed(Embed { inputs, dimensions, extras }) = decoded.task else { unreachable!("it is to embed") };
        assert_eq!((inputs.len(), dimensions), (texts, Some(2)));
        assert_eq!(json!(extras), json!({ "task_type": "CLUSTERING" }));
    }
}

#[test]
fn turns_and_whole_requests_are_counted() {
    let turns = json!({ "contents": [{ "parts": [{ "text": "Hi" }] }] });
    let whole = json!({ "generateContentRequest": { "model": "models/x", "systemInstruction": { "parts": [{ "text": "Be." }] },
        "contents": turns["contents"] } });
    for (body, messages) in [(turns, 1), (whole, 2)] {
        let (task, model) = counted(&sent(&body)).unwrap();
        let Task::Chat(chat) = task else { unreachable!("it is a chat") };
        assert_eq!((chat.messages.len(), model.as_str()), (messages, "groq/llama"));
    }
    let bad = counted(&sent(&json!({ "generateContentRequest": { "contents": [] } }))).unwrap_err();
    assert_eq!(bad.field, "generateContentRequest.contents");
}

#[test]
fn errors_have_googles_shape_in_streams_too() {
    let error = ErrorFields {
        message: "It is busy.".into(),
        r#type: "server_error",
        param: Some("contents".into()),
        code: "all_providers_failed",
        status: 503,
        request_id: Some("r1".into()),
        tried: Vec::new(),
    };
    let mut told = vec![GeminiErrors.error(&error).to_string()];
    for protocol in [&EVENTS, &ARRAY] {
        let mut out = Vec::new();
        protocol.break_off(&error, &mut out);
        let answer = decoded(protocol, &json!({ "contents": "Hi" })).unwrap().answer;
        let mut writer = answer.stream(head("openai"), false).unwrap();
        let mut later = Vec::new();
        writer.frame(&ReplyFrame { events: vec![text("a")], ..ReplyFrame::default() }, &mut later);
        assert!(writer.broke_off(&error, &mut later));
        told.extend([out, later].map(|bytes| String::from_utf8(bytes).unwrap()));
    }
    assert_snapshot!(told.join("\n---\n"));
    let words = [400, 401, 403, 404, 405, 413, 422, 429, 500, 501, 502, 503, 504].map(|status| {
        let said = GeminiErrors.error(&ErrorFields { status, ..error.clone() });
        format!("{status} {}", said["error"]["status"].as_str().unwrap())
    });
    assert_snapshot!("the_words_of_statuses", words.join("\n"));
}
