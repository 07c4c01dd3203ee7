//! What holds for every request between two ends of one format, whatever is in it: all that the client wrote reaches the
//! provider, or is named in the answer's headers.
//!
//! Requests are drawn from all that a format has, with fields in them that nobody knows yet. What counts is each value
//! under its name; order and place are the format's golden tests' affair.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use super::chat_talk::with_providers;
use super::chat_tongues::dialects;
use super::chat_words::says;
use super::client::Request;
use super::server::{TestServer, sample};
use super::upstream::Upstream;

/// So many requests of each format.
const CASES: u32 = 96;

/// A format: its dialect, where it is asked, and values that stand under another name or in other words on the way out.
struct Format {
    dialect: &'static str,
    path: &'static str,
    model: Value,
    /// Of the gateway's own concern: the target, and what is kept here.
    ours: &'static [&'static str],
}

/// Each scalar of a request with the name that it stands under, counted.
fn leaves(value: &Value, name: &str, ours: &[&str], into: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !ours.contains(&name.as_str())) {
                leaves(value, name, ours, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, name, ours, into)),
        Value::Null => {}
        scalar => *into.entry(format!("{name}: {scalar}")).or_default() += 1,
    }
}

/// What of a request did not arrive and is not named.
fn lost(format: &Format, asked: &Value, sent: &Value, dropped: &str) -> Vec<String> {
    let mut all = [BTreeMap::new(), BTreeMap::new()];
    leaves(asked, "", format.ours, &mut all[0]);
    leaves(sent, "", format.ours, &mut all[1]);
    let [asked, sent] = all;
    let named = |leaf: &str| {
        let name = leaf.split(':').next().unwrap_or_default();
        dropped.split(", ").any(|path| path.split(['.', '[', ']']).any(|step| step == name))
    };
    let missing = asked.into_iter().filter(|(leaf, count)| sent.get(leaf).unwrap_or(&0) < count);
    missing.map(|(leaf, _)| leaf).filter(|leaf| !named(leaf)).collect()
}

fn holds(format: &Format, requests: impl Strategy<Value = Value>) {
    let all = dialects();
    let known = all.iter().find(|known| known.id == format.dialect);
    let hello = known.map_or_else(|| says("Hello"), |known| known.hello[0].clone());
    let base = known.map_or("/v1", |known| known.base);
    let up = Upstream::doing([hello]);
    let entry = json!({ "id": "p", "dialect": format.dialect, "base_url": format!("http://{}{base}", up.address),
        "api_keys": [Upstream::key_of("a")], "models": [format.model] });
    let server: TestServer = with_providers(&[entry]);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[15; 32]);
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new_with_rng(config, rng).run(&requests, |asked| {
        let answer = Request::new("POST", format.path).body("application/json", asked.to_string()).send(&server);
        prop_assert_eq!(answer.status, 200, "{}", answer);
        let (sent, dropped) = (up.last().json(), answer.header("x-mediary-dropped").unwrap_or_default());
        let lost = lost(format, &asked, &sent, dropped);
        prop_assert!(lost.is_empty(), "{:?} of {} is not in {} and not named: {}", lost, asked, sent, dropped);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| unreachable!("{}: {failure}", format.dialect));
}

/// Words with letters that have to be escaped, never white space alone.
fn words() -> impl Strategy<Value = Value> {
    "[a-z\u{e4}\u{4e2d}]{1,8}[a-z \"\\\\\n]{0,6}[a-z]".prop_map(Value::from)
}

fn number() -> impl Strategy<Value = Value> {
    (1_u32..100).prop_map(|hundredths| (f64::from(hundredths) / 128.0).into())
}

/// What nobody knows yet.
fn unknown() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        words(),
        number(),
        any::<i32>().prop_map(Value::from),
        words().prop_map(|text| json!({ "deep": [text, { "er": true }] })),
    ];
    proptest::collection::btree_map("x_[a-z]{4}", value, 0..3).prop_map(|fields| fields.into_iter().collect())
}

