//! Embeddings: texts or tokens out, vectors back, as base64 where the provider can, which is a third of the numbers' size
//! and exact.

use mediary_core::Failure;
use mediary_core::task::{Embed, EmbedInput, ReplyEvent};
use serde::Deserialize;
use serde_json::Value;

use super::encode::{extras, sends};
use super::failure;
use super::habits;
use super::lenient::Word;
use super::usage;
use crate::body::{self, Object};
use crate::dialect::EmbedCall;
use crate::vectors::{Expected, Numbers};
use crate::{HttpCall, Reader, unwritable, whole};

/// Fields of a request that are written from elsewhere.
const OWN: [&str; 4] = ["model", "input", "dimensions", "encoding_format"];
/// Written in its provider's words, where those are known.
const INPUT_TYPE: &str = "input_type";

/// Writes a request.
pub(super) fn encode(call: &EmbedCall<'_>) -> Result<HttpCall, Failure> {
    let embed = call.task;
    let mut out = body::buffer_for_texts(embed);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.some("dimensions", embed.dimensions);
    request.some("encoding_format", Some("base64").filter(|_| sends(call, "encoding_format")));
    let input_type = habits::input_type(call);
    request.some(INPUT_TYPE, input_type);
    let is_own = |name: &str| name == INPUT_TYPE && input_type.is_some();
    extras(&mut request, &embed.extras, &OWN, |name| sends(call, name) && !is_own(name));
    input(request.key("input"), call)?;
    request.close();
    Ok(HttpCall::json("/embeddings", out))
}

/// A list of texts, or one of lists of tokens; there is no list of both.
fn input(out: &mut body::Buffer, call: &EmbedCall<'_>) -> Result<(), Failure> {
    let has_tokens = call.task.has_tokens();
    if has_tokens && !call.abilities.vectors.as_ref().is_some_and(|vectors| vectors.takes_tokens) {
        return Err(unwritable::tokens(&call.abilities.target));
    }
    body::array(out, &call.task.inputs, |out, input| {
        match input {
            EmbedInput::Text(text) if !has_tokens => body::value(out, text),
            EmbedInput::Tokens(tokens) => body::value(out, tokens),
            EmbedInput::Text(_) => return Err(unwritable::parameter(super::NAME, "input")),
        }
        Ok(())
    })
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    model: Word,
    data: Vec<Item>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Numbers,
}

/// A reader for the answer to this request.
pub(crate) fn reader(embed: &Embed) -> Box<dyn Reader> {
    let expected = Expected::of(embed);
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| failure::unreadable(body))?;
        if answer.error.is_some() {
            return Err(failure::inside_body(body));
        }
        events.push(ReplyEvent::Begun { id: None, model: answer.model.some() });
        expected.give(answer.data.into_iter().map(|item| (item.index, item.embedding.0)), events)?;
        events.extend(answer.usage.as_ref().and_then(usage::of_prompt).map(ReplyEvent::Usage));
        Ok(())
    })
}
