//! Administration over HTTP: opened by a printed code or a password, shut to pages of other sites and to those that guess.

use serde_json::{Value, json};

use super::chat_words::says;
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::{Place, keyless};
use super::server::wait_until;
use super::upstream::Upstream;

pub(crate) const PASSWORD: &str = "correct horse battery";
const KEY: &str = "sk-admin-0123456789-CCCC";

pub(crate) fn sends(served: &Served, line: &str, headers: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

/// Headers of a session that changes something.
pub(crate) fn session(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie is set");
    let token = cookie.split(';').next().expect("it begins with the value");
    format!("cookie: other=1; {token}\r\nx-csrf-token: {}\r\n", answer.json()["csrf_token"].as_str().expect("a token"))
}

pub(crate) fn logs_in(served: &Served) -> String {
    let answer = sends(served, "POST /api/admin/login", "", &json!({ "password": PASSWORD }));
    assert_eq!(answer.status, 200, "{answer}");
    session(&answer)
}

/// Sets the first password with the printed code; gives the headers of the session.
pub(crate) fn sets_up(served: &Served) -> String {
    let body = json!({ "code": served.code(), "password": PASSWORD });
    let answer = sends(served, "POST /api/admin/setup", "", &body);
    assert_eq!(answer.status, 200, "{answer}");
    session(&answer)
}

#[test]
fn the_printed_code_sets_the_first_password_and_a_session_changes_keys_at_once() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[keyless(&up)]);
    let served = place.serve(&[("MEDIARY_LOG", "error,mediary::http::serve=info,mediary::cli::serve=info")]);
    let code = served.code();
    // Without a password it shows, and changes nothing.
    let listed = served.get("/api/admin/provider-keys", "").ok();
    assert_eq!(listed["data"], json!([]));
    let new = json!({ "provider": "a", "key": KEY, "label": "mine" });
    sends(&served, "POST /api/admin/provider-keys", "", &new).refused(401, "not_an_administrator", "log in");
    let guess = json!({ "code": "guess", "password": PASSWORD });
    sends(&served, "POST /api/admin/setup", "", &guess).refused(401, "wrong_password", "wrong");
    let set = sends(&served, "POST /api/admin/setup", "", &json!({ "code": code, "password": PASSWORD }));
    assert_eq!(set.status, 200, "{set}");
    let cookie = set.header("set-cookie").expect("a cookie is set").to_owned();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/;"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let admin = session(&set);
    served.get("/api/admin/provider-keys", "").refused(401, "not_an_administrator", "log in");
    let again = sends(&served, "POST /api/admin/setup", "", &json!({ "code": code, "password": PASSWORD }));
    again.refused(409, "password_is_set", "mediary admin password");

    let added = sends(&served, "POST /api/admin/provider-keys", &admin, &new);
    assert_eq!((added.status, &added.json()["key"]), (201, &json!("…CCCC")), "{added}");
    assert!(!added.to_string().contains("0123456789"));
    let id = added.json()["id"].as_str().expect("an id").to_owned();
    sends(&served, "POST /api/admin/provider-keys", &admin, &new).refused(409, "key_not_kept", "is kept already");
    let chat = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] });
    wait_until("the key is used", || sends(&served, "POST /v1/chat/completions", "", &chat).status == 200);
    assert_eq!(up.last().key(), KEY);
    let listed = served.get("/api/admin/provider-keys", &admin).ok();
    assert_eq!((&listed["data"][0]["state"], &listed["data"][0]["label"]), (&json!("healthy"), &json!("mine")));
    assert!(listed["data"][0]["last_used"].as_u64().is_some_and(|at| at > 1_700_000_000_000));
    let line = format!("PATCH /api/admin/provider-keys/{id}");
    let changed = sends(&served, &line, &admin, &json!({ "is_disabled": true, "label": "off" })).ok();
    assert_eq!((&changed["is_disabled"], &changed["label"]), (&json!(true), &json!("off")));
    wait_until("it is left out", || sends(&served, "POST /v1/chat/completions", "", &chat).status == 503);
    assert_eq!(sends(&served, &format!("DELETE /api/admin/provider-keys/{id}"), &admin, &Value::Null).status, 204);
    sends(&served, &line, &admin, &json!({})).refused(404, "no_such_key", &id);
    assert_eq!(sends(&served, "POST /api/admin/logout", &admin, &Value::Null).status, 204);
    served.get("/api/admin/provider-keys", &admin).refused(401, "not_an_administrator", "log in");
}

/// The methods and paths of the administration, as the server describes itself.
fn administration(served: &Served) -> Vec<(String, String)> {
    let document = served.get("/openapi.json", "").ok();
    let paths = document["paths"].as_object().expect("it has paths");
    let of_admin = paths.iter().filter(|(path, _)| path.starts_with("/api/admin/"));
    let methods = of_admin
        .flat_map(|(path, methods)| methods.as_object().expect("methods").keys().map(move |method| (method, path)));
    methods.map(|(method, path)| (method.to_uppercase(), path.clone())).collect()
}

