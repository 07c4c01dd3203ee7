//! What each engine is asked, and what of its answers is believed.

use bytes::Bytes;
use http::{Method, Response};
use mediary_core::FailureKind;

use super::*;

fn query(text: &str) -> SearchQuery {
    SearchQuery { text: text.to_owned(), most: 5, page: 1, language: None, period: None, safe: None }
}

fn place(key: &str) -> SearchPlace<'_> {
    SearchPlace { url: "https://engine.example/base/", key: Some(key), own: "cx1" }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(Bytes::from(body.to_owned())).unwrap()
}

#[test]
fn each_engine_is_asked_in_its_own_words() {
    let wide = SearchQuery {
        page: 2,
        language: Some("de".to_owned()),
        period: Some(SearchPeriod::Week),
        safe: Some(SafeSearch::Strict),
        ..query("a & b")
    };
    let rows = [
        (SearchEngine::Searxng, "/base/search?q=a+%26+b&format=json&pageno=2&language=de&time_range=week&safesearch=2"),
        (
            SearchEngine::Brave,
            "/base/web/search?q=a+%26+b&count=5&offset=1&text_decorations=false&result_filter=web&search_lang=de&freshness=pw&safesearch=strict",
        ),
        (
            SearchEngine::Google,
            "/base/customsearch/v1?cx=cx1&q=a+%26+b&num=5&start=6&lr=lang_de&dateRestrict=w1&safe=active",
        ),
        (
            SearchEngine::SerpApi,
            "/base/search.json?engine=google&q=a+%26+b&num=5&start=5&hl=de&tbs=qdr%3Aw&safe=active&api_key=k-1",
        ),
    ];
    for (engine, expected) in rows {
        let request = engine.request(&place("k-1"), &wide).unwrap();
        let (method, uri) = (request.method().clone(), request.uri().path_and_query().unwrap().to_string());
        assert_eq!((method, uri.as_str()), (Method::GET, expected), "{}", engine.name());
    }
    let header = |engine: SearchEngine, name: &str| {
        let request = engine.request(&place("k-1"), &query("q")).unwrap();
        request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header(SearchEngine::Brave, "x-subscription-token").as_deref(), Some("k-1"));
    assert_eq!(header(SearchEngine::Google, "x-goog-api-key").as_deref(), Some("k-1"));
    assert_eq!(header(SearchEngine::Ollama, "authorization").as_deref(), Some("Bearer k-1"));
}

#[test]
fn what_is_sent_has_a_body_of_its_own_kind() {
    let request = SearchEngine::Ollama.request(&place("k"), &query("q")).unwrap();
    assert_eq!((request.method(), request.uri().path()), (&Method::POST, "/base/api/web_search"));
    assert_eq!(request.body().as_ref(), br#"{"query":"q","max_results":5}"#);
    let page = SearchQuery { period: Some(SearchPeriod::Day), safe: Some(SafeSearch::Off), ..query("a b") };
    let request = SearchEngine::DuckDuckGo.request(&place("k"), &page).unwrap();
    assert_eq!(request.uri().path(), "/base/html/");
    assert_eq!(request.body().as_ref(), b"q=a+b&b=&kl=wt-wt&df=d&kp=-2");
    for engine in [SearchEngine::Ollama, SearchEngine::DuckDuckGo] {
        let refused = engine.request(&place("k"), &SearchQuery { page: 2, ..query("q") }).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Unacceptable, "{}", engine.name());
    }
}

#[test]
fn limits_of_engines_are_kept_whatever_is_asked() {
    let long = query(&"word ".repeat(400));
    let request = SearchEngine::Brave.request(&place("k"), &SearchQuery { most: 50, ..long }).unwrap();
    let asked = request.uri().query().unwrap();
    assert!(asked.contains("count=20&") && asked.matches("word").count() == 50, "{asked}");
    let odd = SearchQuery { page: u32::MAX, most: u32::MAX, ..query("q") };
    for engine in SearchEngine::ALL {
        let asked = engine.request(&place("k"), &odd);
        let is_refused = asked.is_err();
        assert_eq!(is_refused, !matches!(engine, SearchEngine::Searxng | SearchEngine::SerpApi), "{}", engine.name());
    }
}

