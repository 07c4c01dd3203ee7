//! Personal data and secrets that stay here: what the provider sees, and what its client gets.

use mediary::config::Redaction;
use serde_json::{Value, json};

use super::chat_talk::{asking, over, serving};
use super::chat_words::{answers, says, streams, whole};
use super::client::Request;
use super::keys_providers::Place;
use super::realtime_talk::{Manner, Talk, Vendor, silence};
use super::server::TestServer;
use super::upstream::Upstream;
use super::web_search::{engines, searxng};

const SAID: &str = "Write to mina.brown@example.org, card 4111 1111 1111 1111, from +49 30 901820.";
const SEEN: &str = "Write to [EMAIL_1], card [CARD_1], from [PHONE_1].";

fn redacting(up: &Upstream, kinds: &[&str]) -> TestServer {
    serving(&[up.far_entry("up", json!({ "models": [{ "id": "m", "tools": true }] }))], |config| {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        config.routing.redaction = Redaction { providers: vec!["*".to_owned()], kinds };
    })
}

const ALL: [&str; 5] = ["card", "iban", "email", "phone", "key"];

fn said(text: &str) -> Value {
    json!({ "messages": [{ "role": "user", "content": text }] })
}

#[test]
fn the_provider_gets_names_and_the_client_its_values() {
    let up = Upstream::doing([says("I wrote to [EMAIL_1] about [card_1], not [EMAIL_9].")]);
    let server = redacting(&up, &ALL);
    let answer = asking(said(SAID)).send(&server);
    let text = answer.ok()["choices"][0]["message"]["content"].clone();
    assert_eq!(text, "I wrote to mina.brown@example.org about 4111 1111 1111 1111, not [EMAIL_9].");
    assert_eq!(up.last().json()["messages"][0]["content"], SEEN);
    let told = answer.header("x-mediary-treatments").unwrap_or_default();
    assert!(told.contains("do=redact") && told.contains("card=1;email=1;phone=1"), "{told}");
    // In Anthropic's words, and by other fields than the message.
    let body = json!({
        "model": "m", "max_tokens": 50, "system": "You are sk-proj-Ab3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW",
        "metadata": { "user_id": "mina.brown@example.org" }, "messages": [{ "role": "user", "content": SAID }],
    });
    let request = Request::new("POST", "/v1/messages").header("anthropic-version", "2023-06-01");
    let answer = request.body("application/json", body.to_string()).send(&server);
    assert!(answer.text().contains("mina.brown@example.org"), "{answer}");
    let seen = String::from_utf8_lossy(&up.last().body).into_owned();
    for value in ["mina.brown", "4111", "sk-proj", "901820"] {
        assert!(!seen.contains(value), "{seen}");
    }
}

#[test]
fn a_search_engine_is_asked_no_more_than_a_provider() {
    let (up, web) = (Upstream::doing([says("So it is.")]), Upstream::site([searxng(1)]));
    let server = serving(&[up.far_entry("up", json!({ "models": [{ "id": "m" }] }))], |config| {
        engines(config, &[("searxng", &web, &[])]);
        config.routing.redaction =
            Redaction { providers: vec!["*".to_owned()], kinds: ALL.map(str::to_owned).to_vec() };
    });
    let answer = asking(said(SAID)).header("x-mediary-web-search", "true").send(&server);
    assert_eq!(answer.header("x-mediary-web-search"), Some("searxng;results=1"), "{answer}");
    let path = web.last().path;
    assert!(path.contains("EMAIL_1") && path.contains("CARD_1"), "{path}");
    assert!(!path.contains("mina.brown") && !path.contains("4111") && !path.contains("901820"), "{path}");
}

#[test]
fn a_stream_comes_with_the_values_however_it_is_cut() {
    let up = Upstream::doing([streams(&["I wrote to [EM", "AIL", "_1] and", " [x]", " or [CA", "RD_1", "]."])]);
    let server = redacting(&up, &ALL);
    let mut request = said(SAID);
    request["stream"] = true.into();
    let answer = asking(request).send(&server);
    let data = answer.text().lines().filter_map(|line| line.strip_prefix("data: "));
    let chunks = data.filter_map(|data| serde_json::from_str::<Value>(data).ok());
    let text: String =
        chunks.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned)).collect();
    assert_eq!(text, "I wrote to mina.brown@example.org and [x] or 4111 1111 1111 1111.", "{answer}");
}

