//! What a target was told otherwise or not at all, and what was wrong with a request: named as its client wrote it, in
//! every protocol, and seen from both sides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, fails, says};
use super::client::{Answer, Request};
use super::server::{TestServer, sample};
use super::upstream::{Act, Upstream};

/// A path, a request for it and the place in it that a test is about.
type Row = (&'static str, Value, &'static str);

fn post(server: &TestServer, path: &str, body: &Value) -> Answer {
    Request::new("POST", path).body("application/json", body.to_string()).send(server)
}

fn dropped(answer: &Answer) -> Vec<&str> {
    answer.header("x-mediary-dropped").map(|names| names.split(", ").collect()).unwrap_or_default()
}

/// The path of a request to a model, which Gemini's have in it.
fn path(path: &str, model: &str) -> String {
    path.replace("MODEL", model)
}

/// A server with one provider of this dialect and model, which does this.
fn house(dialect: &str, base: &str, model: Value, acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let entry = json!({ "id": "a", "dialect": dialect, "base_url": format!("http://{}{base}", up.address),
        "api_keys": [Upstream::key_of("a")], "models": [over(json!({ "tools": true, "reasoning": true }), model)] });
    (up, with_providers(&[entry]))
}

/// Conversations in which a model of another vendor's has thought, and where.
fn thoughtful(model: &str) -> Vec<Row> {
    let foreign = STANDARD.encode("mediary:elsewhere:U2ln");
    vec![
        (
            "/v1/chat/completions",
            json!({ "model": model, "messages": [{ "role": "user", "content": "x" },
                { "role": "assistant", "content": "y", "reasoning_content": "a quiet thought" },
                { "role": "user", "content": "z" }] }),
            "messages[1].reasoning_content",
        ),
        (
            "/v1/messages",
            json!({ "model": model, "max_tokens": 50, "system": "Be brief.", "messages": [{ "role": "user", "content": "x" },
                { "role": "assistant", "content": [
                    { "type": "thinking", "thinking": "a quiet thought", "signature": "mediary:elsewhere:U2ln" },
                    { "type": "text", "text": "y" }] },
                { "role": "user", "content": "z" }] }),
            "messages[1].content[0]",
        ),
        (
            "/v1/responses",
            json!({ "model": model, "store": false, "instructions": "Be brief.", "input": [{ "role": "user", "content": "x" },
                { "type": "reasoning", "id": "rs_1", "encrypted_content": "mediary:elsewhere:U2ln",
                    "summary": [{ "type": "summary_text", "text": "a quiet thought" }] },
                { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "y" }] },
                { "role": "user", "content": "z" }] }),
            "input[1]",
        ),
        (
            "/v1beta/models/MODEL:generateContent",
            json!({ "contents": [{ "role": "user", "parts": [{ "text": "x" }] },
                { "role": "model", "parts": [{ "text": "a quiet thought", "thought": true, "thoughtSignature": foreign },
                    { "text": "y" }] },
                { "role": "user", "parts": [{ "text": "z" }] }] }),
            "contents[1].parts[0]",
        ),
        (
            "/api/chat",
            json!({ "model": model, "stream": false, "messages": [{ "role": "user", "content": "x" },
                { "role": "assistant", "content": "y", "thinking": "a quiet thought" }, { "role": "user", "content": "z" }] }),
            "messages[1].thinking",
        ),
    ]
}

#[test]
fn thoughts_that_a_target_is_not_given_are_named_and_those_that_it_is_given_are_not() {
    let check = |what: &str, up: &Upstream, server: &TestServer, model: &str| {
        for (route, body, place) in thoughtful(model) {
            let answer = post(server, &path(route, model), &body);
            assert_eq!(answer.status, 200, "{what} {route}: {answer}");
            let sent = up.last().json().to_string();
            assert!(sent.contains('y') && sent.contains('z'), "{what} {route}: {sent}");
            let is_given = sent.contains("a quiet thought");
            assert_eq!(is_given, !dropped(&answer).contains(&place), "{what} {route}: {answer}\n{sent}");
            let gives = ["ollama", "one that wants them back", "one of which nothing is known"].contains(&what);
            assert_eq!(is_given, gives, "{what} {route}: {sent}");
            assert!(!sent.contains("U2ln"), "{what} {route}: another vendor's signature: {sent}");
        }
    };
    for dialect in dialects() {
        let (up, server) = dialect.house([dialect.hello[0].clone()]);
        check(dialect.id, &up, &server, &format!("{}/x", dialect.id));
    }
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({ "quirks": { "refuses": ["reasoning_content"] } }))]);
    check("one that is known to refuse them", &up, &server, "a/m");
    let server =
        with_providers(&[up.entry("b", json!({})), up.entry("c", json!({ "quirks": { "returns_reasoning": true } }))]);
    check("one of which nothing is known", &up, &server, "b/m");
    check("one that wants them back", &up, &server, "c/m");
}

