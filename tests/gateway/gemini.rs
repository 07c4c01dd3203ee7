//! Gemini's API in front of every dialect, and of Gemini itself, between which nothing loses a letter.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, says, whole};
use super::client::{Answer, Request};
use super::server::{TestServer, sample};
use super::upstream::{Act, Upstream};
use mediary::config::Secret;

/// A request of a method with these fields over a greeting.
fn asking(model: &str, method: &str, fields: Value) -> Request {
    let greeting = json!({ "contents": [{ "role": "user", "parts": [{ "text": "Hello" }] }] });
    Request::new("POST", format!("/v1beta/models/{model}:{method}"))
        .body("application/json", over(greeting, fields).to_string())
}

fn ask(server: &TestServer, model: &str, method: &str, fields: Value) -> Answer {
    asking(model, method, fields).send(server)
}

/// How an answer is asked for.
const METHODS: [&str; 3] = ["generateContent", "streamGenerateContent?alt=sse", "streamGenerateContent"];

/// The chunks of an answer in any of its shapes.
#[track_caller]
fn chunks(answer: &Answer, method: &str) -> Vec<Value> {
    let of = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| unreachable!("{error}: {text}"));
    let mime = if method.ends_with("sse") { "text/event-stream" } else { "application/json" };
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(mime)), "{answer}");
    match method {
        "generateContent" => vec![answer.json()],
        "streamGenerateContent" => of(answer.text()).as_array().expect("it is an array").clone(),
        _ => {
            let events = answer.text().split("\n\n").filter(|event| !event.is_empty() && !event.starts_with(':'));
            events.map(|event| of(event.strip_prefix("data: ").expect("it has data"))).collect()
        }
    }
}

/// All that was said, as one answer.
#[track_caller]
fn told(answer: &Answer, method: &str) -> Value {
    let chunks = chunks(answer, method);
    let mut whole = chunks.last().expect("it says something").clone();
    let parts = chunks.iter().flat_map(|chunk| chunk["candidates"][0]["content"]["parts"].as_array().cloned());
    let parts: Vec<Value> = parts.flatten().collect();
    let text: String = parts.iter().filter_map(|part| part["text"].as_str()).collect();
    whole["text"] = text.into();
    whole["calls"] = parts.into_iter().filter(|part| part["functionCall"].is_object()).collect();
    whole
}

#[test]
fn every_dialect_answers_whole_as_events_and_as_an_array() {
    for dialect in dialects() {
        for (at, method) in METHODS.into_iter().enumerate() {
            let (up, server) = dialect.house([dialect.hello[at.min(1)].clone()]);
            let model = format!("{}/x", dialect.id);
            let answer = ask(&server, &model, method, json!({}));
            let whole = told(&answer, method);
            let what = format!("{} {method}: {answer}", dialect.id);
            assert_eq!(whole["text"], "Hello", "{what}");
            assert_eq!(whole["candidates"][0]["finishReason"], "STOP", "{what}");
            let usage = &whole["usageMetadata"];
            assert_eq!(
                (&usage["promptTokenCount"], &usage["candidatesTokenCount"], &usage["totalTokenCount"]),
                (&json!(9), &json!(2), &json!(11)),
                "{what}"
            );
            assert_eq!(answer.header("x-routed-via"), Some(&*model), "{what}");
            assert_eq!(up.last().json().pointer(dialect.places[0]), Some(&json!("Hello")), "{what}");
        }
    }
}

