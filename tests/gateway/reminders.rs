//! Reminders: their key's alone, told once and signed, over a restart and late, and found by calendars with a token.

use std::path::Path;
use std::sync::Arc;

use mediary::config::{Config, Secret};
use mediary::gateway::{WebhookSecret, signature, unix_seconds};
use mediary_store::{Database, ReminderRow, Reminders};
use serde_json::{Value, json};

use super::chat_talk::serving;
use super::cli::mediary;
use super::client::{Answer, Request};
use super::google_fake::FakeGoogle;
use super::mcp_talk::done;
use super::server::{TestServer, shared, wait_until};
use super::videos_studio::{Reply, Studio, keep_jobs};

const KEYS: [&str; 2] = ["key-of-one", "key-of-another"];
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn reminding(folder: &Path, edit: impl FnOnce(&mut Config)) -> TestServer {
    serving(&[], |config| {
        keep_jobs(config, folder);
        config.server.api_keys = KEYS.map(Secret::new).to_vec();
        config.jobs.webhook_secret = Some(Secret::new(SECRET));
        edit(config);
    })
}

fn ask(server: &TestServer, key: &str, method: &'static str, path: &str) -> Answer {
    Request::new(method, path).header("x-api-key", key).send(server)
}

fn send(server: &TestServer, key: &str, method: &'static str, path: &str, body: &Value) -> Answer {
    let text = body.to_string();
    let request = Request::new(method, path).header("x-api-key", key).header("content-length", &text.len().to_string());
    request.body("application/json", text).send(server)
}

fn made(server: &TestServer, key: &str, body: &Value) -> Value {
    send(server, key, "POST", "/v1/reminders", body).ok()
}

fn id(reminder: &Value) -> String {
    reminder["id"].as_str().expect("reminders have ids").to_owned()
}

fn titles(server: &TestServer, key: &str, query: &str) -> Vec<String> {
    let list = ask(server, key, "GET", &format!("/v1/reminders{query}")).ok();
    list["data"]
        .as_array()
        .expect("it is there")
        .iter()
        .map(|one| one["title"].as_str().expect("it is there").to_owned())
        .collect()
}

