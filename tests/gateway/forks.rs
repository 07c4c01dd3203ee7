//! One question to several providers, from both sides: what each was asked, which answer is the best, what became of those
//! that were not needed, and that no budget is passed.

use std::sync::Arc;

use serde_json::{Value, json};

use super::chat_talk::{over, serving, turns, with_providers};
use super::chat_words::{fails, saying, says, whole};
use super::client::{Answer, Request};
use super::server::{TestServer, sample, wait_until};
use super::upstream::{Act, Gate, Seen, Step, Upstream};

const FORK: &str = "/v1/chat/completions/fork";

fn forking(fields: Value) -> Request {
    let usual = json!({ "messages": turns(&["Which is nearest?"]) });
    Request::new("POST", FORK).body("application/json", over(usual, fields).to_string())
}

fn fork(server: &TestServer, fields: Value) -> Answer {
    forking(fields).send(server)
}

/// A judge that gives the answers with these words these numbers for quality, whatever the order it sees them in.
fn judging(given: &[(&str, f64)]) -> impl Fn(&Seen) -> Value {
    let given: Vec<(String, f64)> = given.iter().map(|(words, number)| ((*words).to_owned(), *number)).collect();
    move |seen| {
        let body = seen.json();
        let messages = body["messages"].as_array().expect("a list");
        let prompt = messages.last().expect("a message")["content"].as_str().expect("a text").to_owned();
        let rows: Vec<Value> = given
            .iter()
            .map(|(words, number)| {
                let before = prompt.split(words.as_str()).next().expect("it is there");
                assert!(before.len() < prompt.len(), "`{words}` is not in\n{prompt}");
                let label = before.rsplit("<answer ").next().expect("a label").chars().next().expect("a letter");
                json!({ "answer": label.to_string(), "quality": number })
            })
            .collect();
        json!({ "answers": rows, "reason": "It is so." })
    }
}

/// An upstream that judges: it answers by what it was sent.
fn judge_of(given: &'static [(&'static str, f64)]) -> Upstream {
    let judge = judging(given);
    Upstream::doing([Act::Read(Arc::new(move |seen: &Seen| {
        whole(&json!({ "role": "assistant", "content": judge(seen).to_string() }), "stop")
    }))])
}

fn model_of(answer: &Value) -> &str {
    answer["model"].as_str().unwrap_or_default()
}

#[test]
fn the_judge_says_which_answer_is_the_best_and_sees_no_names() {
    let (a, b) = (Upstream::doing([says("Mars, perhaps.")]), Upstream::doing([says("Mercury, mostly.")]));
    let judge = judge_of(&[("Mars, perhaps.", 2.0), ("Mercury, mostly.", 9.0)]);
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({})), judge.entry("j", json!({}))]);
    let answer = fork(&server, json!({ "models": ["a/m", "b/m"], "judge": "j/m" }));
    let body = answer.ok();
    assert_eq!(body["choices"][0]["message"]["content"], "Mercury, mostly.", "{body:#}");
    assert_eq!((body["object"].as_str(), answer.header("x-routed-via")), (Some("chat.completion"), Some("b/m")));
    let metadata = &body["fork_metadata"];
    assert_eq!((model_of(&metadata["winner"]), &metadata["winner"]["scores"]), ("b/m", &json!({ "quality": 9.0 })));
    assert_eq!((model_of(&metadata["others"][0]), &metadata["others"][0]["score"]), ("a/m", &json!(2.0)));
    assert_eq!((&metadata["judge"]["model"], &metadata["judge"]["reason"]), (&json!("j/m"), &json!("It is so.")));
    assert_eq!((&metadata["tie"], &metadata["parallel_count"]), (&json!([]), &json!(2)));
    // Each was asked the same, the judge after them.
    for up in [&a, &b] {
        let sent = up.last().json();
        assert_eq!(sent["messages"], turns(&["Which is nearest?"]));
        assert!(["models", "judge", "criteria", "fork_metadata"].iter().all(|name| sent[name].is_null()), "{sent}");
    }
    let asked = judge.last().json();
    let prompt = asked["messages"][1]["content"].as_str().expect("a text");
    assert!(
        prompt.contains("- quality: how completely") && !prompt.contains("a/m") && !prompt.contains("b/m"),
        "{prompt}"
    );
    assert_eq!(
        (asked["messages"][0]["content"].as_str(), &asked["temperature"]),
        (Some("Which is nearest?"), &json!(0.0))
    );
    assert_eq!((a.calls(), b.calls(), judge.calls()), (1, 1, 1));
}

