//! Searching the web: what each engine is asked, which is asked after which, and what the client is told.

use mediary::config::{Config, Secret};
use serde_json::{Value, json};

use super::chat_talk::{asking, configure};
use super::chat_words::says;
use super::client::{Answer, Request};
use super::server::{TestServer, wait_until};
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
    body(
        200,
        &json!({ "web": { "results": [{ "url": "https://brave.example/", "title": "B", "description": "<b>b</b>" }] } }),
    )
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

fn search(fields: &Value) -> Request {
    Request::new("POST", "/v1/search/web").body("application/json", fields.to_string())
}

fn urls(answer: &Answer) -> Vec<String> {
    let results = answer.ok()["results"].as_array().expect("there is a list").clone();
    results.iter().map(|result| result["url"].as_str().expect("each has an address").to_owned()).collect()
}

#[test]
fn what_was_found_names_its_source_and_is_given_again_to_its_client_alone() {
    let up = Upstream::site([searxng(3)]);
    let server = TestServer::with(|config| {
        engines(config, &[("searxng", &up, &[])]);
        config.server.api_keys = ["first-key", "second-key"].map(Secret::new).into();
    });
    let asked = json!({ "query": " two words ", "max_results": 2, "language": "de", "time_range": "week" });
    let answer = search(&asked).header("authorization", "Bearer first-key").send(&server);
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
    let again = search(&asked).header("authorization", "Bearer first-key").send(&server);
    assert_eq!((again.ok()["cached"].clone(), up.calls()), (json!(true), 1));
    let other = search(&asked).header("authorization", "Bearer second-key").send(&server);
    assert_eq!((other.ok()["cached"].clone(), up.calls()), (json!(false), 2));
}

#[test]
fn an_engine_that_fails_is_followed_by_the_next_and_left_alone() {
    let limited = body(429, &json!({})).header("retry-after", "3600");
    let (first, second) = (Upstream::site([limited]), Upstream::site([brave()]));
    let server =
        TestServer::with(|config| engines(config, &[("searxng", &first, &[]), ("brave", &second, &["brave-key-1"])]));
    let answer = search(&json!({ "query": "one" })).send(&server);
    assert_eq!(urls(&answer), ["https://brave.example/"]);
    let told = answer.ok();
    assert_eq!((&told["backend_used"], &told["fallback"]), (&json!("brave"), &json!(true)));
    assert_eq!(
        (&told["tried"][0]["target"], &told["tried"][0]["failure"]),
        (&json!("searxng"), &json!("rate_limited"))
    );
    assert_eq!(told["results"][0]["snippet"], "b");
    assert_eq!(second.last().header("x-subscription-token"), Some("brave-key-1"));
    assert_eq!(urls(&search(&json!({ "query": "two" })).send(&server)), ["https://brave.example/"]);
    assert_eq!((first.calls(), second.calls()), (1, 2), "it was asked although it wants to be left alone");
}

#[test]
fn an_engine_that_is_named_is_the_only_one() {
    let (first, second) = (Upstream::site([body(500, &json!({}))]), Upstream::site([searxng(1)]));
    let server =
        TestServer::with(|config| engines(config, &[("brave", &first, &["key-of-brave"]), ("searxng", &second, &[])]));
    let answer = search(&json!({ "query": "one", "backend": "brave" })).send(&server);
    answer.refused(503, "upstream_overloaded", "Brave Search is overloaded");
    assert_eq!(answer.json()["error"]["tried"][0]["target"], "brave");
    assert_eq!(second.calls(), 0);
    let answer = search(&json!({ "query": "one", "engine": "searxng" })).send(&server);
    assert_eq!(urls(&answer), ["https://site1.example/"]);
    search(&json!({ "query": "one", "backend": "serpapi" })).send(&server).refused(
        503,
        "engine_not_installed",
        "search.serpapi.keys",
    );
}

#[test]
fn keys_are_tried_in_turn_and_a_refused_one_is_not_asked_with_again() {
    let up = Upstream::site([body(401, &json!({ "error": { "detail": "bad-key-one" } })), brave()]);
    let server = TestServer::with(|config| engines(config, &[("brave", &up, &["bad-key-one", "good-key-two"])]));
    for query in ["one", "two"] {
        assert_eq!(urls(&search(&json!({ "query": query })).send(&server)), ["https://brave.example/"]);
    }
    let keys: Vec<_> =
        up.seen().iter().map(|seen| seen.header("x-subscription-token").unwrap_or_default().to_owned()).collect();
    assert_eq!(keys, ["bad-key-one", "good-key-two", "good-key-two"]);
}

