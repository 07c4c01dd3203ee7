//! Media in, media out: pictures and pages become pixels, PDFs give up their text layers, the files of an office their
//! text, videos their sound and frames.
//!
//! What can crash, hang or be made to (PDFium, ffmpeg, readers of office files) runs in child processes; what cannot (the `image` crate) runs here, behind
//! limits that are checked before anything is decoded. Recognising what the pixels show is not this crate's
//! business.

pub mod audio;
pub mod av;
mod child;
pub mod confine;
mod handover;
pub mod image;
mod kept;
mod message;
pub mod office;
mod on_disk;
pub mod pdf;
mod shared_file;

pub use child::Program;
pub use kept::{Keep, KeptFile};
pub use shared_file::SharedFile;
