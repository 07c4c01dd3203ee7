//! From the items of an input to messages.
//!
//! Thoughts, words and calls of the model are items of their own here; those that follow one another are one turn.

use bytes::Bytes;
use mediary_core::task::{Detail, FreeText, Message, Original, Part, Reasoning, Role, ToolCall, Written};
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;

use super::namespaces::qualified;
use super::native::piece_of;
use super::wire::{Item, Said, Str, WirePart, WireUrl};
use super::{WIRE_FORMAT, bad, compaction, inside, signed};
use crate::protocol::anthropic::signed::id_back;
use crate::protocol::from_json;
use crate::protocol::media::{kept_file, medium};
use crate::protocol::process::BadField;

/// Messages as they are put together.
#[derive(Debug, Default)]
pub(super) struct Turns {
    pub(super) messages: Vec<Message>,
    /// The model's turn that is not over.
    open: Option<Message>,
    /// The items before the next turn as they go to a target of this format.
    pieces: Vec<Bytes>,
    /// Those of them that it is not sent.
    lacks: Vec<String>,
    /// Items that only such a target is told of.
    pub(super) dropped: Vec<String>,
}

impl Turns {
    /// Understands an input: one text, or items.
    pub(super) fn of(input: &RawValue, body: &Bytes) -> Result<Self, BadField> {
        let mut turns = Self::default();
        if input.get().starts_with('"') {
            let text: String = from_json(input.get().as_bytes(), "a text").map_err(|bad| inside("input", bad))?;
            turns.messages.push(Message { written: Some(Written::at("input")), ..Message::text(Role::User, text) });
            return Ok(turns);
        }
        let items: Vec<&RawValue> =
            from_json(input.get().as_bytes(), "a text or a list of items").map_err(|bad| inside("input", bad))?;
        for (index, raw) in items.into_iter().enumerate() {
            let path = format!("input[{index}]");
            let item: Item<'_> = from_json(raw.get().as_bytes(), "an item").map_err(|bad| inside(&path, bad))?;
            match piece_of(&item, raw, body) {
                Some(piece) => turns.pieces.push(piece),
                None if thinks(&item) => turns.lacks.push(path.clone()),
                None => {}
            }
            turns.item(item, &path, body)?;
        }
        turns.close();
        // What stands behind the last turn belongs to it.
        let rest = std::mem::take(&mut turns.pieces);
        if let Some(original) = turns.messages.last_mut().and_then(|last| last.original.as_mut()) {
            original.pieces.extend(rest);
        }
        Ok(turns)
    }

    fn item(&mut self, item: Item<'_>, path: &str, body: &Bytes) -> Result<(), BadField> {
        let kind = item.r#type.as_deref().unwrap_or("message");
        match kind {
            "message" => self.message(&item, path, body)?,
            "reasoning" => self.reasoning(item, path)?,
            "function_call" => {
                let arguments = match item.arguments {
                    None | Some(Value::Null) => String::new(),
                    Some(Value::String(text)) => text,
                    Some(other) => other.to_string(),
                };
                let name = item.name.map(|name| qualified(item.namespace.as_deref(), &name));
                self.call(item.call_id, name, arguments, path)?;
            }
            "custom_tool_call" => {
                let arguments = json!({ FreeText::INPUT: item.input.unwrap_or_default() }).to_string();
                let name = item.name.map(|name| qualified(item.namespace.as_deref(), &name));
                self.call(item.call_id, name, arguments, path)?;
            }
            "function_call_output" | "custom_tool_call_output" => {
                let id = item.call_id.ok_or_else(|| bad(format!("{path}.call_id"), "a result needs a `call_id`"))?;
                let (parts, _) = parts(item.output, &format!("{path}.output"), body)?;
                let (id, _) = id_back(&id);
                let written = written(path, &parts, &format!("{path}.output"));
                self.push(Message { parts, written, tool_call_id: Some(id.to_owned()), ..Message::new(Role::Tool) });
            }
            "compaction" if let Some(text) = item.encrypted_content.as_deref().and_then(compaction::told) => {
                self.push(Message { written: Some(Written::at(path)), ..Message::text(Role::User, text) });
            }
            kind if is_of_its_provider(kind) => self.dropped.push(path.to_owned()),
            other => {
                let known = "message, function_call, function_call_output, custom_tool_call, custom_tool_call_output or \
                             reasoning";
                return Err(bad(format!("{path}.type"), format!("`{other}` is no type of item here; use {known}")));
            }
        }
        Ok(())
    }

