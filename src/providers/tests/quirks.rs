//! The quirks of the shipped catalogs, each seen in what goes out to the provider that has it.

use std::time::Duration;

use mediary_core::capability::Abilities;
use mediary_core::provider::{Call, Timeouts};
use mediary_core::task::{Chat, Effort, Embed, EmbedInput, Message, ReplyFormat, Role, Sampling, Task, Tool};
use mediary_core::{ProviderId, Target};
use serde_json::{Value, json};

use super::matrix::shipped;
use crate::providers::Providers;

/// What goes out for a task to a target of a shipped catalog.
fn sent(all: &Providers, target: &str, task: &Task) -> Value {
    let target: Target = target.parse().unwrap();
    let setup = all.get(&target.provider).unwrap();
    let row: &Abilities = all.matrix.get(&target).unwrap_or_else(|| panic!("no row for {target}"));
    let timeouts = Timeouts { first_byte: Duration::ZERO, stall: Duration::ZERO };
    let call = Call { task, abilities: row, dropped: &[], key: None, timeouts, reservation: None };
    let written = setup.dialect.dialect().encode(&call, &setup.endpoint.quirks).unwrap();
    serde_json::from_slice(&written.body.read_all().unwrap()).unwrap()
}

#[test]
fn every_quirk_of_a_catalog_is_seen_in_what_is_sent() {
    let all = shipped();
    let chat = Chat { messages: vec![Message::text(Role::User, "Hi")], ..Chat::default() };
    let limited = Sampling { max_tokens: Some(9), temperature: Some(1.5), ..Sampling::default() };
    let parameters = Some(json!({ "type": "object", "additionalProperties": false }));
    let tool = Tool { name: "f".into(), parameters, ..Tool::default() };
    let limited = Task::Chat(Chat { sampling: limited, ..chat.clone() });
    let in_json = Task::Chat(Chat { format: ReplyFormat::Json, ..chat.clone() });
    let brief = Task::Chat(Chat { effort: Some(Effort::None), ..chat.clone() });
    let tooled = Task::Chat(Chat { tools: vec![tool], ..chat.clone() });
    let plain = Task::Chat(chat);
    let embed = Task::Embed(Embed { inputs: vec![EmbedInput::Text("a".into())], ..Embed::default() });
    // Target, task, the place in the body, and what stands there.
    let rows = [
        ("cerebras/gpt-oss-120b", &limited, "/max_completion_tokens", json!(9)),
        ("groq/openai/gpt-oss-20b", &limited, "/max_completion_tokens", json!(9)),
        ("kilo/nvidia/nemotron-3-super-120b-a12b:free", &limited, "/max_tokens", json!(9)),
        ("dashscope/qwen-plus", &brief, "/enable_thinking", json!(false)),
        ("zai/glm-4.7-flash", &brief, "/thinking/type", json!("disabled")),
        ("zhipu/glm-4.7-flash", &brief, "/thinking/type", json!("disabled")),
        ("deepseek/deepseek-v4-pro", &brief, "/thinking/type", json!("disabled")),
        ("openai/gpt-5", &brief, "/reasoning_effort", json!("none")),
        ("deepseek/deepseek-flash", &in_json, "/messages/0/content", json!("Answer in JSON.")),
        ("groq/openai/gpt-oss-20b", &in_json, "/messages/0/content", json!("Hi")),
        ("cohere/command-a-03-2025", &tooled, "/tools/0/function/parameters", json!({ "type": "object" })),
        ("minimax/MiniMax-M2.7", &plain, "/reasoning_split", json!(true)),
        ("nvidia/nvidia/nv-embedqa-e5-v5", &embed, "/input_type", json!("query")),
        ("siliconflow/BAAI/bge-m3", &embed, "/input_type", Value::Null),
    ];
    for (target, task, place, expected) in rows {
        let body = sent(&all, target, task);
        assert_eq!(body.pointer(place).cloned().unwrap_or_default(), expected, "{target} {place}: {body}");
    }
    let quirks = |id: &str| &all.get(&ProviderId::new(id)).unwrap().endpoint.quirks;
    assert_eq!(quirks("moonshot").most_temperature, Some(1));
    assert_eq!(quirks("openai").most_stops, Some(4));
    assert!(quirks("dashscope").audio_in_data_url);
    assert_eq!(quirks("github").models_url.as_deref(), Some("https://models.github.ai/catalog/models"));
    let github = all.get(&ProviderId::new("github")).unwrap();
    assert!(github.endpoint.headers.iter().any(|(name, _)| name == "X-GitHub-Api-Version"));
}
