//! Requests in the shapes that coding agents and chat pages send, composed anew: a whole working day of Claude Code's,
//! Codex's and Open WebUI's, each answered by a target of another format, with what its provider was told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_tongues::dialects;
use super::client::{Answer, Request};
use super::messages::{events, told};
use super::server::{TestServer, sample};
use super::upstream::{Act, Upstream};

/// A server whose only target speaks this dialect, thinks, sees and calls functions.
fn house(dialect: &str, model: &str, acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let base = if dialect == "gemini" { "/v1beta" } else { "/v1" };
    let tiers = json!({ "fast": 1, "standard": 1, "agentic": 1, "code": 1, "reasoning": 1 });
    let model = json!({ "id": model, "tools": true, "reasoning": true, "accepts": ["text", "image"], "tiers": tiers,
        "output_tokens": 64_000, "context_tokens": 200_000 });
    let entry = json!({ "id": "a", "dialect": dialect, "base_url": format!("http://{}{base}", up.address),
        "api_keys": [Upstream::key_of("a")], "models": [model] });
    let server = with_providers(&[entry]);
    (up, server)
}

fn acts(dialect: &str) -> [[Act; 2]; 2] {
    let found = dialects().into_iter().find(|its| its.id == dialect).expect("there is such a dialect");
    [found.hello, found.call]
}

fn dropped(answer: &Answer) -> Vec<&str> {
    answer.header("x-mediary-dropped").map(|names| names.split(", ").collect()).unwrap_or_default()
}

/// A header of a client's is for this server alone.
#[track_caller]
fn keeps_to_itself(up: &Upstream, names: &[&str]) {
    for seen in up.seen() {
        for name in names {
            assert_eq!(seen.header(name), None, "{name} went on to the provider");
        }
        assert!(seen.header("authorization").is_none_or(|value| !value.contains("of-the-client")), "a client's key");
    }
}

/// A turn of Claude Code's: the system in blocks, many tools, thoughts, results of parallel calls.
fn claude_code(messages: &Value, fields: Value) -> Request {
    let ephemeral = json!({ "type": "ephemeral" });
    let tool = |name: &str, properties: Value| {
        let schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "properties": properties, "additionalProperties": false });
        json!({ "name": name, "description": format!("{name} does what its name says.\n\nUsage:\n- with care"),
            "input_schema": schema })
    };
    let path = || json!({ "type": "string", "description": "An absolute path" });
    let tools = json!([
        tool("Bash", json!({ "command": { "type": "string" }, "timeout": { "type": "number" } })),
        tool("Read", json!({ "file_path": path(), "offset": { "type": "number" } })),
        tool(
            "TodoWrite",
            json!({ "todos": { "type": "array", "minItems": 1, "items": { "type": "object",
            "properties": { "status": { "type": "string", "enum": ["pending", "completed"] } }, "required": ["status"] } } })
        ),
        tool("mcp__tracker__list", json!({})),
    ]);
    let asked = json!({
        "model": "claude-sonnet-4-5-20250929", "max_tokens": 32_000, "stream": true, "messages": messages, "tools": tools,
        "system": [
            { "type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.0; cch=a1b2c;" },
            { "type": "text", "text": "You help with code on a command line.", "cache_control": ephemeral },
            { "type": "text", "text": "<env>\nWorking directory: /src\n</env>", "cache_control": ephemeral },
        ],
        "metadata": { "user_id": "{\"device_id\":\"d\",\"session_id\":\"s\"}" },
        "thinking": { "type": "enabled", "budget_tokens": 31_999 },
        "context_management": { "edits": [{ "type": "clear_thinking_20251015", "keep": "all" }] },
    });
    Request::new("POST", "/v1/messages?beta=true")
        .header("authorization", "Bearer of-the-client")
        .header("anthropic-version", "2023-06-01")
        .header("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27")
        .header("anthropic-dangerous-direct-browser-access", "true")
        .header("user-agent", "claude-cli/2.1.0 (external, cli)")
        .header("x-app", "cli")
        .header("x-stainless-lang", "js")
        .body("application/json", over(asked, fields).to_string())
}

