//! What hOCR and ALTO have in common: the transcript they are made from and a writer of XML.
//!
//! Everything here is pure and knows neither format; the sister modules `hocr` and `alto` call it.

mod transcript;
mod writer;

#[cfg(test)]
pub(super) mod tests;

pub(super) use transcript::{Direction, Paragraph, PixelBox, Spaced, certainty, paragraphs};
pub(super) use transcript::{Transcript, TranscriptPage};
pub(super) use writer::{Attributes, Xml};
