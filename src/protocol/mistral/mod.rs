//! Mistral's format for reading documents: `POST /v1/ocr`, which other gateways speak too.
//!
//! Pure translation of requests and answers. What the format can ask for and no engine can do is refused by name
//! where the answer would be worth little without it, and named in the answer's headers where it would not.

mod decode;
mod encode;
mod parts;
mod scores;
mod wire;

use serde_json::{Value, json};

use super::{ErrorFields, Errors};

pub use decode::{OcrForm, Source};
pub use encode::OcrEncoder;
pub use parts::{joined, page_ranges};
pub use wire::{
    Granularity, ImageUrl, MistralError, MistralErrorDetail, OcrBlock, OcrBlockScores, OcrDimensions, OcrDocument,
    OcrImage, OcrPage, OcrPageScores, OcrRequest, OcrResponse, OcrTable, OcrUsage, OcrWordScore, PageNumbers,
    TableFormat, UrlText,
};

/// The errors of `POST /v1/ocr`.
#[derive(Debug, Clone, Copy)]
pub struct OcrErrors;

impl Errors for OcrErrors {
    fn error(&self, error: &ErrorFields) -> Value {
        let ErrorFields { message, r#type, param, code, .. } = error.clone();
        json!(MistralError::new(r#type, code, message, param))
    }
}
