//! Requests as each provider takes them: schemas, parameters that are refused, marks for what is to be kept. What was left
//! out, or is said in other words, is named to the client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, chunk, done, fails, opening, says, streams, usage, whole};
use super::client::{Answer, Request};
use super::server::sample;
use super::upstream::{Act, Step, Upstream};

/// What a client is told was left out.
pub(super) fn dropped(answer: &Answer) -> Vec<&str> {
    let mut names: Vec<&str> = answer.header("x-mediary-dropped").unwrap_or_default().split(", ").collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names
}

/// What a provider of this dialect was sent, and what its client was told was left out.
pub(super) fn sent_to(dialect: &str, fields: Value) -> (Value, Vec<String>) {
    let dialects = dialects();
    let dialect = dialects.iter().find(|known| known.id == dialect).expect("it is one of them");
    let (up, server) = dialect.house(dialect.hello.clone());
    let answer = server.chat(dialect.asked(fields));
    assert_eq!(answer.said(), "Hello", "{answer}");
    (up.last().json(), dropped(&answer).into_iter().map(str::to_owned).collect())
}

#[test]
fn schemas_reach_anthropic_as_it_takes_them() {
    let schema = json!({ "type": "object", "required": ["page", "kind"], "properties": {
        "page": { "type": "integer", "minimum": 1, "description": "Which one." },
        "kind": { "oneOf": [{ "type": "string", "minLength": 2, "pattern": "^a" }, { "type": "null" }] },
    } });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": schema, "strict": true } });
    let (sent, left_out) = sent_to("anthropic", json!({ "response_format": format }));
    let expected = json!({ "type": "object", "required": ["page", "kind"], "additionalProperties": false, "properties": {
        "page": { "type": "integer", "description": "Which one. (minimum: 1)" },
        "kind": { "anyOf": [{ "type": "string", "description": "(minLength: 2, pattern: \"^a\")" }, { "type": "null" }] },
    } });
    assert_eq!(sent["output_config"]["format"]["schema"], expected);
    let names =
        ["additionalProperties", "minLength", "minimum", "pattern"].map(|name| format!("response_format.{name}"));
    assert_eq!(left_out, names);

    let function = |schema: &Value, strict: bool| json!([{ "type": "function", "function": { "name": "f", "parameters": schema, "strict": strict } }]);
    let (sent, _) = sent_to("anthropic", json!({ "tools": function(&schema, true) }));
    assert_eq!(sent["tools"][0]["input_schema"], expected);
    let (sent, left_out) = sent_to("anthropic", json!({ "tools": function(&schema, false) }));
    assert_eq!((&sent["tools"][0]["input_schema"], left_out), (&schema, vec![]), "what does not bind stays as it is");
    let any = json!({ "anyOf": [
        { "properties": { "a": { "type": "string" } }, "required": ["a"] },
        { "properties": { "b": { "type": "string" } }, "required": ["b"] },
    ] });
    let (sent, left_out) = sent_to("anthropic", json!({ "tools": function(&any, false) }));
    let root = &sent["tools"][0]["input_schema"];
    assert_eq!((&root["type"], root.get("anyOf"), left_out), (&json!("object"), None, vec!["tools.anyOf".to_owned()]));
    assert_eq!(root["properties"], json!({ "a": { "type": "string" }, "b": { "type": "string" } }));
    let description = sent["tools"][0]["description"].as_str().unwrap_or_default();
    assert!(description.ends_with("(One of these sets of properties: a; b)"), "{sent}");
}