#[test]
fn reminders_are_made_changed_and_completed_by_their_key_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = reminding(folder.path(), |config| config.reminders.per_key = 4);
    let [one, other] = KEYS;
    let water = json!({ "title": "Water", "due": "2050-12-01T09:00:00", "timezone": "Europe/Madrid", "repeats": "FREQ=WEEKLY" });
    let water = made(&server, one, &water);
    assert_eq!((&water["due"], &water["repeats"]), (&json!("2050-12-01T09:00:00+01:00"), &json!("FREQ=WEEKLY")));
    assert_eq!(
        (&water["priority"], &water["completed"], &water["late"]),
        (&json!("normal"), &json!(false), &json!(false))
    );
    let tax = json!({ "title": "Tax", "due": "2050-06-30T10:00:00Z", "priority": "urgent", "category": "money" });
    let tax = made(&server, one, &tax);
    assert_eq!(titles(&server, one, ""), ["Tax", "Water"]);
    assert_eq!(titles(&server, one, "?category=money"), ["Tax"]);
    assert_eq!(titles(&server, one, "?due=2050-07-01T00:00:00Z"), ["Tax"]);
    assert_eq!(titles(&server, one, "?from=2050-07-01T00:00:00Z"), ["Water"]);
    assert_eq!(titles(&server, one, &format!("?limit=1&after={}", id(&tax))), ["Water"]);
    assert!(titles(&server, one, "?due=now").is_empty());
    // To another key they are not there.
    assert!(titles(&server, other, "?completed=all").is_empty());
    let path = format!("/v1/reminders/{}", id(&tax));
    for answer in [
        ask(&server, other, "GET", &path),
        ask(&server, other, "DELETE", &path),
        send(&server, other, "PATCH", &path, &json!({ "title": "Mine" })),
        send(&server, other, "POST", &format!("{path}/complete"), &json!({})),
        send(&server, other, "POST", &format!("{path}/snooze"), &json!({ "minutes": 5 })),
    ] {
        answer.refused(404, "no_such_reminder", "no such reminder with this key");
    }
    let changed = send(
        &server,
        one,
        "PATCH",
        &path,
        &json!({ "title": "Taxes", "due": "2050-07-31T10:00:00", "timezone": "Asia/Tokyo" }),
    )
    .ok();
    assert_eq!((&changed["title"], &changed["due"]), (&json!("Taxes"), &json!("2050-07-31T10:00:00+09:00")));
    assert_eq!(changed["category"], "money");
    let put_off =
        send(&server, one, "POST", &format!("{path}/snooze"), &json!({ "until": "2050-08-01T00:00:00Z" })).ok();
    assert_eq!(put_off["due"], "2050-08-01T09:00:00+09:00");
    let complete = |id: &str| send(&server, one, "POST", &format!("/v1/reminders/{id}/complete"), &json!({})).ok();
    assert_eq!(complete(&id(&tax))["completed"], true);
    send(&server, one, "POST", &format!("{path}/snooze"), &json!({ "minutes": 5 })).refused(
        409,
        "reminder_conflict",
        "completed",
    );
    let next = complete(&id(&water));
    assert_eq!((&next["completed"], &next["due"]), (&json!(false), &json!("2050-12-08T09:00:00+01:00")));
    assert_eq!(titles(&server, one, "?completed=true"), ["Taxes"]);
    let again = send(&server, one, "PATCH", &path, &json!({ "completed": false })).ok();
    assert_eq!((&again["completed"], &again["completed_at"]), (&json!(false), &Value::Null));
    // What began long ago and comes no more is about the time that it is about now.
    let weekly = json!({ "due": "2020-11-30T09:00:00", "timezone": "Europe/Madrid", "repeats": "FREQ=WEEKLY" });
    let weekly = send(&server, one, "PATCH", &path, &weekly).ok();
    let once = send(&server, one, "PATCH", &path, &json!({ "repeats": "" })).ok();
    assert_eq!((&once["due_at"], &once["repeats"]), (&weekly["due_at"], &Value::Null));
    assert_eq!(once["next_notice_at"], weekly["due_at"]);
    for (field, value) in [
        ("title", json!(" ")),
        ("due", json!("2020-01-01T00:00:00Z")),
        ("due", json!("soon")),
        ("timezone", json!("Europe/Nowhere")),
        ("repeats", json!("FREQ=HOURLY")),
        ("priority", json!("very")),
        ("webhook_url", json!("ftp://a.example")),
        ("webhook_url", json!("http://169.254.169.254/")),
        ("colour", json!("red")),
    ] {
        let mut wrong = json!({ "title": "X", "due": "2050-01-01T00:00:00Z" });
        wrong[field] = value;
        let answer = send(&server, one, "POST", "/v1/reminders", &wrong);
        assert_eq!(answer.status, 400, "{wrong}: {answer}");
    }
    for number in 0..2 {
        made(&server, one, &json!({ "title": format!("More {number}"), "due": "2051-01-01T00:00:00Z" }));
    }
    let full = send(&server, one, "POST", "/v1/reminders", &json!({ "title": "Full", "due": "2051-01-01T00:00:00Z" }));
    full.refused(429, "reminders_full", "per_key");
    made(&server, other, &json!({ "title": "Theirs", "due": "2051-01-01T00:00:00Z" }));
    assert_eq!(ask(&server, one, "DELETE", &path).ok()["deleted"], true);
    ask(&server, one, "GET", &path).refused(404, "no_such_reminder", "GET /v1/reminders");
    assert_eq!(shared().get("/v1/reminders").status, 501);
}