/// An object with some of these fields, each there or not.
fn with(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Map<String, Value>> {
    let named = fields.into_iter().map(|(name, value)| option::of(value).prop_map(move |value| (name, value)).boxed());
    let some = named.collect::<Vec<_>>().prop_map(|all| {
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>()
    });
    some.boxed()
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { unreachable!("it is an object: {value}") }
}

/// One object out of several.
fn joined(all: impl IntoIterator<Item = Map<String, Value>>) -> Value {
    Value::Object(all.into_iter().flatten().collect())
}

fn picture() -> String {
    STANDARD.encode(sample("sign.png"))
}

fn parameters() -> impl Strategy<Value = Value> {
    (words(), number()).prop_map(|(described, least)| {
        json!({ "type": "object", "required": ["q"], "additionalProperties": false,
            "properties": { "q": { "type": "number", "description": described, "minimum": least } } })
    })
}

/// A user's words or parts, and then calls with what came of them: a turn for each format to put into its words.
#[derive(Debug, Clone)]
struct Turn {
    asks: Vec<Value>,
    sees: bool,
    answers: Value,
    calls: Vec<(Value, Value)>,
    unknown: [Map<String, Value>; 3],
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let unknown = [unknown(), unknown(), unknown()];
    let turn = (vec(words(), 1..3), any::<bool>(), words(), vec((words(), words()), 0..3), unknown);
    vec(turn.prop_map(|(asks, sees, answers, calls, unknown)| Turn { asks, sees, answers, calls, unknown }), 0..3)
}

#[test]
fn a_chat_of_openais_format_loses_nothing() {
    let model = json!({ "id": "x", "accepts": ["text", "image"], "tools": true, "structured": "schema", "reasoning": true,
        "many_replies": true, "custom_tools": true });
    let format = Format { dialect: "openai", path: "/v1/chat/completions", model, ours: &["model", "stream"] };
    let fields = with(vec![
        ("max_tokens", (1_u32..9000).prop_map(Value::from).boxed()),
        ("temperature", number().boxed()),
        ("top_p", number().boxed()),
        ("top_k", (1_u32..90).prop_map(Value::from).boxed()),
        ("seed", any::<i32>().prop_map(Value::from).boxed()),
        ("presence_penalty", number().boxed()),
        ("frequency_penalty", number().boxed()),
        ("stop", vec(words(), 1..3).prop_map(Value::from).boxed()),
        ("user", words().boxed()),
        ("metadata", words().prop_map(|text| json!({ "note": text })).boxed()),
        ("logit_bias", number().prop_map(|bias| json!({ "50256": bias })).boxed()),
        ("reasoning_effort", Just(json!("high")).boxed()),
        (
            "response_format",
            (words(), parameters())
                .prop_map(|(described, schema)| {
                    json!({ "type": "json_schema", "json_schema": { "name": "form", "strict": true, "schema":
                { "type": "object", "description": described, "properties": { "a": schema } } } })
                })
                .boxed(),
        ),
        ("verbosity", Just(json!("low")).boxed()),
    ]);
    let tool = (words(), parameters(), unknown(), unknown()).prop_map(|(described, schema, more, within)| {
        let own = json!({ "name": "f", "description": described, "parameters": schema, "strict": false });
        let function = joined([object(own), within]);
        joined([object(json!({ "type": "function", "function": function })), more])
    });
    let tools = (tool, any::<bool>()).prop_map(|(tool, parallel)| {
        object(json!({ "tools": [tool], "tool_choice": "required", "parallel_tool_calls": parallel }))
    });
    let requests = (fields, option::of(tools), turns(), words(), unknown()).prop_map(|(fields, tools, turns, last, unknown)| {
        let mut messages = vec![json!({ "role": "system", "content": "Be brief." })];
        for (at, turn) in turns.into_iter().enumerate() {
            let mut content: Vec<Value> = turn.asks.iter().map(|text| json!({ "type": "text", "text": text })).collect();
            if turn.sees {
                let url = format!("data:image/png;base64,{}", picture());
                content.push(json!({ "type": "image_url", "image_url": { "url": url, "detail": "high" } }));
            }
            // Of texts alone one is made for servers that know no list.
            let content = if turn.sees { content.into() } else { turn.asks[0].clone() };
            messages.push(joined([object(json!({ "role": "user", "content": content })), turn.unknown[0].clone()]));
            let calls = turn.calls.iter().enumerate().map(|(call, (arguments, _))| {
                json!({ "id": format!("c{at}_{call}"), "type": "function", "function": { "name": "f", "arguments": json!({ "q": arguments }).to_string() } })
            });
            let mut said = object(json!({ "role": "assistant", "content": turn.answers }));
            if !turn.calls.is_empty() {
                said.insert("tool_calls".to_owned(), calls.collect());
            }
            messages.push(joined([said, turn.unknown[1].clone()]));
            for (call, (_, result)) in turn.calls.iter().enumerate() {
                messages.push(json!({ "role": "tool", "tool_call_id": format!("c{at}_{call}"), "content": result }));
            }
        }
        messages.push(json!({ "role": "user", "content": last }));
        joined([object(json!({ "model": "p/x", "messages": messages })), fields, tools.unwrap_or_default(), unknown])
    });
    holds(&format, requests);
}

#[test]
fn a_message_of_anthropics_format_loses_nothing() {
    let model = json!({ "id": "x", "accepts": ["text", "image", "document"], "tools": true, "structured": "schema",
        "output_tokens": 64000, "hosted_tools": ["web_search_"] });
    let format = Format { dialect: "anthropic", path: "/v1/messages", model, ours: &["model", "stream"] };
    let fields = with(vec![
        ("temperature", number().boxed()),
        ("top_k", (1_u32..90).prop_map(Value::from).boxed()),
        ("stop_sequences", vec(words(), 1..3).prop_map(Value::from).boxed()),
        ("metadata", words().prop_map(|text| json!({ "user_id": text })).boxed()),
        ("service_tier", Just(json!("auto")).boxed()),
        ("container", words().boxed()),
        ("context_management", words().prop_map(|text| json!({ "edits": [{ "type": text }] })).boxed()),
        ("output_config", words().prop_map(|text| json!({ "format": { "type": "json_schema", "schema":
            { "type": "object", "additionalProperties": false, "properties": { "a": { "type": "string", "description": text } } } } })).boxed()),
    ]);
    let tools = (words(), parameters(), unknown()).prop_map(|(described, schema, unknown)| {
        let own = joined([object(json!({ "name": "f", "description": described, "input_schema": schema })), unknown]);
        let hosted = json!({ "type": "web_search_20250305", "name": "web_search", "max_uses": 3 });
        object(json!({ "tools": [own, hosted], "tool_choice": { "type": "any", "disable_parallel_tool_use": true } }))
    });
    let requests = (fields, option::of(tools), turns(), words(), unknown()).prop_map(|(fields, tools, turns, last, unknown)| {
        let (mut messages, mut results) = (Vec::new(), Vec::new());
        let system = json!([{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral", "ttl": "1h" } }]);
        for (at, turn) in turns.into_iter().enumerate() {
            let mut content: Vec<Value> = std::mem::take(&mut results);
            content.extend(turn.asks.iter().map(|text| json!({ "type": "text", "text": text })));
            if turn.sees {
                let source = json!({ "type": "base64", "media_type": "image/png", "data": picture() });
                content.push(joined([object(json!({ "type": "image", "source": source })), turn.unknown[0].clone()]));
                content.push(json!({ "type": "document", "title": turn.answers, "citations": { "enabled": true },
                    "source": { "type": "text", "media_type": "text/plain", "data": turn.asks[0] } }));
            }
            messages.push(json!({ "role": "user", "content": content }));
            let said = object(json!({ "type": "text", "text": turn.answers, "citations": [{ "cited_text": turn.asks[0] }] }));
            let mut content = vec![
                json!({ "type": "thinking", "thinking": turn.asks[0], "signature": "EqQB+/==" }),
                joined([said, turn.unknown[1].clone()]),
            ];
            for (call, (arguments, result)) in turn.calls.iter().enumerate() {
                let id = format!("toolu_{at}_{call}");
                content.push(json!({ "type": "tool_use", "id": id, "name": "f", "input": { "q": arguments } }));
                let told = object(json!({ "type": "tool_result", "tool_use_id": id, "is_error": true, "content": [{ "type": "text", "text": result }] }));
                results.push(joined([told, turn.unknown[2].clone()]));
            }
            messages.push(json!({ "role": "assistant", "content": content }));
        }
        results.push(json!({ "type": "text", "text": last }));
        messages.push(json!({ "role": "user", "content": results }));
        let asked = json!({ "model": "p/x", "max_tokens": 4000, "system": system, "messages": messages });
        joined([object(asked), fields, tools.unwrap_or_default(), unknown])
    });
    holds(&format, requests);
}

#[test]
fn contents_of_googles_format_lose_nothing() {
    let model = json!({ "id": "x", "accepts": ["text", "image"], "tools": true, "structured": "schema", "reasoning": true,
        "hosted_tools": ["googleSearch"], "many_replies": true });
    let path = "/v1beta/models/p%2Fx:generateContent";
    let format = Format { dialect: "gemini", path, model, ours: &[] };
    let config = with(vec![
        ("temperature", number().boxed()),
        ("topP", number().boxed()),
        ("topK", (1_u32..90).prop_map(Value::from).boxed()),
        ("seed", (0_i32..9000).prop_map(Value::from).boxed()),
        ("maxOutputTokens", (1_u32..9000).prop_map(Value::from).boxed()),
        ("stopSequences", vec(words(), 1..3).prop_map(Value::from).boxed()),
        ("presencePenalty", number().boxed()),
        ("mediaResolution", Just(json!("MEDIA_RESOLUTION_LOW")).boxed()),
        ("thinkingConfig", Just(json!({ "includeThoughts": true, "thinkingBudget": 512 })).boxed()),
    ]);
    let fields = with(vec![
        (
            "safetySettings",
            Just(json!([{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE" }])).boxed(),
        ),
        ("labels", words().prop_map(|text| json!({ "team": text })).boxed()),
    ]);
    let tools = (words(), words(), unknown()).prop_map(|(described, property, unknown)| {
        let schema = json!({ "type": "OBJECT", "properties": { "q": { "type": "STRING", "description": property, "nullable": true } } });
        let own = joined([object(json!({ "name": "f", "description": described, "parameters": schema })), unknown]);
        object(json!({ "tools": [{ "functionDeclarations": [own] }, { "googleSearch": {} }],
            "toolConfig": { "functionCallingConfig": { "mode": "ANY", "allowedFunctionNames": ["f"] } } }))
    });
    let requests = (config, fields, option::of(tools), turns(), words(), unknown()).prop_map(|(config, fields, tools, turns, last, unknown)| {
        let (mut contents, mut results) = (Vec::new(), Vec::new());
        for (at, turn) in turns.into_iter().enumerate() {
            let mut parts: Vec<Value> = std::mem::take(&mut results);
            parts.extend(turn.asks.iter().map(|text| json!({ "text": text })));
            if turn.sees {
                let data = object(json!({ "inlineData": { "mimeType": "image/png", "data": picture() } }));
                parts.push(joined([data, turn.unknown[0].clone()]));
            }
            contents.push(json!({ "role": "user", "parts": parts }));
            let said = object(json!({ "text": turn.answers, "thoughtSignature": "U0lHMQ==" }));
            let mut parts = vec![json!({ "text": turn.asks[0], "thought": true }), joined([said, turn.unknown[1].clone()])];
            for (call, (arguments, result)) in turn.calls.iter().enumerate() {
                let id = format!("c{at}_{call}");
                parts.push(json!({ "functionCall": { "id": id, "name": "f", "args": { "q": arguments } }, "thoughtSignature": "U0lHMg==" }));
                let told = json!({ "functionResponse": { "id": id, "name": "f", "response": { "output": result }, "scheduling": "SILENT" } });
                results.push(told);
            }
            contents.push(json!({ "role": "model", "parts": parts }));
        }
        results.push(json!({ "text": last }));
        contents.push(json!({ "role": "user", "parts": results }));
        let mut asked = json!({ "systemInstruction": { "parts": [{ "text": "Be brief." }] }, "contents": contents });
        if !config.is_empty() {
            asked["generationConfig"] = config.into();
        }
        joined([object(asked), fields, tools.unwrap_or_default(), unknown])
    });
    holds(&format, requests);
}

#[test]
fn a_chat_of_ollamas_format_loses_nothing() {
    let model =
        json!({ "id": "x", "accepts": ["text", "image"], "tools": true, "structured": "schema", "reasoning": true });
    let format = Format { dialect: "ollama", path: "/api/chat", model, ours: &["model", "stream"] };
    let options = with(vec![
        ("temperature", number().boxed()),
        ("top_p", number().boxed()),
        ("top_k", (1_u32..90).prop_map(Value::from).boxed()),
        ("seed", (0_i32..9000).prop_map(Value::from).boxed()),
        ("num_predict", (1_u32..9000).prop_map(Value::from).boxed()),
        ("num_ctx", (1_u32..9000).prop_map(Value::from).boxed()),
        ("stop", vec(words(), 1..3).prop_map(Value::from).boxed()),
        ("mirostat_tau", number().boxed()),
    ]);
    let fields = with(vec![
        ("keep_alive", Just(json!("5m")).boxed()),
        ("think", Just(json!("high")).boxed()),
        ("format", parameters().boxed()),
    ]);
    let tools = (words(), parameters()).prop_map(|(described, schema)| {
        object(json!({ "tools": [{ "type": "function", "function": { "name": "f", "description": described, "parameters": schema } }] }))
    });
    let requests = (options, fields, option::of(tools), turns(), words(), unknown()).prop_map(
        |(options, fields, tools, turns, last, unknown)| {
            let mut messages = vec![json!({ "role": "system", "content": "Be brief." })];
            for turn in turns {
                let mut asks = json!({ "role": "user", "content": turn.asks[0] });
                if turn.sees {
                    asks["images"] = json!([picture()]);
                }
                messages.push(asks);
                let calls = turn
                    .calls
                    .iter()
                    .map(|(arguments, _)| json!({ "function": { "name": "f", "arguments": { "q": arguments } } }));
                let mut said = json!({ "role": "assistant", "content": turn.answers });
                if !turn.calls.is_empty() {
                    said["tool_calls"] = calls.collect();
                }
                messages.push(said);
                messages.extend(
                    turn.calls.iter().map(|(_, result)| json!({ "role": "tool", "tool_name": "f", "content": result })),
                );
            }
            messages.push(json!({ "role": "user", "content": last }));
            let asked = json!({ "model": "p/x", "messages": messages, "stream": false, "options": options });
            joined([object(asked), fields, tools.unwrap_or_default(), unknown])
        },
    );
    holds(&format, requests);
}

#[test]
fn a_response_of_openais_format_loses_nothing() {
    let model = json!({ "id": "x", "accepts": ["text", "image", "document"], "tools": true, "structured": "schema",
        "reasoning": true, "custom_tools": true, "hosted_tools": ["web_search", "image_generation"] });
    // Ids of items are those of responses that are kept here; what is kept is not kept twice.
    let ours = &["model", "stream", "store", "id", "metadata"];
    let format = Format { dialect: "responses", path: "/v1/responses", model, ours };
    let fields = with(vec![
        ("max_output_tokens", (16_u32..9000).prop_map(Value::from).boxed()),
        ("temperature", number().boxed()),
        ("top_p", number().boxed()),
        ("truncation", Just(json!("auto")).boxed()),
        ("max_tool_calls", (1_u32..9).prop_map(Value::from).boxed()),
        ("user", words().boxed()),
        ("prompt_cache_key", words().boxed()),
        ("instructions", words().boxed()),
        ("include", Just(json!(["file_search_call.results", "reasoning.encrypted_content"])).boxed()),
        ("reasoning", words().prop_map(|text| json!({ "effort": "low", "summary": "auto", "x_more": text })).boxed()),
        ("text", (words(), parameters()).prop_map(|(described, schema)| {
            json!({ "format": { "type": "json_schema", "name": "form", "description": described, "schema": schema }, "verbosity": "low" })
        }).boxed()),
    ]);
    let tools = (words(), parameters(), unknown()).prop_map(|(described, schema, unknown)| {
        let own = joined([object(json!({ "type": "function", "name": "f", "description": described, "parameters": schema })), unknown]);
        let grammar = json!({ "type": "grammar", "syntax": "lark", "definition": "start: /.+/" });
        object(json!({ "tools": [own, { "type": "custom", "name": "sh", "description": described, "format": grammar },
            { "type": "web_search", "filters": { "allowed_domains": [described] } }, { "type": "image_generation", "output_format": "png" }],
            "tool_choice": { "type": "web_search" }, "parallel_tool_calls": false }))
    });
    let requests = (fields, option::of(tools), turns(), words(), unknown()).prop_map(|(fields, tools, turns, last, unknown)| {
        let mut input = Vec::new();
        for (at, turn) in turns.into_iter().enumerate() {
            let mut content: Vec<Value> = turn.asks.iter().map(|text| json!({ "type": "input_text", "text": text })).collect();
            if turn.sees {
                let url = format!("data:image/png;base64,{}", picture());
                content.push(joined([object(json!({ "type": "input_image", "image_url": url, "detail": "original" })), turn.unknown[0].clone()]));
            }
            input.push(json!({ "role": "user", "content": content }));
            input.push(json!({ "type": "reasoning", "id": "rs_1", "encrypted_content": "gAAAAB", "summary": [{ "type": "summary_text", "text": turn.asks[0] }] }));
            input.push(joined([object(json!({ "type": "web_search_call", "status": "completed", "action": { "query": turn.asks[0] } })), turn.unknown[1].clone()]));
            let part = json!({ "type": "output_text", "text": turn.answers, "annotations": [{ "type": "url_citation", "url": "https://a.example" }] });
            let said = object(json!({ "type": "message", "id": "msg_1", "role": "assistant", "phase": "commentary", "content": [part] }));
            input.push(joined([said, turn.unknown[2].clone()]));
            for (call, (arguments, result)) in turn.calls.iter().enumerate() {
                let id = format!("c{at}_{call}");
                input.push(json!({ "type": "custom_tool_call", "call_id": id, "name": "sh", "input": arguments }));
                input.push(json!({ "type": "custom_tool_call_output", "call_id": id, "output": [{ "type": "input_text", "text": result }] }));
            }
        }
        input.push(json!({ "role": "user", "content": last }));
        joined([object(json!({ "model": "p/x", "input": input, "store": false })), fields, tools.unwrap_or_default(), unknown])
    });
    holds(&format, requests);
}
