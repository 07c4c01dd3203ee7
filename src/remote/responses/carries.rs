//! Which files the dialect of the Responses API carries in a chat: pictures and documents. Sound and videos have no form
//! there. A test holds it against the encoder.

use mediary_core::MediaFormat::{self, Gif, Jpeg, Pdf, Png, Webp};
use mediary_core::MediaKind;

/// What a medium's name means: the formats that servers of this dialect usually read.
pub(super) fn formats(kind: MediaKind) -> &'static [MediaFormat] {
    match kind {
        MediaKind::Image => &[Png, Jpeg, Webp, Gif],
        MediaKind::Document => &[Pdf],
        MediaKind::Audio | MediaKind::Video | MediaKind::Text => &[],
    }
}

/// Whether there is a form for a file of this format.
pub(super) fn carries(format: MediaFormat) -> bool {
    // Pictures and documents have the one form each; which of them are read is said by a model's entry.
    matches!(format.kind(), MediaKind::Image | MediaKind::Document)
}
