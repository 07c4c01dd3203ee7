//! From a request's body to a chat.
//!
//! Media that came inside of the request are classified here, by their bytes; those that are only named are left for
//! the gateway to fetch. What the format cannot say is refused with the path of the field.

use bytes::Bytes;
use mediary_core::task::{
    Chat, Detail, Effort, Extras, Granted, Message, OwnFields, Part, Reasoning, ReplyFormat, Role, Sampling, ToolCall,
    ToolChoice,
};
use serde_json::{Value, json};

use super::super::media::{kept_file, medium};
use super::super::{Open, from_json};
use super::wire::{
    Content, OneOrMany, Request, Str, WireCall, WireCalled, WireFileData, WireFormat, WireMessage, WirePart, WireUrl,
};
use super::{legacy, tools};
use crate::protocol::process::BadField;

/// A decoded request.
#[derive(Debug)]
pub struct ChatForm {
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// The chat.
    pub chat: Chat,
    /// Whether a stream is to end with a chunk of usage.
    pub include_usage: bool,
    /// Whether functions were offered as they were before there were tools.
    pub is_legacy: bool,
    /// The tools among those that are offered whose input is free text.
    pub custom_tools: Vec<String>,
}

impl ChatForm {
    /// Understands a body.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn decode(body: &Bytes) -> Result<Self, BadField> {
        let Open { known: request, others }: Open<Request<'_>> = from_json(body, "a chat")?;
        let include_usage = request.stream_options.as_ref().is_some_and(|options| options.include_usage == Some(true));
        let model = request.model.clone().unwrap_or_default();
        let is_legacy = request.functions.is_some() && request.tools.is_none();
        let tools = request.tools.iter().flatten().map(|tool| &tool.known);
        let custom =
            tools.filter(|tool| tool.r#type.as_deref() == Some("custom")).filter_map(|tool| tool.custom.as_ref());
        let custom_tools = custom.map(|custom| custom.name().to_owned()).collect();
        let mut chat = chat(request, others.without_nulls(), body)?;
        legacy::give_ids(&mut chat.messages);
        if is_legacy && !chat.tools.is_empty() {
            chat.parallel_tool_calls = Some(false);
        }
        Ok(Self { model, chat, include_usage, is_legacy, custom_tools })
    }
}

fn chat(request: Request<'_>, extras: Extras, body: &Bytes) -> Result<Chat, BadField> {
    if request.messages.is_empty() {
        return Err(bad("messages", "`messages` is empty; send at least one message"));
    }
    let mut messages = Vec::with_capacity(request.messages.len());
    let mut unsaid = Unsaid::default();
    for (index, message) in request.messages.into_iter().enumerate() {
        messages.push(self::message(message, index, body, &mut unsaid)?);
    }
    let legacy = request.functions.unwrap_or_default().into_iter().map(|function| tools::function(function.known));
    let (mut tools, of_tools) = tools::offered(request.tools.unwrap_or_default())?;
    unsaid.0.extend(of_tools);
    tools.extend(legacy);
    let n = request.n.unwrap_or(1);
    if !(1..=128).contains(&n) {
        return Err(bad("n", "`n` must be 1 to 128"));
    }
    let sampling = Sampling {
        max_tokens: request.max_completion_tokens.0.or(request.max_tokens.0),
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k.0,
        stop: match request.stop {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![one],
            Some(OneOrMany::Many(many)) => many,
        },
        n,
        seed: request.seed.0,
        presence_penalty: request.presence_penalty,
        frequency_penalty: request.frequency_penalty,
        logprobs: (request.logprobs == Some(true)).then(|| request.top_logprobs.unwrap_or(0)),
    };
    let mut withheld_tools = Vec::new();
    let tool_choice = match request.tool_choice.or(request.function_call).filter(|choice| !choice.is_null()) {
        Some(choice) if choice["type"] == "allowed_tools" => tools::allowed(&choice, &mut tools, &mut withheld_tools)?,
        Some(choice) => tools::choice(&choice)?,
        None => ToolChoice::Auto,
    };
    let (effort, granted) = match request.reasoning_effort.as_deref() {
        Some("default") | None => (effort_of(&extras), granted(&extras)),
        Some(name) => (Some(effort(name)?), None),
    };
    Ok(Chat {
        messages,
        tool_choice,
        tools,
        parallel_tool_calls: request.parallel_tool_calls,
        format: request.response_format.map_or(Ok(ReplyFormat::Text), format)?,
        sampling,
        effort,
        granted,
        stream: request.stream == Some(true),
        extras,
        hosted_tools: Vec::new(),
        withheld_tools,
        own: unsaid.fields(),
        completion: None,
    })
}

