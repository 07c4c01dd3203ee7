//! The model `fusion`: a panel answers, one answer is made of theirs, and clients of every protocol read it as any other.

use std::sync::Arc;

use serde_json::{Value, json};

use super::chat_talk::{over, serving, turns};
use super::chat_words::{fails, saying, says, streams};
use super::client::{Answer, Request};
use super::server::{TestServer, wait_until};
use super::upstream::{Act, Gate, Seen, Upstream};

/// Members of a panel, and what makes one answer of theirs.
struct House {
    members: Vec<Upstream>,
    last: Upstream,
    server: TestServer,
}

fn house(members: Vec<Act>, last: Act, quorum: usize) -> House {
    let members: Vec<Upstream> = members.into_iter().map(|act| Upstream::doing([act])).collect();
    let last = Upstream::doing([last]);
    let name = |index: usize| format!("p{index}");
    let entries = members.iter().enumerate().map(|(index, up)| up.entry(&name(index), json!({})));
    let entries: Vec<Value> = entries.chain([last.with_model("last", json!({ "tools": true }))]).collect();
    let server = serving(&entries, |config| {
        config.fusion.panel = (0..members.len()).map(|index| format!("{}/m", name(index))).collect();
        config.fusion.quorum = quorum;
        config.fusion.judge = "last/m".to_owned();
        config.fusion.wait = std::time::Duration::ZERO;
    });
    House { members, last, server }
}

fn fuse(server: &TestServer, fields: Value) -> Answer {
    server.chat(over(json!({ "model": "fusion" }), fields))
}

#[test]
fn one_answer_is_made_of_those_of_the_panel() {
    let house = house(vec![says("The first view."), says("The second view.")], says("Both together."), 2);
    let tools = json!([{ "type": "function", "function": { "name": "look_up" } }]);
    let answer = fuse(&house.server, json!({ "messages": turns(&["Which?"]), "tools": tools }));
    assert_eq!(answer.said(), "Both together.");
    assert_eq!(answer.header("x-routed-via"), Some("last/m, p0/m, p1/m"));
    for member in &house.members {
        let sent = member.last().json();
        assert_eq!((&sent["messages"], &sent["tools"]), (&turns(&["Which?"]), &Value::Null));
    }
    let sent = house.last.last().json();
    assert_eq!(sent["messages"][0]["content"], "Which?");
    let prompt = sent["messages"][1]["content"].as_str().expect("a text");
    assert!(prompt.contains("The first view.") && prompt.contains("The second view."), "{prompt}");
    assert!(!prompt.contains("p0/m"), "{prompt}");
    assert_eq!(sent["tools"][0]["function"]["name"], "look_up", "the last may call what the client offers");
}

#[test]
fn every_protocol_reads_it_whole_and_as_a_stream() {
    for stream in [false, true] {
        let last = if stream { streams(&["Both", " together."]) } else { says("Both together.") };
        let house = house(vec![says("One."), says("Two.")], last, 2);
        let said = turns(&["Which?"]);
        let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
        let rows = [
            ("/v1/chat/completions".to_owned(), json!({ "messages": said, "stream": stream })),
            ("/v1/responses".to_owned(), json!({ "input": "Which?", "stream": stream })),
            ("/v1/messages".to_owned(), json!({ "messages": said, "max_tokens": 50, "stream": stream })),
            (
                format!("/v1beta/models/fusion:{method}"),
                json!({ "contents": [{ "role": "user", "parts": [{ "text": "Which?" }] }] }),
            ),
            ("/api/chat".to_owned(), json!({ "messages": said, "stream": stream })),
        ];
        for (path, fields) in rows {
            let body = over(json!({ "model": "fusion" }), fields).to_string();
            let answer = Request::new("POST", path.clone()).body("application/json", body).send(&house.server);
            assert_eq!(answer.status, 200, "{path}: {answer}");
            assert!(answer.text().contains("together."), "{path} {stream}: {answer}");
        }
        assert_eq!(house.last.calls(), 5);
        assert!(house.members.iter().all(|member| member.calls() == 5));
    }
}

#[test]
fn it_is_among_the_models_and_has_a_plan() {
    let house = house(vec![says("One.")], says("Two."), 1);
    let models = house.server.get("/v1/models").ok();
    let listed = models["data"].as_array().expect("a list").iter().find(|model| model["id"] == "fusion");
    assert_eq!(listed.map(|model| &model["tasks"]), Some(&json!(["chat"])));
    let asked = json!({ "model": "fusion", "messages": turns(&["Which?"]) }).to_string();
    let plan = Request::new("POST", "/v1/plan").body("application/json", asked).send(&house.server).ok();
    assert!(plan["candidates"].as_array().is_some_and(|candidates| !candidates.is_empty()), "{plan:#}");
    assert_eq!(house.last.calls(), 0);
}

#[test]
fn a_quorum_is_enough_and_less_is_none() {
    let with_one_down = house(vec![says("One."), fails(503, "busy", None), says("Three.")], says("Made."), 2);
    assert_eq!(fuse(&with_one_down.server, json!({})).said(), "Made.");
    let gate = Gate::default();
    let waits = gate.clone();
    // The quorum is there once the one that says nothing has been asked.
    let second = Act::Read(Arc::new(move |_: &Seen| {
        waits.wait();
        saying("Two.")
    }));
    let silent = house(vec![says("One."), second, Act::Silence], says("Made."), 2);
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| fuse(&silent.server, json!({})));
        wait_until("all are asked", || silent.members[2].calls() == 1);
        gate.open();
        assert_eq!(answer.join().expect("it is answered").said(), "Made.");
    });
    silent.members[2].was_left();
    let lost = house(vec![says("One."), fails(503, "busy", None)], says("Made."), 2);
    let answer = fuse(&lost.server, json!({}));
    assert_eq!((answer.status, answer.tried().as_str()), (503, "p1/m overloaded"), "{answer}");
    assert_eq!(lost.last.calls(), 0);
}

#[test]
fn where_none_makes_one_of_them_a_members_answer_is_given_and_said_to_be_one() {
    let house = house(vec![says("One view."), says("One view.")], fails(503, "busy", None), 2);
    let answer = fuse(&house.server, json!({}));
    assert_eq!(
        (answer.said().as_str(), answer.header("x-mediary-status")),
        ("One view.", Some("not_fused")),
        "{answer}"
    );
    assert_eq!(fuse(&house.server, json!({ "stream": true })).status, 503);
}
