//! Limits on a medium as a whole, before anything of it is read.

use mediary_core::{Failure, Media, MediaKind};

use super::Gateway;

impl Gateway {
    /// Refuses a medium that is larger than its kind may be.
    pub(super) fn check_size(&self, media: &Media) -> Result<(), Failure> {
        let (section, limit) = match media.kind() {
            MediaKind::Document => ("document", self.limits.document.bytes),
            MediaKind::Image => ("image", self.limits.image.bytes),
            MediaKind::Audio => ("audio", self.limits.audio.bytes),
            MediaKind::Video => ("video", self.limits.video.bytes),
            MediaKind::Text => ("text", self.limits.text.bytes),
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
}
