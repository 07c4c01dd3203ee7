//! Ollama's API in front of every dialect, and the Ollama on this machine behind it: its models are relayed byte for byte,
//! and one that is down costs no other's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::says;
use super::client::{Answer, Request};
use super::server::{TestServer, sample};
use super::upstream::Upstream;
use super::videos_studio::{Reply, Studio};

/// A request with these fields over a greeting.
fn asking(fields: Value) -> Request {
    let greeting = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] });
    posting("/api/chat", &over(greeting, fields))
}

fn posting(path: &str, body: &Value) -> Request {
    // These clients often name no type.
    Request::new("POST", path).body("text/plain", body.to_string())
}

fn ask(server: &TestServer, fields: Value) -> Answer {
    asking(fields).send(server)
}

/// The lines of a stream, the last of which alone says that it is done.
#[track_caller]
fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")), "{answer}");
    let lines: Vec<Value> =
        answer.text().lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let (last, before) = lines.split_last().expect("it says something");
    assert!(before.iter().all(|line| line["done"] == false), "{answer}");
    assert!(last["done"] == true || last["error"].is_string(), "{answer}");
    lines
}

/// A line of all that was said, with the counts of the last.
#[track_caller]
fn told(answer: &Answer, stream: bool) -> Value {
    if !stream {
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
        return answer.ok();
    }
    let lines = lines(answer);
    let mut whole = lines.last().expect("it says something").clone();
    let texts = lines.iter().map(|line| line["message"]["content"].as_str().unwrap_or_default());
    whole["message"]["content"] = texts.collect::<String>().into();
    let calls: Vec<Value> =
        lines.iter().flat_map(|line| line["message"]["tool_calls"].as_array().cloned().unwrap_or_default()).collect();
    whole["message"]["tool_calls"] = calls.into();
    whole
}

#[test]
fn every_dialect_answers_whole_and_as_a_stream() {
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.hello.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let model = format!("{}/x:latest", dialect.id);
            let answer = ask(&server, json!({ "model": model, "stream": stream }));
            let line = told(&answer, stream);
            assert_eq!(line["message"]["content"], "Hello", "{what}: {answer}");
            assert_eq!(
                (&line["done_reason"], &line["prompt_eval_count"], &line["eval_count"]),
                (&json!("stop"), &json!(9), &json!(2)),
                "{what}: {answer}"
            );
            assert_eq!(answer.header("x-routed-via"), Some(&*format!("{}/x", dialect.id)), "{what}");
            assert_eq!(up.last().json().pointer(dialect.places[0]), Some(&json!("Hello")), "{what}");
        }
    }
}

#[test]
fn every_dialect_calls_tools_and_reads_pictures() {
    let schema = json!({ "type": "object", "properties": { "q": { "type": "number" } } });
    let tools =
        json!([{ "type": "function", "function": { "name": "f", "description": "Finds.", "parameters": schema } }]);
    let picture = STANDARD.encode(sample("sign.png"));
    let messages = json!([{ "role": "user", "content": "What is it?", "images": [picture] }]);
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.call.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let model = dialect.asked(json!({}))["model"].clone();
            let answer =
                ask(&server, json!({ "model": model, "tools": tools, "messages": messages, "stream": stream }));
            let call = told(&answer, stream)["message"]["tool_calls"][0].clone();
            assert_eq!(
                (&call["function"]["name"], &call["function"]["arguments"]),
                (&json!("f"), &json!({ "q": 1 })),
                "{what}: {answer}"
            );
            assert!(call["id"].as_str().is_some_and(|id| !id.is_empty()), "{what}: {answer}");
            let sent = up.last().json();
            assert_eq!(sent.pointer(dialect.places[1]), Some(&json!("f")), "{what}: {sent}");
            let found = sent.pointer(dialect.places[2]).and_then(|found| found.as_str().or(found["url"].as_str()));
            assert!(found.is_some_and(|found| found.ends_with(&picture)), "{what}: {sent:.300}");
        }
    }
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error_and_a_refusal_keeps_its_status() {
    for dialect in dialects() {
        let (_up, server) = dialect.house([dialect.broken.clone()]);
        let model = dialect.asked(json!({}))["model"].clone();
        let answer = ask(&server, json!({ "model": model }));
        let lines = lines(&answer);
        assert!(lines.last().expect("it says something")["error"].is_string(), "{}: {answer}", dialect.id);

        let (_up, server) = dialect.house([dialect.refusal.clone()]);
        let answer = ask(&server, json!({ "model": model, "stream": false }));
        assert_eq!(answer.status, 429, "{}: {answer}", dialect.id);
        assert!(answer.json()["error"].is_string(), "{}: {answer}", dialect.id);
    }
}

