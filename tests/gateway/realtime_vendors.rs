//! Live conversations that a provider holds: passed on as they are to one of OpenAI's kind, translated for one of Google's;
//! and what becomes of them when it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::with_providers;
use super::chat_words::streams;
use super::realtime_talk::{Does, Manner, Talk, Vendor, patient, silence, speech};
use super::server::wait_until;
use super::upstream::Upstream;

const MODEL: &str = "gpt-realtime";

fn relayed() -> Manner {
    let answer = |message: &Value, _: usize| match message["type"].as_str() {
        Some("response.create") => vec![
            Does::Says(json!({ "type": "response.created", "response": { "id": "resp_v" } })),
            Does::Says(json!({ "type": "response.output_audio.delta", "delta": "AAAA", "odd": [1.50, null] })),
            Does::Says(json!({ "type": "response.done", "response": { "id": "resp_v", "status": "completed",
                "output": [{ "type": "message", "content": [{ "type": "output_audio", "transcript": "Hello there." }] }],
                "usage": { "input_tokens": 7, "output_tokens": 3, "total_tokens": 10 } } })),
        ],
        Some("session.update") => vec![Does::Says(json!({ "type": "session.updated", "session": message["session"] }))],
        _ => Vec::new(),
    };
    Manner { greets: vec![json!({ "type": "session.created", "session": { "id": "sess_v" } })], ..Manner::of(answer) }
}

/// One of Google's kind: it answers each turn with words, sound and what it took.
fn gemini() -> Manner {
    let answer = |message: &Value, _: usize| {
        let says = |content: Value| Does::Says(json!({ "serverContent": content }));
        if message.get("setup").is_some() {
            return vec![Does::Says(json!({ "setupComplete": {} }))];
        }
        let ends = message["realtimeInput"].get("activityEnd").is_some();
        if !ends && message.get("clientContent").is_none() && message.get("toolResponse").is_none() {
            return Vec::new();
        }
        let sound = STANDARD.encode([1_u8, 0].repeat(2_400));
        vec![
            says(json!({ "inputTranscription": { "text": "Ever tried." } })),
            says(json!({ "outputTranscription": { "text": "Yes, " } })),
            says(
                json!({ "modelTurn": { "parts": [{ "inlineData": { "mimeType": "audio/pcm;rate=24000", "data": sound } }] } }),
            ),
            says(json!({ "outputTranscription": { "text": "ever." } })),
            Does::Says(json!({ "serverContent": { "turnComplete": true },
                "usageMetadata": { "promptTokenCount": 20, "responseTokenCount": 10,
                    "promptTokensDetails": [{ "modality": "AUDIO", "tokenCount": 15 }] } })),
        ]
    };
    Manner { in_bytes: true, ..Manner::of(answer) }
}

#[test]
fn events_pass_both_ways_as_they_were_written() {
    let vendor = Vendor::of(relayed());
    let server = with_providers(&[vendor.entry("oa", "openai", MODEL)]);
    let mut talk = Talk::open(&server, "?model=gpt-realtime");
    assert_eq!(talk.until("session.created")["session"]["id"], "sess_v");
    talk.send(&json!({ "type": "x.unknown", "kept": [1, "ä", null] }));
    talk.send(&json!({ "type": "response.create" }));
    let delta = talk.until("response.output_audio.delta");
    assert_eq!(delta, json!({ "type": "response.output_audio.delta", "delta": "AAAA", "odd": [1.50, null] }));
    talk.until("response.done");
    assert_eq!(
        vendor.seen(),
        [json!({ "type": "x.unknown", "kept": [1, "ä", null] }), json!({ "type": "response.create" })]
    );
    let (address, headers) = &vendor.handshakes()[0];
    assert_eq!(address, "/v1/realtime?model=gpt%2Drealtime");
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(header("authorization"), Some("Bearer vendor-key-1"));
    assert_eq!(header("openai-beta"), None);
    talk.vanish();
    wait_until("the provider is let go", || vendor.open() == 0 && server.live_sessions() == 0);
}

#[test]
fn a_provider_that_refuses_is_passed_over_and_that_is_told() {
    for status in [401, 429, 500] {
        let vendor = Vendor::of(Manner { refuses: Some((status, 9)), ..relayed() });
        let up = Upstream::doing([streams(&["From the other one."])]);
        let server = with_providers(&[up.entry("a", json!({})), vendor.entry("oa", "openai", MODEL)]);
        let mut talk = Talk::open(&server, "");
        talk.until("session.created");
        let changed = talk.until("mediary.target_changed");
        assert_eq!(changed["from"], "oa/gpt-realtime", "{changed}");
        assert!(!changed.to_string().contains("vendor-key"), "{changed}");
        talk.send(
            &json!({ "type": "session.update", "session": { "type": "realtime", "output_modalities": ["text"] } }),
        );
        talk.write("Hello.");
        talk.send(&json!({ "type": "response.create" }));
        assert_eq!(talk.until("response.done")["response"]["output"][0]["content"][0]["text"], "From the other one.");
        // The one that was named alone is not replaced.
        let refusal = Talk::open_with(&server, "?model=oa/gpt-realtime", &[]);
        let (told, body) = refusal.err().expect("it is refused");
        assert!(matches!(told, 429 | 502 | 503 | 504), "{told} {body}");
        assert!(!body.contains("vendor-key"), "{body}");
    }
}

