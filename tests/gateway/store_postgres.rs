//! The store in PostgreSQL, from outside: what is kept there is there after a restart, and a database that goes away costs
//! what would be kept there, never an answer.

use mediary_servers::Postgres;
use serde_json::{Value, json};

use super::chat_words::says;
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::{Place, keyless};
use super::server::wait_until;
use super::upstream::Upstream;

const KEY: &str = "sk-first-0123456789-AAAA";
/// It stands in the address, and nowhere else.
const PASSWORD: &str = "hunter2-hunter2";

fn posts(served: &Served, path: &str, headers: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

fn chats(served: &Served, headers: &str) -> Answer {
    posts(
        served,
        "/v1/chat/completions",
        headers,
        &json!({ "model": "m", "messages": [{ "role": "user", "content": "Hi" }] }),
    )
}

/// What a command says, on both its outputs, and whether it ended well.
fn told(place: &Place, arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> (bool, String) {
    let output = place.run(arguments, input, environment);
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it is UTF-8")).concat();
    assert!(!said.contains(PASSWORD), "{said}");
    (output.status.success(), said)
}

fn logged(served: &Served, headers: &str) -> usize {
    served.get("/api/admin/requests", headers).ok()["data"].as_array().map_or(0, Vec::len)
}

#[test]
fn everything_is_there_after_a_restart_and_a_database_that_is_away_costs_no_answer() {
    let Some(server) = Postgres::shared() else { return };
    let url = server.new_database();
    let secret = url.replace("mediary@", &format!("mediary:{PASSWORD}@"));
    let environment = [("MEDIARY_STORE__URL", secret.as_str()), ("MEDIARY_LOG__REQUESTS", "true")];
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[keyless(&up)]);
    let (added, said) = told(&place, &["keys", "add", "a"], &format!("{KEY}\n"), &environment);
    assert!(added, "{said}");
    let created = ["clients", "create", "root", "--admin", "--requests-per-minute", "1000", "--images-per-day", "9"];
    let (created, said) = told(&place, &created, "", &environment);
    assert!(created, "{said}");
    let key = format!("x-api-key: {}\r\n", said.lines().next().expect("the key"));

    let served = place.serve(&environment);
    assert!(!place.path("store/mediary.db").exists(), "nothing is kept in two places");
    assert_eq!(chats(&served, &key).status, 200);
    assert_eq!(up.last().key(), KEY);
    let response = posts(&served, "/v1/responses", &key, &json!({ "model": "m", "input": "Hi", "store": true })).ok();
    let response = format!("/v1/responses/{}", response["id"].as_str().expect("it has an id"));
    wait_until("the requests are logged", || logged(&served, &key) >= 2);
    let (is_refused, said) = told(&place, &["serve", "--port", "0"], "", &environment);
    assert!(!is_refused && said.contains("another server uses the database postgres:///"), "{said}");
    let (copied, said) = told(&place, &["backup", "copy.db"], "", &environment);
    assert!(!copied && said.contains("pg_dump"), "{said}");
    let (is_right, said) = told(&place, &["check-config"], "", &environment);
    assert!(is_right && said.contains("store.url"), "{said}");

    // Killed and started anew.
    drop(served);
    let served = place.serve(&environment);
    assert!(logged(&served, &key) >= 2);
    assert_eq!(served.get(&response, &key).ok()["output"][0]["content"][0]["text"], "Hello.");
    let clients = served.get("/api/admin/client-keys", &key).ok();
    assert_eq!(clients["data"][0]["today"]["calls"], json!(2), "{clients}");
    let (listed, said) = told(&place, &["keys", "list", "--json"], "", &environment);
    assert!(listed && said.contains("AAAA") && !said.contains("0123456789"), "{said}");

    // Away, and back again.
    server.allow(&url, false);
    server.hang_up(&url);
    assert_eq!(chats(&served, &key).status, 200);
    server.allow(&url, true);
    let before = logged(&served, &key);
    assert_eq!(chats(&served, &key).status, 200);
    wait_until("requests are logged again", || logged(&served, &key) > before);
}

#[test]
fn a_database_that_cannot_be_reached_is_said_at_the_start() {
    let place = Place::with(&[]);
    let url = format!("postgres://mediary:{PASSWORD}@127.0.0.1:1/mediary");
    let (started, said) = told(&place, &["serve", "--port", "0"], "", &[("MEDIARY_STORE__URL", &url)]);
    assert!(!started && said.contains("postgres://127.0.0.1:1/mediary cannot be reached"), "{said}");
    let url = format!("mysql://mediary:{PASSWORD}@127.0.0.1:1/mediary");
    let (started, said) = told(&place, &["serve", "--port", "0"], "", &[("MEDIARY_STORE__URL", &url)]);
    assert!(
        !started && said.contains("store.url") && said.contains("postgres://user:password@host/database"),
        "{said}"
    );
}
