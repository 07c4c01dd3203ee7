//! LiteLLM: names for models, several of which may stand behind one.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::Table;

use super::carried::{Carried, Key};
use super::vendors;

/// What a `config.yaml` amounts to.
pub(super) fn carried(value: &Value) -> Carried {
    let mut carried = Carried::of("a LiteLLM config.yaml");
    let mut keys = KeysOfModels::default();
    for entry in value.get("model_list").and_then(Value::as_array).into_iter().flatten() {
        model(&mut carried, &mut keys, entry);
    }
    keys.note(&mut carried);
    if let Some(general) = value.get("general_settings").and_then(Value::as_object) {
        for (name, value) in general {
            match (name.as_str(), value.as_str().and_then(Key::of)) {
                ("master_key", Some(key)) => carried.let_in(key),
                (name, _) => carried.note(format!("general_settings.{name}")),
            }
        }
    }
    for section in ["router_settings", "litellm_settings"] {
        for (name, value) in value.get(section).and_then(Value::as_object).into_iter().flatten() {
            setting(&mut carried, section, name, value);
        }
    }
    for name in
        value.get("environment_variables").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name)
    {
        carried.note(format!("environment_variables.{name}: set it in the environment"));
    }
    carried
}

fn setting(carried: &mut Carried, section: &str, name: &str, value: &Value) {
    match name {
        "fallbacks" | "context_window_fallbacks" | "content_policy_fallbacks" | "default_fallbacks" => {
            fallbacks(carried, name, value);
        }
        "model_group_alias" => {
            for (alias, of) in value.as_object().into_iter().flatten() {
                let of = of.as_str().or_else(|| of.get("model")?.as_str()).unwrap_or_default();
                for target in carried.targets(of) {
                    carried.alias(alias, target);
                }
            }
        }
        "num_retries" => {
            carried.note(format!(
                "{section}.num_retries: a breakdown is retried once on the same target, then the next one is asked"
            ));
        }
        "timeout" | "request_timeout" | "stream_timeout" => {
            carried.note(format!("{section}.{name}: see routing.first_byte_seconds, whole_seconds and stall_seconds"));
        }
        // What a target does not take is always left out and named.
        "drop_params" => {}
        "routing_strategy" => {
            carried.note(format!(
                "{section}.routing_strategy: targets are ordered by tier, priority and how they have been doing"
            ));
        }
        name => carried.note(format!("{section}.{name}")),
    }
}

/// Lists such as `[{a: [b, c]}]`: what stands behind b and c is asked after what stands behind a.
fn fallbacks(carried: &mut Carried, kind: &str, value: &Value) {
    for rule in value.as_array().into_iter().flatten() {
        for (name, others) in rule.as_object().into_iter().flatten() {
            let others: Vec<&str> = others.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if carried.targets(name).is_empty() {
                carried.note(format!("{kind} of `{name}`, which is no model of the list"));
                continue;
            }
            for target in others.iter().flat_map(|other| carried.targets(other)).collect::<Vec<_>>() {
                carried.alias(name, target);
            }
        }
        if rule.is_string() {
            carried.note(format!("{kind}: name the list under [aliases]"));
        }
    }
}

