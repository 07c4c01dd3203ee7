//! `list_models`, `explain_plan` and `stats`: what there is, where a request would go, and how the targets do.

use std::fmt::Write as _;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::Desk;
use super::super::media::Source;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::chat::{self, with_media};
use super::{Effect, Offer, Reach};

/// So many models are told where it is not said.
const USUAL_MODELS: usize = 50;

pub(super) static LIST_MODELS: Offer = Offer {
    name: "list_models",
    title: "List models",
    description: "Models that can be asked here, with what they take and cost. Narrow it: there may be hundreds.",
    input: |_| schema::<Listing>(),
    output: result::<Models>,
    effect: Effect::Reads,
    reach: Reach::Within,
    wants: None,
    run: |desk, arguments| Box::pin(list_models(desk, arguments)),
};

pub(super) static EXPLAIN_PLAN: Offer = Offer {
    name: "explain_plan",
    title: "Explain where a question would go",
    description: "Which targets would get a question like this, what would be done to its media for each, what it would cost at \
                  most, and why others are passed over. Calls none of them.",
    input: |is_here| with_media(schema::<Explaining>(), is_here),
    output: result::<Explained>,
    effect: Effect::Reads,
    reach: Reach::Within,
    wants: None,
    run: |desk, arguments| Box::pin(explain_plan(desk, arguments)),
};

pub(super) static STATS: Offer = Offer {
    name: "stats",
    title: "How the targets do",
    description: "What is known of every target called since the server's start: answers, failures, cooldowns, latency, cost.",
    input: |_| schema::<Nothing>(),
    output: result::<Stats>,
    effect: Effect::Reads,
    reach: Reach::Within,
    wants: None,
    run: |desk, arguments| Box::pin(stats(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listing {
    /// All of these, by commas: a task (chat, ocr, transcription, speech, image_generation, …), a medium, vision, tools
    capability: Option<String>,
    /// By its id, such as groq or local
    provider: Option<String>,
    /// What asking it costs
    pricing: Option<Pricing>,
    /// What stands in its name
    search: Option<String>,
    /// The most to list; 50 unless said
    limit: Option<usize>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Pricing {
    Free,
    Paid,
    Unknown,
    Local,
}

impl Pricing {
    fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Paid => "paid",
            Self::Unknown => "unknown",
            Self::Local => "local",
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Models {
    models: Vec<Model>,
    /// How many there are of these
    total: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Model {
    id: String,
    provider: String,
    pricing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_tokens: Option<u64>,
    tasks: Vec<String>,
    accepts: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Explaining {
    /// The question
    prompt: String,
    /// A model or a tier; auto unless said
    model: Option<String>,
    /// Files that belong to it
    #[serde(default)]
    media: Vec<Source>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Explained {
    /// In the order in which they would be asked, as POST /v1/plan tells them
    candidates: Vec<JsonObject>,
    /// Those that would not be asked, and why
    passed_over: Vec<JsonObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Stats {
    /// As GET /v1/stats tells them
    targets: Vec<JsonObject>,
    cost_usd: f64,
}

/// The values of a list, as objects without what is not known.
fn objects(list: &Value) -> Vec<JsonObject> {
    let all = list.as_array().map_or(&[][..], Vec::as_slice).iter();
    all.filter_map(Value::as_object).cloned().collect()
}

fn texts(list: &Value) -> Vec<String> {
    let all = list.as_array().map_or(&[][..], Vec::as_slice).iter();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn query(wanted: [(&str, Option<String>); 4]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in wanted {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    query.finish()
}

async fn list_models(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Listing { capability, provider, pricing, search, limit } = read(arguments)?;
    let pricing = pricing.map(|pricing| pricing.name().to_owned());
    let wanted = [("capability", capability), ("provider", provider), ("pricing", pricing), ("search", search)];
    let body = desk.get(&format!("/v1/models?{}", query(wanted))).await?;
    let all = objects(&body["data"]);
    let text = |model: &JsonObject, name: &str| model.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |model: &JsonObject, name: &str| model.get(name).map(texts).unwrap_or_default();
    let models: Vec<Model> = all
        .iter()
        .take(limit.unwrap_or(USUAL_MODELS))
        .map(|model| Model {
            id: text(model, "id"),
            provider: text(model, "owned_by"),
            pricing: text(model, "pricing"),
            context_tokens: model.get("context_tokens").and_then(Value::as_u64),
            tasks: list(model, "tasks"),
            accepts: list(model, "accepts"),
        })
        .collect();
    let mut words = String::new();
    for model in &models {
        let tokens = model.context_tokens.map(|tokens| format!(", {tokens} tokens")).unwrap_or_default();
        let (tasks, accepts) = (model.tasks.join(" "), model.accepts.join(" "));
        // A text takes whatever is written to it.
        let _infallible = writeln!(words, "{}: {tasks}; takes {accepts}; {}{tokens}", model.id, model.pricing);
    }
    if models.len() < all.len() {
        words.push_str(&format!("[{} of {}; narrow it, or raise `limit`.]", models.len(), all.len()));
    } else if all.is_empty() {
        words.push_str("[There is no such model; leave something out.]");
    }
    Ok(Outcome::new(words, &Models { total: all.len(), models }))
}

async fn explain_plan(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Explaining { prompt, model, media } = read(arguments)?;
    let messages = chat::messages(desk, None, &prompt, media).await?;
    let request = json!({ "model": model.unwrap_or_else(|| "auto".to_owned()), "messages": messages });
    let (_, body) = desk.post("/v1/plan", &request).await?;
    let explained = Explained {
        candidates: objects(&body["candidates"]),
        passed_over: objects(&body["passed_over"]),
        tier: body["tier"].as_str().map(str::to_owned),
    };
    let named = |object: &JsonObject| Value::Object(object.clone()).to_string();
    let mut words = "Would be asked, in this order:\n".to_owned();
    explained.candidates.iter().for_each(|one| words.push_str(&format!("{}\n", named(one))));
    words.push_str("Passed over:\n");
    explained.passed_over.iter().take(USUAL_MODELS).for_each(|one| words.push_str(&format!("{}\n", named(one))));
    if explained.passed_over.len() > USUAL_MODELS {
        words.push_str(&format!("[and {} others]", explained.passed_over.len() - USUAL_MODELS));
    }
    Ok(Outcome::new(words, &explained))
}

async fn stats(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Nothing {} = read(arguments)?;
    let body = desk.get("/v1/stats").await?;
    let stats = Stats { targets: objects(&body["data"]), cost_usd: body["cost_usd"].as_f64().unwrap_or_default() };
    let mut words = String::new();
    for target in &stats.targets {
        let told = |name: &str| target.get(name).map(ToString::to_string).unwrap_or_default();
        let (successes, failures) = (told("successes"), told("failures"));
        let (latency, cooldown) = (told("latency_ms"), told("cooldown_seconds"));
        // A text takes whatever is written to it.
        let _infallible = writeln!(
            words,
            "{}: {successes} answers, {failures} failures, latency {latency} ms, cooldown {cooldown} s",
            told("target").trim_matches('"')
        );
    }
    if stats.targets.is_empty() {
        words.push_str("No target was called yet.");
    }
    Ok(Outcome::new(words, &stats))
}
