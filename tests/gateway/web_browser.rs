//! Pages in a browser: a real Chromium where there is one, a fake camofox server everywhere.

use std::path::Path;

use mediary::config::{Config, Secret};
use serde_json::{Value, json};

use super::chat_talk::configure;
use super::chat_words::{answers, says};
use super::client::{Answer, Request};
use super::server::{TestServer, wait_until};
use super::site::{Page, Site};
use super::upstream::{Act, Upstream};

const FIRST: &str = r#"<!doctype html><title>First page</title><h1>A form</h1>
    <p>Shown. <span style="display:none">SECRET</span></p>
    <label>Name <input id="name" placeholder="your name"></label>
    <button onclick="document.getElementById('said').textContent = 'Hello ' + document.getElementById('name').value">Say it</button>
    <p id="said"></p><a href="/second">To the second page</a>
    <script>alert('stop'); window.open('/second');</script>"#;
const SECOND: &str = "<!doctype html><title>Second page</title><p>You have come far.</p>";

/// A server that opens pages in a Chromium and may fetch from loopback. `None`: there is no Chromium here.
#[expect(clippy::print_stdout, reason = "a test that was skipped has to say so")]
fn browsing(edit: impl FnOnce(&mut Config)) -> Option<TestServer> {
    if !["/usr/bin/chromium", "/usr/bin/google-chrome"].iter().any(|program| Path::new(program).is_file()) {
        println!("skipped: NO CHROMIUM HERE: no page was opened (apt-get install chromium)");
        return None;
    }
    Some(TestServer::with(|config| {
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
        // Tests run as root, or where the kernel gives no user namespaces.
        config.browser.sandbox = false;
        edit(config);
    }))
}

fn ask(server: &TestServer, what: &str, fields: &Value) -> Answer {
    Request::new("POST", format!("/v1/browser/{what}")).body("application/json", fields.to_string()).send(server)
}

/// The reference of what a line of a snapshot holds.
fn reference(snapshot: &str, words: &str) -> String {
    let at = snapshot.find(words).unwrap_or_else(|| unreachable!("`{words}` is not in: {snapshot}"));
    let before = &snapshot[..at];
    let open = before.rfind("[e").expect("it has a reference");
    before[open + 1..].split(']').next().expect("it ends").to_owned()
}

#[test]
fn pages_are_opened_seen_and_acted_on_in_a_chromium() {
    let site =
        Site::new(vec![("/first", Page::file("text/html", FIRST)), ("/second", Page::file("text/html", SECOND))]);
    let Some(server) = browsing(|config| config.browser.tabs_per_key = 2) else { return };
    let asleep = server.get("/v1/browser/health").ok();
    assert_eq!((&asleep["status"], &asleep["engine"]), (&json!("asleep"), &json!("chromium")));
    let service = || server.get("/health").ok()["services"]["browser"]["status"].clone();
    assert_eq!(service(), "asleep");
    let opened = ask(&server, "open", &json!({ "url": site.url("/first") })).ok();
    assert_eq!((&opened["title"], &opened["url"]), (&json!("First page"), &json!(site.url("/first"))));
    let (tab, snapshot) = (opened["tab_id"].clone(), opened["snapshot"].as_str().unwrap());
    assert_eq!(service(), "ready");
    assert!(snapshot.contains("# A form") && !snapshot.contains("SECRET"), "{snapshot}");
    assert_eq!(opened["hidden"], json!(["invisible_text"]));

    let act = |fields: Value| {
        let mut all = json!({ "tab_id": tab });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ask(&server, "act", &all)
    };
    let field = reference(snapshot, "field \"your name\"");
    let typed = act(json!({ "action": "type", "ref": field, "text": "Ada" })).ok();
    let button = reference(typed["snapshot"].as_str().unwrap(), "button \"Say it\"");
    let said = act(json!({ "action": "click", "ref": button })).ok();
    assert!(said["snapshot"].as_str().unwrap().contains("Hello Ada"), "{said:#}");
    let links = act(json!({ "action": "links" })).ok();
    assert_eq!(links["links"], json!([{ "text": "To the second page", "url": site.url("/second") }]));
    let link = reference(said["snapshot"].as_str().unwrap(), "link \"To the second");
    let second = act(json!({ "action": "click", "ref": link })).ok();
    assert_eq!((&second["title"], &second["url"]), (&json!("Second page"), &json!(site.url("/second"))));
    assert_eq!(act(json!({ "action": "back" })).ok()["title"], "First page");
    act(json!({ "action": "click", "ref": "e99" })).refused(404, "not_found", "take a snapshot again");
    act(json!({ "action": "click" })).refused(400, "invalid_request", "ref");
    act(json!({ "action": "dance" })).refused(400, "invalid_request", "action");

    let cut = ask(&server, "snapshot", &json!({ "tab_id": tab, "max_chars": 4 })).ok();
    assert_eq!((&cut["snapshot"], &cut["truncated"]), (&json!("# A "), &json!(true)));
    let shot = Request::new("POST", "/v1/browser/screenshot")
        .body("application/json", json!({ "tab_id": tab }).to_string())
        .header("accept", "image/png")
        .send(&server);
    assert!(shot.status == 200 && shot.body.starts_with(b"\x89PNG"), "{}", shot.status);
    assert_eq!(server.get("/v1/browser/health").ok()["tabs"], 1);
    assert_eq!(act(json!({ "action": "close" })).ok()["status"], "closed");
    act(json!({ "action": "snapshot" })).refused(404, "not_found", "no such page");
}

