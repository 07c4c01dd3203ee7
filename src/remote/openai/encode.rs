//! Writing a chat as OpenAI's request.
//!
//! Fields that have no place in a [`Chat`] are copied from its extras, unless the target
//! refuses them. Nothing else is left out.

use std::borrow::Cow;

use mediary_core::Failure;
use mediary_core::provider::Call;
use mediary_core::task::{Chat, Extras, FreeText, Message, Part, ReplyFormat, Role, Tool, ToolCall, ToolChoice};
use serde::Serialize;
use serde_json::{Value, json};

use super::{NAME, complete, habits, parts};
use crate::body::{self, Object};
use crate::dialect::{CallOf, ChatCall};
use crate::tool_names::OPENAI;
use crate::{HttpCall, Quirks, call_ids, moved, tool_names};

/// Fields of a request that are written from elsewhere; extras of these names would be doubles.
const OWN: [&str; 23] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop",
    "n",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "reasoning_effort",
    "stream",
    "stream_options",
    "functions",
    "function_call",
];
/// Likewise of a message.
const OWN_IN_MESSAGE: [&str; 8] =
    ["role", "content", "tool_calls", "tool_call_id", "name", "refusal", THOUGHTS, "reasoning"];

/// Under this name thoughts of earlier turns go back: also to servers of which it is not known whether they read them, since
/// models that think between calls of functions answer worse without.
const THOUGHTS: &str = "reasoning_content";

/// A chat as a call, or what is left of a text for the older route.
pub(super) fn chat(chat: &Chat, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
    let (chat, from) = moved::to_the_user(chat, &[Role::Tool, Role::Assistant]);
    let chat = call_ids::told_apart(chat, NAME, str::to_owned);
    let chat = if quirks.plain_tool_names { tool_names::spelled(chat, OPENAI, NAME) } else { chat };
    let call = CallOf::new(&*chat, call, quirks);
    call.media_were_moved(&from);
    if let Some(completion) = &chat.completion {
        return complete::encode(&call, completion);
    }
    let body = body(&call)?;
    Ok(HttpCall::json("/chat/completions", body).without(&call))
}

/// The body of a request.
pub(super) fn body(call: &ChatCall<'_>) -> Result<body::Buffer, Failure> {
    let chat = call.task;
    let sampling = &chat.sampling;
    let mut out = body::buffer(chat);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    let has_sends = |name: &str| sends(call, name);

    let longest = sampling.max_tokens.filter(|_| has_sends("max_tokens") && has_sends("max_completion_tokens"));
    request.some(call.quirks.limit(), longest);
    request.some("temperature", habits::temperature(call));
    request.some("top_p", sampling.top_p.filter(|_| has_sends("top_p")));
    request.some("top_k", sampling.top_k.filter(|_| has_sends("top_k")));
    request.some("stop", habits::stops(call));
    request.some("n", Some(sampling.n).filter(|n| *n > 1));
    request.some("seed", sampling.seed.filter(|_| has_sends("seed")));
    request.some("presence_penalty", sampling.presence_penalty.filter(|_| has_sends("presence_penalty")));
    request.some("frequency_penalty", sampling.frequency_penalty.filter(|_| has_sends("frequency_penalty")));
    if let Some(alternatives) = sampling.logprobs {
        request.field("logprobs", &true);
        request.some("top_logprobs", Some(alternatives).filter(|alternatives| *alternatives > 0));
    }
    habits::effort(&mut request, call);
    response_format(&mut request, &chat.format);
    if !chat.tools.is_empty() {
        let is_marked = chat.tools.iter().any(|tool| tool.cache_control.is_some());
        let marked = is_marked && sends_within(call, "cache_control");
        tools(&mut request, &habits::tools(call), marked, call.abilities.custom_tools)?;
        tool_choice(&mut request, call);
        request.some("parallel_tool_calls", chat.parallel_tool_calls.filter(|_| has_sends("parallel_tool_calls")));
    }
    if chat.stream {
        request.field("stream", &true);
        stream_options(&mut request, call);
    }
    extras(&mut request, &chat.extras, &OWN, has_sends);
    habits::additions(&mut request, call);
    call.thoughts_stay_behind(|_, reasoning| has_sends(THOUGHTS) && !reasoning.text.is_empty());
    body::array(request.key("messages"), habits::messages(call).iter(), |out, each| message(out, call, each))?;
    request.close();
    Ok(out)
}

