//! Picture files become rasters: PNG, JPEG, WebP, GIF, TIFF and BMP.
//!
//! The header is read and held against the limits before a pixel is decoded; a TIFF gives one page
//! at a time. EXIF orientation is applied, transparency laid over a backdrop that keeps the writing
//! visible. Of an animation only the first picture is read (of an animated PNG the one that plain
//! PNG readers see). Colour profiles are ignored, and nothing is scaled. Decoding is blocking work:
//! the gateway calls it from a blocking thread.

mod alpha;
mod channels;
mod coded;
mod density;
mod input;
mod jpeg;
mod limits;
mod open;
mod orient;
mod refuse;
#[cfg(test)]
mod tests;
mod tiff;
mod webp;

pub use limits::ImageLimits;
pub use open::{Pictures, open};
