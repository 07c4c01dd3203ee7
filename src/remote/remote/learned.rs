//! What targets were found to refuse: parameters that can be left out, remembered by model.
//!
//! Catalogs know the habits of well-known models; for all others a refusal that names a parameter teaches it, once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::task::Chat;

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
