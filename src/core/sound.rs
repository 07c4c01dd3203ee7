//! Decoded sound, piece by piece: what converters produce and engines listen to.
//!
//! One form, so that no engine has to ask: one channel, 16,000 samples a second, from −1 to 1. A recording may be hours
//! long, so its samples are never all in memory.

use std::fmt;

use crate::Failure;

/// Samples in a second of decoded sound.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// A recording whose samples can be had, from the beginning, as often as they are wanted.
pub trait SampleSource: Send + Sync + fmt::Debug {
    /// Opens it. Blocks, as reading does.
    ///
    /// # Errors
    /// When it cannot be read, or holds no sound that can be decoded.
    fn open(&self) -> Result<Box<dyn Samples>, Failure>;
}

/// The samples of a recording in order.
pub trait Samples: Send {
    /// The next piece, of any length but none; `None` after the last. Blocks.
    ///
    /// # Errors
    /// When the rest cannot be decoded, or is longer than allowed.
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure>;
}
