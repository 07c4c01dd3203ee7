//! Mistral's format for reading documents: `POST /v1/ocr`, which other gateways speak too.
//!
//! Pure translation of requests and answers. What the format can ask for and nobody here can do is refused by name
//! where the answer would be worth little without it, and named in the answer's headers where it would not.

mod decode;
mod encode;
mod scores;
mod wire;

pub use decode::{OcrForm, Place};
pub use encode::OcrEncoder;
pub use wire::{
    Granularity, ImageUrl, MistralError, MistralErrorDetail, OcrBlock, OcrBlockScores, OcrDimensions, OcrDocument,
    OcrImage, OcrPage, OcrPageScores, OcrRequest, OcrResponse, OcrTable, OcrUsage, OcrWordScore, PageNumbers,
    TableFormat, UrlText,
};
