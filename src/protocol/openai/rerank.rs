//! Ranking of documents, in the shape that Cohere and Jina share: a query and documents in, the best of them back, in
//! order, each with its score.

use mediary_core::task::{Rerank, Task, WholeReply};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::process::BadField;
use super::super::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Open, Protocol, Sent, from_json, json_bytes,
};
use super::CHAT;

/// More documents than this in one request are refused.
const MOST_DOCUMENTS: usize = 10_000;

/// `POST /v1/rerank` and `/v2/rerank`.
#[derive(Debug, Clone, Copy)]
pub struct Reranking;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    model: Option<String>,
    query: String,
    documents: Vec<Document>,
    #[serde(default, alias = "top_k")]
    top_n: Option<u32>,
    #[serde(default)]
    return_documents: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or an object with `text`")]
enum Document {
    Text(String),
    Object { text: String },
}

impl Errors for Reranking {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for Reranking {
    fn wire_format(&self) -> &'static str {
        "rerank"
    }
}

impl JsonProtocol for Reranking {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let Open { known, others } = from_json(&sent.body, "a request to rank documents")?;
        let Request { model, query, documents, top_n, return_documents } = known;
        let bad = |field: &str, message: String| BadField { field: field.to_owned(), message };
        if query.trim().is_empty() {
            return Err(bad("query", "`query` is empty; send what the documents are to be ranked by".to_owned()));
        }
        if documents.is_empty() {
            return Err(bad("documents", "`documents` is empty; send at least one".to_owned()));
        }
        if documents.len() > MOST_DOCUMENTS {
            let message = format!("`documents` holds {}; send at most {MOST_DOCUMENTS} at once", documents.len());
            return Err(bad("documents", message));
        }
        if top_n == Some(0) {
            return Err(bad("top_n", "`top_n` must be at least 1".to_owned()));
        }
        let texts = documents.into_iter().map(|document| match document {
            Document::Text(text) | Document::Object { text } => text,
        });
        let documents: Vec<String> = texts.collect();
        if let Some(index) = documents.iter().position(String::is_empty) {
            let field = format!("documents[{index}]");
            return Err(bad(&field, format!("{field} is empty; send a text or leave it out")));
        }
        let answer = Answer { documents: return_documents.unwrap_or(false).then(|| documents.clone()) };
        let task = Task::Rerank(Rerank { query, documents, top: top_n, extras: others.without_nulls() });
        Ok(Decoded { task, model: model.unwrap_or_default(), answer: Box::new(answer), dropped: Vec::new() })
    }
}

/// How the ranks of one request are written.
#[derive(Debug)]
struct Answer {
    /// The documents, where they are wanted back.
    documents: Option<Vec<String>>,
}

impl Encode for Answer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let results = reply.ranked.iter().map(|(index, score)| {
            let mut result = json!({ "index": index, "relevance_score": score });
            if let Some(text) = self.documents.as_ref().and_then(|documents| documents.get(*index as usize)) {
                result["document"] = json!({ "text": text });
            }
            result
        });
        let tokens = reply.usage.unwrap_or_default().prompt_tokens;
        let mut body = json!({
            "id": reply.id.clone().unwrap_or_else(|| format!("rerank-{}", head.id)),
            "object": "list",
            "model": reply.model.as_deref().unwrap_or(&head.model),
            "results": results.collect::<Vec<_>>(),
            "meta": { "api_version": { "version": "2" }, "billed_units": { "search_units": 1 } },
            "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
        });
        if let Some((_, _, how)) = reply.own.iter().find(|(_, field, _)| *field == "approximation") {
            body["approximation"] = how.clone();
        }
        json_bytes(&body)
    }

    fn passes_raw(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &Value) -> Result<Decoded, BadField> {
        Reranking.decode(&Sent::from(bytes::Bytes::from(body.to_string())))
    }

    #[test]
    fn documents_are_texts_or_objects_and_what_is_wrong_is_named() {
        let request = json!({ "query": "q", "documents": ["a", { "text": "b" }], "top_k": 1, "max_chunks_per_doc": 3 });
        let Task::Rerank(rerank) = decoded(&request).unwrap().task else { panic!("another task") };
        assert_eq!((rerank.documents, rerank.top), (vec!["a".to_owned(), "b".to_owned()], Some(1)));
        assert_eq!(rerank.extras["max_chunks_per_doc"], 3);
        let rows = [
            (json!({ "query": " ", "documents": ["a"] }), "query"),
            (json!({ "query": "q", "documents": [] }), "documents"),
            (json!({ "query": "q", "documents": ["a", ""] }), "documents[1]"),
            (json!({ "query": "q", "documents": ["a"], "top_n": 0 }), "top_n"),
        ];
        for (request, field) in rows {
            assert_eq!(decoded(&request).unwrap_err().field, field, "{request}");
        }
    }
}