#[test]
fn options_reach_a_target_or_are_named() {
    let up = Upstream::doing([says("{}")]);
    let server = with_providers(&[up.with_model("a", json!({ "structured": "schema", "reasoning": true }))]);
    let schema = json!({ "type": "object" });
    let answer = ask(
        &server,
        json!({ "format": schema, "think": "low", "keep_alive": "5m", "stream": false,
            "options": { "temperature": 0.5, "num_predict": 9, "seed": 3, "stop": ["END"], "num_ctx": 8192, "mirostat": 1 } }),
    );
    answer.ok();
    let sent = up.last().json();
    assert_eq!((&sent["temperature"], &sent["seed"], &sent["stop"]), (&json!(0.5), &json!(3), &json!(["END"])));
    assert_eq!(sent["reasoning_effort"], "low", "{sent}");
    assert_eq!(sent["response_format"]["json_schema"]["schema"], schema, "{sent}");
    let dropped = answer.header("x-mediary-dropped").unwrap_or_default();
    for name in ["keep_alive", "options.num_ctx", "options.mirostat"] {
        assert!(dropped.split(", ").any(|one| one == name), "{name} is not named: {dropped}");
    }
    let body = json!({ "model": "m", "prompt": "Hello", "system": "Be brief.", "suffix": "end", "raw": true, "stream": false });
    let answer = posting("/api/generate", &body).send(&server);
    assert_eq!(answer.ok()["response"], "{}");
    assert_eq!(answer.header("x-mediary-dropped"), Some("raw, suffix"), "{answer}");
    assert_eq!(up.last().json()["messages"].as_array().map(Vec::len), Some(2));
    let loads = posting("/api/generate", &json!({ "model": "m" })).send(&server).ok();
    assert_eq!((&loads["done_reason"], up.calls()), (&json!("load"), 2));
}

#[test]
fn between_two_ends_of_the_format_options_and_lines_keep_every_letter() {
    let line = |text: &str, is_done: bool| {
        let mut line = json!({ "model": "x", "created_at": "2026-01-01T00:00:00Z", "of_tomorrow": 1,
            "message": { "role": "assistant", "content": text }, "done": is_done });
        if is_done {
            line = over(
                line,
                json!({ "done_reason": "stop", "load_duration": 7, "prompt_eval_count": 9, "eval_count": 2 }),
            );
        }
        format!("{line}\n")
    };
    let stream = [line("Hel", false), line("lo", false), line("", true)].concat();
    let cloud = Studio::new({
        let stream = stream.clone();
        move |_, _| Reply::File("application/x-ndjson", stream.clone().into_bytes())
    });
    let entry = json!({ "id": "cloud", "dialect": "ollama", "base_url": format!("http://{}/api", cloud.address),
        "api_keys": ["sk-cloud-0123456789abcdef"], "models": [{ "id": "x" }] });
    let server = with_providers(&[entry]);
    let answer = ask(
        &server,
        json!({ "model": "x", "keep_alive": "5m", "options": { "num_ctx": 512, "mirostat": 1, "seed": 2 } }),
    );
    assert_eq!((answer.status, answer.text()), (200, stream.as_str()));
    assert_eq!(answer.header("x-mediary-dropped"), None);
    let sent = cloud.seen().last().cloned().expect("it was asked").json();
    assert_eq!(sent["options"], json!({ "num_ctx": 512, "mirostat": 1, "seed": 2 }), "{sent}");
    assert_eq!(sent["keep_alive"], "5m", "{sent}");
}

