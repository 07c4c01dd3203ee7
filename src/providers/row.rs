//! From a model as written to a row of the matrix.

use std::num::NonZeroU32;

use mediary_core::capability::{
    Abilities, Acceptance, Lifecycle, Price, Responses, SoftSupport, Structured, TaskKind, VectorSpace, Voice,
};
use mediary_core::{MediaFormat, MediaKind, ModelName, Target};

use super::{DialectName, ModelInfo, ProviderSetup, vector_family, vector_space};
use crate::config::providers::{Accepted, ImageEntry, MediaLimits, ModelEntry, VideoEntry};

/// The row of a model. `entry` is whole: nothing is below it any more.
pub(super) fn abilities(provider: &ProviderSetup, model: &str, entry: &ModelEntry) -> Abilities {
    let tasks = entry.tasks.clone().unwrap_or_else(|| vec![TaskKind::Chat]);
    let lifecycle = entry.lifecycle.unwrap_or_default();
    // What is common to a provider's models is said of chats; other work knows none of it.
    let chats = tasks.contains(&TaskKind::Chat);
    let may_serve = chats && matches!(lifecycle, Lifecycle::Active | Lifecycle::Preview);
    let is_local = provider.is_loopback && !is_relayed(provider.dialect, model);
    let unpriced = if is_local { Price::Free } else { Price::Unknown };
    let says = |ability: Option<bool>| chats && ability.unwrap_or(false);
    let tools = says(entry.tools);
    // Written once for all models of a provider, they are of those that speak.
    let speaks = tasks.contains(&TaskKind::Speech);
    // A prompt may be gone on with in several ways as well.
    let replies = chats || tasks.contains(&TaskKind::Completion);
    let voices: Vec<Voice> = entry.voices.iter().flatten().filter(|_| speaks).map(|voice| voice.0.clone()).collect();
    let is_batched = chats || tasks.contains(&TaskKind::Embedding);
    let vectors = tasks.contains(&TaskKind::Embedding).then(|| vectors(model, entry));
    Abilities {
        target: Target { provider: provider.id.clone(), model: ModelName::new(model) },
        priority: provider.priority,
        priority_is_set: provider.priority_is_set,
        is_local,
        accepts: accepts(provider.dialect, &tasks, entry),
        tasks,
        context_tokens: entry.context_tokens,
        output_tokens: entry.output_tokens,
        tools,
        tool_choice: tools && entry.tool_choice.unwrap_or(true),
        custom_tools: tools
            && matches!(provider.dialect, DialectName::Openai | DialectName::Responses)
            && entry.custom_tools.unwrap_or(false),
        // Where a format has no place for them they go into a turn of the user's.
        media_in_tool_results: tools && entry.media_in_tool_results.unwrap_or(true),
        streaming: entry.streaming.unwrap_or(true),
        structured: entry.structured.filter(|_| chats).unwrap_or(Structured::None),
        reasoning: says(entry.reasoning),
        hosted_tools: entry.hosted_tools.clone().filter(|_| chats).unwrap_or_default(),
        tool_format: provider.dialect.dialect().tool_format(),
        responses: entry.responses.filter(|_| chats).unwrap_or_default(),
        logprobs: says(entry.logprobs),
        many_replies: replies && entry.many_replies == Some(true),
        audio_output: says(entry.audio_output),
        speakers: entry.speakers.unwrap_or(false),
        soft: soft(provider, entry),
        price: entry.price.map_or(unpriced, |price| price.0),
        batch_percent: entry.batch_percent.filter(|_| is_batched),
        ranks: entry.tiers.iter().flatten().filter(|_| may_serve).map(|(tier, rank)| (*tier, *rank)).collect(),
        lifecycle,
        vectors,
        languages: entry.languages.clone().unwrap_or_default(),
        voices,
        gives: entry.gives.clone().unwrap_or_default(),
        images: entry.images.as_ref().map(ImageEntry::abilities).unwrap_or_default(),
        video: entry.video.as_ref().map(VideoEntry::abilities),
        missing: None,
    }
}

/// The vectors of a model: as its entry has them, else as its name is known.
fn vectors(model: &str, entry: &ModelEntry) -> VectorSpace {
    let Some(written) = &entry.vectors else { return vector_space(model) };
    VectorSpace {
        family: written.family.as_ref().map_or_else(|| vector_family(model), |family| family.trim().to_lowercase()),
        dimensions: written.dimensions.map(NonZeroU32::get),
        is_shortenable: written.shortenable.unwrap_or(false),
        takes_tokens: written.takes_tokens.unwrap_or(false),
        inputs: written.inputs.map(NonZeroU32::get),
        batch_tokens: written.batch_tokens.map(NonZeroU32::get),
    }
}

