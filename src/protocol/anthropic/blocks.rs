//! Blocks of a turn as messages with parts.
//!
//! A turn of the user's may hold results of tools, which are messages of their own here. What a block says beyond the
//! words that all formats share stays with the message as it was written, for targets of this format, and is named for
//! all others.

use bytes::Bytes;
use mediary_core::task::{Extras, Message, Original, Part, Reasoning, Role, ToolCall, Written};
use mediary_core::{Blob, Claim, classify};
use serde_json::value::RawValue;

use super::wire::{Block, Source};
use super::{bad, inside, signed};
use crate::protocol::media::{kept_file, medium};
use crate::protocol::process::BadField;
use crate::protocol::{Open, from_json, piece};

/// A text or blocks.
pub(super) enum Content<'a> {
    Nothing,
    Text(String),
    Blocks(Vec<&'a RawValue>),
}

impl<'a> Content<'a> {
    pub(super) fn of(raw: Option<&'a RawValue>, path: &str) -> Result<Self, BadField> {
        let Some(text) = raw.map(RawValue::get).filter(|text| *text != "null") else { return Ok(Self::Nothing) };
        let read = match text.starts_with('[') {
            true => from_json(text.as_bytes(), "a list of blocks").map(Self::Blocks),
            false => from_json(text.as_bytes(), "a text or a list of blocks").map(Self::Text),
        };
        read.map_err(|bad| inside(path, bad))
    }
}

/// A block with the text it was read from and its place.
struct Read<'a> {
    block: Block<'a>,
    others: Extras,
    raw: &'a RawValue,
    path: String,
}

impl<'a> Read<'a> {
    fn of(raw: &'a RawValue, path: String) -> Result<Self, BadField> {
        let read = from_json(raw.get().as_bytes(), "a block").map_err(|bad| inside(&path, bad))?;
        let Open { known: block, others } = read;
        Ok(Self { block, others, raw, path })
    }