#[test]
fn functions_are_called_with_the_values() {
    let call = json!({
        "role": "assistant", "content": null,
        "tool_calls": [{ "id": "c1", "type": "function", "function": { "name": "send", "arguments": "{\"to\":\"[EMAIL_1]\"}" } }],
    });
    let up = Upstream::doing([answers(200, &whole(&call, "tool_calls")), says("Sent.")]);
    let server = redacting(&up, &ALL);
    let tools = json!([{ "type": "function", "function": { "name": "send", "parameters": { "type": "object" } } }]);
    let mut request = said(SAID);
    request["tools"] = tools.clone();
    let answer = asking(request).send(&server).ok();
    let message = answer["choices"][0]["message"].clone();
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{\"to\":\"mina.brown@example.org\"}");
    // Its next turn brings the values back, and they leave under the same names.
    let result = json!({ "role": "tool", "tool_call_id": "c1", "content": "ok: mina.brown@example.org" });
    let messages = json!([{ "role": "user", "content": SAID }, message, result]);
    asking(json!({ "messages": messages, "tools": tools })).send(&server).ok();
    let sent = up.last().json();
    assert_eq!(sent["messages"][1]["tool_calls"][0]["function"]["arguments"], "{\"to\":\"[EMAIL_1]\"}");
    assert_eq!(sent["messages"][2]["content"], "ok: [EMAIL_1]");
}

#[test]
fn only_what_is_wished_is_kept_and_only_from_those_elsewhere() {
    let up = Upstream::doing([says("Yes.")]);
    let server = redacting(&up, &["card"]);
    asking(said(SAID)).send(&server).ok();
    assert_eq!(up.last().json()["messages"][0]["content"], SAID.replace("4111 1111 1111 1111", "[CARD_1]"));
    let plain = asking(said("Nothing of this.")).send(&server);
    assert_eq!((plain.status, plain.header("x-mediary-treatments")), (200, None));
    let near = serving(&[up.entry("up", json!({}))], |config| {
        config.routing.redaction.providers = vec!["*".to_owned()];
    });
    asking(said(SAID)).send(&near).ok();
    assert_eq!(up.last().json()["messages"][0]["content"], SAID, "it does not leave this machine");
    let other = serving(&[up.far_entry("up", json!({}))], |config| {
        config.routing.redaction.providers = vec!["another".to_owned()];
    });
    asking(said(SAID)).send(&other).ok();
    assert_eq!(up.last().json()["messages"][0]["content"], SAID);
}

#[test]
fn texts_that_become_vectors_are_covered_too() {
    let vector = json!({ "object": "embedding", "index": 0, "embedding": [0.5, 0.5] });
    let list =
        json!({ "object": "list", "model": "m", "data": [vector], "usage": { "prompt_tokens": 1, "total_tokens": 1 } });
    let up = Upstream::doing([answers(200, &list)]);
    let entry = up.far_entry("up", json!({ "models": [{ "id": "m", "tasks": ["embedding"] }] }));
    let server = serving(&[entry], |config| config.routing.redaction.providers = vec!["up".to_owned()]);
    let body = json!({ "model": "up/m", "input": SAID });
    Request::new("POST", "/v1/embeddings").body("application/json", body.to_string()).send(&server).ok();
    let sent = up.last().json();
    assert!(sent["input"] == SEEN || sent["input"][0] == SEEN, "{sent}");
}

#[test]
fn what_is_only_counted_is_covered_too() {
    let up = Upstream::doing([answers(200, &json!({ "input_tokens": 4711 }))]);
    let entry = up.far_entry("a", json!({ "dialect": "anthropic", "auth": { "header": "x-api-key" } }));
    let server = serving(&[entry], |config| config.routing.redaction.providers = vec!["a".to_owned()]);
    let body = over(json!({ "model": "m" }), said(SAID));
    let request = Request::new("POST", "/v1/messages/count_tokens").body("application/json", body.to_string());
    let counted = request.send(&server);
    assert_eq!((&counted.ok()["input_tokens"], counted.header("x-mediary-count")), (&json!(4711), Some("exact")));
    let seen = up.last();
    assert_eq!(seen.path, "/v1/messages/count_tokens");
    assert!(seen.json()["messages"].to_string().contains(SEEN), "{}", seen.json());
}

