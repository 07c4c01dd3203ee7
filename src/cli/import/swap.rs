//! ai-free-swap: groups of backends by priority behind one name.

use serde_json::Value;
use toml::Table;

use super::carried::{Carried, Key};
use super::vendors;

/// Qwen's address there, whose keys are of China's region.
const QWEN_THERE: &str = "https://dashscope.aliyuncs.com/compatible-mode/v1";

/// What a configuration amounts to.
pub(super) fn carried(value: &Value) -> Carried {
    let mut carried = Carried::of("an ai-free-swap configuration");
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(server) = value.get("server") {
        if let Some(host) = text(server, "host") {
            carried.set("server.host", host);
        }
        if let Some(port) = server.get("port").and_then(Value::as_i64) {
            carried.set("server.port", port);
        }
        if let Some(key) = text(server, "api_key").as_deref().and_then(Key::of) {
            carried.let_in(key);
        }
    }
    if let Some(cycles) = value.get("keep_cycles").and_then(Value::as_i64) {
        carried.set("routing.keep_cycles", cycles);
    }
    // There it is the default that any name goes to all.
    carried.set("routing.model_routing", text(value, "model_routing").unwrap_or_else(|| "any".to_owned()));
    // There it is the default that answers name their provider.
    carried.set("routing.show_provider", value.get("show_provider").and_then(Value::as_bool).unwrap_or(true));
    let alias = text(value, "model_name").unwrap_or_else(|| "aifree".to_owned());
    let mut groups: Vec<&Value> = value.get("providers").and_then(Value::as_array).into_iter().flatten().collect();
    groups.sort_by_key(|group| group.get("priority").and_then(Value::as_i64).unwrap_or(i64::MAX));
    for group in groups {
        let priority = group.get("priority").and_then(Value::as_i64);
        for backend in group.get("backends").and_then(Value::as_array).into_iter().flatten() {
            backend_of(&mut carried, backend, priority, &alias);
        }
    }
    carried
}

fn backend_of(carried: &mut Carried, backend: &Value, priority: Option<i64>, alias: &str) {
    let text = |name: &str| backend.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let (Some(provider), Some(model)) = (text("provider"), text("model")) else {
        carried.note("a backend without `provider` or `model`");
        return;
    };
    let base_url = text("base_url").or((provider == "qwen").then_some(QWEN_THERE));
    let known = vendors::known(provider);
    if known.is_none() && base_url.is_none() {
        carried.note(format!("the backend of `{provider}`, which is not known here and has no base_url"));
        return;
    }
    let id = known.unwrap_or_else(|| vendors::as_id(text("name").unwrap_or(provider)));
    for name in backend.get("extra").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
        match name.as_str() {
            "timeout" => carried.note("extra.timeout: see routing.first_byte_seconds and routing.whole_seconds"),
            "default_max_tokens" => carried.note("extra.default_max_tokens: requests say it themselves"),
            other => carried.note(format!("extra.{other} of the backend {id}")),
        }
    }
    let key = text("api_key").and_then(Key::of);
    let target = carried.provider_at(&id, base_url);
    target.add_key(key);
    target.add_model(model, Table::new());
    let id = target.id.clone();
    match (target.priority, priority) {
        (None, priority) => target.priority = priority,
        (Some(before), Some(now)) if before != now => {
            carried.note(format!(
                "{id} is in the groups {before} and {now}; a provider has one priority here, so {before} stands"
            ));
        }
        _ => {}
    }
    carried.alias(alias, format!("{id}/{model}"));
}
