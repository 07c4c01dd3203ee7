//! Responses that are kept: conversations that go on by an id, across targets and restarts; answers in the background;
//! and that a response is its key's alone.

use std::path::Path;

use serde_json::{Value, json};

use super::chat_talk::{Listener, serving};
use super::chat_words::{closing, done, fails, opening, says, usage, word};
use super::client::{Answer, Request};
use super::responses::{ask, asking, words};
use super::server::{TestServer, wait_until};
use super::upstream::{Act, Gate, Step, Upstream};
use mediary::config::Secret;

/// A server whose responses are kept in this folder.
fn keeping(folder: &Path, providers: &[Value]) -> TestServer {
    serving(providers, |config| config.store.dir = Some(folder.join("store")))
}

fn id(response: &Value) -> String {
    response["id"].as_str().expect("responses have ids").to_owned()
}

/// A response as it stands.
fn kept(server: &TestServer, id: &str) -> Answer {
    server.get(&format!("/v1/responses/{id}"))
}

/// The response once it has ended.
fn ended(server: &TestServer, id: &str) -> Value {
    let mut response = Value::Null;
    wait_until("the response ends", || {
        response = kept(server, id).ok();
        !matches!(response["status"].as_str(), Some("queued" | "in_progress"))
    });
    response
}

/// What a request to OpenAI's format says, turn by turn.
fn turns(up: &Upstream) -> Vec<String> {
    let messages = up.last().json()["messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_conversation_goes_on_by_an_id_at_another_target_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Upstream::doing([says("One.")]), Upstream::doing([says("Two."), says("Three.")]));
    let providers = [one.entry("a", json!({})), two.entry("b", json!({ "models": [{ "id": "n" }] }))];
    let server = keeping(folder.path(), &providers);
    let go_on = |server: &TestServer, before: &str, fields: Value| {
        let mut asked = json!({ "model": "n", "store": true, "previous_response_id": before });
        asked.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ask(server, asked)
    };
    let first = ask(&server, json!({ "store": true, "instructions": "Be brief." })).ok();
    assert_eq!((&first["store"], &first["previous_response_id"]), (&json!(true), &Value::Null));
    assert_eq!(kept(&server, &id(&first)).ok(), first);
    let second = go_on(&server, &id(&first), json!({ "input": "And?" })).ok();
    assert_eq!((words(&second).as_str(), &second["previous_response_id"]), ("Two.", &first["id"]));
    assert_eq!(turns(&two), ["Hello", "One.", "And?"], "instructions are not gone on with");
    drop(server);

    let server = keeping(folder.path(), &providers);
    let stream = json!({ "input": [{ "role": "user", "content": "More." }], "stream": true });
    let streamed = go_on(&server, &id(&second), stream);
    let last = streamed.text().trim_end().rsplit_once("data: ").expect("it has events").1;
    let third: Value = serde_json::from_str(last).unwrap();
    assert_eq!(turns(&two), ["Hello", "One.", "And?", "Two.", "More."]);
    assert_eq!(kept(&server, &id(&third["response"])).ok(), third["response"], "a stream is kept too");

    // Items that are only named, of the input and of the output.
    let items = server.get(&format!("/v1/responses/{}/input_items?order=asc", id(&second))).ok();
    let said: Vec<_> = items["data"].as_array().unwrap().iter().map(|item| &item["content"][0]["text"]).collect();
    assert_eq!(said, ["Hello", "One.", "And?"], "{items:#}");
    let named = |id: &Value| json!({ "type": "item_reference", "id": id });
    let input = json!([named(&items["data"][2]["id"]), named(&second["output"][0]["id"]), { "role": "user", "content": "So?" }]);
    ask(&server, json!({ "model": "n", "input": input })).ok();
    assert_eq!(turns(&two), ["And?", "Two.", "So?"]);
    let answer = ask(&server, json!({ "model": "n", "input": [named(&json!("msg_unknown_0"))] }));
    answer.refused(400, "invalid_request", "no item `msg_unknown_0`");
    assert_eq!(answer.json()["error"]["param"], "input[0].id");
}

#[test]
fn the_items_of_an_input_come_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One.")]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let input: Vec<Value> = ["A", "B", "C"]
        .iter()
        .map(|text| json!({ "role": "user", "content": text, "id": format!("msg_{text}") }))
        .collect();
    let response = ask(&server, json!({ "store": true, "input": input })).ok();
    let page = |query: &str| server.get(&format!("/v1/responses/{}/input_items?{query}", id(&response)));
    let ids = |query: &str| {
        let list = page(query).ok();
        let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(
            (list["first_id"].as_str(), list["last_id"].as_str()),
            (ids.first().map(|id| &**id), ids.last().map(|id| &**id))
        );
        (ids.concat(), list["has_more"] == true)
    };
    assert_eq!(ids(""), ("msg_Cmsg_Bmsg_A".into(), false));
    assert_eq!(ids("order=asc&limit=2"), ("msg_Amsg_B".into(), true));
    assert_eq!(ids("order=asc&after=msg_B"), ("msg_C".into(), false));
    for query in ["limit=0", "limit=101", "order=up"] {
        page(query).refused(400, "invalid_request", "must be");
    }
}

