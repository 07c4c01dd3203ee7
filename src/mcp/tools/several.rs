//! `fork` and `compare`: the same question to several models at once, for the best answer or for a table.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::Desk;
use super::super::media::Source;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::chat::{self, with_media};
use super::{Effect, Offer, Reach};

pub(super) static FORK: Offer = Offer {
    name: "fork",
    title: "Ask several models, take the best answer",
    description: "Asks several models the same at once and gives the best answer, with the ranking of all. Costs as much as all \
                  of them together.",
    input: |is_here| with_media(schema::<Forking>(), is_here),
    output: result::<Forked>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(fork(desk, arguments)),
};

pub(super) static COMPARE: Offer = Offer {
    name: "compare",
    title: "Compare models at a task",
    description: "Gives a task to several models and compares their answers by criteria, as a table with all answers. Costs as \
                  much as all of them together.",
    input: |_| schema::<Comparing>(),
    output: result::<Comparison>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(compare(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forking {
    /// The question
    prompt: String,
    /// Instructions ahead of it
    system: Option<String>,
    /// Files that belong to it
    #[serde(default)]
    media: Vec<Source>,
    /// Whom to ask, up to 8 names; else `count` of those that auto may mean
    #[serde(default)]
    models: Vec<String>,
    /// How many to ask where no names are given; 3 unless said
    count: Option<u8>,
    /// What makes the best
    #[serde(default)]
    criteria: Vec<Criterion>,
    /// The most to spend, in US dollars
    budget_usd: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Comparing {
    /// The task, as the models are to be given it
    task: String,
    /// Instructions ahead of it
    system: Option<String>,
    /// Whom to compare, up to 8 names; else `count` of those that auto may mean
    #[serde(default)]
    models: Vec<String>,
    /// How many where no names are given; 3 unless said
    count: Option<u8>,
    /// What they are compared by
    #[serde(default)]
    criteria: Vec<Criterion>,
    /// The most to spend, in US dollars
    budget_usd: Option<f64>,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Criterion {
    Latency,
    Cost,
    Length,
    Quality,
    Correctness,
    Style,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Forked {
    /// The best answer
    text: String,
    /// Who gave it
    model: String,
    /// All that were asked, the best first
    ranking: Vec<Member>,
    /// What all of it cost in US dollars, where that is known
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Comparison {
    /// The table in Markdown
    table: String,
    /// All that were asked, the best first
    ranking: Vec<Member>,
    /// What all of it cost in US dollars, where that is known
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Member {
    model: String,
    /// answered, failed, …
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
    /// Why there is no answer
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What it answered
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Member {
    fn of(member: &Value) -> Self {
        let text = |name: &str| member[name].as_str().map(str::to_owned);
        let error = &member["error"];
        Self {
            model: text("model").or_else(|| text("asked")).unwrap_or_default(),
            status: text("status").unwrap_or_default(),
            score: member["score"].as_f64(),
            latency_ms: member["latency_ms"].as_u64(),
            cost_usd: member["cost_usd"].as_f64(),
            error: error.as_str().or_else(|| error["message"].as_str()).map(str::to_owned),
            text: text("text"),
        }
    }
}

/// What both ask for beside the question.
fn wishes(models: Vec<String>, count: Option<u8>, criteria: &[Criterion], budget: Option<f64>) -> Map<String, Value> {
    let mut fields = Map::new();
    if models.is_empty() {
        fields.insert("model".to_owned(), "auto".into());
    } else {
        fields.insert("models".to_owned(), models.into());
    }
    if let Some(count) = count {
        fields.insert("max_parallel".to_owned(), count.into());
    }
    if !criteria.is_empty() {
        fields.insert("criteria".to_owned(), json!(criteria));
    }
    if let Some(usd) = budget {
        fields.insert("budget".to_owned(), json!({ "usd": usd }));
    }
    fields
}

async fn fork(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Forking { prompt, system, media, models, count, criteria, budget_usd } = read(arguments)?;
    let mut request = wishes(models, count, &criteria, budget_usd);
    request.insert("messages".to_owned(), chat::messages(desk, system, &prompt, media).await?.into());
    let (_, body) = desk.post("/v1/chat/completions/fork", &Value::Object(request)).await?;
    let metadata = &body["fork_metadata"];
    let others = metadata["others"].as_array().map_or(&[][..], Vec::as_slice);
    let ranking: Vec<Member> = std::iter::once(&metadata["winner"]).chain(others).map(Member::of).collect();
    let forked = Forked {
        text: body["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned(),
        model: ranking.first().map(|winner| winner.model.clone()).unwrap_or_default(),
        ranking,
        cost_usd: metadata["cost_usd"].as_f64(),
    };
    Ok(Outcome::new(format!("{}\n\n[Best of {}: {}]", forked.text, forked.ranking.len(), forked.model), &forked))
}

async fn compare(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Comparing { task, system, models, count, criteria, budget_usd } = read(arguments)?;
    let mut request = wishes(models, count, &criteria, budget_usd);
    request.insert("task".to_owned(), task.into());
    if let Some(system) = system {
        request.insert("system_prompt".to_owned(), system.into());
    }
    let (_, body) = desk.post("/v1/diligence/compare", &Value::Object(request)).await?;
    let ranking = body["rankings"].as_array().map_or(&[][..], Vec::as_slice).iter().map(Member::of).collect();
    let table = body["markdown"].as_str().unwrap_or_default().to_owned();
    let comparison = Comparison { table, ranking, cost_usd: body["cost_usd"].as_f64() };
    let mut words = comparison.table.clone();
    for member in &comparison.ranking {
        let said = member.text.as_deref().or(member.error.as_deref()).unwrap_or_default();
        words.push_str(&format!("\n\n## {}\n\n{said}", member.model));
    }
    Ok(Outcome::new(words, &comparison))
}
