//! The conversation as Ollama's messages: a text each, with its images beside it.
//!
//! Where in a message an image stood cannot be said there.

use mediary_core::task::{Chat, Message, Part, Role};
use mediary_core::{Failure, MediaFormat};

use super::wire;
use crate::body::Base64;
use crate::{functions, unwritable};

pub(super) fn messages(chat: &Chat) -> Result<Vec<wire::Message<'_>>, Failure> {
    (0..chat.messages.len()).map(|index| message(&chat.messages, index)).collect()
}

fn message(messages: &[Message], index: usize) -> Result<wire::Message<'_>, Failure> {
    let message = &messages[index];
    let is_result = message.role == Role::Tool;
    let texts = message.parts.iter().filter_map(|part| match part {
        Part::Text(text) if !text.is_empty() => Some(text.as_str()),
        Part::Text(_) | Part::Media(_) | Part::Remote { .. } => None,
    });
    let mut content = texts.collect::<Vec<_>>().join("\n");
    if let Some(refusal) = message.refusal.as_deref().filter(|_| content.is_empty()) {
        refusal.clone_into(&mut content);
    }
    let mut images = Vec::new();
    for part in &message.parts {
        match part {
            Part::Text(_) => {}
            Part::Media(part) if is_readable(part.media.format) => images.push(Base64(&part.media.blob)),
            Part::Media(part) => return Err(unwritable::medium(super::NAME, &part.media)),
            Part::Remote { .. } => return Err(unwritable::unfetched()),
        }
    }
    let calls = message.tool_calls.iter().enumerate().map(|(index, call)| wire::SentCall {
        id: &call.id,
        function: wire::SentFunction { index, name: &call.name, arguments: functions::arguments(&call.arguments) },
    });
    let thoughts = message.reasoning.as_ref().map(|reasoning| reasoning.text.as_str());
    Ok(wire::Message {
        role: match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        },
        content,
        thinking: thoughts.filter(|thoughts| !thoughts.is_empty()),
        images,
        tool_calls: calls.collect(),
        tool_name: is_result.then(|| functions::called_function(messages, index)).flatten(),
        tool_call_id: message.tool_call_id.as_deref().filter(|_| is_result),
    })
}

/// What its image decoder reads.
fn is_readable(format: MediaFormat) -> bool {
    match format {
        MediaFormat::Png | MediaFormat::Jpeg | MediaFormat::Webp => true,
        MediaFormat::Gif
        | MediaFormat::Tiff
        | MediaFormat::Bmp
        | MediaFormat::Avif
        | MediaFormat::Heic
        | MediaFormat::Svg
        | MediaFormat::Pdf
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
        | MediaFormat::Wav
        | MediaFormat::Mp3
        | MediaFormat::Flac
        | MediaFormat::Opus
        | MediaFormat::Vorbis
        | MediaFormat::M4a
        | MediaFormat::Aac
        | MediaFormat::Aiff
        | MediaFormat::Caf
        | MediaFormat::Amr
        | MediaFormat::Wma
        | MediaFormat::Mp2
        | MediaFormat::Ac3
        | MediaFormat::Au
        | MediaFormat::Mp4
        | MediaFormat::Mov
        | MediaFormat::Webm
        | MediaFormat::Mkv
        | MediaFormat::Avi
        | MediaFormat::Mpeg
        | MediaFormat::Ts
        | MediaFormat::Flv
        | MediaFormat::Wmv
        | MediaFormat::Ogv
        | MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Tsv
        | MediaFormat::Json
        | MediaFormat::Xml
        | MediaFormat::Html => false,
    }
}
