//! Writing a request's JSON body, and what is said of a part that has no place in it.
//!
//! Media are lent to the body as base64, so that a large picture is copied once; nothing here knows a wire format.

use std::borrow::Cow;

use mediary_core::task::{Chat, MediaPart, Message, Part};
use mediary_core::{Failure, Media};
use serde::Serialize;
use serde_json::Value;

/// Room for everything but media, so that most bodies are written without growing.
const ROOM_BYTES: usize = 4096;

/// The body as JSON.
pub(crate) fn write(body: &impl Serialize, chat: &Chat) -> Result<Vec<u8>, Failure> {
    let parts = chat.messages.iter().flat_map(|message| &message.parts);
    let room: usize = parts
        .map(|part| match part {
            Part::Text(text) => text.len() + text.len() / 8,
            Part::Media(part) if part.url.is_some() => 0,
            Part::Media(part) => usize::try_from(part.media.blob.len_bytes()).unwrap_or(0).div_ceil(3) * 4,
            Part::Remote { .. } => 0,
        })
        .sum();
    let mut bytes = Vec::with_capacity(room + ROOM_BYTES);
    serde_json::to_writer(&mut bytes, body)
        .map_err(|error| Failure::broken(format!("the request could not be written as JSON: {error}")))?;
    Ok(bytes)
}

/// A medium's bytes as base64.
pub(crate) fn base64(part: &MediaPart) -> Result<Cow<'_, str>, Failure> {
    part.media.blob.base64().map_err(|_| unreadable())
}

/// A text file's characters.
pub(crate) fn characters(media: &Media) -> Result<String, Failure> {
    let bytes = media.blob.read_all().map_err(|_| unreadable())?;
    Ok(mediary_core::media::decode_text(&bytes).text)
}

fn unreadable() -> Failure {
    Failure::broken("a file of the request is gone from this machine; send the request again")
}

/// A medium has no form in a dialect: the matrix promised too much.
pub(crate) fn no_form(dialect: &str, media: &Media) -> Failure {
    let (kind, format) = (media.kind(), media.format);
    Failure::unsupported(format!("{kind} in the format {format} has no form in the dialect {dialect}"))
}

/// A parameter has no form in a dialect: the matrix promised too much.
pub(crate) fn no_parameter(dialect: &str, name: &str) -> Failure {
    Failure::broken(format!("`{name}` has no form in the dialect {dialect}"))
}

/// A part whose address was not fetched before it came here.
pub(crate) fn not_fetched() -> Failure {
    Failure::broken("a part of the request was not fetched before it was written")
}

/// A call's arguments as the object some dialects want. What is no object goes inside of one.
pub(crate) fn arguments(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ => serde_json::json!({ "raw": text }),
    }
}

/// The name of the function whose result the message at `index` holds: that of the nearest call of its id before it.
pub(crate) fn called_function(messages: &[Message], index: usize) -> Option<&str> {
    let result = messages.get(index)?;
    let id = result.tool_call_id.as_deref();
    let mut calls = messages[..index].iter().rev().flat_map(|message| &message.tool_calls);
    let called = calls.find(|call| Some(call.id.as_str()) == id).map(|call| call.name.as_str());
    called.or(result.name.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_always_an_object() {
        let table = [
            (r#"{"q":1}"#, r#"{"q":1}"#),
            ("", "{}"),
            (" ", "{}"),
            ("[1]", r#"{"raw":"[1]"}"#),
            (r#"{"q":"#, r#"{"raw":"{\"q\":"}"#),
        ];
        for (text, object) in table {
            assert_eq!(arguments(text).to_string(), object, "{text}");
        }
    }
}
