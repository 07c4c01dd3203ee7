//! A chat as a request for a response: everything but its input, which is [`super::input`]'s.

use std::borrow::Cow;

use mediary_core::Failure;
use mediary_core::capability::Structured;
use mediary_core::task::{Effort, Extras, ReplyFormat, Tool, ToolChoice};
use serde::Serialize;
use serde_json::{Value, json};

use super::{input, is_ours};
use crate::body::{self, Object};
use crate::dialect::ChatCall;
use crate::openai::{self, sends};
use crate::unwritable;

/// The soft parameters that there is a form for.
pub(super) const SOFT: [&str; 10] = [
    "temperature",
    "top_p",
    "parallel_tool_calls",
    "service_tier",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "verbosity",
    "metadata",
];
/// Those of them that stand in a request under the name that chats have for them.
const AS_IN_CHATS: [&str; 6] =
    ["service_tier", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "metadata"];
/// Fields of a client of this format that are written from elsewhere.
const SAID_ELSEWHERE: [&str; 6] = ["instructions", "include", "reasoning", "text", "tool_choice", "tools"];
/// What brings thoughts back in cipher, so that they can go on in the next turn though nothing is kept at the provider.
const THOUGHTS: &str = "reasoning.encrypted_content";
/// What brings log probabilities.
const LOGPROBS: &str = "message.output_text.logprobs";

/// The body of a request.
pub(super) fn body(call: &ChatCall<'_>) -> Result<body::Buffer, Failure> {
    let chat = call.task;
    let sampling = &chat.sampling;
    if sampling.n > 1 {
        return Err(unwritable::parameter(super::NAME, "n"));
    }
    let own = own(call);
    let mut out = body::buffer(chat);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.some("instructions", own.and_then(|own| own.get("instructions")));
    let longest = sampling.max_tokens.filter(|_| sends(call, "max_tokens") && sends(call, "max_completion_tokens"));
    request.some("max_output_tokens", longest);
    request.some("temperature", openai::temperature(call));
    request.some("top_p", sampling.top_p.filter(|_| sends(call, "top_p")));
    request.some("top_logprobs", sampling.logprobs.filter(|most| *most > 0));
    if let Some(reasoning) = reasoning(call, own) {
        request.field("reasoning", &reasoning);
    }
    text(&mut request, call, own)?;
    tools(&mut request, call, own)?;
    request.field("include", &include(call, own));
    // What went before is sent each time; a copy there would only be one more.
    request.field("store", &false);
    if chat.stream {
        request.field("stream", &true);
    }
    for name in AS_IN_CHATS {
        request.some(name, chat.extras.get(name).filter(|_| sends(call, name)));
    }
    for (name, value) in own.into_iter().flatten() {
        if !SAID_ELSEWHERE.contains(&name.as_str()) && call.sends(name) {
            request.field(name, value);
        }
    }
    body::array(request.key("input"), input::items(call)?, |out, item| {
        item.write(out);
        Ok(())
    })?;
    request.close();
    leave_out_the_rest(call);
    Ok(out)
}

/// What a client of this format asks for in words that only this format has.
fn own<'a>(call: &ChatCall<'a>) -> Option<&'a Extras> {
    call.task.own.as_ref().filter(|own| own.wire_format == super::WIRE_FORMAT).map(|own| &own.fields)
}

/// How long to think, and what of it is told.
fn reasoning(call: &ChatCall<'_>, own: Option<&Extras>) -> Option<Value> {
    let is_sent = call.abilities.reasoning && sends(call, "reasoning_effort");
    let theirs = own.and_then(|own| own.get("reasoning")).filter(|_| call.abilities.reasoning).cloned();
    let effort = call.task.effort.filter(|_| is_sent).map(Effort::name);
    if effort.is_some() {
        call.grants_by_effort();
    }
    match (theirs, effort) {
        (Some(mut theirs), effort) => {
            if effort.is_none()
                && let Some(fields) = theirs.as_object_mut()
            {
                fields.remove("effort");
            }
            Some(theirs)
        }
        (None, effort) => effort.map(|effort| json!({ "effort": effort })),
    }
}

