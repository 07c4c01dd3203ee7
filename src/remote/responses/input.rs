//! The conversation as the items of an input. What a client of this format wrote goes back as it was; what others said is
//! put in these words: thoughts, words and calls of the model are items of their own.

use std::borrow::Cow;
use std::slice;

use bytes::Bytes;
use mediary_core::task::{Detail, FreeText, MediaPart, Message, Part, Role, ToolCall};
use mediary_core::{Failure, MediaKind};
use serde_json::json;

use super::encode::is_custom;
use crate::body::{self, Object};
use crate::dialect::ChatCall;
use crate::uploads::id_at_provider;
use crate::{openai, unwritable};

/// What a document without a name is called before its ending; OpenAI wants a name.
const UNNAMED: &str = "document";

/// An item, ready to be written.
pub(super) enum Item {
    /// As its client wrote it.
    AsWritten(Bytes),
    /// In our words.
    Ours(body::Buffer),
}

impl Item {
    pub(super) fn write(self, out: &mut body::Buffer) {
        match self {
            Self::AsWritten(piece) => out.extend_from_slice(&piece),
            Self::Ours(written) => out.append(written),
        }
    }
}

/// The items of a conversation.
pub(super) fn items(call: &ChatCall<'_>) -> Result<Vec<Item>, Failure> {
    call.only_signed_thoughts_go(super::WIRE_FORMAT);
    let mut items = Vec::new();
    for message in openai::messages_as_wanted(call).iter() {
        match message.original.as_ref().and_then(|original| original.pieces_for(super::WIRE_FORMAT)) {
            Some(pieces) => items.extend(pieces.iter().cloned().map(Item::AsWritten)),
            None => turn(call, message, &mut items)?,
        }
    }
    Ok(items)
}

fn turn(call: &ChatCall<'_>, message: &Message, items: &mut Vec<Item>) -> Result<(), Failure> {
    let is_told_by_developer = call.quirks.developer_role && call.abilities.reasoning;
    match message.role {
        Role::System => said(if is_told_by_developer { "developer" } else { "system" }, message, items),
        Role::User => said("user", message, items),
        Role::Assistant => {
            thoughts(message, items);
            if !message.parts.is_empty() || message.refusal.is_some() {
                said("assistant", message, items)?;
            }
            items.extend(message.tool_calls.iter().map(|made| called(call, made)));
            Ok(())
        }
        Role::Tool => result(call, message, items),
    }
}

/// Thoughts go back only in cipher, to the vendor that gave them.
fn thoughts(message: &Message, items: &mut Vec<Item>) {
    let Some(thought) = &message.reasoning else { return };
    // One of which it is not known who gave it was none of this format's: others do not say it in its words.
    let is_theirs = thought.thought_by.as_deref() == Some(super::WIRE_FORMAT);
    let Some(cipher) = thought.signature.as_deref().filter(|_| is_theirs) else { return };
    let summary = match thought.text.as_str() {
        "" => json!([]),
        text => json!([{ "type": "summary_text", "text": text }]),
    };
    let mut out = body::Buffer::default();
    let mut item = Object::open(&mut out);
    item.field("type", "reasoning");
    item.field("summary", &summary);
    item.field("encrypted_content", cipher);
    item.close();
    items.push(Item::Ours(out));
}

/// A turn in words and media.
fn said(role: &str, message: &Message, items: &mut Vec<Item>) -> Result<(), Failure> {
    let kind = if message.role == Role::Assistant { "output_text" } else { "input_text" };
    let mut out = body::buffer_of(slice::from_ref(message), 256);
    let mut item = Object::open(&mut out);
    item.field("type", "message");
    item.field("role", role);
    let content = item.key("content");
    match (message.parts.as_slice(), &message.refusal) {
        ([Part::Text(text)], None) if message.role != Role::Assistant => body::value(content, text),
        (parts, refusal) => {
            content.push(b'[');
            let mut is_first = true;
            for part in parts {
                if !std::mem::take(&mut is_first) {
                    content.push(b',');
                }
                self::part(content, kind, part)?;
            }
            if let Some(refusal) = refusal {
                if !is_first {
                    content.push(b',');
                }
                body::value(content, &json!({ "type": "refusal", "refusal": refusal }));
            }
            content.push(b']');
        }
    }
    item.close();
    items.push(Item::Ours(out));
    Ok(())
}

