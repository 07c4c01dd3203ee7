//! Items of a conversation, read and written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mediary_core::live::{Content, Item, ItemKind, ItemState, LivePicture};
use mediary_core::task::Role;
use serde_json::{Value, json};

use super::super::media::medium;
use super::super::process::BadField;
use super::bad;

/// Longer ids are none.
const MOST_ID_CHARS: usize = 64;

/// An item as a client sends it. Its id is empty where none was sent.
pub(super) fn read(item: &Value, path: &str) -> Result<Item, BadField> {
    let text = |name: &str| item[name].as_str().map(str::to_owned);
    let needed = |name: &str| {
        text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| bad(format!("{path}.{name}"), format!("`{name}` is missing")))
    };
    let id = text("id").unwrap_or_default();
    if id.chars().count() > MOST_ID_CHARS {
        return Err(bad(format!("{path}.id"), format!("an id has {MOST_ID_CHARS} characters at most")));
    }
    let kind = match item["type"].as_str() {
        Some("message") => {
            let role = match item["role"].as_str() {
                Some("user") => Role::User,
                Some("assistant") => Role::Assistant,
                Some("system" | "developer") => Role::System,
                _ => return Err(bad(format!("{path}.role"), "`role` is user, assistant or system")),
            };
            let parts = item["content"].as_array().filter(|parts| !parts.is_empty());
            let parts = parts.ok_or_else(|| bad(format!("{path}.content"), "a message has a list of contents"))?;
            let content =
                parts.iter().enumerate().map(|(at, part)| content(part, role, &format!("{path}.content[{at}]")));
            ItemKind::Message { role, content: content.collect::<Result<_, _>>()? }
        }
        Some("function_call") => ItemKind::Call {
            call: needed("call_id")?,
            name: needed("name")?,
            arguments: text("arguments").unwrap_or_else(|| "{}".to_owned()),
        },
        Some("function_call_output") => {
            let output =
                item.get("output").map(|output| output.as_str().map_or_else(|| output.to_string(), str::to_owned));
            let output = output.ok_or_else(|| bad(format!("{path}.output"), "`output` is missing"))?;
            ItemKind::Result { call: needed("call_id")?, output }
        }
        _ => {
            let message = "an item is a message, a function_call or a function_call_output";
            return Err(bad(format!("{path}.type"), message));
        }
    };
    Ok(Item { id, state: ItemState::Completed, kind })
}

fn content(part: &Value, role: Role, path: &str) -> Result<Content, BadField> {
    let text = |name: &str| part[name].as_str().map(str::to_owned);
    let needed = |name: &str| text(name).ok_or_else(|| bad(format!("{path}.{name}"), format!("`{name}` is missing")));
    match part["type"].as_str() {
        Some("input_text" | "text" | "output_text") if role == Role::Assistant => Ok(Content::Written(needed("text")?)),
        Some("input_text" | "text") => Ok(Content::Text(needed("text")?)),
        Some("output_audio" | "audio") if role == Role::Assistant => Ok(Content::Spoken(needed("transcript")?)),
        Some("input_audio") if role == Role::User => {
            let words = text("transcript").filter(|words| !words.trim().is_empty());
            let samples = match part["audio"].as_str() {
                Some(audio) => sound(audio, &format!("{path}.audio"))?,
                None if words.is_some() => Bytes::new(),
                None => return Err(bad(format!("{path}.audio"), "`audio` is missing")),
            };
            Ok(Content::Sound { samples, words })
        }
        Some("input_image") if role == Role::User => {
            let url = needed("image_url")?;
            let picture = medium(&url, None, None, None, &format!("{path}.image_url"), &Bytes::new())?;
            Ok(Content::Picture(LivePicture { url, part: Some(picture) }))
        }
        _ => Err(bad(
            format!("{path}.type"),
            "a person's content is input_text, input_audio or input_image; an assistant's output_text or output_audio",
        )),
    }
}

/// Sound out of base64.
pub(super) fn sound(text: &str, path: &str) -> Result<Bytes, BadField> {
    let bytes = STANDARD.decode(text).map_err(|_| bad(path, "`audio` is no base64"))?;
    Ok(bytes.into())
}

/// An item as OpenAI writes it.
pub(super) fn written(item: &Item) -> Value {
    let status = match item.state {
        ItemState::InProgress => "in_progress",
        ItemState::Completed => "completed",
        ItemState::Incomplete => "incomplete",
    };
    let (id, object) = (item.id.as_str(), "realtime.item");
    match &item.kind {
        ItemKind::Message { role, content } => {
            let role = match role {
                Role::User | Role::Tool => "user",
                Role::Assistant => "assistant",
                Role::System => "system",
            };
            let content: Vec<Value> = content.iter().map(content_json).collect();
            json!({ "id": id, "object": object, "type": "message", "status": status, "role": role, "content": content })
        }
        ItemKind::Call { call, name, arguments } => json!({
            "id": id, "object": object, "type": "function_call", "status": status,
            "call_id": call, "name": name, "arguments": arguments,
        }),
        ItemKind::Result { call, output } => json!({
            "id": id, "object": object, "type": "function_call_output", "status": status, "call_id": call, "output": output,
        }),
    }
}

fn content_json(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({ "type": "input_text", "text": text }),
        // Sound is not sent back.
        Content::Sound { words, .. } => json!({ "type": "input_audio", "transcript": words }),
        Content::Picture(picture) => json!({ "type": "input_image", "image_url": picture.url }),
        Content::Written(text) => json!({ "type": "output_text", "text": text }),
        Content::Spoken(words) => json!({ "type": "output_audio", "transcript": words }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        for item in [
            json!({"id": "a", "object": "realtime.item", "type": "message", "status": "completed", "role": "user",
                "content": [{"type": "input_text", "text": "hi"}, {"type": "input_audio", "transcript": "ho"},
                    {"type": "input_image", "image_url": "https://a.example/x.png"}]}),
            json!({"id": "b", "object": "realtime.item", "type": "message", "status": "completed", "role": "assistant",
                "content": [{"type": "output_text", "text": "hi"}, {"type": "output_audio", "transcript": "ho"}]}),
            json!({"id": "c", "object": "realtime.item", "type": "function_call", "status": "completed", "call_id": "1",
                "name": "f", "arguments": "{}"}),
            json!({"id": "d", "object": "realtime.item", "type": "function_call_output", "status": "completed",
                "call_id": "1", "output": "x"}),
        ] {
            assert_eq!(written(&read(&item, "item").unwrap()), item);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |content: Value| json!({"type": "message", "role": "user", "content": content});
        for (item, field) in [
            (json!({"type": "x"}), "item.type"),
            (json!({"type": "message", "role": "x"}), "item.role"),
            (message(json!([])), "item.content"),
            (message(json!([{"type": "input_audio"}])), "item.content[0].audio"),
            (message(json!([{"type": "input_audio", "audio": "?"}])), "item.content[0].audio"),
            (message(json!([{"type": "output_text", "text": "x"}])), "item.content[0].type"),
            (json!({"type": "function_call_output", "output": "x"}), "item.call_id"),
            (json!({"type": "function_call", "call_id": "1"}), "item.name"),
            (json!({"type": "function_call_output", "call_id": "1"}), "item.output"),
        ] {
            assert_eq!(read(&item, "item").unwrap_err().field, field, "{item}");
        }
    }
}
