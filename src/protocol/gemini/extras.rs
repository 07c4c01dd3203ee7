//! What a reply carries beside its words, which comes in OpenAI's shape: pictures and sound as parts, log probabilities and
//! sources as fields of a candidate.

use serde_json::{Map, Value, json};

/// What a sound is whose form nothing says: 16-bit samples, which is what is asked for.
const SAMPLES: &str = "audio/L16;codec=pcm;rate=24000";

/// The parts that a field of a reply becomes.
pub(super) fn parts(name: &str, value: &Value) -> Vec<Value> {
    match name {
        "images" => pictures(value),
        "audio" => sound(value),
        _ => Vec::new(),
    }
}

/// Writes the fields of a candidate that a field of a reply becomes.
pub(super) fn fields(name: &str, value: &Value, into: &mut Map<String, Value>) {
    match name {
        "logprobs" => {
            into.insert("logprobsResult".to_owned(), logprobs(value));
        }
        "annotations" => {
            let sources = value.as_array().into_iter().flatten().filter_map(source).collect();
            into.insert("citationMetadata".to_owned(), json!({ "citationSources": Value::Array(sources) }));
        }
        _ => {}
    }
}

fn pictures(value: &Value) -> Vec<Value> {
    let all = value.as_array().into_iter().flatten();
    let addresses = all.filter_map(|image| image.pointer("/image_url/url")?.as_str());
    let part = |url: &str| match url.strip_prefix("data:").and_then(|url| url.split_once(";base64,")) {
        Some((mime, data)) => json!({ "inlineData": { "mimeType": mime, "data": data } }),
        None => json!({ "fileData": { "fileUri": url } }),
    };
    addresses.map(part).collect()
}

/// A sound, and what is said in it.
fn sound(value: &Value) -> Vec<Value> {
    let field = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mime = field("mime_type").unwrap_or(SAMPLES);
    let data = field("data").map(|data| json!({ "inlineData": { "mimeType": mime, "data": data } }));
    data.into_iter().chain(field("transcript").map(|text| json!({ "text": text }))).collect()
}

fn logprobs(value: &Value) -> Value {
    let token = |one: &Value| json!({ "token": one["token"], "logProbability": one["logprob"] });
    let content = value["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    let chosen: Vec<Value> = content.iter().map(token).collect();
    let top = content.iter().map(|one| {
        let all: Vec<Value> = one["top_logprobs"].as_array().into_iter().flatten().map(token).collect();
        json!({ "candidates": all })
    });
    json!({ "chosenCandidates": chosen, "topCandidates": top.collect::<Vec<_>>() })
}

fn source(annotation: &Value) -> Option<Value> {
    let cited = annotation.get("url_citation").unwrap_or(annotation);
    let url = cited.get("url")?.as_str()?;
    let mut source = json!({ "uri": url });
    for (theirs, ours) in [("start_index", "startIndex"), ("end_index", "endIndex"), ("title", "title")] {
        if let Some(value) = cited.get(theirs).filter(|value| !value.is_null()) {
            source[ours] = value.clone();
        }
    }
    Some(source)
}
