//! Files on disk, which are read through a buffer instead of from memory.

use std::io::{self, Cursor};

use ::image::{DynamicImage, ImageFormat};
use mediary_core::media::{ReadSeek, Source};
use mediary_core::{Blob, FailureKind, Media, MediaFormat};

use super::super::{ImageLimits, open};
use super::{assert_failure, encode, pattern};

/// Bytes that pretend to be in a file, and a disk that pretends to fail.
struct Spooled(Option<Vec<u8>>);

impl Source for Spooled {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        const NO_SUCH_FILE: i32 = 2;
        let bytes = self.0.as_ref().ok_or_else(|| io::Error::from_raw_os_error(NO_SUCH_FILE))?;
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn bytes(&self) -> Option<&[u8]> {
        None
    }
}

#[test]
fn image_on_disk_is_read_like_one_in_memory() {
    // Larger than the read buffer and the blob's head together.
    let picture = DynamicImage::ImageRgb8(pattern(330, 250));
    for (format, encoder) in [
        (MediaFormat::Png, ImageFormat::Png),
        (MediaFormat::Jpeg, ImageFormat::Jpeg),
        (MediaFormat::Webp, ImageFormat::WebP),
        (MediaFormat::Gif, ImageFormat::Gif),
        (MediaFormat::Tiff, ImageFormat::Tiff),
        (MediaFormat::Bmp, ImageFormat::Bmp),
    ] {
        let in_memory = Blob::in_memory(encode(&picture, encoder));
        let bytes = in_memory.read_all().unwrap();
        let spooled = |bytes| Blob::spooled(in_memory.len_bytes(), in_memory.head(), Spooled(bytes));
        let decode = |blob| open(&Media { format, blob }, &ImageLimits::default())?.decode(0);
        assert_eq!(decode(spooled(Some(bytes))), decode(in_memory.clone()), "{format}");
        assert_failure(decode(spooled(None)), &FailureKind::Broken, &["cannot be read back"], format.name());
    }
}