#[test]
fn every_dialect_calls_functions_and_reads_pictures() {
    let schema = json!({ "type": "OBJECT", "properties": { "q": { "type": "NUMBER" } } });
    let tools = json!([{ "functionDeclarations": [{ "name": "f", "description": "Finds.", "parameters": schema }] }]);
    let picture = sample("sign.png");
    // As the clients of one language write bytes.
    let part = json!({ "inlineData": { "mimeType": "image/png", "data": URL_SAFE.encode(&picture) } });
    let contents = json!([{ "role": "user", "parts": [{ "text": "What is it?" }, part] }]);
    for dialect in dialects() {
        for (at, method) in METHODS.into_iter().enumerate() {
            let (up, server) = dialect.house([dialect.call[at.min(1)].clone()]);
            let asked = json!({ "contents": contents, "tools": tools });
            let answer = ask(&server, &format!("{}/x", dialect.id), method, asked);
            let whole = told(&answer, method);
            let what = format!("{} {method}: {answer}", dialect.id);
            let call = &whole["calls"][0]["functionCall"];
            assert_eq!((&call["name"], &call["args"]), (&json!("f"), &json!({ "q": 1 })), "{what}");
            assert_eq!(whole["candidates"][0]["finishReason"], "STOP", "{what}");
            let sent = up.last().json();
            assert_eq!(sent.pointer(dialect.places[1]), Some(&json!("f")), "{what} {sent}");
            let found = sent.pointer(dialect.places[2]).and_then(|found| found.as_str().or(found["url"].as_str()));
            let is_it = |found: &str| found.ends_with(&STANDARD.encode(&picture));
            assert!(found.is_some_and(is_it), "{what} {sent:.300}");
        }
    }
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error_and_a_refusal_keeps_its_status() {
    for dialect in dialects() {
        for method in METHODS.into_iter().skip(1) {
            let (_up, server) = dialect.house([dialect.broken.clone()]);
            let answer = ask(&server, &format!("{}/x", dialect.id), method, json!({}));
            let chunks = chunks(&answer, method);
            let last = chunks.last().expect("it says something");
            assert!(last["error"]["status"].is_string() && last["error"]["code"].is_u64(), "{}: {answer}", dialect.id);
            let ends = chunks.iter().filter(|chunk| chunk["candidates"][0]["finishReason"].is_string());
            assert_eq!(ends.count(), 0, "{}: {answer}", dialect.id);
        }
        let (_up, server) = dialect.house([dialect.refusal.clone()]);
        let answer = ask(&server, &format!("{}/x", dialect.id), "generateContent", json!({}));
        let error = answer.json()["error"].clone();
        assert_eq!(
            (answer.status, &error["code"], &error["status"]),
            (429, &json!(429), &json!("RESOURCE_EXHAUSTED")),
            "{}: {answer}",
            dialect.id
        );
    }
}

fn gemini(acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let model = json!({ "id": "gemini-3-flash", "tools": true, "reasoning": true, "structured": "schema",
        "accepts": ["text", "image"], "hosted_tools": ["googleSearch"], "media_in_tool_results": true });
    let embeds = json!({ "id": "e", "tasks": ["embedding"] });
    let fields = json!({ "dialect": "gemini", "base_url": format!("http://{}/v1beta", up.address), "models": [model, embeds],
        "auth": { "header": "x-goog-api-key" } });
    let server = with_providers(&[up.entry("a", fields)]);
    (up, server)
}

/// A conversation with everything in it that only this format has.
fn peculiar() -> Value {
    let picture = STANDARD.encode(sample("sign.png"));
    json!({
        "systemInstruction": { "parts": [{ "text": "Be brief." }] },
        "contents": [
            { "role": "user", "parts": [{ "text": "Look it up." },
                { "inlineData": { "mimeType": "image/png", "data": picture }, "mediaResolution": { "level": "MEDIA_RESOLUTION_LOW" } }] },
            { "role": "model", "parts": [
                { "text": "Hm.\u{a0}…", "thought": true },
                { "text": "I shall.", "thoughtSignature": "U0lHMQ==" },
                { "functionCall": { "id": "c1", "name": "f", "args": { "b": 1, "a": 2 } }, "thoughtSignature": "U0lHMg==" },
                { "executableCode": { "language": "PYTHON", "code": "1" } }] },
            { "role": "user", "parts": [
                { "functionResponse": { "id": "c1", "name": "f", "response": { "output": "42" }, "scheduling": "SILENT" } }] },
        ],
        "tools": [
            { "functionDeclarations": [{ "name": "f", "behavior": "BLOCKING", "parameters": { "type": "OBJECT", "properties": { "b": { "type": "NUMBER" } } } }] },
            { "googleSearch": {} }],
        "toolConfig": { "functionCallingConfig": { "mode": "VALIDATED" } },
        "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE" }],
        "generationConfig": { "temperature": 0.5, "responseMimeType": "application/json", "responseSchema": { "type": "OBJECT", "properties": { "a": { "type": "STRING" } } },
            "thinkingConfig": { "includeThoughts": true, "thinkingBudget": 512 }, "mediaResolution": "MEDIA_RESOLUTION_LOW" },
        "labels": { "team": "a" },
    })
}

