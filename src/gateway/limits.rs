//! Limits on a medium as a whole, before anything of it is read.

use mediary_core::{Failure, Media, MediaKind};

use crate::config::Limits;

/// Refuses a medium that is larger than its kind may be.
///
/// # Errors
/// Too large, with the limit's name.
pub(super) fn check_size(limits: &Limits, media: &Media) -> Result<(), Failure> {
    let (section, limit) = match media.kind() {
        MediaKind::Document => ("document", limits.document.bytes),
        MediaKind::Image => ("image", limits.image.bytes),
        MediaKind::Audio => ("audio", limits.audio.bytes),
        MediaKind::Video => ("video", limits.video.bytes),
        MediaKind::Text => ("text", limits.text.bytes),
    };
    let size_bytes = media.blob.len_bytes();
    if size_bytes <= limit.get() {
        return Ok(());
    }
    Err(Failure::too_large(format!(
        "this {} file has {size_bytes} bytes and the limit is {}; send a smaller one, or raise \
         [limits.{section}] bytes",
        media.format,
        limit.get()
    )))
}
