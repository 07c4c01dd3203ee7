//! Turns as messages with parts.
//!
//! A turn of the user's may hold what came of calls, which are messages of their own here. What a part says beyond the words
//! that all formats share stays with the message as it was written, for targets of this format, and is named for all
//! others.

use bytes::Bytes;
use mediary_core::task::{Message, Original, Part, Role, ToolCall, Written};
use serde_json::Value;
use serde_json::value::RawValue;

use super::wire::{CallResult, Content, FileData, WirePart, camel, elements};
use super::{WIRE_FORMAT, bad, inside, signed};
use crate::protocol::calls::OpenCalls;
use crate::protocol::media::medium;
use crate::protocol::process::BadField;
use crate::protocol::{Open, from_json, piece};

/// Files under these addresses are known to another server only, by the key that they were uploaded with.
const ELSEWHERE: [&str; 3] = ["https://generativelanguage.googleapis.com/", "gs://", "files/"];
/// Addresses of pages, behind which a video is that only one vendor can get.
const PAGES: [&str; 3] = ["youtube.com/", "www.youtube.com/", "youtu.be/"];

/// What the result of a call that failed is called.
const FAILURE: &str = "error";

/// A message in the making.
struct Growing {
    message: Message,
    original: Original,
    /// Whether a target of this format has to be sent it as it was written.
    is_peculiar: bool,
    signatures: usize,
}

impl Growing {
    /// A message that stands at a place of its request.
    fn new(role: Role, place: &str) -> Self {
        let original = Original { wire_format: WIRE_FORMAT, ..Original::default() };
        Self {
            message: Message { written: Some(Written::at(place)), ..Message::new(role) },
            original,
            is_peculiar: role == Role::Assistant,
            signatures: 0,
        }
    }

    fn is_empty(&self) -> bool {
        self.original.pieces.is_empty()
    }

    fn finish(self) -> Message {
        let keeps = self.is_peculiar && !self.is_empty();
        Message { original: keeps.then_some(self.original), ..self.message }
    }

    /// Notes what of a part only this format has words for.
    fn peculiar(&mut self, name: impl Into<String>) {
        self.is_peculiar = true;
        self.original.names.push(name.into());
    }

    /// Takes a part in that is no result of a call.
    fn take(
        &mut self,
        part: Open<WirePart<'_>>,
        raw: &RawValue,
        path: &str,
        calls: &mut OpenCalls,
        body: &Bytes,
    ) -> Result<(), BadField> {
        self.original.pieces.push(piece(body, raw));
        let before = self.message.parts.len();
        let Open { known: part, others } = part;
        for name in others.without_nulls().keys().map(|name| camel(name)) {
            self.peculiar(format!("{path}.{name}"));
        }
        let is_thought = part.thought == Some(true);
        if is_thought || (part.thought_signature.is_some() && part.function_call.is_none()) {
            let thought = part.text.clone().filter(|_| is_thought).unwrap_or_default();
            let place = if is_thought { path.to_owned() } else { format!("{path}.thoughtSignature") };
            self.thought(thought, part.thought_signature.clone(), place);
        }
        if let Some(text) = part.text.filter(|text| !is_thought && !text.is_empty()) {
            self.message.parts.push(Part::Text(text));
        }
        if let Some(inline) = part.inline_data {
            let path = format!("{path}.inlineData.data");
            let (mime, name) = (inline.mime_type, inline.display_name.filter(|name| !name.is_empty()));
            self.message.parts.push(medium(&inline.data, mime, name, None, &path, body)?);
        }
        if let Some(file) = part.file_data {
            self.message.parts.push(addressed(file, &format!("{path}.fileData.fileUri"), body)?);
        }
        let Message { parts, written, .. } = &mut self.message;
        written.iter_mut().for_each(|written| written.notes(before, &parts[before..], path));
        if let Some(call) = part.function_call {
            if self.message.role != Role::Assistant {
                let message = "functions are called in turns whose role is `model`";
                return Err(bad(format!("{path}.functionCall"), message));
            }
            let id = calls.made(call.id, &call.name);
            let arguments =
                call.args.filter(|args| !args.is_null()).map_or_else(|| "{}".to_owned(), |args| args.to_string());
            let signature = part.thought_signature;
            if signature.is_some() {
                self.original.names.push(format!("{path}.thoughtSignature"));
            }
            self.message.tool_calls.push(ToolCall { id, name: call.name, arguments, signature });
        }
        Ok(())
    }

