//! Live conversations that this gateway holds itself: speech is written down, a target that chats answers, and its words
//! are spoken; and all that clients can ask for on the way.

use serde_json::{Value, json};

use super::audio_local::by_ffmpeg;
use super::audio_transcriptions::form;
use super::chat_talk::{serving, with_providers};
use super::chat_words::{chunk, closing, done, fails, opening, streams, usage, word};
use super::realtime_talk::{Talk, patient, silence, speech};
use super::server::TestServer;
use super::upstream::{Act, Gate, Step, Upstream};

/// A provider that answers with these words, and a server with it.
fn answering(words: &[&str]) -> (Upstream, TestServer) {
    let up = Upstream::doing([streams(words)]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    (up, server)
}

fn update(talk: &mut Talk, session: &Value) -> Value {
    let mut session = session.clone();
    session["type"] = "realtime".into();
    talk.send(&json!({ "type": "session.update", "session": session }));
    talk.until("session.updated")
}

fn messages(up: &Upstream) -> Vec<Value> {
    up.last().json()["messages"].as_array().expect("chats have messages").clone()
}

#[test]
fn what_is_said_is_understood_answered_and_spoken() {
    let (up, server) = answering(&["Try again. ", "Fail again, ", "and fail better."]);
    let mut talk = Talk::open(&server, "?model=m");
    let created = talk.until("session.created");
    assert_eq!(created["session"]["object"], "realtime.session");
    assert_eq!(created["session"]["audio"]["input"]["turn_detection"]["type"], "server_vad");
    let input = json!({ "transcription": { "model": "whisper-1", "language": "en" }, "turn_detection": patient() });
    update(&mut talk, &json!({ "audio": { "input": input } }));
    talk.speak(&speech());
    talk.speak(&silence(4));
    let done = talk.until("response.done");
    assert_eq!(done["response"]["status"], "completed", "{done}");
    assert_eq!(done["response"]["usage"]["total_tokens"], 11);
    for kind in
        ["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed"]
    {
        assert!(!talk.all(kind).is_empty(), "{kind}: {:?}", talk.kinds());
    }
    // All that was said reached the target, in words.
    let told: Vec<String> = messages(&up).iter().map(Value::to_string).collect();
    assert!(told.concat().to_lowercase().contains("ever tried"), "{told:?}");
    let heard = talk.all("conversation.item.input_audio_transcription.completed");
    assert!(heard[0]["transcript"].as_str().expect("words").to_lowercase().contains("ever tried"), "{heard:?}");
    assert!(heard[0]["usage"]["seconds"].as_f64().expect("a length") > 1.0);
    assert_eq!(heard[0]["item_id"], talk.all("input_audio_buffer.committed")[0]["item_id"]);
    // What was answered is there in words and in sound, which say the same.
    let words = talk.joined("response.output_audio_transcript.delta");
    assert!(words.ends_with("Try again. Fail again, and fail better."), "{words}");
    let wave = by_ffmpeg(&talk.sound(), &["-f", "s16le", "-ar", "24000", "-ac", "1"], &["-f", "wav", "-ar", "16000"]);
    let written = form(&wave, &[("model", "local/whisper-base")]).request_to("/v1/audio/transcriptions").send(&server);
    assert!(written.ok()["text"].to_string().to_lowercase().contains("fail better"), "{written}");
    let place = |kind: &str| talk.told.iter().position(|event| event["type"] == kind);
    let order = [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
    ];
    assert!(order.map(place).is_sorted(), "{:?}", talk.kinds());
}

#[test]
fn a_client_may_say_itself_where_turns_end_and_read_the_answer() {
    let (up, server) = answering(&["Yes."]);
    let mut talk = Talk::open(&server, "?model=a/m");
    let settings = json!({ "instructions": "Be brief.", "output_modalities": ["text"], "max_output_tokens": 50,
        "audio": { "input": { "turn_detection": null } } });
    let updated = update(&mut talk, &settings);
    assert_eq!(updated["session"]["audio"]["input"]["turn_detection"], Value::Null);
    talk.send(&json!({ "type": "input_audio_buffer.commit", "event_id": "mine" }));
    let empty = talk.until("error");
    assert_eq!(
        (&empty["error"]["code"], &empty["error"]["event_id"]),
        (&json!("input_audio_buffer_commit_empty"), &json!("mine"))
    );
    talk.speak(&speech());
    talk.send(&json!({ "type": "input_audio_buffer.clear" }));
    talk.until("input_audio_buffer.cleared");
    talk.send(&json!({ "type": "input_audio_buffer.commit" }));
    talk.until("error");
    talk.speak(&speech());
    talk.send(&json!({ "type": "input_audio_buffer.commit" }));
    talk.until("input_audio_buffer.committed");
    talk.send(&json!({ "type": "response.create" }));
    let answer = talk.until("response.done");
    assert_eq!(answer["response"]["output"][0]["content"], json!([{ "type": "output_text", "text": "Yes." }]));
    assert_eq!(talk.joined("response.output_text.delta"), "Yes.");
    assert!(talk.sound().is_empty() && talk.all("input_audio_buffer.speech_started").is_empty());
    let sent = up.last().json();
    assert_eq!(sent["messages"][0]["content"], "Be brief.");
    assert_eq!(sent["max_tokens"], 50);
    assert!(sent["messages"][1].to_string().to_lowercase().contains("ever tried"), "{sent}");
}

#[test]
fn functions_are_called_and_what_they_give_is_answered() {
    let call =
        json!({ "index": 0, "id": "call_7", "type": "function", "function": { "name": "weather", "arguments": "" } });
    let more = json!({ "index": 0, "function": { "arguments": "{\"city\":\"Cork\"}" } });
    let calls = vec![
        opening(),
        chunk(&json!({ "tool_calls": [call] }), None),
        chunk(&json!({ "tool_calls": [more] }), None),
        chunk(&json!({}), Some("tool_calls")),
        usage(),
        done(),
    ];
    let up = Upstream::doing([Act::Stream(calls), streams(&["It rains in Cork."])]);
    let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);
    let mut talk = Talk::open(&server, "?model=m");
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let tool = json!({ "type": "function", "name": "weather", "description": "the weather", "parameters": parameters });
    update(&mut talk, &json!({ "tools": [tool] }));
    talk.write("How is the weather in Cork?");
    talk.until("conversation.item.done");
    talk.send(&json!({ "type": "response.create" }));
    let arguments = talk.until("response.function_call_arguments.done");
    assert_eq!((&arguments["name"], &arguments["arguments"]), (&json!("weather"), &json!("{\"city\":\"Cork\"}")));
    let answer = talk.until("response.done");
    let item = &answer["response"]["output"][0];
    assert_eq!(
        (&item["type"], &item["call_id"], &item["status"]),
        (&json!("function_call"), &json!("call_7"), &json!("completed"))
    );
    assert_eq!(up.last().json()["tools"][0]["function"]["name"], "weather");
    let output = json!({ "type": "function_call_output", "call_id": "call_7", "output": "rain" });
    talk.send(&json!({ "type": "conversation.item.create", "item": output }));
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.done");
    assert_eq!(talk.joined("response.output_audio_transcript.delta"), "It rains in Cork.");
    let told = messages(&up);
    let result = told.iter().find(|message| message["role"] == "tool").expect("the result is told");
    assert_eq!((&result["tool_call_id"], &result["content"]), (&json!("call_7"), &json!("rain")));
    assert_eq!(told[told.len() - 2]["tool_calls"][0]["function"]["arguments"], "{\"city\":\"Cork\"}");
}