    fn message(&mut self, item: &Item<'_>, path: &str, body: &Bytes) -> Result<(), BadField> {
        let (parts, refusal) = parts(item.content, &format!("{path}.content"), body)?;
        let role = match item.role.as_deref() {
            Some("user") => Role::User,
            Some("system" | "developer") => Role::System,
            Some("assistant") => {
                let open = self.open(path);
                open.parts.extend(parts);
                open.refusal = refusal.or(open.refusal.take());
                return Ok(());
            }
            other => {
                let message = format!("`{}` is no role; use user, assistant, system or developer", other.unwrap_or(""));
                return Err(bad(format!("{path}.role"), message));
            }
        };
        if role == Role::User && parts.is_empty() {
            return Err(bad(format!("{path}.content"), "a user's message needs content"));
        }
        let written = written(path, &parts, &format!("{path}.content"));
        self.push(Message { parts, written, ..Message::new(role) });
        Ok(())
    }

    fn reasoning(&mut self, item: Item<'_>, path: &str) -> Result<(), BadField> {
        let thinks = thinks(&item);
        let thoughts: Option<Vec<Said>> = match item.content {
            Some(raw) if raw.get().starts_with('[') => Some(from_json(raw.get().as_bytes(), "thoughts")?),
            _ => None,
        };
        let said = thoughts.filter(|all| !all.is_empty()).or(item.summary).unwrap_or_default();
        let text = said.into_iter().map(|said| said.text).collect::<Vec<_>>().join("\n\n");
        let more = signed::back(text, item.encrypted_content);
        let open = self.open(path);
        let mut all = match open.reasoning.take() {
            None => more,
            // A signature is of one thought alone; together they have none.
            Some(before) => {
                let text = format!("{}\n\n{}", before.text, more.text);
                Reasoning { places: before.places, ..signed::back(text, None) }
            }
        };
        all.places.extend(thinks.then(|| path.to_owned()));
        open.reasoning = Some(all);
        Ok(())
    }

    fn call(
        &mut self,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
        path: &str,
    ) -> Result<(), BadField> {
        let id = id.ok_or_else(|| bad(format!("{path}.call_id"), "a call needs a `call_id`"))?;
        let name = name.ok_or_else(|| bad(format!("{path}.name"), "a call needs a `name`"))?;
        let (id, signature) = id_back(&id);
        self.open(path).tool_calls.push(ToolCall { id: id.to_owned(), name, arguments, signature });
        Ok(())
    }

    /// The model's turn, to which the item that is read belongs.
    fn open(&mut self, path: &str) -> &mut Message {
        let (pieces, lacks) = (std::mem::take(&mut self.pieces), std::mem::take(&mut self.lacks));
        let open = self.open.get_or_insert_with(|| Message {
            original: Some(Original { wire_format: WIRE_FORMAT, ..Original::default() }),
            written: Some(Written::at(path)),
            ..Message::new(Role::Assistant)
        });
        if let Some(original) = &mut open.original {
            original.pieces.extend(pieces);
            original.lacks.extend(lacks);
        }
        open
    }

    fn close(&mut self) {
        self.messages.extend(self.open.take());
    }

    /// A turn of another's, which is one item.
    fn push(&mut self, message: Message) {
        self.close();
        let pieces = std::mem::take(&mut self.pieces);
        let original = Some(Original { wire_format: WIRE_FORMAT, pieces, ..Original::default() });
        self.messages.push(Message { original, ..message });
    }
}

/// Whether there is anything in an item of thoughts.
fn thinks(item: &Item<'_>) -> bool {
    item.encrypted_content.as_ref().is_some_and(|cipher| !cipher.is_empty())
        || item.summary.as_ref().is_some_and(|said| !said.is_empty())
        || item.content.is_some_and(|content| !matches!(content.get(), "null" | "[]"))
}

