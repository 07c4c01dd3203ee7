//! Finding words: the detector sees a page tile by tile, and words are read off the one map they make together.
//!
//! Joining maps instead of boxes means that a word at a border needs no pairing of halves. What is done with the map
//! is what ocrs does with the map of a whole page (its `detect_words`), with the same parameters.

use mediary_core::engine::Cancel;
use mediary_core::{Failure, Raster};
use ocrs::{DimOrder, ImageSource, OcrEngine};
use rten_imageproc::{RetrievalMode, RotatedRect, find_contours, min_area_rect, simplify_polygon};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::{failed, tiles};

/// The detector marks the core of a word; its box is so many pixels larger on each side.
const MARGIN_PX: f32 = 3.0;
/// Smaller boxes are dust.
const LEAST_AREA_PX: f32 = 100.0;
/// How far a contour may be from the polygon that stands for it.
const TOLERANCE_PX: f32 = 2.0;

/// A page in grey, a byte a pixel.
#[derive(Debug)]
pub(super) struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// Weighs colours as television does (ITU-R BT.601), for that is how the models were trained.
    pub(super) fn of(page: &Raster) -> Self {
        let luminance = |pixel: &[u8]| {
            let [blue, green, red] = [0, 1, 2].map(|channel| u32::from(pixel[channel]));
            ((red * 299 + green * 587 + blue * 114 + 500) / 1000) as u8
        };
        Self {
            width: page.width() as usize,
            height: page.height() as usize,
            pixels: page.bgr().chunks_exact(Raster::CHANNELS).map(luminance).collect(),
        }
    }

    /// The pixels as ocrs takes them: rows, columns, one channel.
    pub(super) fn view(&self) -> NdTensorView<'_, u8, 3> {
        NdTensorView::from_data([self.height, self.width, 1], self.pixels.as_slice())
    }
}

/// Finds the words of a page, in no particular order.
pub(super) fn find(engine: &OcrEngine, page: &Grey, cancel: &Cancel) -> Result<Vec<RotatedRect>, Failure> {
    let threshold = engine.detection_threshold();
    let mut mask = NdTensor::full([page.height, page.width], false);
    for tile in tiles::over(page.width as u32, page.height as u32) {
        cancel.check()?;
        let shown = page.view();
        let shown = shown.slice((tile.rows.clone(), tile.columns.clone(), ..));
        let source = ImageSource::from_tensor(shown, DimOrder::Hwc).map_err(|error| failed("preparing", &error))?;
        let input = engine.prepare_input(source).map_err(|error| failed("preparing", &error))?;
        let map = engine.detect_text_pixels(&input).map_err(|error| failed("detection", &error))?;
        for row in tile.kept_rows.clone() {
            for column in tile.kept_columns.clone() {
                mask[[row, column]] = map[[row - tile.rows.start, column - tile.columns.start]] > threshold;
            }
        }
    }
    Ok(boxes(mask.view()))
}

/// The words marked on a map: the smallest rectangle around each connected area.
fn boxes(mask: NdTensorView<'_, bool, 2>) -> Vec<RotatedRect> {
    let box_of = |contour: &[rten_imageproc::Point]| {
        let points: Vec<_> = contour.iter().map(|point| point.to_f32()).collect();
        let mut rect = min_area_rect(&simplify_polygon(&points, TOLERANCE_PX))?;
        rect.resize(rect.width() + 2.0 * MARGIN_PX, rect.height() + 2.0 * MARGIN_PX);
        Some(rect)
    };
    let contours = find_contours(mask, RetrievalMode::External);
    contours.iter().filter_map(box_of).filter(|rect| rect.area() >= LEAST_AREA_PX).collect()
}

#[cfg(test)]
mod tests {
    use rten_imageproc::{BoundingRect, Rect, fill_rect};

    use super::*;

    #[test]
    fn grey_weighs_colours_as_the_models_were_trained() {
        for (bgr, expected) in [([0, 0, 0], 0), ([255, 255, 255], 255), ([0, 0, 255], 76), ([255, 0, 0], 29)] {
            assert_eq!(Grey::of(&Raster::filled(2, 1, bgr)).pixels, [expected; 2], "{bgr:?}");
        }
    }

    #[test]
    fn words_are_the_marked_areas_with_a_margin_and_dust_is_none() {
        let mut mask = NdTensor::full([100, 200], false);
        fill_rect(mask.view_mut(), Rect::from_tlhw(20, 30, 15, 61), true);
        fill_rect(mask.view_mut(), Rect::from_tlhw(60, 100, 15, 41), true);
        fill_rect(mask.view_mut(), Rect::from_tlhw(90, 10, 2, 2), true);
        let mut found: Vec<_> =
            boxes(mask.view()).iter().map(|rect| rect.bounding_rect().integral_bounding_rect()).collect();
        found.sort_by_key(Rect::top);
        let edges: Vec<_> = found.iter().map(|rect| rect.tlbr()).collect();
        assert_eq!(edges, [[17, 27, 37, 93], [57, 97, 77, 143]]);
    }
}