#[test]
fn what_is_due_is_told_once_signed_until_it_is_heard() {
    let listener = Studio::new(|_, before| match before {
        0 => Reply::Json(500, json!({})),
        1 => Reply::Close,
        _ => Reply::Json(204, json!({})),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = reminding(folder.path(), |_| ());
    let url = format!("http://{}/hook", listener.address);
    let now = this_second();
    let due = json!({ "title": "Water", "due": now, "priority": "high", "webhook_url": url, "repeats": "FREQ=DAILY" });
    let due = made(&server, KEYS[0], &due);
    wait_until("it is heard", || listener.seen().len() == 3);
    let secret = WebhookSecret::read(SECRET);
    for told in listener.seen() {
        let (message, at) = (told.header("webhook-id").unwrap(), told.header("webhook-timestamp").unwrap());
        let expected = signature(&secret, message, at.parse().unwrap(), std::str::from_utf8(&told.body).unwrap());
        assert_eq!(told.header("webhook-signature"), Some(expected.as_str()));
        assert_eq!(message, listener.seen()[0].header("webhook-id").unwrap());
    }
    let body = listener.seen()[0].json();
    assert_eq!(
        (&body["type"], &body["data"]["id"], &body["data"]["title"]),
        (&json!("reminder.due"), &due["id"], &json!("Water"))
    );
    assert_eq!((&body["data"]["due_at"], &body["data"]["late"]), (&due["due_at"], &json!(false)));
    let after = ask(&server, KEYS[0], "GET", &format!("/v1/reminders/{}", id(&due))).ok();
    let next = due["due_at"].as_i64().unwrap() + 24 * 3_600;
    assert_eq!(after["next_notice_at"], next, "it is told again a day later: {after:#}");
    assert!(after["notified_at"].as_i64().is_some());
    assert_eq!(titles(&server, KEYS[0], "?due=now"), ["Water"], "it stays due until it is completed");
    // Another is told beside it, and the first not again.
    made(&server, KEYS[1], &json!({ "title": "Other", "due": this_second(), "webhook_url": url }));
    wait_until("the other one is heard", || listener.seen().len() == 4);
    assert_eq!(listener.seen()[3].json()["data"]["title"], "Other");
}

#[test]
fn an_address_that_says_nothing_holds_up_no_other_key() {
    let (slow, listener) = (Studio::new(|_, _| Reply::Hang), Studio::new(|_, _| Reply::Json(204, json!({}))));
    let folder = tempfile::tempdir().unwrap();
    let server = reminding(folder.path(), |_| ());
    let due = |key: &str, studio: &Studio| {
        let url = format!("http://{}/hook", studio.address);
        made(&server, key, &json!({ "title": "Water", "due": this_second(), "webhook_url": url }))
    };
    for _ in 0..6 {
        due(KEYS[0], &slow);
    }
    wait_until("some are sent", || slow.seen().len() == 4);
    due(KEYS[1], &listener);
    wait_until("the other key's is heard", || listener.seen().len() == 1);
    assert_eq!(slow.seen().len(), 4, "a key has so many under way at most");
}

/// This second, as clients write it.
fn this_second() -> String {
    mediary::gateway::reminders::Moment::now().utc()
}

#[test]
fn what_was_missed_while_no_server_ran_is_told_once_and_marked_late() {
    let listener = Studio::new(|_, _| Reply::Json(204, json!({})));
    let folder = tempfile::tempdir().unwrap();
    let server = reminding(folder.path(), |_| ());
    let url = format!("http://{}/hook", listener.address);
    let later = made(&server, KEYS[0], &json!({ "title": "Later", "due": "2050-01-01T00:00:00Z", "webhook_url": url }));
    drop(server);
    // It was due yesterday, and the days before; the server that was to tell of it did not run.
    let missed = unix_seconds() - 3 * 24 * 3_600 - 600;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = Arc::new(Database::open(&folder.path().join("store")).await.unwrap());
        let reminders = Reminders::of(database);
        let owner = <sha2::Sha256 as sha2::Digest>::digest(KEYS[0].as_bytes()).to_vec();
        let row = reminders.get(&id(&later), &owner).await.unwrap().expect("it is its key's");
        let starts = mediary::gateway::reminders::Moment::now().later(-3 * 24 * 3_600 - 600).utc();
        let daily = ReminderRow {
            starts: starts.trim_end_matches('Z').to_owned(),
            repeats: "FREQ=DAILY".to_owned(),
            due_at: missed,
            notify_at: Some(missed),
            ..row.clone()
        };
        assert!(reminders.replace(&row, daily).await.unwrap());
    });
    drop(runtime);
    let server = reminding(folder.path(), |_| ());
    wait_until("it is told", || listener.seen().len() == 1);
    let told = listener.seen()[0].json();
    assert_eq!((&told["data"]["late"], &told["data"]["title"]), (&json!(true), &json!("Later")));
    let last = missed + 3 * 24 * 3_600;
    assert!(told["data"]["due_at"].as_i64().is_some_and(|at| (at - last).abs() <= 2), "the last of them: {told:#}");
    let after = ask(&server, KEYS[0], "GET", &format!("/v1/reminders/{}", id(&later))).ok();
    assert_eq!(after["late"], true);
    drop(server);
    // A third start tells of nothing: what is told beside it proves that the round is over.
    let server = reminding(folder.path(), |_| ());
    made(&server, KEYS[0], &json!({ "title": "Now", "due": this_second(), "webhook_url": url }));
    wait_until("the next one is told", || listener.seen().len() == 2);
    assert_eq!(listener.seen()[1].json()["data"]["title"], "Now");
}