/// Whether a soft field is sent.
pub(crate) fn sends<T>(call: &CallOf<'_, T>, name: &str) -> bool {
    call.sends(name) && call.quirks.takes(name)
}

/// Whether a field of a message, a part or a function is sent; noted if it is not.
pub(super) fn sends_within<T>(call: &CallOf<'_, T>, name: &str) -> bool {
    let is_sent = sends(call, name);
    if !is_sent {
        call.leave_out(name);
    }
    is_sent
}

/// Extras, but for fields that are written from elsewhere or not sent.
pub(crate) fn extras(object: &mut Object<'_>, extras: &Extras, own: &[&str], sends: impl Fn(&str) -> bool) {
    for (name, value) in extras {
        if !own.contains(&name.as_str()) && sends(name) {
            object.field(name, value);
        }
    }
}

/// Usage is always asked for where that is known: the ledger counts it whether or not the client does.
pub(super) fn stream_options(request: &mut Object<'_>, call: &ChatCall<'_>) {
    if !call.quirks.stream_usage {
        return;
    }
    let mut options = match call.task.extras.get("stream_options") {
        Some(Value::Object(options)) => options.clone(),
        Some(_) | None => serde_json::Map::new(),
    };
    options.insert("include_usage".to_owned(), Value::Bool(true));
    request.field("stream_options", &options);
}

/// Writes `response_format`, if a form is asked for.
pub(crate) fn response_format(request: &mut Object<'_>, format: &ReplyFormat) {
    #[derive(Serialize)]
    struct Schema<'a> {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
        schema: &'a Value,
    }
    match format {
        ReplyFormat::Text => {}
        ReplyFormat::Json => request.field("response_format", &json!({"type": "json_object"})),
        ReplyFormat::Schema { name, schema, strict } => {
            let mut format = Object::open(request.key("response_format"));
            format.field("type", "json_schema");
            format.field("json_schema", &Schema { name, strict: *strict, schema });
            format.close();
        }
    }
}

/// Writes `tools`, with their marks if `marked`, and as tools for free text what is that if the target `knows_custom`.
pub(crate) fn tools(request: &mut Object<'_>, tools: &[Tool], marked: bool, knows_custom: bool) -> Result<(), Failure> {
    body::array(request.key("tools"), tools, |out, tool| {
        let mut wrapped = Object::open(out);
        if let Some(free) = tool.free_text.as_ref().filter(|_| knows_custom) {
            wrapped.field("type", "custom");
            let mut custom = Object::open(wrapped.key("custom"));
            custom.field("name", &tool.name);
            custom.some("description", free.description.as_ref());
            custom.some("format", free.format.as_ref());
            custom.close();
            wrapped.close();
            return Ok(());
        }
        wrapped.field("type", "function");
        let mut function = Object::open(wrapped.key("function"));
        function.field("name", &tool.name);
        function.some("description", tool.description.as_ref());
        function.some("parameters", tool.parameters.as_ref());
        function.some("strict", tool.strict);
        function.close();
        wrapped.some("cache_control", tool.cache_control.as_ref().filter(|_| marked));
        wrapped.close();
        Ok(())
    })
}

/// Whether the target knows a tool of this name as one for free text.
fn is_custom(call: &ChatCall<'_>, name: &str) -> bool {
    call.abilities.custom_tools && call.task.free_text(name).is_some()
}

