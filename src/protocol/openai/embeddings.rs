//! OpenAI's embeddings: texts or tokens in, vectors out, as numbers or as base64 of little-endian 32-bit floats.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::task::{Embed, EmbedInput, Task, WholeReply};
use serde::{Deserialize, Serialize};

use super::super::process::BadField;
use super::super::{AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Open, Protocol, Sent, from_json};
use super::inputs::Inputs;
use super::{CHAT, OpenAiChat};

/// More texts than this in one request are refused, however small they are.
const MOST_INPUTS: usize = 16_384;

/// `POST /v1/embeddings`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiEmbeddings;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    model: Option<String>,
    input: Inputs,
    #[serde(default)]
    encoding_format: Option<String>,
    #[serde(default)]
    dimensions: Option<u32>,
}

impl Errors for OpenAiEmbeddings {
    fn error(&self, error: &ErrorFields) -> serde_json::Value {
        CHAT.error(error)
    }
}

impl Protocol for OpenAiEmbeddings {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

impl JsonProtocol for OpenAiEmbeddings {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let Open { known, others } = from_json(&sent.body, "a request of embeddings")?;
        let Request { model, input, encoding_format, dimensions } = known;
        let bad = |field: &str, message: String| BadField { field: field.to_owned(), message };
        let inputs: Vec<EmbedInput> = match input {
            Inputs::Text(text) => vec![EmbedInput::Text(text)],
            Inputs::Texts(texts) => texts.into_iter().map(EmbedInput::Text).collect(),
            Inputs::Tokens(tokens) => vec![EmbedInput::Tokens(tokens)],
            Inputs::ManyTokens(many) => many.into_iter().map(EmbedInput::Tokens).collect(),
        };
        match inputs.iter().position(EmbedInput::is_empty) {
            Some(0) if inputs.len() == 1 => {
                return Err(bad("input", "`input` is empty; send at least one text".to_owned()));
            }
            Some(index) => {
                return Err(bad(
                    &format!("input[{index}]"),
                    format!("input[{index}] is empty; send a text or leave it out"),
                ));
            }
            None if inputs.is_empty() => {
                return Err(bad("input", "`input` is empty; send at least one text".to_owned()));
            }
            None => {}
        }
        if inputs.len() > MOST_INPUTS {
            let message = format!("`input` holds {} texts; send at most {MOST_INPUTS} at once", inputs.len());
            return Err(bad("input", message));
        }
        if dimensions == Some(0) {
            return Err(bad("dimensions", "`dimensions` must be at least 1".to_owned()));
        }
        let is_base64 = match encoding_format.as_deref() {
            None | Some("float") => false,
            Some("base64") => true,
            Some(other) => {
                let other: String = other.chars().take(40).collect();
                let message = format!("`{other}` is no encoding; use float or base64");
                return Err(bad("encoding_format", message));
            }
        };
        let task = Task::Embed(Embed { inputs, dimensions, extras: others.without_nulls() });
        let answer = Box::new(Answer { is_base64 });
        Ok(Decoded { task, model: model.unwrap_or_default(), answer, dropped: Vec::new() })
    }
}

/// How the vectors of one request are written.
#[derive(Debug)]
struct Answer {
    is_base64: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    object: &'static str,
    data: Vec<Item<'a>>,
    model: &'a str,
    usage: BodyUsage,
}

#[derive(Serialize)]
struct Item<'a> {
    object: &'static str,
    index: u32,
    embedding: Vector<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Vector<'a> {
    Numbers(&'a [f32]),
    Base64(String),
}