/// The paths of fields that are not known here, and that no target is told.
#[derive(Debug, Default)]
struct Unsaid(Vec<String>);

impl Unsaid {
    /// Notes a field. A client writes the same into every part; it is told once.
    fn note(&mut self, path: &str, name: &str) {
        let is_told = self.0.iter().any(|told| told.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')));
        if !is_told {
            self.0.push(format!("{path}.{name}"));
        }
    }

    fn fields(self) -> Option<OwnFields> {
        (!self.0.is_empty()).then(|| OwnFields { names: self.0, ..OwnFields::default() })
    }
}

fn message(
    message: Open<WireMessage<'_>>,
    index: usize,
    body: &Bytes,
    unsaid: &mut Unsaid,
) -> Result<Message, BadField> {
    let Open { known: message, others } = message;
    let role = match message.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" | "function" => Role::Tool,
        other => {
            let known = "system, developer, user, assistant or tool";
            return Err(bad(format!("messages[{index}].role"), format!("`{other}` is no role; use {known}")));
        }
    };
    let mut parts = Vec::new();
    let mut cache_marks = Vec::new();
    let mut refusal = message.refusal;
    match message.content {
        Content::Nothing => {}
        Content::Text(text) => parts.push(Part::Text(text.into_owned())),
        Content::Parts(all) => {
            for (at, Open { known: mut part, others }) in all.into_iter().enumerate() {
                if let Some(control) = part.cache_control.take().filter(|control| !control.is_null()) {
                    cache_marks.push((parts.len(), control));
                }
                if part.r#type == "refusal" {
                    refusal = part.refusal.or(refusal);
                    continue;
                }
                let path = format!("messages[{index}].content[{at}]");
                others.without_nulls().keys().for_each(|name| unsaid.note(&path, name));
                parts.push(self::part(part, &path, body)?);
            }
        }
    }
    let tool_calls = message.tool_calls.unwrap_or_default().into_iter().enumerate();
    let tool_calls = tool_calls.inspect(|(at, call)| {
        if call.cache_control.is_some() {
            unsaid.note(&format!("messages[{index}].tool_calls[{at}]"), "cache_control");
        }
    });
    let mut tool_calls: Vec<ToolCall> = tool_calls
        .map(|(at, call)| self::tool_call(call, &format!("messages[{index}].tool_calls[{at}]")))
        .collect::<Result<_, _>>()?;
    if let Some(call) = message.function_call {
        tool_calls.push(called(String::new(), call, None));
    }
    if role == Role::User && parts.is_empty() {
        return Err(bad(format!("messages[{index}].content"), "a user's message needs content"));
    }
    let mut extras = others.without_nulls();
    // Some mark the message instead of its last part.
    if let Some(control) = extras.remove("cache_control").filter(|_| !parts.is_empty()) {
        cache_marks.push((parts.len() - 1, control.into_value()));
    }
    let reasoning = || Some((message.reasoning.as_ref()?.as_str()?.to_owned(), "reasoning"));
    let thoughts = message.reasoning_content.map(|text| (text, "reasoning_content")).or_else(reasoning);
    let thoughts = thoughts.map(|(text, field)| {
        // Some want it of every turn, be it empty, which is no loss elsewhere.
        let places = if text.is_empty() { Vec::new() } else { vec![format!("messages[{index}].{field}")] };
        Reasoning { text, signature: None, thought_by: None, places }
    });
    Ok(Message {
        role,
        parts,
        tool_calls,
        tool_call_id: message.tool_call_id,
        name: message.name,
        has_failed: false,
        reasoning: thoughts,
        refusal,
        cache_marks,
        extras,
        original: None,
        written: None,
    })
}

