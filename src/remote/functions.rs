//! Calls of functions in a conversation, as the dialects want them that are not OpenAI's.

use mediary_core::task::Message;
use serde_json::Value;

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
