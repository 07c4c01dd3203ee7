//! Media in, media out: pictures and pages become pixels, PDFs give up their text layers.
//!
//! What can crash or hang (PDFium) runs in child processes of our own executable; what cannot
//! (the `image` crate) runs here, behind limits that are checked before anything is decoded.
//! Recognising what the pixels show is not this crate's business.

pub mod image;
pub mod pdf;
