//! Events of sessions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::live::{LiveError, LiveSettings, LiveUsage, Place, ResponseState, ServerEvent, SpokenReply};
use serde_json::{Map, Value, json};

use super::items;
use super::session::settings_json;

/// What events say of their session.
#[derive(Debug, Clone, Copy)]
pub struct SessionFacts<'a> {
    /// What it is called.
    pub id: &'a str,
    /// How it is held.
    pub settings: &'a LiveSettings,
    /// When it ends, in seconds since 1970.
    pub expires_at: u64,
}

impl SessionFacts<'_> {
    /// The session as OpenAI writes it.
    #[must_use]
    pub fn written(&self) -> Value {
        let mut session = settings_json(self.settings);
        session["object"] = "realtime.session".into();
        session["id"] = self.id.into();
        session["expires_at"] = self.expires_at.into();
        session
    }
}

/// An event as it is sent, under an id of its own.
#[must_use]
pub fn write(event: &ServerEvent, id: &str, session: &SessionFacts<'_>) -> String {
    if let ServerEvent::AsWritten(text) = event {
        return text.clone();
    }
    let (kind, fields) = parts(event, session);
    let mut whole = Map::new();
    whole.insert("type".to_owned(), kind.into());
    whole.insert("event_id".to_owned(), id.into());
    if let Value::Object(fields) = fields {
        whole.extend(fields);
    }
    Value::Object(whole).to_string()
}

fn parts(event: &ServerEvent, session: &SessionFacts<'_>) -> (&'static str, Value) {
    use ServerEvent as E;
    match event {
        E::AsWritten(_) => ("", Value::Null),
        E::SessionCreated => ("session.created", json!({ "session": session.written() })),
        E::SessionUpdated => ("session.updated", json!({ "session": session.written() })),
        E::ItemAdded { item, after } => ("conversation.item.added", placed(item, after.as_deref())),
        E::ItemDone { item, after } => ("conversation.item.done", placed(item, after.as_deref())),
        E::ItemRetrieved { item } => ("conversation.item.retrieved", json!({ "item": items::written(item) })),
        E::ItemDeleted { id } => ("conversation.item.deleted", json!({ "item_id": id })),
        E::ItemTruncated { id, content, heard_ms } => (
            "conversation.item.truncated",
            json!({ "item_id": id, "content_index": content, "audio_end_ms": heard_ms }),
        ),
        E::HeardDelta { item, delta } => (
            "conversation.item.input_audio_transcription.delta",
            json!({ "item_id": item, "content_index": 0, "delta": delta }),
        ),
        E::Heard { item, words, seconds } => (
            "conversation.item.input_audio_transcription.completed",
            json!({
                "item_id": item, "content_index": 0, "transcript": words,
                "usage": { "type": "duration", "seconds": seconds },
            }),
        ),
        E::HeardFailed { item, error } => (
            "conversation.item.input_audio_transcription.failed",
            json!({ "item_id": item, "content_index": 0, "error": error_json(error) }),
        ),
        E::SpeechStarted { item, at_ms } => {
            ("input_audio_buffer.speech_started", json!({ "item_id": item, "audio_start_ms": at_ms }))
        }
        E::SpeechStopped { item, at_ms } => {
            ("input_audio_buffer.speech_stopped", json!({ "item_id": item, "audio_end_ms": at_ms }))
        }
        E::Committed { item, after } => {
            ("input_audio_buffer.committed", json!({ "item_id": item, "previous_item_id": after }))
        }
        E::Cleared => ("input_audio_buffer.cleared", json!({})),
        E::Failed(error) => ("error", json!({ "error": error_json(error) })),
        E::TargetChanged { from, to, why } => (
            "mediary.target_changed",
            json!({ "from": from.as_ref().map(ToString::to_string), "to": to.to_string(), "reason": why }),
        ),
        answer => of_answer(answer),
    }
}

/// Events of an answer.
fn of_answer(event: &ServerEvent) -> (&'static str, Value) {
    use ServerEvent as E;
    match event {
        E::ResponseCreated(reply) => ("response.created", json!({ "response": reply_json(reply) })),
        E::OutputAdded { response, output, item } => (
            "response.output_item.added",
            json!({ "response_id": response, "output_index": output, "item": items::written(item) }),
        ),
        E::PartAdded { place, aloud } => {
            ("response.content_part.added", with(place, json!({ "part": part(*aloud, "") })))
        }
        E::TextDelta { place, delta } => ("response.output_text.delta", with(place, json!({ "delta": delta }))),
        E::TextDone { place, text } => ("response.output_text.done", with(place, json!({ "text": text }))),
        E::SoundDelta { place, bytes } => {
            ("response.output_audio.delta", with(place, json!({ "delta": STANDARD.encode(bytes) })))
        }
        E::SoundDone { place } => ("response.output_audio.done", with(place, json!({}))),
        E::WordsDelta { place, delta } => {
            ("response.output_audio_transcript.delta", with(place, json!({ "delta": delta })))
        }
        E::WordsDone { place, text } => {
            ("response.output_audio_transcript.done", with(place, json!({ "transcript": text })))
        }
        E::ArgumentsDelta { place, call, delta } => {
            ("response.function_call_arguments.delta", called(place, json!({ "call_id": call, "delta": delta })))
        }
        E::ArgumentsDone { place, call, name, arguments } => (
            "response.function_call_arguments.done",
            called(place, json!({ "call_id": call, "name": name, "arguments": arguments })),
        ),
        E::PartDone { place, aloud, text } => {
            ("response.content_part.done", with(place, json!({ "part": part(*aloud, text) })))
        }
        E::OutputDone { response, output, item } => (
            "response.output_item.done",
            json!({ "response_id": response, "output_index": output, "item": items::written(item) }),
        ),
        E::ResponseDone(reply) => ("response.done", json!({ "response": reply_json(reply) })),
        // The others have been written.
        _ => ("", Value::Null),
    }
}

