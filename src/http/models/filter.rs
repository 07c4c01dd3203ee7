//! Which models a list is to hold, and in which order: the query of `GET /v1/models`.

use mediary_core::MediaKind;
use mediary_core::capability::{Rate, Tier};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::error::ApiError;
use super::body::Model;

/// The query of a list of models. Several values are separated by commas; all of them must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Filter {
    /// A task (`chat`, `ocr`, …), an ability (`tools`, `reasoning`, `structured_output`, `streaming`, `logprobs`, `vision`) or a tier.
    capability: Option<String>,
    /// A medium it reads: text, image, document, audio, video.
    modality: Option<String>,
    /// Whose models.
    provider: Option<String>,
    /// `free`, `paid`, `unknown` or `local`.
    pricing: Option<String>,
    /// A piece of the id or description.
    search: Option<String>,
    /// `id`, `context` (largest first) or `price` (cheapest first); as listed, if left out.
    sort: Option<String>,
}

const MEDIA: [MediaKind; 5] =
    [MediaKind::Text, MediaKind::Image, MediaKind::Document, MediaKind::Audio, MediaKind::Video];
const ABILITIES: [&str; 6] = ["tools", "reasoning", "structured_output", "streaming", "logprobs", "vision"];

impl Filter {
    /// Keeps and sorts what was asked for.
    ///
    /// # Errors
    /// When a value is none of those there are: a filter that is misspelt must not be no filter.
    pub(super) fn apply(&self, mut models: Vec<Model>) -> Result<Vec<Model>, ApiError> {
        for wanted in values(self.capability.as_deref()) {
            let tier = Tier::named(wanted);
            let is_task = mediary_core::capability::TaskKind::named(wanted).is_some();
            if !is_task && tier.is_none() && !ABILITIES.contains(&wanted) {
                let known = "a task such as chat, a tier, or one of tools, reasoning, structured_output, streaming, logprobs, vision";
                return Err(wrong("capability", wanted, known));
            }
            models.retain(|model| {
                model.tasks.contains(&wanted)
                    || model.abilities.contains(&wanted)
                    || tier.is_some_and(|tier| model.tiers.contains(&tier))
                    || (wanted == "vision"
                        && model.tasks.contains(&"chat")
                        && model.accepts.contains(&MediaKind::Image))
            });
        }
        for wanted in values(self.modality.as_deref()) {
            let Some(kind) = MEDIA.into_iter().find(|kind| kind.to_string() == wanted) else {
                return Err(wrong("modality", wanted, "text, image, document, audio or video"));
            };
            models.retain(|model| model.accepts.contains(&kind));
        }
        if let Some(provider) = &self.provider {
            let providers: Vec<&str> = values(Some(provider)).collect();
            models.retain(|model| providers.contains(&model.owned_by.as_str()));
        }
        if let Some(pricing) = self.pricing.as_deref() {
            if !["free", "paid", "unknown", "local"].contains(&pricing) {
                return Err(wrong("pricing", pricing, "free, paid, unknown or local"));
            }
            models.retain(|model| model.pricing == pricing);
        }
        if let Some(search) = self.search.as_deref().map(str::to_lowercase) {
            let has = |text: &str| text.to_lowercase().contains(&search);
            models.retain(|model| has(&model.id) || has(&model.description));
        }
        match self.sort.as_deref() {
            None => {}
            Some("id") => models.sort_by(|one, other| one.id.cmp(&other.id)),
            Some("context") => models.sort_by_key(|model| std::cmp::Reverse(model.context_tokens)),
            Some("price") => models.sort_by(|one, other| price(one).total_cmp(&price(other))),
            Some(other) => return Err(wrong("sort", other, "id, context or price")),
        }
        Ok(models)
    }
}

/// What is free first, what is not known last.
fn price(model: &Model) -> f64 {
    match model.pricing {
        "free" | "local" => 0.0,
        "paid" => model.rates.input_usd.map_or(f64::MAX, Rate::number),
        _ => f64::INFINITY,
    }
}

fn values(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|value| !value.is_empty())
}

fn wrong(field: &str, value: &str, known: &str) -> ApiError {
    let value: String = value.chars().take(60).collect();
    ApiError::malformed(format!("`{value}` is no {field}; use {known}")).about(field)
}
