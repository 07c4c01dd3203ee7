//! Pages whose client leaves, and a browser whose server is killed: nothing of them stays behind. The browser is a script.

use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::chat_words::answers;
use super::cli_serve::serve;
use super::client::{Answer, Request};
use super::server::{TestServer, checkout, wait_until};
use super::upstream::{Act, Gate, Step, Upstream};

/// An address that is judged, and that the script does not go to.
const URL: &str = "http://127.0.0.1:9/";

/// A browser that does as it is told, and tells what it was asked.
struct Scripted(TempDir);

impl Scripted {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        symlink(checkout().join("tests/gateway/chromium.sh"), folder.path().join("chromium")).expect("a new link");
        let scripted = Self(folder);
        scripted.silent_at("");
        scripted
    }

    fn program(&self) -> PathBuf {
        self.0.path().join("chromium")
    }

    /// It does not answer these any more.
    fn silent_at(&self, methods: &str) {
        std::fs::write(self.0.path().join("silent"), methods).expect("the folder is ours");
    }

    fn heard(&self) -> Vec<String> {
        let heard = std::fs::read_to_string(self.0.path().join("heard")).unwrap_or_default();
        heard.lines().map(str::to_owned).collect()
    }

    fn count(&self, begin: &str) -> usize {
        self.heard().iter().filter(|line| line.starts_with(begin)).count()
    }

    /// How many pages are open in it: a page has a context of its own.
    fn open(&self) -> usize {
        self.count("Target.createBrowserContext") - self.count("Target.disposeBrowserContext context-")
    }

    fn server(&self) -> TestServer {
        TestServer::with(|config| {
            config.browser.program = Some(self.program());
            config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
        })
    }
}

fn asking(what: &str, fields: &Value) -> Request {
    Request::new("POST", format!("/v1/browser/{what}")).body("application/json", fields.to_string())
}

fn ask(server: &TestServer, what: &str, fields: &Value) -> Answer {
    asking(what, fields).send(server)
}

/// A client that has asked for something, and leaves when it is dropped.
fn leaving(server: &TestServer, what: &str, fields: &Value) -> TcpStream {
    let mut connection = server.connect();
    connection.write_all(&asking(what, fields).bytes(server)).expect("the server listens");
    connection
}

fn tabs(server: &TestServer) -> Value {
    server.get("/v1/browser/health").ok()["tabs"].clone()
}

#[test]
fn a_page_is_closed_whose_client_leaves_while_it_is_made() {
    let browser = Scripted::new();
    let gate = browser.0.path().join("gate");
    let made = Command::new("mkfifo").arg(&gate).status().unwrap();
    assert!(made.success(), "{made}");
    let server = browser.server();
    let client = leaving(&server, "open", &json!({ "url": URL }));
    wait_until("the page is being made", || browser.count("Target.createBrowserContext") == 1);
    drop(client);
    // What the browser had begun has a name only now.
    std::fs::write(&gate, "\n").unwrap();
    wait_until("the page is closed", || browser.count("Target.disposeBrowserContext context-") == 1);
    wait_until("no page counts", || tabs(&server) == 0);
}

#[test]
fn a_page_is_closed_whose_client_leaves_while_it_comes() {
    let browser = Scripted::new();
    let server = browser.server();
    for (round, method) in (1..).zip(["Page.navigate", "Runtime.callFunctionOn"]) {
        browser.silent_at(method);
        let before = browser.count(method);
        let client = leaving(&server, "open", &json!({ "url": URL }));
        wait_until("the page is awaited", || browser.count(method) > before);
        assert_eq!(browser.open(), 1, "{method}");
        drop(client);
        wait_until("the page is closed", || browser.count("Target.disposeBrowserContext context-") == round);
        wait_until("no page counts", || tabs(&server) == 0);
    }
}

