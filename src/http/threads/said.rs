//! Threads and their messages as clients read them, and why there is none.

use std::sync::Arc;

use axum::http::StatusCode;
use mediary_store::{MessageRow, ThreadRow, TitledBy};
use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::state::AppState;
use super::super::tasks::refused;
use crate::gateway::threads::{FoundThread, NoThread, Record, RecordPart, Threads};

/// A thread as its client reads it.
pub(super) fn thread_json(thread: &ThreadRow) -> Value {
    let metadata: Value = serde_json::from_str(&thread.metadata).unwrap_or_else(|_| json!({}));
    json!({
        "id": thread.id,
        "object": "thread",
        "title": thread.title,
        "title_by": thread.titled_by.map(TitledBy::name),
        "metadata": metadata,
        "project_id": thread.project,
        "model": Some(&thread.model).filter(|model| !model.is_empty()),
        "turns": thread.turns,
        "messages": thread.messages,
        "bytes": thread.bytes,
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
    })
}

/// A message as its client reads it.
pub(super) fn message_json(message: &MessageRow, thread: &str) -> Value {
    let record = Record::read(message);
    let content: Vec<Value> = record.parts.iter().map(|part| part_json(part, thread)).collect();
    let mut written = json!({
        "id": message_id(message.seq),
        "object": "thread.message",
        "thread_id": thread,
        "turn": message.turn,
        "role": message.role,
        "created_at": message.created_at,
        "content": content,
    });
    let Value::Object(fields) = &mut written else { return written };
    if !message.model.is_empty() {
        fields.insert("model".to_owned(), json!(message.model));
        fields.insert("status".to_owned(), json!(if message.is_incomplete { "incomplete" } else { "completed" }));
    }
    let calls: Vec<Value> = record
        .calls
        .iter()
        .map(|call| {
            let function = json!({ "name": call.name, "arguments": call.arguments });
            json!({ "id": call.id, "type": "function", "function": function })
        })
        .collect();
    let others = [
        ("tool_calls", (!calls.is_empty()).then(|| json!(calls))),
        ("tool_call_id", record.call_id.as_ref().map(|id| json!(id))),
        ("name", record.name.as_ref().map(|name| json!(name))),
        ("refusal", record.refusal.as_ref().map(|refusal| json!(refusal))),
    ];
    fields.extend(others.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    written
}

fn part_json(part: &RecordPart, thread: &str) -> Value {
    match part {
        RecordPart::Text(text) => json!({ "type": "text", "text": text }),
        RecordPart::Medium(medium) => json!({
            "type": "file",
            "file": {
                "hash": medium.hash,
                "mime_type": medium.mime,
                "bytes": medium.bytes,
                "filename": medium.name,
                "url": format!("/v1/threads/{thread}/media/{}", medium.hash),
            },
        }),
    }
}

/// How a message is named.
pub(super) fn message_id(seq: i64) -> String {
    format!("msg_{seq}")
}

/// The whole of a thread as JSON.
pub(super) fn as_json(thread: &ThreadRow, messages: &[MessageRow]) -> Value {
    let mut written = thread_json(thread);
    let all: Vec<Value> = messages.iter().map(|message| message_json(message, &thread.id)).collect();
    if let Value::Object(fields) = &mut written {
        fields.insert("data".to_owned(), json!(all));
    }
    written
}

/// A thread that was found, with what was found in it.
pub(super) fn found_json(found: &FoundThread) -> Value {
    let mut written = thread_json(&found.thread);
    if let Value::Object(fields) = &mut written {
        fields.insert("snippet".to_owned(), json!(found.snippet));
        fields.insert(
            "similarity".to_owned(),
            json!(found.likeness.map(|likeness| (likeness * 1_000.0).round() / 1_000.0)),
        );
    }
    written
}

/// A list as OpenAI's clients read them.
pub(super) fn list_json(data: &[Value], has_more: bool) -> Value {
    let id = |one: Option<&Value>| one.map(|one| one["id"].clone());
    json!({
        "object": "list",
        "first_id": id(data.first()),
        "last_id": id(data.last()),
        "has_more": has_more,
        "data": data,
    })
}

/// The threads of this server.
pub(in crate::http) fn threads(state: &AppState) -> Result<&Arc<Threads>, ApiError> {
    state.threads.as_ref().ok_or_else(|| {
        let message = "This server keeps no threads: they are switched off ([threads] enabled), or the folder of its database or of \
                       [content] is not to be had; the log of its start says which. Leave the thread out, or name folders of its \
                       own as [store] dir and [content] dir and start it again.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "threads_not_kept", message)
    })
}

/// Why there is no thread, for a client.
pub(in crate::http) fn no_thread(why: NoThread) -> ApiError {
    let full = |code, message: String| ApiError::new(StatusCode::INSUFFICIENT_STORAGE, code, message);
    match why {
        NoThread::Unknown => ApiError::not_found(
            "thread_not_found",
            "There is no such thread with this key: it was removed, its time is over, or another key made it. GET /v1/threads lists \
             yours.",
        ),
        NoThread::Full { most_bytes } => full(
            "threads_full",
            format!(
                "All threads that are kept here may have {most_bytes} bytes together. Remove some (DELETE /v1/threads/…), or raise \
                 `bytes` in [threads]; without a thread the request is answered and nothing kept."
            ),
        ),
        NoThread::TooMany { most } => full(
            "too_many_threads",
            format!("A key may have {most} threads. Remove some (DELETE /v1/threads/…), or raise `most` in [threads]."),
        ),
        NoThread::Long { most } => full(
            "thread_full",
            format!("A thread may have {most} messages. Begin another one, or raise `messages` in [threads]."),
        ),
        NoThread::NoMeanings(message) => {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_meanings", capital(message)).about("mode")
        }
        NoThread::NoVault(message) => ApiError::forbidden("no_vault", message),
        NoThread::VaultAway => {
            let message = "The vault is not to be had, or cannot be written to; the server's log says why. Nothing of it was changed; \
                           try again once it is there. If the folder of notes was removed on purpose, send {\"restore\": true}.";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "vault_away", message)
        }
        NoThread::Call(error) => refused(*error),
        NoThread::Failed(failure) => failure.into(),
        NoThread::Store(error) => ApiError::broken(error.to_string()),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(characters).chain(['.']).collect()
}
