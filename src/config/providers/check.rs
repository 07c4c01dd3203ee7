//! What an entry must hold beyond its types: nothing that can only be meant otherwise.
//!
//! Complaints come as offsets into the file and sentences; `read` makes places of the offsets.

use std::collections::BTreeSet;

use mediary_core::MediaKind;
use mediary_core::capability::{Lifecycle, TaskKind, Tier};
use toml::Spanned;

use super::{Accepted, DialectName, ModelEntry, ProviderEntry};

type Complaints = Vec<(usize, String)>;

/// Complaints about an entry, wherever it was written.
pub(super) fn entry(entry: &ProviderEntry) -> Complaints {
    let mut complaints = Complaints::new();
    let none = ModelEntry::default();
    let defaults = entry.defaults.as_ref().map_or(&none, Spanned::get_ref);
    if let Some(defaults) = entry.defaults.as_ref().filter(|defaults| defaults.get_ref().id.is_some()) {
        complaints.push((defaults.span().start, "`defaults` are of all models and have no `id`".to_owned()));
    }
    let mut ids = BTreeSet::new();
    for model in &entry.models {
        let offset = model.span().start;
        let Some(id) = model.get_ref().id.as_deref().filter(|id| !id.trim().is_empty()) else {
            complaints.push((offset, "a model without an `id`".to_owned()));
            continue;
        };
        if !ids.insert(id) {
            complaints.push((offset, format!("the model `{id}` is listed twice")));
        }
        let whole = model.get_ref().clone().over(defaults);
        complaints
            .extend(model_faults(&whole, entry.dialect).map(|fault| (offset, format!("the model `{id}` {fault}"))));
    }
    complaints
}

/// Complaints about a catalog, which has nothing below it to take from.
pub(super) fn catalog(entry: &ProviderEntry) -> Complaints {
    let mut complaints = Complaints::new();
    for (key, is_there) in
        [("name", entry.name.is_some()), ("dialect", entry.dialect.is_some()), ("base_url", entry.base_url.is_some())]
    {
        if !is_there {
            complaints.push((0, format!("a catalog needs `{key}`")));
        }
    }
    if entry.api_keys.is_some() {
        complaints.push((0, "keys do not belong into a catalog; write `api_keys` under [[providers]]".to_owned()));
    }
    if entry.proxy.is_some() {
        complaints.push((0, "a proxy does not belong into a catalog; write `proxy` under [[providers]]".to_owned()));
    }
    let none = ModelEntry::default();
    let defaults = entry.defaults.as_ref().map_or(&none, Spanned::get_ref);
    for model in &entry.models {
        if model.get_ref().clone().over(defaults).tasks.is_none_or(|tasks| tasks.is_empty()) {
            let id = model.get_ref().id.as_deref().unwrap_or_default();
            complaints.push((model.span().start, format!("the model `{id}` has no `tasks`")));
        }
    }
    complaints
}

fn model_faults(model: &ModelEntry, dialect: Option<DialectName>) -> impl Iterator<Item = String> {
    let chats = model.tasks.as_ref().is_none_or(|tasks| tasks.contains(&TaskKind::Chat));
    let tiers = model.tiers.iter().flatten();
    let lifecycle = model.lifecycle.unwrap_or_default();
    let ranked = tiers.clone().next().is_some();
    let mut faults = Vec::new();
    if ranked && !chats {
        faults.push("does not chat, so it serves no tier".to_owned());
    }
    if ranked && (lifecycle == Lifecycle::Retired || lifecycle.is_asked_by_name_only()) {
        faults.push("is on its way out, so it serves no tier".to_owned());
    }
    for (tier, rank) in tiers {
        match (tier, rank) {
            (Tier::Auto, _) => faults.push("has a rank in `auto`, which stands for the other tiers".to_owned()),
            (tier, 0) => faults.push(format!("has rank 0 in `{tier}`; ranks count from 1")),
            _ => {}
        }
    }
    if model.batch_percent.is_some_and(|percent| !(1..=99).contains(&percent)) {
        faults.push("has a `batch_percent` that is none from 1 to 99".to_owned());
    }
    if let Some(vectors) = &model.vectors {
        if !model.tasks.as_ref().is_some_and(|tasks| tasks.contains(&TaskKind::Embedding)) {
            faults.push("has `vectors`, so its `tasks` have to name \"embedding\"".to_owned());
        }
        if vectors.family.as_deref().is_some_and(|family| family.trim().is_empty()) {
            faults.push("has `vectors` of a family without a name".to_owned());
        }
        if vectors.takes_tokens == Some(true)
            && let Some(dialect) = dialect.filter(|dialect| *dialect != DialectName::Openai)
        {
            faults.push(format!("takes tokens, which the dialect {} has no form for", dialect.as_str()));
        }
    }
    let Some(dialect) = dialect.filter(|_| chats) else { return faults.into_iter() };
    for accepted in model.accepts.iter().flatten() {
        let name = dialect.as_str();
        match accepted {
            Accepted::Kind(MediaKind::Text) => {}
            Accepted::Kind(kind) if dialect.formats(*kind).is_empty() => {
                faults.push(format!("accepts {kind}, which the dialect {name} has no form for"));
            }
            Accepted::Format(format) if format.kind() != MediaKind::Text && !dialect.carries(*format) => {
                faults.push(format!("accepts {format}, which the dialect {name} has no form for"));
            }
            Accepted::Kind(_) | Accepted::Format(_) => {}
        }
    }
    faults.into_iter()
}
