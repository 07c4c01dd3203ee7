//! Conversations that are kept because their clients name them: what is kept, what comes back, and to whom.

use std::path::Path;

use mediary::config::{Bytes, Config, Secret};
use serde_json::{Value, json};

use super::chat_talk::{Listener, asking, over, serving, turns as talk};
use super::chat_words::{fails, opening, says, streams, whole, word};
use super::client::{Answer, Request};
use super::images_words::encoded;
use super::server::{TestServer, sample, wait_until};
use super::upstream::{Act, Gate, Step, Upstream};

pub(crate) fn keeping(folder: &Path, up: &Upstream, edit: impl FnOnce(&mut Config)) -> TestServer {
    serving(&[up.entry("a", json!({}))], |config| {
        config.store.dir = Some(folder.join("store"));
        config.threads.meaning = false;
        edit(config);
    })
}

/// What a provider was sent, turn by turn.
fn sent(up: &Upstream) -> Vec<String> {
    let messages = up.last().json()["messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A message alone, in a thread.
pub(crate) fn says_in(server: &TestServer, thread: &str, text: &str) -> Answer {
    server.chat(json!({ "thread_id": thread, "messages": [{ "role": "user", "content": text }] }))
}

pub(crate) fn send(server: &TestServer, method: &'static str, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let request = Request::new(method, path.to_owned()).header("content-length", &body.len().to_string());
    request.body("application/json", body).send(server)
}

/// What a thread has, by its roles and words; `!` is an answer that broke off.
pub(crate) fn kept(server: &TestServer, thread: &str) -> Vec<String> {
    let list = server.get(&format!("/v1/threads/{thread}/messages?limit=100")).ok();
    let one = |message: &Value| {
        let said: Vec<_> = message["content"]
            .as_array()
            .expect("it is there")
            .iter()
            .map(|part| part["text"].as_str().unwrap_or("[file]"))
            .collect();
        let mark = if message["status"] == "incomplete" { "!" } else { "" };
        format!("{}{mark}: {}", message["role"].as_str().expect("it is there"), said.join(" "))
    };
    list["data"].as_array().expect("it is there").iter().map(one).collect()
}

fn thread(server: &TestServer, id: &str) -> Value {
    server.get(&format!("/v1/threads/{id}")).ok()
}

#[test]
fn a_conversation_goes_on_by_its_thread_and_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing(["One.", "Two.", "Three.", "Four."].map(says));
    let server = keeping(folder.path(), &up, |_| ());
    let first = says_in(&server, "trip", "Where to?");
    assert_eq!((first.said().as_str(), first.header("x-mediary-thread")), ("One.", Some("trip;turns=0;left_out=0")));
    assert!(up.last().json().get("thread_id").is_none(), "no target is told of it");
    drop(server);
    let server = keeping(folder.path(), &up, |_| ());
    let headed = json!({ "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "And then?" }] });
    let second = asking(headed).header("x-mediary-thread", "trip").send(&server);
    assert_eq!(second.header("x-mediary-thread"), Some("trip;turns=1;left_out=0"));
    assert_eq!(sent(&up), ["Be brief.", "Where to?", "One.", "And then?"], "instructions stay first");
    says_in(&server, "trip", "Where to?").ok();
    assert_eq!(sent(&up), ["Where to?", "One.", "And then?", "Two.", "Where to?"], "the same may be asked again");
    // One that keeps its conversation itself is given nothing, and not kept twice.
    let all = talk(&["Where to?", "One.", "And then?", "Two.", "Where to?", "Three.", "So?"]);
    let last = server.chat(json!({ "thread_id": "trip", "messages": all }));
    assert_eq!(last.header("x-mediary-thread"), Some("trip;turns=0;left_out=0;history=sent"));
    assert_eq!(sent(&up).len(), 7);
    let expected = [
        "user: Where to?",
        "assistant: One.",
        "user: And then?",
        "assistant: Two.",
        "user: Where to?",
        "assistant: Three.",
        "user: So?",
        "assistant: Four.",
    ];
    assert_eq!(kept(&server, "trip"), expected);
    let its = thread(&server, "trip");
    assert_eq!((&its["title"], &its["title_by"]), (&json!("Where to?"), &json!("words")));
    assert_eq!((&its["turns"], &its["messages"], &its["model"]), (&json!(4), &json!(8), &json!("a/m")));
    assert_eq!(up.calls(), 4, "titles cost no call");
}

#[test]
fn without_a_thread_nothing_is_kept_and_a_failed_request_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One."), fails(400, "no", None)]);
    let server = keeping(folder.path(), &up, |_| ());
    let plain = server.chat(json!({}));
    assert_eq!((plain.said().as_str(), plain.header("x-mediary-thread")), ("One.", None));
    assert_ne!(says_in(&server, "t", "Hello").status, 200);
    assert_eq!(server.get("/v1/threads").ok()["data"], json!([]));
    server.get("/v1/threads/t").refused(404, "thread_not_found", "no such thread with this key");
}

#[test]
fn streams_are_kept_as_they_were_said_whole_or_broken_or_left() {
    let folder = tempfile::tempdir().unwrap();
    let held = vec![opening(), word("Half"), Step::Stall];
    let broken = vec![opening(), word("Bro"), word("ken"), Step::Cut];
    let up = Upstream::doing([streams(&["Hel", "lo"]), Act::Stream(broken), Act::Stream(held), says("End.")]);
    let server = keeping(folder.path(), &up, |_| ());
    let stream =
        |text: &str| json!({ "thread_id": "s", "stream": true, "messages": [{ "role": "user", "content": text }] });
    let first = server.chat(stream("First"));
    assert_eq!((first.said().as_str(), first.header("x-mediary-thread")), ("Hello", Some("s;turns=0;left_out=0")));
    assert_eq!(kept(&server, "s"), ["user: First", "assistant: Hello"]);
    assert_eq!(server.chat(stream("Second")).broken_off().0, "Broken");
    let mut left = Listener::ask(&server, over(stream("Third"), json!({ "thread_id": "left" })));
    left.read_until("Half");
    drop(left);
    up.was_left();
    wait_until("it is kept", || server.get("/v1/threads/left").status == 200);
    assert_eq!(kept(&server, "left"), ["user: Third", "assistant!: Half"]);
    assert_eq!(kept(&server, "s")[2..], ["user: Second", "assistant!: Broken"]);
}

#[test]
fn a_thread_is_its_keys_alone_and_goes_when_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("For one."), says("For two.")]);
    let server = keeping(folder.path(), &up, |config| {
        config.server.api_keys = vec![Secret::new("key-of-one"), Secret::new("key-of-two")];
    });
    let as_one = |request: Request| request.header("x-api-key", "key-of-one").send(&server);
    let as_two = |request: Request| request.header("x-api-key", "key-of-two").send(&server);
    let chat = |text: &str| asking(json!({ "thread_id": "t", "messages": [{ "role": "user", "content": text }] }));
    as_one(chat("A secret")).ok();
    as_two(chat("Mine")).ok();
    assert_eq!(sent(&up), ["Mine"], "the other's thread of the same id is another");
    let get = |path: &str| Request::new("GET", path.to_owned());
    assert_eq!(as_two(get("/v1/threads?query=secret")).ok()["data"], json!([]));
    assert_eq!(as_one(get("/v1/threads?query=secret")).ok()["data"][0]["snippet"], "A secret");
    let gone = as_one(Request::new("DELETE", "/v1/threads/t")).ok();
    assert_eq!(gone, json!({ "id": "t", "object": "thread.deleted", "deleted": true }));
    for path in ["/v1/threads/t", "/v1/threads/t/messages", "/v1/threads/t/export"] {
        as_one(get(path)).refused(404, "thread_not_found", "lists yours");
    }
    as_one(Request::new("DELETE", "/v1/threads/t")).refused(404, "thread_not_found", "removed");
    assert_eq!(as_two(get("/v1/threads/t")).ok()["messages"], 2);
}