#[test]
fn marks_of_what_is_to_be_kept_go_where_they_are_known_and_are_named_elsewhere() {
    let mark = json!({ "type": "ephemeral" });
    let asked = || {
        json!({
            "messages": [
                { "role": "system", "content": [{ "type": "text", "text": "Be brief.", "cache_control": mark }] },
                { "role": "user", "content": [{ "type": "text", "text": "Hi", "cache_control": mark }] },
            ],
            "tools": [{ "type": "function", "function": { "name": "f" }, "cache_control": mark }],
        })
    };
    let (sent, left_out) = sent_to("anthropic", asked());
    for place in ["/system/0", "/messages/0/content/0", "/tools/0"] {
        assert_eq!(sent.pointer(&format!("{place}/cache_control")), Some(&mark), "{place}: {sent}");
    }
    assert_eq!(left_out, [""; 0]);
    for dialect in ["gemini", "mistral", "ollama"] {
        let (sent, left_out) = sent_to(dialect, asked());
        assert!(!sent.to_string().contains("cache_control"), "{dialect}: {sent}");
        assert_eq!(left_out, ["cache_control"], "{dialect}");
    }
    // A server of which nothing is known may know them; OpenAI's own does not.
    let up = Upstream::doing([says("Hi")]);
    let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);
    let answer = server.chat(asked());
    let sent = up.last().json();
    assert_eq!(sent["messages"][1]["content"], json!([{ "type": "text", "text": "Hi", "cache_control": mark }]));
    assert_eq!((&sent["tools"][0]["cache_control"], dropped(&answer)), (&mark, vec![]));
    let up = Upstream::doing([says("Hi")]);
    let server = with_providers(&[up.entry("openai", json!({ "models": [{ "id": "gpt-4.1" }] }))]);
    let answer = server.chat(over(asked(), json!({ "model": "openai/gpt-4.1" })));
    assert!(!up.last().json().to_string().contains("cache_control"));
    assert_eq!(dropped(&answer), ["cache_control"]);
}

#[test]
fn what_openai_itself_does_not_know_is_left_out_by_name_and_passed_to_others() {
    let unknown = json!({
        "top_k": 5, "min_p": 0.1, "reasoning": { "effort": "low" }, "provider": { "order": ["x"] },
        "thinking": { "type": "enabled", "budget_tokens": 1024 }, "plugins": [],
    });
    let names = ["min_p", "plugins", "provider", "top_k"];
    let known = json!({ "seed": 7, "user": "u", "store": false, "service_tier": "auto", "verbosity": "low" });
    let model = |id: &str| json!({ "models": [{ "id": id }] });
    let asked = over(unknown.clone(), known.clone());
    let up = Upstream::doing([says("Hi")]);
    let server = with_providers(&[up.entry("openai", model("gpt-5"))]);
    let drawn = json!({ "model": "openai/gpt-5", "temperature": 0.5, "top_p": 0.5 });
    let answer = server.chat(over(asked.clone(), drawn));
    assert_eq!(answer.said(), "Hi", "{answer}");
    let sent = up.last().json();
    for name in names.iter().chain(&["temperature", "top_p"]) {
        assert_eq!(sent.get(*name), None, "{name}: {sent}");
        assert!(dropped(&answer).contains(name), "{name}: {answer}");
    }
    for (name, value) in known.as_object().expect("it is one") {
        assert_eq!(&sent[name.as_str()], value, "{sent}");
    }
    for name in ["reasoning", "thinking"] {
        assert_eq!(sent.get(name), None, "{name}: {sent}");
        assert!(!dropped(&answer).contains(&name), "{name} is said in other words: {answer}");
    }
    assert_eq!(sent["reasoning_effort"], "low", "thinking is asked for in the words that are known");

    let up = Upstream::doing([says("Hi")]);
    let server = with_providers(&[up.with_model("a", json!({ "reasoning": true }))]);
    let answer = server.chat(asked);
    let sent = up.last().json();
    for (name, value) in unknown.as_object().expect("it is one") {
        assert_eq!(&sent[name.as_str()], value, "{sent}");
    }
    assert_eq!((sent.get("reasoning_effort"), dropped(&answer)), (None, vec![]), "one name for it is enough");
}

#[test]
fn a_refusal_that_names_a_parameter_is_learned_from_once() {
    let refusal = |message: &str, param: Value| {
        answers(400, &json!({ "error": { "message": message, "type": "invalid_request_error", "param": param } }))
    };
    let up = Upstream::doing([
        refusal("Unsupported value: 'temperature' does not support 0.5 with this model.", json!("temperature")),
        refusal("Unrecognized request argument supplied: top_k", Value::Null),
        says("Hi"),
    ]);
    let other = Upstream::doing([says("From b")]);
    let server = with_providers(&[up.far_entry("a", json!({})), other.far_entry("b", json!({}))]);
    let asked = || json!({ "temperature": 0.5, "top_k": 5, "seed": 7 });
    let answer = server.chat(asked());
    assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("Hi", Some("a/m")));
    assert_eq!(answer.header("x-fallback-attempts"), None, "nothing failed that the client has to know of");
    assert_eq!(dropped(&answer), ["temperature", "top_k"]);
    assert_eq!(up.calls(), 3);
    for stream in [false, true] {
        let answer = server.chat(over(asked(), json!({ "stream": stream })));
        assert_eq!(dropped(&answer), ["temperature", "top_k"]);
        let sent = up.last().json();
        assert_eq!((sent.get("temperature"), sent.get("top_k"), &sent["seed"]), (None, None, &json!(7)));
    }
    assert_eq!((up.calls(), other.calls()), (5, 0), "it is remembered");
    let answer = server.chat(json!({ "seed": 7 }));
    assert_eq!(dropped(&answer), [""; 0], "what was not asked for was not left out");
}

