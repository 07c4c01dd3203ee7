//! From a request's body to a chat: a conversation, or a prompt that is one.
//!
//! `options` that all formats know become their words; the others, and what only a server of this format can do, go on to
//! such a server and are named elsewhere.

use bytes::Bytes;
use mediary_core::task::{
    Chat, Effort, Message, OwnFields, Part, Reasoning, ReplyFormat, Role, Sampling, Tool, ToolCall, Written,
};
use serde_json::{Map, Value};

use super::wire::{ChatRequest, GenerateRequest, Picture, Shared, WireMessage, WireTool};
use super::{WIRE_FORMAT, bad};
use crate::protocol::Spelled;
use crate::protocol::calls::OpenCalls;
use crate::protocol::from_json;
use crate::protocol::media::medium;
use crate::protocol::process::BadField;

/// What only a prompt can ask for. No target is given prompts, since all of them chat.
const OF_PROMPTS: [&str; 4] = ["template", "raw", "suffix", "context"];

/// What the fields of a request are called, where other formats have another name for them.
pub(super) const NAMES: &[Spelled] = &[
    ("max_tokens", "options.num_predict"),
    ("temperature", "options.temperature"),
    ("top_p", "options.top_p"),
    ("top_k", "options.top_k"),
    ("stop", "options.stop"),
    ("seed", "options.seed"),
    ("presence_penalty", "options.presence_penalty"),
    ("frequency_penalty", "options.frequency_penalty"),
    ("reasoning_effort", "think"),
    ("response_format", "format"),
];

/// A request that was understood.
pub(super) struct Form {
    pub(super) model: String,
    pub(super) chat: Chat,
    /// What no target is told.
    pub(super) dropped: Vec<String>,
}

/// Understands a conversation.
pub(super) fn chat(body: &Bytes) -> Result<Form, BadField> {
    let request: ChatRequest<'_> = from_json(body, "a chat")?;
    let mut messages = Vec::with_capacity(request.messages.len());
    let mut calls = OpenCalls::default();
    for (index, message) in request.messages.into_iter().enumerate() {
        messages.push(self::message(message, &format!("messages[{index}]"), &mut calls, body)?);
    }
    if messages.is_empty() {
        return Err(bad("messages", "`messages` is empty; send at least one message"));
    }
    let tools = request.tools.unwrap_or_default().into_iter().map(tool).collect();
    let chat = Chat { tools, ..wished(request.shared, messages)? };
    Ok(Form { model: request.model, chat, dropped: Vec::new() })
}

/// Understands a prompt.
pub(super) fn generate(body: &Bytes) -> Result<Form, BadField> {
    let mut request: GenerateRequest<'_> = from_json(body, "a prompt")?;
    let further = &mut request.shared.further;
    let dropped = OF_PROMPTS.into_iter().filter(|name| further.remove(*name).is_some_and(|value| !is_nothing(&value)));
    let dropped = dropped.map(str::to_owned).collect();
    let mut messages = Vec::new();
    if let Some(system) = request.system.filter(|system| !system.is_empty()) {
        messages.push(Message { written: Some(Written::at("system")), ..Message::text(Role::System, system) });
    }
    let mut asked = Message::new(Role::User);
    if !request.prompt.is_empty() {
        asked.parts.push(Part::Text(request.prompt));
    }
    let words = asked.parts.len();
    asked.parts.extend(pictures(request.images, "images", body)?);
    asked.written = written("prompt", words, &asked.parts, "images");
    messages.push(asked);
    Ok(Form { model: request.model, chat: wished(request.shared, messages)?, dropped })
}

fn wished(shared: Shared, messages: Vec<Message>) -> Result<Chat, BadField> {
    let Shared { stream, format, think, options, logprobs, top_logprobs, further } = shared;
    let mut own = OwnFields { wire_format: WIRE_FORMAT, ..OwnFields::default() };
    let mut options = options.unwrap_or_default();
    let sampling =
        Sampling { logprobs: (logprobs == Some(true)).then(|| top_logprobs.unwrap_or(0)), ..sampling(&mut options)? };
    own.names.extend(options.keys().map(|name| format!("options.{name}")));
    if !options.is_empty() {
        own.fields.insert("options".to_owned(), Value::Object(options));
    }
    for (name, value) in further.into_iter().filter(|(_, value)| !is_nothing(value)) {
        own.names.push(name.clone());
        own.fields.insert(name, value);
    }
    Ok(Chat {
        messages,
        format: self::format(format)?,
        sampling,
        effort: effort(think)?,
        stream: stream != Some(false),
        own: Some(own),
        ..Chat::default()
    })
}

/// What is sent by habit and asks for nothing.
fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || value.as_str() == Some("")
}

