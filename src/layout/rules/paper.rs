//! What is dark on a page: pixels well below the brightness of the paper around them.

use mediary_core::Raster;
use mediary_core::document::Point;

/// Paper is unevenly lit, so its brightness is measured in tiles of so many pixels.
pub(super) const TILE: usize = 64;
/// A dark pixel is darker than the paper by this much,
const LEAST_CONTRAST: u8 = 28;
/// by this share of the paper's brightness,
const CONTRAST_DIVISOR: u8 = 6;
/// and by so many times the spread of the paper's brighter quarter.
const NOISE_FACTOR: u8 = 3;
/// Every so many pixels, in both directions, one is measured.
const STEP: usize = 4;

/// A page and, tile by tile, the brightness below which a pixel is dark.
#[derive(Debug)]
pub(super) struct Paper<'a> {
    page: &'a Raster,
    limits: Vec<u8>,
    tiles_across: usize,
}

impl<'a> Paper<'a> {
    pub(super) fn of(page: &'a Raster) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let tiles_across = width.div_ceil(TILE);
        let mut limits = Vec::with_capacity(tiles_across * height.div_ceil(TILE));
        let mut counts = vec![[0_u16; 64]; tiles_across];
        for top in (0..height).step_by(TILE) {
            counts.fill([0; 64]);
            for y in (top..(top + TILE).min(height)).step_by(STEP) {
                let row = page.row(y);
                for x in (0..width).step_by(STEP) {
                    counts[x / TILE][usize::from(brightness(row, x) / 4)] += 1;
                }
            }
            limits.extend(counts.iter().map(limit));
        }
        Self { page, limits, tiles_across }
    }

    /// The limits of the tiles that a row of pixels passes.
    pub(super) fn limits_of_row(&self, y: usize) -> &[u8] {
        &self.limits[y / TILE * self.tiles_across..][..self.tiles_across]
    }

    pub(super) fn row(&self, y: usize) -> &[u8] {
        self.page.row(y)
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        brightness(self.page.row(y), x) < self.limits[y / TILE * self.tiles_across + x / TILE]
    }
}

/// The mean of a pixel's channels, green counting twice.
#[inline]
pub(super) fn brightness(row: &[u8], x: usize) -> u8 {
    let pixel = &row[x * Raster::CHANNELS..][..Raster::CHANNELS];
    ((u16::from(pixel[0]) + 2 * u16::from(pixel[1]) + u16::from(pixel[2])) / 4) as u8
}

/// Three quarters of a tile may be ink before it is taken for the paper.
fn limit(counts: &[u16; 64]) -> u8 {
    let all = counts.iter().sum::<u16>();
    let paper = brighter_than(counts, all / 4);
    // Where paper is noisy, its brighter side, which has no ink, tells how much so.
    let noise = brighter_than(counts, all / 20) - paper;
    let contrast = (paper / CONTRAST_DIVISOR).max(LEAST_CONTRAST).max(noise.saturating_mul(NOISE_FACTOR));
    paper.saturating_sub(contrast.min(paper / 2))
}

/// The brightness that so many of the measured pixels exceed.
fn brighter_than(counts: &[u16; 64], exceeding: u16) -> u8 {
    let mut seen = 0;
    let bucket = (0..64_u8).rev().find(|bucket| {
        seen += counts[usize::from(*bucket)];
        seen > exceeding
    });
    4 * bucket.unwrap_or(0)
}

/// The direction of the lines that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Across,
    Down,
}

/// The page as seen along the lines that are looked for, so that one search finds both directions.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) paper: &'a Paper<'a>,
    pub(super) axis: Axis,
    /// The page's extent in the direction of the lines.
    pub(super) length: usize,
    /// Its extent from line to line.
    pub(super) depth: usize,
}

impl<'a> View<'a> {
    pub(super) fn new(paper: &'a Paper<'a>, axis: Axis) -> Self {
        let (width, height) = (paper.page.width() as usize, paper.page.height() as usize);
        let (length, depth) = match axis {
            Axis::Across => (width, height),
            Axis::Down => (height, width),
        };
        Self { paper, axis, length, depth }
    }

    /// The thickest line that is no dark area, in pixels.
    pub(super) fn most_thick(&self) -> usize {
        (self.length.min(self.depth) / 180).clamp(4, 16)
    }

    /// The shortest line worth naming, in pixels: letters are shorter.
    pub(super) fn least_long(&self) -> f32 {
        (self.length.max(self.depth) as f32 / 50.0).max(30.0)
    }

    /// Whether the pixel so far along and so deep is dark; nothing outside of the page is.
    pub(super) fn is_dark(&self, along: isize, deep: isize) -> bool {
        let (Ok(along), Ok(deep)) = (usize::try_from(along), usize::try_from(deep)) else { return false };
        along < self.length
            && deep < self.depth
            && match self.axis {
                Axis::Across => self.paper.is_dark(along, deep),
                Axis::Down => self.paper.is_dark(deep, along),
            }
    }

    /// A place in this view, on the page.
    pub(super) fn on_page(&self, along: f32, deep: f32) -> Point {
        match self.axis {
            Axis::Across => Point::new(along, deep),
            Axis::Down => Point::new(deep, along),
        }
    }
}