#[test]
fn between_two_ends_of_the_format_turns_and_answers_keep_every_letter() {
    let body = json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": "{}", "thoughtSignature": "U0lH" }] },
            "finishReason": "STOP", "index": 0, "groundingMetadata": { "webSearchQueries": ["q"] }, "of_tomorrow": 1 }],
        "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11, "promptTokensDetails": [] },
        "modelVersion": "gemini-x", "responseId": "r" });
    let stream = format!("data: {body}\r\n\r\n");
    let events = || Act::Answer {
        status: 200,
        headers: vec![("content-type", "text/event-stream".into())],
        body: stream.clone(),
    };
    for method in METHODS {
        let act = if method == "generateContent" { answers(200, &body) } else { events() };
        let (up, server) = gemini([act]);
        let asked = peculiar();
        let answer = ask(&server, "gemini-3-flash", method, asked.clone());
        assert_eq!(chunks(&answer, method), std::slice::from_ref(&body), "{method}");
        assert!(answer.text().contains(&body.to_string()), "not a letter is another: {answer}");
        assert_eq!(answer.header("x-mediary-dropped"), None, "{answer}");
        let sent = up.last().json();
        for field in asked.as_object().unwrap().keys() {
            // What a field says may stand in another order.
            assert_eq!(sent[field], asked[field], "{field} ({method})");
        }
    }
}

