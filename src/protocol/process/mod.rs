//! Our own format for reading documents: the fields and answers of `POST /v1/ocr/process`.

mod alto;
mod decode;
mod encode;
mod hocr;
mod wire;
mod xml;

pub use decode::{BadField, Detail, FIELDS, Fields, Form, Output};
pub use encode::Encoder;
pub use wire::{
    AttemptBody, BlockBody, ImageBody, ItemBody, JsonRequest, LineBody, LinkBody, MediaBody, PageBody, ReadingBody,
    ReadingList, SpanBody, Usage, WordBody,
};