/// An Ollama that has one model.
fn daemon() -> Studio {
    Studio::new(|seen, _| {
        let told = json!({ "path": seen.path, "sent": String::from_utf8_lossy(&seen.body) }).to_string();
        match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/api/tags") => {
                let model = json!({ "name": "qwen3:8b", "model": "qwen3:8b", "size": 5, "digest": "abc",
                    "capabilities": ["completion", "tools"], "details": { "family": "qwen3" }, "of_tomorrow": 1 });
                let latest =
                    json!({ "name": "llama3:latest", "model": "llama3:latest", "capabilities": ["completion"] });
                Reply::Json(200, json!({ "models": [model, latest] }))
            }
            ("GET", "/api/ps") => Reply::Json(200, json!({ "models": [{ "name": "qwen3:8b" }] })),
            ("POST", "/api/show") => Reply::Json(200, json!({ "model_info": { "general.architecture": "qwen3" } })),
            ("POST", "/api/copy") => Reply::Json(404, json!({ "error": "model 'x' not found" })),
            _ => Reply::File("application/x-ndjson", (told + "\n{ \"as\":  \"it came\" }\n").into_bytes()),
        }
    })
}

fn entry(daemon: &Studio) -> Value {
    json!({ "id": "ollama", "base_url": format!("http://{}/api", daemon.address) })
}

#[test]
fn what_the_daemon_has_is_relayed_as_it_is() {
    let (daemon, up) = (daemon(), Upstream::doing([says("Routed.")]));
    let server = with_providers(&[entry(&daemon), up.entry("a", json!({}))]);
    let body = "{ \"model\": \"llama3\",  \"prompt\": \"\", \"raw\": true, \"of_tomorrow\": [1 ,2] }";
    for path in ["/api/chat", "/api/generate", "/api/embed", "/api/embeddings"] {
        let answer = Request::new("POST", path).body("application/json", body).send(&server);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")), "{answer}");
        let told = json!({ "path": path, "sent": body }).to_string();
        assert_eq!(answer.text(), told + "\n{ \"as\":  \"it came\" }\n");
        assert_eq!(answer.header("x-routed-via"), Some("ollama/llama3"));
        assert_eq!(answer.header("x-mediary-cost-usd"), Some("0"));
    }
    assert_eq!(ask(&server, json!({ "stream": false })).ok()["message"]["content"], "Routed.");
    let only = asking(json!({ "model": "qwen3:8b", "stream": false })).header("x-mediary-provider", "a").send(&server);
    assert!(only.status >= 400 && only.json()["error"].is_string(), "a bound is for the router: {only}");

    let tags = server.get("/api/tags").ok();
    let tags = tags["models"].as_array().unwrap();
    assert_eq!(
        (&tags[0]["of_tomorrow"], &tags[0]["name"], &tags[1]["name"]),
        (&json!(1), &json!("qwen3:8b"), &json!("llama3:latest"))
    );
    let names: Vec<&str> = tags.iter().filter_map(|tag| tag["name"].as_str()).collect();
    assert!(names.contains(&"auto") && names.contains(&"a/m"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("ollama/")), "{names:?}");
    assert_eq!(server.get("/api/ps").ok()["models"][0]["name"], "qwen3:8b");
    let shown = posting("/api/show", &json!({ "model": "qwen3:8b" })).send(&server).ok();
    assert_eq!(shown, json!({ "model_info": { "general.architecture": "qwen3" } }));
    for (method, path) in
        [("POST", "/api/pull"), ("POST", "/api/create"), ("POST", "/api/push"), ("DELETE", "/api/delete")]
    {
        let answer = Request::new(method, path)
            .body("application/json", "{\"model\":\"n\"}")
            .header("content-length", "13")
            .send(&server);
        assert_eq!(answer.status, 200, "{path}: {answer}");
        assert!(answer.text().contains(path), "{answer}");
    }
    let copy = posting("/api/copy", &json!({ "source": "x", "destination": "y" })).send(&server);
    assert_eq!((copy.status, copy.json()), (404, json!({ "error": "model 'x' not found" })));
}

