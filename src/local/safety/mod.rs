//! What kind of picture it is, in five coarse classes, by a small network (MobileNetV2) of the nsfwjs project.
//!
//! It sees a whole picture at 224 pixels a side, so it can be wrong in both ways, and knows nothing but nudity and sex. What
//! follows from a class is decided above. Called where pictures are filtered.

use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use mediary_core::{Failure, Raster};
use ort::session::Session;
use ort::value::TensorRef;

use crate::Runtime;

/// The side of what the network sees.
const SIDE: u32 = 224;

/// The share of each class, from 0 to 1; together they are 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PictureClasses {
    /// Drawings that show nothing sexual.
    pub drawing: f32,
    /// Drawings that do.
    pub hentai: f32,
    /// Photographs that show nothing sexual.
    pub neutral: f32,
    /// Photographs of sexual acts.
    pub porn: f32,
    /// Photographs of people with little on.
    pub sexy: f32,
}

/// Sorts pictures.
#[derive(Debug)]
pub struct PictureSorter {
    session: Session,
    resizer: Resizer,
}

impl PictureSorter {
    /// Opens the network's file.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub fn load(runtime: &Runtime, model: &Path) -> Result<Self, Failure> {
        Ok(Self { session: runtime.open(model, 1)?, resizer: Resizer::new() })
    }

    /// Which kind of picture it is. Blocking work of some milliseconds.
    ///
    /// # Errors
    /// When the network fails.
    pub fn classes(&mut self, picture: &Raster) -> Result<PictureClasses, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::broken(format!("sorting a picture failed: {error}"));
        let source = ImageRef::new(picture.width(), picture.height(), picture.bgr(), PixelType::U8x3);
        let source = source.map_err(|error| failed(&error))?;
        let mut seen = Image::new(SIDE, SIDE, PixelType::U8x3);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        self.resizer.resize(&source, &mut seen, &options).map_err(|error| failed(&error))?;
        let pixels = seen.buffer().as_chunks::<3>().0;
        // Red, green and blue, each as a plane from 0 to 1.
        let planes =
            [2, 1, 0].into_iter().flat_map(|plane| pixels.iter().map(move |bgr| f32::from(bgr[plane]) / 255.0));
        let input: Vec<f32> = planes.collect();
        let side = SIDE as usize;
        let tensor =
            TensorRef::from_array_view(([1, 3, side, side], input.as_slice())).map_err(|error| failed(&error))?;
        let outputs = self.session.run(ort::inputs![tensor]).map_err(|error| failed(&error))?;
        let (_, shares) = outputs[0].try_extract_tensor::<f32>().map_err(|error| failed(&error))?;
        let [drawing, hentai, neutral, porn, sexy] =
            shares.try_into().map_err(|_| failed(&format!("it knows {} classes instead of five", shares.len())))?;
        Ok(PictureClasses { drawing, hentai, neutral, porn, sexy })
    }
}
