//! Which files Anthropic's dialect carries in a chat. What a single model reads is said by its entry; this is what could be
//! written at all, so that no entry promises more. A test holds it against the encoder.

use mediary_core::MediaFormat::{self, Csv, Gif, Html, Jpeg, Json, Markdown, Pdf, Png, Text, Tsv, Webp, Xml};
use mediary_core::MediaKind;

/// What a medium's name means: the formats that servers of this dialect usually read.
pub(super) fn formats(kind: MediaKind) -> &'static [MediaFormat] {
    match kind {
        MediaKind::Image => &[Png, Jpeg, Webp, Gif],
        MediaKind::Document => &[Pdf],
        MediaKind::Text => &[Text, Markdown, Csv, Tsv, Json, Xml, Html],
        MediaKind::Audio | MediaKind::Video => &[],
    }
}

/// Whether there is a form for a file of this format.
pub(super) fn carries(format: MediaFormat) -> bool {
    formats(format.kind()).contains(&format)
}