/// Takes what has a place of its own out of the options.
fn sampling(options: &mut Map<String, Value>) -> Result<Sampling, BadField> {
    let mut number = |name: &str| match options.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(_) => Err(bad(format!("options.{name}"), format!("`{name}` must be a number"))),
    };
    // −1 and −2: as long as it likes.
    let most = |number: Option<f64>| number.filter(|number| *number > 0.0).map(|number| number as u32);
    let mut sampling = Sampling {
        temperature: number("temperature")?,
        top_p: number("top_p")?,
        top_k: most(number("top_k")?),
        seed: number("seed")?.map(|seed| seed as i64),
        max_tokens: most(number("num_predict")?),
        presence_penalty: number("presence_penalty")?,
        frequency_penalty: number("frequency_penalty")?,
        ..Sampling::default()
    };
    sampling.stop = match options.remove("stop") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        Some(_) => return Err(bad("options.stop", "`stop` must be a text or a list of texts")),
    };
    Ok(sampling)
}

fn format(format: Option<Value>) -> Result<ReplyFormat, BadField> {
    match format {
        None | Some(Value::Null) => Ok(ReplyFormat::Text),
        Some(Value::String(name)) if name.is_empty() => Ok(ReplyFormat::Text),
        Some(Value::String(name)) if name == "json" => Ok(ReplyFormat::Json),
        Some(schema @ Value::Object(_)) => Ok(ReplyFormat::Schema { name: "reply".to_owned(), schema, strict: None }),
        Some(_) => Err(bad("format", "`format` must be \"json\" or a JSON schema")),
    }
}

fn effort(think: Option<Value>) -> Result<Option<Effort>, BadField> {
    match think {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(thinks)) => Ok(Some(if thinks { Effort::Medium } else { Effort::None })),
        Some(Value::String(name)) => {
            let known = Effort::named(&name).map(Some);
            known.ok_or_else(|| bad("think", "`think` must be true, false, low, medium, high or max"))
        }
        Some(_) => Err(bad("think", "`think` must be true, false, low, medium, high or max")),
    }
}

fn message(message: WireMessage<'_>, path: &str, calls: &mut OpenCalls, body: &Bytes) -> Result<Message, BadField> {
    let role = match message.role.as_str() {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        other => {
            let message = format!("`{other}` is no role; use system, user, assistant or tool");
            return Err(bad(format!("{path}.role"), message));
        }
    };
    let mut parts: Vec<Part> = message.content.filter(|text| !text.is_empty()).map(Part::Text).into_iter().collect();
    let words = parts.len();
    parts.extend(pictures(message.images, &format!("{path}.images"), body)?);
    let written = written(path, words, &parts, &format!("{path}.images"));
    let tool_calls = message.tool_calls.unwrap_or_default().into_iter().map(|call| {
        let arguments = match call.function.arguments {
            None | Some(Value::Null) => "{}".to_owned(),
            Some(Value::String(text)) => text,
            Some(arguments) => arguments.to_string(),
        };
        let id = calls.made(call.id, &call.function.name);
        ToolCall { id, name: call.function.name, arguments, signature: None }
    });
    let tool_calls = tool_calls.collect();
    let tool_call_id = match role {
        Role::Tool => calls.answered(message.tool_call_id, message.tool_name.as_deref()),
        Role::System | Role::User | Role::Assistant => None,
    };
    let thoughts = message.thinking.filter(|text| !text.is_empty());
    let reasoning = thoughts.map(|text| Reasoning {
        text,
        signature: None,
        thought_by: Some(WIRE_FORMAT.to_owned()),
        places: vec![format!("{path}.thinking")],
    });
    Ok(Message { parts, tool_calls, tool_call_id, name: message.tool_name, reasoning, written, ..Message::new(role) })
}

/// Where a message stands, and where its pictures do, which come behind its words.
fn written(path: &str, words: usize, parts: &[Part], list: &str) -> Option<Written> {
    let mut written = Written::at(path);
    for (at, part) in parts.iter().skip(words).enumerate() {
        written.notes(words + at, std::slice::from_ref(part), &format!("{list}[{at}]"));
    }
    Some(written)
}

/// Pictures as bare base64; some clients put a data URL there.
fn pictures(images: Option<Vec<Picture<'_>>>, path: &str, body: &Bytes) -> Result<Vec<Part>, BadField> {
    let images = images.unwrap_or_default().into_iter().enumerate();
    images.map(|(index, Picture(image))| medium(&image, None, None, None, &format!("{path}[{index}]"), body)).collect()
}

fn tool(tool: WireTool) -> Tool {
    let function = tool.function;
    Tool { name: function.name, description: function.description, parameters: function.parameters, ..Tool::default() }
}
