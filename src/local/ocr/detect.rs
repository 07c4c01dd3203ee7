//! The detector: a picture in, boxes around its lines of text out.
//!
//! Works on a copy of bounded size; boxes are scaled back to the full picture. Sides are rounded to
//! multiples of 64 so that few distinct shapes occur.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use mediary_core::document::{Point, Quad};
use mediary_core::{Failure, Raster};
use ort::session::Session;
use ort::value::TensorRef;

use super::boxes::{self, BoxSettings};

/// Mean and deviation of the training pictures (ImageNet), in channel order.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// The network halves its input five times; twice that keeps the number of shapes low.
const SIDE_STEP: u32 = 64;
/// Pictures with a shorter short side are enlarged, as their text would be too small to find.
const SHORT_SIDE: u32 = 736;
/// A long strip (a till receipt, a scrolled screen) is not shrunk below that short side either, up to so many
/// pixels in all.
const SHRUNK_PIXELS: f32 = 3_000_000.0;
/// … but never beyond so many pixels, nor more than twofold: there is no more to see.
const ENLARGED_PIXELS: f32 = 1_500_000.0;

/// How a picture is prepared, and how the map of text is read.
#[derive(Debug, Clone)]
pub struct DetectorSettings {
    /// The copy's longer side is at most so many pixels.
    pub longest_side: u32,
    /// Reading the map.
    pub boxes: BoxSettings,
}

/// A session with its buffers.
#[derive(Debug)]
pub(super) struct Detector {
    session: Session,
    settings: DetectorSettings,
    resizer: Resizer,
    input: Vec<f32>,
}

impl Detector {
    pub(super) fn new(session: Session, settings: DetectorSettings) -> Self {
        Self { session, settings, resizer: Resizer::new(), input: Vec::new() }
    }

    /// Finds lines of text, in no particular order, in pixels of the picture.
    pub(super) fn find(&mut self, page: &Raster) -> Result<Vec<Quad>, Failure> {
        let (width, height) = working_size(page.width(), page.height(), self.settings.longest_side);
        let copy = self.scaled(page, width, height)?;
        normalise(copy.buffer(), &mut self.input);
        let failed = |error: ort::Error| Failure::broken(format!("the detector failed: {error}"));
        let shape = [1, 3, height as usize, width as usize];
        let tensor = TensorRef::from_array_view((shape, self.input.as_slice())).map_err(failed)?;
        let outputs = self.session.run(ort::inputs![tensor]).map_err(failed)?;
        let (_, map) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let quads = boxes::from_map(map, width as usize, height as usize, &self.settings.boxes);
        let (x, y) = (page.width() as f32 / width as f32, page.height() as f32 / height as f32);
        Ok(quads.into_iter().map(|quad| quad.map(|point| Point::new(point.x * x, point.y * y))).collect())
    }

    fn scaled(&mut self, page: &Raster, width: u32, height: u32) -> Result<Image<'static>, Failure> {
        let failed = |reason: String| Failure::broken(format!("cannot scale the picture: {reason}"));
        let source = ImageRef::new(page.width(), page.height(), page.bgr(), PixelType::U8x3)
            .map_err(|error| failed(error.to_string()))?;
        let mut copy = Image::new(width, height, PixelType::U8x3);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        self.resizer.resize(&source, &mut copy, &options).map_err(|error| failed(error.to_string()))?;
        Ok(copy)
    }
}

fn working_size(width: u32, height: u32, longest_side: u32) -> (u32, u32) {
    let (w, h) = (width as f32, height as f32);
    let shrink = (longest_side as f32 / w.max(h))
        .max((SHORT_SIDE as f32 / w.min(h)).min(1.0))
        .min((SHRUNK_PIXELS / (w * h)).sqrt());
    let enlarge = (SHORT_SIDE as f32 / w.min(h)).min((ENLARGED_PIXELS / (w * h)).sqrt()).clamp(1.0, 2.0);
    let scale = if shrink < 1.0 { shrink } else { enlarge.min(shrink) };
    let round = |side: f32| ((side * scale / SIDE_STEP as f32).round() as u32).max(1) * SIDE_STEP;
    (round(w), round(h))
}

/// Interleaved bytes to planes of normalised floats.
fn normalise(pixels: &[u8], planes: &mut Vec<f32>) {
    let count = pixels.len() / Raster::CHANNELS;
    planes.resize(pixels.len(), 0.0);
    for channel in 0..Raster::CHANNELS {
        let table: [f32; 256] =
            std::array::from_fn(|value| (value as f32 / 255.0 - MEAN[channel]) / DEVIATION[channel]);
        let plane = &mut planes[channel * count..(channel + 1) * count];
        for (value, pixel) in plane.iter_mut().zip(pixels.chunks_exact(Raster::CHANNELS)) {
            *value = table[usize::from(pixel[channel])];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_sizes_are_bounded_and_even() {
        let rows = [
            ("an A4 page", (1654, 2339), (896, 1280)),
            ("a sign", (300, 80), (576, 192)),
            ("a strip", (4000, 40), (4032, 64)),
            ("a long receipt", (1080, 8000), (640, 4736)),
            ("a dot", (1, 1), (64, 64)),
            ("a screenshot", (1280, 800), (1280, 832)),
            ("a small photo", (640, 480), (960, 768)),
        ];
        for (name, (width, height), expected) in rows {
            assert_eq!(working_size(width, height, 1280), expected, "{name}");
        }
    }

    #[test]
    fn pixels_become_normalised_planes() {
        let mut planes = Vec::new();
        normalise(&[0, 128, 255, 255, 0, 0], &mut planes);
        assert_eq!(planes.len(), 6);
        assert!((planes[0] - (0.0 - 0.485) / 0.229).abs() < 1e-5);
        assert!((planes[1] - (1.0 - 0.485) / 0.229).abs() < 1e-5);
        assert!((planes[4] - (1.0 - 0.406) / 0.225).abs() < 1e-5);
    }
}
