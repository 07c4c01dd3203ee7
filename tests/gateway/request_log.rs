//! The request log from outside: complete, without contents, and with sums that are those of the rows and the budget.

use serde_json::{Value, json};

use super::chat_talk::over;
use super::chat_words::{chunk, fails, says};
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::{Act, Step, Upstream};

const ON: [(&str, &str); 1] = [("MEDIARY_LOG__REQUESTS", "true")];

fn chats(served: &Served, headers: &str, fields: &Value) -> Answer {
    let body = over(
        json!({ "model": "m", "messages": [{ "role": "user", "content": "a confidential text" }] }),
        fields.clone(),
    );
    let body = body.to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

/// Rows of the log, once there are so many.
fn rows(served: &Served, headers: &str, count: usize) -> Vec<Value> {
    let mut found = Vec::new();
    wait_until("the rows are written", || {
        found = served.get("/api/admin/requests", headers).ok()["data"].as_array().expect("a list").clone();
        found.len() >= count
    });
    assert_eq!(found.len(), count, "{found:?}");
    found
}

#[test]
fn each_request_has_its_row_with_what_it_cost_and_nothing_it_said() {
    let price = json!({ "input_usd": 100.0, "output_usd": 1000.0 });
    let first = Upstream::doing([fails(500, "broken", None)]);
    let second = Upstream::doing([says("A secret answer.")]);
    let model = json!({ "models": [{ "id": "m", "price": price }] });
    let place = Place::with(&[
        over(first.far_entry("a", json!({})), json!({ "priority": 1 })),
        over(second.far_entry("b", model), json!({ "priority": 2 })),
    ]);
    let made = place.told(&["clients", "create", "root", "--admin"], "");
    let (key, rest) = made.split_once('\n').expect("two lines");
    let id = rest.trim_start_matches("# ").split(':').next().expect("the id").to_owned();
    let key = format!("x-api-key: {key}\r\n");
    let served = place.serve(&ON);
    let answer = chats(&served, &format!("{key}x-request-id: visit-1\r\n"), &json!({}));
    assert_eq!((answer.status, answer.header("x-mediary-cost-usd")), (200, Some("0.0029")), "{answer}");
    // Rows are written once their clients have their answers.
    rows(&served, &key, 1);
    chats(&served, &key, &json!({ "model": "nonsense" })).refused(404, "model_not_found", "nonsense");
    let all = rows(&served, &key, 2);
    let (failed, row) = (&all[0], &all[1]);
    assert_eq!((&failed["status"], &failed["target"], &failed["cost_usd"]), (&json!(404), &json!(""), &json!(0.0)));
    assert_eq!((&row["id"], &row["status"], &row["client"]), (&json!("visit-1"), &json!(200), &json!(id)));
    assert_eq!((&row["endpoint"], &row["task"]), (&json!("/v1/chat/completions"), &json!("chat")));
    assert_eq!(
        (&row["target"], &row["prompt_tokens"], &row["completion_tokens"]),
        (&json!("b/m"), &json!(9), &json!(2))
    );
    assert_eq!(row["cost_usd"], json!(0.0029));
    assert_eq!(row["reference_usd"], json!((9.0 * 3.0 + 2.0 * 15.0) / 1e6), "what it would have cost elsewhere");
    assert!(row["first_ms"].as_i64() <= row["total_ms"].as_i64() && row["details"].is_null(), "{row}");
    let whole = served.get("/api/admin/requests/visit-1", &key).ok();
    let attempts = whole["details"]["attempts"].as_array().expect("a list");
    let spans = attempts.iter().map(|one| one["began_ms"].as_u64().zip(one["took_ms"].as_u64()).expect("numbers"));
    let total = whole["total_ms"].as_u64().expect("a number");
    assert!(spans.into_iter().all(|(began, took)| began + took <= total + 2), "{whole}");
    let outcomes: Vec<_> = attempts.iter().map(|one| (one["target"].clone(), one["outcome"].clone())).collect();
    assert_eq!(outcomes.last(), Some(&(json!("b/m"), json!("answered"))), "{whole}");
    assert!(outcomes.iter().any(|(target, outcome)| *target == "a/m" && *outcome != "answered"), "{whole}");
    assert_eq!(whole["details"]["charges"][0]["items"][0]["unit"], "input");
    for said in ["confidential", "secret answer"] {
        assert!(!whole.to_string().contains(said), "{whole}");
    }
    // Sums, rows and the budget of the key tell the same.
    let usage = served.get("/api/admin/usage?by=client", &key).ok();
    let sum = &usage["data"][0];
    assert_eq!((&sum["group"], &sum["requests"], &sum["failed"]), (&json!(id), &json!(2), &json!(1)));
    assert_eq!(sum["cost_usd"], json!(0.0029));
    let clients = served.get("/api/admin/client-keys", &key).ok();
    assert_eq!(clients["data"][0]["today"]["usd"], sum["cost_usd"]);
    let failed_only = served.get("/api/admin/requests?status=failed&limit=1", &key).ok();
    assert_eq!((failed_only["data"].as_array().map(Vec::len), &failed_only["has_more"]), (Some(1), &json!(false)));
    let csv = served.get("/api/admin/requests?format=csv", &key);
    assert!(csv.text().starts_with("seq,id,") && csv.text().lines().count() == 3, "{csv}");
    served.get("/api/admin/usage?by=moon", &key).refused(400, "invalid_request", "`by` must be");
    served.get("/api/admin/requests?limit=0", &key).refused(400, "invalid_request", "1 to 500");
    let health = served.get("/api/admin/health", &key).ok();
    assert_eq!((&health["logs_requests"], &health["rows_dropped"]), (&json!(true), &json!(0)));
    let told = place.told(&["usage", "--by", "model"], "");
    assert!(told.contains("b/m") && told.contains("0.002900"), "{told}");
}

#[test]
fn a_client_that_leaves_is_logged_as_one_and_without_the_log_nothing_is() {
    let first = chunk(&json!({ "role": "assistant", "content": "One" }), None);
    let up = Upstream::doing([Act::Stream(vec![first, Step::Stall])]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let served = place.serve(&ON);
    let body =
        json!({ "model": "m", "stream": true, "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    drop(served.open(head.as_bytes(), "One"));
    let row = rows(&served, "", 1).remove(0);
    assert_eq!((&row["status"], &row["endpoint"]), (&json!(499), &json!("/v1/chat/completions")));
    drop(served);
    let served = place.serve(&[]);
    served.get("/api/admin/requests", "").refused(503, "not_logged", "requests = true");
    assert_eq!(served.get("/api/admin/health", "").ok()["logs_requests"], json!(false));
}

#[test]
fn a_disk_that_is_full_costs_the_log_and_no_answer() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.far_entry("a", json!({}))]);
    let served = place.serve(&ON);
    assert_eq!(chats(&served, "", &json!({})).status, 200);
    rows(&served, "", 1);
    drop(served);
    let mut served = place.serve_with_little_room(&ON);
    let dropped = |served: &Served| {
        let metrics = served.get("/metrics", "");
        let line = metrics.text().lines().find(|line| line.starts_with("mediary_log_rows_dropped_total"));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).unwrap_or(0.0)
    };
    wait_until("rows are lost, and counted", || {
        assert_eq!(chats(&served, "", &json!({})).status, 200);
        dropped(&served) > 0.0
    });
    served.logged("the request log does not keep what it is given");
    assert_eq!(chats(&served, "", &json!({})).status, 200);
    // With room again everything that was written is there, and goes on.
    drop(served);
    let served = place.serve(&ON);
    let before = served.get("/api/admin/requests", "").ok()["data"].as_array().map_or(0, Vec::len);
    assert_eq!(chats(&served, "", &json!({})).status, 200);
    rows(&served, "", before + 1);
}
