//! What single vendors want otherwise in a chat or a text to embed, as their catalogs say: each a field or a few words.
//!
//! Whatever a client will see changed is noted, so that the answer's headers can say it.

use std::borrow::Cow;

use mediary_core::task::{Effort, InputType, Message, ReplyFormat, Role, Tool};
use serde_json::{Value, json};

use super::encode::sends;
use crate::body::Object;
use crate::dialect::{ChatCall, EmbedCall};
use crate::endpoint::{EffortForm, InputTypes};

/// What asks for JSON where the words of a chat do not.
const ASKS_FOR_JSON: &str = "Answer in JSON.";
/// Keywords of a schema that some refuse.
const REFUSED_KEYWORDS: [&str; 2] = ["$schema", "additionalProperties"];
/// Deeper schemas than this are left as they are.
const DEEPEST: u32 = 64;

/// Writes for how long to think.
pub(super) fn effort(request: &mut Object<'_>, call: &ChatCall<'_>) {
    let Some(effort) = call.task.effort.filter(|_| sends(call, "reasoning_effort")) else { return };
    // Some know it by another name, under which the client sent it as well; both are too many.
    let told = |name: &str| call.task.extras.contains_key(name) && sends(call, name);
    if ["reasoning", "thinking", "enable_thinking"].into_iter().any(told) {
        return;
    }
    call.grants_by_effort();
    let thinks = effort != Effort::None;
    let form = call.quirks.effort;
    if matches!(form, EffortForm::Thinking | EffortForm::ThinkingAndEffort) {
        let kind = if thinks { "enabled" } else { "disabled" };
        request.field("thinking", &json!({ "type": kind }));
    }
    match form {
        EffortForm::ReasoningEffort => request.field("reasoning_effort", effort.name()),
        EffortForm::ThinkingAndEffort if thinks => request.field("reasoning_effort", effort.name()),
        EffortForm::EnableThinking => request.field("enable_thinking", &thinks),
        EffortForm::Thinking | EffortForm::ThinkingAndEffort => {}
    }
}

/// The temperature, where it is sent.
pub(crate) fn temperature(call: &ChatCall<'_>) -> Option<f64> {
    let asked = call.task.sampling.temperature.filter(|_| sends(call, "temperature"))?;
    let most = call.quirks.most_temperature.map(f64::from).filter(|most| asked > *most);
    if most.is_some() {
        call.leave_out("temperature");
    }
    Some(most.unwrap_or(asked))
}

/// The texts that end the reply, as many as are taken.
pub(super) fn stops<'a>(call: &ChatCall<'a>) -> Option<&'a [String]> {
    let all = Some(call.task.sampling.stop.as_slice()).filter(|all| !all.is_empty() && call.sends("stop"))?;
    // Models of a provider that takes them may refuse them.
    if !call.quirks.takes("stop") || !call.abilities.soft.takes("stop") {
        call.leave_out("stop");
        return None;
    }
    let most = call.quirks.most_stops.filter(|most| all.len() > *most);
    if most.is_some() {
        call.leave_out("stop");
    }
    Some(&all[..most.unwrap_or(all.len())])
}

/// The messages, with words that ask for JSON where those are wanted and missing.
pub(crate) fn messages<'a>(call: &ChatCall<'a>) -> Cow<'a, [Message]> {
    let chat = call.task;
    let says_json = || {
        let mut texts = chat.messages.iter().map(Message::joined_text);
        texts.any(|text| text.to_ascii_lowercase().contains("json"))
    };
    if !call.quirks.says_json || !matches!(chat.format, ReplyFormat::Json) || says_json() {
        return Cow::Borrowed(&chat.messages);
    }
    call.leave_out("response_format");
    let mut messages = vec![Message::text(Role::System, ASKS_FOR_JSON)];
    messages.extend_from_slice(&chat.messages);
    Cow::Owned(messages)
}

/// Whether the target is told of all functions, and which of them may be called.
pub(crate) fn tells_allowed(call: &ChatCall<'_>) -> bool {
    call.quirks.allowed_tools && !call.task.withheld_tools.is_empty()
}

/// The functions, their schemas as they are taken.
pub(crate) fn tools<'a>(call: &ChatCall<'a>) -> Cow<'a, [Tool]> {
    let tools = match tells_allowed(call) {
        true => Cow::Owned(call.task.all_tools()),
        false => Cow::Borrowed(call.task.tools.as_slice()),
    };
    if !call.quirks.plain_schemas {
        return tools;
    }
    let mut changed = false;
    let plain = tools.iter().map(|tool| {
        let parameters = tool.parameters.as_ref().map(|schema| plain(schema, DEEPEST, &mut changed));
        Tool { parameters, ..tool.clone() }
    });
    let plain: Vec<Tool> = plain.collect();
    if changed {
        call.leave_out("additionalProperties");
    }
    Cow::Owned(plain)
}

/// A schema without the keywords that are refused. What a property is called is no keyword.
fn plain(schema: &Value, depth: u32, changed: &mut bool) -> Value {
    let below = |value: &Value, changed: &mut bool| plain(value, depth.saturating_sub(1), changed);
    match schema {
        Value::Object(fields) if depth > 0 => {
            let mut kept = serde_json::Map::new();
            for (name, value) in fields {
                if REFUSED_KEYWORDS.contains(&name.as_str()) {
                    *changed |= name == "additionalProperties";
                    continue;
                }
                let value = match (name.as_str(), value) {
                    ("properties" | "$defs" | "definitions", Value::Object(named)) => {
                        Value::Object(named.iter().map(|(name, its)| (name.clone(), below(its, changed))).collect())
                    }
                    ("enum" | "const" | "default" | "examples" | "required", value) => value.clone(),
                    (_, value) => below(value, changed),
                };
                kept.insert(name.clone(), value);
            }
            Value::Object(kept)
        }
        Value::Array(items) if depth > 0 => Value::Array(items.iter().map(|item| below(item, changed)).collect()),
        other => other.clone(),
    }
}

/// Writes what goes with every chat.
pub(super) fn additions(request: &mut Object<'_>, call: &ChatCall<'_>) {
    for (name, value) in &call.quirks.adds {
        if !call.task.extras.contains_key(name) {
            request.field(name, value);
        }
    }
}

/// The word for what the texts are for, where it has to be said: those that no client told apart ask.
pub(super) fn input_type(call: &EmbedCall<'_>) -> Option<&'static str> {
    let asks = call.task.input_type() != Some(InputType::Passage);
    Some(match call.quirks.input_types? {
        InputTypes::Passage if asks => "query",
        InputTypes::Passage => "passage",
        InputTypes::SearchDocument if asks => "search_query",
        InputTypes::SearchDocument => "search_document",
    })
}
