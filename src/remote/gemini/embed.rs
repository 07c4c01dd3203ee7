//! Embeddings: a batch of requests, each for one text, and their vectors in the same order.
//!
//! What they cost is not said. Vectors that were made shorter come back in their old scale from older models, so those are
//! scaled here.

use mediary_core::Failure;
use mediary_core::task::{Embed, EmbedInput, ReplyEvent, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::encode::{in_path, plain_name};
use super::failure;
use crate::dialect::EmbedCall;
use crate::vectors::{Expected, normalised};
use crate::{HttpCall, Reader, body, unwritable, whole};

#[derive(Serialize)]
struct Batch<'a> {
    requests: Vec<Request<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    model: &'a str,
    content: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_type: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimensionality: Option<u32>,
}

#[derive(Serialize)]
struct Content<'a> {
    parts: [Part<'a>; 1],
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

/// Writes a request.
pub(super) fn encode(call: &EmbedCall<'_>) -> Result<HttpCall, Failure> {
    let name = plain_name(call.model());
    let model = format!("models/{name}");
    let said = |name: &str| call.task.extras.get(name).filter(|_| call.sends(name));
    let requests = call.task.inputs.iter().map(|input| match input {
        EmbedInput::Text(text) => Ok(Request {
            model: &model,
            content: Content { parts: [Part { text }] },
            task_type: said("task_type"),
            title: said("title"),
            output_dimensionality: call.task.dimensions,
        }),
        EmbedInput::Tokens(_) => Err(unwritable::tokens(&call.abilities.target)),
    });
    let requests = requests.collect::<Result<_, _>>()?;
    let mut out = body::buffer_for_texts(call.task);
    body::value(&mut out, &Batch { requests });
    Ok(HttpCall::json(format!("/models/{}:batchEmbedContents", in_path(name)), out))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    embeddings: Vec<Embedding>,
    usage_metadata: Option<UsageMetadata>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Embedding {
    values: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageMetadata {
    prompt_token_count: Option<u64>,
}

/// A reader for the answer to this request.
pub(super) fn reader(embed: &Embed) -> Box<dyn Reader> {
    let expected = Expected::of(embed);
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|error| failure::wrapped(body, error))?;
        if let Some(error) = &answer.error {
            return Err(failure::in_stream(error));
        }
        let vectors = answer.embeddings.into_iter().map(|embedding| embedding.values);
        let scaled = vectors.map(|vector| if expected.is_shortened() { normalised(vector) } else { vector });
        expected.give(scaled.enumerate(), events)?;
        let counted = answer.usage_metadata.and_then(|usage| usage.prompt_token_count);
        events.extend(counted.map(|prompt_tokens| ReplyEvent::Usage(Usage { prompt_tokens, ..Usage::default() })));
        Ok(())
    })
}
