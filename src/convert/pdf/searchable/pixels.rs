//! Pixels as a picture in a PDF, without loss: black and white as a fax, grey as grey, the rest in colour.
//!
//! Files that a PDF can hold as they are do not come here (see `jpeg` and `png`).

use std::io::Cursor;

use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::{Failure, Raster};

use super::png::Png;

/// The widest row that the fax coder counts.
const MAX_FAX_WIDTH: u32 = 32_000;

/// A picture's bytes, and what its dictionary says of them.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) entries: String,
    pub(super) data: Vec<u8>,
}

/// Packs pixels, quickly rather than as small as can be.
pub(super) fn pack(raster: &Raster) -> Result<Packed, Failure> {
    let pixels = raster.bgr().as_chunks::<{ Raster::CHANNELS }>().0;
    if !pixels.iter().all(|[blue, green, red]| blue == green && green == red) {
        let rgb: Vec<u8> = pixels.iter().flat_map(|[blue, green, red]| [*red, *green, *blue]).collect();
        return filtered(&rgb, raster, ExtendedColorType::Rgb8);
    }
    let grey: Vec<u8> = pixels.iter().map(|[level, ..]| *level).collect();
    let is_bilevel = raster.width() <= MAX_FAX_WIDTH && grey.iter().all(|level| matches!(level, 0 | 255));
    // Dots, as in a printed photograph, make a fax larger than the bits themselves.
    let fax = if is_bilevel { fax_of(&grey, raster) } else { None };
    match fax {
        Some(fax) => Ok(fax),
        None => filtered(&grey, raster, ExtendedColorType::L8),
    }
}

/// CCITT group 4; `None` if that does not make it smaller.
fn fax_of(grey: &[u8], raster: &Raster) -> Option<Packed> {
    let (width, height) = (raster.width(), raster.height());
    let columns = u16::try_from(width).ok()?;
    let mut encoder = Encoder::new(VecWriter::new());
    for row in grey.chunks(width as usize) {
        let levels = row.iter().map(|&level| if level == 0 { Color::Black } else { Color::White });
        let Ok(()) = encoder.encode_line(levels, columns);
    }
    let Ok(writer) = encoder.finish();
    let data = writer.finish();
    let plain = u64::from(width.div_ceil(8)) * u64::from(height);
    ((data.len() as u64) < plain).then(|| Packed {
        entries: format!(
            "{} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
             /DecodeParms << /K -1 /Columns {width} /Rows {height} >>",
            size_entries(width, height)
        ),
        data,
    })
}

/// Rows filtered and packed as PNG does, which PDF understands.
fn filtered(samples: &[u8], raster: &Raster, colours: ExtendedColorType) -> Result<Packed, Failure> {
    let mut file = Vec::new();
    let refused = || Failure::broken("the picture cannot be packed for the PDF");
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(samples, raster.width(), raster.height(), colours)
        .map_err(|_| refused())?;
    Png::look(Cursor::new(file)).map(packed_png).ok_or_else(refused)
}

/// A PNG's samples as a PDF's.
pub(super) fn packed_png(png: Png) -> Packed {
    use super::png::Colours;
    use std::fmt::Write;

    let (space, channels) = match &png.colours {
        Colours::Grey => ("/DeviceGray".to_owned(), 1),
        Colours::Rgb => ("/DeviceRGB".to_owned(), 3),
        Colours::Palette(list) => {
            let mut space = format!("[/Indexed /DeviceRGB {} <", list.len() / 3 - 1);
            for byte in list {
                let _ = write!(space, "{byte:02x}");
            }
            (space + ">]", 1)
        }
    };
    let entries = format!(
        "{} /ColorSpace {space} /BitsPerComponent {bits} /Filter /FlateDecode \
         /DecodeParms << /Predictor 15 /Colors {channels} /BitsPerComponent {bits} /Columns {} >>",
        size_entries(png.width, png.height),
        png.width,
        bits = png.bits,
    );
    Packed { entries, data: png.samples }
}

/// What every picture's dictionary begins with.
pub(super) fn size_entries(width: u32, height: u32) -> String {
    format!("/Type /XObject /Subtype /Image /Width {width} /Height {height}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(pixel: impl Fn(u32, u32) -> [u8; 3]) -> Raster {
        let (width, height) = (67, 40);
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Raster::from_bgr(width, height, places.flat_map(|(x, y)| pixel(x, y)).collect()).unwrap()
    }

    #[test]
    fn pictures_are_no_richer_than_they_need_to_be() {
        for (what, picture, wanted) in [
            ("lines", raster(|x, _| [if x / 10 % 2 == 0 { 0 } else { 255 }; 3]), "/CCITTFaxDecode"),
            ("dots", raster(|x, y| [if (x ^ y) & 1 == 0 { 0 } else { 255 }; 3]), "/DeviceGray /BitsPerComponent 8"),
            ("grey", raster(|x, _| [x as u8; 3]), "/DeviceGray /BitsPerComponent 8"),
            ("colour", raster(|x, _| [x as u8, 0, 0]), "/DeviceRGB"),
        ] {
            let packed = pack(&picture).unwrap();
            assert!(packed.entries.contains(wanted), "{what}: {}", packed.entries);
        }
    }

    #[test]
    fn a_fax_reads_back_as_it_was() {
        let picture = raster(|x, y| [if (x / 3 + y / 7) % 5 == 0 || x == 66 { 0 } else { 255 }; 3]);
        let grey: Vec<u8> = picture.bgr().chunks(3).map(|pixel| pixel[0]).collect();
        let packed = fax_of(&grey, &picture).unwrap();
        let mut rows = Vec::new();
        fax::decoder::decode_g4(packed.data.into_iter(), 67, Some(40), |transitions| {
            rows.extend(fax::decoder::pels(transitions, 67).map(|color| if color == Color::Black { 0 } else { 255 }));
        });
        assert_eq!(rows, grey);
    }
}
