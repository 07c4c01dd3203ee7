//! Searching the web: what each engine is asked, which is asked after which, and what the client is told.

use mediary::config::{Config, Secret};
use serde_json::{Value, json};

use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::{Act, Upstream};

/// Results of a SearXNG: this many, by their numbers.
pub(crate) fn searxng(count: usize) -> Act {
    let result = |number: usize| {
        json!({ "url": format!("https://site{number}.example/"), "title": format!("Title {number}"),
            "content": format!("Snippet {number}"), "engines": ["bing"] })
    };
    body(200, &json!({ "results": (1..=count).map(result).collect::<Vec<_>>() }))
}

fn brave() -> Act {
    body(200, &json!({ "web": { "results": [{ "url": "https://brave.example/", "title": "B", "description": "<b>b</b>" }] } }))
}

fn body(status: u16, body: &Value) -> Act {
    let headers = vec![("content-type", "application/json".to_owned())];
    Act::Answer { status, headers, body: body.to_string() }
}

/// Has only these engines asked, each at its upstream and with these keys.
pub(crate) fn engines(config: &mut Config, engines: &[(&str, &Upstream, &[&str])]) {
    for place in &mut config.search.places {
        let given = engines.iter().find(|(name, ..)| *name == place.engine.name());
        place.url = given.map(|(_, up, _)| format!("http://{}", up.address)).unwrap_or_default();
        place.keys = given.iter().flat_map(|(.., keys)| keys.iter().map(|key| Secret::new(*key))).collect();
    }
}

fn search(fields: Value) -> Request {
    Request::new("POST", "/v1/search/web").body("application/json", fields.to_string())
}

fn urls(answer: &Answer) -> Vec<String> {
    let results = answer.ok()["results"].as_array().expect("there is a list").clone();
    results.iter().map(|result| result["url"].as_str().expect("each has an address").to_owned()).collect()
}

#[test]
fn what_was_found_names_its_source_and_is_given_again_to_its_client_alone() {
    let up = Upstream::doing([searxng(3)]);
    let server = TestServer::with(|config| {
        engines(config, &[("searxng", &up, &[])]);
        config.server.api_keys = ["first-key", "second-key"].map(Secret::new).into();
    });
    let asked = json!({ "query": " two words ", "max_results": 2, "language": "de", "time_range": "week" });
    let answer = search(asked.clone()).header("authorization", "Bearer first-key").send(&server);
    assert_eq!(
        answer.ok(),
        json!({ "object": "web_search", "query": "two words", "count": 2, "backend_used": "searxng", "fallback": false,
            "cached": false, "tried": [], "results": [
                { "title": "Title 1", "url": "https://site1.example/", "snippet": "Snippet 1", "source": "searxng", "found_by": ["bing"] },
                { "title": "Title 2", "url": "https://site2.example/", "snippet": "Snippet 2", "source": "searxng", "found_by": ["bing"] },
            ] })
    );
    assert_eq!(up.last().path, "/search?q=two+words&format=json&pageno=1&language=de&time_range=week");
    assert_eq!(up.last().header("authorization"), None, "a key of ours went to a search engine");
    let again = search(asked.clone()).header("authorization", "Bearer first-key").send(&server);
    assert_eq!((again.ok()["cached"].clone(), up.calls()), (json!(true), 1));
    let other = search(asked).header("authorization", "Bearer second-key").send(&server);
    assert_eq!((other.ok()["cached"].clone(), up.calls()), (json!(false), 2));
}

#[test]
fn an_engine_that_fails_is_followed_by_the_next_and_left_alone() {
    let limited = body(429, &json!({})).header("retry-after", "3600");
    let (first, second) = (Upstream::doing([limited]), Upstream::doing([brave()]));
    let server =
        TestServer::with(|config| engines(config, &[("searxng", &first, &[]), ("brave", &second, &["brave-key-1"])]));
    let answer = search(json!({ "query": "one" })).send(&server);
    assert_eq!(urls(&answer), ["https://brave.example/"]);
    let told = answer.ok();
    assert_eq!((&told["backend_used"], &told["fallback"]), (&json!("brave"), &json!(true)));
    assert_eq!((&told["tried"][0]["target"], &told["tried"][0]["failure"]), (&json!("searxng"), &json!("rate_limited")));
    assert_eq!(told["results"][0]["snippet"], "b");
    assert_eq!(second.last().header("x-subscription-token"), Some("brave-key-1"));
    assert_eq!(urls(&search(json!({ "query": "two" })).send(&server)), ["https://brave.example/"]);
    assert_eq!((first.calls(), second.calls()), (1, 2), "it was asked although it wants to be left alone");
}

