//! How the reply is wanted (`generationConfig`), in the words that all formats share. What they cannot say goes on beside
//! them, for targets of this format.

use mediary_core::task::{Effort, Extras, Granted, ReplyFormat, Sampling};
use serde_json::{Map, Value, json};

use super::wire::camel;
use super::{bad, inside, schemas};
use crate::protocol::Spelled;
use crate::protocol::openai::effort_of_budget;
use crate::protocol::process::BadField;

const PATH: &str = "generationConfig";
/// The field of tokens that are granted for thinking.
const BUDGET: &str = "generationConfig.thinkingConfig.thinkingBudget";
/// What the shared words say as well; a target of this format is told it just as its client put it.
const SAID_TWICE: [&str; 5] =
    ["responseSchema", "responseJsonSchema", "responseMimeType", "thinkingConfig", "responseModalities"];

/// What the fields of a request are called, where other formats have another name for them.
pub(super) const NAMES: &[Spelled] = &[
    ("messages", "contents"),
    ("max_tokens", "generationConfig.maxOutputTokens"),
    ("temperature", "generationConfig.temperature"),
    ("top_p", "generationConfig.topP"),
    ("top_k", "generationConfig.topK"),
    ("stop", "generationConfig.stopSequences"),
    ("n", "generationConfig.candidateCount"),
    ("seed", "generationConfig.seed"),
    ("presence_penalty", "generationConfig.presencePenalty"),
    ("frequency_penalty", "generationConfig.frequencyPenalty"),
    ("logprobs", "generationConfig.responseLogprobs"),
    ("reasoning_effort", "generationConfig.thinkingConfig"),
    ("response_format", "generationConfig.responseMimeType"),
    ("modalities", "generationConfig.responseModalities"),
    ("audio", "generationConfig.speechConfig"),
    ("safety_settings", "safetySettings"),
];

/// How a reply is wanted.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub(super) sampling: Sampling,
    pub(super) format: ReplyFormat,
    pub(super) effort: Option<Effort>,
    /// The same in tokens, where that is how it was said.
    pub(super) granted: Option<Granted>,
    /// Sound or pictures, where they were asked for.
    pub(super) extras: Extras,
    /// What only this format says, and what it says in its own way.
    pub(super) own: Map<String, Value>,
    /// What of that nothing else says.
    pub(super) names: Vec<String>,
}

impl Wishes {
    pub(super) fn of(config: Option<Map<String, Value>>) -> Result<Self, BadField> {
        let config = config.unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null());
        let mut fields: Map<String, Value> = config.map(|(name, value)| (camel(&name), value)).collect();
        if let Some(schema) = fields.remove("_responseJsonSchema") {
            fields.insert("responseJsonSchema".to_owned(), schema);
        }
        let mut wishes = Self { sampling: sampling(&mut fields)?, ..Self::default() };
        wishes.format(&fields)?;
        wishes.modalities(&mut fields);
        wishes.effort = effort(fields.get("thinkingConfig"));
        wishes.granted = Granted::of(budget(fields.get("thinkingConfig")), BUDGET);
        for name in fields.keys().filter(|name| !SAID_TWICE.contains(&name.as_str())) {
            wishes.names.push(format!("{PATH}.{name}"));
        }
        wishes.own = fields;
        Ok(wishes)
    }

    fn format(&mut self, fields: &Map<String, Value>) -> Result<(), BadField> {
        let mime = fields.get("responseMimeType").and_then(Value::as_str).unwrap_or("text/plain");
        let theirs = fields.get("responseSchema").map(schemas::plain).transpose();
        let theirs = theirs.map_err(|error| inside(&format!("{PATH}.responseSchema"), error))?;
        let schema = fields.get("responseJsonSchema").cloned().or(theirs);
        self.format = match (mime, schema) {
            ("application/json", Some(schema)) => {
                ReplyFormat::Schema { name: "reply".to_owned(), schema, strict: Some(true) }
            }
            ("application/json", None) => ReplyFormat::Json,
            ("text/plain", _) => ReplyFormat::Text,
            (_, _) => {
                // One word of a list, and whatever there will be.
                self.names.push(format!("{PATH}.responseMimeType"));
                ReplyFormat::Text
            }
        };
        Ok(())
    }

    /// Sound and pictures, which other formats ask for in fields of their own.
    fn modalities(&mut self, fields: &mut Map<String, Value>) {
        let asked = fields.get("responseModalities").and_then(Value::as_array);
        let asked: Vec<String> = asked.into_iter().flatten().filter_map(Value::as_str).map(str::to_lowercase).collect();
        if asked.iter().all(|one| one == "text") {
            return;
        }
        if asked.iter().any(|one| one == "audio") {
            let voice = fields.get("speechConfig").and_then(|speech| {
                let named = speech.pointer("/voiceConfig/prebuiltVoiceConfig/voiceName");
                named.or_else(|| speech.pointer("/voice_config/prebuilt_voice_config/voice_name"))
            });
            let mut audio = json!({ "format": "pcm16" });
            if let Some(voice) = voice {
                audio["voice"] = voice.clone();
            }
            self.extras.insert("audio", audio);
        }
        self.extras.insert("modalities", json!(asked));
    }
}

