//! Embeddings: texts out, their vectors back in the same order. A text that is too long is to be an error rather than cut.

use mediary_core::Failure;
use mediary_core::task::{Embed, EmbedInput, ReplyEvent, Usage};
use serde::Deserialize;
use serde_json::Value;

use super::failure;
use crate::body::{self, Object};
use crate::dialect::EmbedCall;
use crate::vectors::Expected;
use crate::{HttpCall, Reader, blame, unwritable, whole};

/// The soft parameters that are known here.
const PASSED_ON: [&str; 2] = ["keep_alive", "options"];

/// Writes a request.
pub(super) fn encode(call: &EmbedCall<'_>) -> Result<HttpCall, Failure> {
    let embed = call.task;
    let mut out = body::buffer_for_texts(embed);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.field("truncate", &false);
    request.some("dimensions", embed.dimensions);
    for name in PASSED_ON {
        request.some(name, embed.extras.get(name).filter(|_| call.sends(name)));
    }
    body::array(request.key("input"), &embed.inputs, |out, input| match input {
        EmbedInput::Text(text) => {
            body::value(out, text);
            Ok(())
        }
        EmbedInput::Tokens(_) => Err(unwritable::tokens(&call.abilities.target)),
    })?;
    request.close();
    Ok(HttpCall::json("/embed", out))
}

#[derive(Deserialize)]
struct Answer {
    model: Option<String>,
    #[serde(default)]
    embeddings: Vec<Vec<f32>>,
    prompt_eval_count: Option<u64>,
    error: Option<Value>,
}

/// A reader for the answer to this request.
pub(super) fn reader(embed: &Embed) -> Box<dyn Reader> {
    let expected = Expected::of(embed);
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(blame::shapeless)?;
        if answer.error.is_some() {
            return Err(failure::in_stream(body));
        }
        events.push(ReplyEvent::Begun { id: None, model: answer.model });
        expected.give(answer.embeddings.into_iter().enumerate(), events)?;
        let usage = answer.prompt_eval_count.map(|prompt_tokens| Usage { prompt_tokens, ..Usage::default() });
        events.extend(usage.map(ReplyEvent::Usage));
        Ok(())
    })
}
