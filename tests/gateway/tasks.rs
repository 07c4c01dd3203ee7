//! Every task through the one attempt loop: whatever is asked, a target that fails is followed by the next, and ledger,
//! cooldown, metrics, headers and plans are the same for providers and for engines of this process.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::audio_transcriptions::transcribed;
use super::chat_talk::{over, with_providers};
use super::chat_words::{answers, fails, says};
use super::client::{Answer, Request};
use super::craft::wav;
use super::embeddings::{embed, vectors};
use super::server::{TestServer, sample, shared};
use super::upstream::{Act, Upstream};

/// A kind of work as a client asks for it, and what a provider says to it.
struct Row {
    task: &'static str,
    /// The model `m` of both providers.
    model: Value,
    answers: fn() -> Act,
    ask: fn(&TestServer) -> Answer,
    /// What the client is told by the second provider.
    told: &'static str,
}

fn rows() -> [Row; 3] {
    [
        Row {
            task: "chat",
            model: json!({}),
            answers: || says("Hello from it"),
            ask: |server| server.chat(json!({})),
            told: "Hello from it",
        },
        Row {
            task: "embedding",
            model: json!({ "tasks": ["embedding"] }),
            answers: || vectors(7, 1),
            ask: |server| embed(server, &json!({})),
            told: "[7.0,1.0]",
        },
        Row {
            task: "transcription",
            model: json!({ "tasks": ["transcription"], "accepts": ["wav"] }),
            answers: || answers(200, &json!({ "text": "a word that was heard" })),
            ask: |server| transcribed(server, &[]),
            told: "a word that was heard",
        },
    ]
}

/// What the ledger knows of a target.
pub(crate) fn record(server: &TestServer, target: &str) -> Value {
    let stats = Request::new("GET", "/v1/stats").send(server).ok();
    let found = stats["data"].as_array().expect("a list of targets").iter().find(|row| row["target"] == target);
    found.cloned().unwrap_or(Value::Null)
}

#[test]
fn whatever_the_task_a_target_that_fails_is_followed_by_the_next() {
    for Row { task, model, answers, ask, told } in rows() {
        let (first, second) = (Upstream::doing([fails(503, "no", None)]), Upstream::doing([answers()]));
        let entry =
            |up: &Upstream, id: &str| up.entry(id, json!({ "models": [over(json!({ "id": "m" }), model.clone())] }));
        let server = with_providers(&[entry(&first, "first"), entry(&second, "second")]);
        let answer = ask(&server);
        assert_eq!(answer.status, 200, "{task}: {answer}");
        assert!(answer.text().contains(told), "{task}: {answer}");
        assert_eq!(answer.header("x-routed-via"), Some("second/m"), "{task}");
        assert_eq!(answer.header("x-fallback-attempts"), Some("1"), "{task}");
        let answered = record(&server, "second/m");
        assert_eq!((&answered["successes"], &answered["failures"]), (&json!(1), &json!(0)), "{task}");
        let metrics = Request::new("GET", "/metrics").send(&server).text().to_owned();
        let series = "mediary_provider_calls_total{target=\"first/m\",outcome=\"overloaded\"}";
        assert!(metrics.contains(series), "{task}: {series} is missing");
        let failed = record(&server, "first/m");
        assert_eq!((&failed["successes"], &failed["failures"]), (&json!(0), &json!(2)), "{task}");
        assert!(failed["cooldown_seconds"].as_f64().is_some(), "{task}: {failed} cools down");
    }
}

#[test]
fn a_page_goes_from_an_engine_that_is_not_sure_over_a_provider_that_fails_to_one_that_reads_it() {
    let (first, second) = (Upstream::doing([fails(503, "no", None)]), Upstream::doing([says("# Русский текст")]));
    let reads = json!([{ "id": "mistral-ocr-latest", "tasks": ["ocr"], "accepts": ["jpeg"] }]);
    let sees = json!([{ "id": "gemini-2.5-flash", "accepts": ["text", "jpeg"] }]);
    let server = with_providers(&[
        first.entry("mistral", json!({ "dialect": "mistral", "models": reads })),
        second.entry("gemini", json!({ "auth": "bearer", "models": sees })),
    ]);
    let body = json!({ "file_data": STANDARD.encode(sample("cyrillic.png")) }).to_string();
    let answer = Request::new("POST", "/v1/ocr/process").body("application/json", body).send(&server).ok();
    assert_eq!(answer["content"], "# Русский текст", "{answer:#}");
    let attempts = answer["attempts"].as_array().unwrap().iter();
    let attempts = attempts.map(|each| (each["engine"].as_str().unwrap(), each["outcome"].as_str().unwrap()));
    // Engines that know no such script, or have no model here, are skipped.
    let attempts: Vec<_> = attempts.filter(|(_, outcome)| *outcome != "skipped").collect();
    assert_eq!(
        attempts,
        [
            ("local/paddleocr", "rejected"),
            ("mistral/mistral-ocr-latest", "failed"),
            ("gemini/gemini-2.5-flash", "accepted"),
        ]
    );
    for (target, successes, failures) in
        [("local/paddleocr", 1, 0), ("mistral/mistral-ocr-latest", 0, 2), ("gemini/gemini-2.5-flash", 1, 0)]
    {
        let record = record(&server, target);
        assert_eq!((&record["successes"], &record["failures"]), (&json!(successes), &json!(failures)), "{target}");
    }
}

