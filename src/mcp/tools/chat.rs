//! `ask_model`: a question to any model or tier, with any media.

use axum::http::HeaderMap;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::{Desk, header};
use super::super::media::Source;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::{Effect, Offer, Reach};

pub(super) static ASK: Offer = Offer {
    name: "ask_model",
    title: "Ask a model",
    description: "One question to another model, with pictures, PDFs, recordings or videos if wanted. `model` is a name of \
                  list_models or a tier: auto, fast, standard, reasoning, agentic, code, vision, multimodal, long-context.",
    input: |is_here| with_media(schema::<Asking>(), is_here),
    output: result::<Words>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(ask_model(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asking {
    /// The question
    prompt: String,
    /// A model or a tier; auto unless said
    model: Option<String>,
    /// Instructions ahead of the question
    system: Option<String>,
    /// Files that belong to the question
    #[serde(default)]
    media: Vec<Source>,
    /// The most tokens to answer with
    max_tokens: Option<u32>,
    /// 0 to 2
    temperature: Option<f64>,
    /// A JSON schema that the answer has to keep to
    json_schema: Option<JsonObject>,
}

/// An answer in words.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Words {
    pub(super) text: String,
    /// Which target answered
    model: String,
    /// stop, length, …
    finish_reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens: Option<u64>,
    /// What it cost in US dollars, where that is known
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
    /// What was done to media that the model does not take as they are
    #[serde(skip_serializing_if = "Option::is_none")]
    treatments: Option<String>,
}

/// The schema of arguments of which `media` are some.
pub(super) fn with_media(mut arguments: JsonObject, is_here: bool) -> JsonObject {
    let items = Value::Object(Source::schema(is_here));
    for name in ["media", "pictures"] {
        if let Some(media) = arguments.get_mut("properties").and_then(|properties| properties.get_mut(name)) {
            media["items"] = items.clone();
        }
    }
    arguments
}

/// The messages of a question.
pub(super) async fn messages(
    desk: &Desk<'_>,
    system: Option<String>,
    prompt: &str,
    media: Vec<Source>,
) -> Result<Vec<Value>, Trouble> {
    let mut parts = vec![json!({ "type": "text", "text": prompt })];
    for (index, source) in media.into_iter().enumerate() {
        let medium = source.medium(desk).await.map_err(|why| Trouble::new(format!("`media[{index}]`: {why}")))?;
        parts.push(medium.part(desk).await?);
    }
    let content = if parts.len() == 1 { Value::from(prompt) } else { Value::from(parts) };
    let system = system.map(|text| json!({ "role": "system", "content": text }));
    Ok(system.into_iter().chain([json!({ "role": "user", "content": content })]).collect())
}

async fn ask_model(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Asking { prompt, model, system, media, max_tokens, temperature, json_schema } = read(arguments)?;
    let mut request = json!({
        "model": model.unwrap_or_else(|| "auto".to_owned()), "messages": messages(desk, system, &prompt, media).await?,
    });
    if let Some(tokens) = max_tokens {
        request["max_tokens"] = tokens.into();
    }
    if let Some(temperature) = temperature {
        request["temperature"] = temperature.into();
    }
    if let Some(schema) = json_schema {
        let format = json!({ "name": "answer", "schema": schema, "strict": true });
        request["response_format"] = json!({ "type": "json_schema", "json_schema": format });
    }
    let (words, text) = asked(desk, &request).await?;
    Ok(Outcome::new(text, &words))
}

/// The answer to a chat, and how it is told.
pub(super) async fn asked(desk: &Desk<'_>, request: &Value) -> Result<(Words, String), Trouble> {
    let (headers, body) = desk.post("/v1/chat/completions", request).await?;
    let words = words(&headers, &body);
    let mut text = words.text.clone();
    if words.finish_reason == "length" {
        text.push_str("\n\n[The answer is cut off: raise `max_tokens`.]");
    }
    Ok((words, text))
}

/// What a chat's answer says.
pub(super) fn words(headers: &HeaderMap, body: &Value) -> Words {
    let choice = &body["choices"][0];
    let told = |name: &str| header(headers, name).map(str::to_owned);
    let model = told("x-routed-via").unwrap_or_else(|| body["model"].as_str().unwrap_or_default().to_owned());
    Words {
        text: choice["message"]["content"].as_str().unwrap_or_default().to_owned(),
        model,
        finish_reason: choice["finish_reason"].as_str().unwrap_or_default().to_owned(),
        prompt_tokens: body["usage"]["prompt_tokens"].as_u64(),
        completion_tokens: body["usage"]["completion_tokens"].as_u64(),
        cost_usd: told("x-mediary-cost-usd").and_then(|usd| usd.parse().ok()),
        treatments: told("x-mediary-treatments"),
    }
}
