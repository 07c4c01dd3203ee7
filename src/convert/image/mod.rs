//! Picture files become rasters: PNG, JPEG, WebP, GIF, TIFF and BMP. A raster can be drawn on and become a PNG.
//!
//! The header is read and held against the limits before a pixel is decoded; a TIFF gives one page
//! at a time. EXIF orientation is applied, transparency laid over a backdrop that keeps the writing
//! visible. Of an animation only the first picture is read (of an animated PNG the one that plain
//! PNG readers see). Colour profiles are ignored. Only [`Fit`] scales. Decoding is blocking work:
//! the gateway calls it from a blocking thread.

mod alpha;
mod canvas;
mod channels;
mod coded;
mod density;
mod draw;
mod fit;
mod input;
mod jpeg;
mod limits;
mod moving;
mod open;
mod orient;
mod png;
mod refuse;
mod size;
#[cfg(test)]
mod tests;
mod tiff;
mod webp;

pub use draw::draw_boxes;
pub use fit::{Fit, encode_jpeg, fit_raster};
pub use limits::ImageLimits;
pub use moving::is_animated;
pub use open::{Pictures, open};
pub use png::encode_png;
pub use size::longest_side;