    fn thought(&mut self, text: String, signature: Option<String>, place: String) {
        let read = signed::back(text, signature);
        if read.thought_by.as_deref().is_some_and(|maker| maker != WIRE_FORMAT) {
            // The vendor of this format would refuse the whole request.
            self.original.is_changed = true;
        }
        let reasoning = self.message.reasoning.get_or_insert_default();
        reasoning.text.push_str(&read.text);
        reasoning.places.push(place);
        if let Some(signature) = read.signature {
            self.signatures += 1;
            let is_ours = read.thought_by.as_deref() == Some(WIRE_FORMAT);
            // Of several thoughts put together none is signed; here what is signed is the turn.
            reasoning.signature = Some(signature).filter(|_| is_ours || self.signatures == 1);
            reasoning.thought_by = read.thought_by;
        }
    }
}

/// The conversation.
pub(super) fn messages(raw: Option<&RawValue>, body: &Bytes) -> Result<Vec<Message>, BadField> {
    let mut messages = Vec::new();
    let mut calls = OpenCalls::default();
    for (index, raw) in elements(raw, "contents")?.into_iter().enumerate() {
        let path = format!("contents[{index}]");
        // A text may stand where a turn of the user's does.
        if raw.get().starts_with('"') {
            let text: String = from_json(raw.get().as_bytes(), "a text")?;
            messages.push(Message { written: Some(Written::at(path)), ..Message::text(Role::User, text) });
            continue;
        }
        let content: Content<'_> = from_json(raw.get().as_bytes(), "a turn").map_err(|bad| inside(&path, bad))?;
        let role = match content.role.as_deref() {
            None | Some("" | "user" | "function" | "tool") => Role::User,
            Some("model") => Role::Assistant,
            Some("system") => Role::System,
            Some(other) => {
                let message = format!("`{other}` is no role; use user or model");
                return Err(bad(format!("{path}.role"), message));
            }
        };
        turn(role, content.parts, &path, &mut calls, body, &mut messages)?;
    }
    Ok(messages)
}

fn part<'a>(raw: &'a RawValue, path: &str) -> Result<Open<WirePart<'a>>, BadField> {
    from_json(raw.get().as_bytes(), "a part").map_err(|bad| inside(path, bad))
}

fn turn(
    role: Role,
    parts: Option<&RawValue>,
    path: &str,
    calls: &mut OpenCalls,
    body: &Bytes,
    messages: &mut Vec<Message>,
) -> Result<(), BadField> {
    let before = messages.len();
    let mut growing = Growing::new(role, path);
    for (index, raw) in elements(parts, &format!("{path}.parts"))?.into_iter().enumerate() {
        let path = format!("{path}.parts[{index}]");
        let mut part = part(raw, &path)?;
        if let Some(result) = part.known.function_response.take() {
            if !growing.is_empty() {
                messages.push(std::mem::replace(&mut growing, Growing::new(role, &path)).finish());
            }
            messages.push(self::result(result, raw, &path, calls, body)?);
            continue;
        }
        growing.take(part, raw, &path, calls, body)?;
    }
    if !growing.is_empty() || (messages.len() == before && role == Role::Assistant) {
        messages.push(growing.finish());
    }
    if messages.len() == before {
        return Err(bad(format!("{path}.parts"), "a turn needs parts"));
    }
    Ok(())
}

