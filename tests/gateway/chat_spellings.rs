//! Requests as older and odder clients write them: packed, marked, with a slash too many, in the words of before there
//! were tools. And conversations in an order or with names that a provider would refuse.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, chunk, done, opening, says, usage, whole};
use super::client::Request;
use super::server::sample;
use super::upstream::{Act, Upstream};

#[test]
fn half_a_character_becomes_the_mark_for_what_is_lost_wherever_it_stands() {
    let up = Upstream::doing([says("Hi")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let body = r#"{ "model": "m", "user": "a\ud83db", "odd": { "k\uDE00": ["\ud83d", "\ud83d\ude00"] }, "messages": [
        { "role": "user", "name": "n\ud83d", "content": "cut \ud83d, whole \uD83D\uDE00, written \\ud83d" } ] }"#;
    let packed = {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(body.as_bytes()).expect("memory takes it");
        out.finish().expect("memory takes it")
    };
    let post = |body: Vec<u8>| Request::new("POST", "/v1/chat/completions").body("application/json", body);
    for request in [post(body.as_bytes().to_vec()), post(packed).header("content-encoding", "gzip")] {
        assert_eq!(request.send(&server).said(), "Hi");
        let sent = up.last().json();
        assert_eq!(sent["messages"][0]["content"], "cut \u{fffd}, whole 😀, written \\ud83d");
        assert_eq!((&sent["messages"][0]["name"], &sent["user"]), (&json!("n\u{fffd}"), &json!("a\u{fffd}b")));
        assert_eq!(sent["odd"], json!({ "k\u{fffd}": ["\u{fffd}", "😀"] }));
    }
}

#[test]
fn bodies_are_read_packed_and_with_a_byte_order_mark_and_routes_with_a_slash() {
    let up = Upstream::doing([says("Hi")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    let packed = {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(body.as_bytes()).expect("memory takes it");
        out.finish().expect("memory takes it")
    };
    let post = |path: &'static str, body: Vec<u8>| Request::new("POST", path).body("application/json", body);
    let marked = [b"\xef\xbb\xbf", body.as_bytes()].concat();
    let path = "/v1/chat/completions";
    for request in [
        post(path, packed.clone()).header("content-encoding", "gzip"),
        post(path, packed).header("content-encoding", "GZIP"),
        post(path, marked),
        post("/v1/chat/completions/", body.clone().into_bytes()),
    ] {
        assert_eq!(request.send(&server).said(), "Hi");
        assert_eq!(up.last().json()["messages"][0]["content"], "Hello");
    }
    let unknown = post(path, body.into_bytes()).header("content-encoding", "br").send(&server);
    unknown.refused(415, "unsupported_encoding", "gzip");
    // Documents come in such bodies too.
    let body = json!({ "file_data": STANDARD.encode(sample("sign.png")), "output": "text" }).to_string();
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(body.as_bytes()).expect("memory takes it");
    let read = post("/v1/ocr/process", out.finish().expect("memory takes it")).header("content-encoding", "gzip");
    assert!(read.send(&server).ok()["content"].as_str().is_some_and(|text| text.contains("Platform 9")));
    let models = Request::new("GET", "/v1/models/").send(&server).ok();
    assert!(models["data"].as_array().expect("a list").iter().all(|model| model["type"] == "base"));
    let capable = |model: &&Value| model["capabilities"]["completion_chat"] == true;
    assert!(models["data"].as_array().expect("a list").iter().filter(capable).count() > 1);
}

#[test]
fn functions_of_before_there_were_tools_are_answered_in_their_own_words() {
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{\"q\":1}" } });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let piece = over(call.clone(), json!({ "index": 0 }));
    let streamed = [opening(), chunk(&json!({ "tool_calls": [piece] }), None), chunk(&json!({}), Some("tool_calls"))];
    let streamed = Act::Stream(streamed.into_iter().chain([usage(), done()]).collect());
    let up = Upstream::doing([answers(200, &whole(&message, "tool_calls")), streamed]);
    let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);
    let asked = json!({
        "messages": [
            { "role": "user", "content": "Hello" },
            { "role": "assistant", "content": null, "function_call": { "name": "f", "arguments": "{}" } },
            { "role": "function", "name": "f", "content": "42" },
        ],
        "functions": [{ "name": "f", "parameters": { "type": "object" } }],
    });
    let answer = server.chat(asked.clone());
    let choice = &answer.ok()["choices"][0];
    assert_eq!(choice["message"]["function_call"], json!({ "name": "f", "arguments": "{\"q\":1}" }), "{answer}");
    assert_eq!((choice["message"].get("tool_calls"), &choice["finish_reason"]), (None, &json!("function_call")));
    let sent = up.last().json();
    assert_eq!(sent["tools"][0]["function"]["name"], "f");
    assert_eq!(sent["messages"][1]["tool_calls"][0]["id"], sent["messages"][2]["tool_call_id"]);
    assert!(sent["messages"][2]["tool_call_id"].as_str().is_some_and(|id| !id.is_empty()), "{sent}");

    let answer = server.chat(over(asked, json!({ "stream": true })));
    let chunks = answer.chunks();
    let delta = |chunk: &Value| chunk["choices"][0]["delta"].clone();
    let calls: Vec<Value> = chunks.iter().map(|chunk| delta(chunk)["function_call"].clone()).collect();
    assert!(calls.contains(&json!({ "name": "f", "arguments": "{\"q\":1}" })), "{answer}");
    assert!(chunks.iter().all(|chunk| delta(chunk).get("tool_calls").is_none()), "{answer}");
    assert!(chunks.iter().any(|chunk| chunk["choices"][0]["finish_reason"] == "function_call"), "{answer}");
}

