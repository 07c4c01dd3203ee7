//! Which files Ollama's dialect carries in a chat. What a single model reads is said by its entry; this is what could be
//! written at all, so that no entry promises more. A test holds it against the encoder.

use mediary_core::MediaFormat::{self, Jpeg, Png, Webp};
use mediary_core::MediaKind;

/// What a medium's name means: the formats that servers of this dialect usually read.
pub(super) fn formats(kind: MediaKind) -> &'static [MediaFormat] {
    match kind {
        MediaKind::Image => &[Png, Jpeg],
        MediaKind::Document | MediaKind::Audio | MediaKind::Video | MediaKind::Text => &[],
    }
}

/// Whether there is a form for a file of this format.
pub(super) fn carries(format: MediaFormat) -> bool {
    formats(format.kind()).contains(&format) || [Webp].contains(&format)
}
