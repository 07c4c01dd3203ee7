//! What an item of a list says of its model. Every vendor has other fields; one that is missing, or in a shape that was not
//! expected, says nothing.

use mediary_core::capability::TaskKind;
use mediary_core::provider::ListedModel;
use serde_json::Value;

use super::kind;

/// The model of an item; `None` where it is none, or one that cannot be called.
pub(super) fn of(item: &Value) -> Option<ListedModel> {
    let name = item.get("id")?.as_str().filter(|name| !name.is_empty())?.to_owned();
    if item.get("active").and_then(Value::as_bool) == Some(false) {
        return None;
    }
    let tasks = tasks(item, &name);
    let (input_usd, output_usd) = price(item).unzip();
    let takes = words(item, &["/architecture/input_modalities", "/supported_input_modalities", "/input_modalities"]);
    let flag = |path: &str| item.pointer(path).and_then(Value::as_bool);
    let vision = takes.as_ref().map(|takes| takes.iter().any(|word| word == "image"));
    let parameters = words(item, &["/supported_parameters"]);
    let takes_parameter =
        |names: &[&str]| parameters.as_ref().map(|all| all.iter().any(|name| names.contains(&name.as_str())));
    let abilities = words(item, &["/capabilities"]);
    let tool_words = |all: &Vec<String>| all.iter().any(|word| matches!(word.as_str(), "tool-calling" | "tools"));
    Some(ListedModel {
        tools: flag("/capabilities/function_calling")
            .or_else(|| flag("/tools_calling"))
            .or_else(|| takes_parameter(&["tools"]))
            .or_else(|| abilities.as_ref().map(tool_words)),
        thinking: takes_parameter(&["reasoning", "reasoning_effort"])
            .or_else(|| flag("/reasoning"))
            .or_else(|| flag("/capabilities/reasoning")),
        vision: flag("/capabilities/vision").or(vision),
        embedding: (tasks == [TaskKind::Embedding]).then_some(true),
        context_tokens: tokens(
            item,
            &[
                "/context_length",
                "/context_window",
                "/context_window/tokens",
                "/max_context_length",
                "/limits/max_input_tokens",
                "/max_model_len",
                "/meta/n_ctx_train",
            ],
        ),
        output_tokens: tokens(
            item,
            &[
                "/max_completion_tokens",
                "/max_output_tokens",
                "/top_provider/max_completion_tokens",
                "/limits/max_output_tokens",
            ],
        ),
        capabilities: Vec::new(),
        input_usd,
        output_usd,
        owner: item.get("owned_by").and_then(Value::as_str).map(str::to_owned),
        tasks,
        name,
    })
}

/// What it does: by what it makes, else by what its kind is called, else by its name.
fn tasks(item: &Value, name: &str) -> Vec<TaskKind> {
    let makes = ["/architecture/output_modalities", "/supported_output_modalities", "/output_modalities"];
    if let Some(makes) = words(item, &makes) {
        let tasks: Vec<TaskKind> = makes.iter().filter_map(|word| kind::that_makes(word)).collect();
        // What answers in words and in pictures is asked by chats.
        return if tasks.contains(&TaskKind::Chat) { vec![TaskKind::Chat] } else { tasks };
    }
    if item.pointer("/capabilities/completion_chat").and_then(Value::as_bool) == Some(true) {
        return vec![TaskKind::Chat];
    }
    let kind = ["type", "task", "model_type"].iter().find_map(|field| item.get(*field)?.as_str());
    kind.and_then(kind::called).or_else(|| kind::named(name)).into_iter().collect()
}

/// Lower-case words of the first of these places that holds a list of them.
fn words(item: &Value, places: &[&str]) -> Option<Vec<String>> {
    let list = places.iter().find_map(|place| item.pointer(place)?.as_array())?;
    Some(list.iter().filter_map(Value::as_str).map(str::to_lowercase).collect())
}

fn tokens(item: &Value, places: &[&str]) -> Option<u32> {
    let number = |place: &&str| item.pointer(place)?.as_u64().and_then(|number| u32::try_from(number).ok());
    places.iter().find_map(number).filter(|number| *number > 0)
}

/// Dollars for a million tokens of request and of reply, out of texts in dollars a token. What varies, or is written as
/// numbers of an unknown unit, is not known.
fn price(item: &Value) -> Option<(f64, f64)> {
    let of = |field: &str| {
        let dollars: f64 = item.pointer(field)?.as_str()?.parse().ok()?;
        // Beyond the ninth digit there are only errors of binary fractions.
        let million = (dollars * 1e15).round() / 1e9;
        Some(million).filter(|million| million.is_finite() && *million >= 0.0)
    };
    of("/pricing/prompt").zip(of("/pricing/completion"))
}
