//! What of an answer grows while it is told: the one item that is open, and the calls beside it.

use serde::Serialize;
use serde_json::Value;

use super::object;

/// The item that grows.
#[derive(Debug)]
pub(super) enum Open {
    Thoughts { index: usize, text: String, signature: Option<String> },
    Message { index: usize, done: Vec<Value>, part: Part },
}

/// The part of a message that grows.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) is_refusal: bool,
    pub(super) text: String,
    pub(super) annotations: Vec<Value>,
    pub(super) logprobs: Vec<Value>,
}

#[derive(Debug)]
pub(super) struct OpenCall {
    pub(super) index: usize,
    pub(super) call_id: String,
    pub(super) name: String,
    pub(super) arguments: String,
    pub(super) is_custom: bool,
}

impl Open {
    pub(super) fn index(&self) -> usize {
        match self {
            Self::Thoughts { index, .. } | Self::Message { index, .. } => *index,
        }
    }
}

impl Part {
    pub(super) fn told(&self) -> Value {
        match self.is_refusal {
            true => object::refusal(&self.text),
            false => object::text(&self.text, &self.annotations, &self.logprobs),
        }
    }
}

/// More words of a message.
#[derive(Serialize)]
pub(super) struct Delta<'a> {
    pub(super) item_id: &'a str,
    pub(super) output_index: usize,
    pub(super) content_index: usize,
    pub(super) delta: &'a str,
    pub(super) logprobs: [(); 0],
    pub(super) r#type: &'static str,
    pub(super) sequence_number: u64,
}