#[test]
fn a_response_is_its_keys_alone_and_gone_when_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One.")]);
    let server = serving(&[up.entry("a", json!({}))], |config| {
        config.store.dir = Some(folder.path().join("store"));
        config.server.api_keys = vec![Secret::new("key-of-one"), Secret::new("key-of-two")];
    });
    let with = |key: &str, request: Request| request.header("authorization", &format!("Bearer {key}")).send(&server);
    let first = with("key-of-one", asking(json!({ "store": true }))).ok();
    let (one, path) = (id(&first), format!("/v1/responses/{}", id(&first)));
    let strangers = [
        Request::new("GET", &path),
        Request::new("DELETE", &path),
        Request::new("GET", format!("{path}/input_items")),
        Request::new("POST", format!("{path}/cancel")),
        asking(json!({ "previous_response_id": one })),
    ];
    for request in strangers {
        with("key-of-two", request).refused(404, "response_not_found", &one);
    }
    let named = json!([{ "type": "item_reference", "id": first["output"][0]["id"] }]);
    with("key-of-two", asking(json!({ "input": named }))).refused(400, "invalid_request", "no item");
    with("key-of-one", Request::new("POST", format!("{path}/cancel"))).refused(400, "invalid_request", "`background`");
    with("key-of-two", Request::new("GET", format!("{path}?stream=true"))).refused(404, "response_not_found", &one);
    with("key-of-one", Request::new("GET", format!("{path}?stream=true&starting_after=x"))).refused(
        400,
        "invalid_request",
        "number of an event",
    );
    let removed = with("key-of-one", Request::new("DELETE", &path)).ok();
    assert_eq!(removed, json!({ "id": one, "object": "response", "deleted": true }));
    for method in ["GET", "DELETE"] {
        with("key-of-one", Request::new(method, &path)).refused(404, "response_not_found", &one);
    }
    let unkept = with("key-of-one", asking(json!({ "store": false }))).ok();
    assert_eq!(unkept["store"], false);
    let path = format!("/v1/responses/{}", id(&unkept));
    with("key-of-one", Request::new("GET", &path)).refused(404, "response_not_found", "was not kept");
}

#[test]
fn a_response_in_the_background_is_looked_at_until_it_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One."), fails(400, "no such thing", None)]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let in_background = json!({ "store": true, "background": true, "truncation": "auto" });
    let answer = ask(&server, in_background.clone());
    let queued = answer.ok();
    assert_eq!(
        (&queued["status"], &queued["background"], &queued["output"]),
        (&json!("queued"), &json!(true), &json!([]))
    );
    assert_eq!(answer.header("x-mediary-dropped"), Some("truncation"), "{answer}");
    let ended_well = ended(&server, &id(&queued));
    assert_eq!((&ended_well["status"], words(&ended_well).as_str()), (&json!("completed"), "One."), "{ended_well:#}");
    assert_eq!((&ended_well["id"], &ended_well["created_at"]), (&queued["id"], &queued["created_at"]));
    let cancelled = Request::new("POST", format!("/v1/responses/{}/cancel", id(&queued))).send(&server).ok();
    assert_eq!(cancelled, ended_well, "what has ended stays as it is");

    let failed = ended(&server, &id(&ask(&server, in_background).ok()));
    assert_eq!((&failed["status"], failed["error"]["code"].is_string()), (&json!("failed"), true), "{failed:#}");
}

/// The data of a stream's events, with their numbers as they should be from `first` on.
#[track_caller]
fn replayed(answer: &Answer, first: usize) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")), "{answer}");
    let events = answer.text().split("\n\n").filter(|event| !event.is_empty() && !event.starts_with(':'));
    let data = events.map(|event| event.split_once("\ndata: ").expect("it has a name and data"));
    let all: Vec<Value> = data
        .map(|(name, data)| {
            let data: Value = serde_json::from_str(data).expect("events are JSON");
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str(), "{answer}");
            data
        })
        .collect();
    for (at, event) in all.iter().enumerate() {
        assert_eq!(event["sequence_number"], at + first, "{answer}");
    }
    all
}

