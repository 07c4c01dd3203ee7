//! Ranking and judging: what providers are sent, what clients get, and what stands in where no target ranks.

use mediary::models::{Locations, Models};
use serde_json::{Value, json};

use super::chat_talk::with_providers;
use super::chat_words::answers;
use super::client::{Answer, Request};
use super::server::{TestServer, shared};
use super::upstream::Upstream;

const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

fn post(server: &TestServer, path: &str, body: &Value) -> Answer {
    Request::new("POST", path).body("application/json", body.to_string()).send(server)
}

fn entry(up: &Upstream, id: &str, dialect: &str, model: Value) -> Value {
    let mut entry = json!({ "dialect": dialect });
    entry["models"] = vec![model].into();
    up.entry(id, entry)
}

#[test]
fn documents_are_ranked_in_order_whatever_order_the_target_has() {
    let ranked = json!({
        "id": "r-1", "results": [{ "index": 2, "relevance_score": 0.25 }, { "index": 0, "relevance_score": 0.75 }],
        "meta": { "billed_units": { "search_units": 1 } },
    });
    let up = Upstream::doing([answers(200, &ranked)]);
    let model = json!({ "id": "rerank-v3.5", "tasks": ["rerank"], "price": { "search_usd": 0.002 } });
    let server = with_providers(&[entry(&up, "cohere", "openai", model)]);
    let request = json!({
        "model": "rerank-v3.5", "query": "Which is red?", "documents": ["a fox", { "text": "the sea" }, "a leaf"],
        "top_n": 2, "return_documents": true,
    });
    for path in ["/v1/rerank", "/v2/rerank"] {
        let answer = post(&server, path, &request);
        let body = answer.ok();
        assert_eq!(
            body["results"],
            json!([
                { "index": 0, "relevance_score": 0.75, "document": { "text": "a fox" } },
                { "index": 2, "relevance_score": 0.25, "document": { "text": "a leaf" } },
            ])
        );
        assert_eq!(answer.header("x-routed-via"), Some("cohere/rerank-v3.5"));
        assert_eq!(answer.header("x-mediary-cost-usd"), Some("0.002"));
        assert!(body.get("approximation").is_none());
    }
    let sent = up.last();
    assert_eq!(sent.path, "/v1/rerank");
    let expected = json!({
        "model": "rerank-v3.5", "query": "Which is red?", "documents": ["a fox", "the sea", "a leaf"], "top_n": 2,
    });
    assert_eq!(sent.json(), expected);
}

#[test]
fn an_answer_that_ranks_what_was_not_sent_is_none() {
    let odd = json!({ "results": [{ "index": 7, "relevance_score": 0.5 }] });
    let good = json!({ "results": [{ "index": 0, "relevance_score": 0.5 }] });
    let (a, b) = (Upstream::doing([answers(200, &odd)]), Upstream::doing([answers(200, &good)]));
    let model = || json!({ "id": "m", "tasks": ["rerank"] });
    let server = with_providers(&[entry(&a, "a", "openai", model()), entry(&b, "b", "openai", model())]);
    let answer = post(&server, "/v1/rerank", &json!({ "model": "m", "query": "q", "documents": ["a"] }));
    assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("b/m")), "{answer}");
}

#[test]
fn vectors_of_this_machine_stand_in_and_say_so() {
    let documents = ["The cat sleeps on the sofa.", "Interest rates rose by a quarter point.", "A kitten naps."];
    let request = json!({ "query": "a sleeping cat", "documents": documents });
    let answer = post(shared(), "/v1/rerank", &request);
    let body = answer.ok();
    assert_eq!(body["approximation"], "embeddings");
    let order: Vec<u64> =
        body["results"].as_array().expect("a list").iter().filter_map(|one| one["index"].as_u64()).collect();
    assert_eq!((order.len(), order[2]), (3, 1), "{body:#}");
    let treatments = answer.header("x-mediary-treatments").unwrap_or_default();
    assert!(treatments.contains("\"documents\";do=transcode;by=\"embeddings\""), "{treatments}");
    let plan = post(shared(), "/v1/plan", &json!({ "endpoint": "/v1/rerank", "request": request })).ok();
    assert_eq!(plan["then"], "rank");
    // Who names a model that is not here does not get another one.
    post(shared(), "/v1/rerank", &json!({ "model": "rerank-none", "query": "q", "documents": ["a"] })).refused(
        503,
        "no_providers",
        "",
    );
}

#[test]
fn vectors_that_are_named_and_not_installed_say_what_is_missing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let locations = Locations { home: Some(home.path().to_owned()), cwd: home.path().to_owned(), config_dir: None };
    let server = TestServer::with_models(&Models::open(&locations).expect("the cards are sound"), |_| ());
    for (path, request) in [
        ("/v1/rerank", json!({ "model": "local/e5-small", "query": "q", "documents": ["a"] })),
        ("/v1/embeddings", json!({ "model": "local/e5-small", "input": "a" })),
    ] {
        post(&server, path, &request).refused(503, "engine_not_installed", "`mediary models pull e5-small`");
    }
}

#[test]
fn texts_and_pictures_are_judged_by_openai_and_texts_by_mistral() {
    let judged = json!({
        "id": "modr-1", "model": "omni", "results": [{
            "flagged": true, "categories": { "violence": true, "sexual": false },
            "category_scores": { "violence": 0.9, "sexual": 0.1 },
            "category_applied_input_types": { "violence": ["text", "image"] },
        }],
    });
    let theirs = json!({ "id": "m-1", "results": [
        { "categories": { "pii": false }, "category_scores": { "pii": 0.01 } },
        { "categories": { "pii": true }, "category_scores": { "pii": 0.99 } },
    ] });
    let (openai, mistral) = (Upstream::doing([answers(200, &judged)]), Upstream::doing([answers(200, &theirs)]));
    let sees = json!({ "id": "omni", "tasks": ["moderation"], "accepts": ["png"] });
    let reads = json!({ "id": "reads", "tasks": ["moderation"] });
    let server = with_providers(&[entry(&mistral, "b", "mistral", reads), entry(&openai, "a", "openai", sees)]);
    let parts = json!([{ "type": "text", "text": "look" }, { "type": "image_url", "image_url": { "url": PIXEL } }]);
    let answer = post(&server, "/v1/moderations", &json!({ "input": parts }));
    let body = answer.ok();
    assert_eq!((answer.header("x-routed-via"), body["results"][0]["flagged"].as_bool()), (Some("a/omni"), Some(true)));
    assert_eq!(body["results"][0]["category_applied_input_types"], json!({ "violence": ["text", "image"] }));
    assert_eq!(openai.last().json()["input"], parts);
    let answer = post(&server, "/v1/moderations", &json!({ "model": "reads", "input": ["fine", "my number is 5"] }));
    let flagged: Vec<_> =
        answer.ok()["results"].as_array().expect("a list").iter().map(|one| one["flagged"].clone()).collect();
    assert_eq!(flagged, [false, true], "Mistral does not say it, so it is worked out");
    assert_eq!(mistral.last().json(), json!({ "model": "reads", "input": ["fine", "my number is 5"] }));
    let refused = post(&server, "/v1/moderations", &json!({ "model": "reads", "input": parts }));
    assert_eq!(refused.status, 422, "{refused}");
    post(&server, "/v1/moderations", &json!({ "input": [] })).refused(400, "invalid_request", "empty");
}