#[test]
fn calendars_find_reminders_by_a_token_that_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = reminding(folder.path(), |_| ());
    let [one, other] = KEYS;
    made(
        &server,
        one,
        &json!({ "title": "Water; the, plants", "due": "2050-12-01T09:00:00Z", "repeats": "FREQ=DAILY;COUNT=2" }),
    );
    made(&server, other, &json!({ "title": "Theirs", "due": "2050-12-01T09:00:00Z" }));
    assert_eq!(ask(&server, one, "GET", "/v1/reminders/feed").ok()["since"], Value::Null);
    let url = |key: &str| {
        send(&server, key, "POST", "/v1/reminders/feed", &json!({})).ok()["url"].as_str().unwrap().to_owned()
    };
    let path = |url: &str| format!("/{}", url.splitn(4, '/').nth(3).unwrap());
    let first = path(&url(one));
    let calendar = server.get(&first);
    assert_eq!((calendar.status, calendar.header("content-type")), (200, Some("text/calendar; charset=utf-8")));
    let text = calendar.text();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.contains("SUMMARY:Water\\; the\\, plants\r\n"),
        "{text}"
    );
    assert!(!text.contains("Theirs"), "{text}");
    let uids = |text: &str| text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(uids(text), uids(server.get(&first).text()));
    let second = path(&url(one));
    server.get(&first).refused(404, "no_such_feed", "not any more");
    assert_eq!(server.get(&second).status, 200);
    assert!(ask(&server, one, "GET", "/v1/reminders/feed").ok()["since"].is_i64());
    assert_eq!(ask(&server, one, "DELETE", "/v1/reminders/feed").ok()["revoked"], true);
    server.get(&second).refused(404, "no_such_feed", "POST /v1/reminders/feed");
    for path in ["/v1/reminders/feed.ics", "/v1/reminders/feed.ics?token=made-up"] {
        server.get(path).refused(404, "no_such_feed", "no calendar");
    }
    assert_eq!(server.get("/v1/reminders").status, 401, "the others want a key");
}

#[test]
fn a_reminder_becomes_an_event_where_an_account_is_connected() {
    let (google, folder) = (FakeGoogle::new(), tempfile::tempdir().unwrap());
    let server = reminding(folder.path(), |config| google.set_up(config));
    let [one, _] = KEYS;
    let wished = json!({
        "title": "Water", "due": "2050-12-01T09:00:00", "timezone": "Europe/Madrid", "repeats": "FREQ=DAILY;COUNT=2",
        "calendar_event": true,
    });
    send(&server, one, "POST", "/v1/reminders", &wished).refused(409, "google_not_connected", "connect");
    assert!(titles(&server, one, "").is_empty(), "nothing is left of it");
    let begun = send(&server, one, "POST", "/v1/google/connect", &json!({ "features": ["calendar_create"] })).ok();
    assert_eq!(server.get(&google.consent(begun["url"].as_str().unwrap(), "ada@a.example", &[])).status, 200);
    let reminder = made(&server, one, &wished);
    // An event begins with a day of its rule, and ends with a time where it begins with one.
    let mondays = json!({
        "title": "Bins", "due": "2050-12-01T09:00:00", "timezone": "Europe/Madrid", "calendar_event": true,
        "repeats": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20501231",
    });
    made(&server, one, &mondays);
    let fixed =
        json!({ "title": "Bins", "due": "2050-12-01T09:00:00+01:00", "repeats": "FREQ=DAILY", "calendar_event": true });
    send(&server, one, "POST", "/v1/reminders", &fixed).refused(400, "invalid_request", "timezone");
    let mut world = google.world();
    let event = world.events.pop().unwrap();
    assert_eq!(event["start"]["dateTime"], "2050-12-05T09:00:00+01:00");
    assert_eq!(event["recurrence"], json!(["RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20501231T225959Z"]));
    assert_eq!((world.events.len(), &world.events[0]["id"]), (1, &reminder["calendar_event_id"]));
    assert_eq!(world.events[0]["recurrence"], json!(["RRULE:FREQ=DAILY;COUNT=2"]));
    assert_eq!(
        world.events[0]["start"],
        json!({ "dateTime": "2050-12-01T09:00:00+01:00", "timeZone": "Europe/Madrid" })
    );
}