#[test]
fn what_comes_back_fits_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let long = "word ".repeat(800);
    let up = Upstream::doing([says(&long), says("Two."), says("Three."), says("Four.")]);
    let small = up.with_model("a", json!({ "context_tokens": 1_600 }));
    let server = serving(&[small], |config| {
        config.store.dir = Some(folder.path().join("store"));
        config.threads.meaning = false;
    });
    for text in ["First", "Second"] {
        says_in(&server, "t", text).ok();
    }
    let answer = says_in(&server, "t", "Third");
    assert_eq!(answer.header("x-mediary-thread"), Some("t;turns=1;left_out=1"));
    assert_eq!(sent(&up), ["Second", "Two.", "Third"], "the oldest goes first, whole");
    drop(server);
    let server = keeping(folder.path(), &up, |config| config.threads.context_tokens = 0);
    let answer = says_in(&server, "t", "Fourth");
    assert_eq!((answer.header("x-mediary-thread"), sent(&up).len()), (Some("t;turns=0;left_out=3"), 1));
}

#[test]
fn calls_and_their_results_are_never_torn_apart() {
    let folder = tempfile::tempdir().unwrap();
    let call = json!({ "id": "c1", "type": "function", "function": { "name": "look", "arguments": "{\"at\": 1}" } });
    let calls = || {
        super::chat_words::answers(
            200,
            &whole(&json!({ "role": "assistant", "content": null, "tool_calls": [call] }), "tool_calls"),
        )
    };
    let up = Upstream::doing([calls(), says("It is blue."), calls(), says("Never mind.")]);
    let server = serving(&[up.with_model("a", json!({ "tools": true }))], |config| {
        config.store.dir = Some(folder.path().join("store"));
        config.threads.meaning = false;
    });
    let tools = json!([{ "type": "function", "function": { "name": "look", "parameters": { "type": "object" } } }]);
    let chat = |message: Value| server.chat(json!({ "thread_id": "t", "messages": [message], "tools": tools }));
    chat(json!({ "role": "user", "content": "Which colour?" })).ok();
    // Only the result is sent: its call comes back before it.
    chat(json!({ "role": "tool", "tool_call_id": "c1", "content": "blue" })).ok();
    let roles = || -> Vec<String> {
        let messages = up.last().json()["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|message| message["role"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(roles(), ["user", "assistant", "tool"]);
    assert_eq!(up.last().json()["messages"][1]["tool_calls"][0]["id"], "c1");
    chat(json!({ "role": "user", "content": "Look again." })).ok();
    // The last call is never answered: it is left out.
    chat(json!({ "role": "user", "content": "Leave it." })).ok();
    assert_eq!(roles(), ["user", "assistant", "tool", "assistant", "user", "user"]);
    assert_eq!(thread(&server, "t")["messages"], 8);
}

#[test]
fn media_are_kept_once_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("A sign."), says("Yes."), says("Again.")]);
    let entry = up.with_model("a", json!({ "accepts": ["text", "image"] }));
    let server = serving(&[entry], |config| {
        config.store.dir = Some(folder.path().join("store"));
        config.threads.meaning = false;
    });
    let picture = json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{}", encoded(&sample("sign.png"))) } });
    let shown = json!([{ "role": "user", "content": [{ "type": "text", "text": "What is it?" }, picture] }]);
    server.chat(json!({ "thread_id": "t", "messages": shown })).ok();
    says_in(&server, "t", "Really?").ok();
    let again = &up.last().json()["messages"][0]["content"][1];
    assert_eq!(again, &picture, "it is sent as it came");
    let messages = server.get("/v1/threads/t/messages").ok();
    let file = &messages["data"][0]["content"][1]["file"];
    assert_eq!((&file["mime_type"], &file["bytes"]), (&json!("image/png"), &json!(sample("sign.png").len())));
    let got = server.get(file["url"].as_str().unwrap());
    assert_eq!((got.status, got.body == sample("sign.png")), (200, true));
    server.chat(json!({ "thread_id": "u", "messages": shown })).ok();
    let files = || {
        let all = std::fs::read_dir(folder.path().join("store/content/threads")).unwrap().flatten();
        let own = all.map(|own| std::fs::read_dir(own.path()).unwrap().flatten());
        own.flatten().filter(|entry| entry.file_name().len() == 64).count()
    };
    assert_eq!(files(), 1);
    Request::new("DELETE", "/v1/threads/t").send(&server).ok();
    assert_eq!(files(), 1, "the other thread has it too");
    server.get(&format!("/v1/threads/u/media/{}", "0".repeat(64))).refused(404, "thread_not_found", "no such thread");
    Request::new("DELETE", "/v1/threads/u").send(&server).ok();
    assert_eq!(files(), 0);
}