#[test]
fn a_day_of_claude_code_is_answered_by_gemini() {
    let [[hello, hello_stream], [_, call_stream]] = acts("gemini");
    let (up, server) = house("gemini", "gemini-2.5-flash", [call_stream, hello_stream, hello]);
    let text = |text: &str| json!({ "type": "text", "text": text });
    let picture = json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png",
        "data": STANDARD.encode(sample("sign.png")) } });
    let asks = json!({ "role": "user", "content": [
        text("<system-reminder>\nThe day is Monday.\n</system-reminder>"), picture, text("What does the sign say?")] });
    let answer = claude_code(&json!([asks]), json!({})).send(&server);
    let first = told(&answer);
    assert_eq!(
        (&first["stop_reason"], &first["content"][0]["type"]),
        (&json!("tool_use"), &json!("tool_use")),
        "{first}"
    );

    // The call comes back as it was given, another beside it, with results of both.
    let mut call = first["content"][0].clone();
    call["name"] = "Read".into();
    let other = json!({ "type": "tool_use", "id": "toolu_other", "name": "Bash", "input": { "command": "ls" } });
    let thought = json!({ "type": "thinking", "thinking": "I look.", "signature": "EqQBof-another-vendor" });
    let result = |id: &Value, content: Value, is_error: bool| {
        json!({ "type": "tool_result", "tool_use_id": id, "content": content, "is_error": is_error,
            "cache_control": { "type": "ephemeral" } })
    };
    let results = json!([
        result(&call["id"], json!("1\tfn main() {}"), false),
        result(&other["id"], json!([text("ls: permission denied")]), true)
    ]);
    let turns = json!([asks, { "role": "assistant", "content": [thought, text("I look."), call, other] },
        { "role": "user", "content": results }]);
    let answer = claude_code(&turns, json!({})).send(&server);
    let second = told(&answer);
    assert_eq!(
        (&second["stop_reason"], &second["content"][0]["text"]),
        (&json!("end_turn"), &json!("Hello")),
        "{second}"
    );

    let sent = up.last().json();
    let system = sent["systemInstruction"].to_string();
    assert!(
        system.contains("You help with code") && system.contains("<env>") && !system.contains("billing"),
        "{system}"
    );
    let functions = sent["tools"][0]["functionDeclarations"].as_array().expect("they are a list");
    let names: Vec<_> = functions.iter().map(|one| one["name"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["Bash", "Read", "TodoWrite", "mcp__tracker__list"]);
    let steps: Vec<Value> = sent["contents"].as_array().unwrap().iter().map(|turn| turn["parts"].clone()).collect();
    assert_eq!((steps.len(), steps[0].as_array().map(Vec::len)), (3, Some(3)), "{sent}");
    assert_eq!(steps[0][1]["inlineData"]["mimeType"], "image/png");
    let made: Vec<&Value> = steps[1].as_array().unwrap().iter().filter_map(|part| part.get("functionCall")).collect();
    let came: Vec<&Value> =
        steps[2].as_array().unwrap().iter().filter_map(|part| part.get("functionResponse")).collect();
    assert_eq!((made.len(), came.len()), (2, 2), "{sent}");
    for (call, result) in made.iter().zip(&came) {
        assert_eq!((&call["id"], &call["name"]), (&result["id"], &result["name"]), "{sent}");
    }
    assert_eq!(came[1]["response"], json!({ "error": "ls: permission denied" }), "{sent}");
    assert!(came[0].to_string().contains("fn main"), "{sent}");
    assert_eq!(sent["generationConfig"]["thinkingConfig"]["thinkingBudget"], 24_576);
    assert!(!sent.to_string().contains("EqQBof") && !sent.to_string().contains("device_id"), "{sent}");
    let names = dropped(&answer);
    for name in ["messages[1].content[0]", "thinking.budget_tokens", "context_management", "metadata", "anthropic-beta"]
    {
        assert!(names.contains(&name), "{name} is not named: {names:?}");
    }

    // What goes beside it: a title by a smaller model, a probe of the quota, a count.
    let title = json!({ "model": "claude-haiku-4-5-20251001", "max_tokens": 512, "stream": false, "tools": [], "temperature": 0,
        "thinking": null, "system": [text("Give a title in a few words.")] });
    let answer = claude_code(&json!([{ "role": "user", "content": [text("Hello there")] }]), title).send(&server).ok();
    assert_eq!(answer["content"][0]["text"], "Hello", "{answer}");
    assert_eq!(up.last().json()["generationConfig"]["maxOutputTokens"], 512);
    let probe = json!({ "max_tokens": 1, "stream": false, "tools": null, "thinking": null });
    assert_eq!(claude_code(&json!([{ "role": "user", "content": "quota" }]), probe).send(&server).status, 200);
    let counted = Request::new("POST", "/v1/messages/count_tokens?beta=true")
        .body("application/json", json!({ "model": "claude-sonnet-4-5", "messages": turns }).to_string())
        .send(&server);
    assert!(counted.ok()["input_tokens"].as_u64() > Some(20), "{counted}");
    keeps_to_itself(&up, &["anthropic-beta", "x-app", "x-stainless-lang", "anthropic-dangerous-direct-browser-access"]);
}

