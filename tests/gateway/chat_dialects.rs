//! The same chats to providers that speak otherwise: each dialect once whole, as a stream, with a function, with a
//! picture, broken off and refused, from both sides. Their finer points are tested beside their translation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_tongues::dialects;
use super::server::sample;
use super::upstream::Upstream;

#[test]
fn every_dialect_chats_whole_and_as_a_stream() {
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.hello.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let options = json!({ "stream": stream, "stream_options": { "include_usage": true } });
            let answer = server.chat(dialect.asked(options));
            assert_eq!(answer.said(), "Hello", "{what}: {answer}");
            assert_eq!(answer.header("x-routed-via"), Some(&*format!("{}/x", dialect.id)), "{what}");
            let (first, last) = match stream {
                true => {
                    let chunks = answer.chunks();
                    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant", "{what}: {answer}");
                    (chunks[chunks.len() - 2].clone(), chunks[chunks.len() - 1].clone())
                }
                false => (answer.json(), answer.json()),
            };
            let object = if stream { "chat.completion.chunk" } else { "chat.completion" };
            assert_eq!((&first["object"], &last["object"]), (&json!(object), &json!(object)), "{what}");
            let ended = [&first, &last].into_iter().any(|body| body["choices"][0]["finish_reason"] == "stop");
            assert!(ended, "{what}: {answer}");
            let usage = ["prompt_tokens", "completion_tokens", "total_tokens"].map(|name| last["usage"][name].clone());
            assert_eq!(usage, [9, 2, 11], "{what}: {answer}");
            let seen = up.last();
            assert_eq!(seen.path, dialect.paths[usize::from(stream)], "{what}");
            let key = seen.header(dialect.key_header).unwrap_or_default();
            assert!(key.ends_with(&Upstream::key_of("a")), "{what}: {key}");
            assert_eq!(seen.json().pointer(dialect.places[0]), Some(&json!("Hello")), "{what}");
        }
    }
}

#[test]
fn every_dialect_calls_functions_whole_and_as_a_stream() {
    let tools = json!([{ "type": "function", "function": { "name": "f", "parameters": { "type": "object",
        "properties": { "q": { "type": "number" } } } } }]);
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.call.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let answer = server.chat(dialect.asked(json!({ "tools": tools, "stream": stream })));
            let bodies = if stream { answer.chunks() } else { vec![answer.ok()] };
            let slot = if stream { "delta" } else { "message" };
            let calls: Vec<&Value> = bodies.iter().map(|body| &body["choices"][0][slot]["tool_calls"][0]).collect();
            let names: String = calls.iter().filter_map(|call| call["function"]["name"].as_str()).collect();
            let arguments: String = calls.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
            assert_eq!((names.as_str(), arguments.as_str()), ("f", "{\"q\":1}"), "{what}: {answer}");
            assert!(calls.iter().any(|call| call["id"].as_str().is_some_and(|id| !id.is_empty())), "{what}: {answer}");
            assert!(bodies.iter().any(|body| body["choices"][0]["finish_reason"] == "tool_calls"), "{what}: {answer}");
            assert_eq!(up.last().json().pointer(dialect.places[1]), Some(&json!("f")), "{what}");
        }
    }
}

#[test]
fn every_dialect_carries_a_picture_byte_for_byte() {
    let picture = STANDARD.encode(sample("sign.png"));
    let image = json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{picture}") } });
    let content = json!([{ "type": "text", "text": "What is it?" }, image]);
    for dialect in dialects() {
        let (up, server) = dialect.house([dialect.hello[0].clone()]);
        let answer = server.chat(dialect.asked(json!({ "messages": [{ "role": "user", "content": content }] })));
        assert_eq!(answer.said(), "Hello", "{}: {answer}", dialect.id);
        assert_eq!(answer.header("x-mediary-treatments"), None, "{}", dialect.id);
        let sent = up.last().json();
        let found = sent.pointer(dialect.places[2]).map(|found| found.as_str().or(found["url"].as_str()));
        let found = found.flatten().unwrap_or_default();
        assert!(found.ends_with(&picture), "{}: {found:.80}", dialect.id);
    }
}

#[test]
fn every_dialect_tells_a_broken_stream_and_a_rate() {
    for dialect in dialects() {
        let (up, server) = dialect.house([dialect.broken.clone()]);
        let answer = server.chat(dialect.asked(json!({ "stream": true })));
        let (said, error) = answer.broken_off();
        assert_eq!((said.as_str(), &error["code"]), ("Hel", &json!("upstream_garbled")), "{}", dialect.id);
        assert!(!answer.text().contains("[DONE]"), "{}", dialect.id);
        assert_eq!(up.calls(), 1);

        let (up, server) = dialect.house([dialect.refusal.clone()]);
        let answer = server.chat(dialect.asked(json!({})));
        answer.refused(429, "rate_limit_exceeded", dialect.id);
        assert_eq!(answer.tried(), format!("{}/x rate_limited", dialect.id));
        assert!(answer.header("retry-after").is_some());
        assert_eq!(up.calls(), 1);
    }
}
