//! Checks of keys: what a provider says of each, found out by its list of models and never by a call that costs.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::keys_admin::{logs_in, sends, sets_up};
use super::keys_providers::Place;
use super::server::wait_until;

/// A provider whose list of models is opened by keys, or by anything.
struct Vault {
    address: SocketAddr,
    /// The status for each key; without one, the status for none.
    answers: Arc<Mutex<Vec<(&'static str, u16)>>>,
    /// The request lines, each with the key that came along.
    seen: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Vault {
    fn with(answers: &[(&'static str, u16)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (answers, seen) = (Arc::new(Mutex::new(answers.to_vec())), Arc::new(Mutex::new(Vec::new())));
        let stop = Arc::new(AtomicBool::new(false));
        let (known, noted, stopped) = (answers.clone(), seen.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // A client that goes away in the middle is expected to.
                let _ = connection.and_then(|connection| answer(connection, &known, &noted));
            }
        });
        Self { address, answers, seen, stop, thread: Some(thread) }
    }

    fn entry(&self) -> Value {
        json!({
            "id": "a", "base_url": format!("http://{}/v1", self.address), "dialect": "openai", "auth": "bearer",
            "models": [{ "id": "m" }],
        })
    }

    fn says(&self, answers: &[(&'static str, u16)]) {
        *self.answers.lock().expect("no test panics while it holds it") = answers.to_vec();
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no test panics while it holds it").clone()
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn answer(
    mut connection: TcpStream,
    known: &Mutex<Vec<(&'static str, u16)>>,
    noted: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let key = head.lines().find_map(|line| line.strip_prefix("authorization: bearer ")).unwrap_or("none");
    noted
        .lock()
        .expect("no test panics while it holds it")
        .push(format!("{} with {key}", head.lines().next().unwrap_or_default()));
    let status = known
        .lock()
        .expect("no test panics while it holds it")
        .iter()
        .find(|(its, _)| *its == key)
        .map_or(401, |(_, status)| *status);
    let body = match status {
        200 => json!({ "object": "list", "data": [{ "id": "m" }] }),
        429 => json!({ "error": { "message": "slow down", "type": "rate_limit_error", "code": null } }),
        _ => json!({ "error": { "message": "no", "type": "invalid_request_error", "code": "invalid_api_key" } }),
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(&[head.as_bytes(), body.as_bytes()].concat())
}

const GOOD: &str = "sk-good-0123456789-aaaa";
const BAD: &str = "sk-bad-0123456789-bbbb";

fn added(place: &Place, key: &str) -> String {
    let told = place.told(&["keys", "add", "a"], &format!("{key}\n"));
    told.split(' ').next().expect("it begins with the id").to_owned()
}

fn checked(place: &Place, which: &str) -> Vec<Value> {
    let told = place.told(&["keys", "check", which, "--json"], "");
    assert!(!told.contains("0123456789"), "{told}");
    serde_json::from_str(&told).expect("a list")
}

#[test]
fn a_key_is_checked_on_demand_without_a_paid_call() {
    let vault = Vault::with(&[(GOOD, 200), (BAD, 401), ("none", 401)]);
    let place = Place::with(&[vault.entry()]);
    let (good, bad) = (added(&place, GOOD), added(&place, BAD));
    assert!(vault.seen().is_empty(), "nothing is checked unasked");
    assert_eq!(checked(&place, &good)[0]["outcome"], "accepted");
    assert_eq!(checked(&place, &bad)[0]["outcome"], "refused");
    let all = checked(&place, "a");
    let outcomes: Vec<_> = all.iter().map(|check| check["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["accepted", "refused"]);
    assert!(vault.seen().iter().all(|line| line.starts_with("get /v1/models ")), "{:?}", vault.seen());
    // What is found is kept for the list: one refusal makes no key invalid.
    let listed: Value = serde_json::from_str(&place.told(&["keys", "list", "--json"], "")).unwrap();
    assert_eq!((&listed[0]["state"], &listed[1]["state"]), (&json!("healthy"), &json!("unknown")), "{listed}");

    vault.says(&[(GOOD, 200), ("none", 200)]);
    let untold = &checked(&place, &good)[0];
    assert_eq!(untold["outcome"], "untold", "anything opens it: {untold}");
    vault.says(&[(GOOD, 429)]);
    assert_eq!(checked(&place, &good)[0]["outcome"], "rate_limited");
    place.told(&["keys", "disable", &good], "");
    let refused = place.run(&["keys", "check", &good], "", &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("left out"), "{refused:?}");
    let refused = place.run(&["keys", "check", "nowhere"], "", &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no provider that is on"), "{refused:?}");
}

#[test]
fn an_administrator_has_a_key_checked_and_sees_its_state() {
    let vault = Vault::with(&[(GOOD, 200), ("none", 401)]);
    let place = Place::with(&[vault.entry()]);
    let (good, bad) = (added(&place, GOOD), added(&place, BAD));
    let served = place.serve(&[("MEDIARY_LOG", "error,mediary::http::serve=info,mediary::cli::serve=info")]);
    let line = |id: &str| format!("POST /api/admin/provider-keys/{id}/check");
    sends(&served, &line(&good), "", &Value::Null).refused(401, "not_an_administrator", "log in");
    let admin = sets_up(&served);
    let body = sends(&served, &line(&good), &admin, &Value::Null).ok();
    assert_eq!((&body["outcome"], &body["key"]["state"]), (&json!("accepted"), &json!("healthy")), "{body}");
    let body = sends(&served, &line(&bad), &admin, &Value::Null).ok();
    assert_eq!((&body["outcome"], &body["key"]["last_error"]), (&json!("refused"), &json!("bad_key")), "{body}");
    assert!(body["key"]["next_try"].is_u64(), "it rests: {body}");
    assert!(!body.to_string().contains("0123456789"), "{body}");
    vault.says(&[(BAD, 200), ("none", 401)]);
    let body = sends(&served, &line(&bad), &admin, &Value::Null).ok();
    assert_eq!((&body["outcome"], &body["key"]["next_try"]), (&json!("accepted"), &Value::Null), "{body}");
    sends(&served, &line("pk_nothing"), &admin, &Value::Null).refused(404, "no_such_key", "pk_nothing");
    place.told(&["keys", "disable", &bad], "");
    wait_until("it is left out", || sends(&served, &line(&bad), &admin, &Value::Null).status == 409);
}

#[test]
fn another_password_ends_the_sessions_of_a_server_that_runs() {
    let vault = Vault::with(&[]);
    let place = Place::with(&[vault.entry()]);
    let served = place.serve(&[("MEDIARY_LOG", "error,mediary::http::serve=info,mediary::cli::serve=info")]);
    let admin = sets_up(&served);
    assert_eq!(served.get("/api/admin/provider-keys", &admin).status, 200);
    let again = logs_in(&served);
    place.told(&["admin", "password"], "another long password\n");
    wait_until("the sessions have ended", || {
        [&admin, &again].iter().all(|session| served.get("/api/admin/provider-keys", session).status == 401)
    });
}
