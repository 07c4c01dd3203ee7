//! What targets were found to refuse: parameters that can be left out, remembered by model.
//!
//! Catalogs know the habits of well-known models; for all others a refusal that names a parameter teaches it, once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::task::{Chat, Task};

use crate::Quirks;
use crate::endpoint::LIMITS;

/// Written unasked into requests for streams, so that their tokens are counted. A client loses nothing by its lack.
const UNASKED: &str = "stream_options";
/// More models than this are not remembered.
const MOST_MODELS: usize = 1_000;

/// What the models of a provider refuse.
#[derive(Debug, Clone, Default)]
pub(super) struct Learned(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Learned {
    /// What a model refuses.
    pub(super) fn of(&self, model: &str) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(model).cloned().unwrap_or_default()
    }

    /// Remembers that a model refuses a parameter.
    pub(super) fn add(&self, model: &str, name: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_MODELS && !known.contains_key(model) {
            known.clear();
        }
        let names = known.entry(model.to_owned()).or_default();
        if !names.iter().any(|its| its == name) {
            names.push(name.to_owned());
        }
    }
}

/// The names of what a chat asks for and can be done without.
pub(super) fn of_chat(chat: &Chat) -> Vec<String> {
    let sampling = &chat.sampling;
    let named = [
        ("temperature", sampling.temperature.is_some()),
        ("top_p", sampling.top_p.is_some()),
        ("top_k", sampling.top_k.is_some()),
        ("seed", sampling.seed.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("reasoning_effort", chat.effort.is_some()),
        ("parallel_tool_calls", chat.parallel_tool_calls.is_some()),
        ("stop", !sampling.stop.is_empty()),
        ("cache_control", chat.has_cache_marks()),
        ("name", chat.messages.iter().any(|message| message.name.is_some())),
        ("reasoning_content", chat.messages.iter().any(|message| message.reasoning.is_some())),
        ("refusal", chat.messages.iter().any(|message| message.refusal.is_some())),
    ];
    let mut names: Vec<String> = named.into_iter().filter(|(_, sent)| *sent).map(|(name, _)| name.to_owned()).collect();
    let extras = chat.messages.iter().flat_map(|message| message.extras.keys()).chain(chat.extras.keys());
    // Sound in the reply is demanded, not wished for.
    names.extend(extras.filter(|name| !matches!(name.as_str(), "modalities" | "audio")).cloned());
    names.sort_unstable();
    names.dedup();
    names
}

/// How a provider departs from its dialect, with what one of its models was found to refuse: the limit of a reply has
/// another name there, which is tried before it is left out.
pub(super) fn habits<'q>(quirks: &'q Quirks, refused: &[String]) -> Cow<'q, Quirks> {
    let is_refused = |name: &str| refused.iter().any(|refused| refused == name);
    let is_otherwise = is_refused(quirks.limit()) && !has_no_limit(refused);
    if !is_otherwise && !is_refused(UNASKED) {
        return Cow::Borrowed(quirks);
    }
    Cow::Owned(Quirks {
        max_completion_tokens: quirks.max_completion_tokens != is_otherwise,
        stream_usage: quirks.stream_usage && !is_refused(UNASKED),
        ..quirks.clone()
    })
}

/// Whether the limit of a reply is refused by both of its names.
pub(super) fn has_no_limit(refused: &[String]) -> bool {
    LIMITS.iter().all(|name| refused.iter().any(|refused| refused == name))
}

/// The names of what is written unasked, or by one of two names.
pub(super) fn written(task: &Task, quirks: &Quirks, dropped: &[String]) -> Vec<String> {
    let Task::Chat(chat) = task else { return Vec::new() };
    let is_limited = chat.sampling.max_tokens.is_some() && !dropped.iter().any(|name| LIMITS.contains(&name.as_str()));
    let limit = is_limited.then(|| quirks.limit().to_owned());
    let unasked = (chat.stream && quirks.stream_usage).then(|| UNASKED.to_owned());
    limit.into_iter().chain(unasked).collect()
}
