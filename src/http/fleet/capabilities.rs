//! `GET /v1/capabilities` and its summary: the matrix, row by row, and what can become what.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use mediary_core::capability::{Abilities, Acceptance, Lifecycle, Price, Structured, Tier};
use mediary_core::plan::{TreatmentRecipe, Yield};
use mediary_core::{MediaKind, Target};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;
use super::evidence::{Evidence, now_seconds};
use crate::gateway::{Bounds, Dossier};

/// The capability matrix.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct CapabilityList {
    /// Always `list`.
    object: &'static str,
    /// A row for each target of a provider.
    data: Vec<Row>,
    /// What can become what on the way to a target that does not read it.
    treatments: Vec<TreatmentRow>,
}

/// What one target accepts and does.
#[derive(Debug, Serialize, ToSchema)]
struct Row {
    target: String,
    tasks: Vec<&'static str>,
    /// The formats it reads as they are, with their limits; null where none is published.
    #[schema(value_type = Vec<Object>)]
    accepts: Vec<Acceptance>,
    context_tokens: Option<u32>,
    output_tokens: Option<u32>,
    tools: bool,
    tool_choice: bool,
    /// Whether it knows tools whose input is free text.
    custom_tools: bool,
    media_in_tool_results: bool,
    streaming: bool,
    #[schema(value_type = String)]
    structured: Structured,
    reasoning: bool,
    logprobs: bool,
    many_replies: bool,
    audio_output: bool,
    /// Whether its transcripts say who speaks.
    speakers: bool,
    /// The languages it hears or speaks; empty: not known.
    languages: Vec<String>,
    #[schema(value_type = Object)]
    price: Price,
    #[schema(value_type = Object)]
    tiers: BTreeMap<Tier, u8>,
    #[schema(value_type = String)]
    lifecycle: Lifecycle,
    is_local: bool,
    /// What was found when it was tried; see `POST /v1/models/verify`.
    evidence: Evidence,
}

/// A way in which one medium becomes another.
#[derive(Debug, Serialize, ToSchema)]
struct TreatmentRow {
    /// The recipe in `pipelines/`.
    recipe: String,
    /// The medium it takes.
    #[schema(value_type = String)]
    from: MediaKind,
    /// The formats it takes; empty: all of the medium.
    formats: Vec<&'static str>,
    /// What comes out: a format, or `text`.
    to: &'static str,
    /// Whether it runs here.
    available: bool,
    /// What is missing, and what to do.
    missing: Option<String>,
}

impl Row {
    fn new(row: &Abilities, findings: &BTreeMap<Target, Dossier>, now: i64) -> Self {
        Self {
            target: row.target.to_string(),
            tasks: row.tasks.iter().map(|task| task.name()).collect(),
            accepts: row.accepts.clone(),
            context_tokens: row.context_tokens,
            output_tokens: row.output_tokens,
            tools: row.tools,
            tool_choice: row.tool_choice,
            custom_tools: row.custom_tools,
            media_in_tool_results: row.media_in_tool_results,
            streaming: row.streaming,
            structured: row.structured,
            reasoning: row.reasoning,
            logprobs: row.logprobs,
            many_replies: row.many_replies,
            audio_output: row.audio_output,
            speakers: row.speakers,
            languages: row.languages.clone(),
            price: row.price,
            tiers: row.ranks.iter().copied().collect(),
            lifecycle: row.lifecycle,
            is_local: row.is_local,
            evidence: Evidence::of(row, findings.get(&row.target), now),
        }
    }
}

impl TreatmentRow {
    fn new(recipe: &TreatmentRecipe) -> Self {
        Self {
            recipe: recipe.name.to_string(),
            from: recipe.from,
            formats: recipe.formats.iter().map(|format| format.name()).collect(),
            to: match recipe.gives {
                Yield::Media(format) => format.name(),
                Yield::Text => "text",
            },
            available: recipe.missing.is_none(),
            missing: recipe.missing.clone(),
        }
    }
}

/// The capability matrix: what every target accepts and does.
#[utoipa::path(get, path = "/v1/capabilities", tag = "models", responses((status = 200, body = CapabilityList)))]
pub(in crate::http) async fn capabilities(State(state): State<AppState>) -> Json<CapabilityList> {
    let (findings, now) = (state.gateway.router.findings().all(), now_seconds());
    let rows = state.gateway.router.known();
    let data = rows.rows().iter().map(|row| Row::new(row, &findings, now)).collect();
    let recipes = state.gateway.treatments.recipes(&state.gateway.router.known(), &Bounds::default());
    let treatments = recipes.iter().map(TreatmentRow::new).collect();
    Json(CapabilityList { object: "list", data, treatments })
}

/// How many targets do what.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct CapabilitySummary {
    /// Targets of providers that are on.
    targets: usize,
    /// Targets that do a task.
    #[schema(value_type = Object)]
    tasks: BTreeMap<&'static str, usize>,
    /// Targets that chat and read a medium as it is.
    #[schema(value_type = Object)]
    media: BTreeMap<MediaKind, usize>,
    /// Targets that serve a tier.
    #[schema(value_type = Object)]
    tiers: BTreeMap<Tier, usize>,
    /// Targets of a provider.
    #[schema(value_type = Object)]
    providers: BTreeMap<String, usize>,
}

/// How many targets do what.
#[utoipa::path(get, path = "/v1/capabilities/summary", tag = "models",
    responses((status = 200, body = CapabilitySummary)))]
pub(in crate::http) async fn summary(State(state): State<AppState>) -> Json<CapabilitySummary> {
    let matrix = state.gateway.router.known();
    let rows = matrix.rows();
    let mut summary = CapabilitySummary {
        targets: rows.len(),
        tasks: BTreeMap::new(),
        media: BTreeMap::new(),
        tiers: BTreeMap::new(),
        providers: BTreeMap::new(),
    };
    for row in rows {
        for task in &row.tasks {
            *summary.tasks.entry(task.name()).or_default() += 1;
        }
        let mut kinds: Vec<MediaKind> = row.accepts.iter().map(|accepted| accepted.format.kind()).collect();
        kinds.push(MediaKind::Text);
        kinds.sort_unstable();
        kinds.dedup();
        if row.does(mediary_core::capability::TaskKind::Chat) {
            for kind in kinds {
                *summary.media.entry(kind).or_default() += 1;
            }
        }
        for (tier, _) in &row.ranks {
            *summary.tiers.entry(*tier).or_default() += 1;
        }
        *summary.providers.entry(row.target.provider.as_str().to_owned()).or_default() += 1;
    }
    Json(summary)
}