#[test]
fn what_we_add_or_name_otherwise_is_learned_from_too() {
    let refusal = |name: &str| {
        let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
        answers(400, &json!({ "error": { "message": message, "type": "invalid_request_error", "param": name } }))
    };
    let of = |up: &Upstream, name: &str| up.last().json().get(name).cloned();
    // What the client did not ask for is not told to it.
    let up = Upstream::doing([refusal("stream_options"), streams(&["Hi"])]);
    let server = with_providers(&[up.far_entry("a", json!({}))]);
    for calls in [2, 3] {
        let answer = server.chat(json!({ "stream": true }));
        assert_eq!((answer.said().as_str(), dropped(&answer), up.calls()), ("Hi", vec![], calls));
        assert_eq!((of(&up, "stream_options"), of(&up, "stream")), (None, Some(json!(true))));
    }
    // A limit has two names …
    let up = Upstream::doing([refusal("max_tokens"), says("Hi")]);
    let server = with_providers(&[up.far_entry("a", json!({}))]);
    for calls in [2, 3] {
        let answer = server.chat(json!({ "max_tokens": 7 }));
        assert_eq!((answer.said().as_str(), dropped(&answer), up.calls()), ("Hi", vec![], calls));
        assert_eq!((of(&up, "max_tokens"), of(&up, "max_completion_tokens")), (None, Some(json!(7))));
    }
    // … and is left out where both are refused.
    let up = Upstream::doing([refusal("max_tokens"), refusal("max_completion_tokens"), says("Hi")]);
    let server = with_providers(&[up.far_entry("a", json!({}))]);
    for calls in [3, 4] {
        let answer = server.chat(json!({ "max_completion_tokens": 7 }));
        assert_eq!((answer.said().as_str(), dropped(&answer), up.calls()), ("Hi", vec!["max_tokens"], calls));
        assert_eq!((of(&up, "max_tokens"), of(&up, "max_completion_tokens")), (None, None));
    }
    let answer = server.chat(json!({}));
    assert_eq!(dropped(&answer), [""; 0], "what was not asked for was not left out");
    // One that is too high is for its client to lower.
    let message = "max_tokens is too large: 100000. This model supports at most 4096 completion tokens.";
    let up = Upstream::doing([answers(400, &json!({ "error": { "message": message, "param": "max_tokens" } }))]);
    let server = with_providers(&[up.far_entry("a", json!({}))]);
    assert_eq!((server.chat(json!({ "max_tokens": 100_000 })).status, up.calls()), (400, 1));
}

#[test]
fn a_refusal_about_anything_else_is_none_to_learn_from() {
    let message = "Invalid value for 'messages[0].content': the user asked for a temperature";
    let up = Upstream::doing([answers(400, &json!({ "error": { "message": message, "param": "messages" } }))]);
    let other = Upstream::doing([says("From b")]);
    let server = with_providers(&[up.entry("a", json!({})), other.entry("b", json!({}))]);
    let answer = server.chat(json!({ "temperature": 0.5, "user": "u" }));
    assert_eq!((answer.said().as_str(), up.calls(), other.calls()), ("From b", 1, 1));
    assert_eq!(other.last().json()["temperature"], 0.5);
}

#[test]
fn all_that_anthropic_is_not_told_is_named() {
    let (sent, left_out) = sent_to("anthropic", json!({ "temperature": 0.5, "top_p": 0.5, "user": "a@b.example" }));
    assert_eq!(sent["temperature"].is_null(), left_out.contains(&"temperature".to_owned()), "{sent} {left_out:?}");
    assert!(left_out.contains(&"top_p".to_owned()) && left_out.contains(&"user".to_owned()), "{left_out:?}");
    let (sent, left_out) = sent_to("anthropic", json!({ "stop": ["\n\n", "END"] }));
    assert_eq!((&sent["stop_sequences"], left_out), (&json!(["END"]), vec!["stop".to_owned()]));
}