#[test]
fn what_is_found_is_cleaned_and_what_leads_nowhere_is_left_out() {
    let searxng = r#"{"results":[
        {"url":"https://a.example/","title":"A\u200b\n title","content":"text","engines":["bing","brave"],"publishedDate":"2026-01-01"},
        {"url":"javascript:alert(1)","title":"x","content":"y"},
        {"url":"https://u:p@b.example/","title":"x"},
        {"url":null,"title":7}],"answers":["x"]}"#;
    let found = SearchEngine::Searxng.read(&answer(200, &[], searxng)).unwrap();
    assert_eq!(
        found,
        [FoundPage {
            title: "A title".to_owned(),
            url: "https://a.example/".to_owned(),
            snippet: "text".to_owned(),
            published: Some("2026-01-01".to_owned()),
            found_by: vec!["bing".to_owned(), "brave".to_owned()],
        }]
    );
    let brave = r#"{"web":{"results":[{"title":"Cats &amp; <strong>dogs</strong>","url":"https://c.example/x","description":"<b>It&#x27;s</b> so","page_age":"2026-02-03T00:00:00"}]}}"#;
    let found = SearchEngine::Brave.read(&answer(200, &[], brave)).unwrap();
    assert_eq!((found[0].title.as_str(), found[0].snippet.as_str()), ("Cats & dogs", "It's so"));
    let google = r#"{"items":[{"title":"T","link":"https://g.example/","snippet":"1 < 2 & 3"}]}"#;
    assert_eq!(SearchEngine::Google.read(&answer(200, &[], google)).unwrap()[0].snippet, "1 < 2 & 3");
    let serpapi =
        r#"{"organic_results":[{"position":1,"title":"T","link":"https://s.example/","snippet":"s","date":"1 Jan"}]}"#;
    assert_eq!(SearchEngine::SerpApi.read(&answer(200, &[], serpapi)).unwrap()[0].published.as_deref(), Some("1 Jan"));
    let ollama = r#"{"results":[{"title":"","url":"https://o.example/","content":"c"}]}"#;
    assert_eq!(SearchEngine::Ollama.read(&answer(200, &[], ollama)).unwrap()[0].title, "https://o.example/");
    for (engine, nothing) in [
        (SearchEngine::Searxng, "{}"),
        (SearchEngine::Brave, r#"{"type":"search"}"#),
        (SearchEngine::Google, r#"{"searchInformation":{}}"#),
        (SearchEngine::SerpApi, r#"{"error":"Google hasn't returned any results for this query."}"#),
        (SearchEngine::DuckDuckGo, "<html><div class=no-results></div></html>"),
    ] {
        assert_eq!(engine.read(&answer(200, &[], nothing)).unwrap(), [], "{}", engine.name());
    }
    let garbled = SearchEngine::Brave.read(&answer(200, &[], "<html>")).unwrap_err();
    assert_eq!(garbled.kind, FailureKind::Garbled);
}

#[test]
fn pages_of_duckduckgo_are_read_without_their_adverts() {
    let page = r##"<div id="links">
        <div class="result web-result result--ad"><h2><a class="result__a" href="https://ad.example/">Ad</a></h2></div>
        <div class="result web-result"><h2><a class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fa.example%2Fx%3Fy%3D1&amp;rut=z">A <b>title</b></a></h2>
          <a class="result__snippet" href="#">What <b>it</b> says</a></div>
        <div class="result web-result"><h2><a class="result__a" href="https://duckduckgo.com/y.js?ad_domain=x">Ad</a></h2></div>
        <div class="result web-result"><h2><a class="result__a" href="https://b.example/">B</a></h2></div></div>"##;
    let found = SearchEngine::DuckDuckGo.read(&answer(200, &[], page)).unwrap();
    let shown: Vec<_> =
        found.iter().map(|page| (page.url.as_str(), page.title.as_str(), page.snippet.as_str())).collect();
    assert_eq!(shown, [("https://a.example/x?y=1", "A title", "What it says"), ("https://b.example/", "B", "")]);
    for (status, body) in [(202, ""), (403, ""), (200, "<form id=challenge-form></form>")] {
        let wall = SearchEngine::DuckDuckGo.read(&answer(status, &[], body)).unwrap_err();
        let FailureKind::RateLimited { retry_after: Some(wait) } = wall.kind else { unreachable!("{wall}") };
        assert_eq!(wait.as_secs(), 3600);
    }
}

#[test]
fn refusals_say_what_to_do_and_repeat_no_key() {
    let brave = [("x-ratelimit-remaining", "0, 12"), ("x-ratelimit-reset", "1, 900000")];
    let rows = [
        (SearchEngine::Searxng, 403, answer(403, &[], ""), "add `json` to `formats`"),
        (SearchEngine::Brave, 429, answer(429, &brave, r#"{"error":{"code":"RATE_LIMITED"}}"#), "asked too often"),
        (
            SearchEngine::Brave,
            401,
            answer(401, &[], r#"{"error":{"detail":"bad sk-0123456789abcdef0123456789"}}"#),
            "refused the key",
        ),
        (SearchEngine::Google, 404, answer(404, &[], ""), "check its url"),
        (SearchEngine::SerpApi, 500, answer(500, &[], "x"), "overloaded"),
        (SearchEngine::Ollama, 402, answer(402, &[], "{}"), "quota"),
    ];
    for (engine, status, answer, words) in rows {
        let failure = engine.read(&answer).unwrap_err();
        assert!(failure.detail.contains(words) && failure.detail.contains(&status.to_string()), "{failure}");
        assert!(!failure.detail.contains("0123456789"), "{failure}");
    }
    let limited = SearchEngine::Brave.read(&answer(429, &brave, "{}")).unwrap_err();
    assert_eq!(limited.kind, FailureKind::RateLimited { retry_after: Some(std::time::Duration::from_secs(1)) });
}

#[test]
fn engines_are_known_by_their_names() {
    for engine in SearchEngine::ALL {
        assert_eq!(SearchEngine::named(engine.name()), Some(engine));
    }
    assert_eq!(SearchEngine::named("ddg"), Some(SearchEngine::DuckDuckGo));
    assert_eq!(SearchEngine::named("bing"), None);
}
