//! The detector: a picture in, boxes around its lines of text out.
//!
//! Works on a copy of bounded size, on tiles of a few fixed shapes (see [`super::shapes`]); what they give becomes
//! one map again, and boxes are scaled back to the full picture. Where the copy shows what may be lettering too small to be
//! found on it, a larger copy is looked at, and of that only the tiles in question.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use mediary_core::document::{Point, Quad};
use mediary_core::engine::Cancel;
use mediary_core::{Failure, Raster};
use ort::session::Session;
use ort::value::TensorRef;

use super::boxes::{self, BoxSettings};
use super::closer::{self, Unseen};
use super::gutters;
use super::margins;
use super::shapes::{OcrShapes, Tile, Tiling};
use crate::runtime::giving_back;

/// Mean and deviation of the training pictures (ImageNet), in channel order.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// Pictures with a shorter short side are enlarged, as their text would be too small to find.
const SHORT_SIDE: u32 = 736;
/// A long strip (a till receipt, a scrolled screen) is not shrunk below that short side either, up to so many
/// pixels in all.
const SHRUNK_PIXELS: f32 = 3_000_000.0;
/// … but never beyond so many pixels, nor more than twofold: there is no more to see.
const ENLARGED_PIXELS: f32 = 1_500_000.0;
/// A copy that is at least this large beside the picture shows all there is to see.
const CLOSE: f32 = 0.7;
/// Margins are left out of pages that are at most so many times as wide as the copy: print of 300 and 400 DPI.
const LEGIBLE: u32 = 4;
/// How much larger each closer look is than the one before …
const CLOSER: f32 = 2.0;
/// … up to so many pixels of the whole copy, of which a map and three bytes are held for each.
const CLOSEST_PIXELS: f32 = 14_000_000.0;
/// An upright page of print is looked at in so many pixels.
const USUAL_PIXELS: usize = 1280 * 896;
/// Each closer look is at no more tiles than these, those with the most to see first.
const CLOSER_TILES: usize = 16;

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
    shapes: OcrShapes,
    resizer: Resizer,
    input: Vec<f32>,
    /// Whether the memory of larger looks than a page of print takes is given back after each: where it stays with the session,
    /// the largest picture of all decides how much that is.
    gives_back: bool,
}

impl Detector {
    pub(super) fn new(session: Session, settings: DetectorSettings, shapes: OcrShapes, gives_back: bool) -> Self {
        Self { session, settings, shapes, resizer: Resizer::new(), input: Vec::new(), gives_back }
    }

    /// Looks at an empty page of each shape, so that no later page waits until kernels for its shape are compiled.
    pub(super) fn warm(&mut self) -> Result<(), Failure> {
        for [width, height] in self.shapes.pages.clone() {
            self.find(&Raster::filled(width, height, [255; 3]), &Cancel::default())?;
        }
        Ok(())
    }

    /// Finds lines of text, in no particular order, in pixels of the picture.
    pub(super) fn find(&mut self, page: &Raster, cancel: &Cancel) -> Result<Lettering, Failure> {
        let (width, height) = working_size(page.width(), page.height(), self.settings.longest_side);
        let tiling = self.shapes.tiling(width, height);
        let copy = self.scaled(page, tiling.copy)?;
        // Print that is much smaller on the copy is found in pieces, which differ with what is seen around it.
        let is_legible = tiling.copy[0] * LEGIBLE >= page.width();
        let inked = is_legible.then(|| margins::inked(copy.buffer(), tiling.copy[0] as usize)).flatten();
        let mut look = match inked.and_then(|inked| self.shapes.part(&tiling, inked)) {
            Some((tiling, tile)) => self.look(copy, &tiling, vec![tile], cancel)?,
            None => self.look(copy, &tiling, tiling.tiles().collect(), cancel)?,
        };
        let mut quads = look.on_page(page);
        let largest = (CLOSEST_PIXELS / (page.width() as f32 * page.height() as f32)).sqrt().min(1.0);
        loop {
            let scale = look.width as f32 / page.width() as f32;
            let next = (scale * CLOSER).min(largest);
            if scale >= CLOSE {
                return Ok(Lettering { quads: gutters::parted(page, quads), small_print: false });
            }
            let on_copy: Vec<Quad> = quads.iter().map(|quad| look.on_copy(page, quad)).collect();
            let unseen = Unseen::on(look.copy.buffer(), look.width, &on_copy);
            if unseen.is_empty() || next < scale / CLOSE {
                return Ok(Lettering { quads: gutters::parted(page, quads), small_print: !unseen.is_empty() });
            }
            let tiling = self.shapes.close_tiling(page.width() as f32 * next, page.height() as f32 * next);
            let tiles = most_to_see(&tiling, &unseen);
            let copy = self.scaled(page, tiling.copy)?;
            look = self.look(copy, &tiling, tiles, cancel)?;
            quads = closer::merged(quads.into_iter().zip(unseen.again).collect(), look.on_page(page));
        }
    }