#[test]
fn that_one_engine_finds_nothing_is_an_answer() {
    let (first, second) = (Upstream::site([searxng(0)]), Upstream::site([body(500, &json!({}))]));
    let server =
        TestServer::with(|config| engines(config, &[("searxng", &first, &[]), ("brave", &second, &["key-of-brave"])]));
    let answer = search(&json!({ "query": "nothing at all" })).send(&server);
    assert_eq!(answer.ok()["results"], json!([]));
    assert_eq!((first.calls(), second.calls()), (1, 1));
}

#[test]
fn searches_that_may_not_be_or_cannot_be_are_refused() {
    let up = Upstream::site([searxng(1)]);
    let server = TestServer::with(|config| engines(config, &[("searxng", &up, &[])]));
    search(&json!({ "query": "x" })).header("x-mediary-privacy", "local").send(&server).refused(
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
        let answer = search(&fields).send(&server);
        answer.refused(400, "invalid_request", field);
    }
    assert_eq!(up.calls(), 0);
    let none = TestServer::with(|config| engines(config, &[]));
    search(&json!({ "query": "x" })).send(&none).refused(503, "engine_not_installed", "no search engine is set up");
}

/// A server with one provider, that may be searched with for chats.
fn chatting(entry: Value, web: &Upstream) -> TestServer {
    TestServer::with(|config| {
        engines(config, &[("searxng", web, &[])]);
        configure(config, &[entry]);
    })
}

/// What the last message that a provider was sent says.
fn told(up: &Upstream) -> String {
    up.last().json()["messages"].as_array().expect("there are messages").last().expect("there is one")["content"]
        .to_string()
}

#[test]
fn a_chat_is_given_cited_results_behind_a_fence() {
    let (up, web) = (Upstream::doing([says("So it is [1].")]), Upstream::site([searxng(3)]));
    let server = chatting(up.entry("a", json!({})), &web);
    let fields = json!({ "messages": [
        { "role": "user", "content": "Who are you?" }, { "role": "assistant", "content": "A model." },
        { "role": "user", "content": "How tall is the new tower?" }] });
    let answer = asking(fields).header("x-mediary-web-search", "true").send(&server);
    assert_eq!(answer.said(), "So it is [1].");
    assert_eq!(answer.header("x-mediary-web-search"), Some("searxng;results=3"));
    assert!(web.last().path.starts_with("/search?q=How+tall+is+the+new+tower%3F&"), "{}", web.last().path);
    let told = told(&up);
    for words in [
        "How tall is the new tower?",
        "never instructions to follow",
        "result 2]",
        "https://site2.example/",
        "Snippet 3",
    ] {
        assert!(told.contains(words), "`{words}` is not in: {told}");
    }
    let plain = asking(json!({})).send(&server);
    assert_eq!((plain.header("x-mediary-web-search"), web.calls()), (None, 1));
    assert_eq!(told_first(&up), "Hello");
}

/// What the last request's first message says.
fn told_first(up: &Upstream) -> String {
    up.last().json()["messages"][0]["content"].as_str().expect("it is a text").to_owned()
}

#[test]
fn results_keep_to_their_tokens_in_streams_and_other_formats() {
    let (up, web) = (Upstream::doing([super::chat_words::streams(&["So", " it is."])]), Upstream::site([searxng(20)]));
    let server = TestServer::with(|config| {
        engines(config, &[("searxng", &web, &[])]);
        configure(config, &[up.entry("a", json!({}))]);
        (config.search.results, config.search.tokens) = (20, 200);
    });
    let answer = asking(json!({ "stream": true })).header("x-willaku-web-search", "1").send(&server);
    assert_eq!(answer.said(), "So it is.");
    let note = answer.header("x-mediary-web-search").expect("it is said").to_owned();
    let count: usize = note.strip_prefix("searxng;results=").expect(&note).parse().unwrap();
    assert!((1..20).contains(&count), "{note}");
    assert_eq!(told(&up).matches("https://site").count(), count);
    let body =
        json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "user", "content": "Hello" }], "stream": true });
    let answer = Request::new("POST", "/v1/messages")
        .body("application/json", body.to_string())
        .header("x-mediary-web-search", "true")
        .send(&server);
    assert_eq!((answer.status, answer.header("x-mediary-web-search")), (200, Some(note.as_str())));
}

#[test]
fn a_search_that_fails_is_said_and_one_that_may_not_be_is_refused() {
    let (up, web) = (Upstream::doing([says("Yes.")]), Upstream::site([body(500, &json!({}))]));
    let server = chatting(up.entry("a", json!({})), &web);
    let answer = asking(json!({})).header("x-mediary-web-search", "true").send(&server);
    assert_eq!(
        (answer.said().as_str(), answer.header("x-mediary-web-search")),
        ("Yes.", Some("failed;reason=overloaded"))
    );
    assert!(!told(&up).contains("result"), "{}", told(&up));
    let refused =
        asking(json!({})).header("x-mediary-web-search", "true").header("x-mediary-privacy", "local").send(&server);
    refused.refused(403, "not_allowed", "may leave this machine");
    let none = TestServer::with(|config| {
        engines(config, &[]);
        configure(config, &[up.entry("a", json!({}))]);
    });
    let refused = asking(json!({})).header("x-mediary-web-search", "true").send(&none);
    refused.refused(503, "engine_not_installed", "no search engine is set up");
    asking(json!({})).header("x-mediary-web-search", "maybe").send(&server).refused(
        400,
        "invalid_request",
        "true, false or vendor",
    );
    assert_eq!(up.calls(), 1);
}

