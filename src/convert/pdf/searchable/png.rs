//! PNG files: a PDF holds their compressed samples as they are, for both filter and pack rows alike.
//!
//! Only what a PDF can say passes (PNG, sections 11.2 and 11.3): no interlacing, no transparency, no more than eight
//! bits. Checks no sums and decodes nothing.

use std::io::{self, BufRead, Read, Seek};

use image::metadata::Orientation;

/// A picture as PNG stores it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Png {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits: u8,
    pub(super) colours: Colours,
    /// All of the compressed samples.
    pub(super) samples: Vec<u8>,
}

/// What the samples are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Colours {
    Grey,
    Rgb,
    /// Places in this list of red, green and blue.
    Palette(Vec<u8>),
}

impl Png {
    /// `None` for a file that is better decoded.
    pub(super) fn look(input: impl BufRead + Seek) -> Option<Self> {
        Self::read(input).ok().flatten()
    }

    fn read(mut input: impl BufRead + Seek) -> io::Result<Option<Self>> {
        if &take::<8>(&mut input)? != b"\x89PNG\r\n\x1a\n" {
            return Ok(None);
        }
        let mut found: Option<Self> = None;
        loop {
            let length = u32::from_be_bytes(take(&mut input)?);
            let name = take::<4>(&mut input)?;
            match (&name, &mut found) {
                (b"IHDR", None) if length == 13 => found = header(take(&mut input)?),
                (_, None) => return Ok(None),
                (b"PLTE", Some(png)) if length <= 768 => {
                    let mut list = Vec::new();
                    input.by_ref().take(length.into()).read_to_end(&mut list)?;
                    if matches!(png.colours, Colours::Palette(_)) {
                        png.colours = Colours::Palette(list);
                    }
                }
                (b"IDAT", Some(png)) => {
                    input.by_ref().take(length.into()).read_to_end(&mut png.samples)?;
                }
                (b"tRNS", _) => return Ok(None),
                (b"eXIf", _) if length <= 65_536 => {
                    let mut exif = Vec::new();
                    input.by_ref().take(length.into()).read_to_end(&mut exif)?;
                    if Orientation::from_exif_chunk(&exif).is_some_and(|way| way != Orientation::NoTransforms) {
                        return Ok(None);
                    }
                }
                (b"IEND", _) => return Ok(found.filter(Self::is_complete)),
                _ => input.seek_relative(length.into())?,
            }
            // The sum of the chunk.
            take::<4>(&mut input)?;
        }
    }

    fn is_complete(&self) -> bool {
        let has_colours = match &self.colours {
            Colours::Grey | Colours::Rgb => true,
            Colours::Palette(list) => !list.is_empty() && list.len() % 3 == 0,
        };
        has_colours && !self.samples.is_empty()
    }
}

fn header([w3, w2, w1, w0, h3, h2, h1, h0, bits, kind, _, _, interlaced]: [u8; 13]) -> Option<Png> {
    let colours = match kind {
        0 => Colours::Grey,
        2 => Colours::Rgb,
        3 => Colours::Palette(Vec::new()),
        _ => return None,
    };
    let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    let is_plain = interlaced == 0 && matches!(bits, 1 | 2 | 4 | 8) && width > 0 && height > 0;
    is_plain.then_some(Png { width, height, bits, colours, samples: Vec::new() })
}

fn take<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32).to_be_bytes(), name.as_slice(), body, &[0; 4]].concat()
    }

    fn png(kind: u8, bits: u8, interlaced: u8, middle: &[Vec<u8>]) -> Cursor<Vec<u8>> {
        let header = [0, 0, 0, 3, 0, 0, 0, 2, bits, kind, 0, 0, interlaced];
        let start = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header)].concat();
        let data = [chunk(b"IDAT", b"ab"), chunk(b"IDAT", b"c"), chunk(b"IEND", b"")].concat();
        Cursor::new([start, middle.concat(), data].concat())
    }

    #[test]
    fn samples_are_gathered_from_all_chunks() {
        let found = Png::look(png(3, 4, 0, &[chunk(b"pHYs", &[0; 9]), chunk(b"PLTE", &[1, 2, 3])])).unwrap();
        assert_eq!(found.samples, b"abc");
        assert_eq!((found.width, found.height, found.bits), (3, 2, 4));
        assert_eq!(found.colours, Colours::Palette(vec![1, 2, 3]));
    }

    #[test]
    fn what_a_pdf_cannot_hold_is_left_to_the_decoder() {
        let turned = [b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".as_slice(), &[0; 4]].concat();
        for (what, file) in [
            ("alpha", png(6, 8, 0, &[])),
            ("sixteen bits", png(2, 16, 0, &[])),
            ("interlaced", png(0, 8, 1, &[])),
            ("transparent", png(2, 8, 0, &[chunk(b"tRNS", &[0; 6])])),
            ("no palette", png(3, 8, 0, &[])),
            ("turned", png(0, 8, 0, &[chunk(b"eXIf", &turned)])),
        ] {
            assert_eq!(Png::look(file), None, "{what}");
        }
        assert!(Png::look(png(0, 1, 0, &[])).is_some());
    }
}