#[test]
fn what_was_kept_is_told_once_more_as_events() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One.")]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let response = ask(&server, json!({ "store": true })).ok();
    let path = format!("/v1/responses/{}?stream=true", id(&response));
    let whole = replayed(&server.get(&path), 0);
    let last = whole.last().unwrap();
    assert_eq!((&last["type"], &last["response"]), (&json!("response.completed"), &response));
    assert_eq!(whole[0]["response"]["output"], json!([]));
    let delta = whole.iter().find(|event| event["type"] == "response.output_text.delta").unwrap();
    assert_eq!((&delta["delta"], &delta["item_id"]), (&json!("One."), &response["output"][0]["id"]));
    let rest = replayed(&server.get(&format!("{path}&starting_after=3")), 4);
    assert_eq!(rest, whole[4..]);
    assert_eq!(up.calls(), 1, "its target is not asked again");
}

#[test]
fn a_response_in_the_background_is_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One."), fails(400, "no such thing", None)]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let in_background = json!({ "store": true, "background": true, "stream": true });
    let events = replayed(&ask(&server, in_background.clone()), 0);
    let (first, last) = (&events[0], events.last().unwrap());
    assert_eq!((&first["type"], &first["response"]["status"]), (&json!("response.created"), &json!("in_progress")));
    assert_eq!((&last["type"], words(&last["response"]).as_str()), (&json!("response.completed"), "One."));
    let response = id(&last["response"]);
    assert_eq!(response, id(&first["response"]));
    assert_eq!(kept(&server, &response).ok(), last["response"]);
    // How it began was told before its target was known.
    let path = format!("/v1/responses/{response}?stream=true");
    assert_eq!(replayed(&server.get(&path), 0), events);
    assert_eq!(replayed(&server.get(&format!("{path}&starting_after=3")), 4), events[4..]);
    let failed = replayed(&ask(&server, in_background), 0);
    assert_eq!(failed.last().unwrap()["type"], "response.failed");
}

#[test]
fn events_in_the_background_are_heard_as_they_come_by_anyone_with_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::default();
    let steps = vec![opening(), word("One"), Step::Wait(gate.clone()), word(" two."), closing(), usage(), done()];
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let mut first = Listener::to(&server, &asking(json!({ "store": true, "background": true, "stream": true })));
    let begun = first.until("response.output_text.delta");
    assert_eq!(begun.last().unwrap()["delta"], "One");
    let response = id(&begun[0]["response"]);
    assert_eq!(kept(&server, &response).ok()["status"], "in_progress");
    // Whoever made it may leave; the answer goes on, and is heard from where it was left.
    drop(first);
    let number = begun.last().unwrap()["sequence_number"].as_u64().unwrap();
    let path = format!("/v1/responses/{response}?stream=true&starting_after={number}");
    let mut second = Listener::to(&server, &Request::new("GET", path.as_str()));
    gate.open();
    let rest = second.until("response.completed");
    assert_eq!((&rest[0]["delta"], &rest[0]["sequence_number"]), (&json!(" two."), &json!(number + 1)));
    assert_eq!(words(&rest.last().unwrap()["response"]), "One two.");
    assert_eq!(ended(&server, &response), rest.last().unwrap()["response"]);
    drop(server);
    // After a restart all of it is told in larger pieces, so what was heard then is more than there is.
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let after = rest.last().unwrap()["sequence_number"].as_u64().unwrap();
    let again = server.get(&format!("/v1/responses/{response}?stream=true&starting_after={after}"));
    let again: Vec<&str> = again.text().lines().filter(|line| line.starts_with("event: ")).collect();
    assert_eq!(again, ["event: response.completed"]);
    assert_eq!(up.calls(), 1);
}

#[test]
fn a_listener_hears_that_a_response_was_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([Act::Stream(vec![opening(), word("One"), Step::Stall])]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let mut listener = Listener::to(&server, &asking(json!({ "store": true, "background": true, "stream": true })));
    let begun = listener.until("response.output_text.delta");
    let response = id(&begun[0]["response"]);
    Request::new("POST", format!("/v1/responses/{response}/cancel")).send(&server).ok();
    let rest = listener.until("response.incomplete");
    let last = rest.last().unwrap();
    assert_eq!((&last["response"]["status"], &last["sequence_number"]), (&json!("cancelled"), &json!(begun.len())));
    up.was_left();
}