fn model(carried: &mut Carried, keys: &mut KeysOfModels, entry: &Value) {
    let name = entry.get("model_name").and_then(Value::as_str).unwrap_or_default();
    let Some(params) = entry.get("litellm_params") else {
        carried.note(format!("the model `{name}` without litellm_params"));
        return;
    };
    let text = |field: &str| params.get(field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let Some(written) = text("model") else {
        carried.note(format!("the model `{name}` without litellm_params.model"));
        return;
    };
    if name.contains('*') || written.contains('*') {
        carried.note(format!("the pattern `{name}`: models are asked for as provider/model here, without one"));
        return;
    }
    let api_base = text("api_base").or_else(|| text("base_url"));
    let (api_base, has_secret) = match api_base.and_then(without_secret) {
        Some(plain) => (Some(plain), true),
        None => (api_base.map(str::to_owned), false),
    };
    if has_secret {
        carried.note(format!("the name and password in the address of `{name}`: write a key under api_keys"));
    }
    let api_base = api_base.as_deref();
    let (vendor, model) = written.split_once('/').unwrap_or(("openai", written));
    let known = vendors::known(vendor);
    // An OpenAI-compatible server of one's own is written as openai/MODEL with an address.
    let (id, api_base) = match (known.as_deref(), api_base) {
        (Some("openai"), Some(base)) if !base.contains("api.openai.com") => (host_id(base), Some(base)),
        (Some("azure"), Some(base)) => ("azure".to_owned(), Some(base)),
        (Some(known), base) => (known.to_owned(), base),
        (None, Some(base)) => (vendors::as_id(vendor), Some(base)),
        (None, None) => {
            carried.note(format!("the model `{name}`: its provider `{vendor}` is not known here"));
            return;
        }
    };
    let base = api_base.map(|base| address(&id, base));
    let key = text("api_key").and_then(Key::of);
    if text("api_version").is_some() {
        carried.note("api_version: Azure's `v1` face needs none");
    }
    for field in params.as_object().into_iter().flatten().map(|(field, _)| field.as_str()) {
        let is_read = ["model", "api_key", "api_base", "base_url", "api_version", "rpm", "tpm"].contains(&field)
            || field.ends_with("_cost_per_token");
        if !is_read {
            carried.note(format!("litellm_params.{field} of `{name}`"));
        }
    }
    // Vertex' compatible face wants the publisher too.
    let prefixed = (id == "vertex" && !model.contains('/')).then(|| format!("google/{model}"));
    let model = prefixed.as_deref().unwrap_or(model);
    let says = says(params, entry.get("model_info"));
    let provider = carried.provider_at(&id, base.as_deref());
    keys.used(&provider.id, model, key.clone());
    provider.add_key(key);
    provider.add_model(model, says);
    let target = format!("{}/{model}", provider.id);
    if !name.is_empty() && name != target {
        carried.alias(name, target);
    }
}

/// With which keys each model is called there: a key may be one model's alone, or of another account.
#[derive(Default)]
struct KeysOfModels(BTreeMap<String, BTreeMap<String, Vec<Option<Key>>>>);

impl KeysOfModels {
    fn used(&mut self, provider: &str, model: &str, key: Option<Key>) {
        let of_model = self.0.entry(provider.to_owned()).or_default().entry(model.to_owned()).or_default();
        if !of_model.contains(&key) {
            of_model.push(key);
        }
    }

    /// Says of which models that is not carried over: here all keys of a provider serve all of its models.
    fn note(&self, carried: &mut Carried) {
        for (provider, models) in &self.0 {
            let all = models.values().flatten();
            let is_bound = |keys: &Vec<Option<Key>>| all.clone().any(|key| !keys.contains(key));
            for (model, _) in models.iter().filter(|(_, keys)| is_bound(keys)) {
                carried.note(format!(
                    "that `{provider}/{model}` is called with some of the keys of `{provider}` only: here all keys of a \
                     provider serve all of its models; to keep them apart, move models and keys to a [[providers]] of \
                     another id, with the dialect and the base_url of `{provider}`"
                ));
            }
        }
    }
}

/// The address as the dialect of this provider wants it.
fn address(id: &str, base: &str) -> String {
    let base = base.trim_end_matches('/');
    match id {
        "ollama" if !base.ends_with("/api") => format!("{}/api", base.trim_end_matches("/v1")),
        "azure" if !base.ends_with("/openai/v1") => format!("{base}/openai/v1"),
        _ => base.to_owned(),
    }
}

/// An address without the name and password in it, if there are any.
fn without_secret(base: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (_, host) = authority.rsplit_once('@')?;
    Some(format!("{scheme}://{host}{path}"))
}

/// An id out of the host of an address.
fn host_id(base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    // What stands before an @ is a secret.
    vendors::as_id(authority.rsplit('@').next().unwrap_or(authority))
}

/// What is said of a model beside its name.
fn says(params: &Value, info: Option<&Value>) -> Table {
    let number = |field: &str| params.get(field).or_else(|| info?.get(field)).and_then(Value::as_f64);
    let whole = |field: &str| params.get(field).or_else(|| info?.get(field)).and_then(Value::as_i64);
    let mut says = Table::new();
    let mut limits = Table::new();
    for field in ["rpm", "tpm"] {
        if let Some(limit) = whole(field) {
            limits.insert(field.to_owned(), limit.into());
        }
    }
    if !limits.is_empty() {
        says.insert("free_limits".to_owned(), limits.into());
    }
    if let Some((input, output)) = number("input_cost_per_token").zip(number("output_cost_per_token")) {
        // Dollars a million tokens; beyond the ninth digit there are only errors of binary fractions.
        let million = |dollars: f64| (dollars * 1e15).round() / 1e9;
        let price: Table = [("input_usd", million(input)), ("output_usd", million(output))]
            .into_iter()
            .map(|(name, rate)| (name.to_owned(), rate.into()))
            .collect();
        says.insert("price".to_owned(), price.into());
    }
    for (theirs, ours) in [("max_input_tokens", "context_tokens"), ("max_output_tokens", "output_tokens")] {
        if let Some(tokens) = whole(theirs) {
            says.insert(ours.to_owned(), tokens.into());
        }
    }
    let flag = |field: &str| info.and_then(|info| info.get(field)).and_then(Value::as_bool);
    if flag("supports_function_calling") == Some(true) {
        says.insert("tools".to_owned(), true.into());
    }
    if flag("supports_vision") == Some(true) {
        says.insert("accepts".to_owned(), vec!["text", "image"].into());
    }
    let task = match info.and_then(|info| info.get("mode")).and_then(Value::as_str) {
        Some("embedding") => Some("embedding"),
        Some("image_generation") => Some("image_generation"),
        Some("audio_transcription") => Some("transcription"),
        Some("audio_speech") => Some("speech"),
        Some("rerank") => Some("rerank"),
        Some("moderation") => Some("moderation"),
        Some(_) | None => None,
    };
    if let Some(task) = task {
        says.insert("tasks".to_owned(), vec![task].into());
    }
    says
}
