//! `POST /v1/embeddings`: on the real engine and with scripted providers, from both sides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_words::{answers, fails};
use super::client::{Answer, Request};
use super::server::{TestServer, shared};
use super::upstream::{Act, Upstream};

const LOCAL: &str = "local/all-minilm-l6-v2";

pub(crate) fn embed(server: &TestServer, fields: &Value) -> Answer {
    let body = over(json!({ "model": "m", "input": "Hello" }), fields.clone());
    Request::new("POST", "/v1/embeddings").body("application/json", body.to_string()).send(server)
}

/// Vectors of two dimensions for so many inputs, each told apart by its first number.
pub(crate) fn vectors(first: usize, count: usize) -> Act {
    let item =
        |index: usize| json!({ "object": "embedding", "index": index, "embedding": [(first + index) as f64, 1.0] });
    let data: Vec<Value> = (0..count).map(item).collect();
    let usage = json!({ "prompt_tokens": 3 * count, "total_tokens": 3 * count });
    answers(200, &json!({ "object": "list", "data": data, "model": "upstream-model", "usage": usage }))
}

/// An entry whose one model embeds.
fn entry(up: &Upstream, id: &str, fields: Value) -> Value {
    let model = over(json!({ "id": "m", "tasks": ["embedding"] }), fields);
    up.entry(id, json!({ "models": [model] }))
}

#[track_caller]
fn numbers(answer: &Answer, index: usize) -> Vec<f64> {
    assert_eq!(answer.status, 200, "{answer}");
    let item = &answer.json()["data"][index];
    assert_eq!((&item["object"], &item["index"]), (&json!("embedding"), &json!(index)), "{answer}");
    item["embedding"].as_array().expect("a vector").iter().map(|number| number.as_f64().expect("a number")).collect()
}