#[test]
fn lists_tell_engines_of_this_process_from_free_models_of_servers_beside_it() {
    let upstream = Upstream::doing([]);
    let models = json!([{ "id": "free", "price": "free" }, { "id": "unsaid", "price": "unknown" }]);
    let server = with_providers(&[upstream.entry("beside", json!({ "models": models }))]);
    for (model, pricing) in [("local/paddleocr", "local"), ("beside/free", "free"), ("beside/unsaid", "local")] {
        let listed = Request::new("GET", format!("/v1/models/{model}")).send(&server).ok();
        assert_eq!(listed["pricing"], pricing, "{model}");
    }
}

#[test]
fn engines_of_this_process_stand_in_matrix_ledger_and_metrics_like_any_target() {
    let server = TestServer::with(|_| ());
    embed(&server, &json!({ "model": "local/all-minilm-l6-v2" })).ok();
    let body = json!({ "file_data": STANDARD.encode(sample("sign.png")) }).to_string();
    Request::new("POST", "/v1/ocr/process").body("application/json", body).send(&server).ok();
    let matrix = Request::new("GET", "/v1/capabilities").send(&server).ok();
    let metrics = Request::new("GET", "/metrics").send(&server).text().to_owned();
    for target in ["local/all-minilm-l6-v2", "local/paddleocr"] {
        let record = record(&server, target);
        assert_eq!((&record["successes"], &record["failures"]), (&json!(1), &json!(0)), "{target}");
        let row = matrix["data"].as_array().unwrap().iter().find(|row| row["target"] == target).unwrap();
        assert_eq!((&row["is_local"], &row["price"]["kind"]), (&json!(true), &json!("free")), "{target}");
        let series = format!("mediary_provider_calls_total{{target=\"{target}\",outcome=\"answered\"}}");
        assert!(metrics.contains(&series), "{series} is missing");
    }
}

#[test]
fn plans_explain_every_task() {
    let plan =
        |body: &Value| Request::new("POST", "/v1/plan").body("application/json", body.to_string()).send(shared());
    let explained = |endpoint: &str, request: Value| plan(&json!({ "endpoint": endpoint, "request": request }));
    let first = |answer: &Answer| answer.ok()["candidates"][0]["target"].clone();

    let embedding = explained("/v1/embeddings", json!({ "model": "auto", "input": "hi" }));
    assert_eq!((first(&embedding), &embedding.json()["task"]), (json!("local/all-minilm-l6-v2"), &json!("embedding")));

    let scan = STANDARD.encode(sample("invoice-scan.pdf"));
    let reading = explained("/v1/ocr/process", json!({ "file_data": scan }));
    assert_eq!((first(&reading), &reading.json()["task"]), (json!("local/paddleocr"), &json!("ocr")));
    let treatment = &reading.json()["candidates"][0]["treatments"][0];
    assert_eq!((&treatment["do"], &treatment["recipe"]), (&json!("transcode"), &json!("read-document")));
    assert_eq!((&reading.json()["first"], &reading.json()["parts"][0]["pages"]), (&json!("text-layer"), &json!(1)));
    let pixels = explained("/v1/ocr/process", json!({ "file_data": scan, "force_ocr": true }));
    assert_eq!((first(&pixels), &pixels.json()["first"]), (json!("local/paddleocr"), &Value::Null));
    let text = explained("/v1/ocr/process", json!({ "file_data": STANDARD.encode("Some words.") }));
    assert_eq!((&text.ok()["first"], &text.json()["candidates"]), (&json!("text-layer"), &json!([])));
    for (request, status, words) in [
        (json!({ "file_data": STANDARD.encode(wav()) }), 415, "text can be read from PDFs"),
        (json!({ "file_data": scan, "pages": "9" }), 400, "page"),
    ] {
        let refused = explained("/v1/ocr/process", request);
        assert_eq!(refused.status, status, "{refused}");
        assert!(refused.text().contains(words), "{refused}");
    }
    let document = json!({ "type": "document_url", "document_url": format!("data:application/pdf;base64,{scan}") });
    let reading = explained("/v1/ocr", json!({ "model": "mistral-ocr-latest", "document": document }));
    assert_eq!(first(&reading), json!("local/paddleocr"));

    let ear = Upstream::doing([]);
    let model = json!({ "id": "m", "tasks": ["transcription"], "accepts": ["wav"] });
    let server = with_providers(&[ear.entry("ear", json!({ "models": [model] }))]);
    let request = json!({ "endpoint": "/v1/audio/transcriptions", "request": { "file_data": STANDARD.encode(wav()) } });
    let hearing = Request::new("POST", "/v1/plan").body("application/json", request.to_string()).send(&server);
    assert_eq!((first(&hearing), &hearing.json()["task"]), (json!("ear/m"), &json!("transcription")));
    assert_eq!(ear.calls(), 0, "a plan calls nothing");
    let request = json!({ "model": "ear/none", "file_data": STANDARD.encode(wav()) });
    let request = json!({ "endpoint": "/v1/audio/transcriptions", "request": request });
    let unknown = Request::new("POST", "/v1/plan").body("application/json", request.to_string()).send(&server);
    assert_eq!(unknown.status, 404, "{unknown}");

    let bare = plan(&json!({ "endpoint": "/v1/embeddings" }));
    assert_eq!((bare.status, &bare.json()["error"]["param"]), (400, &json!("request")));
    let unknown = explained("/v1/images", json!({}));
    assert_eq!((unknown.status, unknown.error().0.as_str()), (404, "unknown_endpoint"));
}