#[test]
fn a_server_that_turns_out_to_refuse_thoughts_is_not_given_them_again() {
    let refuses = fails(400, "property 'messages.1.assistant.reasoning_content' is unsupported", None);
    let up = Upstream::doing([refuses, says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let (route, body, place) = thoughtful("a/m").swap_remove(0);
    for calls in [2, 3] {
        let answer = post(&server, route, &body);
        assert_eq!((answer.said(), up.calls()), ("Hello".to_owned(), calls), "{answer}");
        assert_eq!(dropped(&answer), [place], "{answer}");
        assert!(!up.last().json().to_string().contains("a quiet thought"));
    }
    let first = up.seen()[0].json();
    assert_eq!(first["messages"][1]["reasoning_content"], "a quiet thought");
}

#[test]
fn signed_thoughts_go_back_to_their_vendor_and_are_not_named() {
    let signed = |maker: &str| {
        let told = format!("mediary:{maker}:EqQB");
        let thought = json!({ "type": "reasoning", "encrypted_content": told, "summary": [{ "type": "summary_text", "text": "Hm." }] });
        let said =
            json!({ "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "y" }] });
        json!([{ "role": "user", "content": "x" }, thought, said, { "role": "user", "content": "z" }])
    };
    for dialect in dialects().into_iter().filter(|dialect| ["anthropic", "gemini", "responses"].contains(&dialect.id)) {
        let maker = if dialect.id == "responses" { "openai-responses" } else { dialect.id };
        let (up, server) = dialect.house([dialect.hello[0].clone()]);
        let body = dialect.asked(json!({ "store": false, "input": signed(maker) }));
        let answer = post(&server, "/v1/responses", &body);
        assert_eq!((answer.status, dropped(&answer)), (200, Vec::new()), "{}: {answer}", dialect.id);
        let sent = up.last().json().to_string();
        assert!(sent.contains("EqQB") && !sent.contains("mediary:"), "{}: {sent}", dialect.id);
    }
    // Of two, only that is named which nothing came of in cipher.
    let (up, server) = house("responses", "/v1", json!({ "id": "m" }), [dialects()[4].hello[0].clone()]);
    let mut input = signed("openai-responses");
    input
        .as_array_mut()
        .unwrap()
        .insert(1, json!({ "type": "reasoning", "summary": [{ "type": "summary_text", "text": "So." }] }));
    let answer = post(&server, "/v1/responses", &json!({ "model": "m", "store": false, "input": input }));
    assert_eq!((answer.status, dropped(&answer)), (200, vec!["input[1]"]), "{answer}");
    let sent = up.last().json();
    assert_eq!(
        (&sent["input"][1]["encrypted_content"], &sent["input"][2]["role"]),
        (&json!("EqQB"), &json!("assistant"))
    );
}

#[test]
fn tokens_granted_for_thinking_and_lengths_go_out_as_they_were_said_or_are_named() {
    let hello = |at: usize| dialects()[at].hello[0].clone();
    let gemini = || house("gemini", "/v1beta", json!({ "id": "gemini-2.5-flash" }), [hello(0)]);
    let claude = |id: &str| house("anthropic", "/v1", json!({ "id": id, "output_tokens": 8192 }), [hello(1)]);
    let openai = || house("openai", "/v1", json!({ "id": "m" }), [says("Hello")]);
    let messages = |fields: Value| {
        let asked = json!({ "model": "auto", "max_tokens": 6000, "messages": [{ "role": "user", "content": "x" }] });
        ("/v1/messages", over(asked, fields))
    };
    let granted = |tokens: u32| json!({ "thinking": { "type": "enabled", "budget_tokens": tokens } });
    let google = |config: Value| {
        let contents = json!([{ "role": "user", "parts": [{ "text": "x" }] }]);
        ("/v1beta/models/auto:generateContent", json!({ "contents": contents, "generationConfig": config }))
    };
    let thinks = |tokens: u32| json!({ "thinkingConfig": { "thinkingBudget": tokens } });
    let budget = "generationConfig.thinkingConfig.thinkingBudget";
    let long = json!({ "model": "auto", "store": false, "input": "x", "max_output_tokens": 9000 });
    let rows = [
        (gemini(), messages(granted(5000)), "/generationConfig/thinkingConfig/thinkingBudget", json!(5000), vec![]),
        (claude("claude-x-4-5"), google(thinks(5000)), "/thinking/budget_tokens", json!(5000), vec![]),
        (claude("claude-x-4-5"), google(thinks(300)), "/thinking/budget_tokens", json!(1024), vec![budget]),
        (claude("claude-x-4-5"), messages(granted(5000)), "/thinking/budget_tokens", json!(5000), vec![]),
        (
            claude("claude-x-4-8"),
            messages(granted(5000)),
            "/thinking/type",
            json!("adaptive"),
            vec!["thinking.budget_tokens"],
        ),
        (openai(), messages(granted(5000)), "/reasoning_effort", json!("medium"), vec!["thinking.budget_tokens"]),
        (openai(), google(thinks(20_000)), "/reasoning_effort", json!("high"), vec![budget]),
        (claude("claude-x-4-5"), messages(json!({ "max_tokens": 8192 })), "/max_tokens", json!(8192), vec![]),
        (
            claude("claude-x-4-5"),
            messages(json!({ "max_tokens": 9000 })),
            "/max_tokens",
            json!(8192),
            vec!["max_tokens"],
        ),
        (claude("claude-x-4-5"), ("/v1/responses", long), "/max_tokens", json!(8192), vec!["max_output_tokens"]),
        (
            claude("claude-x-4-5"),
            messages(over(granted(8500), json!({ "max_tokens": 9000 }))),
            "/thinking/budget_tokens",
            json!(8191),
            vec!["max_tokens", "thinking.budget_tokens"],
        ),
    ];
    for (at, ((up, server), (route, body), pointer, expected, named)) in rows.into_iter().enumerate() {
        let answer = post(&server, route, &body);
        assert_eq!(answer.status, 200, "row {at}: {answer}");
        let sent = up.last().json();
        assert_eq!(sent.pointer(pointer), Some(&expected), "row {at}: {sent}");
        assert_eq!(dropped(&answer), named, "row {at}: {sent}");
    }
    let (up, server) = claude("claude-x-4-5");
    let (route, body) = messages(json!({ "max_tokens": 9000 }));
    let longer = Request::new("POST", route).header("anthropic-beta", "output-128k-2025-02-19");
    let answer = longer.body("application/json", body.to_string()).send(&server);
    assert_eq!((up.last().json()["max_tokens"].clone(), dropped(&answer)), (json!(9000), Vec::new()), "{answer}");
}

#[test]
fn a_target_that_pauses_has_ended_its_answer_for_a_reason_that_is_named() {
    let usage = json!({ "input_tokens": 9, "output_tokens": 2 });
    let whole = answers(
        200,
        &json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "x", "usage": usage,
        "content": [{ "type": "text", "text": "Hel" }], "stop_reason": "pause_turn", "stop_sequence": null }),
    );
    let events = [
        json!({ "type": "message_start", "message": { "id": "msg_1", "type": "message", "role": "assistant", "model": "x",
            "content": [], "usage": usage } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Hel" } }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "pause_turn" }, "usage": { "output_tokens": 2 } }),
        json!({ "type": "message_stop" }),
    ];
    let body = events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()));
    let headers = vec![("content-type", "text/event-stream".to_owned())];
    let stream = Act::Answer { status: 200, headers, body: body.collect() };
    let (up, server) = house("anthropic", "/v1", json!({ "id": "m" }), [whole, stream]);
    let ask = |route: &str, body: Value| {
        let answer = post(&server, route, &body);
        assert_eq!(answer.status, 200, "{route}: {answer}");
        assert!(answer.text().contains("Hel"), "{route}: {answer}");
        answer.text().to_owned()
    };
    let said = json!([{ "role": "user", "content": "x" }]);
    let contents = json!({ "contents": [{ "role": "user", "parts": [{ "text": "x" }] }] });
    let rows = [
        (
            "/v1/chat/completions",
            "/v1/chat/completions",
            json!({ "model": "m", "messages": said }),
            vec![r#""finish_reason":"length""#, r#""native_finish_reason":"pause_turn""#],
        ),
        (
            "/v1/responses",
            "/v1/responses",
            json!({ "model": "m", "input": "x", "store": false }),
            vec![r#""incomplete_details":{"reason":"pause_turn"}"#, r#""status":"incomplete""#],
        ),
        (
            "/v1beta/models/m:generateContent",
            "/v1beta/models/m:streamGenerateContent?alt=sse",
            contents,
            vec![r#""finishReason":"OTHER""#, r#""finishMessage":"pause_turn"#],
        ),
        ("/api/chat", "/api/chat", json!({ "model": "m", "messages": said }), vec![r#""done_reason":"pause_turn""#]),
        (
            "/v1/messages",
            "/v1/messages",
            json!({ "model": "m", "max_tokens": 50, "messages": said }),
            vec![r#""stop_reason":"pause_turn""#],
        ),
    ];
    // The provider answers whole once, and with a stream from then on.
    let first = ask("/api/chat", json!({ "model": "m", "messages": said, "stream": false }));
    assert!(first.contains(r#""done_reason":"pause_turn""#), "{first}");
    for (_, route, body, expected) in &rows {
        let told = ask(route, over(body.clone(), json!({ "stream": true })));
        for words in expected {
            assert!(told.contains(words), "{route}: {words} is not in {told}");
        }
    }
    assert_eq!(up.calls(), 6);
    for (route, _, body, expected) in rows {
        let whole = answers(
            200,
            &json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "x",
            "content": [{ "type": "text", "text": "Hel" }], "stop_reason": "pause_turn", "usage": usage }),
        );
        let (_up, server) = house("anthropic", "/v1", json!({ "id": "m" }), [whole]);
        let told = post(&server, route, &over(body, json!({ "stream": false })));
        let told = told.json().to_string();
        for words in expected {
            assert!(told.contains(words), "{route}: {words} is not in {told}");
        }
    }
}

#[test]
fn a_result_that_failed_says_so_whatever_its_call_was_signed_with() {
    let turns = |id: &str| {
        json!([{ "role": "user", "content": "x" },
            { "role": "assistant", "content": [{ "type": "tool_use", "id": id, "name": "f", "input": {} }] },
            { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": id, "is_error": true,
                "content": [{ "type": "text", "text": "no such file" }] }] }])
    };
    let tools = json!([{ "name": "f", "input_schema": { "type": "object" } }]);
    let (up, server) = house("anthropic", "/v1", json!({ "id": "m" }), [dialects()[1].hello[0].clone()]);
    for id in ["toolu_1", "toolu_1__signed_U2ln"] {
        let asked = json!({ "model": "m", "max_tokens": 50, "tools": tools, "messages": turns(id) });
        assert_eq!(post(&server, "/v1/messages", &asked).status, 200);
        let sent = up.last().json();
        let result = &sent["messages"][2]["content"][0];
        assert_eq!((&result["is_error"], &result["tool_use_id"]), (&json!(true), &json!("toolu_1")), "{sent}");
        assert_eq!(result["content"], json!([{ "type": "text", "text": "no such file" }]), "{sent}");
    }
    // Google's clients say it in the result itself.
    let answered = json!({ "functionResponse": { "name": "f", "response": { "error": "no such file" } } });
    let contents = json!([{ "role": "user", "parts": [{ "text": "x" }] },
        { "role": "model", "parts": [{ "functionCall": { "name": "f", "args": {} } }] }, { "role": "user", "parts": [answered] }]);
    let asked = json!({ "contents": contents, "tools": [{ "functionDeclarations": [{ "name": "f" }] }] });
    assert_eq!(post(&server, "/v1beta/models/m:generateContent", &asked).status, 200);
    let sent = up.last().json();
    let result = &sent["messages"][2]["content"][0];
    assert_eq!((&result["is_error"], &result["content"][0]["text"]), (&json!(true), &json!("no such file")), "{sent}");

    let (up, server) = house("openai", "/v1", json!({ "id": "m" }), [says("Hello")]);
    let asked = json!({ "model": "m", "max_tokens": 50, "tools": tools, "messages": turns("toolu_1__signed_U2ln") });
    assert_eq!(post(&server, "/v1/messages", &asked).status, 200);
    let told = up.last().json()["messages"][2]["content"].to_string();
    assert!(told.contains("The call failed.") && told.contains("no such file"), "{told}");
}

/// Requests with a picture, and where it stands.
fn with_picture() -> Vec<Row> {
    let picture = STANDARD.encode(sample("sign.png"));
    let url = format!("data:image/png;base64,{picture}");
    let source = json!({ "type": "base64", "media_type": "image/png", "data": picture });
    vec![
        (
            "/v1/chat/completions",
            json!({ "model": "m", "messages": [{ "role": "system", "content": "s" }, { "role": "user", "content": [
                { "type": "text", "text": "x" }, { "type": "image_url", "image_url": { "url": url } }] }] }),
            "messages[1].content[1]",
        ),
        (
            "/v1/messages",
            json!({ "model": "m", "max_tokens": 50, "system": "s", "messages": [{ "role": "user", "content": [
                { "type": "text", "text": "x" }, { "type": "image", "source": source }] }] }),
            "messages[0].content[1]",
        ),
        (
            "/v1/responses",
            json!({ "model": "m", "store": false, "instructions": "s", "input": [{ "role": "user", "content": [
                { "type": "input_text", "text": "x" }, { "type": "input_image", "image_url": url }] }] }),
            "input[0].content[1]",
        ),
        (
            "/v1beta/models/m:generateContent",
            json!({ "systemInstruction": { "parts": [{ "text": "s" }] }, "contents": [{ "role": "user", "parts": [
                { "text": "x" }, { "inlineData": { "mimeType": "image/png", "data": picture } }] }] }),
            "contents[0].parts[1]",
        ),
        (
            "/api/chat",
            json!({ "model": "m", "stream": false, "messages": [{ "role": "user", "content": "x", "images": [picture] }] }),
            "messages[0].images[0]",
        ),
        (
            "/api/generate",
            json!({ "model": "m", "stream": false, "system": "s", "prompt": "x", "images": [picture] }),
            "images[0]",
        ),
    ]
}

#[test]
fn a_part_that_no_target_takes_is_named_as_its_client_wrote_it() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    for (route, body, place) in with_picture() {
        let strict = Request::new("POST", route).header("x-mediary-strict", "true");
        let answer = strict.body("application/json", body.to_string()).send(&server);
        assert_eq!(answer.status, 422, "{route}: {answer}");
        let told = answer.text();
        assert!(told.contains(&format!("can be given {place}")), "{route}: {place} is not in {told}");
        let others = ["messages[0].content[1]", "messages[1].content[1]"];
        assert!(others.iter().all(|other| *other == place || !told.contains(other)), "{route}: {told}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn wishes_that_no_target_honours_are_named_in_their_clients_words() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.entry("a", json!({ "models": [{ "id": "m", "context_tokens": 2000 }] }))]);
    let contents = |text: &str| json!([{ "role": "user", "parts": [{ "text": text }] }]);
    let long = "word ".repeat(9000);
    let several = json!({ "contents": contents("x"), "generationConfig": { "candidateCount": 2 } });
    let answer = post(&server, "/v1beta/models/m:generateContent", &several);
    assert_eq!(answer.status, 422, "{answer}");
    assert!(answer.text().contains("cannot honour generationConfig.candidateCount."), "{answer}");
    assert!(answer.text().contains(r#""field":"generationConfig.candidateCount""#), "{answer}");
    let answer = post(&server, "/v1beta/models/m:generateContent", &json!({ "contents": contents(&long) }));
    assert!(answer.status == 400 && answer.text().contains(r#""field":"contents""#), "{answer}");
    let answer = post(&server, "/v1/responses", &json!({ "model": "m", "store": false, "input": long }));
    answer.refused(400, "context_length_exceeded", "tokens");
    assert_eq!(answer.json()["error"]["param"], "input", "{answer}");

    // And what is left out.
    let (up, server) = house("mistral", "/v1", json!({ "id": "m" }), [dialects()[3].hello[0].clone()]);
    let asked = json!({ "contents": contents("x"), "generationConfig": { "topK": 3, "temperature": 0.5 } });
    let answer = post(&server, "/v1beta/models/m:generateContent", &asked);
    assert_eq!(dropped(&answer), ["generationConfig.topK"], "{answer}");
    assert_eq!(up.last().json().get("top_k"), None);
    let asked = json!({ "model": "m", "stream": false, "messages": [{ "role": "user", "content": "x" }], "options": { "top_k": 3 } });
    assert_eq!(dropped(&post(&server, "/api/chat", &asked)), ["options.top_k"]);
}

#[test]
fn what_is_answered_in_the_background_is_checked_while_its_client_listens() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("never")]);
    let model = up.with_model("a", json!({ "context_tokens": 8_000 }));
    let server = serving(&[model], |config| config.store.dir = Some(folder.path().join("store")));
    let ask = |fields: Value| {
        let asked = json!({ "model": "m", "input": "x", "background": true });
        post(&server, "/v1/responses", &over(asked, fields))
    };
    for stream in [false, true] {
        ask(json!({ "model": "gpt-unknown", "stream": stream })).refused(404, "model_not_found", "gpt-unknown");
        ask(json!({ "tools": [{ "type": "web_search" }], "stream": stream })).refused(
            400,
            "unsupported_tool",
            "web_search",
        );
        ask(json!({ "input": "word ".repeat(9_000), "stream": stream })).refused(
            400,
            "context_length_exceeded",
            "tokens",
        );
    }
    assert_eq!(up.calls(), 0);
    assert_eq!(ask(json!({})).ok()["status"], "queued");
}

#[test]
fn a_request_that_says_nothing_is_refused_and_ollamas_loads_a_model_that_is_there() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    for input in [json!([]), json!(""), json!([{ "role": "user", "content": "" }]), json!(null)] {
        let asked = json!({ "model": "m", "store": false, "instructions": "Be brief.", "input": input });
        let answer = post(&server, "/v1/responses", &asked);
        answer.refused(400, "invalid_request", "`input` is");
        assert_eq!(answer.json()["error"]["param"], "input", "{answer}");
    }
    for content in [json!(""), json!([{ "type": "text", "text": "" }])] {
        let said = json!([{ "role": "user", "content": content }]);
        let answer =
            post(&server, "/v1/messages", &json!({ "model": "m", "max_tokens": 50, "system": "s", "messages": said }));
        assert_eq!(
            (answer.status, &answer.json()["error"]["type"]),
            (400, &json!("invalid_request_error")),
            "{answer}"
        );
    }
    for contents in [json!([]), json!([{ "parts": [{}] }]), json!([{ "role": "user", "parts": [{ "text": "" }] }])] {
        let answer = post(&server, "/v1beta/models/m:generateContent", &json!({ "contents": contents }));
        assert!(answer.status == 400 && answer.text().contains("`contents` is empty"), "{answer}");
    }
    for body in [json!({ "model": "nope" }), json!({ "model": "nope", "messages": [] })] {
        let answer = post(&server, "/api/chat", &body);
        assert_eq!(answer.status, 404, "{answer}");
        assert!(answer.json()["error"].as_str().is_some_and(|told| told.contains("`nope`")), "{answer}");
        assert_eq!(post(&server, "/api/generate", &body).status, 404);
    }
    for body in [json!({ "model": "m" }), json!({ "model": "m", "messages": [] }), json!({ "model": "m:latest" })] {
        let loaded = post(&server, "/api/chat", &body).ok();
        assert_eq!((&loaded["done_reason"], &loaded["message"]["content"]), (&json!("load"), &json!("")), "{loaded}");
    }
    let unloaded = post(&server, "/api/generate", &json!({ "model": "m", "keep_alive": 0 })).ok();
    assert_eq!((&unloaded["done_reason"], &unloaded["response"]), (&json!("unload"), &json!("")), "{unloaded}");
    assert_eq!(up.calls(), 0, "nothing is loaded before it is needed");
}