#[derive(Serialize)]
struct BodyUsage {
    prompt_tokens: u64,
    total_tokens: u64,
    /// Tokens that were cut off.
    #[serde(skip_serializing_if = "is_none")]
    cut_tokens: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Encode for Answer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let item = |(index, vector): &'_ (u32, Vec<f32>)| -> (u32, String) {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            (*index, STANDARD.encode(bytes))
        };
        let data = reply.vectors.iter().map(|each| Item {
            object: "embedding",
            index: each.0,
            embedding: if self.is_base64 { Vector::Base64(item(each).1) } else { Vector::Numbers(&each.1) },
        });
        let usage = reply.usage.unwrap_or_default();
        let body = Body {
            object: "list",
            data: data.collect(),
            model: reply.model.as_deref().unwrap_or(&head.model),
            usage: BodyUsage {
                prompt_tokens: usage.prompt_tokens,
                total_tokens: usage.prompt_tokens,
                cut_tokens: usage.cut_tokens,
                estimated: usage.estimated,
            },
        };
        serde_json::to_vec(&body).expect("numbers and texts can be written to memory")
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use mediary_core::task::Usage;
    use serde_json::{Value, json};

    use super::*;

    fn decoded(body: &Value) -> Result<Decoded, String> {
        OpenAiEmbeddings
            .decode(&Bytes::from(body.to_string()).into())
            .map_err(|bad| format!("{}: {}", bad.field, bad.message))
    }

    fn inputs(input: &Value) -> Vec<EmbedInput> {
        let Task::Embed(embed) = decoded(&json!({ "model": "m", "input": input })).unwrap().task else {
            panic!("not an embedding")
        };
        embed.inputs
    }

    #[test]
    fn every_form_of_input_is_understood() {
        let text = |text: &str| EmbedInput::Text(text.to_owned());
        let rows = [
            (json!("a"), vec![text("a")]),
            (json!(["a", "b"]), vec![text("a"), text("b")]),
            (json!([1, 2]), vec![EmbedInput::Tokens(vec![1, 2])]),
            (json!([[1], [2, 3]]), vec![EmbedInput::Tokens(vec![1]), EmbedInput::Tokens(vec![2, 3])]),
        ];
        for (input, expected) in rows {
            assert_eq!(inputs(&input), expected);
        }
    }

    #[test]
    fn complaints_name_the_field() {
        let rows = [
            (json!({ "model": "m" }), "missing field `input`"),
            (json!({ "input": "" }), "input: `input` is empty"),
            (json!({ "input": [] }), "input: `input` is empty"),
            (json!({ "input": ["a", ""] }), "input[1]: input[1] is empty"),
            (json!({ "input": [[]] }), "input: `input` is empty"),
            (json!({ "input": [1, "a"] }), "expected a whole number"),
            (json!({ "input": [[1], 2] }), "expected a list"),
            (json!({ "input": [5_000_000_000_u64] }), "expected a text"),
            (json!({ "input": [1.5] }), "expected a text"),
            (json!({ "input": [-1] }), "expected a text"),
            (json!({ "input": { "text": "a" } }), "expected a text"),
            (json!({ "input": "a", "encoding_format": "int8" }), "encoding_format: `int8` is no encoding"),
            (json!({ "input": "a", "dimensions": 0 }), "dimensions: `dimensions` must be at least 1"),
            (json!({ "input": vec!["a"; MOST_INPUTS + 1] }), "send at most"),
        ];
        for (body, expected) in rows {
            let complaint = decoded(&body).unwrap_err();
            assert!(complaint.contains(expected), "{complaint} lacks: {expected}");
        }
    }

    #[test]
    fn vectors_are_written_as_numbers_or_as_base64() {
        let reply = WholeReply {
            vectors: vec![(0, vec![0.5, -1.0]), (1, vec![0.1, 2.0])],
            usage: Some(Usage { prompt_tokens: 7, ..Usage::default() }),
            ..WholeReply::default()
        };
        let written = |format: &str| -> Value {
            let decoded = decoded(&json!({ "input": ["a", "b"], "encoding_format": format })).unwrap();
            let head = AnswerHead { model: "local/m".to_owned(), ..AnswerHead::default() };
            serde_json::from_slice(&decoded.answer.whole(head, &reply)).unwrap()
        };
        let floats = written("float");
        assert_eq!(floats["data"][1], json!({ "object": "embedding", "index": 1, "embedding": [0.1, 2.0] }));
        assert_eq!(floats["usage"], json!({ "prompt_tokens": 7, "total_tokens": 7 }));
        assert_eq!((&floats["object"], &floats["model"]), (&json!("list"), &json!("local/m")));
        let base64 = written("base64");
        let bytes = STANDARD.decode(base64["data"][0]["embedding"].as_str().unwrap()).unwrap();
        assert_eq!(bytes, [0.5_f32.to_le_bytes(), (-1.0_f32).to_le_bytes()].concat());
    }
}
