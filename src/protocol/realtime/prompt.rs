//! What a key's conversations begin with, put before the instructions of events that are passed on.

use mediary_core::live::LiveError;
use serde_json::{Map, Value, json};

use super::bad;
use super::read::misread;

/// An event in which instructions begin with `prompt`, if it has any.
///
/// # Errors
/// As the event that tells the client of it: one that cannot be read here may be read elsewhere, so it goes no further.
pub fn prompted(event: &str, prompt: &str) -> Result<String, LiveError> {
    let told = serde_json::from_str::<Value>(event);
    let mut told = told.map_err(|_| misread(None, &bad("", "an event is an object of JSON")))?;
    let id = told["event_id"].as_str().map(str::to_owned);
    for name in ["session", "response"] {
        let instructions = told.get_mut(name).and_then(|whole| whole.get_mut("instructions"));
        let Some(instructions) = instructions else { continue };
        let its = match &*instructions {
            Value::Null => "",
            Value::String(its) => its,
            _ => {
                let field = format!("{name}.instructions");
                return Err(misread(id, &bad(&field, format!("`{field}` is a text"))));
            }
        };
        *instructions = joined(prompt, its).into();
    }
    Ok(told.to_string())
}

/// The events by which a session that was asked for beforehand is held as it was. What the key says goes first and alone, so
/// that it stands even where the rest is refused.
#[must_use]
pub fn first_updates(written: &Map<String, Value>, prompt: Option<&str>) -> Vec<String> {
    let mut session = written.clone();
    // It was chosen by the address.
    session.remove("model");
    let update = |session: Value| json!({ "type": "session.update", "session": session }).to_string();
    let mut updates = Vec::new();
    if let Some(prompt) = prompt {
        updates.push(update(json!({ "type": "realtime", "instructions": prompt })));
        if let Some(instructions) = session.get_mut("instructions") {
            *instructions = joined(prompt, instructions.as_str().unwrap_or_default()).into();
        }
    }
    if session.keys().any(|name| name != "type") {
        session.entry("type").or_insert_with(|| "realtime".into());
        updates.push(update(Value::Object(session)));
    }
    updates
}

fn joined(prompt: &str, instructions: &str) -> String {
    if instructions.trim().is_empty() { prompt.to_owned() } else { format!("{prompt}\n\n{instructions}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_says_comes_first() {
        let event = |text: &str| prompted(text, "Be kind.").map(|event| serde_json::from_str::<Value>(&event).unwrap());
        let told = event(r#"{"type":"session.update","session":{"instructions":"Be brief.","voice":"x"}}"#).unwrap();
        assert_eq!(told["session"], json!({"instructions": "Be kind.\n\nBe brief.", "voice": "x"}));
        for empty in [r#""""#, "null"] {
            let told = event(&format!(r#"{{"type":"response.create","response":{{"instructions":{empty}}}}}"#));
            assert_eq!(told.unwrap()["response"]["instructions"], "Be kind.");
        }
        let other = r#"{"type":"response.create"}"#;
        assert_eq!(prompted(other, "Be kind.").unwrap(), other);
    }

    #[test]
    fn what_cannot_be_read_here_goes_no_further() {
        let deep = format!(
            r#"{{"type":"session.update","session":{{"x":{}{},"instructions":"x"}}}}"#,
            "[".repeat(500),
            "]".repeat(500)
        );
        let odd = r#"{"type":"session.update","session":{"temperature":NaN,"instructions":"x"}}"#;
        for event in [deep.as_str(), odd, "x"] {
            assert_eq!(prompted(event, "Be kind.").unwrap_err().param, None, "{event}");
        }
        let listed = r#"{"event_id":"e","type":"session.update","session":{"instructions":["x"]}}"#;
        let error = prompted(listed, "Be kind.").unwrap_err();
        assert_eq!((error.param.as_deref(), error.event.as_deref()), (Some("session.instructions"), Some("e")));
    }

    #[test]
    fn what_a_key_says_stands_alone_at_first() {
        let updates = |written: Value, prompt| {
            let updates = first_updates(written.as_object().unwrap(), prompt);
            let sessions =
                updates.iter().map(|update| serde_json::from_str::<Value>(update).unwrap()["session"].clone());
            sessions.collect::<Vec<_>>()
        };
        let bare = || json!({"type": "realtime", "model": "m"});
        assert!(updates(bare(), None).is_empty());
        let prompt = json!({"type": "realtime", "instructions": "Be kind."});
        assert_eq!(updates(bare(), Some("Be kind.")), std::slice::from_ref(&prompt));
        let whole = json!({"instructions": "Be brief.", "unknown": 1});
        let joined = json!({"type": "realtime", "instructions": "Be kind.\n\nBe brief.", "unknown": 1});
        assert_eq!(updates(whole, Some("Be kind.")), [prompt, joined]);
    }
}