/// A turn of Codex's: instructions, notes of a developer's, and everything so far as items.
fn codex(further: &Value) -> Request {
    let words = |role: &str, text: &str| json!({ "type": "message", "role": role, "content": [{ "type": "input_text", "text": text }] });
    let mut input = vec![
        words("developer", "<permissions>The file system is read-only.</permissions>"),
        words("user", "<environment_context>\n  <cwd>/src</cwd>\n</environment_context>"),
        words("user", "Fix the test."),
    ];
    input.extend(further.as_array().expect("they are a list").iter().cloned());
    let function = |name: &str, parameters: Value| json!({ "type": "function", "name": name, "description": format!("{name}."), "strict": false, "parameters": parameters });
    let command = json!({ "type": "object", "additionalProperties": false, "required": ["command"],
        "properties": { "command": { "type": "array", "items": { "type": "string" } } } });
    let grammar = json!({ "type": "grammar", "syntax": "lark", "definition": "start: \"*** Begin Patch\" LF" });
    let body = json!({
        "model": "m", "instructions": "You are an agent that edits code.", "input": input,
        "tools": [function("shell", command), function("update_plan", json!({ "type": "object", "properties": {} })),
            { "type": "custom", "name": "apply_patch", "description": "Edits files.", "format": grammar }],
        "tool_choice": "auto", "parallel_tool_calls": false, "reasoning": { "effort": "medium", "summary": "auto" },
        "store": false, "stream": true, "include": ["reasoning.encrypted_content"], "text": { "verbosity": "low" },
        "prompt_cache_key": "0199-of-a-session", "client_metadata": { "x-codex-installation-id": "i" },
    });
    Request::new("POST", "/v1/responses")
        .header("authorization", "Bearer of-the-client")
        .header("originator", "codex_cli_rs")
        .header("user-agent", "codex_cli_rs/0.90.0 (Linux 6.1; x86_64) unknown")
        .header("session_id", "0199-of-a-session")
        .header("openai-beta", "responses=experimental")
        .header("accept", "text/event-stream")
        .body("application/json", body.to_string())
}

/// The last event of a stream of a response, whose numbers rise.
#[track_caller]
fn completed(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")), "{answer}");
    let text = answer.text();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let all: Vec<Value> = data.map(|data| serde_json::from_str(data).expect("events are JSON")).collect();
    let numbers: Vec<_> = all.iter().filter_map(|event| event["sequence_number"].as_u64()).collect();
    assert_eq!(numbers, (0..all.len() as u64).collect::<Vec<_>>(), "{answer}");
    let last = all.last().expect("it says something").clone();
    assert_eq!(last["type"], "response.completed", "{answer}");
    last["response"].clone()
}