#[test]
fn a_picture_in_a_result_or_an_answer_stays_with_the_model_that_was_asked_for() {
    let picture = STANDARD.encode(sample("sign.png"));
    let shown = json!([
        { "type": "text", "text": "taken" },
        { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{picture}") } },
    ]);
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let asked = json!({
        "model": "a/m",
        "tools": [{ "type": "function", "function": { "name": "f" } }],
        "messages": [
            { "role": "user", "content": "Look." },
            { "role": "assistant", "content": null, "tool_calls": [call] },
            { "role": "tool", "tool_call_id": "c", "content": shown },
            { "role": "assistant", "content": shown },
            { "role": "user", "content": "And?" },
        ],
    });
    let sees = json!({ "accepts": ["text", "image"], "tools": true });
    let (up, other) = (Upstream::doing([says("Hi")]), Upstream::doing([says("From b")]));
    let server = with_providers(&[up.with_model("a", sees.clone()), other.with_model("b", sees)]);
    let answer = server.chat(asked);
    assert_eq!((answer.said().as_str(), answer.header("x-mediary-treatments")), ("Hi", None), "{answer}");
    assert_eq!(other.calls(), 0);
    let sent = up.last().json();
    let messages = sent["messages"].as_array().expect("a list");
    let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "user", "assistant", "user", "user"]);
    assert_eq!((&messages[2]["content"], &messages[4]["content"]), (&json!("taken"), &json!("taken")));
    for moved in [&messages[3], &messages[5]] {
        let url = moved["content"][1]["image_url"]["url"].as_str();
        assert!(url.is_some_and(|url| url.ends_with(&picture)), "{moved}");
    }
    assert_eq!(dropped(&answer), ["messages[2].order", "messages[3].order"]);
}

#[test]
fn a_function_without_an_object_reaches_anthropic_as_one_with_words() {
    let function = |schema: Value| json!([{ "type": "function", "function": { "name": "f", "description": "Says.", "parameters": schema } }]);
    let (sent, left_out) = sent_to("anthropic", json!({ "tools": function(json!({ "type": "string" })) }));
    let tool = &sent["tools"][0];
    assert_eq!(tool["input_schema"], json!({ "type": "object", "properties": {} }), "{sent}");
    assert_eq!(tool["description"], "Says. (The arguments: {\"type\":\"string\"})");
    assert_eq!(left_out, ["tools.type"]);
    let maybe = json!({ "type": ["object", "null"], "properties": { "q": { "type": "string" } } });
    let (sent, left_out) = sent_to("anthropic", json!({ "tools": function(maybe) }));
    let schema = json!({ "type": "object", "properties": { "q": { "type": "string" } } });
    assert_eq!((&sent["tools"][0]["input_schema"], left_out), (&schema, vec!["tools.type".to_owned()]));
}

#[test]
fn more_stops_than_gemini_takes_are_left_out_by_name() {
    let (sent, left_out) = sent_to("gemini", json!({ "stop": ["a", "b", "c", "d", "e", "f"] }));
    assert_eq!(sent["generationConfig"]["stopSequences"], json!(["a", "b", "c", "d", "e"]));
    assert_eq!(left_out, ["stop"]);
}

#[test]
fn a_client_gets_a_stream_from_a_target_that_refuses_them() {
    let refuses = || fails(400, "streaming is not supported for this model; set `stream` to false", None);
    let up = Upstream::doing([refuses(), says("Hello"), says("Again")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    for words in ["Hello", "Again"] {
        let answer = server.chat(json!({ "stream": true }));
        let chunks = answer.chunks();
        assert_eq!(answer.said(), words);
        assert_eq!(chunks.last().unwrap()["choices"][0]["finish_reason"], "stop", "{answer}");
    }
    let asked: Vec<bool> = up.seen().iter().map(|seen| seen.json()["stream"] == true).collect();
    assert_eq!(asked, [true, false, false], "what a target refuses is remembered");
}

#[test]
fn a_plan_does_not_call_dropped_what_is_said_in_other_words() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.with_model("a", json!({ "reasoning": true, "refuses": ["thinking", "seed"] }))]);
    let asked = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hi" }], "seed": 1,
        "thinking": { "type": "enabled", "budget_tokens": 2000 } });
    let plan = Request::new("POST", "/v1/plan").body("application/json", asked.to_string()).send(&server).ok();
    assert_eq!(plan["candidates"][0]["dropped"], json!(["seed"]), "{plan}");
}