    fn lacks(&self, field: &str) -> BadField {
        bad(format!("{}.{field}", self.path), format!("a block of type `{}` needs `{field}`", self.block.r#type))
    }
}

/// A message in the making.
struct Growing {
    message: Message,
    original: Original,
    /// Whether a target of this format has to be sent it as it was written.
    is_peculiar: bool,
}

impl Growing {
    /// A message that stands at a place of its request.
    fn new(role: Role, place: &str) -> Self {
        let original = Original { wire_format: signed::OWN, ..Original::default() };
        Self {
            message: Message { written: Some(Written::at(place)), ..Message::new(role) },
            original,
            is_peculiar: role == Role::Assistant,
        }
    }

    fn is_empty(&self) -> bool {
        self.original.pieces.is_empty()
    }

    /// Notes what of a block only this format has words for.
    fn peculiar(&mut self, name: impl Into<String>) {
        self.is_peculiar = true;
        self.original.names.push(name.into());
    }

    fn finish(self) -> Message {
        let keeps = self.is_peculiar && !self.original.pieces.is_empty();
        Message { original: keeps.then_some(self.original), ..self.message }
    }

    fn mark(&mut self, block: &mut Block<'_>) {
        if let Some(control) = block.cache_control.take().filter(|control| !control.is_null()) {
            self.message.cache_marks.push((self.message.parts.len(), control));
        }
    }

    /// Takes a block in.
    fn take(&mut self, mut read: Read<'_>, body: &Bytes) -> Result<(), BadField> {
        self.original.pieces.push(piece(body, read.raw));
        self.mark(&mut read.block);
        let path = read.path.clone();
        let before = self.message.parts.len();
        let fields = read.others.iter().filter(|(_, value)| !is_nothing(value.value()));
        let fields: Vec<String> = fields.map(|(name, _)| format!("{path}.{name}")).collect();
        match (&*read.block.r#type, self.message.role) {
            ("thinking" | "redacted_thinking", Role::Assistant) => self.thought(&read),
            ("tool_use", Role::Assistant) => self.call(&read)?,
            // To every other target these are said in words.
            ("document" | "search_result", _) => {
                self.is_peculiar = true;
                self.message.parts.extend(shown(&read, body)?.unwrap_or_default());
            }
            _ => match shown(&read, body)? {
                Some(parts) => self.message.parts.extend(parts),
                None => self.peculiar(&path),
            },
        }
        fields.into_iter().for_each(|field| self.peculiar(field));
        let Message { parts, written, .. } = &mut self.message;
        written.iter_mut().for_each(|written| written.notes(before, &parts[before..], &path));
        Ok(())
    }

    fn thought(&mut self, read: &Read<'_>) {
        let block = &read.block;
        self.is_peculiar = true;
        let (maker, signature) = match (&block.data, &block.signature) {
            // As the dialect of this format marks what is given only in cipher.
            (Some(data), _) => (signed::OWN, Some(format!("redacted_thinking:{data}"))),
            (None, Some(signature)) => {
                let (maker, signature) = signed::back(signature);
                (maker, signature.map(str::to_owned))
            }
            (None, None) => ("", None),
        };
        if maker != signed::OWN || signature.is_none() {
            // The vendor of this format would refuse the whole request.
            self.original.is_changed = true;
        }
        let reasoning = self.message.reasoning.get_or_insert_default();
        reasoning.text.push_str(block.thinking.as_deref().unwrap_or_default());
        let is_first = reasoning.thought_by.is_none();
        *reasoning = Reasoning {
            text: std::mem::take(&mut reasoning.text),
            // Of several thoughts put together none is signed.
            signature: signature.filter(|_| is_first),
            thought_by: Some(maker.to_owned()),
            places: std::mem::take(&mut reasoning.places),
        };
        reasoning.places.push(read.path.clone());
    }

    fn call(&mut self, read: &Read<'_>) -> Result<(), BadField> {
        let block = &read.block;
        let id = block.id.as_deref().ok_or_else(|| read.lacks("id"))?;
        let name = block.name.clone().ok_or_else(|| read.lacks("name"))?;
        let (id, signature) = signed::id_back(id);
        // Its result is answered under the same id only if both are written anew.
        self.original.is_changed |= signature.is_some();
        let arguments = block.input.as_ref().map_or_else(|| "{}".to_owned(), ToString::to_string);
        self.message.tool_calls.push(ToolCall { id: id.to_owned(), name, arguments, signature });
        Ok(())
    }
}

/// What nothing is lost of: no citations, no cache.
fn is_nothing(value: &serde_json::Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty) || *value == serde_json::json!({ "enabled": false })
}

/// A turn as messages.
pub(super) fn turn(role: Role, content: Content<'_>, path: &str, body: &Bytes) -> Result<Vec<Message>, BadField> {
    let blocks = match content {
        Content::Text(text) => {
            return Ok(vec![Message { written: Some(Written::at(path)), ..Message::text(role, text) }]);
        }
        Content::Blocks(blocks) if !blocks.is_empty() || role == Role::Assistant => blocks,
        Content::Nothing if role == Role::Assistant => Vec::new(),
        Content::Nothing | Content::Blocks(_) => {
            return Err(bad(format!("{path}.content"), "a message needs content"));
        }
    };
    let mut messages = Vec::new();
    let mut growing = Growing::new(role, path);
    for (index, raw) in blocks.into_iter().enumerate() {
        let read = Read::of(raw, format!("{path}.content[{index}]"))?;
        if read.block.r#type == "tool_result" && role == Role::User {
            if !growing.is_empty() {
                messages.push(std::mem::replace(&mut growing, Growing::new(role, path)).finish());
            }
            messages.push(result(read, body)?);
            continue;
        }
        growing.take(read, body)?;
    }
    if !growing.is_empty() || messages.is_empty() {
        messages.push(growing.finish());
    }
    Ok(messages)
}

/// The result of a tool.
fn result(mut read: Read<'_>, body: &Bytes) -> Result<Message, BadField> {
    let mut growing = Growing::new(Role::Tool, &read.path);
    let id = read.block.tool_use_id.clone().ok_or_else(|| read.lacks("tool_use_id"))?;
    let (id, signature) = signed::id_back(&id);
    growing.message.tool_call_id = Some(id.to_owned());
    let path = format!("{}.content", read.path);
    if read.block.is_error == Some(true) {
        growing.message.has_failed = true;
        growing.message.parts.push(Part::Text(Message::FAILED.to_owned()));
        growing.is_peculiar = true;
    }
    match Content::of(read.block.content, &path)? {
        Content::Nothing => {}
        Content::Text(text) => growing.message.parts.push(Part::Text(text)),
        Content::Blocks(blocks) => {
            for (index, raw) in blocks.into_iter().enumerate() {
                growing.take(Read::of(raw, format!("{path}[{index}]"))?, body)?;
            }
        }
    }
    // The result as a whole is marked, as the last thing in it would be.
    if let Some(control) = read.block.cache_control.take().filter(|control| !control.is_null()) {
        let last = growing.message.parts.len().saturating_sub(1);
        growing.message.cache_marks.push((last, control));
    }
    growing.original.pieces = vec![piece(body, read.raw)];
    growing.original.is_changed |= signature.is_some();
    Ok(growing.finish())
}