#[test]
fn what_the_daemons_list_is_silent_of_is_asked_of_each_model_once_and_said_everywhere() {
    let daemon = Studio::new(|seen, _| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/api/tags") => {
            let model =
                |name: &str| json!({ "name": name, "model": name, "digest": name, "details": { "family": "f" } });
            Reply::Json(200, json!({ "models": [model("sees:8b"), model("embeds:1b"), model("broken:1b")] }))
        }
        ("POST", "/api/show") => {
            let asked: Value = serde_json::from_slice(&seen.body).expect("it is JSON");
            let info = |tokens: u32| json!({ "general.architecture": "f", "f.context_length": tokens });
            match asked["model"].as_str().unwrap_or_default() {
                "sees:8b" => Reply::Json(
                    200,
                    json!({ "capabilities": ["completion", "vision", "tools", "thinking"], "model_info": info(40_960) }),
                ),
                "embeds:1b" => Reply::Json(200, json!({ "capabilities": ["embedding"], "model_info": info(512) })),
                _ => Reply::Json(500, json!({ "error": "no such file" })),
            }
        }
        _ => Reply::Json(404, json!({})),
    });
    let server = with_providers(&[entry(&daemon)]);
    let tags = server.get("/api/tags").ok();
    let models = server.get("/v1/models").ok();
    let rows = [
        ("sees:8b", json!(["completion", "vision", "tools", "thinking"]), json!(40_960)),
        ("embeds:1b", json!(["embedding"]), json!(512)),
        ("broken:1b", Value::Null, Value::Null),
    ];
    for (at, (name, capabilities, context)) in rows.into_iter().enumerate() {
        let tag = &tags["models"][at];
        assert_eq!((&tag["name"], &tag["capabilities"]), (&json!(name), &capabilities), "{tag}");
        assert_eq!((&tag["details"]["context_length"], &tag["details"]["family"]), (&context, &json!("f")), "{tag}");
        let listed = models["data"].as_array().unwrap().iter().find(|model| model["id"] == format!("ollama/{name}"));
        let listed = listed.unwrap_or_else(|| unreachable!("{name} is not in {models}"));
        assert_eq!(listed["context_tokens"], context, "{listed}");
        let has = |list: &Value, word: &str| list.as_array().is_some_and(|all| all.contains(&json!(word)));
        for (ability, capability) in [("tools", "tools"), ("reasoning", "thinking")] {
            assert_eq!(has(&listed["abilities"], ability), has(&capabilities, capability), "{name}: {listed}");
        }
        assert_eq!(has(&listed["tasks"], "embedding"), has(&capabilities, "embedding"), "{name}: {listed}");
        assert_eq!(has(&listed["accepts"], "image"), has(&capabilities, "vision"), "{name}: {listed}");
    }
    let shown = posting("/api/show", &json!({ "model": "sees:8b" })).send(&server).ok();
    assert_eq!(shown["capabilities"], tags["models"][0]["capabilities"]);
    // The daemon's own list and the router's each ask once about a model, however often they are looked at.
    let asked = |name: &str| {
        let about = json!({ "model": name }).to_string();
        daemon.seen().iter().filter(|seen| seen.path == "/api/show" && seen.body == about.as_bytes()).count()
    };
    let before = (asked("embeds:1b"), asked("broken:1b"));
    assert_eq!(before, (2, 2));
    server.get("/api/tags").ok();
    server.get("/v1/models").ok();
    assert_eq!((asked("embeds:1b"), asked("broken:1b")), before);
}

