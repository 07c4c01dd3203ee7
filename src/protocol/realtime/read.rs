//! Events of clients.

use mediary_core::live::{ClientEvent, LiveError, LiveSettings, ResponseWish};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::process::BadField;
use super::{bad, items, session};

/// An event that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What its client calls it.
    pub id: Option<String>,
    /// What it asks for.
    pub event: ClientEvent,
}

/// Understands an event of a session that is held like `now`.
///
/// # Errors
/// As the event that tells the client of it.
pub fn read(text: &str, now: &LiveSettings) -> Result<Asked, LiveError> {
    let told: Value =
        serde_json::from_str(text).map_err(|_| misread(None, &bad("", "an event is an object of JSON")))?;
    let id = told["event_id"].as_str().map(str::to_owned);
    let event = understood(&told, now).map_err(|wrong| misread(id.clone(), &wrong))?;
    Ok(Asked { id, event })
}

pub(super) fn misread(event: Option<String>, BadField { field, message }: &BadField) -> LiveError {
    LiveError {
        family: "invalid_request_error",
        code: "invalid_value".to_owned(),
        message: message.clone(),
        param: Some(field.clone()).filter(|field| !field.is_empty()),
        event,
    }
}

fn understood(told: &Value, now: &LiveSettings) -> Result<ClientEvent, BadField> {
    let needed = |name: &str| {
        let text = told[name].as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| bad(name, format!("`{name}` is missing")))
    };
    Ok(match told["type"].as_str().unwrap_or_default() {
        "session.update" => ClientEvent::Update(Box::new(session::settings(&told["session"], now)?)),
        // The older interface had one of its own for transcriptions.
        "transcription_session.update" => {
            let settings = session::settings(&told["session"], now)?;
            ClientEvent::Update(Box::new(LiveSettings { only_transcribes: true, ..settings }))
        }
        "input_audio_buffer.append" => ClientEvent::Append(items::sound(&needed("audio")?, "audio")?),
        "input_audio_buffer.commit" => ClientEvent::Commit,
        "input_audio_buffer.clear" => ClientEvent::Clear,
        "conversation.item.create" => ClientEvent::AddItem {
            item: items::read(&told["item"], "item")?,
            after: told["previous_item_id"].as_str().map(str::to_owned),
        },
        "conversation.item.retrieve" => ClientEvent::Retrieve(needed("item_id")?),
        "conversation.item.delete" => ClientEvent::Delete(needed("item_id")?),
        "conversation.item.truncate" => ClientEvent::Truncate {
            id: needed("item_id")?,
            content: told["content_index"].as_u64().and_then(|index| u32::try_from(index).ok()).unwrap_or_default(),
            heard_ms: told["audio_end_ms"]
                .as_u64()
                .ok_or_else(|| bad("audio_end_ms", "`audio_end_ms` is a number of milliseconds"))?,
        },
        "response.create" => ClientEvent::Respond(Box::new(wish(&told["response"], now)?)),
        "response.cancel" => ClientEvent::Cancel,
        "output_audio_buffer.clear" => {
            return Err(bad("type", "output_audio_buffer.clear is of WebRTC; here the client plays the sound itself"));
        }
        "" => return Err(bad("type", "an event needs a `type`")),
        other => {
            let other: String = other.chars().take(80).collect();
            return Err(bad("type", format!("`{other}` is no event of the realtime interface")));
        }
    })
}

fn wish(response: &Value, now: &LiveSettings) -> Result<ResponseWish, BadField> {
    if response.is_null() {
        return Ok(ResponseWish::default());
    }
    let renamed =
        |wrong: BadField| BadField { field: wrong.field.replacen("session", "response", 1), message: wrong.message };
    // A response has its own fields beside those of a session.
    let mut fields = response.as_object().cloned().ok_or_else(|| bad("response", "`response` must be an object"))?;
    let input = fields.remove("input").filter(|input| !input.is_null());
    let apart = fields.remove("conversation");
    let metadata =
        fields.remove("metadata").and_then(|metadata| metadata.as_object().cloned()).unwrap_or_else(Map::new);
    let settings = match fields.is_empty() {
        true => None,
        false => Some(Box::new(session::settings(&Value::Object(fields), now).map_err(renamed)?)),
    };
    let input = match input {
        None => None,
        Some(input) => {
            let list = input.as_array().ok_or_else(|| bad("response.input", "`input` is a list of items"))?;
            let items = list.iter().enumerate().filter(|(_, item)| item["type"] != "item_reference");
            Some(
                items
                    .map(|(at, item)| items::read(item, &format!("response.input[{at}]")))
                    .collect::<Result<_, _>>()?,
            )
        }
    };
    Ok(ResponseWish { settings, is_apart: apart.is_some_and(|apart| apart == "none"), input, metadata })
}