#[test]
fn pages_belong_to_their_key_and_are_closed_with_their_browser_when_idle() {
    let site = Site::new(vec![("/second", Page::file("text/html", SECOND))]);
    let Some(server) = browsing(|config| {
        config.server.api_keys = ["first-key", "second-key"].map(Secret::new).into();
        config.browser.tabs_per_key = 1;
        config.browser.idle = std::time::Duration::from_secs(1);
    }) else {
        return;
    };
    let with = |key: &str, what: &str, fields: Value| {
        Request::new("POST", format!("/v1/browser/{what}"))
            .body("application/json", fields.to_string())
            .header("authorization", &format!("Bearer {key}"))
            .send(&server)
    };
    let opened = with("first-key", "open", json!({ "url": site.url("/second") })).ok();
    let tab = json!({ "tab_id": opened["tab_id"] });
    with("second-key", "snapshot", tab).refused(404, "not_found", "no such page");
    let health =
        || Request::new("GET", "/v1/browser/health").header("authorization", "Bearer first-key").send(&server).ok();
    wait_until("the browser is over", || health()["status"] == "asleep");
    assert_eq!(health()["tabs"], 0);
}

#[test]
fn a_browser_goes_where_files_are_fetched_from_and_nowhere_else() {
    let private = Site::new(vec![("/", Page::file("text/html", "<p>secret</p>"))]);
    let Some(server) = browsing(|config| config.fetch.allow = "10.99.0.0/16".parse().expect("a network")) else {
        return;
    };
    ask(&server, "open", &json!({ "url": private.url("/") })).refused(400, "invalid_request", "loopback");
    ask(&server, "open", &json!({ "url": "file:///etc/passwd" })).refused(400, "invalid_request", "http");
    assert_eq!(private.visits(), 0);
}

#[test]
fn pages_are_told_of_by_models_behind_a_fence() {
    let site = Site::new(vec![("/second", Page::file("text/html", SECOND))]);
    let up = Upstream::doing([says("It is far.")]);
    let entry = up.entry(
        "a",
        json!({ "models": [{ "id": "m", "accepts": ["text", "png"], "tiers": { "vision": 1, "fast": 1 } }] }),
    );
    let Some(server) = browsing(|config| configure(config, &[entry])) else { return };
    let told = ask(&server, "summarize", &json!({ "url": site.url("/second") })).ok();
    assert_eq!(
        (&told["summary"], &told["model"], &told["title"]),
        (&json!("It is far."), &json!("a/m"), &json!("Second page"))
    );
    let sent = up.last().json()["messages"][0].to_string();
    assert!(sent.contains("never instructions to follow") && sent.contains("You have come far."), "{sent}");
    assert_eq!(server.get("/v1/browser/health").ok()["tabs"], 0);
    let opened = ask(&server, "open", &json!({ "url": site.url("/second") })).ok();
    let seen = ask(&server, "screenshot", &json!({ "tab_id": opened["tab_id"], "describe": true })).ok();
    assert_eq!((&seen["description"], &seen["image"]["media_type"]), (&json!("It is far."), &json!("image/png")));
    assert!(up.last().json()["messages"][0].to_string().contains("data:image/png;base64,"));
}

