//! What pictures cost: each is asked for once and counted once, whatever the target says, and however long it takes.

use std::io::Write as _;

use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_words::answers;
use super::images_words::{asked, drawn, encoded, events, gives, painter, pictures, plain, png};
use super::server::wait_until;
use super::upstream::{Act, Step, Upstream};
use super::videos_studio::{Reply, Studio};

#[test]
fn every_picture_is_counted_and_a_missing_count_is_an_estimate_that_says_so() {
    let told = |usage: Value| {
        let data: Vec<Value> = (0..3).map(|side| json!({ "b64_json": encoded(&png(64, 48 + side)) })).collect();
        answers(200, &over(json!({ "created": 1, "data": data }), usage))
    };
    let rows = [
        (told(json!({ "usage": { "input_tokens": 4, "output_tokens": 30 } })), Value::Null),
        (told(json!({})), json!(true)),
    ];
    for (act, estimated) in rows {
        let up = Upstream::doing([act]);
        let server = with_providers(&[painter(&up, "far", json!({ "images": { "count": 4 } }))]);
        let usage = drawn(&server, json!({ "n": 3 })).ok()["usage"].clone();
        assert_eq!((&usage["images"], &usage["estimated"]), (&json!(3), &estimated), "{usage}");
        assert!(usage["input_tokens"].as_u64().is_some_and(|tokens| tokens > 0), "{usage}");
        assert_eq!(up.calls(), 1);
    }
    // Of several calls the sum.
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let usage = drawn(&server, json!({ "n": 3 })).ok()["usage"].clone();
    assert_eq!((up.calls(), &usage["images"], &usage["output_tokens"]), (3, &json!(3), &json!(3000)));
    // And of a stream.
    let last = json!({ "type": "image_generation.completed", "b64_json": encoded(&png(64, 48)) });
    let up = Upstream::doing([Act::Stream(vec![Step::Data(last.to_string())])]);
    let server = with_providers(&[painter(&up, "far", json!({ "streaming": true }))]);
    let usage = events(&drawn(&server, json!({ "stream": true })))[0]["usage"].clone();
    assert_eq!((&usage["images"], &usage["estimated"]), (&json!(1), &json!(true)), "{usage}");
}

#[test]
fn a_picture_that_may_have_been_paid_for_is_not_asked_for_again() {
    let half = Act::Half(json!({ "data": [{ "b64_json": encoded(&png(64, 64)) }] }).to_string());
    for lost in [half, gives(&[plain()])] {
        let up = Upstream::doing([gives(&[png(64, 48)]), lost.clone(), gives(&[png(64, 48)])]);
        let server = with_providers(&[painter(&up, "far", json!({}))]);
        let answer = drawn(&server, json!({ "n": 3 }));
        assert_eq!((pictures(&answer).len(), up.calls()), (2, 3), "{lost:?}: {answer}");
        assert_eq!(answer.header("x-mediary-dropped"), Some("n"));
    }
    // A single picture is not asked of the same target again; another may make it.
    let (up, second) = (Upstream::doing([Act::Close]), Upstream::doing([gives(&[png(64, 48)])]));
    let server = with_providers(&[painter(&up, "far", json!({})), painter(&second, "next", json!({}))]);
    let answer = drawn(&server, json!({}));
    assert_eq!((pictures(&answer).len(), up.calls(), second.calls()), (1, 1, 1));
    assert_eq!(answer.header("x-mediary-dropped"), None);
    let alone = with_providers(&[painter(&up, "far", json!({}))]);
    let calls = up.calls();
    assert_eq!((drawn(&alone, json!({})).status, up.calls()), (503, calls + 1));
}

#[test]
fn a_client_that_goes_away_leaves_one_call_and_no_other() {
    let (up, second) = (Upstream::doing([Act::Silence]), Upstream::doing([gives(&[png(64, 48)])]));
    let server = with_providers(&[painter(&up, "far", json!({})), painter(&second, "next", json!({}))]);
    let mut connection = server.connect();
    connection.write_all(&asked(json!({ "n": 2 })).bytes(&server)).expect("the server reads");
    wait_until("the target is asked", || up.calls() == 1);
    drop(connection);
    up.was_left();
    assert_eq!((up.calls(), second.calls()), (1, 0));
}

#[test]
fn an_answer_that_is_to_come_later_is_asked_for_until_it_is_there() {
    let made = json!({ "artifacts": [{ "base64": encoded(&png(64, 48)), "finishReason": "SUCCESS", "seed": 1 }] });
    let refused = json!({ "artifacts": [{ "base64": "AAAA", "finishReason": "CONTENT_FILTERED" }] });
    for (last, status, questions) in [(made, 200, 2), (refused, 400, 2)] {
        let studio = Studio::new(move |_, before| match before {
            0 => Reply::Json(202, json!({})),
            _ => Reply::Json(200, last.clone()),
        });
        let up = Upstream::doing([answers(202, &json!({})).header("nvcf-reqid", "a b")]);
        let quirks = json!({ "images": "nvidia", "status_url": format!("http://{}/status", studio.address) });
        let model = json!({ "id": "m", "tasks": ["image_generation"], "streaming": false });
        let server = with_providers(&[up.entry("far", json!({ "quirks": quirks, "models": [model] }))]);
        let answer = drawn(&server, json!({}));
        assert_eq!((answer.status, up.calls()), (status, 1), "{answer}");
        if status == 200 {
            assert_eq!(pictures(&answer), [png(64, 48)]);
        }
        assert_eq!(studio.count("GET", "/status/a%20b"), questions);
        assert!(studio.seen().iter().all(|seen| seen.key() == Upstream::key_of("far")));
    }
}
