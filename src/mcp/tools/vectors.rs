//! `embed`: texts as vectors.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::{Desk, KeptFile, header};
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::{Effect, Offer, Reach};

/// More numbers than these are told as a file.
const MOST_NUMBERS: usize = 20_000;

pub(super) static EMBED: Offer = Offer {
    name: "embed",
    title: "Embed texts",
    description: "Vectors of texts, to compare and search them by meaning; all of one model. Many come as a file of JSON.",
    input: |_| schema::<Embedding>(),
    output: result::<Vectors>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(embed(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Embedding {
    /// One or more
    texts: Vec<String>,
    /// A model, or auto; vectors of two models cannot be compared
    model: Option<String>,
    /// How many numbers each has, where the model lets one choose
    dimensions: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Vectors {
    /// Which target made them
    model: String,
    count: usize,
    dimensions: usize,
    /// A vector for each text, in their order; empty where they are in the file
    vectors: Vec<Vec<f64>>,
    /// A list of all vectors in JSON, where they are many
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

async fn embed(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Embedding { texts, model, dimensions } = read(arguments)?;
    if texts.is_empty() {
        return Err(Trouble::new("`texts` is empty: name at least one text."));
    }
    let mut request = json!({ "input": texts, "model": model.unwrap_or_else(|| "auto".to_owned()) });
    if let Some(dimensions) = dimensions {
        request["dimensions"] = dimensions.into();
    }
    let (headers, body) = desk.post("/v1/embeddings", &request).await?;
    let all = body["data"].as_array().map_or(&[][..], Vec::as_slice).iter();
    let numbers = |vector: &Value| -> Vec<f64> {
        let numbers = vector["embedding"].as_array().map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(Value::as_f64).collect()
    };
    let vectors: Vec<Vec<f64>> = all.map(numbers).collect();
    let (count, dimensions) = (vectors.len(), vectors.first().map_or(0, Vec::len));
    let file = match count * dimensions > MOST_NUMBERS {
        true => {
            let text = serde_json::to_vec(&vectors).map_err(|error| Trouble::new(error.to_string()))?;
            desk.keep("vectors.json", "application/json", &text).await?
        }
        false => None,
    };
    let model = header(&headers, "x-routed-via").unwrap_or_default().to_owned();
    let place = match &file {
        Some(file) => format!("in the file {}", file.file_id),
        None => "in the structured result".to_owned(),
    };
    let words = format!("{count} vectors of {dimensions} numbers by {model}, {place}.");
    let vectors = if file.is_some() { Vec::new() } else { vectors };
    let vectors = Vectors { model, count, dimensions, vectors, file };
    let outcome = Outcome::new(words, &vectors);
    Ok(match &vectors.file {
        Some(file) => outcome.linking(file),
        None => outcome,
    })
}