/// Takes what has a place of its own out of the fields.
fn sampling(fields: &mut Map<String, Value>) -> Result<Sampling, BadField> {
    let wrong = |name: &str, what: &str| bad(format!("{PATH}.{name}"), format!("`{name}` must be {what}"));
    let mut number = |name: &str| match fields.remove(name) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        // Numbers of 64 bits come as texts in this format.
        Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| wrong(name, "a number")),
        Some(_) => Err(wrong(name, "a number")),
    };
    let whole = |name: &str, number: Option<f64>| match number {
        Some(number) if number < 0.0 || number > f64::from(u32::MAX) => {
            Err(wrong(name, "a whole number of at least 0"))
        }
        number => Ok(number.map(|number| number as u32)),
    };
    let temperature = number("temperature")?;
    let top_p = number("topP")?;
    let top_k = whole("topK", number("topK")?)?;
    let max_tokens = whole("maxOutputTokens", number("maxOutputTokens")?)?;
    let seed = number("seed")?.map(|seed| seed as i64);
    let presence_penalty = number("presencePenalty")?;
    let frequency_penalty = number("frequencyPenalty")?;
    let n = whole("candidateCount", number("candidateCount")?)?.unwrap_or(1);
    if !(1..=128).contains(&n) {
        return Err(wrong("candidateCount", "1 to 128"));
    }
    let alternatives = whole("logprobs", number("logprobs")?)?;
    let gives_logprobs = fields.remove("responseLogprobs") == Some(Value::Bool(true));
    let stop = match fields.remove("stopSequences") {
        None => Vec::new(),
        Some(Value::Array(all)) if all.iter().all(Value::is_string) => {
            all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::String(one)) => vec![one],
        Some(_) => return Err(wrong("stopSequences", "a list of texts")),
    };
    let logprobs = gives_logprobs.then(|| alternatives.unwrap_or(0));
    Ok(Sampling { max_tokens, temperature, top_p, top_k, stop, n, seed, presence_penalty, frequency_penalty, logprobs })
}

/// The tokens that are granted for thinking.
fn budget(thinking: Option<&Value>) -> Option<u64> {
    let thinking = thinking?;
    thinking.get("thinkingBudget").or_else(|| thinking.get("thinking_budget"))?.as_u64()
}

/// How long to think, as newer and as older models are told. A budget of −1 leaves it to the model.
fn effort(thinking: Option<&Value>) -> Option<Effort> {
    let level = thinking?.get("thinkingLevel").or_else(|| thinking?.get("thinking_level")).and_then(Value::as_str);
    let level = level.and_then(|level| Effort::named(&level.to_lowercase()));
    level.or_else(|| budget(thinking).map(effort_of_budget))
}