/// The form of the reply, and how much it says.
fn text(request: &mut Object<'_>, call: &ChatCall<'_>, own: Option<&Extras>) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Schema<'a> {
        r#type: &'static str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
        schema: &'a Value,
    }
    let format = &call.task.format;
    if matches!(format, ReplyFormat::Schema { .. }) && call.abilities.structured != Structured::Schema {
        return Err(unwritable::parameter(super::NAME, "response_format"));
    }
    if let Some(theirs) = own.and_then(|own| own.get("text")) {
        request.field("text", theirs);
        return Ok(());
    }
    let verbosity = call.task.extras.get("verbosity").filter(|_| sends(call, "verbosity"));
    if *format == ReplyFormat::Text && verbosity.is_none() {
        return Ok(());
    }
    let mut text = Object::open(request.key("text"));
    match format {
        ReplyFormat::Text => {}
        ReplyFormat::Json => text.field("format", &json!({ "type": "json_object" })),
        ReplyFormat::Schema { name, schema, strict } => {
            text.field("format", &Schema { r#type: "json_schema", name, strict: *strict, schema });
        }
    }
    text.some("verbosity", verbosity);
    text.close();
    Ok(())
}

/// What may be called: functions, tools of free text, and what the provider runs.
fn tools(request: &mut Object<'_>, call: &ChatCall<'_>, own: Option<&Extras>) -> Result<(), Failure> {
    let chat = call.task;
    // Those that a client of this format offers and can do without.
    let optional = own.and_then(|own| own.get("tools")).and_then(Value::as_array).into_iter().flatten();
    let optional = optional.filter(|tool| call.abilities.runs_tool(super::WIRE_FORMAT, kind_of(tool)));
    let hosted: Vec<&Value> = chat.hosted_tools.iter().map(|tool| &tool.definition).chain(optional).collect();
    if chat.tools.is_empty() && hosted.is_empty() {
        return Ok(());
    }
    let out = request.key("tools");
    out.push(b'[');
    // A client of this format says in its own words which of them may be called.
    let chooses = own.and_then(|own| own.get("tool_choice"));
    let functions = match chooses {
        Some(_) if !chat.withheld_tools.is_empty() => Cow::Owned(chat.all_tools()),
        Some(_) | None => openai::tools_as_wanted(call),
    };
    for (at, tool) in functions.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        function(out, call, tool);
    }
    for (at, definition) in hosted.iter().enumerate() {
        if at > 0 || !functions.is_empty() {
            out.push(b',');
        }
        body::value(out, definition);
    }
    out.push(b']');
    let named = |name: &String| {
        let kind = if is_custom(call, name) { "custom" } else { "function" };
        json!({ "type": kind, "name": name })
    };
    let allowed = |mode: &str| {
        let tools: Vec<Value> = chat.tools.iter().map(|tool| named(&tool.name)).collect();
        Some(json!({ "type": "allowed_tools", "mode": mode, "tools": tools }))
    };
    let choice = match (chooses, &chat.tool_choice) {
        (Some(theirs), _) => Some(theirs.clone()),
        (None, ToolChoice::Auto) if openai::tells_allowed(call) => allowed("auto"),
        (None, ToolChoice::Required) if openai::tells_allowed(call) => allowed("required"),
        (None, ToolChoice::Auto) => None,
        (None, ToolChoice::None) => Some("none".into()),
        (None, ToolChoice::Required) => Some("required".into()),
        (None, ToolChoice::Named(name)) => Some(named(name)),
    };
    request.some("tool_choice", choice);
    request.some("parallel_tool_calls", chat.parallel_tool_calls.filter(|_| sends(call, "parallel_tool_calls")));
    Ok(())
}

/// The kind of a tool's definition.
fn kind_of(tool: &Value) -> &str {
    tool["type"].as_str().unwrap_or_default()
}

/// Whether the target knows a tool of this name as one for free text.
pub(super) fn is_custom(call: &ChatCall<'_>, name: &str) -> bool {
    call.abilities.custom_tools && call.task.free_text(name).is_some()
}

fn function(out: &mut body::Buffer, call: &ChatCall<'_>, tool: &Tool) {
    let written = tool.original.as_ref().and_then(|original| original.pieces_for(super::WIRE_FORMAT)?.first());
    if let Some(written) = written.filter(|_| tool.free_text.is_none() || call.abilities.custom_tools) {
        out.extend_from_slice(written);
        return;
    }
    let mut function = Object::open(out);
    if let Some(free) = tool.free_text.as_ref().filter(|_| call.abilities.custom_tools) {
        function.field("type", "custom");
        function.field("name", &tool.name);
        function.some("description", free.description.as_ref());
        function.some("format", free.format.as_ref().map(flat));
    } else {
        function.field("type", "function");
        function.field("name", &tool.name);
        function.some("description", tool.description.as_ref());
        match &tool.parameters {
            Some(parameters) => function.field("parameters", parameters),
            None => function.field("parameters", &json!({ "type": "object", "properties": {} })),
        }
        // Left out it means that it is so here, and that it is not so in chats.
        function.field("strict", &tool.strict.unwrap_or(false));
    }
    function.close();
}

/// The format of a tool's input, whose grammar stands in an object of its own in chats.
fn flat(format: &Value) -> Value {
    let Some(Value::Object(grammar)) = format.get("grammar") else { return format.clone() };
    let mut flat = grammar.clone();
    flat.insert("type".to_owned(), "grammar".into());
    Value::Object(flat)
}

/// What the answer is to hold beside what it always holds.
fn include(call: &ChatCall<'_>, own: Option<&Extras>) -> Vec<Value> {
    let theirs = own.and_then(|own| own.get("include")).and_then(Value::as_array).cloned();
    let mut all = theirs.unwrap_or_default();
    for (name, is_wanted) in [(THOUGHTS, call.abilities.reasoning), (LOGPROBS, call.task.sampling.logprobs.is_some())] {
        if is_wanted && !all.iter().any(|one| one == name) {
            all.push(name.into());
        }
    }
    all
}

/// Notes what was asked for and has no form here.
fn leave_out_the_rest(call: &ChatCall<'_>) {
    let chat = call.task;
    let sampling = &chat.sampling;
    let absent = [
        ("stop", !sampling.stop.is_empty()),
        ("seed", sampling.seed.is_some()),
        ("top_k", sampling.top_k.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("name", chat.messages.iter().any(|message| message.name.is_some() && message.tool_call_id.is_none())),
        ("cache_control", chat.has_cache_marks()),
        ("reasoning_effort", chat.effort.is_some() && !call.abilities.reasoning && !is_ours(chat)),
    ];
    for (name, is_asked) in absent {
        if is_asked && call.sends(name) {
            call.leave_out(name);
        }
    }
    let unsaid = |name: &&String| !SOFT.contains(&name.as_str()) && name.as_str() != "stream_options";
    for name in chat.extras.keys().filter(unsaid) {
        // Not to be kept is what becomes of every request.
        let is_so = name == "store" && chat.extras[name] == false;
        if call.sends(name) && !is_so {
            call.leave_out(name.as_str());
        }
    }
}
