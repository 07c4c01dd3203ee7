//! OpenAI's moderations: texts and pictures in, what they show back.

use bytes::Bytes;
use mediary_core::task::{Moderate, Part, Task, WholeReply};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::media::medium;
use super::super::process::BadField;
use super::super::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Open, Protocol, Sent, from_json, json_bytes,
};
use super::{CHAT, OpenAiChat};

/// More inputs than this in one request are refused.
const MOST_INPUTS: usize = 1_024;

/// `POST /v1/moderations`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiModerations;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    model: Option<String>,
    input: Input,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, a list of texts, or a list of parts with `type`")]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Parts(Vec<Value>),
}

impl Errors for OpenAiModerations {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for OpenAiModerations {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

impl JsonProtocol for OpenAiModerations {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let Open { known, others } = from_json(&sent.body, "a request of moderations")?;
        let Request { model, input } = known;
        let is_list = !matches!(input, Input::Parts(_));
        let inputs = match input {
            Input::Text(text) => vec![vec![Part::Text(text)]],
            Input::Texts(texts) => texts.into_iter().map(|text| vec![Part::Text(text)]).collect(),
            Input::Parts(parts) => {
                let parts = parts.iter().enumerate().map(|(index, value)| part(value, index, &sent.body));
                vec![parts.collect::<Result<Vec<_>, _>>()?]
            }
        };
        let empty = |field: String| {
            let message = format!("{field} is empty; send a text or a picture");
            BadField { field, message }
        };
        if inputs.is_empty() || inputs.iter().any(Vec::is_empty) {
            return Err(empty("input".to_owned()));
        }
        if inputs.len() > MOST_INPUTS {
            let message = format!("`input` holds {} texts; send at most {MOST_INPUTS} at once", inputs.len());
            return Err(BadField { field: "input".to_owned(), message });
        }
        let is_empty = |part: &Part| matches!(part, Part::Text(text) if text.is_empty());
        if let Some(index) = inputs.iter().flatten().position(is_empty) {
            return Err(empty(format!("input[{index}]")));
        }
        let task = Task::Moderate(Moderate { inputs, is_list, extras: others.without_nulls() });
        Ok(Decoded { task, model: model.unwrap_or_default(), answer: Box::new(Answer), dropped: Vec::new() })
    }
}

/// A part of an input.
fn part(value: &Value, index: usize, body: &Bytes) -> Result<Part, BadField> {
    let path = format!("input[{index}]");
    let bad = |message: &str| BadField { field: path.clone(), message: message.to_owned() };
    match value.get("type").and_then(Value::as_str) {
        Some("text") => {
            let text = value.get("text").and_then(Value::as_str).ok_or_else(|| bad("a text part needs `text`"))?;
            Ok(Part::Text(text.to_owned()))
        }
        Some("image_url") => {
            let url = value.pointer("/image_url/url").or_else(|| value.get("image_url"));
            let url = url.and_then(Value::as_str).ok_or_else(|| bad("a picture needs `image_url`: {\"url\": …}"))?;
            medium(url, None, None, None, &format!("{path}.image_url"), body)
        }
        _ => Err(bad("a part has a `type` that is text or image_url")),
    }
}

/// How judgements are written.
#[derive(Debug)]
struct Answer;

impl Encode for Answer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let results = reply.judged.iter().map(|(_, judgement)| {
            let mut result = json!({
                "flagged": judgement.flagged,
                "categories": judgement.categories,
                "category_scores": judgement.scores,
            });
            if let Some(applied) = &judgement.applied {
                result["category_applied_input_types"] = applied.clone();
            }
            result
        });
        json_bytes(&json!({
            "id": reply.id.clone().unwrap_or_else(|| format!("modr-{}", head.id)),
            "model": reply.model.as_deref().unwrap_or(&head.model),
            "results": results.collect::<Vec<_>>(),
        }))
    }

    fn passes_raw(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(input: &Value) -> Result<Moderate, BadField> {
        let body = json!({ "input": input }).to_string();
        let Task::Moderate(moderate) = OpenAiModerations.decode(&Sent::from(Bytes::from(body)))?.task else {
            panic!("another task")
        };
        Ok(moderate)
    }

    #[test]
    fn texts_are_judged_one_by_one_and_parts_together() {
        let shape = |input| {
            let moderate = decoded(&input).unwrap();
            (moderate.inputs.iter().map(Vec::len).collect::<Vec<_>>(), moderate.is_list)
        };
        assert_eq!(shape(json!("a")), (vec![1], true));
        assert_eq!(shape(json!(["a", "b"])), (vec![1, 1], true));
        let picture = json!({ "type": "image_url", "image_url": { "url": "https://example.test/a.png" } });
        assert_eq!(shape(json!([{ "type": "text", "text": "a" }, picture])), (vec![2], false));
        let rows = [
            (json!([]), "input"),
            (json!(["a", ""]), "input[1]"),
            (json!([{ "type": "audio" }]), "input[0]"),
            (
                json!([{ "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }]),
                "input[0].image_url",
            ),
        ];
        for (input, field) in rows {
            assert_eq!(decoded(&input).unwrap_err().field, field, "{input}");
        }
    }
}