/// Whether items of a type are notes of what a tool of OpenAI's did there; they say nothing to others.
pub(super) fn is_of_its_provider(kind: &str) -> bool {
    let hosted = [
        "web_search",
        "file_search",
        "computer",
        "image_generation",
        "code_interpreter",
        "local_shell",
        "shell",
        "apply_patch",
        "tool_search",
        "mcp",
    ];
    let is_hosted = hosted.iter().any(|tool| kind.starts_with(tool));
    is_hosted || matches!(kind, "compaction" | "program" | "program_output" | "additional_tools")
}

/// Where a message stands, and where its media do in its list of parts.
fn written(path: &str, parts: &[Part], list: &str) -> Option<Written> {
    let mut written = Written::at(path);
    for (at, part) in parts.iter().enumerate() {
        written.notes(at, std::slice::from_ref(part), &format!("{list}[{at}]"));
    }
    Some(written)
}

/// What a message or a result says: its parts, and a refusal if it is one.
fn parts(raw: Option<&RawValue>, path: &str, body: &Bytes) -> Result<(Vec<Part>, Option<String>), BadField> {
    let Some(raw) = raw.filter(|raw| raw.get() != "null") else { return Ok((Vec::new(), None)) };
    match raw.get().as_bytes().first() {
        Some(b'"') => {
            let text: String = from_json(raw.get().as_bytes(), "a text").map_err(|bad| inside(path, bad))?;
            Ok((vec![Part::Text(text)], None))
        }
        Some(b'[') => {
            let all: Vec<WirePart<'_>> =
                from_json(raw.get().as_bytes(), "a list of parts").map_err(|bad| inside(path, bad))?;
            let (mut parts, mut refusal) = (Vec::with_capacity(all.len()), None);
            for (index, mut part) in all.into_iter().enumerate() {
                match part.r#type.as_str() {
                    "refusal" => refusal = part.refusal.take().or(refusal),
                    _ => parts.push(self::part(part, &format!("{path}[{index}]"), body)?),
                }
            }
            Ok((parts, refusal))
        }
        // A result may be any JSON.
        _ => Ok((vec![Part::Text(raw.get().to_owned())], None)),
    }
}

fn part(part: WirePart<'_>, path: &str, body: &Bytes) -> Result<Part, BadField> {
    let lacks =
        |field: &str| bad(format!("{path}.{field}"), format!("a part of type `{}` needs `{field}`", part.r#type));
    if let Some(id) = &part.file_id {
        return Ok(kept_file(id, part.filename, part.detail.as_deref().and_then(detail)));
    }
    match part.r#type.as_str() {
        "input_text" | "output_text" | "text" | "summary_text" | "reasoning_text" => {
            part.text.map(Part::Text).ok_or_else(|| lacks("text"))
        }
        "input_image" | "image_url" => {
            let raw = part.image_url.filter(|raw| raw.get() != "null").ok_or_else(|| lacks("image_url"))?;
            let field = format!("{path}.image_url");
            let url = match raw.get().starts_with('"') {
                true => from_json::<Str<'_>>(raw.get().as_bytes(), "an address").map(|Str(url)| url),
                false => from_json::<WireUrl<'_>>(raw.get().as_bytes(), "an address").map(|object| object.url),
            };
            let url = url.map_err(|bad| inside(&field, bad))?;
            medium(&url, None, None, part.detail.as_deref().and_then(detail), &field, body)
        }
        "input_file" => match (part.file_data, part.file_url) {
            (Some(Str(data)), _) => medium(&data, None, part.filename, None, &format!("{path}.file_data"), body),
            (None, Some(Str(url))) => medium(&url, None, part.filename, None, &format!("{path}.file_url"), body),
            (None, None) => Err(lacks("file_data")),
        },
        "input_audio" => {
            let audio = part.input_audio.ok_or_else(|| lacks("input_audio"))?;
            let mime = audio.format.map(|format| format!("audio/{format}"));
            medium(&audio.data, mime, None, None, &format!("{path}.input_audio.data"), body)
        }
        other => {
            let known = "input_text, input_image, input_file, input_audio or output_text";
            Err(bad(format!("{path}.type"), format!("`{other}` is no type of part; use {known}")))
        }
    }
}

fn detail(name: &str) -> Option<Detail> {
    match name {
        // As much as there is.
        "original" => Some(Detail::High),
        name => [Detail::Auto, Detail::Low, Detail::High].into_iter().find(|detail| detail.name() == name),
    }
}
