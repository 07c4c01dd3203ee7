//! From a request's body to a chat, and what answers repeat of it.

use mediary_core::task::{Chat, Effort, Extras, Message, Original, OwnFields, ReplyFormat, Role, Sampling, Written};
use serde_json::{Map, Value, json};

use super::answer::ResponseAnswer;
use super::items::Turns;
use super::tools::{self, Offered};
use super::wire::{Request, TextWish};
use super::{WIRE_FORMAT, bad, own};
use crate::protocol::process::BadField;
use crate::protocol::{Open, Sent, from_json};

/// Fields that chats know under the same name.
const AS_IN_CHATS: [&str; 5] =
    ["service_tier", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"];
/// Fields that say nothing to a target.
const OF_THE_WAY: [&str; 2] = ["stream_options", "client_metadata"];
/// What may be asked to be included, and is wherever it is there.
const ALWAYS_INCLUDED: [&str; 3] =
    ["reasoning.encrypted_content", "message.output_text.logprobs", "message.input_image.image_url"];

/// A decoded request.
#[derive(Debug)]
pub(super) struct ResponseForm {
    /// The model that was asked for; empty if none was.
    pub(super) model: String,
    pub(super) chat: Chat,
    pub(super) answer: ResponseAnswer,
}

impl ResponseForm {
    /// Understands a request.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub(super) fn decode(sent: &Sent) -> Result<Self, BadField> {
        let Open { known: mut request, others }: Open<Request<'_>> = from_json(&sent.body, "a request for a response")?;
        let input = request.input.filter(|input| input.get() != "null");
        let input = input.ok_or_else(|| bad("input", "`input` is missing; send a text or a list of items"))?;
        let Turns { mut messages, dropped: mut names, .. } = Turns::of(input, &sent.body)?;
        if Message::all_say_nothing(&messages) {
            return Err(bad("input", "`input` is empty; send a text or at least one item"));
        }
        match &request.instructions {
            None | Some(Value::Null) => {}
            // Beside the input there: no item of it.
            Some(Value::String(text)) => {
                let original = Some(Original { wire_format: WIRE_FORMAT, ..Original::default() });
                let written = Some(Written::at("instructions"));
                messages.insert(0, Message { original, written, ..Message::text(Role::System, text.as_str()) });
            }
            Some(_) => return Err(bad("instructions", "`instructions` must be a text")),
        }
        let mut offered = Offered::of(request.tools.as_deref().unwrap_or_default())?;
        let tool_choice = tools::choice(request.tool_choice.as_ref(), &mut offered)?;
        let echo = echo(&request, &others);
        let mut fields = own::fields(&request, &offered);
        let text = request.text.take().unwrap_or_default().known;
        let wants_logprobs =
            request.include.iter().flatten().any(|included| included == "message.output_text.logprobs");
        let included = request.include.unwrap_or_default().into_iter();
        let included = included.filter(|included| !ALWAYS_INCLUDED.contains(&included.as_str()));
        names.extend(included.map(|included| format!("include.{included}")));
        if request.truncation.as_deref() == Some("auto") {
            names.push("truncation".to_owned());
        }
        names.extend(offered.dropped);
        let mut extras = Extras::new();
        if let Some(verbosity) = &text.verbosity {
            extras.insert("verbosity", Value::from(verbosity.as_str()));
        }
        for (name, value) in others.without_nulls() {
            match name.as_str() {
                "conversation" | "prompt" => {
                    let message = "what is kept at OpenAI is not known here; send the items themselves as `input`";
                    return Err(bad(name, message));
                }
                known if AS_IN_CHATS.contains(&known) => extras.insert(name, value),
                known if OF_THE_WAY.contains(&known) => {}
                _ => {
                    names.push(name.clone());
                    fields.insert(name, value);
                }
            }
        }
        let effort = request.reasoning.as_ref().and_then(|reasoning| reasoning.known.effort.as_deref());
        let chat = Chat {
            messages,
            tools: offered.functions,
            hosted_tools: offered.hosted,
            withheld_tools: offered.withheld,
            tool_choice,
            parallel_tool_calls: request.parallel_tool_calls,
            format: format(&text)?,
            sampling: Sampling {
                max_tokens: request.max_output_tokens,
                temperature: request.temperature,
                top_p: request.top_p,
                logprobs: request.top_logprobs.filter(|most| *most > 0).or(wants_logprobs.then_some(0)),
                ..Sampling::default()
            },
            effort: effort.map(self::effort).transpose()?,
            granted: None,
            stream: request.stream == Some(true),
            extras,
            own: Some(OwnFields { wire_format: WIRE_FORMAT, fields, names }),
            completion: None,
        };
        let answer = ResponseAnswer { echo, custom_tools: offered.custom, ..ResponseAnswer::default() };
        Ok(Self { model: request.model.unwrap_or_default(), chat, answer })
    }
}