fn cosine(one: &[f64], other: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

#[test]
fn texts_become_vectors_in_this_process() {
    let texts = ["A cat sits on the mat.", "A kitten is on the rug.", "Quarterly revenue fell by 3 %."];
    let answer = embed(shared(), &json!({ "model": LOCAL, "input": texts }));
    let all: Vec<Vec<f64>> = (0..3).map(|index| numbers(&answer, index)).collect();
    assert!(all.iter().all(|vector| vector.len() == 384));
    let (near, far) = (cosine(&all[0], &all[1]), cosine(&all[0], &all[2]));
    assert!(near > 0.5 && far < 0.2, "near {near}, far {far}");
    assert_eq!(answer.header("x-routed-via"), Some(LOCAL));
    assert!(answer.json()["usage"]["prompt_tokens"].as_u64().unwrap() > 15, "{answer}");
    // Its bare name means the same, and so does leaving the choice to the gateway where nothing else embeds.
    for model in ["all-minilm-l6-v2", "auto", ""] {
        let again = embed(shared(), &json!({ "model": model, "input": texts[0] }));
        assert!(cosine(&numbers(&again, 0), &all[0]) > 0.99999, "{model}");
    }
}

#[test]
fn base64_and_tokens_say_the_same_as_numbers_and_texts() {
    let plain = numbers(&embed(shared(), &json!({ "model": LOCAL, "input": "Hello World" })), 0);
    let coded = embed(shared(), &json!({ "model": LOCAL, "input": "Hello World", "encoding_format": "base64" }));
    let bytes = STANDARD.decode(coded.json()["data"][0]["embedding"].as_str().unwrap()).unwrap();
    let floats: Vec<f64> =
        bytes.chunks_exact(4).map(|four| f64::from(f32::from_le_bytes(four.try_into().unwrap()))).collect();
    assert!(cosine(&floats, &plain) > 0.999_999);
    // "Hello World" as cl100k_base has it.
    for input in [json!([9906, 4435]), json!([[9906, 4435]])] {
        let answer = embed(shared(), &json!({ "model": LOCAL, "input": input }));
        assert!(cosine(&numbers(&answer, 0), &plain) > 0.999_999);
        assert_eq!(answer.header("x-mediary-treatments"), Some("\"input\";do=transcode;by=\"cl100k_base\""));
    }
}

#[test]
fn what_cannot_be_embedded_is_refused_by_name() {
    let (long, longish) = ("word ".repeat(700), "wordiest ".repeat(300));
    let rows = [
        (json!({ "model": LOCAL, "input": [] }), 400, "`input` is empty"),
        (json!({ "model": LOCAL, "input": ["a", ""] }), 400, "input[1] is empty; send a text"),
        (json!({ "model": LOCAL, "input": " \n" }), 400, "input[0]: there is no text in it"),
        (json!({ "model": LOCAL, "input": [4_000_000_000_u32] }), 400, "no tokens of cl100k_base"),
        (json!({ "model": LOCAL, "input": ["a", long] }), 400, "A text of 700 tokens or more is in `input`"),
        (json!({ "model": LOCAL, "input": ["a", longish] }), 400, "input[1]: it has 602 tokens"),
        (json!({ "model": LOCAL, "dimensions": 100 }), 422, "cannot honour dimensions"),
        (json!({ "model": LOCAL, "encoding_format": "int8" }), 400, "`int8` is no encoding"),
        (json!({ "model": "local/paddleocr" }), 422, "does not do the task embedding"),
        (json!({ "model": "no-such-model" }), 404, "There is no model"),
    ];
    for (fields, status, words) in rows {
        let answer = embed(shared(), &fields);
        assert_eq!(answer.status, status, "{answer}");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{message} lacks: {words}");
    }
}

#[test]
fn a_provider_is_sent_the_request_and_its_vectors_come_back() {
    let up = Upstream::doing([vectors(5, 2)]);
    let vectors = json!({ "dimensions": 4, "shortenable": true, "takes_tokens": true });
    let server = with_providers(&[entry(&up, "a", json!({ "vectors": vectors }))]);
    let answer = embed(&server, &json!({ "input": [[1, 2], [3]], "dimensions": 2, "user": "u1" }));
    assert_eq!([numbers(&answer, 0), numbers(&answer, 1)], [[5.0, 1.0], [6.0, 1.0]]);
    let body = answer.json();
    assert_eq!((&body["model"], &body["usage"]["total_tokens"]), (&json!("upstream-model"), &json!(6)));
    assert_eq!(answer.header("x-mediary-treatments"), None, "it takes tokens as they are");
    let (seen, sent) = (up.last(), up.last().json());
    assert_eq!(seen.path, "/v1/embeddings");
    assert_eq!(
        (&sent["model"], &sent["input"], &sent["dimensions"], &sent["user"]),
        (&json!("m"), &json!([[1, 2], [3]]), &json!(2), &json!("u1"))
    );
}

#[test]
fn batches_are_split_to_what_a_target_takes() {
    let up = Upstream::doing([vectors(0, 2), vectors(2, 2), vectors(4, 1)]);
    let server = with_providers(&[entry(&up, "a", json!({ "vectors": { "inputs": 2 } }))]);
    let answer = embed(&server, &json!({ "input": ["a", "b", "c", "d", "e"] }));
    let firsts: Vec<f64> = (0..5).map(|index| numbers(&answer, index)[0]).collect();
    assert_eq!(firsts, [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(answer.json()["usage"]["prompt_tokens"], 15);
    let sent: Vec<Value> = up.seen().iter().map(|seen| seen.json()["input"].clone()).collect();
    assert_eq!(sent, [json!(["a", "b"]), json!(["c", "d"]), json!(["e"])]);
}

#[test]
fn a_request_falls_back_within_its_family_and_never_beyond() {
    let broken = || fails(500, "no", None);
    let good = Upstream::doing([vectors(1, 1)]);
    let other = Upstream::doing([vectors(9, 1)]);
    // Missing, doubled and empty vectors are no answers either.
    let short = answers(200, &json!({ "data": [] }));
    let empty = answers(200, &json!({ "data": [{ "index": 0, "embedding": [] }] }));
    for act in [broken(), short, empty, Act::Close] {
        let bad = Upstream::doing([act]);
        let rows = [
            entry(&bad, "bad", json!({ "vectors": { "family": "one" } })),
            entry(&other, "other", json!({ "vectors": { "family": "two" } })),
            entry(&good, "good", json!({ "vectors": { "family": "one" } })),
        ];
        let answer = embed(&with_providers(&rows), &json!({}));
        assert_eq!(numbers(&answer, 0), [1.0, 1.0]);
        assert_eq!(answer.header("x-routed-via"), Some("good/m"));
        assert_eq!(answer.header("x-fallback-attempts"), Some("1"));
    }
    // The family is that of the first target, whether or not it cools down.
    let bad = Upstream::doing([broken()]);
    let rows = [
        entry(&bad, "bad", json!({ "vectors": { "family": "one" } })),
        entry(&other, "other", json!({ "vectors": { "family": "two" } })),
    ];
    let server = with_providers(&rows);
    for _ in 0..3 {
        assert_eq!(embed(&server, &json!({})).status, 503);
    }
    assert_eq!(other.calls(), 0, "vectors of another family are worth nothing");
}

#[test]
fn all_targets_that_answered_a_piece_are_named() {
    let first = Upstream::doing([vectors(0, 1), fails(500, "no", None)]);
    let second = Upstream::doing([vectors(1, 1)]);
    let space = json!({ "vectors": { "family": "one", "inputs": 1 } });
    let server = with_providers(&[entry(&first, "first", space.clone()), entry(&second, "second", space)]);
    let answer = embed(&server, &json!({ "input": ["a", "b"] }));
    assert_eq!([numbers(&answer, 0), numbers(&answer, 1)], [[0.0, 1.0], [1.0, 1.0]]);
    assert_eq!(answer.header("x-routed-via"), Some("first/m, second/m"));
}

#[test]
fn an_engine_of_this_process_gives_way_to_the_same_model_at_a_provider() {
    let up = Upstream::doing([vectors(1, 1)]);
    let model = json!({ "id": "all-minilm", "tasks": ["embedding"], "context_tokens": 8192 });
    let server = serving(&[up.entry("far", json!({ "models": [model] }))], |config| {
        let targets = [LOCAL, "far/all-minilm"].map(|target| target.parse().unwrap());
        config.aliases.insert("mini".to_owned(), targets.into());
    });
    // More tokens than the engine takes, though fewer words.
    let answer = embed(&server, &json!({ "model": "mini", "input": "wordiest ".repeat(300) }));
    assert_eq!(numbers(&answer, 0), [1.0, 1.0]);
    assert_eq!(answer.header("x-routed-via"), Some("far/all-minilm"));
    assert_eq!(answer.header("x-fallback-attempts"), Some("1"));
}

#[test]
fn an_api_gives_way_to_the_same_model_in_this_process() {
    let up = Upstream::doing([fails(503, "no", None)]);
    let model = json!({ "id": "all-minilm", "tasks": ["embedding"] });
    let server = serving(&[up.entry("far", json!({ "models": [model] }))], |config| {
        let targets = ["far/all-minilm", LOCAL].map(|target| target.parse().unwrap());
        config.aliases.insert("mini".to_owned(), targets.into());
    });
    let answer = embed(&server, &json!({ "model": "mini" }));
    assert_eq!(numbers(&answer, 0).len(), 384);
    assert_eq!(answer.header("x-routed-via"), Some(LOCAL));
    assert_eq!(answer.header("x-fallback-attempts"), Some("1"));
    assert_eq!(up.calls(), 2, "what may be over at once is tried twice");
}