#[test]
fn tokens_are_counted_with_the_conversation_before() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One.")]);
    let server = keeping(folder.path(), &[up.entry("a", json!({}))]);
    let count = |body: Value| {
        let request = Request::new("POST", "/v1/responses/input_tokens").body("application/json", body.to_string());
        let answer = request.send(&server);
        assert_eq!(answer.header("x-mediary-count"), Some("estimated"), "{answer}");
        assert_eq!(answer.ok()["object"], "response.input_tokens");
        answer.ok()["input_tokens"].as_u64().expect("it is a number")
    };
    let first = ask(&server, json!({ "store": true, "input": "word ".repeat(200) })).ok();
    let alone = count(json!({ "model": "m", "input": "And?" }));
    let after = count(json!({ "model": "m", "input": "And?", "previous_response_id": first["id"] }));
    assert!((1..20).contains(&alone) && after > alone + 200, "{alone} {after}");
    assert_eq!(up.calls(), 1);
}

#[test]
fn a_conversation_is_made_shorter_and_goes_on_at_any_target() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("Oslo it is."), says("They chose Oslo."), says("In Norway.")]);
    let native = json!({ "id": "n", "responses": "only" });
    let server = keeping(folder.path(), &[up.entry("a", json!({})), up.entry("b", json!({ "models": [native] }))]);
    let compact = |body: Value| {
        Request::new("POST", "/v1/responses/compact").body("application/json", body.to_string()).send(&server)
    };
    let first = ask(&server, json!({ "store": true, "input": "Paris or Oslo?", "instructions": "Be brief." })).ok();
    let tools = json!([{ "type": "function", "name": "f", "parameters": { "type": "object" } }]);
    let answer = compact(json!({ "model": "m", "previous_response_id": first["id"], "input": "Why?", "tools": tools }));
    let made = answer.ok();
    assert_eq!(
        (&made["object"], &made["usage"]["total_tokens"]),
        (&json!("response.compaction"), &json!(11)),
        "{answer}"
    );
    assert_eq!(answer.header("x-routed-via"), Some("a/m"));
    let asked = up.last().json();
    let told = asked["messages"].to_string();
    assert!(
        told.contains("Paris or Oslo?") && told.contains("Oslo it is.") && told.contains("Sum up the conversation"),
        "{told}"
    );
    assert_eq!((asked.get("tools"), asked.get("stream")), (None, None), "nothing is to be called: {asked}");
    let output = made["output"].as_array().unwrap();
    let kinds: Vec<_> = output.iter().map(|item| item["type"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["message", "message", "compaction"], "{made}");
    assert!(!made.to_string().contains("Oslo it is."), "{made}");

    let mut input = output.clone();
    input.push(json!({ "role": "user", "content": "Where is that?" }));
    let answer = ask(&server, json!({ "input": input, "store": false }));
    assert_eq!((words(&answer.ok()).as_str(), answer.header("x-mediary-dropped")), ("In Norway.", None), "{answer}");
    let told = up.last().json()["messages"].to_string();
    assert!(
        told.contains("They chose Oslo.") && told.contains("Where is that?") && !told.contains("mediary:"),
        "{told}"
    );
    let _ = ask(&server, json!({ "model": "n", "input": input, "store": false }));
    let told = up.last().json()["input"].to_string();
    assert!(told.contains("They chose Oslo.") && !told.contains("mediary:"), "{told}");

    compact(json!({ "model": "gpt-unknown", "input": "x" })).refused(404, "model_not_found", "gpt-unknown");
    compact(json!({ "model": "m", "input": [] })).refused(400, "invalid_request", "`input` is");
    compact(json!({ "model": "m" })).refused(400, "invalid_request", "`input` is");
}

#[test]
fn a_response_in_the_background_is_cancelled_or_fails_with_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([Act::Silence]);
    let providers = [up.entry("a", json!({}))];
    let server = keeping(folder.path(), &providers);
    let in_background = || id(&ask(&server, json!({ "store": true, "background": true })).ok());
    let (first, second, third) = (in_background(), in_background(), in_background());
    let go_on = ask(&server, json!({ "previous_response_id": first }));
    go_on.refused(400, "invalid_request", "not complete yet");
    wait_until("they are being answered", || up.calls() == 3);
    let cancelled = Request::new("POST", format!("/v1/responses/{first}/cancel")).send(&server).ok();
    assert_eq!((&cancelled["status"], &cancelled["id"]), (&json!("cancelled"), &json!(first)));
    up.was_left();
    assert_eq!(kept(&server, &first).ok(), cancelled);
    assert_eq!(Request::new("DELETE", format!("/v1/responses/{second}")).send(&server).status, 200);
    kept(&server, &second).refused(404, "response_not_found", "");
    drop(server);

    let server = keeping(folder.path(), &providers);
    assert_eq!(kept(&server, &first).ok(), cancelled);
    let failed = kept(&server, &third).ok();
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("server_error")), "{failed:#}");
    kept(&server, &second).refused(404, "response_not_found", "");
}