#[test]
fn a_judge_need_not_take_the_functions_of_the_request() {
    let (a, b) = (Upstream::doing([says("Mars, perhaps.")]), Upstream::doing([says("Mercury, mostly.")]));
    let judge = judge_of(&[("Mars, perhaps.", 2.0), ("Mercury, mostly.", 9.0)]);
    let able = json!({ "tools": true });
    let judging = judge.with_model("j", json!({ "tools": false }));
    let server = with_providers(&[a.with_model("a", able.clone()), b.with_model("b", able), judging]);
    let tools = json!([{ "type": "function", "function": { "name": "look_up" } }]);
    let body = fork(&server, json!({ "models": ["a/m", "b/m"], "judge": "j/m", "tools": tools })).ok();
    assert_eq!(body["choices"][0]["message"]["content"], "Mercury, mostly.", "{body:#}");
    assert_eq!((a.last().json()["tools"].clone(), &judge.last().json()["tools"]), (tools, &Value::Null));
}

#[test]
fn ties_are_said_and_the_one_that_was_named_first_is_given() {
    let (a, b) = (Upstream::doing([says("One way.")]), Upstream::doing([says("Another way.")]));
    let judge = judge_of(&[("One way.", 7.0), ("Another way.", 7.0)]);
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({})), judge.entry("j", json!({}))]);
    for (models, expected) in [(["a/m", "b/m"], "One way."), (["b/m", "a/m"], "Another way.")] {
        let body = fork(&server, json!({ "models": models, "judge": "j/m" })).ok();
        assert_eq!(body["choices"][0]["message"]["content"], expected);
        assert_eq!(body["fork_metadata"]["tie"], json!(models));
    }
}

#[test]
fn all_answers_come_with_what_is_measured_of_them_and_with_the_errors_of_those_that_failed() {
    let priced = |usd: f64| json!({ "models": [{ "id": "m", "price": { "input_usd": usd, "output_usd": usd } }] });
    let (a, b) = (Upstream::doing([says("A long answer of many words.")]), Upstream::doing([says("Short.")]));
    let c = Upstream::doing([fails(400, "this cannot be", None)]);
    let server =
        with_providers(&[a.far_entry("a", priced(100.0)), b.far_entry("b", priced(200.0)), c.entry("c", json!({}))]);
    let fields =
        json!({ "models": ["a/m", "b/m", "c/m", "d/none"], "return_all": true, "criteria": ["cost", "length"] });
    let answer = fork(&server, fields);
    let body = answer.ok();
    assert_eq!((body["object"].as_str(), body["results"].as_array().map(Vec::len)), (Some("fork_results"), Some(4)));
    let of = |asked: &str| {
        let mut rows = body["results"].as_array().expect("a list").iter();
        rows.find(|row| row["asked"] == asked).unwrap_or_else(|| unreachable!("{asked}: {body:#}"))
    };
    assert_eq!((&of("a/m")["cost_usd"], &of("b/m")["cost_usd"]), (&json!(0.0011), &json!(0.0022)));
    assert_eq!((&of("a/m")["scores"]["cost"], &of("b/m")["scores"]["cost"]), (&json!(10.0), &json!(5.0)));
    assert_eq!((&of("b/m")["length_chars"], &of("b/m")["scores"]["length"]), (&json!(6), &json!(10.0)));
    assert_eq!(of("a/m")["answer"]["choices"][0]["message"]["content"], "A long answer of many words.");
    assert_eq!((&of("b/m")["rank"], &of("a/m")["rank"]), (&json!(1), &json!(2)), "{body:#}");
    assert_eq!((&of("c/m")["status"], &of("c/m")["error"]["status"]), (&json!("failed"), &json!(400)), "{body:#}");
    let unknown = of("d/none");
    assert_eq!((&unknown["status"], &unknown["error"]["code"]), (&json!("failed"), &json!("model_not_found")));
    assert_eq!((&body["judge"], &body["cost_usd"]), (&Value::Null, &json!(0.0033)));
    assert_eq!(answer.header("x-mediary-cost-usd"), Some("0.0033"), "all of them are paid for");
}