#[test]
fn two_at_once_are_both_kept_each_in_one_piece() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::default();
    let held = |text: &'static str| {
        Act::Stream(vec![
            opening(),
            word(text),
            Step::Wait(gate.clone()),
            super::chat_words::closing(),
            super::chat_words::done(),
        ])
    };
    let up = Upstream::doing([held("One"), held("One")]);
    let server = keeping(folder.path(), &up, |_| ());
    std::thread::scope(|scope| {
        let both: Vec<_> = ["A", "B"]
            .map(|text| {
                let server = &server;
                scope.spawn(move || {
                    let message = json!([{ "role": "user", "content": text }]);
                    server.chat(json!({ "thread_id": "t", "stream": true, "messages": message })).said()
                })
            })
            .into();
        wait_until("both are asked", || up.calls() == 2);
        gate.open();
        both.into_iter().for_each(|one| assert_eq!(one.join().unwrap(), "One"));
    });
    let all = kept(&server, "t");
    assert_eq!((all[1].as_str(), all[3].as_str(), all.len()), ("assistant: One", "assistant: One", 4));
    let mut asked = [all[0].as_str(), all[2].as_str()];
    asked.sort_unstable();
    assert_eq!(asked, ["user: A", "user: B"]);
}

#[test]
fn other_protocols_name_their_threads_by_a_header() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One."), says("Two."), says("Three."), says("Four.")]);
    let server = keeping(folder.path(), &up, |_| ());
    let post = |path: &str, body: Value| {
        let request = Request::new("POST", path.to_owned()).header("x-mediary-thread", "shared");
        request.body("application/json", body.to_string()).send(&server)
    };
    let user = |text: &str| json!([{ "role": "user", "content": text }]);
    post("/v1/messages", json!({ "model": "m", "max_tokens": 9, "messages": user("By messages") })).ok();
    post("/api/chat", json!({ "model": "m", "stream": false, "messages": user("By Ollama") })).ok();
    let contents = json!([{ "role": "user", "parts": [{ "text": "By Gemini" }] }]);
    post("/v1beta/models/m:generateContent", json!({ "contents": contents })).ok();
    let last = post("/v1/responses", json!({ "model": "m", "input": "By responses" }));
    assert_eq!((last.status, last.header("x-mediary-thread")), (200, Some("shared;turns=3;left_out=0")));
    assert_eq!(sent(&up), ["By messages", "One.", "By Ollama", "Two.", "By Gemini", "Three.", "By responses"]);
    assert_eq!(kept(&server, "shared").len(), 8);
    let background = json!({ "model": "m", "input": "Later", "background": true, "store": true });
    post("/v1/responses", background).refused(400, "invalid_request", "kept in no thread");
}