fn called(call: &ChatCall<'_>, made: &ToolCall) -> Item {
    let (kind, field, words) = match is_custom(call, &made.name) {
        true => ("custom_tool_call", "input", Cow::Owned(FreeText::input_of(&made.arguments))),
        false => ("function_call", "arguments", Cow::Borrowed(made.arguments.as_str())),
    };
    let mut out = body::Buffer::default();
    let mut item = Object::open(&mut out);
    item.field("type", kind);
    item.field("call_id", &made.id);
    item.field("name", &made.name);
    item.field(field, &words);
    item.close();
    Item::Ours(out)
}

/// What came of a call. Media may stand in it.
fn result(call: &ChatCall<'_>, message: &Message, items: &mut Vec<Item>) -> Result<(), Failure> {
    let id = message.tool_call_id.as_deref().unwrap_or_default();
    let mut calls = call.task.messages.iter().flat_map(|before| &before.tool_calls);
    let was_custom = calls.any(|made| made.id == id && is_custom(call, &made.name));
    let mut out = body::buffer_of(slice::from_ref(message), 256);
    let mut item = Object::open(&mut out);
    item.field("type", if was_custom { "custom_tool_call_output" } else { "function_call_output" });
    item.field("call_id", id);
    match message.parts.iter().all(|part| matches!(part, Part::Text(_))) {
        true => item.field("output", &message.joined_text()),
        false => body::array(item.key("output"), &message.parts, |out, each| part(out, "input_text", each))?,
    }
    item.close();
    items.push(Item::Ours(out));
    Ok(())
}

/// Writes a part; words of the model's have another name than those of all others.
fn part(out: &mut body::Buffer, kind: &str, part: &Part) -> Result<(), Failure> {
    match part {
        Part::Text(text) => {
            let mut written = Object::open(out);
            written.field("type", kind);
            written.field("text", text);
            written.close();
            Ok(())
        }
        Part::Media(part) => medium(out, part),
        Part::Remote { .. } => Err(unwritable::unfetched()),
    }
}

fn medium(out: &mut body::Buffer, part: &MediaPart) -> Result<(), Failure> {
    let format = part.media.format;
    let mime = format.mime();
    let mut written = Object::open(out);
    match format.kind() {
        MediaKind::Image => {
            written.field("type", "input_image");
            written.field("detail", part.detail.unwrap_or(Detail::Auto).name());
            let id = part.url.as_deref().and_then(id_at_provider);
            match &part.url {
                Some(_) if let Some(id) = id => written.field("file_id", id),
                Some(url) => written.field("image_url", url),
                None => body::data_url(written.key("image_url"), mime, &part.media.blob)?,
            }
        }
        MediaKind::Document => {
            written.field("type", "input_file");
            let id = part.url.as_deref().and_then(id_at_provider);
            match &part.url {
                Some(_) if let Some(id) = id => written.field("file_id", id),
                Some(url) => written.field("file_url", url),
                None => {
                    match part.name.as_deref() {
                        Some(name) => written.field("filename", name),
                        None => written.field("filename", &format!("{UNNAMED}.{format}")),
                    }
                    body::data_url(written.key("file_data"), mime, &part.media.blob)?;
                }
            }
        }
        MediaKind::Audio | MediaKind::Video | MediaKind::Text => {
            return Err(unwritable::medium(super::NAME, &part.media));
        }
    }
    written.close();
    Ok(())
}