#[test]
fn where_only_speed_counts_the_first_wins_and_the_provider_of_the_other_is_left() {
    let gate = Gate::default();
    let slow = Arc::new(Upstream::doing([Act::Silence, Act::Stream(vec![Step::Wait(gate.clone()), Step::Cut])]));
    // It is quick once the other one has been asked.
    let other = slow.clone();
    let quick = Upstream::doing([Act::Read(Arc::new(move |_: &Seen| {
        wait_until("the slow one is asked", || other.calls() > 0);
        saying("At once.")
    }))]);
    let server = with_providers(&[slow.entry("slow", json!({})), quick.entry("quick", json!({}))]);
    let fields = json!({ "models": ["slow/m", "quick/m"], "criteria": ["latency"] });
    let body = fork(&server, fields.clone()).ok();
    assert_eq!(body["choices"][0]["message"]["content"], "At once.");
    let other = &body["fork_metadata"]["others"][0];
    assert_eq!((model_of(other), &other["status"]), ("slow/m", &json!("not_needed")), "{body:#}");
    slow.was_left();
    // The same as a stream.
    let streamed = fork(&server, over(fields, json!({ "stream": true })));
    assert_eq!((streamed.said().as_str(), streamed.header("x-routed-via")), ("At once.", Some("quick/m")));
    gate.open();
}

#[test]
fn a_client_that_leaves_ends_all_calls() {
    let (a, b) = (Upstream::doing([Act::Silence]), Upstream::doing([Act::Silence]));
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    let mut connection = server.connect();
    let request = forking(json!({ "models": ["a/m", "b/m"], "return_all": true }));
    std::io::Write::write_all(&mut connection, &request.bytes(&server)).expect("the server reads");
    wait_until("both are asked", || a.calls() == 1 && b.calls() == 1);
    drop(connection);
    a.was_left();
    b.was_left();
}