#[test]
fn a_provider_that_closes_in_the_middle_is_followed_by_another_that_knows_what_was_said() {
    let turns = Arc::new(AtomicUsize::new(0));
    let good = relayed().habit;
    let habit = move |message: &Value, count: usize| match message["type"].as_str() {
        Some("response.create") if turns.fetch_add(1, Ordering::SeqCst) > 0 => vec![
            Does::Says(json!({ "type": "response.created", "response": { "id": "resp_w" } })),
            Does::Closes(1011, "overloaded"),
        ],
        _ => good(message, count),
    };
    let vendor = Vendor::of(Manner { greets: relayed().greets, ..Manner::of(habit) });
    let up = Upstream::doing([streams(&["I go on."])]);
    let server = with_providers(&[up.entry("a", json!({})), vendor.entry("oa", "openai", MODEL)]);
    let mut talk = Talk::open(&server, "?model=gpt-realtime");
    talk.until("session.created");
    let session = json!({ "type": "realtime", "instructions": "Be brief.", "output_modalities": ["text"] });
    talk.send(&json!({ "type": "session.update", "session": session }));
    talk.until("session.updated");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.done");
    talk.send(&json!({ "type": "response.create" }));
    let broken = talk.until("response.done");
    assert_eq!((&broken["response"]["id"], &broken["response"]["status"]), (&json!("resp_w"), &json!("failed")));
    let changed = talk.until("mediary.target_changed");
    assert_eq!(changed["from"], "oa/gpt-realtime");
    talk.write("And now?");
    talk.send(&json!({ "type": "response.create" }));
    assert_eq!(talk.until("response.done")["response"]["output"][0]["content"][0]["text"], "I go on.");
    let told: Vec<Value> = up.last().json()["messages"].as_array().expect("messages").clone();
    let said: Vec<&str> = told.iter().filter_map(|message| message["content"].as_str()).collect();
    assert_eq!(said, ["Be brief.", "Hello there.", "And now?"]);
}

#[test]
fn an_answer_that_was_asked_for_and_never_began_is_told_of() {
    let habit = |message: &Value, _: usize| match message["type"].as_str() {
        Some("response.create") => vec![Does::Closes(1011, "overloaded")],
        _ => Vec::new(),
    };
    let vendor = Vendor::of(Manner { greets: relayed().greets, ..Manner::of(habit) });
    let up = Upstream::doing([streams(&["I go on."])]);
    let server = with_providers(&[up.entry("a", json!({})), vendor.entry("oa", "openai", MODEL)]);
    let mut talk = Talk::open(&server, "?model=gpt-realtime");
    talk.until("session.created");
    talk.send(&json!({ "type": "response.create" }));
    assert!(talk.until("error")["error"]["message"].is_string());
    assert_eq!(talk.until("mediary.target_changed")["from"], "oa/gpt-realtime");
}

#[test]
fn nothing_leaves_this_machine_where_that_is_asked_for() {
    let vendor = Vendor::of(relayed());
    let up = Upstream::doing([streams(&["From here."])]);
    let server = with_providers(&[up.entry("a", json!({})), vendor.entry("oa", "openai", MODEL)]);
    let talk = Talk::open_with(&server, "", &[("x-mediary-privacy", "local")]);
    let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
    talk.until("session.created");
    assert!(vendor.handshakes().is_empty());
    let refusal = Talk::open_with(&server, "?model=oa/gpt-realtime", &[("x-mediary-privacy", "local")]);
    assert_eq!(refusal.err().map(|(status, _)| status), Some(403));
}

