//! Writing the parts of a message: words, and each medium in the one form that OpenAI-like providers have for it.

use mediary_core::task::{Detail, MediaPart, Part, Role};
use mediary_core::{Failure, MediaFormat, MediaKind};
use serde_json::Value;

use crate::body::{self, Base64, Object};
use crate::dialect::ChatCall;
use crate::unwritable;
use crate::uploads::id_at_provider;

/// What a document without a name is called before its ending; OpenAI wants a name.
const UNNAMED: &str = "document";

/// Writes a part.
pub(super) fn part(
    out: &mut body::Buffer,
    call: &ChatCall<'_>,
    role: Role,
    part: &Part,
    mark: Option<&Value>,
) -> Result<(), Failure> {
    match part {
        Part::Text(text) => {
            let mut written = Object::open(out);
            written.field("type", "text");
            written.field("text", text);
            written.some("cache_control", mark);
            written.close();
            Ok(())
        }
        Part::Media(part) if role == Role::Tool => Err(unwritable::medium_in_result(super::NAME, &part.media)),
        Part::Media(part) => media(out, call, part, mark),
        Part::Remote { .. } => Err(unwritable::unfetched()),
    }
}

fn media(out: &mut body::Buffer, call: &ChatCall<'_>, part: &MediaPart, mark: Option<&Value>) -> Result<(), Failure> {
    let format = part.media.format;
    let kind = match (format.kind(), audio_name(format)) {
        (MediaKind::Image, _) => "image_url",
        (MediaKind::Video, _) => "video_url",
        (MediaKind::Audio, Some(_)) => "input_audio",
        (MediaKind::Document, _) => "file",
        (MediaKind::Audio, None) | (MediaKind::Text, _) => return Err(unwritable::medium(super::NAME, &part.media)),
    };
    let mut written = Object::open(out);
    written.field("type", kind);
    let mut inner = Object::open(written.key(kind));
    match (format.kind(), audio_name(format)) {
        (MediaKind::Audio, Some(name)) => {
            inner.field("format", name);
            match call.quirks.audio_in_data_url {
                true => body::data_url(inner.key("data"), "", &part.media.blob)?,
                false => body::write(inner.key("data"), &Base64(&part.media.blob))?,
            }
        }
        // Chat completions know no document by its address.
        (MediaKind::Document, _) if let Some(id) = part.url.as_deref().and_then(id_at_provider) => {
            inner.field("file_id", id);
        }
        (MediaKind::Document, _) => {
            match part.name.as_deref() {
                Some(name) => inner.field("filename", name),
                None => inner.field("filename", &format!("{UNNAMED}.{format}")),
            }
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
    written.some("cache_control", mark);
    written.close();
    Ok(())
}

/// What a format is called in `input_audio`. OpenAI itself knows the first two, OpenRouter the others as well.
fn audio_name(format: MediaFormat) -> Option<&'static str> {
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
        | MediaFormat::Html => None,
    }
}
