//! Texts to embed as they are written, and their vectors as they are read.

use mediary_core::FailureKind;
use mediary_core::capability::{Abilities, TaskKind, VectorSpace};
use mediary_core::task::{Embed, EmbedInput, Task};
use serde_json::{Value, json};

use crate::golden::{call, embed, encode_task, extras, sent_task, understood_as};
use crate::{Dialect, OpenAi, Quirks};

fn row(takes_tokens: bool) -> Abilities {
    let vectors = VectorSpace { takes_tokens, ..VectorSpace::of("text-embedding-3-small") };
    let target = "openai/text-embedding-3-small".parse().unwrap();
    Abilities { vectors: Some(vectors), ..Abilities::of(target, TaskKind::Embedding) }
}

fn tokens(inputs: Vec<EmbedInput>) -> Task {
    Task::Embed(Embed { inputs, ..Embed::default() })
}

#[test]
fn texts_and_tokens_are_written_as_lists() {
    let wished = Embed {
        dimensions: Some(256),
        extras: extras(&json!({ "user": "u1", "input": "double", "encoding_format": "float" })),
        ..embed(&["Hello \"you\".", "¿Qué?"])
    };
    let numbers = tokens(vec![EmbedInput::Tokens(vec![1, 23, 456]), EmbedInput::Tokens(vec![100_257])]);
    let sent = [Task::Embed(wished), numbers].map(|task| sent_task(&OpenAi, &row(true), &task));
    insta::assert_snapshot!(sent.join(""));
}

#[test]
fn what_is_dropped_or_refused_is_not_written() {
    let wished = Embed { extras: extras(&json!({ "user": "u1", "store": true })), ..embed(&["a"]) };
    let quirks = Quirks { refuses: vec!["encoding_format".to_owned(), "store".to_owned()], ..Quirks::default() };
    let dropped = ["user".to_owned()];
    let call = OpenAi.encode(&call(&Task::Embed(wished), &row(false), &dropped), &quirks).unwrap();
    let body: Value = serde_json::from_slice(&call.body.read_all().unwrap()).unwrap();
    assert_eq!(body, json!({ "model": "text-embedding-3-small", "input": ["a"] }));
}

#[test]
fn tokens_go_only_where_they_are_taken_and_never_beside_texts() {
    let mixed = tokens(vec![EmbedInput::Tokens(vec![1]), EmbedInput::Text("a".to_owned())]);
    let rows = [(tokens(vec![EmbedInput::Tokens(vec![1])]), false), (mixed.clone(), false), (mixed, true)];
    for (task, takes_tokens) in rows {
        let refused = encode_task(&OpenAi, &row(takes_tokens), &task).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Broken, "{task:?}");
    }
}

#[test]
fn vectors_are_read_in_both_forms_or_the_answer_is_a_failure() {
    let two = Task::Embed(embed(&["a", "b"]));
    let bodies = [
        r#"{"object":"list","model":"m","data":[{"object":"embedding","index":1,"embedding":[0,1]},{"object":"embedding","index":0,"embedding":[0.5,-2.5e-1]}],"usage":{"prompt_tokens":8,"total_tokens":8}}"#,
        r#"{"object":"list","data":[{"index":0,"embedding":"AACAPwAAAL8="},{"index":1,"embedding":"AAAAPwAAgD8="}],"usage":{"total_tokens":5},"model":"m"}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}],"usage":null}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}],"usage":{"queries":2}}"#,
        r#"{"data":[{"embedding":[1]},{"embedding":[1]}]}"#,
        r#"{"data":[]}"#,
        r#"{"data":null}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":null}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AACA"}]}"#,
        r#"{"data":[{"index":-1,"embedding":[1]},{"index":1,"embedding":[1]}]}"#,
        r#"{"error":{"message":"This model's maximum context length is 8192 tokens, however you requested 10000 tokens","type":"invalid_request_error","param":null,"code":null}}"#,
        r#"{"data":[],"error":{"message":"boom","code":502}}"#,
        r#"{"detail":"Not Found"}"#,
        "<html>",
        "",
    ];
    let told = bodies.map(|body| format!("{body}\n{}", understood_as(&OpenAi, &two, false, &[body])));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn an_answer_in_pieces_or_without_any_is_none() {
    let one = Task::Embed(embed(&["a"]));
    let body = r#"{"data":[{"index":0,"embedding":[1]}]}"#;
    for frames in [vec![body, body], vec![]] {
        let told = understood_as(&OpenAi, &one, true, &frames);
        assert!(told.contains("Garbled"), "{told}");
    }
}