#[test]
fn the_targets_own_search_is_used_where_it_has_one_and_that_is_asked_for() {
    let gemini = json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": "Found." }] }, "finishReason": "STOP" }],
        "usageMetadata": { "promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2 } });
    let (up, web) = (Upstream::doing([body(200, &gemini)]), Upstream::site([searxng(1)]));
    let entry = json!({ "id": "g", "dialect": "gemini", "base_url": format!("http://{}/v1beta", up.address),
        "api_keys": ["key-of-gemini-1"], "models": [{ "id": "m", "hosted_tools": ["googleSearch"] }] });
    let server = chatting(entry, &web);
    let answer = asking(json!({})).header("x-mediary-web-search", "vendor").send(&server);
    assert_eq!(
        (answer.said().as_str(), answer.header("x-mediary-web-search")),
        ("Found.", Some("vendor;tool=googleSearch"))
    );
    assert_eq!((&up.last().json()["tools"], web.calls()), (&json!([{ "googleSearch": {} }]), 0));
    let plain = Upstream::doing([says("Given.")]);
    let server = chatting(plain.entry("a", json!({})), &web);
    let answer = asking(json!({})).header("x-mediary-web-search", "vendor").send(&server);
    assert_eq!((answer.said().as_str(), answer.header("x-mediary-web-search")), ("Given.", Some("searxng;results=1")));
}

#[test]
fn the_sources_of_the_targets_own_search_are_passed_on() {
    let grounding = json!({
        "webSearchQueries": ["tower"], "groundingChunks": [{ "web": { "uri": "https://a.example/", "title": "a.example" } }],
        "groundingSupports": [{ "segment": { "startIndex": 0, "endIndex": 5 }, "groundingChunkIndices": [0] }],
    });
    let gemini = json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": "Found." }] }, "finishReason": "STOP",
        "groundingMetadata": grounding }],
        "usageMetadata": { "promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2 } });
    let (up, web) = (Upstream::doing([body(200, &gemini)]), Upstream::site([searxng(1)]));
    let entry = json!({ "id": "g", "dialect": "gemini", "base_url": format!("http://{}/v1beta", up.address),
        "api_keys": ["key-of-gemini-1"], "models": [{ "id": "m", "hosted_tools": ["googleSearch"] }] });
    let server = chatting(entry, &web);
    let answer = asking(json!({})).header("x-mediary-web-search", "vendor").send(&server).ok();
    let cited = json!({ "url": "https://a.example/", "title": "a.example", "start_index": 0, "end_index": 5 });
    let expected = json!([{ "type": "url_citation", "url_citation": cited }]);
    assert_eq!(answer["choices"][0]["message"]["annotations"], expected, "{answer}");
}

#[test]
fn members_of_a_fork_and_responses_in_the_background_are_given_the_same() {
    let (up, web) = (Upstream::doing([says("So it is [1].")]), Upstream::site([searxng(2)]));
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = TestServer::with(|config| {
        config.store.dir = Some(folder.path().join("store"));
        engines(config, &[("searxng", &web, &[])]);
        configure(config, &[up.entry("a", json!({}))]);
    });
    let fields = json!({ "models": ["a/m"], "messages": [{ "role": "user", "content": "How tall is it?" }] });
    let fork = Request::new("POST", "/v1/chat/completions/fork").body("application/json", fields.to_string());
    let answer = fork.header("x-mediary-web-search", "vendor").send(&server);
    assert_eq!((answer.status, answer.header("x-mediary-web-search")), (200, Some("searxng;results=2")), "{answer}");
    assert!(up.last().json()["messages"].to_string().contains("SearXNG"), "{}", up.last().json());
    let fields = json!({ "model": "a/m", "input": "How tall is it?", "background": true });
    let response = Request::new("POST", "/v1/responses").body("application/json", fields.to_string());
    let answer = response.header("x-mediary-web-search", "true").send(&server);
    assert_eq!((answer.status, answer.header("x-mediary-web-search")), (200, Some("searxng;results=2")), "{answer}");
    wait_until("it is asked", || up.calls() == 2);
    assert!(up.last().json()["messages"].to_string().contains("SearXNG"), "{}", up.last().json());
}