#[test]
fn without_a_password_loopback_is_shown_everything_but_secrets_and_changes_nothing() {
    let up = Upstream::doing([says("Hello.")]);
    let written = up.entry("b", json!({ "api_keys": ["sk-written-0123456789-DDDD"] }));
    let place = Place::with(&[keyless(&up), written]);
    let told = place.told(&["keys", "add", "a"], &format!("{KEY}\n"));
    let id = told.split(' ').next().expect("it begins with the id").to_owned();
    let served = place.serve(&[]);
    let (mut shown, mut changing) = (0, 0);
    for (method, path) in administration(&served) {
        let line = format!("{method} {}", path.replace("{key}", &id));
        match method.as_str() {
            "GET" => {
                let answer = sends(&served, &line, "", &Value::Null);
                assert!(matches!(answer.status, 200 | 404 | 503), "{line}: {answer}");
                assert!(!answer.to_string().contains("0123456789"), "{line}: {answer}");
                shown += 1;
            }
            // What opens a session asks for a secret itself, and what ends one has none to end.
            _ if ["/api/admin/setup", "/api/admin/login", "/api/admin/logout"].contains(&path.as_str()) => {}
            _ => {
                let answer = sends(&served, &line, "", &json!({}));
                answer.refused(401, "not_an_administrator", "log in");
                changing += 1;
            }
        }
    }
    assert!(shown >= 8 && changing >= 9, "{shown} {changing}");
    let listed = served.get("/api/admin/provider-keys", "").ok();
    assert_eq!((&listed["data"][0]["key"], &listed["data"][0]["is_disabled"]), (&json!("…CCCC"), &json!(false)));
}

#[test]
fn a_key_of_the_configuration_is_checked_left_out_and_used_again_but_not_removed() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    place.told(&["admin", "password"], &format!("{PASSWORD}\n"));
    let served = place.serve(&[("MEDIARY_LOG", "error,mediary::http::serve=info,mediary::cli::serve=info")]);
    let admin = logs_in(&served);
    let list = || served.get("/api/admin/provider-keys", &admin).ok()["data"][0].clone();
    let listed = list();
    let id = listed["id"].as_str().expect("an id").to_owned();
    assert_eq!((&listed["source"], &listed["is_disabled"]), (&json!("configuration"), &json!(false)), "{listed}");
    let line = |method: &str| format!("{method} /api/admin/provider-keys/{id}");
    let checked = sends(&served, &format!("{}/check", line("POST")), &admin, &Value::Null).ok();
    assert_eq!(checked["key"]["id"], json!(id), "{checked}");

    let chat = json!({ "model": "a/m", "messages": [{ "role": "user", "content": "Hello" }] });
    let status = || sends(&served, "POST /v1/chat/completions", "", &chat).status;
    assert_eq!(status(), 200);
    let settings = served.get("/api/admin/settings", &admin).ok();
    let changed = sends(&served, &line("PATCH"), &admin, &json!({ "is_disabled": true })).ok();
    assert_eq!(changed["is_disabled"], json!(true), "{changed}");
    wait_until("it is left out", || status() != 200);
    assert_eq!((&list()["id"], &list()["is_disabled"]), (&json!(id), &json!(true)), "it is listed all the same");
    let provider = served.get("/v1/providers", &admin).ok();
    let provider = provider["data"].as_array().and_then(|all| all.iter().find(|one| one["id"] == "a")).cloned();
    let provider = provider.expect("it is listed");
    assert!(provider["why"].as_str().is_some_and(|why| why.contains("left out")), "{provider}");
    assert_eq!((&provider["key"], &provider["free"]), (&json!("needed"), &json!(false)), "{provider}");
    // Settings that were read before are old now, as after any other change.
    let stale = json!({ "revision": settings["revision"], "settings": settings["settings"] });
    sends(&served, "PUT /api/admin/settings", &admin, &stale).refused(409, "settings_changed", "meanwhile");

    sends(&served, &line("PATCH"), &admin, &json!({ "is_disabled": false })).ok();
    wait_until("it is used again", || status() == 200);
    sends(&served, &line("PATCH"), &admin, &json!({ "label": "x" })).refused(409, "key_not_in_store", "configuration");
    sends(&served, &line("DELETE"), &admin, &Value::Null).refused(409, "key_not_in_store", "configuration");
}

