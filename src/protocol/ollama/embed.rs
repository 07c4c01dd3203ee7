//! Texts to embed: `/api/embed`, and `/api/embeddings` as it was before.

use std::time::Instant;

use mediary_core::task::{Embed, EmbedInput, Extras, Task, WholeReply};
use serde_json::{Value, json};

use super::wire::{EmbedRequest, Texts};
use super::{OllamaErrors, WIRE_FORMAT, bad};
use crate::protocol::process::BadField;
use crate::protocol::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, from_json, json_bytes,
};

/// What servers of this format are told besides.
const KNOWN: [&str; 2] = ["keep_alive", "options"];

/// `POST /api/embed` and `POST /api/embeddings`.
#[derive(Debug, Clone, Copy)]
pub struct OllamaEmbed {
    /// Whether one text is taken and one vector given.
    pub(super) is_old: bool,
}

impl Errors for OllamaEmbed {
    fn error(&self, error: &ErrorFields) -> Value {
        OllamaErrors.error(error)
    }
}

impl Protocol for OllamaEmbed {
    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }
}

impl JsonProtocol for OllamaEmbed {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let request: EmbedRequest = from_json(&sent.body, "a request of embeddings")?;
        let field = if self.is_old { "prompt" } else { "input" };
        let texts = match (request.prompt.filter(|_| self.is_old), request.input) {
            (Some(prompt), _) => vec![prompt],
            (None, Some(Texts::One(text))) => vec![text],
            (None, Some(Texts::Many(texts))) => texts,
            (None, None) => Vec::new(),
        };
        if texts.is_empty() || texts.iter().any(String::is_empty) {
            return Err(bad(field, format!("`{field}` is empty; send at least one text")));
        }
        let inputs = texts.into_iter().map(EmbedInput::Text).collect();
        // A text that is too long is an error at every target. Only what was asked for differently is named.
        let cuts = request.truncate.filter(|cuts| *cuts).map(|_| "truncate".to_owned());
        let (kept, dropped): (Extras, Extras) =
            request.further.into_iter().partition(|(name, _)| KNOWN.contains(&name.as_str()));
        let dropped = dropped.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name);
        let dropped = cuts.into_iter().chain(dropped).collect();
        let task = Task::Embed(Embed { inputs, dimensions: request.dimensions, extras: kept });
        let answer = VectorAnswer { model: request.model.clone(), is_old: self.is_old, begun: Instant::now() };
        Ok(Decoded { task, model: request.model, answer: Box::new(answer), dropped })
    }
}

/// How vectors are written.
#[derive(Debug)]
struct VectorAnswer {
    model: String,
    is_old: bool,
    begun: Instant,
}

impl Encode for VectorAnswer {
    fn whole(&self, _head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let mut vectors: Vec<_> = reply.vectors.iter().collect();
        vectors.sort_by_key(|(index, _)| *index);
        let vectors: Vec<&Vec<f32>> = vectors.into_iter().map(|(_, vector)| vector).collect();
        if self.is_old {
            return json_bytes(&json!({ "embedding": vectors.first() }));
        }
        json_bytes(&json!({
            "model": self.model,
            "embeddings": vectors,
            "total_duration": u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX),
            "load_duration": 0,
            "prompt_eval_count": reply.usage.unwrap_or_default().prompt_tokens,
        }))
    }

    fn passes_raw(&self) -> bool {
        false
    }
}