#[test]
fn a_whole_conversation_is_told_to_a_target_of_another_format() {
    let up = Upstream::doing([says("{}")]);
    let model = json!({ "tools": true, "reasoning": true, "structured": "schema", "accepts": ["text", "image"] });
    let server = with_providers(&[up.with_model("a", model)]);
    let asked = over(peculiar(), json!({ "tools": peculiar()["tools"][0] }));
    let answer = ask(&server, "m", "generateContent", asked);
    assert_eq!(told(&answer, "generateContent")["text"], "{}");
    let sent = up.last().json();
    let message = |at: usize| sent["messages"][at].to_string();
    let picture = STANDARD.encode(sample("sign.png"));
    for (at, role, holds) in [
        (0, "system", "Be brief."),
        (1, "user", "Look it up."),
        (1, "user", picture.as_str()),
        (2, "assistant", "I shall."),
        (2, "assistant", r#""{\"b\":1,\"a\":2}""#),
        (3, "tool", "42"),
        (3, "tool", "\"c1\""),
    ] {
        assert_eq!(sent["messages"][at]["role"], role, "{sent:.600}");
        assert!(message(at).contains(holds), "{holds:.60} is not in {:.600}", message(at));
    }
    assert_eq!(sent["messages"].as_array().map(Vec::len), Some(4));
    assert_eq!(sent["tools"][0]["function"]["parameters"]["type"], "object", "{sent}");
    assert_eq!(
        sent["response_format"]["json_schema"]["schema"]["properties"]["a"],
        json!({ "type": "string" }),
        "{sent}"
    );
    assert_eq!(sent["reasoning_effort"], "minimal", "{sent}");
    let dropped: Vec<&str> = answer.header("x-mediary-dropped").unwrap_or_default().split(", ").collect();
    for name in [
        "safetySettings",
        "labels",
        "generationConfig.mediaResolution",
        "toolConfig.functionCallingConfig.mode",
        "contents[0].parts[1].mediaResolution",
        "contents[1].parts[3].executableCode",
        "contents[2].parts[0].functionResponse.scheduling",
        "tools[0].functionDeclarations[0].behavior",
    ] {
        assert!(dropped.contains(&name), "{name} is not named: {dropped:?}");
    }
    assert!(!sent.to_string().contains("U0lH"), "a signature is for its vendor alone: {sent}");
    let hosted = ask(&server, "m", "generateContent", json!({ "tools": [{ "googleSearch": {} }] }));
    assert_eq!((hosted.status, up.calls()), (400, 1), "{hosted}");
    assert!(hosted.text().contains("googleSearch"), "{hosted}");
}

#[test]
fn a_call_of_another_vendors_is_vouched_for_and_its_thoughts_stay_away() {
    let (up, server) = gemini([answers(
        200,
        &json!({ "candidates": [{ "content": { "parts": [{ "text": "So." }] }, "finishReason": "STOP" }] }),
    )]);
    let foreign = STANDARD.encode("mediary:anthropic:EqQB");
    let contents = json!([
        { "role": "user", "parts": [{ "text": "Hi" }] },
        { "role": "model", "parts": [{ "functionCall": { "name": "f", "args": {} } }, { "functionCall": { "name": "f", "args": {} } }] },
        { "role": "user", "parts": [{ "functionResponse": { "name": "f", "response": { "result": "1" } } },
            { "functionResponse": { "name": "f", "response": { "result": "2" } } }] },
        { "role": "model", "parts": [{ "text": "Hm.", "thought": true, "thoughtSignature": foreign }, { "text": "Go on." }] },
        { "role": "user", "parts": [{ "text": "And?" }] }]);
    let earlier = json!({ "contents": contents.as_array().unwrap()[..3] });
    ask(&server, "gemini-3-flash", "generateContent", earlier).ok();
    let parts = up.last().json()["contents"][1]["parts"].clone();
    assert_eq!(parts[0]["thoughtSignature"], "skip_thought_signature_validator");
    assert_eq!(parts[1], contents[1]["parts"][1]);
    ask(&server, "gemini-3-flash", "generateContent", json!({ "contents": contents })).ok();
    let sent = up.last().json()["contents"].clone();
    assert_eq!(sent[3]["parts"], json!([{ "text": "Go on." }]), "{sent}");
    assert_eq!(sent[1], contents[1]);
}

#[test]
fn tokens_are_counted_by_gemini_and_here_for_others() {
    let (up, server) = gemini([answers(200, &json!({ "totalTokens": 4711 })), answers(500, &json!({}))]);
    let answer = ask(&server, "gemini-3-flash", "countTokens", json!({ "generationConfig": { "temperature": 1 } }));
    assert_eq!((&answer.ok(), answer.header("x-mediary-count")), (&json!({ "totalTokens": 4711 }), Some("exact")));
    let seen = up.last();
    assert_eq!(seen.path, "/v1beta/models/gemini-3-flash:countTokens");
    assert_eq!(seen.json()["generateContentRequest"]["model"], "models/gemini-3-flash");
    assert_eq!(seen.json()["generateContentRequest"]["contents"][0]["parts"][0]["text"], "Hello");
    let whole = json!({ "generateContentRequest": { "contents": [{ "parts": [{ "text": "Hello there" }] }] } });
    let answer = ask(&server, "gemini-3-flash", "countTokens", whole);
    assert_eq!(answer.header("x-mediary-count"), Some("estimated"));
    assert!(answer.ok()["totalTokens"].as_u64().is_some_and(|tokens| (2..20).contains(&tokens)), "{answer}");
}

#[test]
fn texts_are_embedded_one_by_one_and_together() {
    let vectors = |count: usize| answers(200, &json!({ "embeddings": vec![json!({ "values": [1.0, 0.0] }); count] }));
    let (up, server) = gemini([vectors(1), vectors(2)]);
    let content = |text: &str| json!({ "content": { "parts": [{ "text": text }] }, "taskType": "RETRIEVAL_QUERY" });
    let one = Request::new("POST", "/v1beta/models/e:embedContent").body("application/json", content("a").to_string());
    assert_eq!(one.send(&server).ok()["embedding"], json!({ "values": [1.0, 0.0] }));
    assert_eq!(up.last().json()["requests"][0]["taskType"], "RETRIEVAL_QUERY");
    let batch = json!({ "requests": [content("a"), content("b")] }).to_string();
    let batch =
        Request::new("POST", "/v1beta/models/a/e:batchEmbedContents").body("application/json", batch).send(&server);
    assert_eq!(batch.ok()["embeddings"].as_array().map(Vec::len), Some(2));
    let sent: Vec<Value> = up.last().json()["requests"].as_array().unwrap().clone();
    assert_eq!(sent[1]["content"]["parts"][0]["text"], "b");
}

#[test]
fn models_are_listed_page_by_page() {
    let up = Upstream::doing([says("Hi.")]);
    let models = json!([{ "id": "able", "reasoning": true, "context_tokens": 200_000, "output_tokens": 8000 },
        { "id": "e", "tasks": ["embedding"] }]);
    let server = with_providers(&[up.entry("a", json!({ "models": models }))]);
    let mut all = Vec::new();
    let mut token = String::new();
    loop {
        let page = server.get(&format!("/v1beta/models?pageSize=3&pageToken={token}")).ok();
        let models = page["models"].as_array().unwrap();
        assert!(!models.is_empty() && models.len() <= 3, "{page}");
        all.extend(models.clone());
        let Some(next) = page["nextPageToken"].as_str() else { break };
        token = next.replace('/', "%2F");
    }
    let whole = server.get("/v1beta/models?pageSize=1000").ok();
    assert_eq!(whole["models"].as_array(), Some(&all));
    let named = |name: &str| all.iter().find(|model| model["name"] == name).cloned().unwrap_or_default();
    let able = named("models/a/able");
    assert_eq!(
        (&able["inputTokenLimit"], &able["outputTokenLimit"], &able["thinking"]),
        (&json!(200_000), &json!(8000), &json!(true))
    );
    let does =
        |model: &Value, method: &str| model["supportedGenerationMethods"].as_array().unwrap().contains(&json!(method));
    assert!(does(&able, "generateContent") && !does(&able, "embedContent"), "{able}");
    assert!(does(&named("models/a/e"), "batchEmbedContents"));
    assert!(!named("models/auto").is_null(), "tiers can be asked for");
    for path in ["/v1beta/models/a/able", "/v1beta/models/able", "/v1beta/models/models/a/able"] {
        assert_eq!(server.get(path).ok(), able, "{path}");
    }
    let error = server.get("/v1beta/models/a/abel");
    assert_eq!((error.status, &error.json()["error"]["status"]), (404, &json!("NOT_FOUND")), "{error}");
    assert_eq!(server.get("/v1beta/models?pageToken=x").status, 400);
    assert_eq!(server.get("/v1beta/models?pageSize=x").json()["error"]["status"], "INVALID_ARGUMENT");
}

#[test]
fn a_key_comes_in_googles_header_or_in_the_address_and_goes_no_further() {
    let up = Upstream::doing([says("Hi.")]);
    let server = serving(&[up.entry("a", json!({}))], |config| {
        config.server.api_keys = vec![Secret::new("door-key-0123456789")];
    });
    let keyed = asking("m", "generateContent", json!({})).header("x-goog-api-key", "door-key-0123456789").send(&server);
    assert_eq!(told(&keyed, "generateContent")["text"], "Hi.");
    let path = "streamGenerateContent?key=door-key-0123456789&alt=sse";
    let keyed = asking("m", path, json!({})).send(&server);
    assert_eq!(told(&keyed, "streamGenerateContent?alt=sse")["text"], "Hi.");
    for wrong in ["generateContent", "generateContent?key=other", "generateContent?monkey=door-key-0123456789"] {
        let answer = asking("m", wrong, json!({})).send(&server);
        assert_eq!((answer.status, &answer.json()["error"]["status"]), (401, &json!("UNAUTHENTICATED")), "{answer}");
        assert!(!answer.text().contains("door-key"), "{answer}");
    }
    assert_eq!(up.calls(), 2);
    let seen = up.last();
    assert!(!format!("{seen:?}").contains("door-key"), "the door's key is not the provider's");
}

#[test]
fn the_stable_version_of_the_api_is_the_same() {
    let counts = json!({ "data": [{ "index": 0, "embedding": [0.5, -0.5] }], "usage": { "prompt_tokens": 1, "total_tokens": 1 } });
    let up = Upstream::doing([says("Hi."), says("Hi."), says("Hi."), answers(200, &counts), answers(200, &counts)]);
    let embeds = json!({ "models": [{ "id": "m" }, { "id": "e", "tasks": ["embedding"] }] });
    let server = serving(&[up.entry("a", embeds)], |config| {
        config.server.api_keys = vec![Secret::new("door-key-0123456789")];
    });
    let post = |path: &str, body: Value| {
        Request::new("POST", format!("/v1/models/{path}")).body("application/json", body.to_string()).send(&server)
    };
    let greeting = || json!({ "contents": [{ "role": "user", "parts": [{ "text": "Hello" }] }] });
    for method in METHODS {
        let and = if method.contains('?') { '&' } else { '?' };
        let answer = post(&format!("a/m:{method}{and}key=door-key-0123456789"), greeting());
        assert_eq!(told(&answer, method)["text"], "Hi.", "{method}");
    }
    let key = "key=door-key-0123456789";
    let counted = post(&format!("m:countTokens?{key}"), greeting()).ok();
    assert!(counted["totalTokens"].as_u64().is_some_and(|tokens| tokens > 0), "{counted}");
    let content = json!({ "content": { "parts": [{ "text": "a" }] } });
    let one = post(&format!("e:embedContent?{key}"), content.clone()).ok();
    assert_eq!(one["embedding"]["values"], json!([0.5, -0.5]));
    let batch = post(&format!("a/e:batchEmbedContents?{key}"), json!({ "requests": [content] })).ok();
    assert_eq!(batch["embeddings"][0]["values"], json!([0.5, -0.5]));
    assert_eq!(up.calls(), 5);
    let wrong = [
        (post("m:generateContent", greeting()), 401, "UNAUTHENTICATED"),
        (post(&format!("m:predict?{key}"), greeting()), 404, "NOT_FOUND"),
        (post(&format!("m?{key}"), greeting()), 400, "INVALID_ARGUMENT"),
        (post(&format!("m:generateContent?{key}"), json!({})), 400, "INVALID_ARGUMENT"),
    ];
    for (answer, status, word) in wrong {
        assert_eq!((answer.status, &answer.json()["error"]["status"]), (status, &json!(word)), "{answer}");
    }
    // What is read at the same address stays as OpenAI has it.
    let listed =
        Request::new("GET", "/v1/models/a/m").header("authorization", "Bearer door-key-0123456789").send(&server);
    assert_eq!(listed.ok()["object"], "model");
    assert_eq!(server.get("/v1/models/a/m").json()["error"]["code"], "missing_api_key");
}

#[test]
fn what_a_path_or_a_body_lacks_is_said_in_googles_shape() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let post = |path: &str, body: &str| Request::new("POST", path).body("application/json", body).send(&server);
    let rows = [
        (post("/v1beta/models/m:predict", "{}"), 404, "NOT_FOUND", "generateContent"),
        (post("/v1beta/models/m", "{}"), 400, "INVALID_ARGUMENT", "method"),
        (post("/v1beta/models/m:generateContent", "{"), 400, "INVALID_ARGUMENT", "JSON"),
        (post("/v1beta/models/m:generateContent", "{}"), 400, "INVALID_ARGUMENT", "contents"),
        (post("/v1beta/models/nothing:generateContent", r#"{"contents":"Hi"}"#), 404, "NOT_FOUND", "nothing"),
        (Request::new("DELETE", "/v1beta/models/m").send(&server), 405, "UNIMPLEMENTED", "DELETE"),
    ];
    for (answer, status, word, says) in rows {
        let error = answer.json()["error"].clone();
        assert_eq!(
            (answer.status, &error["code"], &error["status"]),
            (status, &json!(status), &json!(word)),
            "{answer}"
        );
        assert!(error["message"].as_str().unwrap().contains(says), "{says}: {answer}");
        assert!(error["details"][0]["reason"].is_string(), "{answer}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_model_of_the_vendors_that_is_not_there_is_stood_in_for() {
    let up = Upstream::doing([says("Hi.")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let answer = ask(&server, "gemini-2.5-flash", "generateContent", json!({}));
    assert_eq!(told(&answer, "generateContent")["text"], "Hi.");
    assert_eq!(answer.header("x-routed-via"), Some("a/m"));
}

#[test]
fn what_another_vendor_wants_back_comes_back_to_it() {
    let thought = json!({ "type": "thinking", "thinking": "Hm.", "signature": "EqQB+/==" });
    let content = json!([thought, { "type": "text", "text": "So." }]);
    let message = json!({ "id": "msg_up", "type": "message", "role": "assistant", "model": "claude", "content": content,
        "stop_reason": "end_turn", "stop_sequence": null, "usage": { "input_tokens": 9, "output_tokens": 2 } });
    let up = Upstream::doing([answers(200, &message)]);
    let model = json!({ "id": "claude-x-4-5", "reasoning": true });
    let fields = json!({ "dialect": "anthropic", "models": [model], "auth": { "header": "x-api-key" } });
    let server = with_providers(&[up.entry("a", fields)]);
    let first = ask(&server, "a/claude-x-4-5", "generateContent", json!({})).ok();
    let turn = first["candidates"][0]["content"].clone();
    assert_eq!((&turn["parts"][0]["thought"], &turn["parts"][1]["text"]), (&json!(true), &json!("So.")), "{first}");
    let hello = json!({ "role": "user", "parts": [{ "text": "Hello" }] });
    let contents = json!([hello, turn, { "role": "user", "parts": [{ "text": "And?" }] }]);
    ask(&server, "a/claude-x-4-5", "generateContent", json!({ "contents": contents })).ok();
    let sent = up.last().json();
    assert_eq!(sent["messages"][1]["content"][0], thought, "{sent}");
}

#[test]
fn several_replies_are_candidates() {
    let mut two = whole(&json!({ "role": "assistant", "content": "A" }), "stop");
    let mut other = two["choices"][0].clone();
    (other["index"], other["message"]["content"]) = (1.into(), "B".into());
    two["choices"].as_array_mut().unwrap().push(other);
    let up = Upstream::doing([answers(200, &two)]);
    let server = with_providers(&[up.with_model("a", json!({ "many_replies": true }))]);
    let answer = ask(&server, "m", "generateContent", json!({ "generationConfig": { "candidateCount": 2 } })).ok();
    assert_eq!(up.last().json()["n"], 2);
    let texts: Vec<&Value> =
        answer["candidates"].as_array().unwrap().iter().map(|one| &one["content"]["parts"][0]["text"]).collect();
    assert_eq!(texts, ["A", "B"]);
}
