//! A chat as a call of `generateContent`: everything but the turns, which are [`super::turns`]'s.
//!
//! Schemas travel as plain JSON Schema rather than in Gemini's own subset of it, so nothing of them has to be
//! rewritten. Whether several functions may be called at once cannot be said here; it is left to the model.

use mediary_core::Failure;
use mediary_core::task::{Chat, Effort, ReplyFormat, ToolChoice};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::Value;

use super::generation::Generation;
use super::names::written;
use super::turns::turns;
use super::wire::{CallingConfig, Declaration, GenerationConfig, Request, ThinkingConfig, ToolConfig, Tools};
use crate::body;
use crate::dialect::{ChatCall, HttpCall};

/// More texts that end a reply are refused.
const MOST_STOPS: usize = 5;
/// What may stand in a model's name as it is; anything else could leave the path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn encode(call: &ChatCall<'_>) -> Result<HttpCall, Failure> {
    let chat = call.task;
    let generation = Generation::of(call.model());
    call.systems_go_first();
    let (system_instruction, contents) = turns(chat, generation)?;
    let request = Request {
        system_instruction,
        contents,
        tools: tools(chat),
        tool_config: tool_config(chat),
        safety_settings: chat.extras.get("safety_settings").filter(|_| call.sends("safety_settings")),
        generation_config: generation_config(call, generation),
    };
    let name = plain_name(call.model());
    let method = if chat.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let mut out = body::buffer(chat);
    body::write(&mut out, &request)?;
    if chat.has_cache_marks() {
        call.leave_out("cache_control");
    }
    Ok(HttpCall::json(format!("/models/{}:{method}", in_path(name)), out).without(call))
}

/// A model's name without the folder that some write before it.
pub(super) fn plain_name(model: &str) -> &str {
    model.trim_start_matches("models/")
}

/// Where a model is found.
pub(super) fn model_path(model: &str) -> String {
    format!("/models/{}", in_path(plain_name(model)))
}

/// A model's name as it stands in a path.
pub(super) fn in_path(name: &str) -> PercentEncode<'_> {
    utf8_percent_encode(name, IN_PATH)
}

fn tools(chat: &Chat) -> Vec<Tools<'_>> {
    if chat.tools.is_empty() {
        return Vec::new();
    }
    let declaration = |tool: &'_ mediary_core::task::Tool| {
        let schema = tool.parameters.as_ref().filter(|schema| describes_something(schema));
        schema.map(without_dialect)
    };
    let function_declarations = chat.tools.iter().map(|tool| Declaration {
        name: written(&tool.name),
        description: tool.description.as_deref(),
        parameters_json_schema: declaration(tool),
    });
    vec![Tools { function_declarations: function_declarations.collect() }]
}

/// Whether a function takes anything: an object without properties is refused.
fn describes_something(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    let has_properties = schema.get("properties").and_then(Value::as_object).is_some_and(|all| !all.is_empty());
    let composes = ["$ref", "anyOf", "oneOf", "allOf"].iter().any(|key| schema.contains_key(*key));
    let is_open = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    has_properties || composes || is_open
}

/// The schema without the `$schema`s that name its own dialect, which are refused.
fn without_dialect(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, value)| *key != "$schema" || !value.is_string());
            Value::Object(kept.map(|(key, value)| (key.clone(), without_dialect(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_dialect).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

fn tool_config(chat: &Chat) -> Option<ToolConfig<'_>> {
    if chat.tools.is_empty() {
        return None;
    }
    let (mode, named) = match &chat.tool_choice {
        ToolChoice::Auto => return None,
        ToolChoice::None => ("NONE", None),
        ToolChoice::Required => ("ANY", None),
        ToolChoice::Named(name) => ("ANY", Some([written(name)])),
    };
    Some(ToolConfig { function_calling_config: CallingConfig { mode, allowed_function_names: named } })
}

fn generation_config<'a>(call: &ChatCall<'a>, generation: Generation) -> GenerationConfig<'a> {
    let chat = call.task;
    let sampling = &chat.sampling;
    let (response_mime_type, response_json_schema) = match &chat.format {
        ReplyFormat::Text => (None, None),
        ReplyFormat::Json => (Some("application/json"), None),
        ReplyFormat::Schema { schema, .. } => (Some("application/json"), Some(without_dialect(schema))),
    };
    GenerationConfig {
        temperature: sampling.temperature.filter(|_| call.sends("temperature")),
        top_p: sampling.top_p.filter(|_| call.sends("top_p")),
        top_k: sampling.top_k.filter(|_| call.sends("top_k")),
        candidate_count: (sampling.n > 1).then_some(sampling.n),
        max_output_tokens: sampling.max_tokens,
        stop_sequences: stop_sequences(call),
        seed: sampling.seed.filter(|_| call.sends("seed")),
        presence_penalty: sampling.presence_penalty.filter(|_| call.sends("presence_penalty")),
        frequency_penalty: sampling.frequency_penalty.filter(|_| call.sends("frequency_penalty")),
        response_logprobs: sampling.logprobs.map(|_| true),
        logprobs: sampling.logprobs.filter(|alternatives| *alternatives > 0),
        response_mime_type,
        response_json_schema,
        response_modalities: modalities(call),
        thinking_config: chat.effort.filter(|_| call.abilities.reasoning).map(|effort| ThinkingConfig {
            include_thoughts: effort != Effort::None,
            amount: generation.thinking(effort),
        }),
    }
}

/// Texts that end the reply, as many as are taken.
fn stop_sequences<'a>(call: &ChatCall<'a>) -> Option<&'a [String]> {
    let all = call.task.sampling.stop.as_slice();
    if all.len() > MOST_STOPS {
        call.leave_out("stop");
    }
    (!all.is_empty()).then(|| &all[..all.len().min(MOST_STOPS)])
}

/// `["text", "image"]` in capitals.
fn modalities(call: &ChatCall<'_>) -> Option<Vec<String>> {
    let asked = call.task.extras.get("modalities").filter(|_| call.sends("modalities"))?.as_array()?;
    Some(asked.iter().filter_map(Value::as_str).map(str::to_uppercase).collect())
}