#[test]
fn files_for_models_go_to_the_daemon_and_nowhere_else() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let daemon = Studio::new(|seen, _| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/api/tags") => Reply::Json(200, json!({ "models": [] })),
        ("HEAD", _) => Reply::Json(404, json!({})),
        ("POST", _) => Reply::Json(201, json!({})),
        _ => Reply::Json(500, json!({})),
    });
    let server = with_providers(&[entry(&daemon)]);
    let path = format!("/api/blobs/{digest}");
    assert_eq!(Request::new("HEAD", &path).send(&server).status, 404);
    let bytes = b"GGUF\0\xff and more".to_vec();
    let sent = Request::new("POST", &path).body("application/octet-stream", bytes.clone()).send(&server);
    assert_eq!(sent.status, 201, "{sent}");
    let seen = daemon.seen().last().cloned().expect("it was asked");
    assert_eq!((seen.path.as_str(), &seen.body), (path.as_str(), &bytes));
    let asked = daemon.seen().len();
    for wrong in ["sha256:0a", "..%2Ftags", "sha256:zz"] {
        let answer =
            Request::new("POST", format!("/api/blobs/{wrong}")).body("application/octet-stream", "x").send(&server);
        assert_eq!(answer.status, 400, "{wrong}: {answer}");
    }
    assert_eq!(daemon.seen().len(), asked);
    let alone = with_providers(&[Upstream::doing([says("Hi.")]).entry("a", json!({}))]);
    let answer = Request::new("POST", &path).body("application/octet-stream", "x").send(&alone);
    assert_eq!(answer.status, 501, "{answer}");
    assert!(answer.json()["error"].as_str().is_some_and(|told| told.contains("OLLAMA_HOST")), "{answer}");
}

#[test]
fn a_daemon_that_is_down_costs_its_models_and_nothing_else() {
    let (mut down, up) = (Studio::new(|_, _| Reply::Close), Upstream::doing([says("Routed.")]));
    for silent in [false, true] {
        if silent {
            down = Studio::new(|_, _| Reply::Hang);
        }
        let server = with_providers(&[entry(&down), up.entry("a", json!({}))]);
        let tags = server.get("/api/tags").ok();
        assert_eq!(tags["models"].as_array().unwrap().last().unwrap()["name"], "a/m");
        assert_eq!(ask(&server, json!({ "stream": false })).ok()["message"]["content"], "Routed.");
        assert_eq!(server.get("/api/ps").ok(), json!({ "models": [] }));
        let asked = down.seen().iter().filter(|seen| seen.path == "/api/tags").count();
        server.get("/api/tags").ok();
        let again = down.seen().iter().filter(|seen| seen.path == "/api/tags").count();
        assert_eq!(again, asked, "it is left alone for a while");
        let pull = posting("/api/pull", &json!({ "model": "x" })).send(&server);
        assert_eq!(pull.status, 501, "{pull}");
        assert!(pull.json()["error"].as_str().is_some_and(|told| told.contains("OLLAMA_HOST")), "{pull}");
    }
}