    /// Looks at some tiles of a copy.
    fn look(
        &mut self,
        copy: Image<'static>,
        tiling: &Tiling,
        tiles: Vec<Tile>,
        cancel: &Cancel,
    ) -> Result<Look, Failure> {
        let [width, height] = tiling.copy.map(|side| side as usize);
        let mut map = vec![0.0; width * height];
        for tile in tiles {
            cancel.check()?;
            self.look_at(copy.buffer(), tiling, tile, &mut map)?;
        }
        let quads = boxes::from_map(&map, width, height, &self.settings.boxes);
        Ok(Look { copy, width, height, quads })
    }

    /// Writes what one tile gives into the map of all.
    fn look_at(&mut self, copy: &[u8], tiling: &Tiling, tile: Tile, map: &mut [f32]) -> Result<(), Failure> {
        normalise(copy, tiling, tile, &mut self.input);
        let failed = |error: ort::Error| Failure::broken(format!("the detector failed: {error}"));
        let [width, height] = tiling.tile.map(|side| side as usize);
        let tensor = TensorRef::from_array_view(([1, 3, height, width], self.input.as_slice())).map_err(failed)?;
        let inputs = ort::inputs![tensor];
        let is_large = self.gives_back && width * height > USUAL_PIXELS;
        let options = is_large.then(giving_back).transpose().map_err(failed)?;
        let outputs = match &options {
            Some(options) => self.session.run_with_options(inputs, options).map_err(failed)?,
            None => self.session.run(inputs).map_err(failed)?,
        };
        let (_, seen) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let all = tiling.copy[0] as usize;
        let [from, to] = tile.across.map(|x| x as usize);
        for y in tile.along[0] as usize..tile.along[1] as usize {
            let row = &seen[(y - tile.top as usize) * width..][from - tile.left as usize..to - tile.left as usize];
            map[y * all + from..y * all + to].copy_from_slice(row);
        }
        Ok(())
    }

    fn scaled(&mut self, page: &Raster, [width, height]: [u32; 2]) -> Result<Image<'static>, Failure> {
        let failed = |reason: String| Failure::broken(format!("cannot scale the picture: {reason}"));
        let source = ImageRef::new(page.width(), page.height(), page.bgr(), PixelType::U8x3)
            .map_err(|error| failed(error.to_string()))?;
        let mut copy = Image::new(width, height, PixelType::U8x3);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        self.resizer.resize(&source, &mut copy, &options).map_err(|error| failed(error.to_string()))?;
        Ok(copy)
    }
}

/// Where there is text in a picture.
#[derive(Debug)]
pub(super) struct Lettering {
    /// Boxes around its lines, in pixels of the picture.
    pub(super) quads: Vec<Quad>,
    /// Whether there may be more that even the closest look was too far away for.
    pub(super) small_print: bool,
}

/// A copy that was looked at, and the boxes on it.
struct Look {
    copy: Image<'static>,
    width: usize,
    height: usize,
    quads: Vec<Quad>,
}

impl Look {
    fn on_page(&self, page: &Raster) -> Vec<Quad> {
        let (x, y) = self.scale(page);
        self.quads.iter().map(|quad| quad.map(|point| Point::new(point.x * x, point.y * y))).collect()
    }

    fn on_copy(&self, page: &Raster, quad: &Quad) -> Quad {
        let (x, y) = self.scale(page);
        quad.map(|point| Point::new(point.x / x, point.y / y))
    }

    /// Pixels of the picture for one of the copy.
    fn scale(&self, page: &Raster) -> (f32, f32) {
        (page.width() as f32 / self.width as f32, page.height() as f32 / self.height as f32)
    }
}