#[test]
fn conversations_reach_mistral_in_an_order_it_takes() {
    let dialects = dialects();
    let mistral = dialects.iter().find(|dialect| dialect.id == "mistral").expect("it is one of them");
    let (up, server) = mistral.house(mistral.hello.clone());
    let answer = server.chat(mistral.asked(json!({
        "messages": [
            { "role": "user", "content": "a" },
            { "role": "assistant", "content": "" },
            { "role": "system", "content": "Be brief." },
            { "role": "assistant", "content": null, "tool_calls": [
                { "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } },
            ] },
            { "role": "tool", "tool_call_id": "c", "content": "42" },
            { "role": "user", "content": "b" },
        ],
        "tools": [{ "type": "function", "function": { "name": "f" } }],
    })));
    assert_eq!(answer.said(), "Hello", "{answer}");
    let sent = up.last().json();
    let roles: Vec<&str> =
        sent["messages"].as_array().expect("a list").iter().filter_map(|m| m["role"].as_str()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "assistant", "user"], "{sent}");
    assert_eq!(answer.header("x-mediary-dropped"), Some("messages[2].order, messages[1], messages[5].order"));
}

#[test]
fn names_that_gemini_refuses_go_out_changed_and_come_back_as_they_were() {
    let dialects = dialects();
    let gemini = dialects.iter().find(|dialect| dialect.id == "gemini").expect("it is one of them");
    let said = json!({ "candidates": [{ "index": 0, "finishReason": "STOP", "content": { "role": "model", "parts": [
        { "functionCall": { "name": "_3d_render", "args": { "q": 1 } } },
    ] } }], "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 2 } });
    let (up, server) = gemini.house([answers(200, &said)]);
    let tools = json!([{ "type": "function", "function": { "name": "3d/render" } }]);
    let answer = server.chat(gemini.asked(json!({ "tools": tools })));
    assert_eq!(up.last().json()["tools"][0]["functionDeclarations"][0]["name"], "_3d_render");
    let call = &answer.ok()["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call["name"], "3d/render", "{answer}");
}

#[test]
fn an_only_message_that_is_empty_is_answered_by_every_dialect() {
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.hello.clone());
        let answer = server.chat(dialect.asked(json!({ "messages": [{ "role": "user", "content": "" }] })));
        assert_eq!(answer.said(), "Hello", "{}: {answer}", dialect.id);
        let sent = up.last().json();
        let turns = ["messages", "contents", "input"].iter().find_map(|name| sent.get(name)?.as_array());
        assert!(turns.is_some_and(|turns| !turns.is_empty()), "{}: {sent}", dialect.id);
    }
}

#[test]
fn tools_that_take_free_text_reach_every_target_as_functions_and_come_back_as_they_were() {
    let input = "SELECT 'a\u{e9}'\nFROM b";
    let arguments = json!({ "input": input }).to_string();
    let (head, tail) = arguments.split_at(9);
    let call = json!({ "id": "c", "type": "function", "function": { "name": "sql", "arguments": arguments } });
    let first = json!({ "index": 0, "id": "c", "type": "function", "function": { "name": "sql", "arguments": head } });
    let rest = json!({ "index": 0, "function": { "arguments": tail } });
    let stream = [
        opening(),
        chunk(&json!({ "tool_calls": [first] }), None),
        chunk(&json!({ "tool_calls": [rest] }), None),
        chunk(&json!({}), Some("tool_calls")),
    ];
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let streamed = Act::Stream(stream.into_iter().chain([done()]).collect());
    let up = Upstream::doing([answers(200, &whole(&message, "tool_calls")), streamed, says("Two rows")]);
    let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);
    let tool =
        json!({ "type": "custom", "custom": { "name": "sql", "description": "Ask", "format": { "type": "text" } } });
    let choice = json!({ "type": "custom", "custom": { "name": "sql" } });
    let asked = json!({ "tools": [tool], "tool_choice": choice });
    let answer = server.chat(asked.clone());
    let expected = json!({ "id": "c", "type": "custom", "custom": { "name": "sql", "input": input } });
    assert_eq!(answer.json()["choices"][0]["message"]["tool_calls"][0], expected);
    let sent = up.last().json();
    assert_eq!((&sent["tools"][0]["type"], &sent["tools"][0]["function"]["name"]), (&json!("function"), &json!("sql")));
    assert_eq!(sent["tool_choice"]["function"]["name"], "sql");
    let chunks = server.chat(over(asked.clone(), json!({ "stream": true }))).chunks();
    let calls: Vec<Value> = chunks
        .iter()
        .map(|chunk| chunk["choices"][0]["delta"]["tool_calls"][0].clone())
        .filter(Value::is_object)
        .collect();
    assert_eq!((&calls[0]["type"], &calls[0]["custom"]["name"]), (&json!("custom"), &json!("sql")));
    assert_eq!((calls.len(), &calls[1]["custom"]["input"]), (2, &json!(input)));
    // The next turn brings the call back.
    let history = json!([{ "role": "user", "content": "Ask" }, { "role": "assistant", "tool_calls": [expected] },
        { "role": "tool", "tool_call_id": "c", "content": "2" }]);
    assert_eq!(
        server.chat(over(asked.clone(), json!({ "messages": history, "tool_choice": "auto" }))).said(),
        "Two rows"
    );
    let called = up.last().json()["messages"][1]["tool_calls"][0]["function"].clone();
    assert_eq!(called, json!({ "name": "sql", "arguments": arguments }));
    let grammar = json!({ "type": "custom", "custom": { "name": "g", "format": { "type": "grammar" } } });
    let answer = server.chat(json!({ "tools": [grammar] }));
    answer.refused(422, "no_target", "cannot honour tools.custom.format");
    let answer =
        server.chat(json!({ "tools": [{ "type": "custom", "custom": { "name": "g", "format": { "type": "x" } } }] }));
    answer.refused(400, "invalid_request", "`x` is no format of an input");
}

