//! Our own format for reading documents: the fields and answers of `POST /v1/ocr/process`.

mod decode;
mod encode;
mod wire;

pub use decode::{BadField, Detail, FIELDS, Fields, Form, Output};
pub use encode::{Encoder, bare_text};
pub use wire::{
    AttemptBody, BlockBody, JsonRequest, LineBody, MediaBody, PageBody, ReadingBody, ReadingList, Usage, WordBody,
};