/// What answers repeat of a request.
fn echo(request: &Request<'_>, others: &Extras) -> Map<String, Value> {
    let text = request.text.clone().unwrap_or_default().known;
    let reasoning = request.reasoning.clone().unwrap_or_default().known;
    let mut text_told = json!({ "format": text.format.unwrap_or_else(|| json!({ "type": "text" })) });
    if let Some(verbosity) = text.verbosity {
        text_told["verbosity"] = verbosity.into();
    }
    let further = |name: &str| others.get(name).cloned().unwrap_or_default();
    let told = json!({
        "background": request.background.unwrap_or(false),
        "instructions": request.instructions,
        "max_output_tokens": request.max_output_tokens,
        "max_tool_calls": further("max_tool_calls"),
        "parallel_tool_calls": request.parallel_tool_calls.unwrap_or(true),
        "previous_response_id": request.previous_response_id,
        "prompt_cache_key": further("prompt_cache_key"),
        "reasoning": { "effort": reasoning.effort, "summary": reasoning.summary },
        "safety_identifier": further("safety_identifier"),
        "service_tier": others.get("service_tier").cloned().unwrap_or_else(|| json!("auto")),
        "store": request.store.unwrap_or(true),
        "temperature": request.temperature.unwrap_or(1.0),
        "text": text_told,
        "tool_choice": tools::told(request.tool_choice.as_ref()),
        "tools": request.tools.as_deref().unwrap_or_default(),
        "top_logprobs": request.top_logprobs.unwrap_or(0),
        "top_p": request.top_p.unwrap_or(1.0),
        "truncation": request.truncation.as_deref().unwrap_or("disabled"),
        "user": further("user"),
        "metadata": request.metadata.as_ref().filter(|metadata| !metadata.is_null()).unwrap_or(&json!({})),
    });
    match told {
        Value::Object(told) => told,
        _ => Map::new(),
    }
}

fn format(text: &TextWish) -> Result<ReplyFormat, BadField> {
    let Some(format) = text.format.as_ref().filter(|format| !format.is_null()) else { return Ok(ReplyFormat::Text) };
    match format["type"].as_str() {
        Some("text") => Ok(ReplyFormat::Text),
        Some("json_object") => Ok(ReplyFormat::Json),
        Some("json_schema") => Ok(ReplyFormat::Schema {
            name: format["name"].as_str().unwrap_or("reply").to_owned(),
            schema: format
                .get("schema")
                .cloned()
                .ok_or_else(|| bad("text.format.schema", "a format of type `json_schema` needs its `schema`"))?,
            strict: format["strict"].as_bool(),
        }),
        other => {
            let message = format!("`{}` is no format; use text, json_object or json_schema", other.unwrap_or(""));
            Err(bad("text.format.type", message))
        }
    }
}

fn effort(name: &str) -> Result<Effort, BadField> {
    Effort::named(name).ok_or_else(|| {
        let known = Effort::ALL.map(Effort::name).join(", ");
        bad("reasoning.effort", format!("`{name}` is no effort; use one of {known}"))
    })
}