/// The type of an event; the rest, which mostly is a long piece of sound, is skipped. `None`: it has none, or more than one.
#[must_use]
pub fn event_type(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Kind {
        r#type: String,
    }
    serde_json::from_str::<Kind>(text).ok().map(|kind| kind.r#type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::live::ItemKind;

    fn event(text: &str) -> Result<ClientEvent, LiveError> {
        read(text, &LiveSettings::default()).map(|asked| asked.event)
    }

    #[test]
    fn each_event_is_understood() {
        let rows = [
            (r#"{"type":"input_audio_buffer.append","audio":"AAE="}"#, ClientEvent::Append(vec![0, 1].into())),
            (r#"{"type":"input_audio_buffer.commit"}"#, ClientEvent::Commit),
            (r#"{"type":"input_audio_buffer.clear"}"#, ClientEvent::Clear),
            (r#"{"type":"conversation.item.delete","item_id":"a"}"#, ClientEvent::Delete("a".to_owned())),
            (r#"{"type":"conversation.item.retrieve","item_id":"a"}"#, ClientEvent::Retrieve("a".to_owned())),
            (
                r#"{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":7}"#,
                ClientEvent::Truncate { id: "a".to_owned(), content: 0, heard_ms: 7 },
            ),
            (r#"{"type":"response.create"}"#, ClientEvent::Respond(Box::default())),
            (r#"{"type":"response.cancel"}"#, ClientEvent::Cancel),
        ];
        for (text, expected) in rows {
            assert_eq!(event(text).unwrap(), expected, "{text}");
            assert_eq!(event_type(text).as_deref(), serde_json::from_str::<Value>(text).unwrap()["type"].as_str());
        }
    }

    #[test]
    fn an_answer_of_its_own_has_settings_and_inputs_of_its_own() {
        let asked = event(
            r#"{"type":"response.create","response":{"instructions":"i","conversation":"none","metadata":{"k":"v"},
                "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]}]}}"#,
        );
        let ClientEvent::Respond(wish) = asked.unwrap() else { unreachable!("it is one") };
        assert!(wish.is_apart && wish.metadata["k"] == "v");
        assert_eq!(wish.settings.unwrap().instructions, "i");
        assert!(matches!(wish.input.unwrap()[0].kind, ItemKind::Message { .. }));
    }

    #[test]
    fn only_the_events_own_type_counts() {
        let later = r#"{"session":{"type":"realtime"},"type":"session.update"}"#;
        assert_eq!(event_type(later).as_deref(), Some("session.update"));
        assert_eq!(event_type(r#"{"type":"a","type":"b"}"#), None);
        assert_eq!(event_type("x"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_the_event_it_is_in() {
        for (text, param) in [
            ("x", None),
            (r#"{"event_id":"e"}"#, Some("type")),
            (r#"{"type":"y","event_id":"e"}"#, Some("type")),
            (r#"{"type":"output_audio_buffer.clear","event_id":"e"}"#, Some("type")),
            (r#"{"type":"input_audio_buffer.append","audio":"?","event_id":"e"}"#, Some("audio")),
            (
                r#"{"type":"response.create","response":{"output_modalities":[]},"event_id":"e"}"#,
                Some("response.output_modalities"),
            ),
        ] {
            let error = event(text).unwrap_err();
            assert_eq!(error.param.as_deref(), param, "{text}");
            assert_eq!(error.event.as_deref(), param.map(|_| "e"));
        }
    }
}
