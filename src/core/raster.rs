//! A decoded picture in memory: what converters produce and readers look at.
//!
//! One pixel layout, so that no engine has to ask: eight bits a channel, blue-green-red order (the
//! order in which PDFium renders and PP-OCR was trained), rows without padding.

/// Pixels, three bytes each in B, G, R order, row after row from the top left.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    bgr: Vec<u8>,
}

impl Raster {
    /// Bytes per pixel.
    pub const CHANNELS: usize = 3;

    /// Takes pixels over. `None` when the buffer is not exactly width × height × 3 bytes, or when a
    /// side is zero.
    #[must_use]
    pub fn from_bgr(width: u32, height: u32, bgr: Vec<u8>) -> Option<Self> {
        let wanted = (width as usize).checked_mul(height as usize)?.checked_mul(Self::CHANNELS)?;
        (wanted > 0 && bgr.len() == wanted).then_some(Self { width, height, bgr })
    }

    /// A picture of one colour.
    ///
    /// # Panics
    /// When a side is zero.
    #[must_use]
    pub fn filled(width: u32, height: u32, bgr: [u8; 3]) -> Self {
        assert!(width > 0 && height > 0, "a raster has at least one pixel");
        Self { width, height, bgr: bgr.repeat(width as usize * height as usize) }
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