#[test]
fn an_engine_that_is_named_is_the_only_one() {
    let (first, second) = (Upstream::doing([body(500, &json!({}))]), Upstream::doing([searxng(1)]));
    let server = TestServer::with(|config| engines(config, &[("brave", &first, &["key-of-brave"]), ("searxng", &second, &[])]));
    let answer = search(json!({ "query": "one", "backend": "brave" })).send(&server);
    answer.refused(503, "upstream_overloaded", "Brave Search is overloaded");
    assert_eq!(answer.json()["error"]["tried"][0]["target"], "brave");
    assert_eq!(second.calls(), 0);
    let answer = search(json!({ "query": "one", "engine": "searxng" })).send(&server);
    assert_eq!(urls(&answer), ["https://site1.example/"]);
    search(json!({ "query": "one", "backend": "serpapi" })).send(&server).refused(
        503,
        "engine_not_installed",
        "search.serpapi.keys",
    );
}

#[test]
fn keys_are_tried_in_turn_and_a_refused_one_is_not_asked_with_again() {
    let up = Upstream::doing([body(401, &json!({ "error": { "detail": "bad-key-one" } })), brave()]);
    let server = TestServer::with(|config| engines(config, &[("brave", &up, &["bad-key-one", "good-key-two"])]));
    for query in ["one", "two"] {
        assert_eq!(urls(&search(json!({ "query": query })).send(&server)), ["https://brave.example/"]);
    }
    let keys: Vec<_> =
        up.seen().iter().map(|seen| seen.header("x-subscription-token").unwrap_or_default().to_owned()).collect();
    assert_eq!(keys, ["bad-key-one", "good-key-two", "good-key-two"]);
}

#[test]
fn that_one_engine_finds_nothing_is_an_answer() {
    let (first, second) = (Upstream::doing([searxng(0)]), Upstream::doing([body(500, &json!({}))]));
    let server = TestServer::with(|config| engines(config, &[("searxng", &first, &[]), ("brave", &second, &["key-of-brave"])]));
    let answer = search(json!({ "query": "nothing at all" })).send(&server);
    assert_eq!(answer.ok()["results"], json!([]));
    assert_eq!((first.calls(), second.calls()), (1, 1));
}

#[test]
fn searches_that_may_not_be_or_cannot_be_are_refused() {
    let up = Upstream::doing([searxng(1)]);
    let server = TestServer::with(|config| engines(config, &[("searxng", &up, &[])]));
    search(json!({ "query": "x" })).header("x-mediary-privacy", "local").send(&server).refused(
        403,
        "not_allowed",
        "may leave this machine",
    );
    let rows = [
        (json!({ "query": "  " }), "query"),
        (json!({ "query": "x", "max_results": 0 }), "max_results"),
        (json!({ "query": "x", "max_results": 51 }), "max_results"),
        (json!({ "query": "x", "backend": "bing" }), "backend"),
        (json!({ "query": "x", "language": "english" }), "language"),
        (json!({ "query": "x", "time_range": "hour" }), "time_range"),
        (json!({ "query": "x", "safesearch": "on" }), "safesearch"),
        (json!({ "query": "x", "page": 0 }), "page"),
        (json!({ "query": "x", "limit": 3 }), "limit"),
    ];
    for (fields, field) in rows {
        let answer = search(fields).send(&server);
        answer.refused(400, "invalid_request", field);
    }
    assert_eq!(up.calls(), 0);
    let none = TestServer::with(|config| engines(config, &[]));
    search(json!({ "query": "x" })).send(&none).refused(503, "engine_not_installed", "no search engine is set up");
}
