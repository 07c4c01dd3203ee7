//! Picture files become rasters: PNG, JPEG, WebP, GIF, TIFF and BMP here; AVIF, HEIC and SVG by other programs first. A
//! raster can be drawn on and become a PNG.
//!
//! The header is read and held against the limits before a pixel is decoded; a TIFF gives one page
//! at a time. EXIF orientation is applied, transparency laid over a backdrop that keeps the writing
//! visible. Of an animation only the first picture is read (of an animated PNG the one that plain
//! PNG readers see). Colour profiles are ignored. Only [`Fit`] scales. Decoding is blocking work:
//! the gateway calls it from a blocking thread.

mod alpha;
mod animation;
mod canvas;
mod channels;
mod coded;
mod density;
mod draw;
mod encode;
mod ending;
mod finish;
mod fit;
mod foreign;
mod header;
mod input;
mod jpeg;
mod limits;
mod mask;
mod metadata;
mod open;
mod orient;
mod refuse;
mod resize;
mod small;
#[cfg(test)]
mod tests;
mod tiff;
mod webp;

pub use animation::{Still, stills};
pub use draw::draw_boxes;
pub use encode::{encode_jpeg, encode_png};
pub use ending::whole;
pub use finish::{Finish, FinishedPicture, loses_by_quality};
pub use fit::{Fit, fit_raster};
pub use foreign::{Foreign, run_svg_worker};
pub use header::{is_animated, longest_side, may_be_animated, size};
pub use limits::ImageLimits;
pub use mask::Mask;
pub use metadata::{has_metadata, stripped};
pub use open::{Pictures, open};
