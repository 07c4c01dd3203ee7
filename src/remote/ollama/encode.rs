//! A chat as a call of `/chat`: everything but the messages, which are [`super::turns`]'s.
//!
//! Whether several functions may be called at once cannot be said here; it is left to the model.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mediary_core::Failure;
use mediary_core::task::{Chat, Extra, ReplyFormat, ToolChoice};
use serde_json::{Map, Value, json};

use super::generation::{context_tokens, needed_tokens, think};
use super::turns::messages;
use super::wire::{Function, Request, Tool};
use crate::dialect::{ChatCall, HttpCall};
use crate::{body, unwritable};

pub(super) fn encode(call: &ChatCall<'_>) -> Result<HttpCall, Failure> {
    let chat = call.task;
    if chat.sampling.n > 1 {
        return Err(unwritable::parameter(super::NAME, "n"));
    }
    let logprobs = chat.sampling.logprobs;
    let request = Request {
        model: call.model(),
        messages: messages(chat)?,
        stream: chat.stream,
        tools: tools(chat)?,
        format: match &chat.format {
            ReplyFormat::Text => None,
            ReplyFormat::Json => Some(Cow::Owned("json".into())),
            ReplyFormat::Schema { schema, .. } => Some(Cow::Borrowed(schema)),
        },
        // A model that does not think refuses to be told not to as well.
        think: chat.effort.filter(|_| call.abilities.reasoning).map(think),
        options: options(call),
        keep_alive: extra(call, "keep_alive"),
        truncate: extra(call, "truncate"),
        shift: extra(call, "shift"),
        logprobs: logprobs.map(|_| true),
        top_logprobs: logprobs.filter(|alternatives| *alternatives > 0),
        further: further(chat),
    };
    call.thoughts_stay_behind(|_, reasoning| !reasoning.text.is_empty());
    call.grants_by_effort();
    if chat.has_cache_marks() {
        call.leave_out("cache_control");
    }
    let mut out = body::buffer(chat);
    body::write(&mut out, &request)?;
    Ok(HttpCall::json("/chat", out).without(call))
}

/// What a client of this format asks for beyond what is known here.
fn further(chat: &Chat) -> BTreeMap<&str, &Extra> {
    const KNOWN: [&str; 4] = ["options", "keep_alive", "truncate", "shift"];
    let own = chat.own.iter().filter(|own| own.wire_format == super::NAME).flat_map(|own| &own.fields);
    own.map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !KNOWN.contains(name)).collect()
}

/// A field that is sent as its client wrote it, be it in OpenAI's format or in this one.
fn extra<'a>(call: &ChatCall<'a>, name: &str) -> Option<&'a Value> {
    let own = call.task.own.as_ref().filter(|own| own.wire_format == super::NAME).and_then(|own| own.fields.get(name));
    own.or_else(|| call.task.extras.get(name).filter(|_| call.sends(name)))
}

fn tools(chat: &Chat) -> Result<Vec<Tool<'_>>, Failure> {
    match chat.tool_choice {
        ToolChoice::Auto => {}
        // What is not offered is not called.
        ToolChoice::None => return Ok(Vec::new()),
        ToolChoice::Required | ToolChoice::Named(_) => {
            return Err(unwritable::parameter(super::NAME, "tool_choice"));
        }
    }
    let tools = chat.tools.iter().map(|tool| {
        let nothing = || Cow::Owned(json!({ "type": "object", "properties": {} }));
        let parameters = tool.parameters.as_ref().map_or_else(nothing, Cow::Borrowed);
        let function = Function { name: &tool.name, description: tool.description.as_deref(), parameters };
        Tool { kind: "function", function }
    });
    Ok(tools.collect())
}

/// What the client gave as `options`, with what has names of its own over it.
fn options(call: &ChatCall<'_>) -> Map<String, Value> {
    let sampling = &call.task.sampling;
    let given = extra(call, "options").and_then(Value::as_object);
    let mut options = given.cloned().unwrap_or_default();
    let stop = (!sampling.stop.is_empty()).then(|| sampling.stop.clone().into());
    let soft = |name: &str, value: Option<Value>| value.filter(|_| call.sends(name));
    let named = [
        ("num_predict", sampling.max_tokens.map(Value::from)),
        ("temperature", soft("temperature", sampling.temperature.map(Value::from))),
        ("top_p", soft("top_p", sampling.top_p.map(Value::from))),
        ("stop", stop),
        ("top_k", soft("top_k", sampling.top_k.map(Value::from))),
        ("seed", soft("seed", sampling.seed.map(Value::from))),
        ("presence_penalty", soft("presence_penalty", sampling.presence_penalty.map(Value::from))),
        ("frequency_penalty", soft("frequency_penalty", sampling.frequency_penalty.map(Value::from))),
        ("min_p", extra(call, "min_p").cloned()),
        ("repeat_penalty", extra(call, "repeat_penalty").cloned()),
    ];
    options.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    if let Some(most) = call.abilities.context_tokens {
        let context = || context_tokens(needed_tokens(call.task), most).into();
        options.entry("num_ctx").or_insert_with(context);
    }
    options
}