#[test]
fn the_catalog_says_the_same_everywhere() {
    let up = Upstream::doing([says("Hi.")]);
    let able = json!({ "id": "able", "tools": true, "reasoning": true, "accepts": ["text", "image"], "context_tokens": 200_000 });
    let plain = json!({ "id": "vendor/plain" });
    let vectors = json!({ "id": "e", "tasks": ["embedding"] });
    let server = serving(&[up.entry("my-api", json!({ "models": [able, plain, vectors] }))], |config| {
        config.server.ollama_version = "9.8.7".to_owned();
    });
    assert_eq!(server.get("/api/version").ok(), json!({ "version": "9.8.7" }));
    let tags = server.get("/api/tags").ok();
    let models = server.get("/v1/models").ok();
    for tag in tags["models"].as_array().unwrap() {
        let name = tag["name"].as_str().unwrap();
        let shown = posting("/api/show", &json!({ "model": format!("{name}:latest") })).send(&server).ok();
        assert_eq!((&shown["capabilities"], &shown["details"]), (&tag["capabilities"], &tag["details"]), "{name}");
        assert!(tag["capabilities"].as_array().is_some_and(|all| !all.is_empty()), "{tag}");
        let architecture = shown["model_info"]["general.architecture"].as_str().unwrap();
        let context = &shown["model_info"][format!("{architecture}.context_length")];
        assert_eq!(context, &tag["details"]["context_length"], "{shown}");
        let empty = tag["details"].as_object().unwrap().values().any(|value| value == "" || value.is_null());
        assert!(!empty, "{tag}");
        let model = models["data"].as_array().unwrap().iter().find(|model| model["id"] == name).unwrap();
        if !model["context_tokens"].is_null() {
            assert_eq!(&model["context_tokens"], context, "{name}");
        }
        // Of tiers, that they call functions stands elsewhere in the list.
        let abilities = [("tools", "tools"), ("reasoning", "thinking")];
        for (ability, capability) in abilities.into_iter().filter(|_| model["owned_by"] != "mediary") {
            let has = |list: &Value, name: &str| list.as_array().unwrap().contains(&json!(name));
            assert_eq!(has(&model["abilities"], ability), has(&tag["capabilities"], capability), "{name}: {ability}");
        }
    }
    let of = |name: &str| {
        tags["models"].as_array().unwrap().iter().find(|tag| tag["name"] == name).unwrap()["capabilities"].clone()
    };
    assert_eq!(of("my-api/able"), json!(["completion", "tools", "thinking", "vision"]));
    assert_eq!(of("my-api/vendor/plain"), json!(["completion"]));
    assert_eq!(of("my-api/e"), json!(["embedding"]));
    assert_eq!(posting("/api/show", &json!({ "name": "able" })).send(&server).status, 200);
    for (body, status) in [(json!({ "model": "none" }), 404), (json!({}), 400)] {
        let answer = posting("/api/show", &body).send(&server);
        assert_eq!(answer.status, status, "{answer}");
        assert!(answer.json()["error"].is_string(), "{answer}");
    }
}

#[test]
fn clients_that_look_for_ollama_find_it() {
    let server = with_providers(&[]);
    let told = Request::new("GET", "/").header("user-agent", "ollama/0.13.0 (amd64 linux) Go/go1.24").send(&server);
    assert_eq!((told.status, told.text()), (200, "Ollama is running"));
    assert_eq!(Request::new("HEAD", "/").header("user-agent", "ollama-python/0.6.0").send(&server).status, 200);
    assert!(Request::new("GET", "/").send(&server).text().contains("Mediary"));
    assert_eq!(server.get("/api/ps").ok(), json!({ "models": [] }));
    let version = server.get("/api/version").ok();
    let parts: Vec<&str> = version["version"].as_str().unwrap().split('.').collect();
    assert!(parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok()), "{version}");
    let rows = [("POST", "/api/chat", 400), ("GET", "/api/nothing", 404), ("GET", "/api/chat", 405)];
    for (method, path, status) in rows {
        let answer = Request::new(method, path).send(&server);
        assert_eq!(answer.status, status, "{path}: {answer}");
    }
    assert!(posting("/api/chat", &json!([])).send(&server).json()["error"].is_string());
}

#[test]
fn texts_become_vectors_here() {
    let server = super::server::shared();
    let model = "local/all-minilm-l6-v2";
    let two = posting("/api/embed", &json!({ "model": model, "input": ["a red fox", "a vixen"] })).send(server).ok();
    let one = posting("/api/embeddings", &json!({ "model": model, "prompt": "a red fox" })).send(server).ok();
    let first = |vector: &Value| vector[0].as_f64().unwrap();
    assert_eq!((two["embeddings"].as_array().map(Vec::len), two["model"].as_str()), (Some(2), Some(model)));
    assert!((first(&two["embeddings"][0]) - first(&one["embedding"])).abs() < 1e-4);
    let long = json!({ "model": model, "input": "fox ".repeat(4_000), "truncate": false });
    assert_eq!(posting("/api/embed", &long).send(server).status, 400);
}
