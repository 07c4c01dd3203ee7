//! Texts to embed: `embedContent` with one, `batchEmbedContents` with several. A content is one text, however many parts it
//! has.

use mediary_core::task::{Embed, EmbedInput, Extras, Task, WholeReply};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::calling::Called;
use super::encode::counted;
use super::wire::{Content, WirePart, elements};
use super::{GeminiErrors, WIRE_FORMAT, bad, inside};
use crate::protocol::process::BadField;
use crate::protocol::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, from_json, json_bytes,
};

/// `embedContent` and `batchEmbedContents`.
#[derive(Debug, Clone, Copy)]
pub(super) struct GeminiEmbed {
    /// Whether several are asked for.
    is_batch: bool,
}

/// The protocol of `embedContent`.
pub(super) static EMBED: GeminiEmbed = GeminiEmbed { is_batch: false };
/// The protocol of `batchEmbedContents`.
pub(super) static EMBED_BATCH: GeminiEmbed = GeminiEmbed { is_batch: true };

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(default, borrow)]
    requests: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One<'a> {
    #[serde(default, borrow)]
    content: Option<&'a RawValue>,
    #[serde(default, alias = "task_type")]
    task_type: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, alias = "output_dimensionality")]
    output_dimensionality: Option<u32>,
}

impl Errors for GeminiEmbed {
    fn error(&self, error: &ErrorFields) -> Value {
        GeminiErrors.error(error)
    }
}

impl Protocol for GeminiEmbed {
    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }
}

impl JsonProtocol for GeminiEmbed {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let body = &sent.body;
        let embed = match self.is_batch {
            false => {
                let one: One<'_> = from_json(body, "a request to embed")?;
                let text = one.text("content")?;
                Embed {
                    inputs: vec![EmbedInput::Text(text)],
                    dimensions: one.output_dimensionality,
                    extras: one.extras(),
                }
            }
            true => batch(body)?,
        };
        let model = Called::of(&sent.path).map(|called| called.model).unwrap_or_default();
        let answer = Box::new(VectorAnswer { is_batch: self.is_batch });
        Ok(Decoded { task: Task::Embed(embed), model, answer, dropped: Vec::new() })
    }
}

/// Several requests, which are one here: they have to ask for the same.
fn batch(body: &[u8]) -> Result<Embed, BadField> {
    let batch: Batch<'_> = from_json(body, "a batch of requests to embed")?;
    let mut all: Option<Embed> = None;
    for (index, raw) in batch.requests.into_iter().enumerate() {
        let path = format!("requests[{index}]");
        let one: One<'_> = from_json(raw.get().as_bytes(), "a request to embed").map_err(|bad| inside(&path, bad))?;
        let input = EmbedInput::Text(one.text(&format!("{path}.content"))?);
        match &mut all {
            None => {
                let (dimensions, extras) = (one.output_dimensionality, one.extras());
                all = Some(Embed { inputs: vec![input], dimensions, extras });
            }
            Some(first) if first.dimensions != one.output_dimensionality => {
                let message =
                    "all requests of a batch must ask for vectors of the same length; send the others by themselves";
                return Err(bad(format!("{path}.outputDimensionality"), message));
            }
            Some(first) if first.extras != one.extras() => {
                let message =
                    "all requests of a batch must have the same `taskType` and `title`; send the others by themselves";
                return Err(bad(format!("{path}.taskType"), message));
            }
            Some(first) => first.inputs.push(input),
        }
    }
    all.ok_or_else(|| bad("requests", "`requests` is empty; send at least one"))
}

impl One<'_> {
    fn text(&self, path: &str) -> Result<String, BadField> {
        let empty = || bad(path, "there is no text in it; send at least one part with `text`");
        let raw = self.content.ok_or_else(empty)?;
        let mut texts = Vec::new();
        if raw.get().starts_with('"') {
            texts.push(from_json(raw.get().as_bytes(), "a text")?);
        } else {
            let content: Content<'_> = from_json(raw.get().as_bytes(), "a content").map_err(|bad| inside(path, bad))?;
            for (index, raw) in elements(content.parts, path)?.into_iter().enumerate() {
                let path = format!("{path}.parts[{index}]");
                let part: WirePart<'_> = from_json(raw.get().as_bytes(), "a part").map_err(|bad| inside(&path, bad))?;
                let Some(text) = part.text else {
                    return Err(bad(path, "only texts are embedded here; send parts with `text`"));
                };
                texts.push(text);
            }
        }
        let text = texts.join("\n");
        if text.is_empty() { Err(empty()) } else { Ok(text) }
    }

    /// What the vectors are for, which not every target is told.
    fn extras(&self) -> Extras {
        let said = [("task_type", &self.task_type), ("title", &self.title)];
        let said = said.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let said = said.filter(|(_, value)| !value.is_empty() && *value != "TASK_TYPE_UNSPECIFIED");
        said.map(|(name, value)| (name.to_owned(), Value::from(value.as_str()))).collect()
    }
}

/// How vectors are written.
#[derive(Debug)]
struct VectorAnswer {
    is_batch: bool,
}

impl Encode for VectorAnswer {
    fn whole(&self, _head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let mut vectors: Vec<_> = reply.vectors.iter().collect();
        vectors.sort_by_key(|(index, _)| *index);
        let vectors: Vec<Value> = vectors.into_iter().map(|(_, vector)| json!({ "values": vector })).collect();
        let usage = json!({ "promptTokenCount": counted(reply.usage.unwrap_or_default())["promptTokenCount"] });
        json_bytes(&match self.is_batch {
            true => json!({ "embeddings": vectors, "usageMetadata": usage }),
            false => json!({ "embedding": vectors.first(), "usageMetadata": usage }),
        })
    }

    fn passes_raw(&self) -> bool {
        false
    }
}
