//! Live conversations that a provider holds: passed on as they are to one of OpenAI's kind, translated for one of Google's;
//! and what becomes of them when it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::with_providers;
use super::chat_words::streams;
use super::cli_serve::Served;
use super::keys_providers::Place;
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

/// One of OpenAI's kind that calls a function, and closes when it is asked once more.
fn calling() -> Vendor {
    let turns = Arc::new(AtomicUsize::new(0));
    let habit = move |message: &Value, _: usize| match message["type"].as_str() {
        Some("response.create") if turns.fetch_add(1, Ordering::SeqCst) > 0 => vec![Does::Closes(1011, "overloaded")],
        Some("response.create") => vec![
            Does::Says(json!({ "type": "response.created", "response": { "id": "resp_v" } })),
            Does::Says(json!({ "type": "response.done", "response": { "id": "resp_v", "status": "completed",
                "output": [{ "type": "function_call", "call_id": "call_7", "name": "f", "arguments": "{\"a\":1}" }],
                "usage": { "input_tokens": 7, "output_tokens": 3, "total_tokens": 10 } } })),
        ],
        _ => Vec::new(),
    };
    Vendor::of(Manner { greets: relayed().greets, ..Manner::of(habit) })
}

/// Has a function called, tells its result, and loses the target that has called it.
fn loses_caller(talk: &mut Talk) {
    talk.until("session.created");
    talk.write("What is f?");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.done");
    let output = json!({ "type": "function_call_output", "call_id": "call_7", "output": "17" });
    talk.send(&json!({ "type": "conversation.item.create", "item": output }));
    talk.send(&json!({ "type": "response.create" }));
    talk.until("mediary.target_changed");
    talk.send(&json!({ "type": "session.update", "session": { "type": "realtime", "output_modalities": ["text"] } }));
    talk.until("session.updated");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.done");
}

