//! What single vendors want otherwise, each departure held by what is written with it and without it.

use mediary_core::MediaFormat;
use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, Effort, Message, ReplyFormat, Role, Sampling, Task, Tool};
use serde_json::{Value, json};

use super::writing::medium;
use crate::endpoint::{EffortForm, InputTypes};
use crate::golden::{call, embed, extras};
use crate::{Dialect, OpenAi, Quirks};

/// The body of a task, and what was left out of it or said otherwise.
fn written(task: &Task, quirks: &Quirks) -> (Value, Vec<String>) {
    let abilities = Abilities { reasoning: true, tools: true, ..Abilities::chat("p/some-model".parse().unwrap()) };
    let call = OpenAi.encode(&call(task, &abilities, &[]), quirks).unwrap();
    (serde_json::from_slice(&call.body.read_all().unwrap()).unwrap(), call.left_out)
}

fn user(text: &str) -> Chat {
    Chat { messages: vec![Message::text(Role::User, text)], ..Chat::default() }
}

/// The fields of a chat beside its model and messages, and what was said otherwise.
fn fields(chat: &Chat, quirks: &Quirks) -> (Value, Vec<String>) {
    let (mut body, left_out) = written(&Task::Chat(chat.clone()), quirks);
    let object = body.as_object_mut().unwrap();
    object.remove("model");
    object.remove("messages");
    (body, left_out)
}

#[test]
fn how_long_to_think_is_said_in_the_providers_way() {
    let rows = [
        (EffortForm::ReasoningEffort, Effort::None, json!({ "reasoning_effort": "none" })),
        (EffortForm::ReasoningEffort, Effort::High, json!({ "reasoning_effort": "high" })),
        (EffortForm::Thinking, Effort::None, json!({ "thinking": { "type": "disabled" } })),
        (EffortForm::Thinking, Effort::High, json!({ "thinking": { "type": "enabled" } })),
        (EffortForm::ThinkingAndEffort, Effort::None, json!({ "thinking": { "type": "disabled" } })),
        (
            EffortForm::ThinkingAndEffort,
            Effort::Low,
            json!({ "thinking": { "type": "enabled" }, "reasoning_effort": "low" }),
        ),
        (EffortForm::EnableThinking, Effort::None, json!({ "enable_thinking": false })),
        (EffortForm::EnableThinking, Effort::Medium, json!({ "enable_thinking": true })),
    ];
    for (form, effort, expected) in rows {
        let quirks = Quirks { effort: form, ..Quirks::default() };
        let chat = Chat { effort: Some(effort), ..user("Hi") };
        assert_eq!(fields(&chat, &quirks), (expected, vec![]), "{form:?} {effort:?}");
        assert_eq!(fields(&user("Hi"), &quirks).0, json!({}), "nothing was asked for");
    }
    // What the client says in the vendor's own words stands alone.
    let own = Chat {
        effort: Some(Effort::High),
        extras: extras(&json!({ "thinking": { "type": "adaptive" } })),
        ..user("Hi")
    };
    let quirks = Quirks { effort: EffortForm::ThinkingAndEffort, ..Quirks::default() };
    assert_eq!(fields(&own, &quirks).0, json!({ "thinking": { "type": "adaptive" } }));
}

#[test]
fn more_stops_than_are_taken_are_left_out_and_noted() {
    let stop: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).into();
    let ending = |count: usize| {
        let stop = stop[..count].to_vec();
        Chat { sampling: Sampling { stop, ..Sampling::default() }, ..user("Hi") }
    };
    let few = Quirks { most_stops: Some(4), ..Quirks::default() };
    assert_eq!(fields(&ending(6), &few), (json!({ "stop": stop[..4] }), vec!["stop".to_owned()]));
    assert_eq!(fields(&ending(4), &few), (json!({ "stop": stop[..4] }), vec![]));
    assert_eq!(fields(&ending(0), &few), (json!({}), vec![]));
    assert_eq!(fields(&ending(6), &Quirks::default()), (json!({ "stop": stop }), vec![]));
}

#[test]
fn a_temperature_above_the_highest_is_the_highest_and_noted() {
    let warm = |temperature| Chat {
        sampling: Sampling { temperature: Some(temperature), ..Sampling::default() },
        ..user("Hi")
    };
    let capped = Quirks { most_temperature: Some(1), ..Quirks::default() };
    assert_eq!(fields(&warm(1.7), &capped), (json!({ "temperature": 1.0 }), vec!["temperature".to_owned()]));
    assert_eq!(fields(&warm(0.3), &capped), (json!({ "temperature": 0.3 }), vec![]));
    assert_eq!(fields(&warm(1.7), &Quirks::default()), (json!({ "temperature": 1.7 }), vec![]));
}

