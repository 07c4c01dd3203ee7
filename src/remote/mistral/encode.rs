//! Writing a chat as Mistral's request, which holds no field that Mistral does not know.

use mediary_core::task::{Effort, MediaPart, Message, Part, Role, ToolChoice};
use mediary_core::{Failure, MediaFormat, MediaKind};
use serde_json::json;

use super::ids::short;
use super::turns::{BETWEEN, Turn, turns};
use super::{NAME, carries};
use crate::body::{self, Base64, Object};
use crate::dialect::ChatCall;
use crate::openai::{extras, response_format, tools};
use crate::{functions, unwritable};

/// The soft parameters Mistral has a form for, by their OpenAI names; what follows
/// `prompt_cache_key` are fields of its own.
pub(super) const SOFT: &[&str] = &[
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "parallel_tool_calls",
    "metadata",
    "prediction",
    "prompt_cache_key",
    "safe_prompt",
    "prompt_mode",
    "guardrails",
];
/// Those that are written out of extras.
const PASSED_ON: [&str; 6] = ["metadata", "prediction", "prompt_cache_key", "safe_prompt", "prompt_mode", "guardrails"];

/// The body of a request.
pub(super) fn body(call: &ChatCall<'_>) -> Result<body::Buffer, Failure> {
    let chat = call.task;
    let sampling = &chat.sampling;
    let mut out = body::buffer(chat);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    if chat.has_cache_marks() {
        call.leave_out("cache_control");
    }
    let longest = sampling.max_tokens.filter(|_| call.sends("max_tokens") && call.sends("max_completion_tokens"));
    request.some("max_tokens", longest);
    request.some("temperature", sampling.temperature.filter(|_| call.sends("temperature")));
    request.some("top_p", sampling.top_p.filter(|_| call.sends("top_p")));
    request.some("stop", Some(&sampling.stop).filter(|stop| !stop.is_empty() && call.sends("stop")));
    request.some("n", Some(sampling.n).filter(|n| *n > 1));
    request.some("random_seed", sampling.seed.filter(|_| call.sends("seed")));
    request.some("presence_penalty", sampling.presence_penalty.filter(|_| call.sends("presence_penalty")));
    request.some("frequency_penalty", sampling.frequency_penalty.filter(|_| call.sends("frequency_penalty")));
    // Models that do not think refuse the field.
    request.some("reasoning_effort", chat.effort.filter(|_| call.abilities.reasoning).map(effort));
    response_format(&mut request, &chat.format);
    if !chat.tools.is_empty() {
        tools(&mut request, &chat.tools, false, false)?;
        match &chat.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::None => request.field("tool_choice", "none"),
            ToolChoice::Required => request.field("tool_choice", "any"),
            ToolChoice::Named(name) => {
                request.field("tool_choice", &json!({"type": "function", "function": {"name": name}}));
            }
        }
        request.some("parallel_tool_calls", chat.parallel_tool_calls.filter(|_| call.sends("parallel_tool_calls")));
    }
    if chat.stream {
        request.field("stream", &true);
    }
    let is_passed_on = |name: &str| PASSED_ON.contains(&name) && call.sends(name);
    extras(&mut request, &chat.extras, &[], is_passed_on);
    call.systems_go_first();
    call.thoughts_stay_behind(|_, _| false);
    call.names_stay_behind();
    call.grants_by_effort();
    let turns = turns(&chat.messages);
    name_changes(call, &turns);
    let last = turns.len().saturating_sub(1);
    body::array(request.key("messages"), turns.into_iter().enumerate(), |out, (at, turn)| match turn {
        Turn::Said(index) => message(out, call, index, &chat.messages[index], at == last),
        Turn::Between => {
            body::value(out, &json!({ "role": "assistant", "content": BETWEEN }));
            Ok(())
        }
    })?;
    request.close();
    Ok(out)
}

/// Names the messages that are left out, and those before which the assistant says something that it did not.
fn name_changes(call: &ChatCall<'_>, turns: &[Turn]) {
    for index in (0..call.task.messages.len()).filter(|index| !turns.contains(&Turn::Said(*index))) {
        call.leave_out(format!("messages[{index}]"));
    }
    for pair in turns.windows(2) {
        if let [Turn::Between, Turn::Said(index)] = pair {
            call.leave_out(format!("messages[{index}].order"));
        }
    }
}

fn message(
    out: &mut body::Buffer,
    call: &ChatCall<'_>,
    index: usize,
    message: &Message,
    is_last: bool,
) -> Result<(), Failure> {
    let mut written = Object::open(out);
    written.field(
        "role",
        match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        },
    );
    if message.role == Role::Tool {
        written.some("tool_call_id", message.tool_call_id.as_deref().map(short));
        written.some("name", functions::called_function(&call.task.messages, index));
    }
    // The model goes on with what it is given, instead of refusing a conversation that ends with itself.
    if message.role == Role::Assistant && is_last {
        written.field("prefix", &true);
    }
    if !message.tool_calls.is_empty() {
        body::array(written.key("tool_calls"), &message.tool_calls, |out, call| {
            let mut wrapped = Object::open(out);
            wrapped.field("id", &short(&call.id));
            wrapped.field("type", "function");
            wrapped.field("function", &json!({"name": call.name, "arguments": call.arguments}));
            wrapped.close();
            Ok(())
        })?;
    }
    match message.parts.as_slice() {
        [] => written.field("content", message.refusal.as_deref().unwrap_or("")),
        [Part::Text(text)] => written.field("content", text),
        all => body::array(written.key("content"), all, |out, each| part(out, message.role, each))?,
    }
    written.close();
    Ok(())
}

/// It thinks or it does not.
fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "none",
        Effort::Minimal | Effort::Low | Effort::Medium | Effort::High | Effort::XHigh | Effort::Max => "high",
    }
}

fn part(out: &mut body::Buffer, role: Role, part: &Part) -> Result<(), Failure> {
    match part {
        Part::Text(text) => {
            let mut written = Object::open(out);
            written.field("type", "text");
            written.field("text", text);
            written.close();
            Ok(())
        }
        Part::Media(part) if role == Role::Tool => Err(unwritable::medium_in_result(NAME, &part.media)),
        Part::Media(part) => media(out, part),
        Part::Remote { .. } => Err(unwritable::unfetched()),
    }
}

fn media(out: &mut body::Buffer, part: &MediaPart) -> Result<(), Failure> {
    let (format, blob) = (part.media.format, &part.media.blob);
    let kind = match format.kind() {
        MediaKind::Image => "image_url",
        MediaKind::Document => "document_url",
        MediaKind::Audio if carries::carries(format) => "input_audio",
        MediaKind::Audio | MediaKind::Video | MediaKind::Text => return Err(unwritable::medium(NAME, &part.media)),
    };
    let mut written = Object::open(out);
    written.field("type", kind);
    if format == MediaFormat::Pdf {
        written.some("document_name", part.name.as_ref());
    }
    let value = written.key(kind);
    match &part.url {
        Some(url) => body::value(value, url),
        None if format.kind() == MediaKind::Audio => body::write(value, &Base64(blob))?,
        None => body::data_url(value, format.mime(), blob)?,
    }
    written.close();
    Ok(())
}