#[test]
fn what_was_written_and_called_goes_on_with_the_next_target() {
    let vendor = calling();
    let up = Upstream::doing([streams(&["It is 17."])]);
    let server = with_providers(&[up.entry("a", json!({})), vendor.entry("oa", "openai", MODEL)]);
    loses_caller(&mut Talk::open(&server, "?model=gpt-realtime"));
    let told = up.last().json()["messages"].clone();
    assert_eq!(told[0]["content"], "What is f?", "{told}");
    let call = &told[1]["tool_calls"][0];
    assert_eq!((&call["id"], &call["function"]["name"]), (&json!("call_7"), &json!("f")), "{told}");
    assert_eq!(call["function"]["arguments"], "{\"a\":1}");
    assert_eq!((&told[2]["tool_call_id"], &told[2]["content"]), (&json!("call_7"), &json!("17")), "{told}");
    assert_eq!(told.as_array().map(Vec::len), Some(3));
    // One of Google's kind, which knows of no calls but its own, is told in words.
    let (vendor, next) = (calling(), Vendor::of(gemini()));
    let entries = [vendor.entry("oa", "openai", MODEL), next.entry("g", "gemini", "gemini-live")];
    loses_caller(&mut Talk::open(&with_providers(&entries), "?model=gpt-realtime"));
    let seen = next.seen();
    let history = seen[0]["setup"]["systemInstruction"]["parts"][0]["text"].as_str().unwrap_or_default();
    let said = "The person: What is f?\nYou: (calls the function f with {\"a\":1})\n\
                The person: (the function f gave: 17)";
    assert!(history.ends_with(said), "{history}");
    assert!(seen.iter().all(|message| message.get("toolResponse").is_none()), "{seen:?}");
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

/// The rows of the log of answers, oldest first, as soon as there are so many.
fn answers_logged(served: &Served, root: &str, count: usize) -> Vec<Value> {
    let header = format!("x-api-key: {root}\r\n");
    let mut rows = Vec::new();
    wait_until("the rows are written", || {
        rows = served.get("/api/admin/requests", &header).ok()["data"].as_array().cloned().unwrap_or_default();
        rows.retain(|row| row["id"].as_str().is_some_and(|id| id.starts_with("resp_")));
        rows.len() >= count
    });
    rows.sort_by_key(|row| row["id"].as_str().map(str::to_owned));
    rows
}

#[test]
fn what_one_of_googles_kind_says_of_an_interrupted_turn_is_none_of_the_next() {
    // As the real one does: that it was interrupted, and that the turn is complete, in two messages or in one; or the end of the
    // turn is never told.
    for messages in [2, 1, 0] {
        let good = gemini().habit;
        let (begins, ends) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let habit = move |message: &Value, count: usize| {
            let says = |content: Value| Does::Says(json!({ "serverContent": content }));
            let input = &message["realtimeInput"];
            if input.get("activityEnd").is_some() && ends.fetch_add(1, Ordering::SeqCst) == 0 {
                // It is in the middle of its answer when the person speaks again.
                let answer = good(message, count);
                return answer.into_iter().take(3).collect();
            }
            if input.get("activityStart").is_some() && begins.fetch_add(1, Ordering::SeqCst) == 1 {
                let used = json!({ "promptTokenCount": 7, "responseTokenCount": 5 });
                let late = [
                    says(json!({ "outputTranscription": { "text": "no more." } })),
                    says(json!({ "inputTranscription": { "text": " Ever failed." } })),
                ];
                let told = match messages {
                    0 => vec![Does::Says(json!({ "serverContent": { "interrupted": true }, "usageMetadata": used }))],
                    1 => vec![Does::Says(
                        json!({ "serverContent": { "interrupted": true, "turnComplete": true }, "usageMetadata": used }),
                    )],
                    _ => vec![
                        says(json!({ "interrupted": true })),
                        says(json!({ "outputTranscription": { "text": "nor this." } })),
                        Does::Says(json!({ "serverContent": { "turnComplete": true }, "usageMetadata": used })),
                    ],
                };
                return late.into_iter().chain(told).collect();
            }
            good(message, count)
        };
        let vendor = Vendor::of(Manner { in_bytes: true, ..Manner::of(habit) });
        let place = Place::with(&[vendor.entry("g", "gemini", "gemini-live")]);
        let root = place.told(&["clients", "create", "root", "--admin"], "");
        let root = root.lines().next().expect("the key").to_owned();
        let voice = place.told(&["clients", "create", "voice"], "");
        let bearer = format!("Bearer {}", voice.lines().next().expect("the key"));
        let served = place.serve(&[("MEDIARY_LOG__REQUESTS", "true")]);
        let talk = Talk::at(&served.address, "?model=g/gemini-live", &[("authorization", &bearer)]);
        let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
        talk.until("session.created");
        let input = json!({ "transcription": { "model": "x" }, "turn_detection": patient() });
        talk.send(&json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "input": input } } }));
        talk.until("session.updated");
        talk.speak(&speech());
        talk.speak(&silence(4));
        talk.until("response.output_audio.delta");
        talk.speak(&speech());
        talk.speak(&silence(4));
        let first = talk.until("response.done");
        assert_eq!(first["response"]["status"], "cancelled", "{first}");
        assert_eq!(first["response"]["status_details"]["reason"], "turn_detected", "{first}");
        let second = talk.until("response.done");
        assert_eq!(second["response"]["status"], "completed", "{second}");
        assert_eq!(second["response"]["output"][0]["content"][0]["transcript"], "Yes, ever.", "{second}");
        let heard = talk.all("conversation.item.input_audio_transcription.completed");
        let heard: Vec<&Value> = heard.iter().map(|event| &event["transcript"]).collect();
        assert_eq!(heard, ["Ever tried. Ever failed.", "Ever tried."]);
        // What each took is counted once, and as its own.
        let rows = answers_logged(&served, &root, 2);
        let counted: Vec<_> =
            rows.iter().map(|row| (&row["id"], &row["prompt_tokens"], &row["completion_tokens"])).collect();
        let (seven, five, twenty, ten) = (json!(7), json!(5), json!(20), json!(10));
        assert_eq!(
            counted,
            [(&first["response"]["id"], &seven, &five), (&second["response"]["id"], &twenty, &ten)],
            "messages of its end: {messages}"
        );
    }
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
