//! Media inside of a request: an address, a data URL in any of its spellings, or bare base64.

use std::borrow::Cow;

use bytes::Bytes;
use mediary_core::task::{Detail, MediaPart, Part};
use mediary_core::{Blob, Claim, MediaKind, classify};
use percent_encoding::percent_decode_str;

use super::process::BadField;

/// A medium out of an address, a data URL or bare base64.
pub(crate) fn medium(
    text: &str,
    mime: Option<String>,
    name: Option<String>,
    detail: Option<Detail>,
    path: &str,
    body: &Bytes,
) -> Result<Part, BadField> {
    if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")) && text.contains("://") {
        return Ok(Part::Remote { url: text.to_owned(), name, detail });
    }
    let mut is_plain = false;
    let (mime, blob) = match text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        false => (mime, base64(text, path, body)?),
        true => {
            let (head, data) = text[5..].split_once(',').ok_or_else(|| bad(path, "a data URL without a comma"))?;
            let (claimed, blob) = match head.rsplit_once(';') {
                Some((claimed, last)) if last.trim().eq_ignore_ascii_case("base64") => {
                    (claimed, base64(&unescaped(data), path, body)?)
                }
                _ => {
                    is_plain = true;
                    (head, Blob::in_memory(percent_decode_str(data).collect::<Vec<u8>>()))
                }
            };
            (Some(claimed.to_ascii_lowercase()).filter(|claimed| !claimed.is_empty()), blob)
        }
    };
    let claim = Claim { mime: mime.as_deref(), file_name: name.as_deref() };
    let media = classify(blob, claim).map_err(|refusal| bad(path, refusal.to_string()))?;
    // Words in place of the bytes of a medium, which were to be base64.
    if is_plain && media.kind() == MediaKind::Text && mime.as_deref().is_some_and(is_no_text) {
        return Err(bad(path, "a data URL must hold base64: data:TYPE;base64,DATA"));
    }
    Ok(Part::Media(MediaPart { media, name, detail, url: None }))
}

/// Whether a media type is that of something seen or heard.
fn is_no_text(mime: &str) -> bool {
    ["image/", "audio/", "video/", "application/pdf"].iter().any(|kind| mime.starts_with(kind))
}

/// Base64 whose `+`, `/` and `=` may be percent-encoded, as in any URL.
fn unescaped(data: &str) -> Cow<'_, str> {
    match data.contains('%') {
        true => percent_decode_str(data).decode_utf8_lossy(),
        false => Cow::Borrowed(data),
    }
}

fn base64(text: &str, path: &str, body: &Bytes) -> Result<Blob, BadField> {
    // The blob shares the body's memory where the text is a piece of it; a text that had escapes is a copy.
    let bytes = within(body, text).unwrap_or_else(|| Bytes::copy_from_slice(text.as_bytes()));
    Blob::from_base64(bytes)
        .map_err(|error| bad(path, format!("{error}; send an http(s) address, a data URL or base64")))
}

/// The same bytes as a share of the body, if they are a piece of it.
fn within(body: &Bytes, text: &str) -> Option<Bytes> {
    let range = body.as_ptr() as usize..body.as_ptr() as usize + body.len();
    let start = text.as_ptr() as usize;
    let inside = range.contains(&start) && start + text.len() <= range.end;
    inside.then(|| body.slice(start - range.start..start - range.start + text.len()))
}

fn bad(field: &str, message: impl Into<String>) -> BadField {
    BadField { field: field.to_owned(), message: message.into() }
}
