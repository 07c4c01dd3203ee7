//! The conversation as Gemini's turns: `user` and `model`, taking turns.
//!
//! Results of functions are said by the user, with their media beside them. What the system says goes first, outside
//! of the turns; open models, which know no such place, get it in the user's first turn.

use mediary_core::task::{Chat, MediaPart, Message, Part as ChatPart, Role};
use mediary_core::{Failure, MediaFormat};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::NAMES;
use super::generation::Generation;
use super::wire::{Content, FileData, FunctionResponse, Part, Payload, SentCall, SentData};
use crate::body::Base64;
use crate::{functions, unwritable};

/// What the documentation has for a call whose signature is lost, or was never given because another model made it.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";
/// What the user says where nothing was said.
const NOTHING: &str = "(The message is empty.)";

const USER: &str = "user";
const MODEL: &str = "model";

/// What the system says, and the turns.
pub(super) fn turns(chat: &Chat, generation: Generation) -> Result<(Option<Content<'_>>, Vec<Content<'_>>), Failure> {
    let messages = &chat.messages;
    // Only calls since the person last spoke are checked for their signatures.
    let latest = messages.iter().rposition(|message| message.role == Role::User).unwrap_or(0);
    let mut system = Vec::new();
    let mut turns = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        match message.role {
            Role::System => {
                for part in &message.parts {
                    match part {
                        ChatPart::Text(text) => push_text(&mut system, text),
                        // Only words can be said by the system.
                        ChatPart::Media(_) | ChatPart::Remote { .. } => say(&mut turns, USER, parts_of(part)?),
                    }
                }
            }
            Role::User => say(&mut turns, USER, as_written(message, false).map_or_else(|| parts(message), Ok)?),
            Role::Assistant => {
                let must_sign = index >= latest && generation.checks_signatures();
                let written = as_written(message, must_sign);
                say(&mut turns, MODEL, written.map_or_else(|| model_parts(message, must_sign), Ok)?);
            }
            Role::Tool => {
                let written = as_written(message, false);
                say(&mut turns, USER, written.map_or_else(|| result_parts(messages, index), Ok)?);
            }
        }
    }
    if turns.is_empty() && system.is_empty() {
        say(&mut turns, USER, vec![Payload::Text(NOTHING).into()]);
    }
    if !generation.is_gemma && !turns.is_empty() {
        let system = (!system.is_empty()).then_some(Content { role: None, parts: system });
        return Ok((system, turns));
    }
    match turns.first_mut().filter(|turn| turn.role == Some(USER)) {
        Some(first) => {
            first.parts.splice(0..0, system);
        }
        None if system.is_empty() => {}
        None => turns.insert(0, Content { role: Some(USER), parts: system }),
    }
    Ok((None, turns))
}

/// Adds to the last turn if its speaker goes on speaking, else as a new one.
fn say<'a>(turns: &mut Vec<Content<'a>>, role: &'static str, parts: Vec<Part<'a>>) {
    if parts.is_empty() {
        return;
    }
    match turns.last_mut().filter(|turn| turn.role == Some(role)) {
        Some(turn) => turn.parts.extend(parts),
        None => turns.push(Content { role: Some(role), parts }),
    }
}

fn push_text<'a>(parts: &mut Vec<Part<'a>>, text: &'a str) {
    if !text.is_empty() {
        parts.push(Payload::Text(text).into());
    }
}

fn parts(message: &Message) -> Result<Vec<Part<'_>>, Failure> {
    let mut parts = Vec::new();
    for part in &message.parts {
        parts.extend(parts_of(part)?);
    }
    Ok(parts)
}

/// One part, or none for a text without characters.
fn parts_of(part: &ChatPart) -> Result<Vec<Part<'_>>, Failure> {
    let mut parts = Vec::new();
    match part {
        ChatPart::Text(text) => push_text(&mut parts, text),
        ChatPart::Media(media) => parts.push(medium(media)?.into()),
        ChatPart::Remote { .. } => return Err(unwritable::unfetched()),
    }
    Ok(parts)
}

fn medium(part: &MediaPart) -> Result<Payload<'_>, Failure> {
    let mime_type = mime(part.media.format).ok_or_else(|| unwritable::medium(super::NAME, &part.media))?;
    Ok(match &part.url {
        Some(url) => Payload::FileData(FileData { mime_type, file_uri: url }),
        None => Payload::InlineData(SentData { mime_type, data: Base64(&part.media.blob) }),
    })
}

