//! Ranking as Cohere and Jina have it, and others after them: a question and documents out, a score for each back.
//!
//! Sources: Cohere's API reference (v2, Rerank) and Jina's (Reranker), of 2026.

use mediary_core::Failure;
use mediary_core::task::{ReplyEvent, Rerank, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, Reader, whole};

/// Writes a request.
pub(crate) fn encode(call: &CallOf<'_, Rerank>) -> HttpCall {
    let Rerank { query, documents, top, extras } = call.task;
    let mut body = json!({ "model": call.model(), "query": query, "documents": documents });
    if let (Value::Object(body), Some(top)) = (&mut body, top) {
        body.insert("top_n".to_owned(), (*top).into());
    }
    if let Value::Object(body) = &mut body {
        let sent = extras.iter().filter(|(name, _)| call.sends(name) && !body.contains_key(*name));
        let sent: Vec<_> = sent.map(|(name, value)| (name.clone(), value.clone())).collect();
        body.extend(sent);
    }
    HttpCall::json("/rerank", body.to_string().into_bytes())
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    results: Vec<Ranked>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Ranked {
    index: u32,
    #[serde(alias = "score")]
    relevance_score: f64,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default, alias = "prompt_tokens")]
    total_tokens: Option<u64>,
}

/// A reader for the answer to this request.
pub(crate) fn reader(rerank: &Rerank, complaint: fn(&[u8]) -> Failure) -> Box<dyn Reader> {
    let count = rerank.documents.len();
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| complaint(body))?;
        events.push(ReplyEvent::Begun { id: answer.id, model: answer.model });
        let mut seen = vec![false; count];
        for Ranked { index, relevance_score } in answer.results {
            let place = seen.get_mut(index as usize);
            let place = place.ok_or_else(|| garbled("it ranks a document that was not sent"))?;
            if std::mem::replace(place, true) {
                return Err(garbled("it ranks a document twice"));
            }
            if !relevance_score.is_finite() {
                return Err(garbled("a score in it is no number"));
            }
            events.push(ReplyEvent::Ranked { index, score: relevance_score });
        }
        let tokens = answer.usage.and_then(|usage| usage.total_tokens);
        events.extend(tokens.map(|prompt_tokens| ReplyEvent::Usage(Usage { prompt_tokens, ..Usage::default() })));
        Ok(())
    })
}