#[test]
fn the_event_of_a_reminder_follows_it() {
    let (google, folder) = (FakeGoogle::new(), tempfile::tempdir().unwrap());
    let server = reminding(folder.path(), |config| google.set_up(config));
    let [one, _] = KEYS;
    let connect = || {
        let begun = send(&server, one, "POST", "/v1/google/connect", &json!({ "features": ["calendar_create"] })).ok();
        assert_eq!(server.get(&google.consent(begun["url"].as_str().unwrap(), "ada@a.example", &[])).status, 200);
    };
    connect();
    let event = || google.world().events.last().cloned().unwrap();
    let writes = || google.asked("/calendar").len();
    let wished = json!({ "title": "Water", "description": "All of them", "due": "2050-12-01T09:00:00Z", "calendar_event": true });
    let reminder = made(&server, one, &wished);
    let path = format!("/v1/reminders/{}", id(&reminder));
    let patch = |body: Value| send(&server, one, "PATCH", &path, &body);
    // What its calendar does not show changes nothing there.
    patch(json!({ "priority": "urgent", "category": "home" })).ok();
    assert_eq!(writes(), 1);
    let madrid = json!({ "title": "Water the plants", "description": "", "due": "2050-12-02T10:00:00", "timezone": "Europe/Madrid", "repeats": "FREQ=DAILY" });
    patch(madrid).ok();
    let start = json!({ "dateTime": "2050-12-02T10:00:00+01:00", "timeZone": "Europe/Madrid" });
    assert_eq!((&event()["summary"], &event()["start"]), (&json!("Water the plants"), &start));
    assert_eq!((&event()["recurrence"], event().get("description")), (&json!(["RRULE:FREQ=DAILY"]), None));
    // One that comes again goes on after a time of it; one that does not is put off with it.
    send(&server, one, "POST", &format!("{path}/complete"), &json!({})).ok();
    assert_eq!((writes(), event().get("status")), (2, None));
    patch(json!({ "repeats": "" })).ok();
    assert_eq!(event().get("recurrence"), None);
    send(&server, one, "POST", &format!("{path}/snooze"), &json!({ "until": "2050-12-24T10:00:00Z" })).ok();
    assert_eq!(event()["start"]["dateTime"], "2050-12-24T11:00:00+01:00");
    // Where Google fails nothing is changed.
    google.world().limited = Some(("/calendar", 1));
    assert_eq!(patch(json!({ "title": "Other" })).status, 429);
    assert_eq!(ask(&server, one, "DELETE", &path).status, 429);
    google.world().limited = None;
    wait_until("Google may be asked again", || patch(json!({ "title": "Plants" })).status == 200);
    assert_eq!((event()["summary"].clone(), titles(&server, one, "")), (json!("Plants"), vec!["Plants".to_owned()]));
    // Completed it is gone, taken up again it comes back.
    send(&server, one, "POST", &format!("{path}/complete"), &json!({})).ok();
    assert_eq!(event()["status"], "cancelled");
    let again = patch(json!({ "completed": false })).ok();
    assert_eq!(
        (&event()["status"], &again["calendar_event_id"]),
        (&json!("confirmed"), &reminder["calendar_event_id"])
    );
    // Of one that its user has removed in the calendar it lets go.
    google.world().events.last_mut().unwrap()["status"] = json!("cancelled");
    let without = patch(json!({ "title": "Still there" })).ok();
    assert_eq!((&without["title"], &without["calendar_event_id"]), (&json!("Still there"), &Value::Null));
    assert_eq!(event()["status"], "cancelled");
    let removed = ask(&server, one, "DELETE", &path).ok();
    assert_eq!((&removed["deleted"], &removed["calendar_event_deleted"]), (&json!(true), &Value::Null));
    let reminder = made(&server, one, &wished);
    let removed = ask(&server, one, "DELETE", &format!("/v1/reminders/{}", id(&reminder))).ok();
    assert_eq!((&removed["calendar_event_deleted"], &event()["status"]), (&json!(true), &json!("cancelled")));
    // Without its account a reminder is changed and removed all the same, and says so.
    let (first, second) = (made(&server, one, &wished), made(&server, one, &wished));
    assert_eq!(ask(&server, one, "DELETE", "/v1/google").status, 200);
    let path = format!("/v1/reminders/{}", id(&first));
    assert_eq!(send(&server, one, "PATCH", &path, &json!({ "title": "Alone" })).ok()["calendar_event_id"], Value::Null);
    let removed = ask(&server, one, "DELETE", &format!("/v1/reminders/{}", id(&second))).ok();
    assert_eq!((&removed["deleted"], &removed["calendar_event_deleted"]), (&json!(true), &json!(false)));
    assert_eq!(event().get("status"), None);
}