#[test]
fn tools_and_what_they_gave_are_covered_in_every_format() {
    let tool = json!({ "name": "find", "description": "Asks boss@example.org.",
        "input_schema": { "type": "object", "properties": { "who": { "type": "string", "description": "as x@y.io" } } } });
    let blocks = |result: Value| {
        json!([
            { "role": "user", "content": "Find them." },
            { "role": "assistant", "content": [{ "type": "tool_use", "id": "t", "name": "find", "input": { "who": "x@y.io" } }] },
            { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "t", "content": result }] },
        ])
    };
    let results = [
        json!("Hi\nmina.brown@example.org"),
        json!([{ "type": "text", "text": "{\"a\":\"Hi\\nmina.brown@example.org\"}" }]),
    ];
    let anthropic = json!({ "dialect": "anthropic", "auth": { "header": "x-api-key" } });
    for own in [
        json!({ "models": [{ "id": "m", "tools": true }] }),
        over(json!({ "models": [{ "id": "m", "tools": true }] }), anthropic),
    ] {
        let is_own = own.get("dialect").is_some();
        let answer = json!({ "id": "msg", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "content": [{ "type": "text", "text": "[EMAIL_3]" }], "usage": { "input_tokens": 1, "output_tokens": 1 } });
        let act = || if is_own { answers(200, &answer) } else { says("[EMAIL_3]") };
        let up = Upstream::doing([act(), act()]);
        let server = serving(&[up.far_entry("a", own)], |config| {
            config.routing.redaction.providers = vec!["*".to_owned()];
        });
        for result in &results {
            let body = json!({ "model": "m", "max_tokens": 50, "tools": [tool], "messages": blocks(result.clone()) });
            let request = Request::new("POST", "/v1/messages").header("anthropic-version", "2023-06-01");
            let answer = request.body("application/json", body.to_string()).send(&server);
            assert_eq!(answer.ok()["content"][0]["text"], "mina.brown@example.org", "{answer}");
            let seen = up.last().json();
            let told = seen.to_string();
            for value in ["mina.brown", "boss@", "x@y.io"] {
                assert!(!told.contains(value), "{value}: {told}");
            }
            assert!(told.contains("Asks [EMAIL_1].") && told.contains("as [EMAIL_2]"), "{told}");
        }
    }
}

#[test]
fn what_is_searched_for_is_covered_and_that_is_said() {
    let web = Upstream::site([searxng(1)]);
    let asked = json!({ "query": "who is mina.brown@example.org" });
    let search = |server: &TestServer| {
        Request::new("POST", "/v1/search/web").body("application/json", asked.to_string()).send(server).ok()
    };
    for providers in [["*"], ["searxng"]] {
        let server = TestServer::with(|config| {
            engines(config, &[("searxng", &web, &[])]);
            config.routing.redaction.providers = providers.map(str::to_owned).to_vec();
        });
        let found = search(&server);
        assert_eq!((&found["query"], &found["redacted"]), (&asked["query"], &json!("email=1")), "{found}");
        assert!(web.last().path.contains("EMAIL_1") && !web.last().path.contains("mina"), "{}", web.last().path);
    }
    let server = TestServer::with(|config| engines(config, &[("searxng", &web, &[])]));
    assert_eq!(search(&server).get("redacted"), None);
    assert!(web.last().path.contains("mina.brown"), "{}", web.last().path);
}

#[test]
fn half_a_value_is_not_searched_for() {
    let (up, web) = (Upstream::doing([says("So it is.")]), Upstream::site([searxng(1)]));
    let server = serving(&[up.far_entry("up", json!({ "models": [{ "id": "m" }] }))], |config| {
        engines(config, &[("searxng", &web, &[])]);
        config.routing.redaction.providers = vec!["*".to_owned()];
    });
    // Only the beginning of a long message is searched for: here it ends within an address.
    let words = format!("{} mina.brown@example.org", "word ".repeat(57));
    asking(said(&words)).header("x-mediary-web-search", "true").send(&server).ok();
    assert!(!web.last().path.contains("mina"), "{}", web.last().path);
}