/// What an answer says before it is held up.
const LONG: [&str; 2] = [
    "This is the first sentence of a long answer. And this is its second, which is long as well. ",
    "This third one is mostly not heard by a person who breaks in so soon. ",
];

#[test]
fn a_person_who_breaks_in_ends_the_answer_and_only_what_was_heard_was_said() {
    let gate = Gate::default();
    let held = vec![
        opening(),
        word(LONG[0]),
        word(LONG[1]),
        Step::Wait(gate.clone()),
        word("Nor will this one. "),
        closing(),
        done(),
    ];
    let up = Upstream::doing([Act::Stream(held), streams(&["Of course."])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let mut talk = Talk::open(&server, "?model=m");
    update(&mut talk, &json!({ "audio": { "input": { "turn_detection": patient() } } }));
    talk.write("Tell me something long.");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.output_audio.delta");
    talk.speak(&speech());
    let ended = talk.until("response.done");
    assert_eq!(ended["response"]["status"], "cancelled", "{ended}");
    assert_eq!(ended["response"]["status_details"]["reason"], "turn_detected");
    let item = &ended["response"]["output"][0];
    assert_eq!(item["status"], "incomplete");
    let heard = item["content"][0]["transcript"].as_str().expect("words").to_owned();
    // How much that is, is a matter of how quickly this machine speaks.
    assert!(LONG.concat().starts_with(heard.trim()), "{heard}");
    gate.open();
    talk.speak(&silence(4));
    let next = talk.until("response.done");
    assert_eq!(next["response"]["status"], "completed");
    // The model is told what the person has heard of it, and no more.
    let said = messages(&up);
    let before = said.iter().find(|message| message["role"] == "assistant").and_then(|its| its["content"].as_str());
    assert_eq!(before.unwrap_or_default().trim(), heard.trim());
    // What was cut is told, where there was anything to cut.
    let cut = talk.all("conversation.item.truncated");
    assert!(
        cut.iter().all(|event| event["item_id"] == item["id"] && event["audio_end_ms"].as_u64().is_some()),
        "{cut:?}"
    );
}

#[test]
fn an_answer_is_cancelled_and_another_one_is_refused_meanwhile() {
    let gate = Gate::default();
    let held = vec![opening(), word("One. "), Step::Wait(gate.clone()), closing(), done()];
    let up = Upstream::doing([Act::Stream(held), streams(&["Two."])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let mut talk = Talk::open(&server, "?model=m");
    update(&mut talk, &json!({ "output_modalities": ["text"] }));
    talk.send(&json!({ "type": "response.cancel" }));
    assert_eq!(talk.until("error")["error"]["code"], "response_cancel_not_active");
    talk.write("Hello.");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.output_text.delta");
    talk.send(&json!({ "type": "response.create" }));
    assert_eq!(talk.until("error")["error"]["code"], "conversation_already_has_active_response");
    talk.send(&json!({ "type": "response.cancel" }));
    let ended = talk.until("response.done");
    assert_eq!(ended["response"]["status_details"]["reason"], "client_cancelled");
    gate.open();
    talk.send(&json!({ "type": "response.create", "response": { "conversation": "none", "metadata": { "k": "v" },
        "instructions": "Only this.", "output_modalities": ["text"],
        "input": [{ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "Apart." }] }] } }));
    let apart = talk.until("response.done");
    assert_eq!(
        (&apart["response"]["conversation_id"], &apart["response"]["metadata"]["k"]),
        (&Value::Null, &json!("v"))
    );
    let told: Vec<String> = messages(&up).iter().map(|message| message["content"].to_string()).collect();
    assert_eq!(told, ["\"Only this.\"", "\"Apart.\""]);
}

#[test]
fn items_are_added_told_cut_and_removed() {
    let (_up, server) = answering(&["Yes."]);
    let mut talk = Talk::open(&server, "?model=m");
    talk.write("One.");
    let first = talk.until("conversation.item.added")["item"]["id"].as_str().expect("an id").to_owned();
    talk.send(&json!({ "type": "conversation.item.retrieve", "item_id": first }));
    assert_eq!(talk.until("conversation.item.retrieved")["item"]["content"][0]["text"], "One.");
    talk.send(
        &json!({ "type": "conversation.item.truncate", "item_id": first, "content_index": 0, "audio_end_ms": 10 }),
    );
    assert_eq!(talk.until("conversation.item.truncated")["audio_end_ms"], 10);
    talk.send(&json!({ "type": "conversation.item.delete", "item_id": first }));
    talk.until("conversation.item.deleted");
    talk.send(&json!({ "type": "conversation.item.delete", "item_id": first, "event_id": "mine" }));
    let gone = talk.until("error");
    assert_eq!((&gone["error"]["param"], &gone["error"]["event_id"]), (&json!("item_id"), &json!("mine")));
    talk.send_text("no JSON");
    assert_eq!(talk.until("error")["error"]["type"], "invalid_request_error");
    talk.send(&json!({ "type": "session.update", "session": { "type": "realtime", "output_modalities": ["smell"] } }));
    assert_eq!(talk.until("error")["error"]["param"], "session.output_modalities");
}

#[test]
fn a_session_may_only_write_down_what_is_said() {
    let server = serving(&[], |_| ());
    let mut talk = Talk::open(&server, "?intent=transcription");
    assert_eq!(talk.until("session.created")["session"]["type"], "transcription");
    let input = json!({ "transcription": { "model": "local/moonshine", "language": "en" } });
    talk.send(
        &json!({ "type": "session.update", "session": { "type": "transcription", "audio": { "input": input } } }),
    );
    talk.until("session.updated");
    talk.speak(&speech());
    talk.speak(&silence(1));
    let heard = talk.until("conversation.item.input_audio_transcription.completed");
    assert!(heard["transcript"].as_str().expect("words").to_lowercase().contains("ever tried"), "{heard}");
    assert!(!talk.joined("conversation.item.input_audio_transcription.delta").is_empty());
    talk.send(&json!({ "type": "response.create" }));
    assert_eq!(talk.until("error")["error"]["code"], "invalid_session_type");
}

#[test]
fn telephones_are_understood_and_spoken_to() {
    let (up, server) = answering(&["Good evening to you, and a warm welcome on board."]);
    let mut talk = Talk::open(&server, "?model=m");
    let form = json!({ "type": "audio/pcmu" });
    let updated = update(
        &mut talk,
        &json!({ "audio": { "input": { "format": form, "turn_detection": null }, "output": { "format": form } } }),
    );
    assert_eq!(updated["session"]["audio"]["output"]["format"], form);
    let telephone = ["-f", "s16le", "-ar", "24000", "-ac", "1"];
    talk.speak(&by_ffmpeg(&speech(), &telephone, &["-f", "mulaw", "-ar", "8000", "-ac", "1"]));
    talk.send(&json!({ "type": "input_audio_buffer.commit" }));
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.done");
    let told: Vec<String> = messages(&up).iter().map(Value::to_string).collect();
    assert!(told.concat().to_lowercase().contains("tried"), "{told:?}");
    let of = ["-f", "mulaw", "-ar", "8000", "-ac", "1"];
    let wave = by_ffmpeg(&talk.sound(), &of, &["-f", "wav", "-ar", "16000"]);
    let written = form_of(&wave).send(&server);
    // No two readings of a voice are the same, and a telephone loses half of each.
    assert!(written.ok()["text"].to_string().to_lowercase().contains("welcome"), "{written}");
}

fn form_of(wave: &[u8]) -> super::client::Request {
    form(wave, &[("model", "local/whisper-base")]).request_to("/v1/audio/transcriptions")
}

#[test]
fn a_target_that_fails_is_followed_by_another_and_that_is_told() {
    let (first, second) =
        (Upstream::doing([streams(&["One."]), fails(500, "broken", None)]), Upstream::doing([streams(&["Two."])]));
    let tier = json!({ "models": [{ "id": "m", "tiers": { "fast": 1 } }] });
    let server = with_providers(&[first.entry("a", tier.clone()), second.entry("b", tier)]);
    let mut talk = Talk::open(&server, "?model=fast");
    update(&mut talk, &json!({ "output_modalities": ["text"] }));
    for (expected, is_told) in [("One.", false), ("Two.", true)] {
        talk.write("Hello.");
        talk.send(&json!({ "type": "response.create" }));
        let answer = talk.until("response.done");
        assert_eq!(answer["response"]["output"][0]["content"][0]["text"], expected, "{answer}");
        let told = talk.all("mediary.target_changed");
        assert_eq!(
            told.first().map(|event| (&event["from"], &event["to"])),
            is_told.then_some((&json!("a/m"), &json!("b/m")))
        );
    }
}

#[test]
fn an_answer_that_no_target_gives_says_so_and_the_conversation_goes_on() {
    let up = Upstream::doing([fails(400, "that will not do", None), streams(&["Yes."])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let mut talk = Talk::open(&server, "?model=m");
    update(&mut talk, &json!({ "output_modalities": ["text"] }));
    talk.write("Hello.");
    talk.send(&json!({ "type": "response.create" }));
    let failed = talk.until("response.done");
    assert_eq!(failed["response"]["status"], "failed", "{failed}");
    assert!(failed["response"]["status_details"]["error"]["message"].as_str().is_some_and(|words| !words.is_empty()));
    talk.send(&json!({ "type": "response.create" }));
    assert_eq!(talk.until("response.done")["response"]["status"], "completed");
}

#[test]
fn a_turn_that_the_client_ends_is_committed_once() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let mut talk = Talk::open(&server, "?model=m");
    talk.until("session.created");
    let detection = |how: Value| {
        let session = json!({ "type": "realtime", "audio": { "input": { "turn_detection": how } } });
        json!({ "type": "session.update", "session": session })
    };
    let commit = json!({ "type": "input_audio_buffer.commit" });
    talk.send(&detection(patient()));
    talk.until("session.updated");
    // 0.15 s: no whole number of the frames that are judged.
    talk.speak(&silence(1)[..7_200]);
    talk.send(&commit);
    talk.until("input_audio_buffer.committed");
    talk.send(&commit);
    assert_eq!(talk.until("error")["error"]["code"], "input_audio_buffer_commit_empty");
    // With turns told apart, without, and with again.
    talk.speak(&silence(1)[..7_200]);
    talk.send(&detection(Value::Null));
    talk.until("session.updated");
    talk.send(&commit);
    talk.until("input_audio_buffer.committed");
    talk.send(&detection(patient()));
    talk.until("session.updated");
    talk.speak(&silence(1)[..7_200]);
    talk.send(&json!({ "type": "input_audio_buffer.clear" }));
    talk.until("input_audio_buffer.cleared");
}
