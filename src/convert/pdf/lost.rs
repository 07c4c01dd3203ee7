//! Pictures that a page has and does not show, because their data is damaged or in a form that PDFium does not decode.
//!
//! Where they are PDFium paints nothing, or as much as there was, and the rest white or black. Only pictures of which much
//! is of one brightness are looked into, and decoded only where hardly anything else is seen.

use std::io::Read;

use flate2::read::ZlibDecoder;
use mediary_core::Raster;
use mediary_core::document::Rect;
use pdfium_render::prelude::*;

use super::frame::{self, Frame};

/// With this share of one brightness a part of a picture may be missing.
const PARTLY_EVEN: f32 = 0.3;
/// With this share nothing may have been painted.
const EVEN: f32 = 0.98;
/// A darker place was painted, though not with a scan of anything.
const DARK: u8 = 64;
/// A smaller side, in pixels, is that of a rule or an icon.
const LEAST_SIDE_PX: f32 = 12.0;

/// Whether a page, as it was painted, lacks a picture.
pub(super) fn lacks_any(page: &PdfPage<'_>, painted: &Raster, config: &PdfRenderConfig) -> bool {
    let mut is_any = false;
    frame::walk(page.objects().iter(), &Frame::PAGE, &mut |object, frame| {
        let Some(picture) = object.as_image_object().filter(|_| !is_any) else { return };
        let place = frame.place_of(object).and_then(|place| {
            let shown = frame.clip_of(object).map_or(place, |clip| frame::shared(&place, &clip));
            frame::in_pixels(page, &shown, config)
        });
        let look = place.and_then(|place| Look::at(painted, &place));
        is_any = look.is_some_and(|look| look.share >= PARTLY_EVEN && is_lost(picture, &look));
    });
    is_any
}

/// How a place looks.
#[derive(Debug, PartialEq)]
struct Look {
    /// The brightness that most of it has.
    brightness: u8,
    /// How much has it.
    share: f32,
}

impl Look {
    /// `None` of what is small or off the page.
    fn at(painted: &Raster, place: &Rect) -> Option<Self> {
        let range = |from: f32, to: f32, most: u32| (from.max(0.0) as u32).min(most)..(to.max(0.0) as u32).min(most);
        let columns = range(place.left, place.right, painted.width());
        let rows = range(place.top, place.bottom, painted.height());
        if (columns.len().min(rows.len()) as f32) < LEAST_SIDE_PX {
            return None;
        }
        let mut counts = [0_u32; 256];
        for row in rows {
            let pixels = painted.row(row as usize).chunks_exact(Raster::CHANNELS);
            for pixel in pixels.take(columns.end as usize).skip(columns.start as usize) {
                counts[usize::from(pixel.iter().copied().fold(u8::MAX, u8::min))] += 1;
            }
        }
        let all: u32 = counts.iter().sum();
        let (brightness, most) = (0..=u8::MAX).zip(counts).max_by_key(|(_, count)| *count)?;
        Some(Self { brightness, share: most as f32 / all as f32 })
    }
}

/// Whether a picture cannot be decoded, or not to its end.
fn is_lost(picture: &PdfPageImageObject<'_>, look: &Look) -> bool {
    let is_even = look.share >= EVEN;
    if is_even && picture.get_raw_bitmap().map_or(0, |bitmap| bitmap.width()) == 0 {
        return true;
    }
    let filters: Vec<String> = picture.filters().iter().map(|filter| filter.name().to_owned()).collect();
    let Ok(data) = picture.get_raw_image_data() else { return is_even };
    match filters.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let pixels = picture.width().unwrap_or(0) as usize * picture.height().unwrap_or(0) as usize;
            // A bit of each at least.
            data.len() < pixels / 8
        }
        ["FlateDecode" | "Fl"] => !is_deflated_whole(&data),
        ["DCTDecode" | "DCT"] => {
            // What ends as it should is decoded only where nothing is seen.
            let has_end = data.windows(2).rev().take(data.len() / 2).any(|marker| marker == [0xff, 0xd9]);
            (is_even || !has_end) && jpeg_decoder::Decoder::new(data.as_slice()).decode().is_err()
        }
        ["CCITTFaxDecode" | "CCF"] => is_even && look.brightness < DARK,
        _ => false,
    }
}

/// Whether data can be inflated to their end.
fn is_deflated_whole(data: &[u8]) -> bool {
    let mut decoder = ZlibDecoder::new(data);
    let mut part = [0; 16 * 1024];
    loop {
        match decoder.read(&mut part) {
            Ok(0) => return decoder.total_out() > 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    #[test]
    fn places_are_as_even_as_they_look() {
        let mut bgr = vec![255; 100 * 100 * 3];
        bgr[..3 * 100 * 50].fill(0);
        let painted = Raster::from_bgr(100, 100, bgr).unwrap();
        let at = |left, top, right, bottom| Look::at(&painted, &Rect { left, top, right, bottom });
        assert_eq!(at(0.0, 50.0, 100.0, 100.0), Some(Look { brightness: 255, share: 1.0 }));
        assert_eq!(at(0.0, 0.0, 100.0, 50.0), Some(Look { brightness: 0, share: 1.0 }));
        assert_eq!(at(0.0, 25.0, 100.0, 100.0).map(|look| look.share), Some(50.0 / 75.0));
        assert_eq!(at(0.0, 90.0, 100.0, 95.0), None, "a rule");
        assert_eq!(at(200.0, 50.0, 300.0, 100.0), None, "off the page");
    }

    #[test]
    fn data_that_break_off_are_told_from_whole_ones() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let noise: Vec<u8> = (0..100_000_u32).map(|value| (value.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        encoder.write_all(&noise).unwrap();
        let whole = encoder.finish().unwrap();
        assert!(is_deflated_whole(&whole));
        assert!(!is_deflated_whole(&whole[..whole.len() / 2]));
        assert!(!is_deflated_whole(b"no data of this kind"));
        assert!(!is_deflated_whole(b""));
    }
}
