//! From a listed model to a row of the matrix.

use mediary_core::MediaKind;
use mediary_core::capability::{Abilities, Acceptance, Lifecycle, Price, Rate, Rates, TaskKind};
use mediary_core::provider::ListedModel;

use crate::providers::{ProviderSetup, vector_space};

/// What its provider's entry says of a model, with what the list says over it.
pub(super) fn of(setup: &ProviderSetup, model: &ListedModel) -> Abilities {
    let tasks: &[TaskKind] = match model.embedding {
        Some(true) => &[TaskKind::Embedding],
        _ => &model.tasks,
    };
    let mut row = setup.discovered(&model.name, tasks);
    let chats = row.does(TaskKind::Chat);
    row.tools |= chats && model.tools.unwrap_or(false);
    row.reasoning |= chats && model.thinking.unwrap_or(false);
    row.context_tokens = model.context_tokens.or(row.context_tokens);
    row.output_tokens = model.output_tokens.or(row.output_tokens);
    if row.does(TaskKind::Embedding) {
        row.vectors.get_or_insert_with(|| vector_space(&model.name));
    }
    match model.vision.filter(|_| chats) {
        Some(true) => {
            row.accepts = setup.dialect.formats(MediaKind::Image).iter().copied().map(Acceptance::of).collect();
        }
        Some(false) => row.accepts = Vec::new(),
        None => {}
    }
    // A provider without a catalog of models is known by its list alone; beside a catalog, it is not known what it costs to
    // fall back to whatever else is there.
    if !setup.discovers {
        row.lifecycle = Lifecycle::Listed;
        row.price = price(model);
    }
    row
}

/// The rows that a new list makes of an old one: those that are new or other, and what is gone.
pub(super) fn changed(setup: &ProviderSetup, known: &[ListedModel], now: &[ListedModel]) -> Vec<Abilities> {
    let is_there = |model: &&ListedModel| now.iter().any(|its| its.name == model.name);
    let gone = known.iter().filter(|model| !is_there(model));
    let gone = gone.map(|model| Abilities { lifecycle: Lifecycle::Retired, ..of(setup, model) });
    now.iter().map(|model| of(setup, model)).chain(gone).collect()
}

/// What the list says it costs.
fn price(model: &ListedModel) -> Price {
    let Some((input, output)) = model.input_usd.zip(model.output_usd) else { return Price::Unknown };
    if input == 0.0 && output == 0.0 {
        return Price::Free;
    }
    match Rate::written(input).zip(Rate::written(output)) {
        Some((input, output)) => {
            Price::Paid(Rates { input_usd: Some(input), output_usd: Some(output), ..Rates::default() })
        }
        None => Price::Unknown,
    }
}
