//! Ranking as Cohere and Jina have it, and others after them: a question and documents out, a score for each back. NVIDIA has a
//! form of its own, whose scores have no bounds and are brought between 0 and 1.
//!
//! Sources: Cohere's API reference (v2, Rerank) and Jina's (Reranker), of 2026; NVIDIA's clients (LangChain, LiteLLM).

use mediary_core::Failure;
use mediary_core::task::{ReplyEvent, Rerank, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, Reader, whole};

/// The form of requests to rank documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RankForm {
    /// Cohere's.
    #[default]
    Cohere,
    /// NVIDIA's, at a path of the model's name.
    Nvidia,
}

/// Writes a request.
pub(crate) fn encode(call: &CallOf<'_, Rerank>) -> HttpCall {
    match call.quirks.ranks {
        RankForm::Cohere => of_cohere(call),
        RankForm::Nvidia => of_nvidia(call),
    }
}

/// How many come back is not asked for; the best are taken of all.
fn of_nvidia(call: &CallOf<'_, Rerank>) -> HttpCall {
    let Rerank { query, documents, extras, .. } = call.task;
    let text = |text: &String| json!({ "text": text });
    let passages: Vec<Value> = documents.iter().map(text).collect();
    let mut body = json!({ "model": call.model(), "query": text(query), "passages": passages });
    if let (Value::Object(body), Some(truncate)) = (&mut body, extras.get("truncate")) {
        body.insert("truncate".to_owned(), truncate.clone());
    }
    extras.keys().filter(|name| *name != "truncate").for_each(|name| call.leave_out(name.clone()));
    // A point has no place in the path.
    let path = format!("/{}/reranking", call.model().replace('.', "_"));
    HttpCall::json(&path, body.to_string().into_bytes()).without(call)
}

fn of_cohere(call: &CallOf<'_, Rerank>) -> HttpCall {
    let Rerank { query, documents, top, extras } = call.task;
    let mut body = json!({ "model": call.model(), "query": query, "documents": documents });
    if let (Value::Object(body), Some(top)) = (&mut body, top) {
        body.insert("top_n".to_owned(), (*top).into());
    }
    if let Value::Object(body) = &mut body {
        let sent = extras.iter().filter(|(name, _)| call.sends(name) && !body.contains_key(*name));
        let sent: Vec<_> = sent.map(|(name, value)| (name.clone(), value.value().clone())).collect();
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
    #[serde(alias = "rankings")]
    results: Vec<Ranked>,
    #[serde(default)]
    usage: Option<Tokens>,
    #[serde(default)]
    meta: Option<Meta>,
}

/// What Cohere bills.
#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    billed_units: Option<BilledUnits>,
}

#[derive(Deserialize, Default)]
struct BilledUnits {
    #[serde(default)]
    search_units: Option<f64>,
    #[serde(default)]
    input_tokens: Option<f64>,
}

#[derive(Deserialize)]
struct Ranked {
    index: u32,
    #[serde(alias = "score")]
    relevance_score: Option<f64>,
    /// One without bounds, the larger the nearer.
    logit: Option<f64>,
}

