//! Tables against encoders: a dialect carries the formats it can write, and takes the soft parameters it writes.

use mediary_core::task::{Chat, Effort, Message, Part, Role, Sampling, Task, Tool};
use mediary_core::{MediaFormat, MediaKind};
use serde_json::{Value, json};

use super::ALL;
use crate::golden::{able, call, encode, extras, media, of};
use crate::{Dialect, Quirks};

#[test]
fn a_format_is_carried_if_and_only_if_it_can_be_written() {
    for dialect in ALL {
        for format in MediaFormat::ALL.iter().copied() {
            let message = Message { parts: vec![Part::Media(media(format))], ..Message::new(Role::User) };
            let is_written = encode(dialect, &able("p/m"), &of(vec![message])).is_ok();
            assert_eq!(dialect.carries(format), is_written, "{} and {format}", dialect.name());
        }
    }
}

#[test]
fn what_a_medium_means_is_carried_and_of_that_medium() {
    let kinds = [MediaKind::Text, MediaKind::Image, MediaKind::Document, MediaKind::Audio, MediaKind::Video];
    for dialect in ALL {
        for kind in kinds {
            for format in dialect.formats(kind) {
                assert!(dialect.carries(*format) && format.kind() == kind, "{} and {format}", dialect.name());
            }
        }
    }
}

/// A chat that asks for everything; soft parameters without a place of their own hold their names.
fn wishes(soft: &[&str]) -> Chat {
    let tool = Tool { name: "f".to_owned(), description: None, ..Tool::default() };
    let named = soft.iter().map(|name| {
        let value = match *name {
            "modalities" => json!(["text"]),
            "options" => json!({ "num_gpu": 77 }),
            "metadata" => json!({ "wish": "metadata" }),
            name => json!(name),
        };
        ((*name).to_owned(), value)
    });
    Chat {
        messages: vec![Message::text(Role::User, "Hi")],
        tools: vec![tool],
        parallel_tool_calls: Some(false),
        sampling: Sampling {
            max_tokens: Some(9_999),
            temperature: Some(0.875),
            top_p: Some(0.125),
            top_k: Some(77),
            stop: vec!["the end".to_owned()],
            seed: Some(424_242),
            presence_penalty: Some(0.375),
            frequency_penalty: Some(0.625),
            ..Sampling::default()
        },
        effort: Some(Effort::Low),
        extras: extras(&Value::Object(named.collect())),
        ..Chat::default()
    }
}

#[test]
fn a_soft_parameter_changes_what_is_written_unless_it_is_dropped() {
    // Older models of this name take all that their dialect has a form for, one at a time.
    let abilities = mediary_core::capability::Abilities { reasoning: false, ..able("p/claude-3-7-sonnet-20250219") };
    let written = |dialect: &dyn Dialect, chat: &Chat, dropped: &[String]| {
        let task = Task::Chat(chat.clone());
        dialect.encode(&call(&task, &abilities, dropped), &Quirks::default()).unwrap().body.read_all().unwrap()
    };
    for dialect in ALL {
        for name in dialect.soft_parameters().unwrap_or(&["user", "seed", "a_field_of_tomorrow"]) {
            let chat = wishes(&[name]);
            let dropped = [(*name).to_owned()];
            let (taken, left) = (written(dialect, &chat, &[]), written(dialect, &chat, &dropped));
            assert_ne!(taken, left, "{} takes `{name}` and does not write it", dialect.name());
        }
    }
}
