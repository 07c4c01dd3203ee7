//! What a key's conversations begin with, put before the instructions of events that are passed on.

use serde_json::{Map, Value, json};

/// An event in which instructions begin with `prompt`, if it has any.
#[must_use]
pub fn prompted(event: &str, prompt: &str) -> String {
    let Ok(mut told) = serde_json::from_str::<Value>(event) else { return event.to_owned() };
    for name in ["session", "response"] {
        let instructions = told.get_mut(name).and_then(|whole| whole.get_mut("instructions"));
        if let Some(instructions) = instructions
            && let Some(its) = instructions.as_str()
        {
            *instructions = joined(prompt, its).into();
        }
    }
    told.to_string()
}

/// The event by which a session that was asked for beforehand is held as it was; `None`: there is nothing to say.
#[must_use]
pub fn first_update(written: &Map<String, Value>, prompt: Option<&str>) -> Option<String> {
    let mut session = written.clone();
    // It was chosen by the address.
    session.remove("model");
    if let Some(prompt) = prompt {
        let its = session.get("instructions").and_then(Value::as_str).unwrap_or_default();
        session.insert("instructions".to_owned(), joined(prompt, its).into());
    }
    if session.keys().all(|name| name == "type") {
        return None;
    }
    session.entry("type").or_insert_with(|| "realtime".into());
    Some(json!({ "type": "session.update", "session": session }).to_string())
}

fn joined(prompt: &str, instructions: &str) -> String {
    if instructions.trim().is_empty() { prompt.to_owned() } else { format!("{prompt}\n\n{instructions}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_says_comes_first() {
        let event =
            prompted(r#"{"type":"session.update","session":{"instructions":"Be brief.","voice":"x"}}"#, "Be kind.");
        let told: Value = serde_json::from_str(&event).unwrap();
        assert_eq!(told["session"], json!({"instructions": "Be kind.\n\nBe brief.", "voice": "x"}));
        let other = r#"{"type":"response.create"}"#;
        assert_eq!(prompted(other, "Be kind."), other);
        let written = json!({"type": "realtime", "model": "m"});
        let update = |prompt| first_update(written.as_object().unwrap(), prompt);
        assert_eq!(update(None), None);
        let told: Value = serde_json::from_str(&update(Some("Be kind.")).unwrap()).unwrap();
        assert_eq!(told["session"], json!({"type": "realtime", "instructions": "Be kind."}));
    }
}