impl Ranked {
    /// Its score, mostly 0 to 1.
    fn score(&self) -> Option<f64> {
        let bounded = self.logit.map(|logit| 1.0 / (1.0 + (-logit).exp()));
        self.relevance_score.or(bounded).filter(|score| score.is_finite())
    }
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
        for ranked in answer.results {
            let index = ranked.index;
            let place = seen.get_mut(index as usize);
            let place = place.ok_or_else(|| garbled("it ranks a document that was not sent"))?;
            if std::mem::replace(place, true) {
                return Err(garbled("it ranks a document twice"));
            }
            let score = ranked.score().ok_or_else(|| garbled("a score in it is no number"))?;
            events.push(ReplyEvent::Ranked { index, score });
        }
        let billed = answer.meta.and_then(|meta| meta.billed_units).unwrap_or_default();
        // Casts of floats saturate.
        let whole = |number: f64| number.round() as u64;
        let tokens = answer.usage.and_then(|usage| usage.total_tokens).or(billed.input_tokens.map(whole));
        let searches = billed.search_units.map_or(0, |units| units.ceil() as u32);
        if tokens.is_some() || searches > 0 {
            // Of searches alone no tokens can be told.
            let (prompt_tokens, estimated) = (tokens.unwrap_or(0), tokens.is_none());
            events.push(ReplyEvent::Usage(Usage { prompt_tokens, searches, estimated, ..Usage::default() }));
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{ReplyFrame, Task};

    use super::*;
    use crate::golden::able;
    use crate::{Dialect, Frame, OpenAi, Quirks};

    fn task() -> Rerank {
        let documents = vec!["a \"fox\"".to_owned(), "the sea".to_owned()];
        let extras = [("truncate", json!("END")), ("rank_fields", json!(["text"]))];
        let extras = extras.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Rerank { query: "Which is red?".to_owned(), documents, top: Some(1), extras }
    }

    #[test]
    fn nvidia_is_asked_below_the_name_of_its_model() {
        let quirks = Quirks { ranks: RankForm::Nvidia, ..Quirks::default() };
        let (task, row) = (Task::Rerank(task()), able("nvidia-rerank/nvidia/llama-3.2-rank"));
        let sent = OpenAi.encode(&crate::golden::call(&task, &row, &[]), &quirks).unwrap();
        assert_eq!(
            (sent.path.as_str(), sent.left_out),
            ("/nvidia/llama-3_2-rank/reranking", vec!["rank_fields".to_owned()])
        );
        let body: Value = serde_json::from_slice(&sent.body.read_all().unwrap()).unwrap();
        let expected = json!({
            "model": "nvidia/llama-3.2-rank", "query": { "text": "Which is red?" },
            "passages": [{ "text": "a \"fox\"" }, { "text": "the sea" }], "truncate": "END",
        });
        assert_eq!(body, expected);
    }

    /// The scores in thousandths, the tokens and the searches of an answer.
    type Told = (Vec<(u32, i64)>, u64, u32);

    /// What an answer says; `None`: it is none.
    fn read(answer: &Value) -> Option<Told> {
        let mut frame = ReplyFrame::default();
        let body = answer.to_string();
        let mut reader = OpenAi.reader(&Task::Rerank(task()), false);
        reader.read(&Frame { event: None, data: body.as_bytes() }, &mut frame).ok()?;
        let (mut ranked, mut tokens, mut searches) = (Vec::new(), 0, 0);
        for event in frame.events {
            match event {
                ReplyEvent::Ranked { index, score } => ranked.push((index, (score * 1e3).round() as i64)),
                ReplyEvent::Usage(usage) => (tokens, searches) = (usage.prompt_tokens, usage.searches),
                _ => {}
            }
        }
        Some((ranked, tokens, searches))
    }

    #[test]
    fn scores_are_read_in_every_vendors_words() {
        let rows = [
            (json!({ "results": [{ "index": 1, "relevance_score": 0.5 }] }), Some((vec![(1, 500)], 0, 0))),
            (
                json!({ "results": [{ "index": 0, "score": 0.25 }], "usage": { "total_tokens": 9 } }),
                Some((vec![(0, 250)], 9, 0)),
            ),
            (json!({ "results": [], "meta": { "billed_units": { "search_units": 2 } } }), Some((vec![], 0, 2))),
            (
                json!({ "rankings": [{ "index": 1, "logit": 0.0 }, { "index": 0, "logit": -2.0 }] }),
                Some((vec![(1, 500), (0, 119)], 0, 0)),
            ),
            (json!({ "rankings": [{ "index": 1 }] }), None),
            (json!({ "results": [{ "index": 2, "score": 0.5 }] }), None),
            (json!({ "results": [{ "index": 1, "score": 0.5 }, { "index": 1, "score": 0.5 }] }), None),
        ];
        for (answer, expected) in rows {
            assert_eq!(read(&answer), expected, "{answer}");
        }
    }
}