fn placed(item: &mediary_core::live::Item, after: Option<&str>) -> Value {
    json!({ "previous_item_id": after, "item": items::written(item) })
}

fn with(place: &Place, fields: Value) -> Value {
    let mut all = called(place, fields);
    all["content_index"] = place.content.into();
    all
}

fn called(place: &Place, fields: Value) -> Value {
    let mut all = json!({ "response_id": place.response, "item_id": place.item, "output_index": place.output });
    if let (Value::Object(all), Value::Object(fields)) = (&mut all, fields) {
        all.extend(fields);
    }
    all
}

fn part(aloud: bool, text: &str) -> Value {
    if aloud { json!({ "type": "audio", "transcript": text }) } else { json!({ "type": "text", "text": text }) }
}

fn error_json(error: &LiveError) -> Value {
    json!({
        "type": error.family, "code": error.code, "message": error.message, "param": error.param, "event_id": error.event,
    })
}

fn reply_json(reply: &SpokenReply) -> Value {
    let (status, reason) = match reply.state {
        ResponseState::InProgress => ("in_progress", None),
        ResponseState::Completed => ("completed", None),
        ResponseState::Cancelled => ("cancelled", Some("client_cancelled")),
        ResponseState::Interrupted => ("cancelled", Some("turn_detected")),
        ResponseState::CutOff => ("incomplete", Some("max_output_tokens")),
        ResponseState::Filtered => ("incomplete", Some("content_filter")),
        ResponseState::Failed => ("failed", None),
    };
    let details = match (&reply.failure, reason) {
        (Some(failure), _) => json!({
            "type": status,
            "error": { "type": failure.family, "code": failure.code, "message": failure.message },
        }),
        (None, Some(reason)) => json!({ "type": status, "reason": reason }),
        (None, None) => Value::Null,
    };
    let settings = settings_json(&reply.settings);
    json!({
        "object": "realtime.response",
        "id": reply.id,
        "status": status,
        "status_details": details,
        "output": reply.output.iter().map(items::written).collect::<Vec<_>>(),
        "conversation_id": reply.conversation,
        "output_modalities": settings["output_modalities"],
        "max_output_tokens": settings["max_output_tokens"],
        "audio": { "output": settings["audio"]["output"] },
        "usage": reply.usage.as_ref().map(usage_json),
        "metadata": if reply.metadata.is_empty() { Value::Null } else { Value::Object(reply.metadata.clone()) },
    })
}

fn usage_json(usage: &LiveUsage) -> Value {
    let LiveUsage { input, input_sound, cached, output, output_sound } = *usage;
    json!({
        "total_tokens": input + output,
        "input_tokens": input,
        "output_tokens": output,
        "input_token_details": {
            "text_tokens": input.saturating_sub(input_sound), "audio_tokens": input_sound, "image_tokens": 0, "cached_tokens": cached,
            "cached_tokens_details": { "text_tokens": cached, "audio_tokens": 0, "image_tokens": 0 },
        },
        "output_token_details": { "text_tokens": output.saturating_sub(output_sound), "audio_tokens": output_sound },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::Target;

    #[test]
    fn events_have_the_shapes_of_the_interface() {
        let settings = LiveSettings::default();
        let session = SessionFacts { id: "sess_1", settings: &settings, expires_at: 1_800_000_000 };
        let place = || Place { response: "resp_1".to_owned(), item: "item_1".to_owned(), output: 0, content: 0 };
        let error = LiveError {
            family: "server_error",
            code: "c".to_owned(),
            message: "m".to_owned(),
            param: None,
            event: Some("e".to_owned()),
        };
        let reply = SpokenReply {
            id: "resp_1".to_owned(),
            state: ResponseState::Interrupted,
            failure: None,
            output: Vec::new(),
            settings: Box::default(),
            conversation: Some("conv_1".to_owned()),
            metadata: Map::new(),
            usage: Some(LiveUsage { input: 9, input_sound: 4, cached: 1, output: 5, output_sound: 2 }),
        };
        let events = [
            ServerEvent::SessionCreated,
            ServerEvent::SpeechStarted { item: "item_1".to_owned(), at_ms: 40 },
            ServerEvent::SoundDelta { place: place(), bytes: vec![0, 1].into() },
            ServerEvent::WordsDelta { place: place(), delta: "hi".to_owned() },
            ServerEvent::PartDone { place: place(), aloud: true, text: "hi".to_owned() },
            ServerEvent::ArgumentsDone {
                place: place(),
                call: "call_1".to_owned(),
                name: "f".to_owned(),
                arguments: "{}".to_owned(),
            },
            ServerEvent::ResponseDone(Box::new(reply)),
            ServerEvent::TargetChanged {
                from: None,
                to: "local/piper".parse::<Target>().unwrap(),
                why: "it failed".to_owned(),
            },
            ServerEvent::Failed(error),
        ];
        let written: Vec<Value> =
            events.iter().map(|event| serde_json::from_str(&write(event, "event_1", &session)).unwrap()).collect();
        insta::assert_json_snapshot!(written);
    }

    #[test]
    fn what_was_written_already_stays_as_it_is() {
        let settings = LiveSettings::default();
        let session = SessionFacts { id: "", settings: &settings, expires_at: 0 };
        let text = "{\"type\": \"x\"}";
        assert_eq!(write(&ServerEvent::AsWritten(text.to_owned()), "event_1", &session), text);
    }
}