#[test]
fn json_is_asked_for_in_words_where_those_are_wanted_and_missing() {
    let says = Quirks { says_json: true, ..Quirks::default() };
    let chat = |text: &str, format| Task::Chat(Chat { format, ..user(text) });
    let messages = |task: &Task, quirks: &Quirks| {
        let (body, left_out) = written(task, quirks);
        (body["messages"].clone(), left_out)
    };
    let (silent, noted) = messages(&chat("List two fruits.", ReplyFormat::Json), &says);
    assert_eq!(
        silent,
        json!([{ "role": "system", "content": "Answer in JSON." }, { "role": "user", "content": "List two fruits." }])
    );
    assert_eq!(noted, ["response_format"]);
    for (task, quirks) in [
        (chat("List two fruits as JSON.", ReplyFormat::Json), &says),
        (chat("List two fruits.", ReplyFormat::Text), &says),
        (chat("List two fruits.", ReplyFormat::Json), &Quirks::default()),
    ] {
        let (messages, noted) = messages(&task, quirks);
        assert_eq!((messages.as_array().map(Vec::len), noted.len()), (Some(1), 0));
    }
}

#[test]
fn schemas_lose_the_keywords_that_are_refused_and_nothing_else() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "additionalProperties": { "type": "string", "enum": ["$schema"] },
            "list": { "type": "array", "items": { "type": "object", "additionalProperties": { "type": "number" } } },
        },
        "required": ["additionalProperties"],
        "additionalProperties": false,
    });
    let tool = |parameters| Tool { name: "f".into(), parameters: Some(parameters), ..Tool::default() };
    let chat = Chat { tools: vec![tool(schema.clone())], ..user("Hi") };
    let plain = Quirks { plain_schemas: true, ..Quirks::default() };
    let (body, left_out) = fields(&chat, &plain);
    assert_eq!(
        body["tools"][0]["function"]["parameters"],
        json!({
            "type": "object",
            "properties": {
                "additionalProperties": { "type": "string", "enum": ["$schema"] },
                "list": { "type": "array", "items": { "type": "object" } },
            },
            "required": ["additionalProperties"],
        })
    );
    assert_eq!(left_out, ["additionalProperties"]);
    let (body, left_out) = fields(&chat, &Quirks::default());
    assert_eq!((&body["tools"][0]["function"]["parameters"], left_out.len()), (&schema, 0));
    let untouched = Chat { tools: vec![tool(json!({ "type": "object" }))], ..user("Hi") };
    assert!(fields(&untouched, &plain).1.is_empty(), "what did not change is not noted");
}

#[test]
fn recordings_go_as_data_urls_where_those_are_wanted() {
    let heard = Message { parts: vec![medium(MediaFormat::Wav)], ..Message::new(Role::User) };
    let task = Task::Chat(Chat { messages: vec![heard], ..Chat::default() });
    let data = |quirks: &Quirks| written(&task, quirks).0["messages"][0]["content"][0]["input_audio"].clone();
    let as_url = Quirks { audio_in_data_url: true, ..Quirks::default() };
    assert_eq!(data(&as_url), json!({ "format": "wav", "data": "data:;base64,AAEC" }));
    assert_eq!(data(&Quirks::default()), json!({ "format": "wav", "data": "AAEC" }));
}

#[test]
fn what_texts_are_for_is_said_in_the_providers_words() {
    let of = |said: Option<&str>, input_types| {
        let said = said.map(|said| extras(&json!({ "input_type": said }))).unwrap_or_default();
        let task = Task::Embed(mediary_core::task::Embed { extras: said, ..embed(&["a"]) });
        written(&task, &Quirks { input_types, ..Quirks::default() }).0["input_type"].clone()
    };
    let (passage, search) = (Some(InputTypes::Passage), Some(InputTypes::SearchDocument));
    let rows = [
        (None, None, Value::Null),
        (Some("query"), None, json!("query")),
        (None, passage, json!("query")),
        (Some("search_query"), passage, json!("query")),
        (Some("search_document"), passage, json!("passage")),
        (Some("passage"), passage, json!("passage")),
        (Some("document"), search, json!("search_document")),
        (Some("query"), search, json!("search_query")),
    ];
    for (said, input_types, expected) in rows {
        assert_eq!(of(said, input_types), expected, "{said:?} {input_types:?}");
    }
}

#[test]
fn fields_that_go_with_every_chat_yield_to_the_clients() {
    let adds = json!({ "reasoning_split": true });
    let quirks = Quirks { adds: adds.as_object().unwrap().clone(), ..Quirks::default() };
    assert_eq!(fields(&user("Hi"), &quirks).0, json!({ "reasoning_split": true }));
    let own = Chat { extras: extras(&json!({ "reasoning_split": false })), ..user("Hi") };
    assert_eq!(fields(&own, &quirks).0, json!({ "reasoning_split": false }));
}