#[test]
fn a_page_of_a_camofox_server_is_closed_whose_client_leaves() {
    let gate = Gate::default();
    let opened = Act::Stream(vec![Step::Wait(gate.clone()), Step::Raw(r#"{"tabId":"t1"}"#)]);
    let up = Upstream::site([opened, answers(200, &json!({ "ok": true }))]);
    let server = TestServer::with(|config| {
        config.browser.url = Some(format!("http://{}", up.address));
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
    });
    let client = leaving(&server, "open", &json!({ "url": URL }));
    wait_until("the page is being opened", || up.calls() == 1);
    drop(client);
    gate.open();
    let is_closed = || up.seen().iter().any(|seen| seen.method == "DELETE" && seen.path.starts_with("/tabs/t1?"));
    wait_until("the page is closed", is_closed);
}

#[test]
fn a_page_is_closed_whose_client_leaves_while_it_is_acted_on() {
    let browser = Scripted::new();
    let server = browser.server();
    let service = || server.get("/health").ok()["services"]["browser"].clone();
    assert_eq!(service(), json!({ "status": "asleep", "engine": "chromium" }));
    let opened = ask(&server, "open", &json!({ "url": URL })).ok();
    assert_eq!(service(), json!({ "status": "ready", "engine": "chromium" }));
    assert_eq!((&opened["title"], browser.open(), tabs(&server)), (&json!("A page"), 1, json!(1)));
    let press = json!({ "tab_id": opened["tab_id"], "action": "press", "key": "Enter" });
    // An action that comes to its end leaves the page open, as does one that fails.
    assert_eq!(ask(&server, "act", &press).ok()["title"], "A page");
    let odd = json!({ "tab_id": opened["tab_id"], "action": "press", "key": "NoKey" });
    ask(&server, "act", &odd).refused(400, "invalid_request", "no such key");
    assert_eq!((browser.open(), tabs(&server)), (1, json!(1)));
    browser.silent_at("Input.dispatchKeyEvent");
    let before = browser.count("Input.dispatchKeyEvent");
    let client = leaving(&server, "act", &press);
    wait_until("the key is pressed", || browser.count("Input.dispatchKeyEvent") > before);
    drop(client);
    wait_until("the page is closed", || browser.open() == 0);
    assert_eq!(tabs(&server), 0);
    ask(&server, "snapshot", &json!({ "tab_id": opened["tab_id"] })).refused(404, "not_found", "no such page");
}

#[test]
fn a_browser_leaves_no_profile_behind_when_its_server_is_killed() {
    let (browser, folder) = (Scripted::new(), tempfile::tempdir().unwrap());
    let program = browser.program();
    // It ends later than its server, and writes until then.
    std::fs::write(browser.0.path().join("slow"), "").unwrap();
    let start = || {
        serve(
            &[],
            &[
                ("TMPDIR", folder.path().to_str().unwrap()),
                ("MEDIARY_BROWSER__PROGRAM", program.to_str().unwrap()),
                ("MEDIARY_FETCH__ALLOW", "[\"127.0.0.0/8\"]"),
            ],
        )
    };
    let profiles = || files_below(folder.path()).into_iter().filter(|file| file.ends_with("profile/Cookies")).count();
    let killed = start();
    let opened = asking("open", &json!({ "url": URL })).send_to(killed.address.parse().unwrap());
    assert_eq!((opened.ok()["title"].clone(), profiles()), (json!("A page"), 1));
    killed.ended_by(Signal::KILL);
    let next = start();
    assert_eq!(profiles(), 0, "{:?}", files_below(folder.path()));
    std::fs::remove_file(browser.0.path().join("slow")).unwrap();
    // Of one that runs the profile stays, whatever starts beside it.
    let opened = asking("open", &json!({ "url": URL })).send_to(next.address.parse().unwrap());
    assert_eq!(opened.status, 200, "{opened}");
    let beside = start();
    assert_eq!(profiles(), 1);
    assert_eq!(beside.ended_by(Signal::TERM).0, Some(0));
    assert_eq!(next.ended_by(Signal::TERM).0, Some(0));
    assert_eq!(files_below(folder.path()), Vec::<PathBuf>::new());
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|entry| if entry.is_dir() { files_below(&entry) } else { vec![entry] }).collect()
}
