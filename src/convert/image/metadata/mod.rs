//! What a picture file says beside its picture: where and when it was taken, by which device, with which words. It is taken
//! out without touching a pixel.
//!
//! Colour profiles and densities stay, since they are part of how the picture looks. A picture that has to be turned is
//! no business of this room: it is drawn anew.

mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

use image::metadata::Orientation;
use mediary_core::{Blob, Media, MediaFormat};

/// Whether a picture file holds metadata, as far as its beginning tells; cheap. HEIC nearly always does and cannot be
/// looked into here.
#[must_use]
pub fn has_metadata(media: &Media) -> bool {
    let head = media.blob.head();
    match media.format {
        MediaFormat::Jpeg => jpeg::segments(head).any(|segment| segment.is_metadata()),
        MediaFormat::Png => png::chunks(head).any(|chunk| chunk.is_metadata()),
        MediaFormat::Webp => webp::says_metadata(head),
        MediaFormat::Heic => true,
        _ => false,
    }
}

/// The same picture without its metadata, its pixels as they were. `None` where it would have to be turned upright first,
/// or the format or the file does not allow it. Blocking work.
#[must_use]
pub fn stripped(media: &Media) -> Option<Media> {
    let bytes = media.blob.read_all().ok()?;
    let exif = match media.format {
        MediaFormat::Jpeg => jpeg::exif(&bytes),
        MediaFormat::Png => png::exif(&bytes),
        MediaFormat::Webp => webp::exif(&bytes),
        _ => None,
    };
    let is_upright =
        |exif| Orientation::from_exif_chunk(exif).is_none_or(|orientation| orientation == Orientation::NoTransforms);
    exif.is_none_or(is_upright).then(|| copied(media.format, &bytes)).flatten()
}

/// The same picture without its metadata, whatever they say of its orientation. Blocking work.
pub(super) fn without(media: &Media) -> Option<Media> {
    copied(media.format, &media.blob.read_all().ok()?)
}

fn copied(format: MediaFormat, bytes: &[u8]) -> Option<Media> {
    let file = match format {
        MediaFormat::Jpeg => jpeg::without(bytes),
        MediaFormat::Png => png::without(bytes),
        MediaFormat::Webp => webp::without(bytes),
        _ => None,
    };
    Some(Media { format, blob: Blob::in_memory(file?) })
}
