//! What the sender said of the bytes, and which kind of text that makes them.
//!
//! A claim is looked at only once the bytes are known to be text, since texts look alike.

use file_format::FileFormat;

use crate::media::{MediaFormat, MediaKind};

/// What the sender said of the bytes. Hints, never the truth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claim<'a> {
    /// A media type, as in `Content-Type`.
    pub mime: Option<&'a str>,
    /// A file name.
    pub file_name: Option<&'a str>,
}

impl Claim<'_> {
    /// The medium to be seen or heard that the sender calls it, by its type, or by its name where there is no type. Programs
    /// in TypeScript come as transport streams, whose ending they share.
    pub(super) fn called(&self) -> Option<MediaKind> {
        let kinds = [("image/", MediaKind::Image), ("audio/", MediaKind::Audio), ("video/", MediaKind::Video)];
        if let Some(mime) = self.mime {
            let mime = mime.trim().to_ascii_lowercase();
            let called = kinds.into_iter().find(|(prefix, _)| mime.starts_with(prefix)).map(|(_, kind)| kind);
            return called.filter(|_| !mime.starts_with(MediaFormat::Ts.mime()));
        }
        let ending = self.file_name?.rsplit_once('.')?.1.to_ascii_lowercase();
        let ending = if ending == "jpg" { "jpeg" } else { ending.as_str() };
        let format = MediaFormat::ALL.iter().find(|format| format.name() == ending)?;
        let is_seen_or_heard = !matches!(format.kind(), MediaKind::Text | MediaKind::Document);
        (is_seen_or_heard && *format != MediaFormat::Ts).then_some(format.kind())
    }
}

/// Whether the sniffer itself calls it text, or has no opinion.
pub(super) fn is_text_type(found: FileFormat) -> bool {
    let mime = found.media_type();
    matches!(found, FileFormat::ArbitraryBinaryData | FileFormat::PlainText)
        || (mime.starts_with("text/") && !mime.contains("rtf"))
        || ["xml", "json", "javascript", "x-sh", "x-perl", "x-python", "x-ruby", "x-lua", "x-php"]
            .iter()
            .any(|word| mime.ends_with(word))
}

/// Whether the sender calls it text.
pub(super) fn claims_text(claim: Claim<'_>) -> bool {
    claim.mime.is_some_and(|mime| mime.trim().to_ascii_lowercase().starts_with("text/"))
}

/// Texts look alike, so here the sender's word counts, and the file name after it.
pub(super) fn named_text(found: FileFormat, claim: Claim<'_>) -> MediaFormat {
    if found == FileFormat::HypertextMarkupLanguage {
        return MediaFormat::Html;
    }
    let mime = claim.mime.map(|mime| mime.split(';').next().unwrap_or(mime).trim().to_ascii_lowercase());
    let by_mime = mime.as_deref().and_then(|mime| match mime {
        "text/markdown" | "text/x-markdown" => Some(MediaFormat::Markdown),
        "text/csv" => Some(MediaFormat::Csv),
        "text/tab-separated-values" => Some(MediaFormat::Tsv),
        "message/rfc822" => Some(MediaFormat::Eml),
        "application/json" | "text/json" => Some(MediaFormat::Json),
        "text/html" | "application/xhtml+xml" => Some(MediaFormat::Html),
        "application/xml" | "text/xml" => Some(MediaFormat::Xml),
        _ => None,
    });
    let extension = claim.file_name.and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    let by_name = extension.as_deref().and_then(|extension| match extension {
        "md" | "markdown" => Some(MediaFormat::Markdown),
        "csv" => Some(MediaFormat::Csv),
        "tsv" | "tab" => Some(MediaFormat::Tsv),
        "eml" => Some(MediaFormat::Eml),
        "json" => Some(MediaFormat::Json),
        "html" | "htm" | "xhtml" => Some(MediaFormat::Html),
        "xml" => Some(MediaFormat::Xml),
        _ => None,
    });
    by_mime.or(by_name).unwrap_or(MediaFormat::Text)
}
