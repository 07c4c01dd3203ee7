//! JPEG files that a PDF can hold as they are, and which way up they are shown.
//!
//! Walks through the segments before the first scan (ITU-T T.81, annex B). Grey and three-channel pictures of eight
//! bits pass; four channels do not, because files disagree on which end of their scale is ink.

use std::io::{self, BufRead, Read, Seek};

use image::metadata::Orientation;

/// What a PDF has to know about a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jpeg {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: u8,
    /// What brings the stored picture upright.
    pub(super) orientation: Orientation,
}

impl Jpeg {
    /// `None` for a file that is better decoded.
    pub(super) fn look(mut input: impl BufRead + Seek) -> Option<Self> {
        let mut orientation = Orientation::NoTransforms;
        if read::<2>(&mut input).ok()? != [0xff, 0xd8] {
            return None;
        }
        loop {
            // Files with stray bytes between segments exist, and other readers stumble over them.
            let [0xff, mut marker] = read(&mut input).ok()? else { return None };
            while marker == 0xff {
                [marker] = read(&mut input).ok()?;
            }
            let body = u16::from_be_bytes(read(&mut input).ok()?).checked_sub(2)?;
            match marker {
                // Baseline, extended and progressive, coded after Huffman.
                0xc0..=0xc2 => {
                    let [bits, y1, y0, x1, x0, channels] = read(&mut input).ok()?;
                    let (width, height) = (u16::from_be_bytes([x1, x0]).into(), u16::from_be_bytes([y1, y0]).into());
                    let is_plain = bits == 8 && matches!(channels, 1 | 3) && width > 0 && height > 0;
                    return is_plain.then_some(Self { width, height, channels, orientation });
                }
                // Tables and comments, other applications' data; EXIF.
                0xe1 => {
                    let mut segment = vec![0; body.into()];
                    input.read_exact(&mut segment).ok()?;
                    if let Some(exif) = segment.strip_prefix(b"Exif\0\0") {
                        orientation = Orientation::from_exif_chunk(exif).unwrap_or(orientation);
                    }
                }
                0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe => input.seek_relative(body.into()).ok()?,
                _ => return None,
            }
        }
    }

    /// Width and height as it is shown.
    pub(super) fn shown_size(&self) -> (u32, u32) {
        match self.orientation {
            Orientation::NoTransforms
            | Orientation::FlipHorizontal
            | Orientation::FlipVertical
            | Orientation::Rotate180 => (self.width, self.height),
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (self.height, self.width),
        }
    }

    /// What puts it on a page so large, upright.
    pub(super) fn placement(&self, width: f32, height: f32) -> [f32; 6] {
        let (w, h) = (width, height);
        match self.orientation {
            Orientation::NoTransforms => [w, 0.0, 0.0, h, 0.0, 0.0],
            Orientation::FlipHorizontal => [-w, 0.0, 0.0, h, w, 0.0],
            Orientation::Rotate180 => [-w, 0.0, 0.0, -h, w, h],
            Orientation::FlipVertical => [w, 0.0, 0.0, -h, 0.0, h],
            Orientation::Rotate90 => [0.0, -h, w, 0.0, 0.0, h],
            Orientation::Rotate270 => [0.0, h, -w, 0.0, w, 0.0],
            Orientation::Rotate90FlipH => [0.0, -h, -w, 0.0, w, h],
            Orientation::Rotate270FlipH => [0.0, h, w, 0.0, 0.0, 0.0],
        }
    }
}

fn read<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn jpeg(channels: u8, bits: u8, frame: u8, exif: Option<u8>) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2];
        if let Some(orientation) = exif {
            let ifd =
                [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
            let body = [b"Exif\0\0".as_slice(), &ifd].concat();
            file.extend([0xff, 0xe1, 0, body.len() as u8 + 2]);
            file.extend(body);
        }
        file.extend([0xff, 0xff, frame, 0, 8 + 3 * channels, bits, 0, 30, 0, 40, channels]);
        file.extend(vec![0; usize::from(channels) * 3]);
        file
    }

    #[test]
    fn common_pictures_pass_and_odd_ones_do_not() {
        for (channels, bits, frame, passes) in [
            (3, 8, 0xc0, true),
            (1, 8, 0xc2, true),
            (4, 8, 0xc0, false),
            (3, 12, 0xc1, false),
            (3, 8, 0xc3, false),
            (3, 8, 0xc9, false),
        ] {
            let found = Jpeg::look(Cursor::new(jpeg(channels, bits, frame, None)));
            assert_eq!(found.is_some(), passes, "{channels} {bits} {frame:x}");
        }
        assert_eq!(Jpeg::look(Cursor::new(b"\xff\xd8\xff\xe0\x00")), None);
    }

    #[test]
    fn the_camera_held_upright_gives_an_upright_page() {
        let found = Jpeg::look(Cursor::new(jpeg(3, 8, 0xc0, Some(6)))).unwrap();
        assert_eq!((found.orientation, found.shown_size()), (Orientation::Rotate90, (30, 40)));
        // The stored top left corner, (0, 1), is shown at the top right.
        let [a, b, c, d, e, f] = found.placement(300.0, 400.0);
        let at = |u: f32, v: f32| (a * u + c * v + e, b * u + d * v + f);
        assert_eq!(at(0.0, 1.0), (300.0, 400.0));
        assert_eq!(at(1.0, 1.0), (300.0, 0.0));
    }
}