/// What a block shows to every target, as parts; `None`: only a target of this format understands it.
fn shown(read: &Read<'_>, body: &Bytes) -> Result<Option<Vec<Part>>, BadField> {
    let block = &read.block;
    Ok(Some(match &*block.r#type {
        "text" => vec![Part::Text(block.text.clone().ok_or_else(|| read.lacks("text"))?)],
        "image" => vec![file(read, body)?],
        "document" => document(read, body)?,
        "search_result" => vec![Part::Text(found(read)?)],
        "thinking" | "redacted_thinking" | "tool_use" | "tool_result" => {
            let message = format!("a block of type `{}` has no place in this turn", block.r#type);
            return Err(bad(format!("{}.type", read.path), message));
        }
        _ => return Ok(None),
    }))
}

/// A picture, or a document that is a file.
fn file(read: &Read<'_>, body: &Bytes) -> Result<Part, BadField> {
    let path = format!("{}.source", read.path);
    let source = source(read)?;
    let name = read.block.title.clone().filter(|title| !title.is_empty());
    let lacks = |field: &str| bad(format!("{path}.{field}"), format!("a source of type `{}` needs it", source.r#type));
    match &*source.r#type {
        "base64" => {
            let data = source.data.as_deref().ok_or_else(|| lacks("data"))?;
            medium(data, source.media_type.clone(), name, None, &format!("{path}.data"), body)
        }
        "url" => {
            let url = source.url.as_deref().ok_or_else(|| lacks("url"))?;
            medium(url, None, name, None, &format!("{path}.url"), body)
        }
        "file" => {
            let id = source.file_id.as_deref().ok_or_else(|| lacks("file_id"))?;
            Ok(kept_file(id, name, None))
        }
        other => {
            let message = format!("`{other}` is no type of source; use base64, url, file, text or content");
            Err(bad(format!("{path}.type"), message))
        }
    }
}

fn source<'a>(read: &Read<'a>) -> Result<Source<'a>, BadField> {
    let raw = read.block.source.ok_or_else(|| read.lacks("source"))?;
    from_json(raw.get().as_bytes(), "a source").map_err(|bad| inside(&format!("{}.source", read.path), bad))
}

/// A document: a file, a text that is one, or what it says.
fn document(read: &Read<'_>, body: &Bytes) -> Result<Vec<Part>, BadField> {
    let source = source(read)?;
    let path = format!("{}.source", read.path);
    let mut parts = Vec::new();
    if let Some(context) = read.block.context.as_ref().filter(|context| !context.is_empty()) {
        parts.push(Part::Text(context.clone()));
    }
    match &*source.r#type {
        "text" => {
            let text = source.data.ok_or_else(|| bad(format!("{path}.data"), "a source of type `text` needs it"))?;
            let name = read.block.title.clone().filter(|title| !title.is_empty());
            let claim = Claim { mime: Some("text/plain"), file_name: name.as_deref() };
            // What is not worth a file is said as it is.
            parts.push(match classify(Blob::in_memory(text.as_bytes().to_vec()), claim) {
                Ok(media) => {
                    Part::Media(mediary_core::task::MediaPart { name, ..mediary_core::task::MediaPart::new(media) })
                }
                Err(_) => Part::Text(text.into_owned()),
            });
        }
        "content" => {
            parts.extend(read.block.title.clone().filter(|title| !title.is_empty()).map(Part::Text));
            match Content::of(source.content, &format!("{path}.content"))? {
                Content::Nothing => {}
                Content::Text(text) => parts.push(Part::Text(text)),
                Content::Blocks(blocks) => {
                    for (index, raw) in blocks.into_iter().enumerate() {
                        let read = Read::of(raw, format!("{path}.content[{index}]"))?;
                        parts.extend(shown(&read, body)?.unwrap_or_default());
                    }
                }
            }
        }
        _ => parts.push(file(read, body)?),
    }
    Ok(parts)
}

/// Something that was found, with where.
fn found(read: &Read<'_>) -> Result<String, BadField> {
    let mut text = String::new();
    let source = read.block.source.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    for line in [read.block.title.as_ref(), source.as_ref()].into_iter().flatten() {
        text.push_str(line);
        text.push('\n');
    }
    let path = format!("{}.content", read.path);
    match Content::of(read.block.content, &path)? {
        Content::Nothing => {}
        Content::Text(said) => text.push_str(&said),
        Content::Blocks(blocks) => {
            for (index, raw) in blocks.into_iter().enumerate() {
                let inner = Read::of(raw, format!("{path}[{index}]"))?;
                text.push_str(inner.block.text.as_deref().ok_or_else(|| inner.lacks("text"))?);
                text.push('\n');
            }
        }
    }
    Ok(text.trim_end().to_owned())
}