fn tool_choice(request: &mut Object<'_>, call: &ChatCall<'_>) {
    let mode = match &call.task.tool_choice {
        ToolChoice::Auto => Some("auto"),
        ToolChoice::Required => Some("required"),
        ToolChoice::None | ToolChoice::Named(_) => None,
    };
    if let Some(mode) = mode.filter(|_| habits::tells_allowed(call)) {
        let named = call.task.tools.iter().map(|tool| {
            let kind = if is_custom(call, &tool.name) { "custom" } else { "function" };
            json!({ "type": kind, kind: { "name": tool.name } })
        });
        let allowed = json!({ "mode": mode, "tools": named.collect::<Vec<_>>() });
        request.field("tool_choice", &json!({ "type": "allowed_tools", "allowed_tools": allowed }));
        return;
    }
    match &call.task.tool_choice {
        ToolChoice::Auto => {}
        ToolChoice::None => request.field("tool_choice", "none"),
        ToolChoice::Required => request.field("tool_choice", "required"),
        ToolChoice::Named(name) if is_custom(call, name) => {
            request.field("tool_choice", &json!({"type": "custom", "custom": {"name": name}}));
        }
        ToolChoice::Named(name) => {
            request.field("tool_choice", &json!({"type": "function", "function": {"name": name}}));
        }
    }
}

fn message(out: &mut body::Buffer, call: &ChatCall<'_>, message: &Message) -> Result<(), Failure> {
    let quirks = call.quirks;
    let mut written = Object::open(out);
    written.field(
        "role",
        match message.role {
            Role::System if quirks.developer_role && call.abilities.reasoning => "developer",
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        },
    );
    // The name of a function stands in the call that is answered; in its result OpenAI knows none.
    let name = message.name.as_ref().filter(|_| message.role != Role::Tool && sends(call, "name"));
    written.some("name", name);
    written.some("tool_call_id", message.tool_call_id.as_ref());
    if message.role == Role::Assistant {
        // Where thoughts are wanted back they are wanted of every turn, be they empty.
        let thoughts = message.reasoning.as_ref().map_or("", |reasoning| reasoning.text.as_str());
        let is_told = quirks.returns_reasoning || !thoughts.is_empty();
        written.some(THOUGHTS, Some(thoughts).filter(|_| is_told && sends(call, THOUGHTS)));
        written.some("refusal", message.refusal.as_ref().filter(|_| sends(call, "refusal")));
    }
    if !message.tool_calls.is_empty() {
        tool_calls(&mut written, call, &message.tool_calls)?;
    }
    extras(&mut written, &message.extras, &OWN_IN_MESSAGE, |name| sends_within(call, name));
    content(written.key("content"), call, message)?;
    written.close();
    Ok(())
}

/// Writes `tool_calls`.
fn tool_calls(message: &mut Object<'_>, call: &ChatCall<'_>, calls: &[ToolCall]) -> Result<(), Failure> {
    body::array(message.key("tool_calls"), calls, |out, made| {
        let mut wrapped = Object::open(out);
        wrapped.field("id", &made.id);
        let (kind, field, words) = match is_custom(call, &made.name) {
            true => ("custom", "input", Cow::Owned(FreeText::input_of(&made.arguments))),
            false => ("function", "arguments", Cow::Borrowed(made.arguments.as_str())),
        };
        wrapped.field("type", kind);
        let mut called = Object::open(wrapped.key(kind));
        called.field("name", &made.name);
        called.field(field, &words);
        called.close();
        wrapped.close();
        Ok(())
    })
}

fn content(out: &mut body::Buffer, call: &ChatCall<'_>, message: &Message) -> Result<(), Failure> {
    let refusal = message.refusal.as_deref().filter(|_| message.role == Role::Assistant && !sends(call, "refusal"));
    let is_marked = !message.cache_marks.is_empty() && sends_within(call, "cache_control");
    let is_text = !is_marked && message.parts.iter().all(|part| matches!(part, Part::Text(_)));
    match message.parts.as_slice() {
        // Where refusals have no field of their own, they are what was said.
        [] if refusal.is_some() => {
            body::value(out, &refusal);
            Ok(())
        }
        [] if call.quirks.null_content && message.role == Role::Assistant => {
            out.extend_from_slice(b"null");
            Ok(())
        }
        [] => {
            body::value(out, "");
            Ok(())
        }
        [Part::Text(text)] if !is_marked => {
            body::value(out, text);
            Ok(())
        }
        _ if is_text && call.quirks.flat_text => {
            body::value(out, &message.joined_text());
            Ok(())
        }
        all => body::array(out, all.iter().enumerate(), |out, (at, part)| {
            let mark = message.cache_control(at).filter(|_| is_marked);
            parts::part(out, call, message.role, part, mark)
        }),
    }
}