/// The tiles in which something was not seen, those with the most of it, and no more than are looked at.
fn most_to_see(tiling: &Tiling, unseen: &Unseen) -> Vec<Tile> {
    let [width, height] = tiling.copy.map(|side| side as f32);
    let seen_in =
        |tile: &Tile| unseen.within(tile.across.map(|x| x as f32 / width), tile.along.map(|y| y as f32 / height));
    let mut tiles: Vec<(usize, Tile)> = tiling.tiles().map(|tile| (seen_in(&tile), tile)).collect();
    tiles.retain(|(cells, _)| *cells > 0);
    tiles.sort_by_key(|(cells, _)| std::cmp::Reverse(*cells));
    tiles.into_iter().take(CLOSER_TILES).map(|(_, tile)| tile).collect()
}

/// The size at which the text of a picture is found best.
fn working_size(width: u32, height: u32, longest_side: u32) -> (f32, f32) {
    let (w, h) = (width as f32, height as f32);
    let shrink = (longest_side as f32 / w.max(h))
        .max((SHORT_SIDE as f32 / w.min(h)).min(1.0))
        .min((SHRUNK_PIXELS / (w * h)).sqrt());
    let enlarge = (SHORT_SIDE as f32 / w.min(h)).min((ENLARGED_PIXELS / (w * h)).sqrt()).clamp(1.0, 2.0);
    let scale = if shrink < 1.0 { shrink } else { enlarge.min(shrink) };
    (w * scale, h * scale)
}

/// Interleaved bytes of a copy to a tile's planes of normalised floats. Beyond the edge of the copy its last pixels are
/// repeated, since an edge would look like ink.
fn normalise(copy: &[u8], tiling: &Tiling, tile: Tile, planes: &mut Vec<f32>) {
    let [width, height] = tiling.tile.map(|side| side as usize);
    let row_bytes = tiling.copy[0] as usize * Raster::CHANNELS;
    let shown = ((tiling.copy[0] - tile.left) as usize).min(width);
    planes.resize(width * height * Raster::CHANNELS, 0.0);
    for channel in 0..Raster::CHANNELS {
        let table: [f32; 256] =
            std::array::from_fn(|value| (value as f32 / 255.0 - MEAN[channel]) / DEVIATION[channel]);
        let plane = &mut planes[channel * width * height..(channel + 1) * width * height];
        for (y, row) in plane.chunks_exact_mut(width).enumerate() {
            let y = (tile.top as usize + y).min(tiling.copy[1] as usize - 1);
            let pixels = &copy[y * row_bytes + tile.left as usize * Raster::CHANNELS..(y + 1) * row_bytes];
            for (value, pixel) in row.iter_mut().zip(pixels.chunks_exact(Raster::CHANNELS)) {
                *value = table[usize::from(pixel[channel])];
            }
            let last = row[shown - 1];
            row[shown..].fill(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_sizes_are_bounded() {
        let rows = [
            ("an A4 page", (1654, 2339), (905, 1280)),
            ("a sign", (300, 80), (600, 160)),
            ("a strip", (4000, 40), (4000, 40)),
            ("a long receipt", (1080, 8000), (636, 4714)),
            ("a dot", (1, 1), (2, 2)),
            ("a screenshot", (1280, 800), (1280, 800)),
            ("a small photo", (640, 480), (981, 736)),
        ];
        for (name, (width, height), expected) in rows {
            let (w, h) = working_size(width, height, 1280);
            assert_eq!((w.round() as u32, h.round() as u32), expected, "{name}");
        }
    }

    #[test]
    fn pixels_become_normalised_planes_and_the_last_are_repeated() {
        let shapes = OcrShapes { pages: vec![[3, 2]], lines: Vec::new(), accurate_lines: Vec::new() };
        let tiling = shapes.tiling(2.0, 1.0);
        let tile = tiling.tiles().next().unwrap();
        let mut planes = Vec::new();
        normalise(&[0, 128, 255, 255, 0, 0], &tiling, tile, &mut planes);
        let [black, white] = [0.0, 1.0].map(|value: f32| (value - 0.485) / 0.229);
        let blue = [1.0, 0.0].map(|value: f32| (value - 0.406) / 0.225);
        assert!(planes[..6].iter().zip([black, white, white].repeat(2)).all(|(a, b)| (a - b).abs() < 1e-5));
        assert!(planes[12..].iter().zip([blue[0], blue[1], blue[1]].repeat(2)).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