fn part(part: WirePart<'_>, path: &str, body: &Bytes) -> Result<Part, BadField> {
    let lacks =
        |field: &str| bad(format!("{path}.{field}"), format!("a part of type `{}` needs `{field}`", part.r#type));
    // Parts as Gemini has them, whatever type they are said to be of.
    if let Some(inline) = part.inline_data {
        let path = format!("{path}.inline_data.data");
        return medium(&inline.data, inline.mime_type, inline.display_name, None, &path, body);
    }
    if let Some(file) = part.file_data {
        return match file {
            WireFileData::There { file_uri } => {
                medium(&file_uri, None, part.filename, None, &format!("{path}.file_data.file_uri"), body)
            }
            WireFileData::Here(Str(data)) => {
                medium(&data, None, part.filename, None, &format!("{path}.file_data"), body)
            }
        };
    }
    match part.r#type.as_str() {
        "text" | "input_text" | "output_text" => {
            let Str(text) = part.text.ok_or_else(|| lacks("text"))?;
            Ok(Part::Text(text.into_owned()))
        }
        "image_url" | "input_image" => {
            let WireUrl { url, detail } = part.image_url.ok_or_else(|| lacks("image_url"))?;
            let detail = detail.as_deref().and_then(named_detail);
            medium(&url, None, None, detail, &format!("{path}.image_url"), body)
        }
        "input_video" if part.input_video.is_some() => {
            let video = part.input_video.ok_or_else(|| lacks("input_video"))?;
            let mime = video.format.map(|format| format!("video/{format}"));
            medium(&video.data, mime, None, None, &format!("{path}.input_video.data"), body)
        }
        "video_url" | "input_video" => {
            let WireUrl { url, .. } = part.video_url.ok_or_else(|| lacks("video_url"))?;
            medium(&url, None, None, None, &format!("{path}.video_url"), body)
        }
        "document_url" => {
            let Str(url) = part.document_url.ok_or_else(|| lacks("document_url"))?;
            medium(&url, None, part.document_name, None, &format!("{path}.document_url"), body)
        }
        "input_audio" => {
            let audio = part.input_audio.ok_or_else(|| lacks("input_audio"))?;
            let mime = audio.format.map(|format| format!("audio/{format}"));
            medium(&audio.data, mime, None, None, &format!("{path}.input_audio.data"), body)
        }
        "file" | "input_file" => {
            let file = part.file.ok_or_else(|| lacks("file"))?;
            if let Some(id) = file.file_id {
                return Ok(kept_file(&id, file.filename, None));
            }
            let Str(data) = file.file_data.ok_or_else(|| lacks("file.file_data"))?;
            medium(&data, None, file.filename, None, &format!("{path}.file.file_data"), body)
        }
        "" => Err(bad(format!("{path}.type"), "a part needs a `type`, such as text or image_url")),
        other => {
            let known = "text, image_url, input_audio, video_url, document_url or file";
            Err(bad(format!("{path}.type"), format!("`{other}` is no type of part; use {known}")))
        }
    }
}

fn named_detail(name: &str) -> Option<Detail> {
    [Detail::Auto, Detail::Low, Detail::High].into_iter().find(|detail| detail.name() == name)
}

fn tool_call(call: WireCall, path: &str) -> Result<ToolCall, BadField> {
    let signature = call.extra_content.as_ref().and_then(|extra| extra.pointer("/google/thought_signature")?.as_str());
    if let Some(custom) = call.custom {
        return Ok(custom.into_call(call.id.unwrap_or_default()));
    }
    match call.function {
        Some(function) => Ok(called(call.id.unwrap_or_default(), function, signature.map(str::to_owned))),
        None => Err(bad(format!("{path}.function"), "only calls of functions can be passed on")),
    }
}

fn called(id: String, call: WireCalled, signature: Option<String>) -> ToolCall {
    let arguments = match call.arguments {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    ToolCall { id, name: call.name, arguments, signature }
}

fn format(format: WireFormat) -> Result<ReplyFormat, BadField> {
    match (format.r#type.as_str(), format.json_schema) {
        ("text", _) => Ok(ReplyFormat::Text),
        ("json_object", None) => Ok(match format.schema {
            // As servers have it that knew schemas before OpenAI did.
            Some(schema) => ReplyFormat::Schema { name: "reply".to_owned(), schema, strict: None },
            None => ReplyFormat::Json,
        }),
        ("json_object" | "json_schema", Some(schema)) => Ok(ReplyFormat::Schema {
            name: schema.name.unwrap_or_else(|| "reply".to_owned()),
            schema: schema.schema.unwrap_or_else(|| json!({})),
            strict: schema.strict,
        }),
        ("json_schema", None) => Err(bad("response_format.json_schema", "type `json_schema` needs `json_schema`")),
        (other, _) => {
            let message = format!("`{other}` is no format; use text, json_object or json_schema");
            Err(bad("response_format.type", message))
        }
    }
}

fn effort(name: &str) -> Result<Effort, BadField> {
    Effort::named(name).ok_or_else(|| {
        let known = Effort::ALL.map(Effort::name).join(", ");
        bad("reasoning_effort", format!("`{name}` is no effort; use one of {known}"))
    })
}

/// How long to think, as other vendors' clients say it: `OpenRouter`'s `reasoning`, Anthropic's `thinking`.
fn effort_of(extras: &Extras) -> Option<Effort> {
    if let Some(reasoning) = extras.get("reasoning") {
        let named = reasoning.get("effort").and_then(Value::as_str).and_then(Effort::named);
        let budget = || reasoning.get("max_tokens").and_then(Value::as_u64).map(effort_of_budget);
        let is_off = reasoning.get("enabled") == Some(&Value::Bool(false));
        return named.or_else(budget).or(is_off.then_some(Effort::None));
    }
    let thinking = extras.get("thinking")?;
    match thinking.get("type").and_then(Value::as_str)? {
        "disabled" => Some(Effort::None),
        "enabled" | "adaptive" => {
            Some(thinking.get("budget_tokens").and_then(Value::as_u64).map_or(Effort::Medium, effort_of_budget))
        }
        _ => None,
    }
}

/// The tokens that are granted for thinking, as those say it.
fn granted(extras: &Extras) -> Option<Granted> {
    let (field, within) = match extras.get("reasoning") {
        Some(reasoning) => ("reasoning.max_tokens", reasoning.get("max_tokens")),
        None => ("thinking.budget_tokens", extras.get("thinking").and_then(|thinking| thinking.get("budget_tokens"))),
    };
    Granted::of(within.and_then(Value::as_u64), field)
}

/// The effort that is nearest to so many tokens of thoughts.
pub(in crate::protocol) fn effort_of_budget(tokens: u64) -> Effort {
    match tokens {
        0 => Effort::None,
        1..=1023 => Effort::Minimal,
        1024..=4095 => Effort::Low,
        4096..=12_287 => Effort::Medium,
        _ => Effort::High,
    }
}

pub(super) fn bad(field: impl Into<String>, message: impl Into<String>) -> BadField {
    BadField { field: field.into(), message: message.into() }
}