#[test]
fn media_are_treated_for_free_where_dollars_are_bounded() {
    use base64::Engine as _;
    let price = json!({ "input_usd": 1.0, "output_usd": 10.0 });
    let up = Upstream::doing([says("A sign with a time on it.")]);
    let models = json!([
        { "id": "blind", "accepts": [], "price": price }, { "id": "eye", "accepts": ["png", "jpeg"], "price": price },
    ]);
    let server = with_providers(&[up.far_entry("far", json!({ "models": models }))]);
    let picture = base64::engine::general_purpose::STANDARD.encode(sample("sign.png"));
    let content = json!([
        { "type": "text", "text": "What does it say?" },
        { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{picture}") } },
    ]);
    let fields = json!({
        "models": ["far/blind"], "messages": [{ "role": "user", "content": content }], "budget": { "usd": 1.0 },
    });
    fork(&server, fields.clone()).ok();
    let asked = |up: &Upstream| -> Vec<String> {
        up.seen().iter().map(|seen| seen.json()["model"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(asked(&up), ["blind"]);
    assert!(up.last().json()["messages"].to_string().contains("21:45"), "it was read here: {}", up.last().json());
    fork(&server, over(fields, json!({ "budget": {} }))).ok();
    assert_eq!(asked(&up), ["blind", "eye", "blind"], "without such a bound it is described");
}

#[test]
fn no_call_is_made_that_might_pass_the_budget_and_none_is_longer_than_it_allows() {
    let price = json!({ "models": [{ "id": "m", "price": { "input_usd": 1.0, "output_usd": 10.0 } }] });
    let dear = json!({ "models": [{ "id": "m", "price": { "input_usd": 1.0, "output_usd": 10_000.0 } }] });
    let unknown = json!({ "models": [{ "id": "m", "price": "unknown" }] });
    let ups: Vec<Upstream> = (0..4).map(|_| Upstream::doing([says("Yes.")])).collect();
    let server = with_providers(&[
        ups[0].far_entry("cheap", price.clone()),
        ups[1].far_entry("dear", dear),
        ups[2].far_entry("unknown", unknown),
        ups[3].far_entry("other", price),
    ]);
    let fields = json!({
        "models": ["cheap/m", "dear/m", "unknown/m", "other/m"], "return_all": true, "budget": { "usd": 0.02 },
    });
    let body = fork(&server, fields.clone()).ok();
    let status = |index: usize| {
        let asked = ["cheap/m", "dear/m", "unknown/m", "other/m"][index];
        let mut rows = body["results"].as_array().expect("a list").iter();
        rows.find(|row| row["asked"] == asked).expect("it is there")
    };
    let found: Vec<&str> = (0..4).map(|index| status(index)["status"].as_str().unwrap_or_default()).collect();
    assert_eq!(found, ["answered", "over_budget", "over_budget", "answered"], "{body:#}");
    let calls: Vec<usize> = ups.iter().map(Upstream::calls).collect();
    assert_eq!(calls, [1, 0, 0, 1]);
    let most = |up: &Upstream| up.last().json()["max_tokens"].as_u64().expect("the reply is bounded");
    let at_most = |tokens: u64| tokens as f64 * 10.0 / 1e6;
    assert!(at_most(most(&ups[0])) + at_most(most(&ups[3])) <= 0.02, "{} {}", most(&ups[0]), most(&ups[3]));
    assert!(most(&ups[0]) >= 64 && most(&ups[3]) >= 64);
    // A length of the client's own is asked for as it is, or not at all.
    let fields = over(fields, json!({ "models": ["cheap/m", "other/m"], "max_tokens": 1_500 }));
    let body = fork(&server, fields.clone()).ok();
    let statuses: Vec<&Value> = body["results"].as_array().expect("a list").iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["answered", "over_budget"], "fifteen thousandths of a dollar fit once: {body:#}");
    assert_eq!(ups[0].last().json()["max_tokens"], 1_500);
    let calls: Vec<usize> = ups.iter().map(Upstream::calls).collect();
    let refused = fork(&server, over(fields, json!({ "budget": { "usd": 0.0001 } })));
    assert!([400, 422].contains(&refused.status) && refused.text().contains("budget.usd"), "{refused}");
    assert_eq!(ups.iter().map(Upstream::calls).collect::<Vec<_>>(), calls);
}

#[test]
fn what_is_not_done_in_time_is_given_up_and_said() {
    let (a, b) = (Upstream::doing([says("In time.")]), Upstream::doing([Act::Silence]));
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    let fields = json!({ "models": ["a/m", "b/m"], "criteria": ["length"], "budget": { "seconds": 6 } });
    let body = fork(&server, fields.clone()).ok();
    assert_eq!(body["choices"][0]["message"]["content"], "In time.");
    assert_eq!(body["fork_metadata"]["others"][0]["status"], "out_of_time", "{body:#}");
    b.was_left();
    let none = fork(&server, over(fields, json!({ "models": ["b/m"], "budget": { "seconds": 0.5 } })));
    assert_eq!(none.status, 504, "{none}");
}

#[test]
fn files_that_do_not_come_take_of_the_time_as_well() {
    let a = Upstream::doing([says("Too late.")]);
    // It takes connections and says nothing.
    let files = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = files.local_addr().expect("it is bound");
    let server = serving(&[a.entry("a", json!({}))], |config| {
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
    });
    let shown = json!({ "type": "image_url", "image_url": { "url": format!("http://{address}/never.png") } });
    let fields = json!({ "models": ["a/m"], "messages": [{ "role": "user", "content": [shown] }] });
    let answer = fork(&server, over(fields, json!({ "budget": { "seconds": 0.5 } })));
    assert_eq!((answer.status, a.calls()), (504, 0), "{answer}");
}

#[test]
fn a_streamed_fork_says_what_all_its_members_cost() {
    let priced = |usd: f64| json!({ "models": [{ "id": "m", "price": { "input_usd": usd, "output_usd": usd } }] });
    let (a, b) = (Upstream::doing([says("One.")]), Upstream::doing([says("Another.")]));
    let server = with_providers(&[a.far_entry("a", priced(100.0)), b.far_entry("b", priced(200.0))]);
    let fields = json!({ "models": ["a/m", "b/m"], "criteria": ["cost"], "stream": true });
    let answer = fork(&server, fields);
    assert!(answer.text().contains("One.") && !answer.text().contains("Another."), "{answer}");
    assert!(answer.text().contains("\n: X-Mediary-Cost-USD: 0.0033\n"), "{answer}");
}

#[test]
fn where_all_fail_the_status_says_how_and_all_are_named() {
    let (a, b) = (Upstream::doing([fails(503, "busy", None)]), Upstream::doing([fails(429, "slow down", None)]));
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    let answer = fork(&server, json!({ "models": ["a/m", "b/m"] }));
    assert_eq!(answer.status, 503, "{answer}");
    assert_eq!(answer.tried(), "a/m overloaded, b/m rate_limited", "{answer}");
    fork(&server, json!({ "models": ["none/m"] })).refused(404, "model_not_found", "none/m");
    let streamed = fork(&server, json!({ "models": ["a/m"], "return_all": true, "stream": true }));
    streamed.refused(400, "invalid_request", "return_all");
    let of_thread = fork(&server, json!({ "models": ["a/m", "b/m"], "thread_id": "t" }));
    of_thread.refused(400, "invalid_request", "in no thread");
}

#[test]
fn a_judge_that_fails_is_said_and_what_is_measured_counts() {
    let (a, b) = (Upstream::doing([says("A long answer.")]), Upstream::doing([says("Short.")]));
    let judge = Upstream::doing([says("I like both.")]);
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({})), judge.entry("j", json!({}))]);
    let fields = json!({ "models": ["a/m", "b/m"], "judge": "j/m", "criteria": ["quality", "length"] });
    let body = fork(&server, fields).ok();
    assert_eq!(body["choices"][0]["message"]["content"], "Short.");
    let judge_said = &body["fork_metadata"]["judge"];
    assert!(judge_said["error"].as_str().is_some_and(|words| words.contains("not JSON")), "{body:#}");
    assert_eq!(judge.calls(), 2, "it is asked once more");
}

