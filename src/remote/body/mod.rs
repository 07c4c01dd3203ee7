//! Writing the JSON bodies of requests, each once and into one buffer that is large enough from the start. What came as
//! base64 is not copied into it but shared.
//!
//! To look through an image's base64 for characters to escape takes longer than to copy it, and there are none: here it
//! is written as it is. All dialects write with this; what stands where in a body is decided there.

mod buffer;
mod media;
mod object;
mod plain;

pub(crate) use buffer::Buffer;
pub(crate) use media::{Base64, characters, data_url, gone};
pub(crate) use object::{Object, array};
pub(crate) use plain::{value, write};

use mediary_core::Blob;
use mediary_core::task::{Chat, Embed, EmbedInput, Message, Part};

/// Room for everything in a request beside its media and texts.
const ROOM_BYTES: usize = 4096;

/// A buffer for a chat.
pub(crate) fn buffer(chat: &Chat) -> Buffer {
    buffer_of(&chat.messages, ROOM_BYTES)
}

/// A buffer for messages, with room for so many bytes beside their texts and media.
pub(crate) fn buffer_of(messages: &[Message], beside: usize) -> Buffer {
    let parts = messages.iter().flat_map(|message| &message.parts);
    let room = parts.clone().map(|part| match part {
        Part::Text(text) => escaped(text),
        Part::Media(part) if part.url.is_some() => 0,
        Part::Media(part) => base64_bytes(&part.media.blob),
        Part::Remote { .. } => 0,
    });
    let mut buffer = Buffer::with_capacity(room.sum::<usize>() + beside);
    for part in parts {
        if let Part::Media(part) = part {
            lend(&mut buffer, &part.media.blob);
        }
    }
    let originals = messages.iter().filter_map(|message| message.original.as_ref());
    originals.flat_map(|original| &original.pieces).for_each(|piece| buffer.lend(piece));
    buffer
}

/// A buffer for a text and a few fields beside it.
pub(crate) fn buffer_for_text(text: &str) -> Buffer {
    Buffer::with_capacity(escaped(text) + ROOM_BYTES / 8)
}

/// A buffer for texts to embed.
pub(crate) fn buffer_for_texts(embed: &Embed) -> Buffer {
    let room = embed.inputs.iter().map(|input| match input {
        // With quotes and a comma.
        EmbedInput::Text(text) => escaped(text) + 3,
        // Of six digits at most, with a comma.
        EmbedInput::Tokens(tokens) => tokens.len() * 7 + 3,
    });
    Buffer::with_capacity(room.sum::<usize>() + ROOM_BYTES)
}

/// A buffer for media.
pub(crate) fn buffer_for<'a>(blobs: impl IntoIterator<Item = &'a Blob> + Clone) -> Buffer {
    let room: usize = blobs.clone().into_iter().map(base64_bytes).sum();
    let mut buffer = Buffer::with_capacity(room + ROOM_BYTES);
    blobs.into_iter().for_each(|blob| lend(&mut buffer, blob));
    buffer
}

/// Lends what came as base64.
fn lend(buffer: &mut Buffer, blob: &Blob) {
    if let Some(text) = blob.source().base64() {
        buffer.lend(text);
    }
}

/// What a medium takes of the buffer's own: nothing, where it came as base64.
fn base64_bytes(blob: &Blob) -> usize {
    match blob.source().base64() {
        Some(_) => 0,
        None => usize::try_from(blob.len_bytes().div_ceil(3) * 4).unwrap_or(0),
    }
}

/// A text, and a little for its escapes.
fn escaped(text: &str) -> usize {
    text.len() + text.len() / 8
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn media_stand_in_objects_and_in_structures_alike() {
        #[derive(serde::Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum Block<'a> {
            Image { text: &'a str, data: Base64<'a> },
        }
        let blob = Blob::in_memory(vec![0, 1, 2]);
        let mut out = Buffer::default();
        let mut object = Object::open(&mut out);
        write(object.key("block"), &Block::Image { text: "a \"b\"\n", data: Base64(&blob) }).unwrap();
        write(object.key("bare"), &Base64(&blob)).unwrap();
        data_url(object.key("url"), "image/png", &blob).unwrap();
        array(object.key("list"), [1, 2], |out, item| write(out, &item)).unwrap();
        object.some("nothing", None::<u8>);
        object.close();
        let written: serde_json::Value =
            serde_json::from_slice(&crate::Payload::from(out).read_all().unwrap()).unwrap();
        let block = json!({ "type": "image", "text": "a \"b\"\n", "data": "AAEC" });
        let expected = json!({ "block": block, "bare": "AAEC", "url": "data:image/png;base64,AAEC", "list": [1, 2] });
        assert_eq!(written, expected);
    }
}
