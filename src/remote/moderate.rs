//! Judging as OpenAI and Mistral have it: texts, and at OpenAI pictures, out; what each of them shows back.
//!
//! Sources: OpenAI's API reference (Moderations) and Mistral's (Classifiers), of 2026. Mistral does not say whether an
//! input is flagged: it is if any category is.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::Failure;
use mediary_core::task::{Judgement, MediaPart, Moderate, Part, ReplyEvent};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, Reader, unwritable, whole};

/// Writes a request. `has_pictures`: whether the dialect has a form for them.
///
/// # Errors
/// When an input has no form there.
pub(crate) fn encode(
    call: &CallOf<'_, Moderate>,
    dialect: &'static str,
    has_pictures: bool,
) -> Result<HttpCall, Failure> {
    let inputs: Result<Vec<Value>, Failure> = match call.task.is_list {
        true => call.task.inputs.iter().flatten().map(|part| text(part, dialect)).collect(),
        false => {
            let parts = call.task.inputs.iter().flatten();
            parts.map(|part| if has_pictures { shown(part, dialect) } else { text(part, dialect) }).collect()
        }
    };
    let mut body = json!({ "model": call.model(), "input": inputs? });
    if let Value::Object(body) = &mut body {
        let sent = call.task.extras.iter().filter(|(name, _)| call.sends(name) && !body.contains_key(*name));
        let sent: Vec<_> = sent.map(|(name, value)| (name.clone(), value.value().clone())).collect();
        body.extend(sent);
    }
    Ok(HttpCall::json("/moderations", body.to_string().into_bytes()))
}

fn text(part: &Part, dialect: &'static str) -> Result<Value, Failure> {
    match part {
        Part::Text(text) => Ok(text.as_str().into()),
        Part::Media(_) | Part::Remote { .. } => Err(unwritable::parameter(dialect, "input")),
    }
}

fn shown(part: &Part, dialect: &'static str) -> Result<Value, Failure> {
    match part {
        Part::Text(text) => Ok(json!({ "type": "text", "text": text })),
        Part::Media(MediaPart { media, .. }) => {
            let read = media.blob.read_all();
            let bytes = read.map_err(|error| Failure::broken(format!("a picture cannot be read back: {error}")))?;
            let url = format!("data:{};base64,{}", media.format.mime(), STANDARD.encode(bytes));
            Ok(json!({ "type": "image_url", "image_url": { "url": url } }))
        }
        Part::Remote { .. } => Err(unwritable::parameter(dialect, "input")),
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    results: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    #[serde(default)]
    flagged: Option<bool>,
    categories: BTreeMap<String, Option<bool>>,
    #[serde(default)]
    category_scores: BTreeMap<String, Option<f64>>,
    #[serde(default)]
    category_applied_input_types: Option<Value>,
}

/// A reader for the answer to this request.
pub(crate) fn reader(moderate: &Moderate, complaint: fn(&[u8]) -> Failure) -> Box<dyn Reader> {
    let count = moderate.inputs.len();
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| complaint(body))?;
        if answer.results.len() != count {
            return Err(garbled("it does not judge each input once"));
        }
        events.push(ReplyEvent::Begun { id: answer.id, model: answer.model });
        for (index, judged) in (0..).zip(answer.results) {
            let categories: BTreeMap<String, bool> =
                judged.categories.into_iter().map(|(name, shows)| (name, shows.unwrap_or(false))).collect();
            let scores = judged.category_scores.into_iter().filter_map(|(name, score)| Some((name, score?)));
            let judgement = Judgement {
                flagged: judged.flagged.unwrap_or_else(|| categories.values().any(|shows| *shows)),
                categories,
                scores: scores.collect(),
                applied: judged.category_applied_input_types,
            };
            events.push(ReplyEvent::Judged { index, judgement: Box::new(judgement) });
        }
        Ok(())
    })
}
