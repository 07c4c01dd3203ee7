//! Which files Gemini's dialect carries in a chat. What a single model reads is said by its entry; this is what could be
//! written at all, so that no entry promises more. A test holds it against the encoder.

use mediary_core::MediaFormat::{
    self, Aac, Aiff, Avi, Bmp, Csv, Flac, Flv, Heic, Html, Jpeg, Json, M4a, Markdown, Mov, Mp3, Mp4, Mpeg, Opus, Pdf,
    Png, Text, Tsv, Vorbis, Wav, Webm, Webp, Wmv, Xml,
};
use mediary_core::MediaKind;

/// The soft parameters that have a form here, by their OpenAI names.
pub(super) const SOFT: &[&str] = &[
    "temperature",
    "top_p",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "top_k",
    "modalities",
    "safety_settings",
];

/// What a medium's name means: the formats that servers of this dialect usually read.
pub(super) fn formats(kind: MediaKind) -> &'static [MediaFormat] {
    match kind {
        MediaKind::Image => &[Png, Jpeg, Webp, Heic],
        MediaKind::Document => &[Pdf],
        MediaKind::Audio => &[Wav, Mp3, Flac, Opus, Vorbis, Aac, Aiff],
        MediaKind::Video => &[Mp4, Mov, Webm, Avi, Mpeg, Flv, Wmv],
        MediaKind::Text => &[Text, Markdown, Csv, Tsv, Json, Xml, Html],
    }
}

/// Whether there is a form for a file of this format.
pub(super) fn carries(format: MediaFormat) -> bool {
    formats(format.kind()).contains(&format) || [Bmp, M4a].contains(&format)
}