#[test]
fn a_turn_of_codex_is_answered_by_anthropic() {
    let [[_, hello_stream], [_, call_stream]] = acts("anthropic");
    let (up, server) = house("anthropic", "m", [call_stream, hello_stream]);
    let first = completed(&codex(&json!([])).send(&server));
    let made = &first["output"][0];
    assert_eq!((&made["type"], &made["arguments"]), (&json!("function_call"), &json!("{\"q\":1}")), "{first:#}");

    let further = json!([
        { "type": "reasoning", "summary": [{ "type": "summary_text", "text": "I look." }], "content": null,
            "encrypted_content": "gAAAA-of-another-vendor" },
        { "type": "function_call", "call_id": "call_1", "name": "shell", "arguments": "{\"command\":[\"ls\"]}" },
        { "type": "custom_tool_call", "call_id": "call_2", "name": "apply_patch", "input": "*** Begin Patch\n*** End Patch",
            "status": "completed" },
        { "type": "function_call_output", "call_id": "call_1", "output": "{\"output\":\"a.rs\",\"metadata\":{\"exit_code\":0}}" },
        { "type": "custom_tool_call_output", "call_id": "call_2", "output": "Done!" },
    ]);
    let answer = codex(&further).send(&server);
    let second = completed(&answer);
    assert_eq!(second["output"][0]["content"][0]["text"], "Hello", "{second:#}");

    let sent = up.last().json();
    let system = sent["system"].to_string();
    assert!(system.contains("edits code") && system.contains("read-only"), "{sent}");
    let names: Vec<_> = sent["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["shell", "update_plan", "apply_patch"]);
    let turns = sent["messages"].as_array().unwrap();
    let roles: Vec<_> = turns.iter().map(|turn| turn["role"].as_str().unwrap_or_default()).collect();
    assert_eq!(roles, ["user", "assistant", "user"], "{sent}");
    let of = |turn: usize, kind: &str| {
        turns[turn]["content"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|block| block["type"] == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    let (calls, results) = (of(1, "tool_use"), of(2, "tool_result"));
    assert_eq!((&calls[0]["input"], calls.len()), (&json!({ "command": ["ls"] }), 2), "{sent}");
    assert!(calls[1]["input"].to_string().contains("*** Begin Patch"), "{sent}");
    let ids = |all: &[Value], name: &str| all.iter().map(|block| block[name].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&calls, "id"), ids(&results, "tool_use_id"), "{sent}");
    assert_eq!(sent["tool_choice"]["disable_parallel_tool_use"], true, "{sent}");
    assert!(!sent.to_string().contains("gAAAA"), "{sent}");
    let names = dropped(&answer);
    assert!(names.contains(&"input[3]") && !names.contains(&"input[4]"), "{names:?}");
    keeps_to_itself(&up, &["originator", "session_id", "openai-beta"]);
}

#[test]
fn an_afternoon_of_open_webui_is_answered_by_anthropic_in_both_of_its_formats() {
    let [[hello, hello_stream], _] = acts("anthropic");
    let (up, server) = house("anthropic", "m-4-5", [hello_stream.clone(), hello, hello_stream]);
    let picture = STANDARD.encode(sample("sign.png"));
    let url = format!("data:image/png;base64,{picture}");
    let page = |path: &str, body: &Value| {
        Request::new("POST", path)
            .header("authorization", "Bearer of-the-client")
            .header("x-openwebui-user-name", "Ada")
            .header("x-openwebui-user-email", "ada@example.org")
            .header("x-openwebui-chat-id", "c1")
            .header("user-agent", "Python/3.11 aiohttp/3.13")
            .body("application/json", body.to_string())
            .send(&server)
    };
    let models = server.get("/v1/models").ok();
    assert!(models["data"].as_array().unwrap().iter().any(|model| model["id"] == "a/m-4-5"), "{models}");
    let looked = json!({ "stream": true, "model": "a/m-4-5", "stream_options": { "include_usage": true }, "messages": [
        { "role": "system", "content": "Speak plainly." },
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "Hello! What is it?" },
        { "role": "user", "content": [{ "type": "text", "text": "What does it say?" },
            { "type": "image_url", "image_url": { "url": url } }] }] });
    let answer = page("/v1/chat/completions", &looked);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")), "{answer}");
    let text = answer.text();
    assert!(text.trim_end().ends_with("data: [DONE]") && text.contains("\"prompt_tokens\":9"), "{text}");
    let sent = up.last().json();
    assert_eq!((&sent["system"][0]["text"], &sent["stream"]), (&json!("Speak plainly."), &json!(true)), "{sent}");
    assert_eq!(sent["messages"][2]["content"][1]["source"]["data"], picture.as_str());

    // The page asks for a title beside it, not as a stream.
    let task = json!({ "model": "a/m-4-5", "stream": false, "max_completion_tokens": 1000,
        "messages": [{ "role": "user", "content": "### Task:\nGive a title as JSON.\n### Chat History:\nHi" }] });
    assert_eq!(page("/v1/chat/completions", &task).ok()["choices"][0]["message"]["content"], "Hello");
    assert_eq!(up.last().json()["max_tokens"], 1000);

    // The same page set up for an Ollama.
    assert!(server.get("/api/version").ok()["version"].is_string());
    let tags = server.get("/api/tags").ok();
    assert!(tags["models"].as_array().unwrap().iter().any(|tag| tag["model"] == "a/m-4-5"), "{tags}");
    let chat = json!({ "model": "a/m-4-5:latest", "stream": true, "options": { "num_ctx": 8192, "temperature": 0.4 },
        "messages": [{ "role": "system", "content": "Speak plainly." },
            { "role": "user", "content": "What does it say?", "images": [picture] }] });
    let answer = page("/api/chat", &chat);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")), "{answer}");
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let said: String = lines.iter().filter_map(|line| line["message"]["content"].as_str()).collect();
    let last = lines.last().expect("it says something");
    assert_eq!((said.as_str(), &last["done"], &last["eval_count"]), ("Hello", &json!(true), &json!(2)), "{answer}");
    assert!(last["total_duration"].is_u64(), "{last}");
    let sent = up.last().json();
    assert_eq!(
        (&sent["temperature"], &sent["messages"][0]["content"][1]["type"]),
        (&json!(0.4), &json!("image")),
        "{sent}"
    );
    assert_eq!(dropped(&answer), ["options.num_ctx"]);
    keeps_to_itself(&up, &["x-openwebui-user-name", "x-openwebui-user-email", "x-openwebui-chat-id"]);
    assert_eq!(up.calls(), 3);
}

#[test]
fn what_breaks_off_tells_each_agent_so_in_its_own_words() {
    let broken = dialects().into_iter().find(|its| its.id == "anthropic").expect("there is one").broken;
    let (_up, server) = house("anthropic", "m", [broken]);
    let answer = claude_code(&json!([{ "role": "user", "content": "Hi" }]), json!({})).send(&server);
    let last = events(&answer).last().cloned().expect("it says something");
    assert_eq!((&last["type"], last["error"]["message"].is_string()), (&json!("error"), true), "{last}");
    let answer = codex(&json!([])).send(&server);
    let text = answer.text();
    let last = text.lines().rev().find_map(|line| line.strip_prefix("data: ")).expect("it says something");
    let last: Value = serde_json::from_str(last).expect("events are JSON");
    assert_eq!((&last["type"], &last["response"]["status"]), (&json!("response.failed"), &json!("failed")), "{last}");
}