#[test]
fn no_provider_hears_what_is_kept_from_it() {
    let greeting = json!({ "type": "session.created", "session": { "id": "sess_v" } });
    let vendor = Vendor::of(Manner { greets: vec![greeting], ..Manner::of(|_, _| Vec::new()) });
    let google = Vendor::of(Manner { in_bytes: true, ..Manner::of(|_, _| Vec::new()) });
    let up = Upstream::doing([streams(&["To [EMAIL_1]."])]);
    let entries = [
        up.far_entry("a", json!({})),
        vendor.entry("oa", "openai", "gpt-realtime"),
        google.entry("goo", "gemini", "live-1"),
    ];
    let server = serving(&entries, |config| config.routing.redaction.providers = vec!["*".to_owned()]);
    // What names no target is held here, in words.
    for query in ["", "?model=gpt-realtime", "?model=live-1"] {
        let mut talk = Talk::open(&server, query);
        assert_ne!(talk.until("session.created")["session"]["id"], "sess_v");
        let session = json!({ "type": "realtime", "output_modalities": ["text"], "instructions": "You are x@y.io." });
        talk.send(&json!({ "type": "session.update", "session": session }));
        talk.write(SAID);
        talk.send(&json!({ "type": "response.create" }));
        let told = talk.until("response.done");
        assert_eq!(told["response"]["output"][0]["content"][0]["text"], "To x@y.io.", "{told}");
        let seen = up.last().json()["messages"].to_string();
        assert!(seen.contains("You are [EMAIL_1].") && seen.contains("Write to [EMAIL_2], card [CARD_1]"), "{seen}");
    }
    // What names one is refused, and says why.
    for query in ["?model=oa/gpt-realtime", "?model=goo/live-1"] {
        let (status, body) = Talk::open_with(&server, query, &[]).err().expect("it is refused");
        assert_eq!(status, 403, "{body}");
        assert!(body.contains("redaction"), "{body}");
    }
    let wish = json!({ "provider": "oa", "session": { "type": "realtime", "instructions": SAID } });
    let token = Request::new("POST", "/v1/realtime/client_secrets").body("application/json", wish.to_string());
    token.send(&server).refused(403, "not_allowed", "redaction");
    assert!(vendor.handshakes().is_empty() && google.handshakes().is_empty(), "something was sent there");
    // The other provider of two may hear it.
    let server = serving(&entries, |config| config.routing.redaction.providers = vec!["goo".to_owned()]);
    let mut talk = Talk::open(&server, "");
    assert_eq!(talk.until("session.created")["session"]["id"], "sess_v");
}

#[test]
fn what_is_said_aloud_is_written_down_here() {
    // A provider that would write it down, and is not asked.
    let up = Upstream::doing([streams(&["Say it again."])]);
    let entry = up.far_entry("up", json!({ "models": [{ "id": "w", "tasks": ["transcription"] }, { "id": "m" }] }));
    let server = serving(&[entry], |config| {
        config.routing.redaction.providers = vec!["up".to_owned()];
        config.realtime.transcription_model = "up/w".to_owned();
    });
    let mut talk = Talk::open(&server, "?model=m");
    talk.until("session.created");
    let input = json!({ "transcription": { "model": "whisper-1" }, "turn_detection": null });
    let session = json!({ "type": "realtime", "output_modalities": ["text"], "audio": { "input": input } });
    talk.send(&json!({ "type": "session.update", "session": session }));
    talk.until("session.updated");
    talk.speak(&silence(1));
    talk.send(&json!({ "type": "input_audio_buffer.commit" }));
    talk.until("conversation.item.input_audio_transcription.failed");
    assert_eq!(up.calls(), 0, "it was sent to be written down");
    // Nor is what was not written down sent as sound.
    talk.send(&json!({ "type": "response.create" }));
    let told = talk.until("response.done");
    assert_eq!(told["response"]["output"][0]["content"][0]["text"], "Say it again.", "{told}");
    let seen = up.last().json()["messages"].to_string();
    assert!(up.calls() == 1 && !seen.contains("audio"), "{seen}");
}

#[test]
fn a_clients_key_may_ask_for_it() {
    let up = Upstream::doing([says("To [EMAIL_1].")]);
    let place = Place::with(&[up.far_entry("a", json!({}))]);
    let key = |arguments: &[&str]| {
        let told = place.told(&[&["clients", "create"], arguments].concat(), "");
        told.lines().next().expect("the key").to_owned()
    };
    let (careful, usual) = (key(&["careful", "--redact"]), key(&["usual"]));
    let served = place.serve(&[]);
    let address = served.address.parse().expect("it is an address");
    let asks = |key: &str| asking(said(SAID)).header("authorization", &format!("Bearer {key}")).send_to(address).ok();
    assert_eq!(asks(&careful)["choices"][0]["message"]["content"], "To mina.brown@example.org.");
    assert_eq!(up.last().json()["messages"][0]["content"], SEEN);
    asks(&usual);
    assert_eq!(up.last().json()["messages"][0]["content"], SAID);
}