#[test]
fn one_of_googles_kind_hears_and_speaks_behind_the_same_events() {
    let vendor = Vendor::of(gemini());
    let server = with_providers(&[vendor.entry("g", "gemini", "gemini-live")]);
    let mut talk = Talk::open(&server, "?model=gpt-realtime");
    talk.until("session.created");
    let tool = json!({ "type": "function", "name": "f", "parameters": { "type": "object", "properties": { "a": { "type": "string" } } } });
    let session = json!({ "type": "realtime", "instructions": "Be brief.", "tools": [tool],
        "audio": { "input": { "transcription": { "model": "x" }, "turn_detection": patient() }, "output": { "voice": "Kore" } } });
    talk.send(&json!({ "type": "session.update", "session": session }));
    talk.until("session.updated");
    talk.speak(&speech());
    talk.speak(&silence(4));
    let answer = talk.until("response.done");
    assert_eq!(answer["response"]["status"], "completed", "{answer}");
    assert_eq!(answer["response"]["output"][0]["content"][0]["transcript"], "Yes, ever.");
    assert_eq!(answer["response"]["usage"]["input_token_details"]["audio_tokens"], 15);
    assert!(talk.sound().len() >= 4_800);
    let heard = talk.all("conversation.item.input_audio_transcription.completed");
    assert_eq!(heard[0]["transcript"], "Ever tried.");
    assert!(!talk.all("input_audio_buffer.speech_started").is_empty());
    // What the provider saw: how it is to be, and a turn of sound from its beginning to its end.
    let seen = vendor.seen();
    let setup = &seen[0]["setup"];
    assert_eq!(setup["systemInstruction"]["parts"][0]["text"], "Be brief.");
    assert_eq!(setup["generationConfig"]["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"], "Kore");
    assert_eq!(setup["tools"][0]["functionDeclarations"][0]["name"], "f");
    assert_eq!(setup["realtimeInputConfig"]["automaticActivityDetection"]["disabled"], true);
    assert!(seen[1]["realtimeInput"].get("activityStart").is_some(), "{}", seen[1]);
    let sound: usize = seen
        .iter()
        .filter_map(|message| message["realtimeInput"]["audio"]["data"].as_str())
        .map(|data| STANDARD.decode(data).expect("it is base64").len())
        .sum();
    // Ten seconds of speech have pauses; more than one of them is sent, at 16,000 samples a second.
    assert!(sound > 32_000, "{sound}");
    let (address, headers) = &vendor.handshakes()[0];
    assert_eq!(address, "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent");
    assert!(headers.contains(&("x-goog-api-key".to_owned(), "vendor-key-1".to_owned())));
}

#[test]
fn texts_and_results_of_functions_reach_one_of_googles_kind() {
    let good = gemini().habit;
    let habit = move |message: &Value, count: usize| match message.get("clientContent") {
        Some(_) => vec![Does::Says(
            json!({ "toolCall": { "functionCalls": [{ "id": "7", "name": "f", "args": { "a": "b" } }] } }),
        )],
        None => good(message, count),
    };
    let vendor = Vendor::of(Manner { in_bytes: true, ..Manner::of(habit) });
    let server = with_providers(&[vendor.entry("g", "gemini", "gemini-live")]);
    let mut talk = Talk::open(&server, "?model=g/gemini-live");
    talk.until("session.created");
    talk.write("Hello.");
    talk.send(&json!({ "type": "response.create" }));
    let call = talk.until("response.function_call_arguments.done");
    assert_eq!(
        (&call["call_id"], &call["name"], &call["arguments"]),
        (&json!("7"), &json!("f"), &json!("{\"a\":\"b\"}"))
    );
    talk.until("response.done");
    let output = json!({ "type": "function_call_output", "call_id": "7", "output": "{\"c\":1}" });
    talk.send(&json!({ "type": "conversation.item.create", "item": output }));
    talk.send(&json!({ "type": "response.create" }));
    assert_eq!(talk.until("response.done")["response"]["output"][0]["content"][0]["transcript"], "Yes, ever.");
    let seen = vendor.seen();
    assert_eq!(seen[1]["clientContent"]["turns"], json!([{ "role": "user", "parts": [{ "text": "Hello." }] }]));
    let results = &seen[2]["toolResponse"]["functionResponses"];
    assert_eq!(*results, json!([{ "id": "7", "name": "f", "response": { "c": 1 } }]));
}

#[test]
fn when_one_of_googles_kind_fails_the_same_turn_is_answered_here() {
    let habit = |message: &Value, _: usize| match message.get("setup") {
        Some(_) => vec![Does::Says(json!({ "setupComplete": {} }))],
        None if message["realtimeInput"].get("activityEnd").is_some() => vec![Does::Drops],
        None => Vec::new(),
    };
    let vendor = Vendor::of(Manner { in_bytes: true, ..Manner::of(habit) });
    let up = Upstream::doing([streams(&["I heard you."])]);
    let server = with_providers(&[up.entry("a", json!({})), vendor.entry("g", "gemini", "gemini-live")]);
    let mut talk = Talk::open(&server, "");
    talk.until("session.created");
    talk.send(&json!({ "type": "session.update", "session": { "type": "realtime",
        "audio": { "input": { "transcription": { "model": "whisper-1", "language": "en" }, "turn_detection": null } } } }));
    talk.until("session.updated");
    talk.speak(&speech());
    talk.send(&json!({ "type": "input_audio_buffer.commit" }));
    talk.send(&json!({ "type": "response.create" }));
    let answer = talk.until("response.done");
    assert_eq!(answer["response"]["output"][0]["content"][0]["transcript"], "I heard you.", "{answer}");
    assert_eq!(talk.all("mediary.target_changed")[0]["from"], "g/gemini-live");
    let told: Vec<String> =
        up.last().json()["messages"].as_array().expect("messages").iter().map(Value::to_string).collect();
    assert!(told.concat().to_lowercase().contains("ever tried"), "{told:?}");
}
