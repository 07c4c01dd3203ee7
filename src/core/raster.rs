//! A decoded picture in memory: what converters produce and readers look at.
//!
//! One pixel layout, so that no engine has to ask: eight bits a channel, blue-green-red order (the
//! order in which PDFium renders and PP-OCR was trained), rows without padding.

use crate::Hold;
use crate::document::{Rect, Turn};

/// Pixels, three bytes each in B, G, R order, row after row from the top left.
#[derive(Clone)]
pub struct Raster {
    width: u32,
    height: u32,
    bgr: Vec<u8>,
    _hold: Hold,
}

/// Pixels are compared, not what is held for them.
impl PartialEq for Raster {
    fn eq(&self, other: &Self) -> bool {
        (self.width, self.height, &self.bgr) == (other.width, other.height, &other.bgr)
    }
}

impl Eq for Raster {}

impl Raster {
    /// Bytes per pixel.
    pub const CHANNELS: usize = 3;

    /// Takes pixels over. `None` when the buffer is not exactly width × height × 3 bytes, or when a
    /// side is zero.
    #[must_use]
    pub fn from_bgr(width: u32, height: u32, bgr: Vec<u8>) -> Option<Self> {
        let wanted = (width as usize).checked_mul(height as usize)?.checked_mul(Self::CHANNELS)?;
        (wanted > 0 && bgr.len() == wanted).then_some(Self { width, height, bgr, _hold: Hold::default() })
    }

    /// A picture of one colour.
    ///
    /// # Panics
    /// When a side is zero.
    #[must_use]
    pub fn filled(width: u32, height: u32, bgr: [u8; 3]) -> Self {
        assert!(width > 0 && height > 0, "a raster has at least one pixel");
        Self { width, height, bgr: bgr.repeat(width as usize * height as usize), _hold: Hold::default() }
    }

    /// The same picture, keeping a permit as long as it is in memory.
    #[must_use]
    pub fn held(self, hold: Hold) -> Self {
        Self { _hold: hold, ..self }
    }

    /// Columns.
    #[must_use]
    #[inline]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    #[inline]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels.
    #[must_use]
    #[inline]
    pub fn bgr(&self) -> &[u8] {
        &self.bgr
    }

    /// A part of the picture; what of it would lie outside is left away.
    ///
    /// # Panics
    /// When nothing is left.
    #[must_use]
    pub fn part(&self, left: u32, top: u32, width: u32, height: u32) -> Self {
        let (width, height) = (width.min(self.width - left), height.min(self.height - top));
        let columns = left as usize * Self::CHANNELS..(left + width) as usize * Self::CHANNELS;
        let rows = top as usize..(top + height) as usize;
        let bgr = rows.flat_map(|y| &self.row(y)[columns.clone()]).copied().collect();
        Self::from_bgr(width, height, bgr).expect("the part lies in the picture")
    }

    /// The picture with everything white that lies in none of the rectangles.
    #[must_use]
    pub fn only(mut self, shown: &[Rect]) -> Self {
        let width = self.width as usize;
        for (index, pixel) in self.bgr.chunks_exact_mut(Self::CHANNELS).enumerate() {
            let (x, y) = ((index % width) as f32, (index / width) as f32);
            let is_shown = |rect: &Rect| x >= rect.left && x < rect.right && y >= rect.top && y < rect.bottom;
            if !shown.iter().any(is_shown) {
                pixel.fill(255);
            }
        }
        self
    }

    /// The picture, turned.
    #[must_use]
    pub fn turned(&self, turn: Turn) -> Self {
        let (width, height) = (self.width() as usize, self.height() as usize);
        let (new_width, new_height) = match turn {
            Turn::None | Turn::Half => (width, height),
            Turn::Quarter | Turn::ThreeQuarters => (height, width),
        };
        let mut bgr = Vec::with_capacity(self.bgr().len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (x, y) = match turn {
                    Turn::None => (x, y),
                    Turn::Quarter => (y, height - 1 - x),
                    Turn::Half => (width - 1 - x, height - 1 - y),
                    Turn::ThreeQuarters => (width - 1 - y, x),
                };
                let start = (y * width + x) * Self::CHANNELS;
                bgr.extend_from_slice(&self.bgr()[start..start + Self::CHANNELS]);
            }
        }
        Self::from_bgr(new_width as u32, new_height as u32, bgr).expect("a turned picture has as many pixels")
    }

    /// One row of pixels, counted from the top.
    #[must_use]
    #[inline]
    pub fn row(&self, y: usize) -> &[u8] {
        let stride = self.width as usize * Self::CHANNELS;
        &self.bgr[y * stride..(y + 1) * stride]
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Raster({}×{})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_out_and_the_rest_is_painted_over() {
        let page = Raster::from_bgr(3, 2, (0..18).collect()).unwrap();
        let part = page.part(1, 0, 9, 1);
        assert_eq!((part.width(), part.height(), part.bgr()), (2, 1, &[3, 4, 5, 6, 7, 8][..]));
        let shown = page.only(&[Rect { left: 0.0, top: 1.0, right: 1.0, bottom: 2.0 }]);
        assert_eq!(&shown.bgr()[..9], &[255; 9]);
        assert_eq!(&shown.bgr()[9..15], &[9, 10, 11, 255, 255, 255]);
    }
}