/// How Gemini names a format; `None` for those it has no name for.
pub(crate) fn mime(format: MediaFormat) -> Option<&'static str> {
    Some(match format {
        MediaFormat::Png
        | MediaFormat::Jpeg
        | MediaFormat::Webp
        | MediaFormat::Bmp
        | MediaFormat::Heic
        | MediaFormat::Pdf
        | MediaFormat::Wav
        | MediaFormat::Flac
        | MediaFormat::Aac
        | MediaFormat::Aiff
        | MediaFormat::M4a
        | MediaFormat::Mp4
        | MediaFormat::Webm
        | MediaFormat::Mpeg
        | MediaFormat::Flv
        | MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Tsv
        | MediaFormat::Html => format.mime(),
        MediaFormat::Mp3 => "audio/mp3",
        MediaFormat::Opus | MediaFormat::Vorbis => "audio/ogg",
        MediaFormat::Mov => "video/mov",
        MediaFormat::Avi => "video/avi",
        MediaFormat::Wmv => "video/wmv",
        MediaFormat::Xml => "text/xml",
        // JSON has no name of its own there.
        MediaFormat::Json => "text/plain",
        MediaFormat::Gif
        | MediaFormat::Tiff
        | MediaFormat::Avif
        | MediaFormat::Svg
        | MediaFormat::Mkv
        | MediaFormat::Ts
        | MediaFormat::Ogv
        | MediaFormat::Docx
        | MediaFormat::Xlsx
        | MediaFormat::Xlsb
        | MediaFormat::Pptx
        | MediaFormat::Doc
        | MediaFormat::Xls
        | MediaFormat::Ppt
        | MediaFormat::Odt
        | MediaFormat::Ods
        | MediaFormat::Odp
        | MediaFormat::Rtf
        | MediaFormat::Epub
        | MediaFormat::Eml
        | MediaFormat::Msg
        | MediaFormat::Zip
        | MediaFormat::Caf
        | MediaFormat::Amr
        | MediaFormat::Wma
        | MediaFormat::Mp2
        | MediaFormat::Ac3
        | MediaFormat::Au => return None,
    })
}

/// A message as a client of this format wrote it. A call that must be signed and is not, since another vendor's model made
/// it, is vouched for.
fn as_written(message: &Message, must_sign: bool) -> Option<Vec<Part<'_>>> {
    let pieces = message.original.as_ref()?.pieces_for(super::NAME)?;
    let mut stand_in = (must_sign && is_unsigned(message)).then_some(NO_SIGNATURE);
    let mut part = |piece| {
        let written: &RawValue = serde_json::from_slice(piece).ok()?;
        let is_call = |text: &str| text.contains("\"functionCall\"") || text.contains("\"function_call\"");
        let thought_signature = if is_call(written.get()) { stand_in.take() } else { None };
        Some(Part { payload: Payload::Written(written), thought_signature })
    };
    pieces.iter().map(|piece| part(&piece[..])).collect()
}

/// Whether none of the calls of a message is signed.
fn is_unsigned(message: &Message) -> bool {
    message.tool_calls.iter().all(|call| call.signature.is_none())
}

fn model_parts(message: &Message, must_sign: bool) -> Result<Vec<Part<'_>>, Failure> {
    let mut parts = parts(message)?;
    if let Some(refusal) = &message.refusal {
        push_text(&mut parts, refusal);
    }
    // Thoughts themselves are not wanted back, only the signature, in the last text it came with.
    let signature = message.reasoning.as_ref().and_then(|reasoning| reasoning.signature_for(super::NAME));
    if let Some(last) = parts.iter_mut().rfind(|part| matches!(part.payload, Payload::Text(_))) {
        last.thought_signature = signature;
    }
    let is_unsigned = is_unsigned(message);
    for (index, call) in message.tool_calls.iter().enumerate() {
        // Of calls made at once only the first is signed.
        let stand_in = (must_sign && is_unsigned && index == 0).then_some(NO_SIGNATURE);
        parts.push(Part {
            payload: Payload::FunctionCall(SentCall {
                id: &call.id,
                name: &call.name,
                args: functions::arguments(&call.arguments),
            }),
            thought_signature: call.signature.as_deref().or(stand_in),
        });
    }
    Ok(parts)
}

fn result_parts(messages: &[Message], index: usize) -> Result<Vec<Part<'_>>, Failure> {
    let message = &messages[index];
    let id = message.tool_call_id.as_deref();
    let name = functions::called_function(messages, index).or(id).unwrap_or("unknown");
    let name = NAMES.written(name);
    let text = message.joined_text();
    let response = match (serde_json::from_str(&text), message.has_failed) {
        (Ok(Value::Object(object)), _) => Value::Object(object),
        // Said in words for others.
        (_, true) => json!({ "error": text.strip_prefix(Message::FAILED).unwrap_or(&text).trim_start() }),
        (_, false) => json!({ "result": text }),
    };
    let mut parts = vec![Payload::FunctionResponse(FunctionResponse { id, name, response }).into()];
    for part in &message.parts {
        match part {
            ChatPart::Text(_) => {}
            ChatPart::Media(_) | ChatPart::Remote { .. } => parts.extend(parts_of(part)?),
        }
    }
    Ok(parts)
}
