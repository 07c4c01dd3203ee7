//! Pixels that can be drawn on: frames and small numbers, nothing else.
//!
//! Whatever lies outside is cut off; boxes of any size and place do no harm. Used by `draw`.

use mediary_core::Raster;
use mediary_core::document::Rect;

/// Red, green, blue.
#[derive(Clone, Copy)]
pub(super) struct Colour(pub(super) [u8; 3]);

const WHITE: Colour = Colour([255; 3]);

/// The digits, three cells wide and five high, row by row from the top; the highest bit is the left cell.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b011, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];
/// Width of a digit with the gap behind it, in cells.
const DIGIT_CELLS: usize = 4;
/// Height of a digit, in cells.
const HIGH_CELLS: usize = 5;

/// A picture that is being drawn on.
pub(super) struct Canvas {
    width: u32,
    height: u32,
    bgr: Vec<u8>,
}

impl Canvas {
    pub(super) fn over(picture: &Raster) -> Self {
        Self { width: picture.width(), height: picture.height(), bgr: picture.bgr().to_vec() }
    }

    pub(super) fn finish(self) -> Raster {
        Raster::from_bgr(self.width, self.height, self.bgr).expect("a canvas keeps the size of its picture")
    }

    /// A frame whose outer edge is the box, `pen` pixels thick.
    pub(super) fn outline(&mut self, rect: Rect, pen: f32, colour: Colour) {
        let Rect { left, top, right, bottom } = rect;
        self.fill(Rect { bottom: top + pen, ..rect }, colour);
        self.fill(Rect { top: bottom - pen, ..rect }, colour);
        self.fill(Rect { right: left + pen, ..rect }, colour);
        self.fill(Rect { left: right - pen, ..rect }, colour);
    }

    /// A number on a plate of the given colour, left of the upper left corner of `frame` or, where the picture ends
    /// there, as far left as it goes. `cell` is the size of one of the digits' dots.
    pub(super) fn number(&mut self, number: usize, frame: Rect, cell: f32, colour: Colour) {
        let digits = number.to_string();
        let width = (digits.len() * DIGIT_CELLS + 1) as f32 * cell;
        let height = (HIGH_CELLS + 2) as f32 * cell;
        let left = (frame.left - width).min(self.width as f32 - width).max(0.0).floor();
        let top = frame.top.min(self.height as f32 - height).max(0.0).floor();
        self.fill(Rect { left, top, right: left + width, bottom: top + height }, colour);
        for (place, digit) in digits.bytes().enumerate() {
            for (y, row) in DIGITS[usize::from(digit - b'0')].iter().enumerate() {
                for x in (0..3).filter(|x| row & (0b100 >> x) != 0) {
                    let left = left + (place * DIGIT_CELLS + x + 1) as f32 * cell;
                    let top = top + (y + 1) as f32 * cell;
                    self.fill(Rect { left, top, right: left + cell, bottom: top + cell }, WHITE);
                }
            }
        }
    }

    /// All pixels of the box that there are. A number that is none counts as 0.
    fn fill(&mut self, rect: Rect, Colour([red, green, blue]): Colour) {
        // Conversion from floating point stops at the ends of the type.
        let (left, right) = (rect.left.round() as u32, (rect.right.round() as u32).min(self.width));
        let (top, bottom) = (rect.top.round() as u32, (rect.bottom.round() as u32).min(self.height));
        if left >= right {
            return;
        }
        for y in top..bottom {
            let row = y as usize * self.width as usize;
            let start = (row + left as usize) * Raster::CHANNELS;
            let end = (row + right as usize) * Raster::CHANNELS;
            self.bgr[start..end].as_chunks_mut().0.fill([blue, green, red]);
        }
    }
}