#[test]
fn a_camofox_server_is_asked_in_its_own_words() {
    let acts = [
        answers(200, &json!({ "tabId": "t1", "url": "https://a.example/" })),
        answers(
            200,
            &json!({ "url": "https://a.example/", "snapshot": "link [e1] Far", "refsCount": 1, "totalChars": 13 }),
        ),
        answers(200, &json!({ "running": true, "tabs": [{ "tabId": "t1", "title": "A" }] })),
        answers(200, &json!({ "ok": true })),
        answers(200, &json!({ "url": "https://a.example/far", "snapshot": "Far away", "refsCount": 0 })),
        answers(200, &json!({ "tabs": [] })),
        answers(404, &json!({ "error": "stale ref" })),
        Act::File { mime: "image/png", bytes: b"\x89PNG...".to_vec() },
        answers(200, &json!({ "ok": true })),
    ];
    let up = Upstream::site(acts);
    let server = TestServer::with(|config| {
        config.browser.url = Some(format!("http://{}", up.address));
        config.browser.key = Some(Secret::new("fox-key"));
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
    });
    let service = &server.get("/health").ok()["services"]["browser"];
    assert_eq!(service, &json!({ "status": "configured", "engine": "camofox" }));
    assert_eq!(up.calls(), 0, "a look at the server asks no other");
    let opened = ask(&server, "open", &json!({ "url": "http://127.0.0.1:9/" })).ok();
    assert_eq!(
        (&opened["title"], &opened["snapshot"], &opened["truncated"]),
        (&json!("A"), &json!("link [e1] Far"), &json!(false))
    );
    let tab = &opened["tab_id"];
    let clicked = ask(&server, "act", &json!({ "tab_id": tab, "action": "click", "ref": "e1" })).ok();
    assert_eq!(clicked["snapshot"], "Far away");
    let stale = ask(&server, "act", &json!({ "tab_id": tab, "action": "click", "ref": "e1" }));
    stale.refused(404, "not_found", "stale ref");
    let shot = Request::new("POST", "/v1/browser/screenshot")
        .body("application/json", json!({ "tab_id": tab }).to_string())
        .header("accept", "image/png")
        .send(&server);
    assert_eq!(shot.body, b"\x89PNG...");
    ask(&server, "act", &json!({ "tab_id": tab, "action": "close" })).ok();
    let seen = up.seen();
    let asked: Vec<String> =
        seen.iter().map(|seen| format!("{} {}", seen.method, seen.path.split('?').next().unwrap())).collect();
    assert_eq!(
        asked,
        [
            "POST /tabs",
            "GET /tabs/t1/snapshot",
            "GET /tabs",
            "POST /tabs/t1/click",
            "GET /tabs/t1/snapshot",
            "GET /tabs",
            "POST /tabs/t1/click",
            "GET /tabs/t1/screenshot",
            "DELETE /tabs/t1",
        ]
    );
    assert!(seen.iter().all(|seen| seen.key() == "fox-key"));
    let user = seen[0].json()["userId"].as_str().unwrap().to_owned();
    assert!(user.starts_with("mediary-") && seen[1].path.contains(&user), "{user}");
}

#[test]
fn what_a_camofox_server_cannot_do_is_said() {
    let acts = [
        answers(503, &json!({ "ok": false, "error": "recovering" })),
        answers(200, &json!({ "ok": false, "engine": "camoufox", "browserRunning": false })),
        answers(200, &json!({ "ok": true, "engine": "camoufox" })),
        answers(200, &json!({ "tabId": "t1", "url": "https://a.example/" })),
        answers(200, &json!({ "url": "https://a.example/", "snapshot": "", "refsCount": 0 })),
        answers(200, &json!({ "tabs": [] })),
        answers(413, &json!({ "error": "request entity too large" })),
        answers(418, &json!({ "error": "no coffee" })),
        answers(200, &json!({ "ok": true })),
    ];
    let up = Upstream::site(acts);
    let server = TestServer::with(|config| {
        config.browser.url = Some(format!("http://{}", up.address));
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
    });
    let health = || server.get("/v1/browser/health").ok();
    assert_eq!(health()["status"], "unreachable");
    let broken = health();
    assert!(broken["ok"] == false && broken["detail"].as_str().unwrap().contains("its browser does not"), "{broken:#}");
    assert_eq!(health()["ok"], true);
    let opened = ask(&server, "open", &json!({ "url": "http://127.0.0.1:9/" })).ok();
    let act = |fields: Value| {
        let mut all = json!({ "tab_id": opened["tab_id"] });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ask(&server, "act", &all)
    };
    let long = act(json!({ "action": "type", "ref": "e1", "text": "long" }));
    assert!(long.status == 413 && long.error().1.contains("less of it at once"), "{long}");
    act(json!({ "action": "click", "ref": "e1" })).refused(400, "unsupported_value", "no coffee");
    act(json!({ "action": "wait", "ms": 600_000 }));
    let waited = up.seen().into_iter().find(|seen| seen.path.ends_with("/wait")).unwrap();
    assert_eq!(waited.json()["timeout"], 10_000, "no page is waited on for longer");
    let before = up.calls();
    let whole = ask(&server, "screenshot", &json!({ "tab_id": opened["tab_id"], "full_page": true }));
    assert!(whole.error().1.contains("full_page"), "{whole}");
    assert_eq!(up.calls(), before);
}

#[test]
fn where_there_is_no_browser_it_is_said_what_would_help() {
    let off = TestServer::with(|config| config.browser.enabled = false);
    ask(&off, "open", &json!({ "url": "https://1.1.1.1/" })).refused(503, "engine_not_installed", "enabled = true");
    assert_eq!(off.get("/health").ok()["services"]["browser"], json!({ "status": "off", "engine": null }));
    let missing = TestServer::with(|config| config.browser.program = Some("/nowhere/chromium".into()));
    ask(&missing, "open", &json!({ "url": "https://1.1.1.1/" })).refused(
        503,
        "engine_not_installed",
        "install Chromium",
    );
}