/// What a provider says, with another name for the function that it calls.
fn calling(act: &Act, name: &str) -> Act {
    let renamed = |text: &str| text.replace("\"name\":\"f\"", &format!("\"name\":\"{name}\""));
    match act.clone() {
        Act::Answer { status, headers, body } => Act::Answer { status, headers, body: renamed(&body) },
        Act::Stream(steps) => Act::Stream(
            steps
                .into_iter()
                .map(|step| match step {
                    Step::Data(data) => Step::Data(renamed(&data)),
                    other => other,
                })
                .collect(),
        ),
        other => other,
    }
}

/// The names of the functions that a client is told were called.
fn called(answer: &Answer, is_stream: bool) -> Vec<String> {
    let calls: Vec<Value> = match is_stream {
        true => answer.chunks().iter().map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].clone()).collect(),
        false => vec![answer.ok()["choices"][0]["message"]["tool_calls"].clone()],
    };
    let name = |call: &Value| call["function"]["name"].as_str().map(str::to_owned);
    calls.iter().filter_map(Value::as_array).flatten().filter_map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn functions_whose_names_would_be_written_alike_stay_apart_on_the_way_out_and_back() {
    let names = ["a/b", "a b", "a_b", "c/d"];
    let function = |name: &str| json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object", "properties": {} } } });
    let history = json!([
        { "role": "user", "content": "u" },
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "1", "type": "function", "function": { "name": "a b", "arguments": "{}" } }] },
        { "role": "tool", "tool_call_id": "1", "content": "r" },
    ]);
    let asked = |is_stream: bool| json!({ "messages": history, "tools": names.map(function), "stream": is_stream });
    let openai = |act: Act| {
        let up = Upstream::doing([act]);
        let quirks = json!({ "plain_tool_names": true });
        let server = with_providers(&[over(up.with_model("a", json!({ "tools": true })), json!({ "quirks": quirks }))]);
        (up, server)
    };
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let delta = json!({ "tool_calls": [{ "index": 0, "id": "c", "type": "function",
        "function": { "name": "f", "arguments": "{}" } }] });
    let of_openai = [
        answers(200, &whole(&message, "tool_calls")),
        Act::Stream(vec![opening(), chunk(&delta, None), chunk(&json!({}), Some("tool_calls")), usage(), done()]),
    ];
    let all = dialects();
    let others = all.iter().filter(|dialect| dialect.id != "ollama").map(|dialect| {
        let within = dialect.places[1].replace("functionDeclarations/0", "functionDeclarations/AT");
        let within = if within.contains("AT") { within } else { within.replace("/tools/0", "/tools/AT") };
        (dialect.id, within, dialect.call.clone())
    });
    for (id, place, acts) in others.chain([("openai", "/tools/AT/function/name".to_owned(), of_openai)]) {
        let house = |act: Act| match all.iter().find(|dialect| dialect.id == id) {
            Some(dialect) => dialect.house([act]),
            None => openai(act),
        };
        let body = |is_stream: bool| match all.iter().find(|dialect| dialect.id == id) {
            Some(dialect) => dialect.asked(asked(is_stream)),
            None => asked(is_stream),
        };
        let (up, server) = house(acts[0].clone());
        server.chat(body(false)).ok();
        let sent = up.last().json();
        let told = [0, 1, 2, 3].map(|at| {
            let name = sent.pointer(&place.replace("AT", &at.to_string())).and_then(Value::as_str);
            name.unwrap_or_else(|| unreachable!("{id}: {sent}")).to_owned()
        });
        assert_eq!(
            (told[2].as_str(), told[3].as_str()),
            ("a_b", "c_d"),
            "{id}: only what would be taken for another is marked"
        );
        assert!(told[0].starts_with("a_b_") && told[1].starts_with("a_b_") && told[0] != told[1], "{id}: {told:?}");
        // The call that was made before and its result are of the function that they were of.
        assert!(sent.to_string().matches(&told[1]).count() >= 2, "{id}: {sent}");
        for (at, name) in names.iter().enumerate() {
            for is_stream in [false, true] {
                let (_up, server) = house(calling(&acts[usize::from(is_stream)], &told[at]));
                let answer = server.chat(body(is_stream));
                assert_eq!(called(&answer, is_stream), [*name], "{id} {is_stream}: {answer}");
            }
        }
    }
}
