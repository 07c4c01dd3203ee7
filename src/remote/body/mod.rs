//! Writing the JSON bodies of requests, each once and into one buffer that is large enough from the start.
//!
//! To look through an image's base64 for characters to escape takes longer than to copy it, and there are none: here it
//! is written as it is. All dialects write with this; what stands where in a body is decided there.

mod media;
mod object;
mod plain;

pub(crate) use media::{Base64, characters, data_url, gone};
pub(crate) use object::{Object, array};
pub(crate) use plain::{value, write};

use mediary_core::Blob;
use mediary_core::task::{Chat, Embed, EmbedInput, Part};

/// Room for everything in a request beside its media and texts.
const ROOM_BYTES: usize = 4096;

/// A buffer for a chat.
pub(crate) fn buffer(chat: &Chat) -> Vec<u8> {
    let parts = chat.messages.iter().flat_map(|message| &message.parts);
    let room = parts.map(|part| match part {
        // A little is left over for escapes.
        Part::Text(text) => text.len() + text.len() / 8,
        Part::Media(part) if part.url.is_some() => 0,
        Part::Media(part) => base64_bytes(&part.media.blob),
        Part::Remote { .. } => 0,
    });
    Vec::with_capacity(room.sum::<usize>() + ROOM_BYTES)
}

/// A buffer for texts to embed.
pub(crate) fn buffer_for_texts(embed: &Embed) -> Vec<u8> {
    let room = embed.inputs.iter().map(|input| match input {
        // Quotes, a comma, and a little for escapes.
        EmbedInput::Text(text) => text.len() + text.len() / 8 + 3,
        // Of six digits at most, with a comma.
        EmbedInput::Tokens(tokens) => tokens.len() * 7 + 3,
    });
    Vec::with_capacity(room.sum::<usize>() + ROOM_BYTES)
}

/// A buffer for one medium.
pub(crate) fn buffer_for(blob: &Blob) -> Vec<u8> {
    Vec::with_capacity(base64_bytes(blob) + ROOM_BYTES)
}

fn base64_bytes(blob: &Blob) -> usize {
    usize::try_from(blob.len_bytes().div_ceil(3) * 4).unwrap_or(0)
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
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        write(object.key("block"), &Block::Image { text: "a \"b\"\n", data: Base64(&blob) }).unwrap();
        write(object.key("bare"), &Base64(&blob)).unwrap();
        data_url(object.key("url"), "image/png", &blob).unwrap();
        array(object.key("list"), [1, 2], |out, item| write(out, &item)).unwrap();
        object.some("nothing", None::<u8>);
        object.close();
        let written: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let block = json!({ "type": "image", "text": "a \"b\"\n", "data": "AAEC" });
        let expected = json!({ "block": block, "bare": "AAEC", "url": "data:image/png;base64,AAEC", "list": [1, 2] });
        assert_eq!(written, expected);
    }
}