#[test]
fn bounds_are_told_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One."), says("Two."), says("Three.")]);
    let server = keeping(folder.path(), &up, |config| {
        config.threads.most = 1;
        config.threads.messages = 2;
    });
    for id in ["", "../x", "-x", "a b", "ü", &"x".repeat(129)] {
        let answer = says_in(&server, id, "Hello");
        answer.refused(400, "invalid_request", "must be the id of a thread");
    }
    server.chat(json!({ "thread_id": 7 })).refused(400, "invalid_request", "must be a text");
    let both = asking(json!({ "thread_id": "a" })).header("x-mediary-thread", "b").send(&server);
    both.refused(400, "invalid_request", "name different threads");
    let three = json!({ "thread_id": "t", "messages": talk(&["One", "Two", "Three"]) });
    server.chat(three).refused(507, "thread_full", "Begin another one");
    assert_eq!(up.calls(), 0);
    says_in(&server, "t", "Hello").ok();
    says_in(&server, "t", "Hello").refused(507, "thread_full", "Begin another one");
    says_in(&server, "u", "Hello").refused(507, "too_many_threads", "Remove some");
    send(&server, "POST", "/v1/threads", &json!({})).refused(507, "too_many_threads", "Remove some");
    assert_eq!(send(&server, "POST", "/v1/threads", &json!({ "id": "t" })).status, 200, "it is there");
    drop(server);
    let server = keeping(folder.path(), &up, |config| config.threads.bytes = Bytes::new(10));
    says_in(&server, "t", "Hello").refused(507, "threads_full", "raise `bytes` in [threads]");
    drop(server);
    let server = keeping(folder.path(), &up, |config| config.threads.enabled = false);
    says_in(&server, "t", "Hello").refused(503, "threads_not_kept", "[threads] enabled");
    server.get("/v1/threads").refused(503, "threads_not_kept", "switched off");
    assert_eq!(server.chat(json!({})).status, 200, "others are answered");
}

#[test]
fn what_was_said_for_this_machine_alone_stays_here() {
    let folder = tempfile::tempdir().unwrap();
    let (far, near) = (Upstream::doing([says("From afar")]), Upstream::doing([says("From here")]));
    let server = serving(&[far.far_entry("far", json!({})), near.entry("near", json!({}))], |config| {
        config.store.dir = Some(folder.path().join("store"));
        config.threads.meaning = false;
    });
    let secret = || json!({ "thread_id": "t", "messages": [{ "role": "user", "content": "A secret" }] });
    assert_eq!(says_in(&server, "t", "Hello").said(), "From afar");
    assert_eq!(server.chat_with(("x-mediary-privacy", "local"), secret()).said(), "From here");
    assert_eq!(sent(&near), ["Hello", "From afar", "A secret"]);
    let goes_on = json!([{ "role": "user", "content": "Go on" }]);
    let answer = server.chat(json!({ "model": "far/m", "thread_id": "t", "messages": goes_on }));
    assert_eq!(answer.header("x-mediary-thread"), Some("t;turns=1;left_out=1"));
    assert_eq!(sent(&far), ["Hello", "From afar", "Go on"]);
    let answer = server.chat_with(("x-mediary-privacy", "local"), secret());
    assert_eq!(answer.header("x-mediary-thread"), Some("t;turns=3;left_out=0"));
    assert_eq!(sent(&near).len(), 7, "here all of it is told");
}