/// What there is to say about a model beside its row.
pub(super) fn info(entry: &ModelEntry) -> ModelInfo {
    ModelInfo {
        name: entry.name.clone(),
        free_limits: entry.free_limits.unwrap_or_default(),
        aliases: entry.aliases.clone().unwrap_or_default(),
    }
}

/// Whether a local Ollama only passes requests for this model on to its maker's cloud.
fn is_relayed(dialect: DialectName, model: &str) -> bool {
    let tag = model.rsplit_once(':').map_or("", |(_, tag)| tag);
    dialect == DialectName::Ollama && (tag == "cloud" || tag.ends_with("-cloud"))
}

fn is_apart_from_chats(task: TaskKind) -> bool {
    matches!(
        task,
        TaskKind::Transcription
            | TaskKind::Translation
            | TaskKind::Speech
            | TaskKind::ImageGeneration
            | TaskKind::ImageEdit
            | TaskKind::ImageVariation
            | TaskKind::VideoGeneration
    )
}

fn soft(provider: &ProviderSetup, entry: &ModelEntry) -> SoftSupport {
    let refused = provider.endpoint.quirks.refuses.iter().chain(entry.refuses.iter().flatten());
    // What a dialect knows is said of chats; what has no place in other work is noted when that is written.
    if entry.tasks.as_ref().is_some_and(|tasks| tasks.iter().all(|task| is_apart_from_chats(*task))) {
        return SoftSupport::AllBut(refused.cloned().collect());
    }
    let dialect = match entry.responses {
        Some(Responses::Only) => DialectName::Responses.dialect(),
        _ => provider.dialect.dialect(),
    };
    match dialect.soft_parameters() {
        None if provider.endpoint.quirks.knows.is_empty() => SoftSupport::AllBut(refused.cloned().collect()),
        None => {
            let refused: Vec<&String> = refused.collect();
            let known = provider.endpoint.quirks.knows.iter();
            SoftSupport::Only(known.filter(|name| !refused.contains(name)).cloned().collect())
        }
        Some(known) => {
            let refused: Vec<&String> = refused.collect();
            let embeds = entry.tasks.as_ref().is_some_and(|tasks| tasks.contains(&TaskKind::Embedding));
            let of_texts = dialect.soft_parameters_of_texts().iter().filter(|_| embeds);
            let taken = known.iter().chain(of_texts).filter(|name| refused.iter().all(|refused| refused != *name));
            SoftSupport::Only(taken.map(|name| (*name).to_owned()).collect())
        }
    }
}

fn accepts(dialect: DialectName, tasks: &[TaskKind], entry: &ModelEntry) -> Vec<Acceptance> {
    let chats = tasks.contains(&TaskKind::Chat);
    let mut formats: Vec<MediaFormat> = Vec::new();
    for accepted in entry.accepts.iter().flatten() {
        let named = match accepted {
            Accepted::Kind(kind) => dialect.formats(*kind),
            // The word is a medium's name and a format's; a chat's text files go as its dialect has it.
            Accepted::Format(format) if chats && format.kind() == MediaKind::Text => {
                if dialect.carries(*format) {
                    std::slice::from_ref(format)
                } else {
                    &[]
                }
            }
            Accepted::Format(format) => std::slice::from_ref(format),
        };
        formats.extend(named.iter().filter(|format| !formats.contains(format)).copied().collect::<Vec<_>>());
    }
    // What speaks takes text, whether or not it is said; how much of it is a limit like any other.
    if tasks.contains(&TaskKind::Speech) && !formats.contains(&MediaFormat::Text) {
        formats.push(MediaFormat::Text);
    }
    formats.into_iter().map(|format| limited(format, entry)).collect()
}

fn limited(format: MediaFormat, entry: &ModelEntry) -> Acceptance {
    let of = |accepted| entry.limits.as_ref().and_then(|limits| limits.get(&accepted)).copied().unwrap_or_default();
    let of_format = of(Accepted::Format(format));
    let MediaLimits { bytes, count, side_pixels, best_side_pixels, animated, seconds, pages, by_url } = of_format;
    let kind = of(Accepted::Kind(format.kind()));
    Acceptance {
        format,
        bytes: bytes.or(kind.bytes).map(|bytes| bytes.get()),
        count: count.or(kind.count),
        side_pixels: side_pixels.or(kind.side_pixels),
        best_side_pixels: best_side_pixels.or(kind.best_side_pixels),
        animated: animated.or(kind.animated).unwrap_or(false),
        seconds: seconds.or(kind.seconds),
        pages: pages.or(kind.pages),
        by_url: by_url.or(kind.by_url).unwrap_or(false),
    }
}
