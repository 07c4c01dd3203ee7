//! Which files Mistral's dialect carries in a chat. What a single model reads is said by its entry; this is what could be
//! written at all, so that no entry promises more. A test holds it against the encoder.

use mediary_core::MediaFormat::{
    self, Aac, Avif, Bmp, Flac, Gif, Heic, Jpeg, M4a, Mp3, Opus, Pdf, Png, Svg, Tiff, Vorbis, Wav, Webp,
};
use mediary_core::MediaKind;

/// What a medium's name means: the formats that servers of this dialect usually read.
pub(super) fn formats(kind: MediaKind) -> &'static [MediaFormat] {
    match kind {
        MediaKind::Image => &[Png, Jpeg, Webp, Gif],
        MediaKind::Document => &[Pdf],
        MediaKind::Audio => &[Wav, Mp3],
        // Words of a message go everywhere; text files do not go as files.
        MediaKind::Text | MediaKind::Video => &[],
    }
}

/// Whether there is a form for a file of this format.
pub(super) fn carries(format: MediaFormat) -> bool {
    // Any document has the one form; which of them are read besides PDF is said by a model's entry.
    format.kind() == MediaKind::Document
        || formats(format.kind()).contains(&format)
        || [Tiff, Bmp, Avif, Heic, Svg, Flac, M4a, Aac, Opus, Vorbis].contains(&format)
}