#[test]
fn reminders_are_made_listed_completed_and_removed_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = reminding(folder.path(), |_| ());
    let [one, other] = KEYS;
    let address = format!("http://{}", server.address);
    let run = |key: &str, arguments: &[&str]| {
        let arguments = [&["reminders"][..], arguments, &["--server", &address]].concat();
        let done = mediary(&arguments).env("MEDIARY_API_KEY", key).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    };
    let told = |key: &str, arguments: &[&str]| {
        let (code, out, err) = run(key, arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        out
    };
    let add = [
        "add",
        "Water",
        "--due",
        "2050-12-01T09:00:00",
        "--timezone",
        "Europe/Madrid",
        "--repeats",
        "FREQ=WEEKLY",
        "--priority",
        "high",
        "--category",
        "home",
    ];
    let water = told(one, &add).trim().to_owned();
    let tax =
        told(one, &["add", "Tax", "--due", "2020-01-01T00:00:00Z", "--repeats", "FREQ=YEARLY;COUNT=60", "--json"]);
    let tax: Value = serde_json::from_str(&tax).unwrap();
    assert_eq!(
        told(one, &["list", "--category", "home"]),
        format!("{water}\t2050-12-01T09:00:00+01:00\thigh\tWater\tFREQ=WEEKLY\n")
    );
    assert_eq!(told(one, &["list"]).lines().count(), 2);
    assert_eq!(told(other, &["list"]), "");
    assert_eq!(told(one, &["done", &water]), "completed for this time; due again 2050-12-08T09:00:00+01:00\n");
    let (code, out, err) = run(other, &["remove", &water]);
    assert!(code == Some(1) && out.is_empty() && err.contains("no such reminder"), "{err}");
    assert_eq!(told(one, &["remove", &water]), "removed\n");
    assert_eq!(titles(&server, one, ""), ["Tax"]);
    let patched = send(&server, one, "PATCH", &format!("/v1/reminders/{}", id(&tax)), &json!({ "repeats": "" }));
    assert_eq!(patched.status, 200, "{patched}");
    assert_eq!(told(one, &["done", &id(&tax)]), "completed\n");
    assert!(told(one, &["list", "--completed"]).contains("\tTax\n"));
    let (code, _, err) = run(one, &["add", "Soon", "--due", "2050-12-01T09:00:00"]);
    assert!(code == Some(1) && err.contains("timezone"), "what is missing is said: {err}");
}

#[test]
fn agents_make_list_and_complete_reminders() {
    let folder = tempfile::tempdir().unwrap();
    let server = serving(&[], |config| config.store.dir = Some(folder.path().join("store")));
    let (words, data) =
        done(&server, "reminder_add", &json!({ "title": "Water", "due": "2050-12-01T09:00:00", "timezone": "UTC" }));
    assert!(words.contains("Water is due 2050-12-01T09:00:00"), "{words}");
    let (words, all) = done(&server, "reminder_list", &json!({}));
    assert!(words.contains("Water") && all["reminders"][0]["id"] == data["id"], "{words}");
    let (words, data) = done(&server, "reminder_complete", &json!({ "id": data["id"] }));
    assert!(words.contains("is completed") && data["completed"] == true, "{words}");
}
