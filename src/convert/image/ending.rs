//! Whether the file of a picture goes on to its end: uploads and copies that broke off look whole from their beginning, and
//! many decoders show what there is without a word.
//!
//! Nothing is decoded. Of whole files a few bytes at the end are read.

use std::io::{self, Read as _, SeekFrom};

use mediary_core::media::ReadSeek;
use mediary_core::{Failure, Media, MediaFormat};

/// The last chunk of a PNG, which is empty (PNG, section 11.2.5).
const PNG_END: [u8; 12] = [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82];
/// The marker at the end of a JPEG (ITU-T T.81, annex B).
const JPEG_END: [u8; 2] = [0xff, 0xd9];
const START_OF_SCAN: u8 = 0xda;
/// A file is searched from its end in pieces of this.
const PIECE_BYTES: u64 = 64 * 1024;

/// Looks whether a PNG, a JPEG or a WebP has its end; others pass. Reads the whole file only where the end is not at it.
///
/// # Errors
/// Unreadable where the end is missing.
pub fn whole(media: &Media) -> Result<(), Failure> {
    let len_bytes = media.blob.len_bytes();
    let has_end = || -> io::Result<bool> {
        let ends_with = |end: &[u8]| Ok::<_, io::Error>(media.blob.tail(end.len())? == end);
        Ok(match media.format {
            MediaFormat::Png => ends_with(&PNG_END)? || png_has_end(&mut *media.blob.source().open()?, len_bytes)?,
            MediaFormat::Jpeg => ends_with(&JPEG_END)? || jpeg_has_end(&mut *media.blob.source().open()?, len_bytes)?,
            MediaFormat::Webp => webp_has_end(media.blob.head(), len_bytes),
            _ => true,
        })
    };
    let has_end = has_end().map_err(|error| Failure::broken(format!("a picture cannot be read back: {error}")))?;
    let cut = || format!("the picture's file is cut off: its end is missing; send the whole {} file", media.format);
    if has_end { Ok(()) } else { Err(Failure::unreadable(cut())) }
}

/// Chunk after chunk up to the last; what follows that is no part of the picture.
fn png_has_end(reader: &mut dyn ReadSeek, len_bytes: u64) -> io::Result<bool> {
    let mut at = 8;
    while at + PNG_END.len() as u64 <= len_bytes {
        reader.seek(SeekFrom::Start(at))?;
        let mut head = [0; 8];
        reader.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        if &kind == b"IEND" {
            return Ok(true);
        }
        // Its length, its kind, its data, its sum.
        at += 12 + u64::from(u32::from_be_bytes([a, b, c, d]));
    }
    Ok(false)
}

/// The end marker behind the first scan: the marker of a thumbnail stands before it, and within a scan it is never written.
fn jpeg_has_end(reader: &mut dyn ReadSeek, len_bytes: u64) -> io::Result<bool> {
    let Some(scan) = first_scan(reader, len_bytes)? else { return Ok(false) };
    let mut end = len_bytes;
    let mut piece = Vec::new();
    while end > scan {
        let start = end.saturating_sub(PIECE_BYTES).max(scan);
        reader.seek(SeekFrom::Start(start))?;
        piece.clear();
        // One byte more, for a marker that lies over the edge of two pieces.
        (&mut *reader).take(end - start + 1).read_to_end(&mut piece)?;
        if piece.windows(2).any(|pair| pair == JPEG_END) {
            return Ok(true);
        }
        end = start;
    }
    Ok(false)
}

/// Where the first scan begins.
fn first_scan(reader: &mut dyn ReadSeek, len_bytes: u64) -> io::Result<Option<u64>> {
    let mut at = 2;
    while at + 4 <= len_bytes {
        reader.seek(SeekFrom::Start(at))?;
        let mut head = [0; 4];
        reader.read_exact(&mut head)?;
        let [mark, kind, high, low] = head;
        match (mark, kind) {
            (0xff, START_OF_SCAN) => return Ok(Some(at)),
            // Filling, and what came between two segments.
            (0xff, 0xff) | (0..0xff, _) => at += 1,
            // Markers without a length.
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, _) => at += 2 + u64::from(u16::from_be_bytes([high, low])),
        }
    }
    Ok(None)
}

/// The length that the container states of what follows it.
fn webp_has_end(head: &[u8], len_bytes: u64) -> bool {
    let stated = head.get(4..8).and_then(|length| length.try_into().ok()).map(u32::from_le_bytes);
    stated.is_some_and(|stated| 8 + u64::from(stated) <= len_bytes)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
    use mediary_core::{Blob, FailureKind};

    use super::*;

    fn file(format: ImageFormat) -> Vec<u8> {
        let pixel = |x: u32, y: u32| Rgb([(x * 7 + y) as u8, (x * y) as u8, (x ^ y) as u8]);
        let mut file = std::io::Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::from_fn(300, 200, pixel)).write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn looked_at(format: MediaFormat, bytes: Vec<u8>) -> Result<(), Failure> {
        whole(&Media { format, blob: Blob::in_memory(bytes) })
    }

    #[test]
    fn files_without_their_end_are_told_from_whole_ones() {
        let rows = [
            (MediaFormat::Png, ImageFormat::Png),
            (MediaFormat::Jpeg, ImageFormat::Jpeg),
            (MediaFormat::Webp, ImageFormat::WebP),
        ];
        for (format, written) in rows {
            let bytes = file(written);
            assert_eq!(looked_at(format, bytes.clone()), Ok(()), "{format}");
            let more = [bytes.clone(), vec![b'x'; 70_000]].concat();
            assert_eq!(looked_at(format, more), Ok(()), "{format}: what follows is no part of it");
            for kept in [bytes.len() - 2, bytes.len() / 2, 40] {
                let cut = looked_at(format, bytes[..kept].to_vec()).map_err(|failure| failure.kind);
                assert_eq!(cut, Err(FailureKind::Unreadable), "{format}: {kept} bytes");
            }
        }
        assert_eq!(looked_at(MediaFormat::Bmp, b"BM".to_vec()), Ok(()), "of others nothing is said");
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_pictures() {
        let bytes = file(ImageFormat::Jpeg);
        let thumbnail = [&b"\xff\xe1\x00\x0a"[..], b"Exif\xff\xd9\0\0"].concat();
        let with = [&bytes[..2], &thumbnail, &bytes[2..]].concat();
        assert_eq!(looked_at(MediaFormat::Jpeg, with.clone()), Ok(()));
        let cut = looked_at(MediaFormat::Jpeg, with[..with.len() / 2].to_vec());
        assert_eq!(cut.map_err(|failure| failure.kind), Err(FailureKind::Unreadable));
    }
}
