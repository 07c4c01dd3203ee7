//! How large a picture is, by its header alone: what a plan needs to know before anything is decoded.

use mediary_core::Media;

/// The longer side in pixels, as stored; `None` where the beginning of the file does not tell.
#[must_use]
pub fn longest_side(media: &Media) -> Option<u32> {
    let size = imagesize::blob_size(media.blob.head()).ok()?;
    u32::try_from(size.width.max(size.height)).ok()
}
