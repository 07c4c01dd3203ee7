//! TIFF: pages one after the other, each in one of many sample layouts.
//!
//! Uses the `tiff` crate directly, because the `image` crate sees the first page only; what that
//! crate does not know (palettes, a page by its offset) is put in its reach by patching the bytes it
//! reads. CCITT group 3 and CIELAB are beyond it and are refused by name.

mod decode;
mod pages;
mod patch;
mod samples;

pub(super) use decode::decode;
pub(super) use pages::{Page, pages};