#[test]
fn without_names_the_members_are_those_of_the_plan_each_of_another_provider() {
    let ups: Vec<Upstream> = (0..3).map(|_| Upstream::doing([says("Yes.")])).collect();
    let two = json!({ "models": [{ "id": "m" }, { "id": "n" }] });
    let server = serving(&[ups[0].entry("a", two), ups[1].entry("b", json!({})), ups[2].entry("c", json!({}))], |_| ());
    let fields = json!({ "model": "auto", "max_parallel": 3, "return_all": true });
    let body = fork(&server, fields).ok();
    let mut models: Vec<&str> = body["results"].as_array().expect("a list").iter().map(model_of).collect();
    models.sort_unstable();
    let providers: std::collections::BTreeSet<&str> =
        models.iter().map(|model| model.split('/').next().unwrap_or_default()).collect();
    assert_eq!((models.len(), providers.len()), (3, 3), "{models:?}");
}

#[test]
fn models_are_compared_at_a_task_in_a_table() {
    let (a, b) = (Upstream::doing([says("Mars.")]), Upstream::doing([says("Mercury.")]));
    let judge = judge_of(&[("Mars.", 1.0), ("Mercury.", 8.0)]);
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({})), judge.entry("j", json!({}))]);
    let asked = json!({
        "task": "Which planet is nearest to the sun?", "system_prompt": "Be brief.", "models": ["a/m", "b/m"],
        "criteria": { "calidad": 3, "costo": 1 }, "judge": "j/m", "max_tokens": 20,
    });
    let request = |fields: &Value| {
        Request::new("POST", "/v1/diligence/compare").body("application/json", fields.to_string()).send(&server)
    };
    let body = request(&asked).ok();
    assert_eq!(body["object"], "diligence_comparison");
    let counts = [&body["total_attempted"], &body["successful"], &body["failed"]];
    assert_eq!(counts, [&json!(2), &json!(2), &json!(0)]);
    assert_eq!((model_of(&body["winner"]), &body["winner"]["text"]), ("b/m", &json!("Mercury.")));
    // Both are free, so three quarters are the judge's.
    assert_eq!((&body["winner"]["score"], &body["rankings"][1]["score"]), (&json!(8.5), &json!(3.25)), "{body:#}");
    let how: Vec<&Value> = body["criteria"].as_array().expect("a list").iter().map(|one| &one["how"]).collect();
    assert_eq!(how, ["measured", "judged"]);
    assert_eq!(body["table"]["columns"][0], "model");
    assert_eq!((&body["table"]["rows"][0][0], &body["table"]["rows"][1][0]), (&json!("b/m"), &json!("a/m")));
    assert_eq!(body["markdown"].as_str().map(|text| text.lines().count()), Some(4), "{body:#}");
    let sent = a.last().json();
    assert_eq!(sent["messages"][0]["content"], "Be brief.");
    assert_eq!((sent["messages"][1]["content"].as_str(), &sent["max_tokens"]), (asked["task"].as_str(), &json!(20)));
    request(&json!({ "models": ["a/m"] })).refused(400, "invalid_request", "send a `task`");
    request(&json!({ "task": "x", "modles": [] })).refused(400, "invalid_request", "modles");
}

#[test]
fn media_go_to_each_member_as_it_takes_them() {
    let (sees, reads) = (Upstream::doing([says("I see.")]), Upstream::doing([says("I read.")]));
    let server = with_providers(&[
        sees.with_model("sees", json!({ "accepts": ["text", "png"] })),
        reads.with_model("reads", json!({ "accepts": ["text"] })),
    ]);
    let picture = sample("sign.png");
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, picture);
    let shown = json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{text}") } });
    let asked = json!([{ "role": "user", "content": [{ "type": "text", "text": "What does it say?" }, shown] }]);
    let fields = json!({ "models": ["sees/m", "reads/m"], "messages": asked, "return_all": true });
    let body = fork(&server, fields).ok();
    assert!(body["results"].as_array().expect("a list").iter().all(|row| row["status"] == "answered"), "{body:#}");
    assert_eq!(sees.last().json()["messages"][0]["content"][1]["type"], "image_url");
    let read = reads.last().json()["messages"][0]["content"].to_string();
    assert!(!read.contains("image_url") && read.len() > 40, "{read}");
}