#[test]
fn tools_for_free_text_go_as_they_are_where_they_are_known() {
    let input = "SELECT \"a\"\nFROM t";
    let call = json!({ "id": "c", "type": "custom", "custom": { "name": "sql", "input": input } });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let piece = |call: Value| chunk(&json!({ "tool_calls": [over(json!({ "index": 0 }), call)] }), None);
    let stream = [
        opening(),
        piece(json!({ "id": "c", "type": "custom", "custom": { "name": "sql", "input": "" } })),
        piece(json!({ "custom": { "input": "SELECT \"a\"" } })),
        piece(json!({ "custom": { "input": "\nFROM t" } })),
        chunk(&json!({}), Some("tool_calls")),
        done(),
    ];
    let up =
        Upstream::doing([answers(200, &whole(&message, "tool_calls")), Act::Stream(stream.into()), says("Two rows")]);
    let other = Upstream::doing([says("From b")]);
    let able = json!({ "tools": true, "custom_tools": true });
    let server = with_providers(&[other.with_model("b", json!({ "tools": true })), up.with_model("a", able)]);
    let syntax = json!({ "type": "grammar", "grammar": { "syntax": "lark", "definition": "start: /.+/" } });
    let tool = json!({ "type": "custom", "custom": { "name": "sql", "description": "Ask", "format": syntax } });
    let choice = json!({ "type": "custom", "custom": { "name": "sql" } });
    let asked = json!({ "tools": [tool], "tool_choice": choice });
    let answer = server.chat(asked.clone());
    assert_eq!(answer.header("x-routed-via"), Some("a/m"), "only it holds to a grammar: {answer}");
    assert_eq!(answer.json()["choices"][0]["message"]["tool_calls"], json!([call]));
    let sent = up.last().json();
    assert_eq!((&sent["tools"], &sent["tool_choice"]), (&asked["tools"], &choice));
    let chunks = server.chat(over(asked.clone(), json!({ "stream": true }))).chunks();
    let inputs = chunks.iter().filter_map(|chunk| {
        chunk["choices"][0]["delta"]["tool_calls"][0]["custom"]["input"].as_str().map(str::to_owned)
    });
    assert_eq!(inputs.collect::<String>(), input);
    assert_eq!(chunks.last().expect("there are some")["choices"][0]["finish_reason"], "tool_calls");
    let history = json!([{ "role": "user", "content": "Ask" }, { "role": "assistant", "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "c", "content": "2" }]);
    let last = server.chat(over(asked, json!({ "messages": history, "tool_choice": "auto" })));
    assert_eq!((last.said().as_str(), other.calls()), ("Two rows", 0));
    assert_eq!(up.last().json()["messages"][1]["tool_calls"], json!([call]));

    // In the newer format it is the same tool; where it is not known, words have to do, and that is named.
    let tool = json!({ "type": "custom", "name": "sql", "format":
        { "type": "grammar", "syntax": "lark", "definition": "start: /.+/" } });
    for (model, named) in [("a/m", None), ("b/m", Some("tools[0].format"))] {
        let body = json!({ "model": model, "input": "Ask", "tools": [tool] });
        let answer = Request::new("POST", "/v1/responses").body("application/json", body.to_string()).send(&server);
        assert_eq!((answer.status, answer.header("x-mediary-dropped")), (200, named), "{answer}");
    }
    let (known, unknown) = (up.last().json()["tools"][0].clone(), other.last().json()["tools"][0].clone());
    assert_eq!(known["custom"], json!({ "name": "sql", "format": syntax }));
    assert!(unknown["function"]["description"].as_str().is_some_and(|text| text.contains("lark grammar")), "{unknown}");
}

#[test]
fn names_that_anthropic_refuses_go_out_changed_and_come_back_as_they_were() {
    let dialects = dialects();
    let anthropic = dialects.iter().find(|dialect| dialect.id == "anthropic").expect("it is one of them");
    let used = json!([{ "type": "tool_use", "id": "t", "name": "mcp_files_read_all", "input": { "q": 1 } }]);
    let said = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "x", "content": used,
        "stop_reason": "tool_use", "stop_sequence": null, "usage": { "input_tokens": 9, "output_tokens": 2 } });
    let (up, server) = anthropic.house([answers(200, &said)]);
    let name = "mcp.files read:all";
    let call = json!({ "id": "c", "type": "function", "function": { "name": name, "arguments": "{}" } });
    let answer = server.chat(anthropic.asked(json!({
        "tools": [{ "type": "function", "function": { "name": name } }],
        "tool_choice": { "type": "function", "function": { "name": name } },
        "messages": [
            { "role": "user", "content": "Read." },
            { "role": "assistant", "content": null, "tool_calls": [call] },
            { "role": "tool", "tool_call_id": "c", "content": "42" },
        ],
    })));
    let sent = up.last().json();
    for place in ["/tools/0/name", "/tool_choice/name", "/messages/1/content/0/name"] {
        assert_eq!(sent.pointer(place), Some(&json!("mcp_files_read_all")), "{place}: {sent}");
    }
    let call = &answer.ok()["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call["name"], name, "{answer}");
}