/// What came of a call.
fn result(
    result: Open<CallResult<'_>>,
    raw: &RawValue,
    path: &str,
    calls: &mut OpenCalls,
    body: &Bytes,
) -> Result<Message, BadField> {
    let path = format!("{path}.functionResponse");
    let mut growing = Growing::new(Role::Tool, &path);
    let Open { known: result, others } = result;
    for name in others.without_nulls().keys().map(|name| camel(name)) {
        growing.peculiar(format!("{path}.{name}"));
    }
    growing.message.tool_call_id = calls.answered(result.id, Some(&result.name));
    if result.response.as_ref().and_then(Value::as_object).is_some_and(|fields| fields.keys().eq([FAILURE])) {
        growing.message.has_failed = true;
        growing.message.parts.push(Part::Text(Message::FAILED.to_owned()));
    }
    growing.message.parts.extend(result.response.map(|response| Part::Text(said(response))));
    for (index, raw) in elements(result.parts, &format!("{path}.parts"))?.into_iter().enumerate() {
        let path = format!("{path}.parts[{index}]");
        let part = part(raw, &path)?;
        growing.take(part, raw, &path, calls, body)?;
        growing.is_peculiar = true;
    }
    growing.message.name = Some(result.name);
    // As it was written, with its id or without: the call that it answers goes as it was written too.
    growing.is_peculiar = true;
    growing.original.pieces = vec![piece(body, raw)];
    Ok(growing.finish())
}

/// A result as other formats have it. What is only wrapped up so that it is an object is taken out again.
fn said(response: Value) -> String {
    match response {
        Value::Object(fields) if fields.len() == 1 => match fields.iter().next() {
            Some((name, Value::String(text))) if matches!(name.as_str(), "result" | "output" | FAILURE) => text.clone(),
            Some(_) | None => Value::Object(fields).to_string(),
        },
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A medium by its address.
fn addressed(file: FileData<'_>, path: &str, body: &Bytes) -> Result<Part, BadField> {
    let uri = file.file_uri.trim();
    if ELSEWHERE.iter().any(|beginning| uri.starts_with(beginning)) {
        let message = "files that were uploaded to Google cannot be passed on; send the bytes as `inlineData`, or an address \
                       from which they can be fetched";
        return Err(bad(path, message));
    }
    let address = uri.split_once("://").map_or(uri, |(_, address)| address);
    if PAGES.iter().any(|page| address.starts_with(page)) {
        let message =
            "behind this address is a page and no video; send the bytes as `inlineData`, or the address of the file";
        return Err(bad(path, message));
    }
    if !uri.contains("://") {
        let message =
            "`fileUri` must be an http(s) address; ids of files are not known here: send the bytes as `inlineData`";
        return Err(bad(path, message));
    }
    medium(uri, None, file.display_name.filter(|name| !name.is_empty()), None, path, body)
}

/// What the system says, if it says anything.
pub(super) fn system(raw: Option<&RawValue>, body: &Bytes) -> Result<Option<Message>, BadField> {
    const PATH: &str = "systemInstruction";
    let Some(text) = raw.map(RawValue::get).filter(|text| *text != "null") else { return Ok(None) };
    if text.starts_with('"') {
        let text: String = from_json(text.as_bytes(), "a text")?;
        let told = Message { written: Some(Written::at(PATH)), ..Message::text(Role::System, text) };
        return Ok((!told.joined_text().is_empty()).then_some(told));
    }
    let content: Content<'_> = from_json(text.as_bytes(), "a turn").map_err(|bad| inside(PATH, bad))?;
    let mut growing = Growing::new(Role::System, PATH);
    let mut calls = OpenCalls::default();
    for (index, raw) in elements(content.parts, &format!("{PATH}.parts"))?.into_iter().enumerate() {
        let path = format!("{PATH}.parts[{index}]");
        let part = part(raw, &path)?;
        growing.take(part, raw, &path, &mut calls, body)?;
    }
    // It has no place among the turns, where what was written could stand.
    let message = Message { original: None, ..growing.finish() };
    Ok((!message.parts.is_empty()).then_some(message))
}
