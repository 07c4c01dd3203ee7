//! A model as it is listed: OpenAI's fields, and ours beside them.

use mediary_core::capability::{Abilities, Lifecycle, Price, Rates, Structured, TaskKind, Tier, VectorSpace};
use mediary_core::plan::Health;
use mediary_core::{MediaFormat, MediaKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::gateway::{EngineInfo, FUSION};
use crate::providers::ModelInfo;

use super::capabilities::Capabilities;

/// When this catalogue was drawn up. OpenAI's shape asks for a time, and clients only want it to be a number.
const CREATED: u64 = 1_795_219_200;

/// Everything that can be asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ModelList {
    /// Always `list`.
    pub(super) object: &'static str,
    /// The models: tiers first, then local ones, then those of providers.
    pub(super) data: Vec<Model>,
}

/// One model and its abilities.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http) struct Model {
    /// What to put into a request: `provider/model`, perhaps with a level, or the name of a tier.
    #[schema(example = "gemini/gemini-2.5-flash")]
    pub(in crate::http) id: String,
    /// Always `model`.
    object: &'static str,
    /// Always `base`: the clients of one vendor tell models from those that were tuned by it.
    r#type: &'static str,
    /// The abilities once more, as the clients of the same vendor read them.
    capabilities: Capabilities,
    /// Seconds since 1970.
    pub(in crate::http) created: u64,
    /// The provider.
    #[schema(example = "gemini")]
    pub(in crate::http) owned_by: String,
    /// One line about it.
    pub(super) description: String,
    /// What it does.
    #[schema(value_type = Vec<String>, example = json!(["chat"]))]
    pub(in crate::http) tasks: Vec<&'static str>,
    /// The media it reads as they are.
    #[schema(value_type = Vec<String>, example = json!(["text", "image", "document"]))]
    pub(in crate::http) accepts: Vec<MediaKind>,
    /// The formats it reads as they are.
    #[schema(value_type = Vec<String>, example = json!(["png", "pdf"]))]
    pub(super) formats: Vec<MediaFormat>,
    /// The most tokens of request and reply together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::http) context_tokens: Option<u32>,
    /// The most tokens of a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output_tokens: Option<u32>,
    /// What else it can do: `tools`, `structured_output`, `reasoning`, `streaming`, `logprobs`.
    #[schema(value_type = Vec<String>)]
    pub(in crate::http) abilities: Vec<&'static str>,
    /// The tiers it serves.
    #[schema(value_type = Vec<String>)]
    pub(super) tiers: Vec<Tier>,
    /// `free`, `paid` or `unknown`; `local` for engines of this process, and for servers on this machine without a stated price.
    pub(super) pricing: &'static str,
    /// US dollars for what costs: `input_usd`, `cached_usd`, `cache_write_usd` and `output_usd` for a million tokens, `minute_usd` for a minute
    /// that is listened to, `character_usd` for a million characters that are spoken, `image_usd` for an image that is
    /// made, one number or rules by `quality` and `size`, `second_usd` for a second of video that is made, `page_usd` for a page that is read, `search_usd` for a search.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub(super) rates: Rates,
    /// The vectors it gives, for models that embed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    vectors: Option<VectorSpace>,
    /// Whether it can be asked now: `ready`, `cooling` (in its cooldown), `quarantined` (a probe found that it does not
    /// work) or `not_installed`.
    state: &'static str,
    /// Whether its files are on this machine, for what runs here.
    #[serde(skip_serializing_if = "Option::is_none")]
    installed: Option<bool>,
    /// What to know before using it, such as how to install it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl Model {
    fn bare(id: String, owned_by: &str, description: String) -> Self {
        Self {
            id,
            object: "model",
            r#type: "base",
            capabilities: Capabilities::default(),
            created: CREATED,
            owned_by: owned_by.to_owned(),
            description,
            tasks: Vec::new(),
            accepts: Vec::new(),
            formats: Vec::new(),
            context_tokens: None,
            output_tokens: None,
            abilities: Vec::new(),
            tiers: Vec::new(),
            pricing: "unknown",
            rates: Rates::default(),
            vectors: None,
            state: "ready",
            installed: None,
            note: None,
        }
    }

    /// The model whose answers are made of several models'.
    pub(super) fn fusion(context_tokens: Option<u32>) -> Self {
        let description = "Several models answer, and one answer is made of theirs".to_owned();
        Self {
            id: FUSION.to_owned(),
            description,
            abilities: vec!["streaming"],
            tiers: Vec::new(),
            ..Self::tier(Tier::Auto, Tier::Auto.name(), context_tokens)
        }
    }

    /// A tier, under one of its names, of whose targets one takes so many tokens.
    pub(super) fn tier(tier: Tier, name: &str, context_tokens: Option<u32>) -> Self {
        let description = format!("tier: {}", tier.purpose());
        Self {
            tasks: vec!["chat"],
            capabilities: Capabilities::of_tier(),
            context_tokens,
            tiers: vec![tier],
            ..Self::bare(name.to_owned(), "mediary", description)
        }
    }

    /// A target: a model of a provider, or an engine of this process.
    pub(super) fn target(row: &Abilities, info: Option<&ModelInfo>, health: Option<&Health>) -> Self {
        let chats = row.does(TaskKind::Chat);
        let mut accepts: Vec<MediaKind> = row.accepts.iter().map(|accepted| accepted.format.kind()).collect();
        accepts.extend(chats.then_some(MediaKind::Text));
        accepts.sort_unstable();
        accepts.dedup();
        let abilities = [
            ("tools", row.tools),
            ("structured_output", row.structured != Structured::None),
            ("reasoning", row.reasoning),
            ("streaming", chats && row.streaming),
            ("logprobs", row.logprobs),
        ];
        let (pricing, rates) = match row.price {
            Price::Unknown if row.is_local => ("local", Rates::default()),
            Price::Free => ("free", Rates::default()),
            Price::Unknown => ("unknown", Rates::default()),
            Price::Paid(rates) => ("paid", rates),
        };
        let name = info.and_then(|info| info.name.clone());
        let provider = row.target.provider.as_str();
        let model =
            Self::bare(row.target.to_string(), provider, name.unwrap_or_else(|| row.target.model.as_str().into()));
        Self {
            capabilities: Capabilities::of(row, &accepts),
            tasks: row.tasks.iter().map(|task| task.name()).collect(),
            formats: row.accepts.iter().map(|accepted| accepted.format).collect(),
            accepts,
            context_tokens: row.context_tokens,
            output_tokens: row.output_tokens,
            abilities: abilities.into_iter().filter_map(|(name, has)| has.then_some(name)).collect(),
            tiers: row.ranks.iter().map(|(tier, _)| *tier).collect(),
            pricing,
            rates,
            state: match health.and_then(Health::cools_for) {
                _ if row.missing.is_some() => "not_installed",
                _ if health.is_some_and(|health| health.quarantine.is_some()) => "quarantined",
                Some(_) => "cooling",
                None => "ready",
            },
            vectors: row.vectors.clone(),
            note: match row.lifecycle {
                Lifecycle::Active => None,
                Lifecycle::Preview => Some("preview: may change without notice".to_owned()),
                Lifecycle::Deprecated => Some("deprecated: will go; asked only by name".to_owned()),
                Lifecycle::Listed => Some("listed by its provider, not described: asked only by name".to_owned()),
                Lifecycle::Retired => Some("retired: cannot be asked any more".to_owned()),
            },
            ..model
        }
    }

    /// The same with what there is to say about an engine of this process.
    #[must_use]
    pub(super) fn described_by(self, engine: &EngineInfo) -> Self {
        Self {
            description: engine.description.clone(),
            pricing: "local",
            installed: Some(engine.installed),
            note: Some(engine.note.clone()),
            ..self
        }
    }
}
