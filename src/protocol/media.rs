//! Media inside of a request: an address, a data URL in any of its spellings, or bare base64.

use std::borrow::Cow;

use bytes::Bytes;
use mediary_core::media::share_of;
use mediary_core::task::{Detail, MediaPart, Part};
use mediary_core::{Blob, Claim, MediaKind, classify};
use memchr::memchr;
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
    if text.starts_with(OF_DRIVE) {
        return Ok(Part::Remote { url: text.to_owned(), name, detail });
    }
    let mut is_plain = false;
    let (mime, blob) = match data_url(text) {
        None => (mime, base64(text, path, body)?),
        Some(Err(NoComma)) => return Err(bad(path, "a data URL without a comma")),
        Some(Ok(DataUrl { mime, payload: Payload::Base64(data) })) => (mime, base64(&data, path, body)?),
        Some(Ok(DataUrl { mime, payload: Payload::Plain(data) })) => {
            is_plain = true;
            (mime, Blob::in_memory(percent_decode_str(data).collect::<Vec<u8>>()))
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

/// Begins the name of a file of Google's Drive; its id follows. What may be brought is judged where it is.
const OF_DRIVE: &str = "drive:";

/// Begins the address of a file that was sent here ahead of the request; its id follows. It never comes from a client.
pub(crate) const KEPT_FILE: &str = "kept-file:";

/// A file that was sent here ahead of the request, by its id.
pub(crate) fn kept_file(id: &str, name: Option<String>, detail: Option<Detail>) -> Part {
    Part::Remote { url: format!("{KEPT_FILE}{id}"), name, detail }
}

/// A data URL, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DataUrl<'a> {
    /// The media type that it claims, in lower case, if it does.
    pub(crate) mime: Option<String>,
    pub(crate) payload: Payload<'a>,
}

/// What a data URL holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Payload<'a> {
    /// Base64 in any of its spellings, no longer percent-encoded.
    Base64(Cow<'a, str>),
    /// Percent-encoded bytes.
    Plain(&'a str),
}

/// A data URL that has no comma holds nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoComma;

/// Takes a data URL apart, whatever the case of its letters; `None` where the text is none.
pub(crate) fn data_url(text: &str) -> Option<Result<DataUrl<'_>, NoComma>> {
    const SCHEME: &str = "data:";
    if !text.get(..SCHEME.len())?.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let Some((head, data)) = text[SCHEME.len()..].split_once(',') else { return Some(Err(NoComma)) };
    let (claimed, payload) = match head.rsplit_once(';') {
        Some((claimed, last)) if last.trim().eq_ignore_ascii_case("base64") => {
            (claimed, Payload::Base64(unescaped(data)))
        }
        _ => (head, Payload::Plain(data)),
    };
    let mime = Some(claimed.to_ascii_lowercase()).filter(|claimed| !claimed.is_empty());
    Some(Ok(DataUrl { mime, payload }))
}

/// Whether a media type is that of something seen or heard.
fn is_no_text(mime: &str) -> bool {
    ["image/", "audio/", "video/", "application/pdf"].iter().any(|kind| mime.starts_with(kind))
}

/// Base64 whose `+`, `/` and `=` may be percent-encoded, as in any URL.
pub(crate) fn unescaped(data: &str) -> Cow<'_, str> {
    // Which is looked for in megabytes that have none.
    match memchr(b'%', data.as_bytes()).is_some() {
        true => percent_decode_str(data).decode_utf8_lossy(),
        false => Cow::Borrowed(data),
    }
}

fn base64(text: &str, path: &str, body: &Bytes) -> Result<Blob, BadField> {
    // The blob shares the body's memory where the text is a piece of it; a text that had escapes is a copy.
    let bytes = share_of(body, text.as_bytes()).unwrap_or_else(|| Bytes::copy_from_slice(text.as_bytes()));
    Blob::from_base64(bytes)
        .map_err(|error| bad(path, format!("{error}; send an http(s) address, a data URL or base64")))
}

fn bad(field: &str, message: impl Into<String>) -> BadField {
    BadField { field: field.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_urls_are_taken_apart_in_any_spelling() {
        let base64 = |mime: Option<&str>, data: &'static str| {
            Some(Ok(DataUrl { mime: mime.map(str::to_owned), payload: Payload::Base64(data.into()) }))
        };
        let rows = [
            ("data:image/png;base64,AA+/==", base64(Some("image/png"), "AA+/==")),
            ("DATA:image/PNG;BASE64,AA==", base64(Some("image/png"), "AA==")),
            ("Data:image/png; Base64 ,AA%2B%2f%3D%3d", base64(Some("image/png"), "AA+/==")),
            ("data:image/svg+xml;charset=utf-8;base64,AA==", base64(Some("image/svg+xml;charset=utf-8"), "AA==")),
            ("data:;base64,AA==", base64(None, "AA==")),
            ("data:,a%20b", Some(Ok(DataUrl { mime: None, payload: Payload::Plain("a%20b") }))),
            ("data:image/png", Some(Err(NoComma))),
            ("https://a.example/data:image/png;base64,AA==", None),
            ("dåta:", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(data_url(text), expected, "{text}");
        }
    }
}
