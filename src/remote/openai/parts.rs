//! Writing the parts of a message: words, and each medium in the one form OpenAI or its likes have for it.

use mediary_core::task::{Chat, Detail, MediaPart, Part, Place, Role};
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::Call;
use crate::body::{self, Object};

/// What a document without a name is called; OpenAI wants one.
const UNNAMED: &str = "document.pdf";

/// How many bytes of texts and media a chat holds.
pub(crate) fn room_bytes(chat: &Chat) -> u64 {
    let parts = chat.messages.iter().flat_map(|message| &message.parts);
    let bytes = parts.map(|part| match part {
        Part::Text(text) => text.len() as u64,
        Part::Media(part) => part.media.blob.len_bytes(),
        Part::Remote { .. } => 0,
    });
    bytes.sum()
}

/// A part that has no form here. The matrix should not have let it come.
pub(crate) fn misplaced(place: Place, format: MediaFormat, why: &str) -> Failure {
    Failure::unsupported(format!("{place}: {format} cannot be sent to this provider; {why}"))
}

/// Writes a part.
pub(super) fn part(out: &mut Vec<u8>, call: &Call<'_>, role: Role, place: Place, part: &Part) -> Result<(), Failure> {
    match part {
        Part::Text(text) => {
            let mut written = Object::open(out);
            written.field("type", "text");
            written.field("text", text);
            written.close();
            Ok(())
        }
        Part::Media(part) if role == Role::Tool => {
            Err(misplaced(place, part.media.format, "it takes no media in the results of tools"))
        }
        Part::Media(part) => media(out, call, place, part),
        Part::Remote { .. } => Err(Failure::broken(format!("{place} was to be fetched before it is sent on"))),
    }
}

fn media(out: &mut Vec<u8>, call: &Call<'_>, place: Place, part: &MediaPart) -> Result<(), Failure> {
    let format = part.media.format;
    let kind = match (format.kind(), sound(format)) {
        (MediaKind::Image, _) => "image_url",
        (MediaKind::Video, _) => "video_url",
        (MediaKind::Audio, Some(_)) => "input_audio",
        (MediaKind::Document, _) => "file",
        (MediaKind::Audio, None) => return Err(misplaced(place, format, "it has no name for such a sound")),
        (MediaKind::Text, _) => return Err(misplaced(place, format, "send the text itself")),
    };
    let mut written = Object::open(out);
    written.field("type", kind);
    let mut inner = Object::open(written.key(kind));
    match (format.kind(), sound(format)) {
        (MediaKind::Audio, Some(name)) => {
            inner.field("format", name);
            body::base64(inner.key("data"), &part.media.blob)?;
        }
        // Chat completions know no document by its address.
        (MediaKind::Document, _) => {
            inner.field("filename", part.name.as_deref().unwrap_or(UNNAMED));
            body::data_url(inner.key("file_data"), format.mime(), &part.media.blob)?;
        }
        _ => {
            let detail = part.detail.filter(|_| call.sends("detail") && format.kind() == MediaKind::Image);
            inner.some("detail", detail.map(Detail::name));
            match &part.url {
                Some(url) => inner.field("url", url),
                None => body::data_url(inner.key("url"), format.mime(), &part.media.blob)?,
            }
        }
    }
    inner.close();
    written.close();
    Ok(())
}

/// What a sound is called in `input_audio`. OpenAI itself knows the first two, OpenRouter the others as well.
fn sound(format: MediaFormat) -> Option<&'static str> {
    match format {
        MediaFormat::Wav => Some("wav"),
        MediaFormat::Mp3 => Some("mp3"),
        MediaFormat::Flac => Some("flac"),
        MediaFormat::M4a => Some("m4a"),
        MediaFormat::Aac => Some("aac"),
        MediaFormat::Opus | MediaFormat::Vorbis => Some("ogg"),
        MediaFormat::Png
        | MediaFormat::Jpeg
        | MediaFormat::Webp
        | MediaFormat::Gif
        | MediaFormat::Tiff
        | MediaFormat::Bmp
        | MediaFormat::Pdf
        | MediaFormat::Mp4
        | MediaFormat::Mov
        | MediaFormat::Webm
        | MediaFormat::Mkv
        | MediaFormat::Avi
        | MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Json
        | MediaFormat::Xml
        | MediaFormat::Html => None,
    }
}
