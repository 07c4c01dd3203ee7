//! Masks: where a picture is to be changed, in the two ways in which that is said.
//!
//! OpenAI's masks are transparent there, others are white there and black elsewhere; one becomes the other. Blocking work;
//! the gateway calls it for edits.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::{Blob, Failure, Media, MediaFormat};

use super::Pictures;

/// A mask that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// How much of each pixel is to be changed, 0 to 255, row after row.
    change: Vec<u8>,
}

/// Pixels are counted as black or white that are off by no more than this: masks come as JPEG as well.
const SLACK: u8 = 40;

impl Pictures {
    /// The first picture of the file as a mask: by its transparency or, where it has none, as black and white.
    ///
    /// # Errors
    /// As [`Pictures::decode`]; unreadable when it says of no pixel, or in no known way, that it is to be changed.
    pub fn mask(&self) -> Result<Mask, Failure> {
        if let Some(clear) = self.decode_clear(0)? {
            let change = clear.rgba.as_chunks::<4>().0.iter().map(|pixel| u8::MAX - pixel[3]).collect();
            return Ok(Mask { width: clear.width, height: clear.height, change });
        }
        let raster = self.decode(0)?;
        let greys = raster.bgr().as_chunks::<3>().0.iter();
        let is_grey = |&[blue, green, red]: &[u8; 3]| blue.abs_diff(green).max(green.abs_diff(red)) <= SLACK;
        let is_clear_cut = |pixel: &[u8; 3]| is_grey(pixel) && (pixel[1] <= SLACK || pixel[1] >= u8::MAX - SLACK);
        // Edges may be soft; a photograph is none.
        let odd = greys.clone().filter(|pixel| !is_clear_cut(pixel)).count();
        let change: Vec<u8> = greys.map(|pixel| pixel[1]).collect();
        let is_said = odd * 20 <= change.len() && change.iter().any(|level| *level >= u8::MAX - SLACK);
        if !is_said {
            return Err(Failure::unreadable(
                "the mask has no transparent place, and is not black with white places; send a PNG that is transparent \
                 where the picture is to be changed",
            ));
        }
        Ok(Mask { width: raster.width(), height: raster.height(), change })
    }
}

impl Mask {
    /// Transparent where the picture is to be changed.
    ///
    /// # Errors
    /// When the encoder refuses, which it has no reason to.
    pub fn as_alpha(&self) -> Result<Media, Failure> {
        let pixels: Vec<u8> = self.change.iter().flat_map(|level| [0, 0, 0, u8::MAX - level]).collect();
        self.png(&pixels, ExtendedColorType::Rgba8)
    }

    /// White where the picture is to be changed, black elsewhere.
    ///
    /// # Errors
    /// When the encoder refuses, which it has no reason to.
    pub fn as_black_and_white(&self) -> Result<Media, Failure> {
        let pixels: Vec<u8> = self.change.iter().map(|level| if *level >= 128 { u8::MAX } else { 0 }).collect();
        self.png(&pixels, ExtendedColorType::L8)
    }

    fn png(&self, pixels: &[u8], colours: ExtendedColorType) -> Result<Media, Failure> {
        let mut file = Vec::new();
        let written = PngEncoder::new(&mut file).write_image(pixels, self.width, self.height, colours);
        written.map_err(|error| Failure::broken(format!("the mask cannot be written: {error}")))?;
        Ok(Media { format: MediaFormat::Png, blob: Blob::in_memory(file) })
    }
}