#[test]
fn no_foreign_page_and_no_change_without_its_token_gets_through() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    place.told(&["admin", "password"], &format!("{PASSWORD}\n"));
    let allowed = [("MEDIARY_SERVER__CORS_ORIGINS", "https://app.example"), ("MEDIARY_API_KEY", "sk-of-the-server")];
    let served = place.serve(&allowed);
    let admin = logs_in(&served);
    assert_eq!(served.get("/api/admin/client-keys", &admin).status, 200, "no key is asked for beside a session");
    for header in ["origin: https://app.example\r\n", "origin: null\r\n", "sec-fetch-site: cross-site\r\n"] {
        let with = format!("{admin}{header}");
        served.get("/api/admin/client-keys", &with).refused(403, "origin_not_allowed", "other sites");
        let login = sends(&served, "POST /api/admin/login", header, &json!({ "password": PASSWORD }));
        login.refused(403, "origin_not_allowed", "other sites");
    }
    assert_eq!(
        served.get("/api/admin/client-keys", &format!("{admin}origin: http://{}\r\n", served.address)).status,
        200
    );
    let cookie = admin.lines().next().expect("the cookie").to_owned() + "\r\n";
    for token in [String::new(), "x-csrf-token: guess\r\n".to_owned()] {
        let with = format!("{cookie}{token}");
        let refused = sends(&served, "POST /api/admin/client-keys", &with, &json!({}));
        refused.refused(403, "csrf_token_missing", "X-CSRF-Token");
    }
    let token = served.get("/api/admin/session", &cookie).ok()["csrf_token"].clone();
    assert!(admin.contains(token.as_str().expect("a token")));
    // A key of the configuration is no administrator's.
    served.get("/api/admin/client-keys", "x-api-key: sk-of-the-server\r\n").refused(
        401,
        "not_an_administrator",
        "--admin",
    );
    for _ in 0..5 {
        sends(&served, "POST /api/admin/login", "", &json!({ "password": "wrong horse" })).refused(
            401,
            "wrong_password",
            "",
        );
    }
    let locked = sends(&served, "POST /api/admin/login", "", &json!({ "password": PASSWORD }));
    locked.refused(429, "locked_out", "try again in");
    assert!(locked.header("retry-after").is_some());
}

#[test]
fn client_keys_are_made_changed_and_replaced_by_an_admin_key() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let told = place.told(&["clients", "create", "root", "--admin"], "");
    let root = format!("x-api-key: {}\r\n", told.lines().next().expect("the key"));
    let served = place.serve(&[]);
    let new = json!({ "name": "app", "rules": { "requests_per_minute": 3, "day": { "usd": 1.5 } } });
    let made = sends(&served, "POST /api/admin/client-keys", &root, &new);
    assert_eq!(made.status, 201, "{made}");
    let (id, key) = (made.json()["id"].as_str().unwrap().to_owned(), made.json()["key"].as_str().unwrap().to_owned());
    let app = format!("x-api-key: {key}\r\n");
    let chat = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] });
    wait_until("the key is taken", || sends(&served, "POST /v1/chat/completions", &app, &chat).status == 200);
    served.get("/api/admin/client-keys", &app).refused(401, "not_an_administrator", "--admin");
    let listed = served.get("/api/admin/client-keys", &root).ok();
    assert!(!listed.to_string().contains(&key[..12]), "{listed}");
    let row = listed["data"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap();
    assert_eq!((&row["today"]["tokens"], &row["today"]["calls"]), (&json!(11), &json!(1)));
    assert_eq!(row["rules"], new["rules"], "every field is kept");
    let feed = sends(&served, "POST /v1/reminders/feed", &app, &json!({})).ok()["url"].as_str().unwrap().to_owned();
    let feed = format!("/{}", feed.splitn(4, '/').nth(3).unwrap());
    assert_eq!(served.get(&feed, "").status, 200);
    let bad = json!({ "rules": { "tiers": ["fastest"] } });
    let line = format!("PATCH /api/admin/client-keys/{id}");
    sends(&served, &line, &root, &bad).refused(400, "invalid_request", "names of tiers");
    let changed = sends(&served, &line, &root, &json!({ "rules": { "endpoints": ["/v1/models"] } })).ok();
    assert_eq!(changed["rules"], json!({ "endpoints": ["/v1/models"] }));
    // Another who still sees the rules of before is told, and nothing is lost.
    let late = json!({ "rules": {}, "was": new["rules"], "name": "late" });
    sends(&served, &line, &root, &late).refused(409, "client_key_changed", "changed meanwhile");
    let kept = sends(&served, &line, &root, &json!({ "expires_at": 4_000_000_000_u64, "was": changed["rules"] })).ok();
    assert_eq!(
        (&kept["rules"], &kept["name"], &kept["expires_at"]),
        (&changed["rules"], &json!("app"), &json!(4_000_000_000_u64))
    );
    assert_eq!(sends(&served, &line, &root, &json!({ "name": "app" })).ok()["expires_at"], json!(4_000_000_000_u64));
    assert_eq!(sends(&served, &line, &root, &json!({ "expires_at": null })).ok()["expires_at"], Value::Null);
    wait_until("it is held to that", || sends(&served, "POST /v1/chat/completions", &app, &chat).status == 403);
    let rotated = sends(&served, &format!("POST /api/admin/client-keys/{id}/rotate"), &root, &json!({})).ok();
    assert_eq!(rotated["id"], json!(id));
    wait_until("the old key is not taken", || served.get("/v1/models", &app).status == 401);
    let now = format!("x-api-key: {}\r\n", rotated["key"].as_str().unwrap());
    assert_eq!(served.get("/v1/models", &now).status, 200);
    assert_eq!(sends(&served, &format!("DELETE /api/admin/client-keys/{id}"), &root, &Value::Null).status, 204);
    wait_until("it is gone", || served.get("/v1/models", &now).status == 401);
    assert_eq!(served.get(&feed, "").status, 404, "and with it what was found without a key");
}
