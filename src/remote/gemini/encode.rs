//! A chat as a call of `generateContent`: everything but the turns, which are [`super::turns`]'s.
//!
//! Schemas travel as plain JSON Schema rather than in Gemini's own subset of it, so nothing of them has to be
//! rewritten. Whether several functions may be called at once cannot be said here; it is left to the model.

use mediary_core::Failure;
use mediary_core::task::{Chat, Effort, Extras, OwnFields, ReplyFormat, Tool, ToolChoice};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::Value;

use super::generation::Generation;
use super::turns::turns;
use super::wire::{
    AnyDeclaration, AnyToolConfig, CallingConfig, CountRequest, Declaration, GenerationConfig, Request, Thinking,
    ThinkingConfig, ToolConfig, Tools,
};
use crate::body;
use crate::dialect::{ChatCall, HttpCall};

/// More texts that end a reply are refused.
const MOST_STOPS: usize = 5;
/// Fields of a request of this format that have a place of their own here.
const GENERATION: &str = "generationConfig";
const TOOLS: &str = "toolConfig";
/// What may stand in a model's name as it is; anything else could leave the path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A chat to be answered.
pub(super) fn encode(call: &ChatCall<'_>) -> Result<HttpCall, Failure> {
    let chat = call.task;
    let request = request(call)?;
    let name = plain_name(call.model());
    let method = if chat.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let mut out = body::buffer(chat);
    body::write(&mut out, &request)?;
    if chat.has_cache_marks() {
        call.leave_out("cache_control");
    }
    Ok(HttpCall::json(format!("/models/{}:{method}", in_path(name)), out).without(call))
}

/// A chat to be counted.
pub(super) fn encode_count(call: &ChatCall<'_>) -> Result<HttpCall, Failure> {
    let name = plain_name(call.model());
    let asked = request(call)?;
    let request = Request { model: Some(format!("models/{name}")), ..asked };
    let mut out = body::buffer(call.task);
    body::write(&mut out, &CountRequest { generate_content_request: request })?;
    Ok(HttpCall::json(format!("/models/{}:countTokens", in_path(name)), out).without(call))
}

fn request<'a>(call: &ChatCall<'a>) -> Result<Request<'a>, Failure> {
    let chat = call.task;
    let generation = Generation::of(call.model());
    call.systems_go_first();
    call.only_signed_thoughts_go(super::NAME);
    call.names_stay_behind();
    let (system_instruction, contents) = turns(chat, generation)?;
    let own = chat.own.as_ref().filter(|own| own.wire_format == super::NAME);
    Ok(Request {
        model: None,
        system_instruction,
        contents,
        tools: tools(chat),
        tool_config: match own.and_then(|own| own.fields.get(TOOLS)) {
            Some(theirs) => Some(AnyToolConfig::Theirs(theirs)),
            None => tool_config(chat).map(AnyToolConfig::Ours),
        },
        safety_settings: chat.extras.get("safety_settings").filter(|_| call.sends("safety_settings")),
        generation_config: generation_config(call, generation, own),
        own: own.map(further_fields).unwrap_or_default(),
    })
}

/// Fields of this format that nothing else of a request says.
fn further_fields(own: &OwnFields) -> Extras {
    let further = own.fields.iter().filter(|(name, _)| !matches!(name.as_str(), GENERATION | TOOLS));
    further.map(|(name, value)| (name.clone(), value.clone())).collect()
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
    let functions: Vec<AnyDeclaration<'_>> = chat.tools.iter().map(declaration).collect();
    let functions = (!functions.is_empty()).then_some(Tools::Functions { function_declarations: functions });
    functions.into_iter().chain(chat.hosted_tools.iter().map(|tool| Tools::Hosted(&tool.definition))).collect()
}

/// A function: as a client of this format wrote it, else in our words.
pub(super) fn declaration(tool: &Tool) -> AnyDeclaration<'_> {
    let piece = tool.original.as_ref().and_then(|original| original.pieces_for(super::NAME)?.first());
    if let Some(written) = piece.and_then(|piece| serde_json::from_slice(piece).ok()) {
        return AnyDeclaration::Written(written);
    }
    let schema = tool.parameters.as_ref().filter(|schema| describes_something(schema));
    AnyDeclaration::Ours(Declaration {
        name: &tool.name,
        description: tool.description.as_deref(),
        parameters_json_schema: schema.map(without_dialect),
    })
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
        ToolChoice::Named(name) => ("ANY", Some([name.as_str()])),
    };
    Some(ToolConfig { function_calling_config: CallingConfig { mode, allowed_function_names: named } })
}

fn generation_config<'a>(call: &ChatCall<'a>, generation: Generation, own: Option<&OwnFields>) -> GenerationConfig<'a> {
    let chat = call.task;
    let sampling = &chat.sampling;
    let theirs = their_config(call, generation, own);
    let has = |name: &str| theirs.contains_key(name);
    let (response_mime_type, response_json_schema) = match &chat.format {
        _ if has("responseMimeType") => (None, None),
        ReplyFormat::Text => (None, None),
        ReplyFormat::Json => (Some("application/json"), None),
        ReplyFormat::Schema { schema, .. } => (Some("application/json"), Some(without_dialect(schema))),
    };
    let thinks = call.abilities.reasoning && !has("thinkingConfig");
    let (least, most) = generation.budgets();
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
        response_modalities: modalities(call).filter(|_| !has("responseModalities")),
        thinking_config: chat.effort.filter(|_| thinks).map(|effort| ThinkingConfig {
            include_thoughts: effort != Effort::None,
            amount: match call.granted(least, most).filter(|_| effort != Effort::None) {
                Some(tokens) => Thinking::ThinkingBudget(tokens),
                None => generation.thinking(effort),
            },
        }),
        own: theirs,
    }
}

/// What a client of this format asked for beyond what all formats can say, or in its own way, as far as it holds for this
/// target.
fn their_config(call: &ChatCall<'_>, generation: Generation, own: Option<&OwnFields>) -> Extras {
    let config = own.and_then(|own| own.fields.get(GENERATION)).and_then(Value::as_object);
    let is_heard_or_seen = call.task.extras.contains_key("modalities") && call.sends("modalities");
    let holds = |name: &str, value: &Value| match name {
        "thinkingConfig" => call.abilities.reasoning && generation.thinks_as(value),
        // An answer that is spoken here is asked for in words.
        "responseModalities" | "speechConfig" => is_heard_or_seen,
        _ => true,
    };
    let kept = config.into_iter().flatten().filter(|(name, value)| holds(name, value));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
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
